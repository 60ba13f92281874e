"""In which order workflows are searched, and what bounds a search."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.access.model import AccessRules, Person, Standing
from bot.access.policy import Viewer
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.analytics import AnalyticsClient
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, Endpoint, production_endpoint
from bot.cloudflare.limiter import Budget
from bot.cloudflare.models import Instance, Status, Workflow
from bot.cloudflare.timed_cache import CacheTimes
from bot.find.likeliness import likeliest_first
from bot.find.model import Candidate, Coverage, Hit, SearchScope, TargetOutcome, Way
from bot.find.prefixes import ScanBounds
from bot.find.search import InstanceSearch, SearchBounds
from bot.find.targets import Shape, Target
from bot.inspect.model import InstanceRef
from bot.playground.simulators.cloudflare import (
    DEFAULT_ACCOUNT_ID,
    DEFAULT_ANALYTICS_TOKEN,
    DEFAULT_TOKEN,
    Changed,
    ChangedRows,
    Fault,
    Simulation,
    Slow,
)
from tests.support.clock import Clock

NOW = datetime.now(UTC)
PERSON = Person("U1", Standing.MEMBER)


def candidate(name: str, active: int | None = None, **counts: int) -> Candidate:
    triggered_on = None if active is None else NOW - timedelta(hours=active)
    instances = {Status(status): count for status, count in counts.items()} or None
    return Candidate(None, Workflow(name=name, triggered_on=triggered_on, instances=instances))


def test_the_likeliest_workflows_come_first() -> None:
    names = {"old": 900, "never": None, "recent": 1, "ordering": 500, "near": 700, "other": 50}
    candidates = [candidate(name, active) for name, active in names.items()]
    hit = Hit(InstanceRef("other", "x"), Instance(id="x"))
    ordered = likeliest_first(candidates, Target("ordering-77", Shape.EITHER, near="near"), [hit])
    assert [each.workflow.name for each in ordered] == [
        "near", "other", "ordering", "recent", "old", "never",
    ]  # fmt: skip


def test_a_workflow_is_empty_only_if_its_counts_say_so() -> None:
    assert candidate("a", complete=0, errored=0).is_empty
    assert not candidate("a", complete=0, errored=1).is_empty
    assert not candidate("a").is_empty


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

    async def scope(self) -> SearchScope:
        rows = (await self.account.list_workflows()).rows
        return SearchScope(("prod",), tuple(Candidate(None, row) for row in rows))

    def search(self, bounds: SearchBounds) -> InstanceSearch:
        return InstanceSearch(Accounts({"prod": self.account}), {"prod": self._analytics}, bounds)


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
    scope = await world.scope()
    async with asyncio.timeout(2):  # the client's own deadline is later
        assert (await search.find_by_hints(TARGET, scope)).hits == ()


async def test_a_slow_account_ends_with_the_time_and_says_what_was_not_asked(world: World) -> None:
    world.simulation.inject(Slow(5), operation="get_instance", times=None)
    search = world.search(SearchBounds(asking=timedelta(seconds=0.1), scan=ScanBounds(pages=0)))
    scope = await world.scope()
    hinted = await search.find_by_hints(TARGET, scope)
    found = await search.find(hinted, scope, [], search.allowance())
    assert (found.hits, found.coverage.asked, found.coverage.askable) == ((), 0, 12)
    assert found.coverage.out_of_time


async def test_several_targets_share_what_may_be_asked(world: World) -> None:
    search = world.search(SearchBounds(asked=15, scan=ScanBounds(pages=0)))
    scope, allowance = await world.scope(), search.allowance()
    asked = []
    for text in ("nosuch-1234", "nosuch-1235", "nosuch-1236"):
        hinted = await search.find_by_hints(Target(text, Shape.EITHER), scope)
        asked.append((await search.find(hinted, scope, [], allowance)).coverage.asked)
    assert asked == [12, 3, 0]


async def test_no_more_is_asked_once_it_is_found(world: World) -> None:
    search = world.search(SearchBounds(at_once=1))
    scope = await world.scope()
    target = Target("a-7", Shape.EITHER, near="flow-07")
    found = await search.find(TargetOutcome(target, Coverage(12)), scope, [], search.allowance())
    assert [hit.subject.workflow for hit in found.hits] == ["flow-07"]
    assert found.way is Way.ASKED
    assert world.simulation.describe_calls == 1


@pytest.mark.parametrize(("pages", "rows"), [(3, 102), (5, 302), (30, 502)])
async def test_a_scan_reads_every_first_page_before_any_second(world: World, pages: int, rows: int) -> None:
    for number in range(499):
        world.simulation.add_instance("flow-00", id=f"b-{number}")
    bounds = ScanBounds(pages=pages, at_once=1)
    search = world.search(SearchBounds(scan=bounds))
    three = [each for each in (await world.scope()).candidates if each.workflow.name < "flow-03"]
    scope = SearchScope(("prod",), tuple(three))
    hinted = await search.find_by_hints(Target("zz", Shape.PART), scope)
    found = await search.find(hinted, scope, [], search.allowance())
    names = [call.path.split("/")[6] for call in world.simulation.calls if call.operation == "list_instances"]
    assert set(names[:3]) == {"flow-00", "flow-01", "flow-02"}
    assert len(names) == min(pages, 7)
    assert found.coverage.whole_lists == (pages == 30)
    assert (found.coverage.listed, found.coverage.rows) == (3, rows)


CUT = {"result_info": {"page": 1, "per_page": 100, "count": 12, "cursor": 7}}


async def scan_for_a_part(world: World) -> TargetOutcome:
    scope = await world.scope()
    search = world.search(SearchBounds(scan=ScanBounds(at_once=1, hits=1000)))
    return await search.find(TargetOutcome(Target("a-", Shape.PART), Coverage(12)), scope, [], None)


async def test_a_scan_of_whole_lists_says_so(world: World) -> None:
    assert (await scan_for_a_part(world)).coverage.whole_lists


@pytest.mark.parametrize("fault", [Changed(CUT), ChangedRows({"id": 7}, slice(1))])
async def test_a_list_that_was_cut_or_has_unreadable_rows_is_no_whole_one(world: World, fault: Fault) -> None:
    world.simulation.add_instance("flow-11", id="a-more")  # one of its two rows stays readable
    world.simulation.inject(fault, operation="list_instances", workflow="flow-11")
    found = await scan_for_a_part(world)
    assert not found.coverage.whole_lists
    assert found.coverage.listed == 12


async def test_a_list_goes_on_behind_an_empty_page(world: World) -> None:
    for number in range(150):
        world.simulation.add_instance("flow-00", id=f"a-more-{number}")
    world.simulation.inject(Changed({"result": []}), operation="list_instances", workflow="flow-00")
    found = await scan_for_a_part(world)
    assert found.coverage.rows == 12 + 150 - 100
    assert found.coverage.whole_lists


async def test_the_list_of_workflows_may_not_be_whole(world: World) -> None:
    search, viewer = world.search(SearchBounds()), Viewer(PERSON, "C1", "T1", AccessRules(), ("prod",))
    assert (await search.scope(viewer, None)).is_complete
    world.simulation.inject(ChangedRows({"name": 7}, slice(2, 3)), operation="list_workflows")
    await world.account.list_workflows(fresh=True)
    scope = await search.scope(viewer, None)
    assert (scope.incomplete, scope.is_complete) == (("prod",), False)
    assert len(scope.candidates) == 11
