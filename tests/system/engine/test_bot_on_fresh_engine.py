"""The bot as a process, between a local Slack and a real engine that was empty before each test."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.digest_actions import make_overdue
from tests.support.messages import ask, row_ids, statuses, walk

from .engine import Engine, Outcome
from .shop import Shop, all_ids, run_shop

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]


@pytest_asyncio.fixture(loop_scope="session")
async def fresh_shop(fresh_engine: Engine, tmp_path: Path) -> AsyncIterator[Shop]:
    async with run_shop(fresh_engine, tmp_path) as shop:
        yield shop


async def test_ids_that_were_asked_for_and_never_existed_do_not_disturb_a_walk(fresh_shop: Shop) -> None:
    engine, ada = fresh_shop.engine, fresh_shop.ada
    real: dict[str, Outcome] = {f"ord-{number:03}": "sleep" for number in range(112)}
    await engine.create("order-processing", real)
    await engine.settle("order-processing", running=112)
    for number in range(3):
        assert (await engine.get(f"/workflows/order-processing/instances/ghost-{number}")).status == 404
    assert (await engine.get("/workflows/invoice-run/instances/ghost")).status == 404

    there = await walk(ada, await ask(ada, "list order-processing"), "page_next")
    await engine.get("/workflows/order-processing/instances/ghost-late")
    back = await walk(ada, there[-1], "page_previous")
    only_phantoms = await ask(ada, "list invoice-run")

    assert all_ids(there) == [*reversed(real)]
    assert [row_ids(message) for message in back] == [row_ids(message) for message in reversed(there)]
    assert statuses(only_phantoms) == {"No status"}
    assert "no times given" in only_phantoms.all_text()


async def test_a_digest_tells_of_each_failure_of_the_engine_once(fresh_shop: Shop, tmp_path: Path) -> None:
    engine, slack = fresh_shop.engine, fresh_shop.slack
    ada = slack.person("ada", "ops")
    await engine.create("invoice-run", {"inv-1": "fail", "inv-2": "complete"})
    await engine.settle("invoice-run", errored=1, complete=1)
    await ada.command("/workflows", "digest create every 15m workflow invoice-run")

    posted = slack.changes.follow(lambda change: not change.message.is_ephemeral)
    make_overdue(tmp_path / "bot", 1, timedelta(minutes=16))
    first = (await posted.next(within=20)).message
    await engine.create("invoice-run", {"inv-3": "fail"})
    await engine.settle("invoice-run", errored=2, complete=1)
    await ada.command("/workflows", "digest run 1")
    second = (await posted.next(within=20)).message

    assert "1 failed in the last" in first.all_text()
    assert "`inv-1`" in first.all_text()
    assert "`inv-3`" in second.all_text()
    assert "inv-1" not in second.all_text()
