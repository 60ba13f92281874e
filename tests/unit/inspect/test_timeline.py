"""What an instance's steps say: the one that failed, the one that goes on, their pages and their bars."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloudflare.instance_models import Attempt, InstanceDetail, InstanceError, Step, Trigger
from bot.inspect.model import InstanceRef, State, TimelineStep
from bot.inspect.timeline import (
    BAR_WIDTH,
    STEPS_PER_PAGE,
    bar,
    build_view,
    cut_page,
    find_key_step,
    group_attempts,
    shown_name,
    summarize_steps,
)
from tests.support.instances import BEGIN, CARD, NOW, at, detail, done, failed, failures, retrying

moments = st.none() | st.integers(-5_000, 5_000).map(lambda seconds: BEGIN + timedelta(seconds=seconds))
flags = st.sampled_from([None, True, False])
errors = st.none() | st.builds(InstanceError, name=st.none() | st.text(), message=st.none() | st.text())
attempts = st.lists(
    st.builds(Attempt, start=moments, end=moments, success=flags, error=errors), max_size=4
).map(tuple)
kinds = st.sampled_from(["step", "sleep", "waitForEvent", "rollback", "termination", "brand new", None])
steps = st.builds(
    Step,
    type=kinds,
    name=st.text(max_size=20),
    start=moments,
    end=moments,
    success=flags,
    finished=flags,
    error=errors,
    attempts=attempts,
)
statuses = st.sampled_from(["errored", "complete", "terminated", "running", "waiting", "brand new"])


def _states(found: InstanceDetail) -> list[State]:
    return [entry.state for entry in cut_page(found, 0, NOW).entries]


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (done("a", 1, 2), State.DONE),
        (failed("a", 1, failures(1, 1)), State.FAILED),
        (retrying("a", 1, failures(1, 1)), State.GOING),
        (Step(type="step", name="a-1"), State.UNKNOWN),
        (Step(type="sleep", name="a-1", start=at(1), end=at(9), finished=True), State.DONE),
        (Step(type="sleep", name="a-1", start=at(1), end=at(9_000), finished=False), State.GOING),
        (
            Step(type="waitForEvent", name="a-1", start=at(1), end=at(9), finished=True, error=CARD),
            State.FAILED,
        ),
        (Step(type="rollback", name="a-1", start=at(1), end=at(2), success=False), State.FAILED),
        (Step(type="termination", trigger=Trigger(source="user")), State.DONE),
        (Step(type="brand new", name="a-1", start=at(1)), State.GOING),
    ],
)
def test_a_step_is_done_failed_or_goes_on(step: Step, state: State) -> None:
    assert _states(detail("running", [step])) == [state]


def test_what_went_on_when_its_instance_ended_goes_on_no_more() -> None:
    found = detail("terminated", [retrying("a", 1, failures(1, 1)), Step(type="termination")])
    assert _states(found) == [State.STOPPED, State.DONE]
    assert summarize_steps(found).first_going is None


def test_the_step_that_failed_comes_before_one_whose_error_was_caught() -> None:
    other = InstanceError(name="Error", message="no stock")
    caught = failed("optional", 1, failures(1, 1, other))
    found = detail("errored", [caught, done("b", 5, 6), failed("charge", 7, failures(7, 3))])
    key_step = find_key_step(found, summarize_steps(found))
    assert key_step is not None
    assert (key_step.entry.number, key_step.entry.name, key_step.entry.attempts, key_step.most_attempts) == (
        3,
        "charge",
        3,
        6,
    )
    assert summarize_steps(found).first_failed == 0


def test_the_step_that_failed_stands_out_while_it_is_rolled_back() -> None:
    undoing = Step(type="rollback", name="a-1", start=at(20))
    found = detail("rollingBack", [done("a", 1, 2), failed("charge", 3, failures(3, 1)), undoing])
    key_step = find_key_step(found, summarize_steps(found))
    assert key_step is not None
    assert key_step.entry.name == "charge"
    assert summarize_steps(found).first_going == 2


def test_no_step_stands_out_of_what_ended_well_though_an_error_was_caught() -> None:
    found = detail("complete", [failed("optional", 1, failures(1, 1)), done("b", 5, 6)])
    assert find_key_step(found, summarize_steps(found)) is None
    assert summarize_steps(found).failures == 1


def test_the_step_that_goes_on_stands_out_of_what_runs() -> None:
    found = detail("running", [done("a", 1, 2), retrying("b", 3, failures(3, 2))])
    key_step = find_key_step(found, summarize_steps(found))
    assert key_step is not None
    assert (key_step.entry.name, key_step.next_at) == ("b", at(3 + 3 + 2 + 2))


def test_attempts_in_a_row_that_failed_alike_are_put_together() -> None:
    other = InstanceError(name="Error", message="timeout")
    made = (*failures(1, 3), *failures(20, 1, other), Attempt(start=at(30)))
    groups = group_attempts(made)
    assert [(group.first, group.last, group.error, group.is_going) for group in groups] == [
        (1, 3, CARD, False),
        (4, 4, other, False),
        (5, 5, None, True),
    ]


@given(attempts)
def test_no_attempt_is_lost_in_the_groups(made: tuple[Attempt, ...]) -> None:
    groups = group_attempts(made)
    assert [start for group in groups for start in group.starts] == [each.start for each in made]
    assert [group.first for group in groups] == [
        1 + sum(len(g.starts) for g in groups[:k]) for k in range(len(groups))
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("charge card-1", "charge card"),
        ("charge card-2", "charge card #2"),
        ("step-3-1", "step-3"),
        ("plain", "plain"),
    ],
)
def test_a_name_is_shown_without_its_counter_but_where_it_comes_again(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@given(st.integers(0, 130), st.integers(-10, 200))
def test_pages_follow_each_other_without_a_gap(count: int, place: int) -> None:
    found = detail("running", [done(f"s{number}", number, number + 1) for number in range(count)])
    page = cut_page(found, place, NOW)
    assert page.first % STEPS_PER_PAGE == 0
    assert len(page.entries) == min(STEPS_PER_PAGE, count - page.first)
    assert [entry.number for entry in page.entries] == [page.first + 1 + k for k in range(len(page.entries))]
    if 0 <= place < count:
        assert page.first <= place < page.first + STEPS_PER_PAGE


@given(st.lists(steps, max_size=6), statuses)
def test_a_bar_is_never_empty_where_a_step_has_times_and_never_longer_than_its_room(
    made: list[Step], status: str
) -> None:
    found = detail(status, made, end=NOW)
    page = cut_page(found, 0, NOW)
    for entry in page.entries:
        drawn = bar(entry, page.scale, NOW)
        assert len(drawn) == BAR_WIDTH
        has_times = entry.start is not None and entry.last_moment(NOW) is not None
        assert ("\N{FULL BLOCK}" in drawn) == has_times


def test_bars_are_to_scale() -> None:
    found = detail("complete", [done("a", 0, 30), done("b", 30, 60), done("c", 60, 120)])
    page = cut_page(found, 0, NOW)
    full, empty = "\N{FULL BLOCK}", "\N{LIGHT SHADE}"
    assert [bar(entry, page.scale, NOW) for entry in page.entries] == [
        full * 3 + empty * 9,
        empty * 3 + full * 3 + empty * 6,
        empty * 6 + full * 6,
    ]


def test_a_step_that_goes_on_reaches_until_now() -> None:
    going = TimelineStep(1, "sleep", "a", State.GOING, BEGIN, NOW + timedelta(days=1))
    assert bar(going, (BEGIN, NOW), NOW) == "\N{FULL BLOCK}" * BAR_WIDTH


async def test_a_view_has_the_page_that_a_step_is_on() -> None:
    found = detail("running", [done(f"s{number}", number, number + 1) for number in range(45)])
    view = await build_view(InstanceRef("orders", "ord-1"), found, 44, NOW)
    assert (view.summary.total, view.page.first, len(view.page.entries)) == (45, 40, 5)
