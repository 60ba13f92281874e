"""What counts as trouble, and in which order. Nothing is said where nothing is known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.browse.overview.changes import Changes, changes_of, errored_over_time
from bot.browse.overview.trouble import (
    Baselines,
    CountSample,
    Failures,
    Rise,
    Trouble,
    WorkflowRow,
    by_trouble,
    compare,
    count_failures,
)
from bot.cloudflare.models import CronSchedule, Status, Workflow
from tests.support.commands import NOW
from tests.support.properties import examples

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def workflow(name: str = "orders", **counts: int) -> Workflow:
    return Workflow(name=name, instances={Status(status): count for status, count in counts.items()})


def sample(ago: timedelta, name: str = "orders", **counts: int) -> CountSample:
    return CountSample.of([workflow(name, **counts)], NOW - ago)


def row(now: Workflow, *samples: CountSample) -> WorkflowRow:
    return compare(now, Baselines.of(samples, NOW), NOW)


def test_more_errored_than_at_the_last_look_is_trouble() -> None:
    found = row(workflow(errored=9), sample(2 * DAY, errored=1), sample(HOUR, errored=4))
    assert found.since_look == found.in_day == Rise(5, NOW - HOUR)
    assert found.trouble is Trouble.FAILING


def test_the_first_look_ever_says_nothing_of_changes() -> None:
    found = row(workflow(errored=9, queued=500))
    assert found == WorkflowRow(workflow(errored=9, queued=500))
    assert changes_of([found], None) is None


def test_a_look_of_a_moment_ago_is_this_one() -> None:
    assert row(workflow(errored=9), sample(4 * MINUTE, errored=1)).since_look is None


def test_samples_of_a_clock_that_went_back_since_are_not_compared_with() -> None:
    found = row(workflow(errored=9), sample(-HOUR, errored=1), sample(DAY, errored=8))
    assert found.since_look == Rise(1, NOW - DAY)
    assert row(workflow(errored=9), sample(-HOUR, errored=1)).since_look is None


def test_fewer_than_before_is_no_rise() -> None:
    assert row(workflow(errored=2), sample(HOUR, errored=9)).since_look is None


@pytest.mark.parametrize("now", [Workflow(name="orders"), workflow("letters", errored=9)])
def test_a_workflow_that_was_not_counted_then_or_now_is_not_compared(now: Workflow) -> None:
    look = sample(HOUR, errored=1)
    assert row(now, look).since_look is None
    assert changes_of([row(now, look)], look) == Changes(look.at, 0, 0, complete=False)


def test_a_workflow_that_was_made_since_had_none() -> None:
    made = workflow("letters", errored=9).model_copy(update={"created_on": NOW - MINUTE})
    assert row(made, sample(HOUR)).since_look == Rise(9, NOW - HOUR)


def test_changes_are_added_up() -> None:
    look = CountSample.of([workflow("a", errored=1), workflow("b", errored=2), workflow("c")], NOW - HOUR)
    now = [workflow("a", errored=4), workflow("b", errored=1), workflow("c", errored=1)]
    rows = [row(each, look) for each in now]
    assert changes_of(rows, look) == Changes(NOW - HOUR, errored=4, workflows=2)


@pytest.mark.parametrize(
    ("samples", "grows"),
    [
        ([sample(HOUR, queued=30)], Rise(60, NOW - HOUR)),
        ([sample(3 * HOUR, queued=30), sample(10 * MINUTE, queued=89)], Rise(60, NOW - 3 * HOUR)),
        ([sample(10 * MINUTE, queued=20)], Rise(70, NOW - 10 * MINUTE)),
        ([sample(HOUR, queued=61)], None),
        ([sample(HOUR, queued=90)], None),
        ([sample(2 * DAY, queued=1)], None),
        ([], None),
    ],
)
def test_a_queue_that_grows_is_trouble(samples: Sequence[CountSample], grows: Rise | None) -> None:
    found = row(workflow(queued=90), *samples)
    assert found.queue == grows
    assert found.trouble is (Trouble.QUEUE if grows else None)


def test_a_few_more_in_a_short_queue_are_none() -> None:
    assert row(workflow(queued=10), sample(HOUR, queued=1)).queue is None


@pytest.mark.parametrize(
    ("due", "started", "missed"),
    [
        (NOW - HOUR, None, True),
        (NOW - HOUR, NOW - 2 * HOUR, True),
        (NOW - HOUR, NOW - HOUR, False),
        (NOW - HOUR, NOW - MINUTE, False),
        (NOW - 10 * MINUTE, None, False),
        (NOW + HOUR, NOW - 30 * DAY, False),
        (None, None, False),
    ],
)
def test_a_schedule_is_missed_if_nothing_started_since_it_was_due(
    due: object, started: object, missed: bool
) -> None:
    schedules = (CronSchedule.model_validate({"cron": "0 3 * * *", "next_instance": due}),)
    scheduled = workflow().model_copy(update={"schedules": schedules, "triggered_on": started})
    found = row(scheduled)
    assert found.missed == (due if missed else None)
    assert found.trouble is (Trouble.MISSED if missed else None)


def test_a_deleted_script_is_trouble() -> None:
    assert row(workflow().model_copy(update={"script_deleted": True})).trouble is Trouble.DELETED


def test_failures_are_trouble_unless_all_are_known_to_be_old() -> None:
    found = row(workflow(errored=40))
    assert found.trouble is Trouble.ERRORED
    assert replace(found, failures=Failures(0, 0, complete=False)).trouble is Trouble.ERRORED
    assert replace(found, failures=Failures(0, 3)).trouble is Trouble.FAILING
    assert replace(found, failures=Failures(0, 0)).trouble is None


def test_what_rose_since_an_old_look_is_no_news_if_none_failed_in_the_day() -> None:
    found = row(workflow(errored=9), sample(6 * DAY, errored=4))
    assert found.since_look == Rise(5, NOW - 6 * DAY, is_recent=False)
    assert found.trouble is Trouble.FAILING, "it may have risen just now"
    assert replace(found, failures=Failures(0, 0, complete=False)).trouble is Trouble.FAILING
    assert replace(found, failures=Failures(0, 0)).trouble is Trouble.ERRORED
    assert replace(found, failures=Failures(0, 1)).trouble is Trouble.FAILING
    recent = row(workflow(errored=9), sample(HOUR, errored=4))
    assert replace(recent, failures=Failures(0, 0)).trouble is Trouble.FAILING, "the counts are newer"


def test_failures_count_by_their_end() -> None:
    ends = [NOW - ago for ago in (MINUTE, HOUR, 2 * HOUR, DAY, DAY + MINUTE)]
    assert count_failures(ends, NOW, complete=True) == Failures(hour=2, day=4)


def test_what_is_errored_is_drawn_only_if_it_rose_and_there_is_enough_of_it() -> None:
    samples = [sample(9 * HOUR, errored=2), sample(2 * HOUR, errored=5)]
    rows = [row(workflow(errored=7), *samples)]
    assert errored_over_time(rows, samples, NOW) == (
        (NOW - 9 * HOUR, 2),
        (NOW - 2 * HOUR, 5),
        (NOW, 7),
    )
    assert errored_over_time(rows, samples[1:], NOW) == ()
    assert errored_over_time([row(workflow(errored=2))], [sample(9 * HOUR, errored=2)] * 2, NOW) == ()
    assert errored_over_time(rows, [sample(2 * DAY), *samples[1:]], NOW) == ()


def test_what_some_samples_lack_is_drawn_in_none() -> None:
    samples = [sample(9 * HOUR, errored=2), sample(2 * HOUR, errored=5), sample(HOUR, "mail", errored=9)]
    assert errored_over_time([row(workflow(errored=7))], samples, NOW) == ()


rises = st.none() | st.builds(Rise, st.integers(1, 99), st.just(NOW - HOUR))
rows = st.builds(
    WorkflowRow,
    st.builds(
        lambda name, errored, deleted: workflow(name, errored=errored).model_copy(
            update={"script_deleted": deleted}
        ),
        st.text("aAbB-", min_size=1, max_size=3),
        st.integers(0, 99),
        st.booleans(),
    ),
    failures=st.none() | st.builds(Failures, st.integers(0, 5), st.integers(0, 9), st.booleans()),
    since_look=rises,
    in_day=rises,
    queue=rises,
    missed=st.none() | st.just(NOW - HOUR),
)


@given(st.lists(rows, max_size=12, unique_by=lambda each: each.name), st.randoms(use_true_random=False))
@settings(max_examples=examples(60))
def test_trouble_comes_before_all_else_and_the_order_depends_on_nothing_but_the_rows(
    listed: list[WorkflowRow], random: object
) -> None:
    ranked = sorted(listed, key=by_trouble)
    shuffled = list(listed)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sorted(shuffled, key=by_trouble) == ranked
    kinds = [each.trouble for each in ranked]
    assert kinds == sorted(kinds, key=lambda kind: len(Trouble) if kind is None else kind)
    quiet = [each.name for each in ranked if each.trouble is None]
    assert quiet == sorted(quiet, key=lambda name: (name.casefold(), name))
    failing = [each for each in ranked if each.trouble is Trouble.FAILING]
    hours = [each.failures.hour if each.failures else 0 for each in failing]
    assert hours == sorted(hours, reverse=True)
