"""What an overview asks of the API, and what it says is wrong."""

from datetime import datetime, timedelta

import pytest

from bot.browse.bookmark import OverviewBookmark
from bot.browse.messages.overview import overview_message
from bot.browse.model import OverviewQuery
from bot.browse.overview.changes import Changes
from bot.browse.overview.count_samples import CountSamples
from bot.browse.overview.reader import OverviewReader
from bot.browse.overview.trouble import CountSample, Failures, Rise, Trouble
from bot.browse.screen import Overview
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.models import MAX_PER_PAGE, InstanceFilter, PageQuery, Status, Workflow
from bot.playground.simulators.cloudflare import Changed, JsonError, Simulation, Slow
from bot.playground.simulators.cloudflare.wire import JsonObject
from bot.ui.elements import Controls
from tests.support.clock import Clock
from tests.support.screens import visible_text

TEAM, ACCOUNT = "T1", "prod"
START = OverviewBookmark(OverviewQuery())


def fail(simulation: Simulation, name: str, count: int = 1, **ago: float) -> None:
    """Add instances that failed so long ago."""
    ended = simulation.now() - timedelta(**ago)
    for _ in range(count):
        simulation.add_instance(name, status="errored", created_on=ended - timedelta(hours=9), ended_on=ended)


def failures(shown: Overview) -> dict[str, Failures | None]:
    return {row.name: row.failures for row in shown.rows}


async def test_failures_count_by_their_end_and_the_worst_come_first(
    overviews: OverviewReader, simulation: Simulation
) -> None:
    simulation.add_workflow("aa-quiet")
    fail(simulation, "bb-old", 9, days=3)
    fail(simulation, "cc-day", 5, hours=7)
    fail(simulation, "dd-hour", 1, minutes=7)
    shown = await overviews.read(START, TEAM)
    assert failures(shown) == {
        "dd-hour": Failures(1, 1),
        "cc-day": Failures(0, 5),
        "aa-quiet": Failures(0, 0),
        "bb-old": Failures(0, 0),
    }
    assert list(failures(shown)) == ["dd-hour", "cc-day", "aa-quiet", "bb-old"]
    assert shown.failed == Failures(1, 6)
    assert simulation.list_calls == 3


async def test_where_nothing_has_changed_a_look_costs_one_call(
    overviews: OverviewReader, simulation: Simulation, clock: Clock
) -> None:
    for name in ("orders", "mail"):
        fail(simulation, name, 3, hours=2)
    await overviews.read(START, TEAM)
    assert (simulation.workflow_calls, simulation.list_calls) == (1, 2)
    clock.advance(minutes=2)
    again = await overviews.read(START, TEAM)
    assert again.failed == Failures(0, 6)
    assert (simulation.workflow_calls, simulation.list_calls) == (2, 2)
    fail(simulation, "mail")
    clock.advance(minutes=2)
    assert (await overviews.read(START, TEAM)).failed == Failures(1, 7)
    assert (simulation.workflow_calls, simulation.list_calls) == (3, 3)
    clock.advance(minutes=11)
    await overviews.read(START, TEAM)
    assert simulation.list_calls == 5, "a count may stay the same while one failure goes and another comes"


async def test_a_restarted_failure_that_fails_again_is_seen_at_a_refresh_though_no_count_changes(
    overviews: OverviewReader, simulation: Simulation, clock: Clock
) -> None:
    created_on = clock() - timedelta(days=4)

    def failed(ended_on: datetime) -> None:
        simulation.add_instance("orders", id="x", status="errored", created_on=created_on, ended_on=ended_on)

    failed(clock() - timedelta(days=3))
    assert (await overviews.read(START, TEAM)).failed == Failures(0, 0)
    clock.advance(minutes=2)
    simulation.remove_instance("orders", "x")
    failed(clock())
    clock.advance(seconds=1)
    assert (await overviews.read(START, TEAM)).failed == Failures(0, 0), "it is known for ten minutes"
    shown = await overviews.read(START, TEAM, fresh=True)
    assert (shown.failed, shown.rows[0].trouble) == (Failures(1, 1), Trouble.FAILING)


async def test_a_failure_is_seen_though_the_counts_are_the_same_if_one_was_started_since(
    overviews: OverviewReader, simulation: Simulation, clock: Clock
) -> None:
    fail(simulation, "orders", days=3)
    assert (await overviews.read(START, TEAM)).failed == Failures(0, 0)
    (gone,) = simulation.instances("orders")
    simulation.remove_instance("orders", gone.id)
    clock.advance(minutes=2)
    simulation.add_instance("orders", status="errored", created_on=clock(), ended_on=clock())
    assert (await overviews.read(START, TEAM)).failed == Failures(1, 1)


async def test_a_page_that_is_older_than_the_counts_is_read_again(
    overviews: OverviewReader, workflows: CachedWorkflows, simulation: Simulation, clock: Clock
) -> None:
    fail(simulation, "orders", days=3)
    query = PageQuery("orders", InstanceFilter(status=Status("errored")), None, MAX_PER_PAGE)
    await workflows.list_instances(query)
    fail(simulation, "orders")
    clock.advance(seconds=5)
    assert (await overviews.read(START, TEAM)).failed == Failures(1, 1)


