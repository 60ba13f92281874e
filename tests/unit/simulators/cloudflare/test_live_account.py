"""The live account: deterministic, consistent, and with frequent changes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playground.simulators.cloudflare import (
    InstanceRecord,
    Simulation,
    Sleep,
    Step,
    Termination,
    WaitForEvent,
)
from tests.support.clock import Clock

from .observer import ENDED, NAMES, START, AccountObserver, everything

LONGEST_LIFECYCLE = timedelta(hours=16)
PLANS = {
    "order-processing": [
        "validate order-1",
        "reserve stock-1",
        "payment confirmed-1",
        "charge card-1",
        "grace period-1",
        "book shipment-1",
        "send confirmation-1",
    ],
    "image-pipeline": ["fetch original-1", "resize & encode-1", "write to R2-1"],
    "invoice-run": ["collect usage-1", "render PDF-1", "settle-1", "e-mail invoice-1"],
    "exchange-rates": ["download rates-1", "store rates-1"],
    "nightly-cleanup": ["list expired carts-1", "delete expired carts-1", "vacuum-1"],
}


EIGHT_DAYS = timedelta(days=8)


@pytest.fixture(scope="module")
def eight_days_later() -> dict[str, list[InstanceRecord]]:
    """Return an account that nobody looked at for eight days; tests only read it."""
    return AccountObserver(instances=300).at(START + EIGHT_DAYS)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    instances=st.integers(0, 80),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    looks=st.lists(st.timedeltas(timedelta(0), timedelta(hours=12)), min_size=1, max_size=40),
)
def test_the_account_depends_on_the_time_and_not_on_earlier_reads(
    seed: int, instances: int, start: datetime, looks: list[timedelta]
) -> None:
    often, once = AccountObserver(seed, instances, start), AccountObserver(seed, instances, start)
    for look in looks:  # the clock may even be set back in between
        often.at(start + look)

    assert often.at(start + max(looks)) == once.at(start + max(looks))


def look_every_half_hour(until: datetime) -> dict[str, list[InstanceRecord]]:
    """Return an account at a time, after looking at it since the start."""
    observer = AccountObserver(instances=300)
    for look in range((until - START) // timedelta(minutes=30)):
        observer.at(START + look * timedelta(minutes=30))
    return observer.at(until)


def test_a_night_ends_where_looking_every_half_hour_does() -> None:
    morning = START + timedelta(hours=15, minutes=7)

    assert AccountObserver(instances=300).at(morning) == look_every_half_hour(morning)


def test_eight_days_end_where_looking_every_half_hour_does(
    eight_days_later: dict[str, list[InstanceRecord]],
) -> None:
    assert eight_days_later == look_every_half_hour(START + EIGHT_DAYS)


def test_another_seed_has_other_lifecycles() -> None:
    assert AccountObserver(seed=1).after(hours=1) != AccountObserver(seed=2).after(hours=1)


def test_at_first_it_is_the_seeded_account() -> None:
    still = Simulation(clock=Clock(START))
    still.seed(1, instances=400)

    assert AccountObserver().at(START) == {name: still.instances(name) for name in NAMES}


def test_an_account_stands_still_unless_it_was_asked_to_move() -> None:
    observer = AccountObserver()
    observer.simulation.seed(1, instances=400)
    before = observer.at(START)

    assert observer.after(days=3) == before


def test_where_nothing_is_due_nothing_is_touched() -> None:
    observer = AccountObserver()
    before = everything(observer.after(hours=1))
    after = everything(observer.after(microseconds=1))

    assert all(one is other for one, other in zip(before, after, strict=True))


def test_every_change_continues_the_previous_state() -> None:
    observer = AccountObserver()
    for before, after in pairwise(observer.looks(600, minutes=1)):
        for key in before.keys() & after.keys():
            if before[key] != after[key]:
                assert_continues(before[key], after[key], observer.clock.moment)


def assert_continues(before: InstanceRecord, after: InstanceRecord, now: datetime) -> None:
    assert before.status not in ENDED
    assert (before.key, before.params, before.version_id) == (after.key, after.params, after.version_id)
    assert before.started_on in (None, after.started_on)
    assert max(before.modified_on, now - timedelta(minutes=1)) < after.modified_on <= now
    assert len(before.steps) <= len(after.steps)
    for old, new in zip(before.steps, after.steps, strict=False):
        if isinstance(old, Step) and isinstance(new, Step):
            ended = tuple(attempt for attempt in old.attempts if attempt.end is not None)
            assert new.attempts[: len(ended)] == ended
            assert (old.name, old.kind, old.retries) == (new.name, new.kind, new.retries)
            assert old.attempts[-1].start == new.attempts[len(old.attempts) - 1].start
            assert old == new or old.output is None
        elif isinstance(old, Sleep | WaitForEvent) and isinstance(new, Sleep | WaitForEvent):
            assert (old.name, old.start) == (new.name, new.start)
            assert old == new or (new.finished and not old.finished)
            assert new.end <= old.end
        else:
            assert old == new


def test_times_are_in_order_and_in_the_past() -> None:
    observer = AccountObserver()
    for account in observer.looks(100, minutes=7, seconds=13):
        for instance in account.values():
            moments = [instance.created_on, instance.started_on, instance.ended_on]
            known = [moment for moment in moments if moment is not None]
            assert known == sorted(known)
            assert known[-1] <= instance.modified_on <= observer.clock.moment
            assert (instance.ended_on is None) == (instance.status not in ENDED)
            assert (instance.started_on is None) == (instance.status == "queued")
            assert instance.ended_on in (None, instance.modified_on)


def test_steps_follow_one_another_in_the_past() -> None:
    now = START + timedelta(hours=30)
    for instance in everything(AccountObserver().at(now)):
        if instance.created_on < START:
            continue
        moment = instance.created_on
        for step in instance.steps:
            attempts = step.attempts if isinstance(step, Step) else ()
            for attempt in attempts:
                assert moment <= attempt.start <= (moment := attempt.end or attempt.start) <= now
            if isinstance(step, Sleep | WaitForEvent):
                assert moment <= step.start <= step.end
                assert step.finished == (step.end <= now)
                moment = step.end if step.finished else step.start


def test_ended_instances_have_the_steps_of_their_status() -> None:
    ended = [
        (name, instance)
        for name, found in AccountObserver().after(days=2).items()
        for instance in found
        if instance.ended_on is not None and instance.ended_on > START
    ]

    assert {instance.status for _, instance in ended} == set(ENDED)
    for name, instance in ended:
        assert_ended_well(instance, PLANS[name])


def assert_ended_well(instance: InstanceRecord, plan: list[str]) -> None:
    work = [step for step in instance.steps if isinstance(step, Step)]
    assert all(attempt.end is not None for step in work for attempt in step.attempts)
    assert all(step.finished for step in instance.steps if isinstance(step, Sleep | WaitForEvent))
    assert any(isinstance(step, Termination) for step in instance.steps) == (instance.status == "terminated")
    forth = [step for step in instance.steps if not (isinstance(step, Step) and step.kind == "rollback")]
    names = [step.name for step in forth if not isinstance(step, Termination)]
    assert names == plan[: len(names)]
    match instance.status:
        case "complete":
            assert (names, instance.error, instance.output) == (plan, None, '{"ok":true}')
            assert all(step.attempts[-1].success for step in work)
        case "errored":
            assert isinstance(forth[-1], Step)
            assert forth[-1].attempts[-1].error == instance.error is not None
        case _:
            assert isinstance(instance.steps[-1], Termination)


def test_all_that_had_not_ended_when_seeded_ends_within_a_day() -> None:
    observer = AccountObserver(instances=3000)
    pending = {instance.id for instance in everything(observer.at(START)) if instance.status not in ENDED}

    later = [instance for instance in everything(observer.after(days=1)) if instance.id in pending]

    assert len(later) == len(pending) > 100
    assert {instance.status for instance in later} == set(ENDED)
    assert len({instance.ended_on for instance in later}) > 100


def test_no_lifecycle_is_longer_than_the_limit(eight_days_later: dict[str, list[InstanceRecord]]) -> None:
    created = [
        each for each in everything(eight_days_later) if each.created_on > START and each.ended_on is not None
    ]

    assert max((each.ended_on or each.created_on) - each.created_on for each in created) < LONGEST_LIFECYCLE
