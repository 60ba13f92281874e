"""The seeded account: realistic and deterministic."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.playground.simulators.cloudflare import (
    STATUSES,
    InstanceRecord,
    Simulation,
    Sleep,
    Step,
    Termination,
    WaitForEvent,
)
from tests.support.clock import Clock

from .client import Client

NAMES = ("order-processing", "image-pipeline", "invoice-run", "exchange-rates", "nightly-cleanup")
ENDED = ("complete", "errored", "terminated")


def all_instances(simulation: Simulation) -> list[InstanceRecord]:
    return [instance for name in NAMES for instance in simulation.instances(name)]


def seeded(clock: Clock, seed: int = 1, instances: int = 400) -> Simulation:
    simulation = Simulation(clock=clock)
    simulation.seed(seed, instances=instances)
    return simulation


@pytest.fixture(scope="module")
def large_account() -> tuple[InstanceRecord, ...]:
    """Return the instances of a large account as of the clock's first time; tests only read them."""
    return tuple(all_instances(seeded(Clock(datetime(2026, 11, 23, 14, tzinfo=UTC)), instances=12_000)))


def test_the_same_seed_gives_the_same_account(clock: Clock) -> None:
    assert all_instances(seeded(clock)) == all_instances(seeded(clock))
    assert all_instances(seeded(clock)) != all_instances(seeded(clock, seed=2))


@pytest.mark.parametrize("number", [0, 1, 3, 400])
def test_it_holds_as_many_instances_as_asked_for(clock: Clock, number: int) -> None:
    assert len(all_instances(seeded(clock, instances=number))) == number


def test_ids_are_unique_within_a_workflow(large_account: tuple[InstanceRecord, ...]) -> None:
    ids = {(instance.workflow_id, instance.id) for instance in large_account}

    assert len(ids) == len(large_account) == 12_000
    assert len({instance.workflow_id for instance in large_account}) == len(NAMES)


def test_every_status_is_there_and_most_are_complete(clock: Clock) -> None:
    statuses = [instance.status for instance in all_instances(seeded(clock))]

    assert set(statuses) == set(STATUSES)
    assert statuses.count("complete") > len(statuses) / 2


def test_nothing_happens_in_the_future_or_before_retention_began(
    clock: Clock, large_account: tuple[InstanceRecord, ...]
) -> None:
    for instance in large_account:
        moments = [instance.created_on, instance.started_on, instance.ended_on, instance.modified_on]
        assert all(moment is None or moment <= clock() for moment in moments)
        assert instance.created_on > clock() - timedelta(days=8)


def test_no_step_happened_in_the_future(clock: Clock, large_account: tuple[InstanceRecord, ...]) -> None:
    for instance in large_account:
        attempts = [attempt for step in instance.steps if isinstance(step, Step) for attempt in step.attempts]
        assert all((attempt.end or attempt.start) <= clock() for attempt in attempts)


def test_an_instance_just_created_has_not_ended(
    clock: Clock, large_account: tuple[InstanceRecord, ...]
) -> None:
    newest = [instance for instance in large_account if instance.created_on > clock() - timedelta(minutes=5)]

    assert newest
    assert not any(instance.status in ENDED for instance in newest)


def test_times_and_errors_fit_the_status(clock: Clock) -> None:
    for instance in all_instances(seeded(clock)):
        assert (instance.ended_on is not None) == (instance.status in ENDED)
        assert (instance.started_on is None) == (instance.status == "queued")
        assert (instance.error is not None) == (instance.status in ("errored", "rollingBack"))
        if instance.ended_on is not None and instance.started_on is not None:
            assert instance.created_on <= instance.started_on <= instance.ended_on


def test_steps_fit_the_status(clock: Clock) -> None:
    for instance in all_instances(seeded(clock)):
        pending = [
            step for step in instance.steps if isinstance(step, Sleep | WaitForEvent) and not step.finished
        ]
        assert not pending or instance.status == "waiting"
        assert all(step.end > clock() for step in pending)
        assert any(isinstance(step, Termination) for step in instance.steps) == (
            instance.status == "terminated"
        )


def test_cron_lines_name_their_instances(clock: Clock) -> None:
    newest = seeded(clock).instances("exchange-rates")[0]

    assert newest.id == "*/30 * * * *-1795442400000"
    assert newest.trigger_source == "cron"
    assert newest.schedule is not None


async def test_a_seeded_instance_can_be_described(simulation: Simulation, client: Client) -> None:
    simulation.seed(1, instances=100)
    for instance in all_instances(simulation):
        workflow = next(name for name in NAMES if instance in simulation.instances(name))
        answer = await client.instance(workflow, instance.id)
        assert answer.status == 200, answer.text
