"""The bot as a process, between a local Slack and the real engine, in which instances start meanwhile."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.messages import ask, click, has_button, row_ids, walk

from .engine import Engine, Outcome
from .shop import Shop, all_ids, run_shop

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def changing_shop(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """An empty engine for tests that add instances, each to a workflow of its own."""
    async with run_shop(engine, tmp_path_factory.mktemp("changing-shop")) as shop:
        yield shop


async def test_instances_created_while_browsing_stay_out_of_the_walk_and_in_the_refreshed_list(
    changing_shop: Shop,
) -> None:
    engine, ada = changing_shop.engine, changing_shop.ada
    old: dict[str, Outcome] = {f"old-{number:03}": "sleep" for number in range(125)}
    await engine.create("order-processing", old)
    await engine.settle("order-processing", running=125)

    first = await ask(ada, "list order-processing")
    there = [first]
    new: list[str] = []
    while has_button(there[-1], "page_next"):
        name = f"new-{len(new):03}"
        await engine.create("order-processing", {name: "sleep"})
        new.append(name)
        there.append(await click(ada, there[-1], "page_next"))
    back = await walk(ada, there[-1], "page_previous")
    refreshed = await click(ada, back[-1], "page_refresh")
    anew = await walk(ada, refreshed, "page_next")

    assert len(new) == 12
    assert all_ids(there) == [*reversed(old)]
    assert [row_ids(message) for message in back] == [row_ids(message) for message in reversed(there)]
    assert all_ids(anew) == [*reversed(new), *reversed(old)]


async def test_a_refresh_deep_in_the_list_keeps_its_place_though_instances_were_created(
    changing_shop: Shop,
) -> None:
    engine, ada = changing_shop.engine, changing_shop.ada
    old: dict[str, Outcome] = {f"old-{number:03}": "sleep" for number in range(125)}
    await engine.create("invoice-run", old)
    await engine.settle("invoice-run", running=125)

    there = await walk(ada, await ask(ada, "list invoice-run"), "page_next")
    await engine.create("invoice-run", {f"new-{number}": "sleep" for number in range(7)})
    refreshed = await click(ada, there[11], "page_refresh")
    rest = await walk(ada, refreshed, "page_next")

    assert row_ids(refreshed) == row_ids(there[11])
    assert all_ids(rest) == all_ids(there[11:])
