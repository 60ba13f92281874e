"""Where to look for news, and how they fall into groups: the pure part."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloudflare.causes import Cause
from bot.cloudflare.models import Instance, Status, Workflow
from bot.digests.model import ERRORED, Baseline
from bot.digests.news import WorkflowFindings, candidates, group_news, moved_after, to_describe
from bot.digests.report import MOST_GROUPS, MOST_OF_A_GROUP, NewInstance

NOW = datetime(2026, 11, 23, 14, 3, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)
RUNNING = Status("running")


def flow(name: str, errored: int | None, hours_ago: float | None = 5, **others: int) -> Workflow:
    counts = None if errored is None else {ERRORED: errored, **{Status(s): n for s, n in others.items()}}
    triggered_on = None if hours_ago is None else NOW - hours_ago * HOUR
    return Workflow(name=name, instances=counts, triggered_on=triggered_on)


def before(**counts: int) -> Baseline:
    return Baseline(NOW - HOUR, {name: {ERRORED: count} for name, count in counts.items()})


def order(rows: Sequence[Workflow], baseline: Baseline | None) -> list[tuple[str, int]]:
    return [(one.name, one.rise) for one in candidates(rows, ERRORED, baseline)]


def test_the_largest_rise_is_looked_at_first() -> None:
    rows = [flow("one", 3), flow("same", 9, 0), flow("ten", 10), flow("new", 2), flow("fell", 1, 0)]
    known = before(one=2, same=9, fell=4)
    assert order(rows, known) == [("ten", 10), ("new", 2), ("one", 1), ("fell", 0), ("same", 0)]


def test_what_may_hide_a_failure_comes_before_what_hardly_can() -> None:
    rows = [
        flow("idle-fell", 1),
        flow("idle", 9, 4),
        flow("just-before", 9, 1.02),
        flow("unfinished", 9, 30),
        flow("never", 9, None),
        flow("young", 9, 0.1),
    ]
    known = before(idle=9, young=9, never=9, **{"idle-fell": 4, "just-before": 9})
    known = Baseline(known.at, {**known.counts, "unfinished": {ERRORED: 9, RUNNING: 1}})
    found = candidates(rows, ERRORED, known)
    assert [one.name for one in found if one.was_active] == ["young", "just-before", "unfinished", "never"]
    assert [one.name for one in found if not one.was_active] == ["idle-fell", "idle"]
    assert [one.was_active for one in found] == [True] * 4 + [False] * 2


def test_nothing_is_asked_of_workflows_that_count_none() -> None:
    rows = [flow("none", 0, 0, complete=9), flow("other", 0, 0), Workflow(name="empty", instances={})]
    assert order(rows, None) == []
    assert order(rows, before(none=5)) == []


def test_what_is_not_counted_is_looked_at_after_rises() -> None:
    rows = [flow("uncounted", None), flow("same", 2, 0), flow("rose", 2)]
    assert order(rows, before(same=2)) == [("rose", 2), ("uncounted", 0), ("same", 0)]


def test_before_the_first_digest_nothing_has_risen() -> None:
    assert order([flow("late", 9, 5), flow("early", 1, 1)], None) == [("early", 0), ("late", 0)]


@pytest.mark.parametrize(
    ("row", "at"),
    [
        (Instance(id="a", ended_on=NOW, modified_on=NOW + HOUR, created_on=NOW - HOUR), NOW),
        (Instance(id="a", modified_on=NOW, created_on=NOW - HOUR), NOW),
        (Instance(id="a", created_on=NOW), NOW),
        (Instance(id="a"), None),
        (Instance(id="a", ended_on=NOW - HOUR, modified_on=NOW), None),
    ],
)
def test_an_instance_moved_when_it_ended_or_else_changed_or_else_began(
    row: Instance, at: datetime | None
) -> None:
    assert list(moved_after([row], NOW - HOUR)) == ([NewInstance("a", at, row.ended_on)] if at else [])


names = st.sampled_from(["a", "b", "c", "d", "e", "f", "g"])
errors = st.none() | st.builds(
    Cause,
    step=st.sampled_from([None, "charge card"]),
    name=st.sampled_from([None, "E", "F"]),
    message=st.sampled_from([None, "x 1234", "x 5678", "y"]),
)


@st.composite
def founds(draw: st.DrawFn) -> list[WorkflowFindings]:
    """News of several workflows, as a search gives them."""
    made = []
    for name in draw(st.lists(names, unique=True)):
        ages = sorted(draw(st.lists(st.integers(0, 5000), min_size=1, max_size=20)))
        new_instances = [
            NewInstance(f"{name}{number}", NOW - timedelta(seconds=age)) for number, age in enumerate(ages)
        ]
        made.append(WorkflowFindings(name, new_instances, draw(st.booleans())))
    return made


@given(founds(), st.integers(0, 20), st.data())
def test_every_newcomer_is_in_one_group_or_among_the_untold(
    found: list[WorkflowFindings], most: int, data: st.DataObject
) -> None:
    places = [(each.workflow, each.id) for each in to_describe(found, most)]
    known = {place: data.draw(errors) for place in places}
    groups, ungrouped = group_news(found, known)
    everyone = {one.workflow: len(one.new_instances) for one in found}
    for name, count in everyone.items():
        assert (
            sum(group.total for group in groups if group.workflow == name) + ungrouped.get(name, 0) == count
        )
    assert all(ungrouped.values())
    assert len(groups) <= MOST_GROUPS
    assert [group.total for group in groups] == sorted((group.total for group in groups), reverse=True)
    shown = [(group.workflow, new_instance.id) for group in groups for new_instance in group.shown]
    assert len(set(shown)) == len(shown)
    assert set(shown) <= set(places)
    for group in groups:
        assert len(group.shown) == min(group.total, MOST_OF_A_GROUP)
        ends = [new_instance.at for new_instance in group.shown]
        assert ends == sorted(ends, reverse=True)
        first = known[group.workflow, group.shown[0].id]
        assert group.described is (first is not None)
        assert Cause(group.step, group.error, group.message) == (first or Cause())


@given(founds())
def test_without_errors_each_workflow_is_one_group(found: list[WorkflowFindings]) -> None:
    groups, ungrouped = group_news(found, None)
    assert len(groups) == min(len(found), MOST_GROUPS)
    by_name = {one.workflow: one for one in found}
    for group in groups:
        one = by_name[group.workflow]
        assert group.error is None
        assert group.total == len(one.new_instances)
        assert group.exact == one.exact
    assert ungrouped == {
        name: len(one.new_instances)
        for name, one in by_name.items()
        if name not in {group.workflow for group in groups}
    }


@given(founds(), st.integers(0, 20))
def test_errors_are_asked_for_in_turn_and_the_newest_first(found: list[WorkflowFindings], most: int) -> None:
    places = [(each.workflow, each.id) for each in to_describe(found, most)]
    assert len(set(places)) == len(places) <= most
    asked = {one.workflow: [id_ for name, id_ in places if name == one.workflow] for one in found}
    for one in found:
        assert asked[one.workflow] == [
            new_instance.id for new_instance in one.new_instances[: len(asked[one.workflow])]
        ]
    assert sum(bool(ids) for ids in asked.values()) <= MOST_GROUPS
    left = [one for one in found if 0 < len(asked[one.workflow]) < len(one.new_instances)]
    if len(places) < most:
        assert not left
    if left:
        most_asked = max(len(ids) for ids in asked.values())
        assert all(len(asked[one.workflow]) >= most_asked - 1 for one in left)


def test_a_group_may_have_more_members_among_those_not_asked_about() -> None:
    new_instances = [NewInstance(f"{number}", NOW) for number in range(4)]
    found = [
        WorkflowFindings("a", new_instances, exact=True),
        WorkflowFindings("b", new_instances[:1], exact=True),
        WorkflowFindings("c", new_instances[:1], exact=False),
    ]
    places = [(each.workflow, each.id) for each in to_describe(found, 5)]
    groups, ungrouped = group_news(found, dict.fromkeys(places, Cause(name="E")))
    assert {group.workflow: (group.total, group.exact) for group in groups} == {
        "a": (3, False),
        "b": (1, True),
        "c": (1, False),
    }
    assert ungrouped == {"a": 1}
