"""Which of the API's lists a selection is read from."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.browse.model import ListQuery
from bot.browse.selection import Selection, Stream
from bot.browse.several.planning import MOST_STREAMS, Plan, filter_of, plan
from bot.cloudflare.errors import Unavailable
from bot.cloudflare.models import STATUSES, Status, Workflow, WorkflowList
from bot.language.times import TimePoint
from tests.support.many_lists import ManyLists, instance

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ERRORED, RUNNING = Status("errored"), Status("running")
DAY = timedelta(days=1)


def listed(counts: dict[str, dict[str, int] | None], *, cut_short: bool = False) -> WorkflowList:
    rows = tuple(
        Workflow(name=name, instances=None if each is None else {Status(key): n for key, n in each.items()})
        for name, each in counts.items()
    )
    return WorkflowList(rows, (), NOW, cut_short=cut_short)


def planned(selection: Selection, workflows: WorkflowList | None, hidden: str = "") -> Plan:
    return plan(selection, workflows, lambda name: name != hidden, DAY)


def test_lists_that_are_counted_as_empty_are_left_out_and_others_are_not() -> None:
    workflows = listed({"a": {"errored": 0}, "b": {"errored": 2}, "c": None, "d": {"running": 3}, "e": {}})
    found = planned(Selection(("*",), statuses=(ERRORED,)), workflows)
    assert [stream.workflow for stream in found.streams] == ["b", "c", "d", "e"]
    assert [stream.workflow for stream in planned(Selection(), workflows).streams] == ["b", "c", "d", "e"]


def test_past_the_bound_those_with_most_are_taken_and_the_others_named() -> None:
    workflows = listed({f"flow-{at:03}": {"errored": at} for at in range(70)} | {"unknown": None})
    found = planned(Selection(("*",), statuses=(ERRORED,)), workflows)
    assert len(found.streams) == MOST_STREAMS
    assert {stream.workflow for stream in found.streams} == {f"flow-{at:03}" for at in range(20, 70)}
    assert found.omitted.count == 20
    assert [stream.workflow for stream in found.omitted.streams] == [
        f"flow-{at:03}" for at in range(19, 9, -1)
    ]


def test_each_workflow_has_a_list_for_each_status() -> None:
    found = planned(Selection(("b", "a"), statuses=(RUNNING, ERRORED)), listed({"a": None, "b": None}))
    assert found.streams == (
        Stream("a", ERRORED),
        Stream("a", RUNNING),
        Stream("b", ERRORED),
        Stream("b", RUNNING),
    )


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (("a", "nope"), ("nope",)),
        (("ord-*", "a"), ("ord-*",)),
        (("A*",), ()),
        (("*",), ()),
        (("secret", "a"), ("secret",)),
        (("sec*",), ("sec*",)),
    ],
)
def test_names_that_no_workflow_has_and_patterns_that_fit_none_are_missing(
    names: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    found = planned(Selection(names), listed({"a": None, "secret": None}), hidden="secret")
    assert found.missing == missing
    assert all(stream.workflow != "secret" for stream in found.streams)


def test_without_a_list_of_workflows_names_are_taken_as_they_are() -> None:
    found = planned(Selection(("a", "secret")), None, hidden="secret")
    assert [stream.workflow for stream in found.streams] == ["a"]
    assert found.missing == ("secret",)


def test_a_list_of_workflows_that_was_cut_says_so_and_makes_no_name_missing() -> None:
    workflows = listed({"a": None}, cut_short=True)
    assert planned(Selection(("b", "a")), workflows).missing == ()
    assert not planned(Selection(("b", "a")), workflows).omitted.unlisted
    assert planned(Selection(("*",)), workflows).omitted.unlisted
    assert planned(Selection(), workflows).omitted.unlisted


def test_times_that_leave_nothing_between_them_ask_nothing() -> None:
    created = Selection(("a",), created_since=TimePoint("", NOW), created_until=TimePoint("", NOW - DAY))
    assert planned(created, None).streams == ()


def test_the_tighter_of_two_bounds_counts() -> None:
    both = Selection(
        ("a",),
        since=TimePoint("", NOW - DAY),
        until=TimePoint("", NOW),
        created_since=TimePoint("", NOW - 2 * DAY),
        created_until=TimePoint("", NOW - timedelta(hours=1)),
    )
    for chosen in (filter_of(both, Stream("a"), DAY), ListQuery(both).filter):
        assert (chosen.date_start, chosen.date_end) == (NOW - DAY, NOW - timedelta(hours=1))


async def test_lists_that_are_left_out_or_may_be_missing_are_no_end_of_the_list() -> None:
    many = {f"flow-{at:03}": [instance(f"row-{at}", at)] for at in range(60)}
    screen = await ManyLists(many).browser().open(ListQuery(Selection(), 100, view="table"))
    assert (len(screen.rows), screen.left_out_count, len(screen.left_out)) == (50, 10, 10)
    assert not screen.is_last
    assert screen.next is None
    found = await ManyLists(many).browser().read_back(Selection())
    assert not found.is_complete
    cut = await ManyLists({"a": [instance("row", 1)]}, cut_short=True).browser().open(ListQuery(Selection()))
    assert (cut.unlisted, cut.is_last) == (True, False)


async def test_only_lists_that_may_have_rows_are_asked() -> None:
    account = ManyLists(
        {
            f"flow-{at:03}": [instance(f"row-{at}", at, "errored" if at % 3 == 0 else "running")]
            for at in range(30)
        },
        counted=True,
    )
    screen = await account.browser().open(ListQuery(Selection(("*",), statuses=(ERRORED,))))
    assert len(screen.rows) == 10
    assert (account.lists, len(account.calls)) == (1, 10)


async def test_where_workflows_can_t_be_listed_names_are_enough() -> None:
    account = ManyLists({"a": [instance("one", 1)], "b": [instance("two", 2)]})

    async def down(search: str | None = None, priority: object = None) -> WorkflowList:
        assert (search, priority) != ("", "")
        raise Unavailable("down")

    account.list_workflows = down  # type: ignore[method-assign]
    screen = await account.browser().open(ListQuery(Selection(("a", "b"))))
    assert [row.instance.id for row in screen.rows] == ["two", "one"]
    with pytest.raises(Unavailable):
        await account.browser().open(ListQuery(Selection(("a", "b*"))))


async def test_every_status_of_one_workflow_is_one_list_each() -> None:
    account = ManyLists({"a": [instance("one", 1)]})
    screen = await account.browser().open(ListQuery(Selection(("a",), statuses=STATUSES)))
    assert [row.instance.id for row in screen.rows] == ["one"]
    assert (account.lists, len(account.calls)) == (0, len(STATUSES))
