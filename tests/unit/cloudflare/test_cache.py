"""Answers are cached for a time that depends on their kind. A refresh skips the cache."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import ShareUsedUp, Unavailable, WorkflowNotFound
from bot.cloudflare.limiter import Budget, Priority, charge_to
from bot.cloudflare.models import Cursor, PageNumber, PageQuery, Status
from bot.cloudflare.timed_cache import CacheTimes
from bot.playground.simulators.cloudflare import JsonError, Simulation, Slow
from tests.support.clock import Clock
from tests.support.commands import NOW
from tests.unit.cloudflare.responses import page_query

from .conftest import MakeClient

FIRST, REST = 15, 300
TIMES = CacheTimes(timedelta(seconds=FIRST), timedelta(seconds=REST), 500)


@pytest.fixture
def seen() -> list[str]:
    return []


@pytest.fixture
async def workflows(
    make_client: MakeClient, clock: Clock, seen: list[str], orders: Simulation
) -> AsyncIterator[CachedWorkflows]:
    assert orders.list_calls == 0
    workflows = CachedWorkflows(make_client(), TIMES, clock.seconds, seen.append)
    yield workflows
    await workflows.close()


async def second_page(workflows: CachedWorkflows) -> PageQuery:
    following = (await workflows.list_instances(page_query())).next
    assert isinstance(following, Cursor)
    return page_query(following)


async def test_a_thousand_calls_for_one_page_send_one_request(
    workflows: CachedWorkflows, simulation: Simulation, seen: list[str]
) -> None:
    pages = await asyncio.gather(*(workflows.list_instances(page_query()) for _ in range(1000)))
    assert simulation.list_calls == 1
    assert all(page is pages[0] for page in pages)
    assert seen.count("miss") == 1
    assert seen.count("joined") == 999


async def test_a_fresh_page_is_not_asked_for_again(
    workflows: CachedWorkflows, simulation: Simulation, seen: list[str]
) -> None:
    first = await workflows.list_instances(page_query())
    assert await workflows.list_instances(page_query()) is first
    assert simulation.list_calls == 1
    assert seen == ["miss", "hit"]


@pytest.mark.parametrize(
    "other",
    [
        page_query(workflow="invoices"),
        page_query(per_page=50),
        page_query(PageNumber(1)),
        page_query(status=Status("errored")),
        page_query(date_start=NOW),
        page_query(date_end=NOW),
    ],
)
async def test_each_parameter_is_part_of_the_cache_key(
    workflows: CachedWorkflows, simulation: Simulation, other: PageQuery
) -> None:
    simulation.add_workflow("invoices")
    await workflows.list_instances(page_query())
    await workflows.list_instances(other)
    assert simulation.list_calls == 2


async def test_a_first_page_is_fresh_for_a_short_while(
    workflows: CachedWorkflows, simulation: Simulation, clock: Clock
) -> None:
    await workflows.list_instances(page_query())
    clock.advance(FIRST - 0.01)
    await workflows.list_instances(page_query())
    assert simulation.list_calls == 1
    clock.advance(0.02)
    await workflows.list_instances(page_query())
    assert simulation.list_calls == 2


async def test_a_page_behind_a_cursor_is_fresh_for_longer(
    workflows: CachedWorkflows, simulation: Simulation, clock: Clock
) -> None:
    second = await second_page(workflows)
    await workflows.list_instances(second)
    clock.advance(REST - 0.01)
    await workflows.list_instances(second)
    assert simulation.list_calls == 2
    clock.advance(0.02)
    await workflows.list_instances(second)
    assert simulation.list_calls == 3


async def test_a_first_page_with_a_latest_creation_time_is_stable_too(
    workflows: CachedWorkflows, simulation: Simulation, clock: Clock
) -> None:
    bounded = page_query(date_end=NOW)
    await workflows.list_instances(bounded)
    clock.advance(REST - 0.01)
    await workflows.list_instances(bounded)
    assert simulation.list_calls == 1


async def test_a_latest_creation_time_in_the_future_is_not_stable(
    workflows: CachedWorkflows, simulation: Simulation, clock: Clock
) -> None:
    ahead = page_query(date_end=datetime(2100, 1, 1, tzinfo=UTC))
    await workflows.list_instances(ahead)
    clock.advance(FIRST + 0.01)
    await workflows.list_instances(ahead)
    assert simulation.list_calls == 2


async def test_a_page_by_number_is_fresh_for_the_short_time(
    workflows: CachedWorkflows, simulation: Simulation, clock: Clock
) -> None:
    await workflows.list_instances(page_query(PageNumber(2)))
    clock.advance(FIRST + 0.01)
    await workflows.list_instances(page_query(PageNumber(2)))
    assert simulation.list_calls == 2


async def test_a_refresh_skips_the_cache_and_updates_it(
    workflows: CachedWorkflows, simulation: Simulation
) -> None:
    before = await workflows.list_instances(page_query())
    simulation.add_instance("orders", id="new", created_on=NOW)
    refreshed = await workflows.list_instances(page_query(), fresh=True)
    assert refreshed.rows[0].id == "new"
    assert before.rows[0].id != "new"
    assert await workflows.list_instances(page_query()) is refreshed
    assert simulation.list_calls == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({}, {"fresh": True}, id="a refresh, an earlier question"),
        pytest.param({"priority": Priority.BACKGROUND}, {}, id="a person, background work"),
    ],
)
async def test_calls_of_another_priority_or_freshness_do_not_share_a_request(
    workflows: CachedWorkflows, simulation: Simulation, first: dict[str, Any], second: dict[str, Any]
) -> None:
    simulation.inject(Slow(0.2), times=1)
    in_flight = asyncio.create_task(workflows.list_instances(page_query(), **first))
    async with asyncio.timeout(5):
        while simulation.list_calls < 1:  # noqa: ASYNC110 - the simulation has no event for it
            await asyncio.sleep(0.01)
    own = await workflows.list_instances(page_query(), **second)
    assert own is not await in_flight
    assert simulation.list_calls == 2


async def test_a_thousand_refreshes_at_once_are_one_request(
    workflows: CachedWorkflows, simulation: Simulation
) -> None:
    await workflows.list_instances(page_query())
    await asyncio.gather(*(workflows.list_instances(page_query(), fresh=True) for _ in range(1000)))
    assert simulation.list_calls == 2


@pytest.mark.usefixtures("at_once")
async def test_a_failure_is_not_cached(workflows: CachedWorkflows, simulation: Simulation) -> None:
    simulation.inject(JsonError(), times=3)
    failures = await asyncio.gather(
        *(workflows.list_instances(page_query()) for _ in range(10)), return_exceptions=True
    )
    assert {type(failure) for failure in failures} == {Unavailable}
    assert simulation.list_calls == 3
    assert len((await workflows.list_instances(page_query())).rows) == 100


@pytest.mark.usefixtures("at_once")
async def test_a_failed_refresh_leaves_the_cache_unchanged(
    workflows: CachedWorkflows, simulation: Simulation
) -> None:
    before = await workflows.list_instances(page_query())
    simulation.inject(JsonError(), times=3)
    with pytest.raises(Unavailable):
        await workflows.list_instances(page_query(), fresh=True)
    assert await workflows.list_instances(page_query()) is before


async def test_a_page_can_be_stored_for_another_query(
    workflows: CachedWorkflows, simulation: Simulation
) -> None:
    page = await workflows.list_instances(page_query())
    bounded = page_query(date_end=NOW)
    workflows.store(bounded, page)
    assert await workflows.list_instances(bounded) is page
    assert simulation.list_calls == 1


async def test_the_cache_has_a_maximum_size(
    make_client: MakeClient, orders: Simulation, clock: Clock
) -> None:
    few = CachedWorkflows(make_client(), CacheTimes(pages=2), clock.seconds)
    for per_page in (1, 2, 3, 1):
        await few.list_instances(page_query(per_page=per_page))
    assert orders.list_calls == 4


async def test_lists_of_workflows_are_cached_by_search(
    workflows: CachedWorkflows, simulation: Simulation, clock: Clock
) -> None:
    everything = await workflows.list_workflows()
    assert await workflows.list_workflows() is everything
    assert (await workflows.list_workflows("nothing")).rows == ()
    assert simulation.workflow_calls == 2
    assert await workflows.list_workflows(fresh=True) is not everything
    clock.advance(FIRST + 0.01)
    await workflows.list_workflows()
    assert simulation.workflow_calls == 4


async def test_a_workflow_is_cached_by_name(
    workflows: CachedWorkflows, simulation: Simulation, clock: Clock
) -> None:
    orders = await workflows.get_workflow("orders")
    assert await workflows.get_workflow("orders") is orders
    with pytest.raises(WorkflowNotFound):
        await workflows.get_workflow("invoices")
    assert simulation.count("get_workflow") == 2
    clock.advance(FIRST + 0.01)
    await workflows.get_workflow("orders")
    assert simulation.count("get_workflow") == 3


async def test_who_joins_a_request_is_not_refused_because_of_who_began_it(
    make_client: MakeClient, clock: Clock, orders: Simulation
) -> None:
    budget = Budget(100, 0.2, clock.seconds, share=0.01)
    workflows = CachedWorkflows(make_client(budget=budget), TIMES, clock.seconds)
    with charge_to("ada"):
        await workflows.list_instances(page_query(status=Status("errored")))
        began = asyncio.ensure_future(workflows.list_instances(page_query()))
    joined = []
    for person in ("grace", "alan", "ada"):
        with charge_to(person):
            joined.append(asyncio.ensure_future(workflows.list_instances(page_query())))
    told = await asyncio.gather(began, *joined, return_exceptions=True)
    assert isinstance(told[0], ShareUsedUp)
    assert isinstance(told[3], ShareUsedUp)
    assert told[1] is told[2], "one of them asks anew, for both"
    assert orders.list_calls == 2
    await workflows.close()


async def test_a_cached_page_is_of_nobody_s_share(
    make_client: MakeClient, clock: Clock, orders: Simulation
) -> None:
    budget = Budget(100, 0.2, clock.seconds, share=0.01)
    workflows = CachedWorkflows(make_client(budget=budget), TIMES, clock.seconds)
    with charge_to("ada"):
        for _ in range(20):
            assert (await workflows.list_instances(page_query())).rows
    assert orders.list_calls == 1
    await workflows.close()
