"""In which order places are searched, and what bounds a search."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.cloudflare.analytics import AnalyticsClient
from bot.cloudflare.cache import CachedWorkflows, CacheTimes
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, Endpoint, production_endpoint
from bot.cloudflare.limiter import Budget
from bot.cloudflare.models import Instance, Status, Workflow
from bot.find.likeliness import likeliest_first
from bot.find.model import Coverage, Found, Hit, Place, Places, Way
from bot.find.prefixes import ScanBounds
from bot.find.search import InstanceSearch, SearchBounds
from bot.find.targets import Shape, Target
from bot.inspect.model import InstanceRef
from bot.playground.simulators.cloudflare import (
    DEFAULT_ACCOUNT_ID,
    DEFAULT_ANALYTICS_TOKEN,
    DEFAULT_TOKEN,
    Simulation,
    Slow,
)
from tests.support.clock import Clock

NOW = datetime.now(UTC)


def place(name: str, active: int | None = None, **counts: int) -> Place:
    triggered_on = None if active is None else NOW - timedelta(hours=active)
    instances = {Status(status): count for status, count in counts.items()} or None
    return Place(None, Workflow(name=name, triggered_on=triggered_on, instances=instances))


def test_the_likeliest_places_come_first() -> None:
    names = {"old": 900, "never": None, "recent": 1, "ordering": 500, "near": 700, "other": 50}
    places = [place(name, active) for name, active in names.items()]
    hit = Hit(InstanceRef("other", "x"), Instance(id="x"))
    ordered = likeliest_first(places, Target("ordering-77", Shape.EITHER, near="near"), [hit])
    assert [each.workflow.name for each in ordered] == [
        "near", "other", "ordering", "recent", "old", "never",
    ]  # fmt: skip


def test_a_workflow_is_empty_only_if_its_counts_say_so() -> None:
    assert place("a", complete=0, errored=0).is_empty
    assert not place("a", complete=0, errored=1).is_empty
    assert not place("a").is_empty


class World:
    """A search over a simulated account, with bounds of the test's choice."""

    def __init__(self, simulation: Simulation, url: str, session: aiohttp.ClientSession) -> None:
        clock = Clock()
        endpoint = production_endpoint(url, DEFAULT_ACCOUNT_ID, ApiToken(DEFAULT_TOKEN.value))
        self.account = CachedWorkflows(WorkflowsClient(session, endpoint), CacheTimes(), clock.seconds)
        self._analytics = AnalyticsClient(
            session,
            Endpoint(url, ApiToken(DEFAULT_ANALYTICS_TOKEN.value), account_id=DEFAULT_ACCOUNT_ID),
            budget=Budget(300, 0.0, clock.seconds),
        )
        self.simulation = simulation

    async def places(self) -> Places:
        rows = (await self.account.list_workflows()).rows
        return Places(("prod",), tuple(Place(None, row) for row in rows))

    def search(self, bounds: SearchBounds) -> InstanceSearch:
        return InstanceSearch({"prod": self.account}, {"prod": self._analytics}, {}, bounds)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    simulation = Simulation()
    for number in range(12):
        simulation.add_instance(f"flow-{number:02}", id=f"a-{number}")
    async with simulation.serve() as url, aiohttp.ClientSession() as session:
        made = World(simulation, url, session)
        yield made
        await made.account.close()  # requests that nobody waits for any more


TARGET = Target("nosuch-1234", Shape.EITHER)


async def test_a_hint_that_does_not_come_is_not_waited_for(world: World) -> None:
    world.simulation.inject(Slow(5), operation="query_analytics")
    search = world.search(SearchBounds(hint=timedelta(seconds=0.05)))
    places = await world.places()
    async with asyncio.timeout(2):  # the client's own deadline is later
        assert (await search.find_by_hints(TARGET, places)).hits == ()


async def test_a_slow_account_ends_with_the_time_and_says_what_was_not_asked(world: World) -> None:
    world.simulation.inject(Slow(5), operation="get_instance", times=None)
    search = world.search(SearchBounds(asking=timedelta(seconds=0.1), scan=ScanBounds(pages=0)))
    places = await world.places()
    hinted = await search.find_by_hints(TARGET, places)
    found = await search.find(hinted, places, [], search.allowance())
    assert (found.hits, found.coverage.asked, found.coverage.askable) == ((), 0, 12)
    assert found.coverage.out_of_time


async def test_several_targets_share_what_may_be_asked(world: World) -> None:
    search = world.search(SearchBounds(asked=15, scan=ScanBounds(pages=0)))
    places, allowance = await world.places(), search.allowance()
    asked = []
    for text in ("nosuch-1234", "nosuch-1235", "nosuch-1236"):
        hinted = await search.find_by_hints(Target(text, Shape.EITHER), places)
        asked.append((await search.find(hinted, places, [], allowance)).coverage.asked)
    assert asked == [12, 3, 0]


async def test_no_more_is_asked_once_it_is_found(world: World) -> None:
    search = world.search(SearchBounds(at_once=1))
    places = await world.places()
    target = Target("a-7", Shape.EITHER, near="flow-07")
    found = await search.find(Found(target, Coverage(12)), places, [], search.allowance())
    assert [hit.subject.workflow for hit in found.hits] == ["flow-07"]
    assert found.way is Way.ASKED
    assert world.simulation.describe_calls == 1


@pytest.mark.parametrize(("pages", "rows"), [(3, 102), (5, 302), (30, 502)])
async def test_a_scan_reads_every_first_page_before_any_second(world: World, pages: int, rows: int) -> None:
    for number in range(499):
        world.simulation.add_instance("flow-00", id=f"b-{number}")
    bounds = ScanBounds(pages=pages, at_once=1)
    search = world.search(SearchBounds(scan=bounds))
    three = [each for each in (await world.places()).found if each.workflow.name < "flow-03"]
    places = Places(("prod",), tuple(three))
    hinted = await search.find_by_hints(Target("zz", Shape.PART), places)
    found = await search.find(hinted, places, [], search.allowance())
    names = [call.path.split("/")[6] for call in world.simulation.calls if call.operation == "list_instances"]
    assert set(names[:3]) == {"flow-00", "flow-01", "flow-02"}
    assert len(names) == min(pages, 7)
    assert found.coverage.whole_lists == (pages == 30)
    assert (found.coverage.listed, found.coverage.rows) == (3, rows)