async def test_a_refresh_reads_what_is_not_known_first(
    overviews: OverviewReader, simulation: Simulation, clock: Clock
) -> None:
    for number in range(14):
        fail(simulation, f"flow-{number:02}", minutes=5)
    await overviews.read(START, TEAM)
    clock.advance(seconds=1)
    shown = await overviews.read(START, TEAM, fresh=True)
    assert shown.failed == Failures(14, 14)
    assert simulation.list_calls == 20


async def test_at_most_ten_lists_are_read_at_a_look_and_others_at_the_next(
    overviews: OverviewReader, simulation: Simulation
) -> None:
    for number in range(14):
        fail(simulation, f"flow-{number:02}", minutes=5)
    first = await overviews.read(START, TEAM)
    assert simulation.list_calls == 10
    assert [row.trouble for row in first.rows] == [Trouble.FAILING] * 10
    assert first.failed == Failures(10, 10, complete=False)
    assert first.next is not None
    second = await overviews.read(first.next, TEAM)
    assert simulation.list_calls == 14
    assert [row.trouble for row in second.rows] == [Trouble.FAILING] * 4
    assert second.failed == Failures(14, 14)


async def test_more_failures_than_are_read_are_at_least_so_many(
    overviews: OverviewReader, simulation: Simulation
) -> None:
    fail(simulation, "orders", 301, minutes=5)
    shown = await overviews.read(START, TEAM)
    assert failures(shown) == {"orders": Failures(100, 100, complete=False)}
    assert simulation.list_calls == 1, "a second page would not make it exact"


async def test_a_few_more_failures_than_a_page_has_are_counted_exactly(
    overviews: OverviewReader, simulation: Simulation, clock: Clock
) -> None:
    fail(simulation, "orders", 101, minutes=5)
    fail(simulation, "mail", 105, days=2)
    simulation.add_instance(
        "mail", status="errored", created_on=clock() - timedelta(days=6), ended_on=clock()
    )
    shown = await overviews.read(START, TEAM)
    assert failures(shown) == {"orders": Failures(101, 101), "mail": Failures(1, 1)}
    assert shown.failed == Failures(102, 102)
    assert simulation.list_calls == 4
    await overviews.read(START, TEAM)
    assert simulation.list_calls == 4


async def test_further_pages_are_read_only_if_requests_are_left(
    overviews: OverviewReader, simulation: Simulation
) -> None:
    for number in range(9):
        fail(simulation, f"flow-{number}", 101, minutes=5)
    shown = await overviews.read(START, TEAM)
    assert simulation.list_calls == 10
    assert sorted(each.day for each in failures(shown).values() if each is not None) == [100] * 8 + [101]


async def test_a_list_that_can_t_be_read_leaves_it_open_when_instances_failed(
    overviews: OverviewReader, simulation: Simulation
) -> None:
    fail(simulation, "orders", minutes=5)
    fail(simulation, "refunds", minutes=5)
    simulation.inject(JsonError(403, 10000), operation="list_instances", times=1)
    shown = await overviews.read(START, TEAM)
    assert [row.trouble for row in shown.rows] == [Trouble.FAILING, Trouble.ERRORED]
    assert [row.failures for row in shown.rows] == [Failures(1, 1), None]
    assert shown.failed == Failures(1, 1, complete=False)


async def test_a_slow_list_is_not_waited_for(overviews: OverviewReader, simulation: Simulation) -> None:
    fail(simulation, "orders", minutes=5)
    simulation.inject(Slow(5), operation="list_instances")
    shown = await overviews.read(START, TEAM)
    assert [row.trouble for row in shown.rows] == [Trouble.ERRORED]


async def test_ends_that_the_engine_does_not_tell_are_not_guessed(
    overviews: OverviewReader, simulation: Simulation
) -> None:
    fail(simulation, "orders", minutes=5)
    bare = {"result": [{"id": "x", "status": "errored", "created_on": simulation.now().isoformat()}]}
    simulation.inject(Changed(bare), operation="list_instances", times=None)
    for _ in range(2):
        shown = await overviews.read(START, TEAM)
        assert [(row.trouble, row.failures) for row in shown.rows] == [(Trouble.ERRORED, None)]
    assert simulation.list_calls == 1


async def test_what_has_changed_since_the_last_look_is_said_with_its_time(
    overviews: OverviewReader, simulation: Simulation, clock: Clock
) -> None:
    fail(simulation, "orders", 2, days=2)
    first = await overviews.read(START, TEAM)
    assert first.changes is None
    began = clock()
    clock.advance(hours=2)
    fail(simulation, "orders", 3)
    second = await overviews.read(START, TEAM)
    assert second.changes == Changes(began, errored=3, workflows=1)
    assert second.rows[0].since_look == Rise(3, began)
    clock.advance(minutes=1)
    third = await overviews.read(START, TEAM, fresh=True)
    assert third.changes == second.changes, "a refresh is no other look"
    clock.advance(minutes=10)
    assert (await overviews.read(START, TEAM)).changes == Changes(began + timedelta(hours=2), 0, 0)


async def test_looks_of_another_team_count_for_nothing(
    overviews: OverviewReader, simulation: Simulation, clock: Clock
) -> None:
    simulation.add_workflow("orders")
    await overviews.read(START, "T2")
    clock.advance(hours=1)
    assert (await overviews.read(START, TEAM)).changes is None


async def test_only_what_may_be_seen_is_added_up_and_all_is_kept(
    overviews: OverviewReader, samples: CountSamples, simulation: Simulation, clock: Clock
) -> None:
    fail(simulation, "orders")
    fail(simulation, "payroll", 5)
    await overviews.read(START, TEAM, allows=lambda name: name == "orders")
    clock.advance(hours=1)
    (kept,) = await samples.recent(TEAM, ACCOUNT) or ()
    assert set(kept.counts) == {"orders", "payroll"}
    fail(simulation, "payroll", 5)
    shown = await overviews.read(START, TEAM, allows=lambda name: name == "orders")
    assert shown.changes is not None
    assert (shown.changes.errored, shown.failed, shown.total) == (0, Failures(1, 1), 1)


async def test_a_search_is_no_look_at_the_account(
    overviews: OverviewReader, samples: CountSamples, simulation: Simulation, clock: Clock
) -> None:
    fail(simulation, "orders")
    await overviews.read(OverviewBookmark(OverviewQuery(search="ord")), TEAM)
    clock.advance(hours=1)
    assert await samples.recent(TEAM, ACCOUNT) == ()


async def test_a_list_that_was_cut_is_no_look_either(
    overviews: OverviewReader, samples: CountSamples, simulation: Simulation, clock: Clock
) -> None:
    page = {"result": [{"name": "orders", "instances": {}}], "result_info": {"total_pages": 9}}
    simulation.inject(Changed(page), operation="list_workflows", times=None)
    await overviews.read(START, TEAM)
    clock.advance(hours=1)
    assert await samples.recent(TEAM, ACCOUNT) == ()


@pytest.mark.parametrize(
    "cut", [{"result_info": {"total_pages": 9}}, {"result": [{"name": "orders", "instances": {}}, {"no": 1}]}]
)
async def test_where_not_all_workflows_were_read_nothing_is_said_of_all(
    overviews: OverviewReader, samples: CountSamples, simulation: Simulation, clock: Clock, cut: JsonObject
) -> None:
    known = Workflow(name="orders", instances={})
    await samples.keep(TEAM, ACCOUNT, CountSample.of([known], clock()))
    clock.advance(hours=1)
    page: JsonObject = {"result": [{"name": "orders", "instances": {}}]}
    simulation.inject(Changed({**page, **cut}), operation="list_workflows", times=None)
    shown = await overviews.read(START, TEAM)
    assert shown.failed == Failures(0, 0, complete=False)
    assert shown.changes == Changes(clock() - timedelta(hours=1), 0, 0, complete=False)
    text = visible_text(overview_message(shown, Controls(None, None, None), {}))
    assert "none failed" not in text
    assert "none has more" not in text


async def test_without_counts_of_all_nothing_is_said_to_be_unchanged(
    overviews: OverviewReader, samples: CountSamples, simulation: Simulation, clock: Clock
) -> None:
    fail(simulation, "orders", days=2)
    known = Workflow(name="mail", instances={Status("errored"): 1})
    await samples.keep(TEAM, ACCOUNT, CountSample.of([known], clock()))
    simulation.now = Clock(clock() - timedelta(days=9))
    simulation.add_workflow("letters")
    simulation.now = clock
    clock.advance(hours=1)
    changes = (await overviews.read(START, TEAM)).changes
    assert changes is not None
    assert not changes.complete


async def test_the_order_is_kept_while_one_turns_pages_and_trouble_is_shown_where_it_stands(
    overviews: OverviewReader, simulation: Simulation, clock: Clock
) -> None:
    for number in range(25):
        simulation.add_workflow(f"flow-{number:02}")
    fail(simulation, "flow-20", minutes=5)
    first = await overviews.read(START, TEAM)
    assert [row.name for row in first.rows] == ["flow-20", *(f"flow-{number:02}" for number in range(9))]
    fail(simulation, "flow-15", 9)
    clock.advance(minutes=1)
    assert first.next is not None
    second = await overviews.read(first.next, TEAM)
    assert [row.name for row in second.rows] == [f"flow-{number:02}" for number in range(9, 19)]
    assert [row.name for row in second.rows if row.trouble is Trouble.FAILING] == ["flow-15"]
    assert second.previous is not None
    assert [row.name for row in (await overviews.read(second.previous, TEAM)).rows] == [
        row.name for row in first.rows
    ]
    refreshed = await overviews.read(first.here, TEAM, fresh=True)
    assert [row.name for row in refreshed.rows][:2] == ["flow-15", "flow-20"]
