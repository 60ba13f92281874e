"""A job whose end the database did not take is taken up again, by the same worker, and blocks no other."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.dbos_runtime import JobDefinition, WorkflowLease
from bot.jobs.model import Job, JobState
from bot.jobs.runtime import JobRuntime
from tests.support.teams import TEAM

REFUSED_ENDS = """CREATE TRIGGER no_end BEFORE UPDATE ON workflow_status
    WHEN NEW.status IN ('SUCCESS', 'ERROR') BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"""
REFUSED_STEPS = """CREATE TRIGGER no_step BEFORE INSERT ON operation_outputs
    BEGIN SELECT RAISE(ABORT, 'attempt to write a readonly database'); END"""
LOOK = timedelta(seconds=0.4)
SELDOM = timedelta(seconds=2)
"""Longer than ends are refused. A second run's end could be refused, and its failure be taken."""


@dataclass
class Noted:
    """What the steps did, by job."""

    done: list[str] = field(default_factory=list)
    first: asyncio.Event = field(default_factory=asyncio.Event)


NOTE: JobDefinition[Noted] = JobDefinition(workflow="note_for_a_test", queue="notes")


@NOTE.workflow
async def note(name: str) -> str:
    await _note(name)
    return name


@NOTE.step("note")
async def _note(name: str) -> None:
    NOTE.steps.done.append(name)
    NOTE.steps.first.set()


@asynccontextmanager
async def running(engine: AsyncEngine, steps: Noted) -> AsyncIterator[JobRuntime]:
    runtime = JobRuntime(engine, TEAM, timedelta(seconds=30), timedelta(seconds=5), stranded_every=SELDOM)
    await runtime.start({NOTE: steps})
    try:
        yield runtime
    finally:
        await runtime.stop()


@pytest.fixture
def change_jobs(tmp_path: Path) -> Callable[[str], None]:
    """Change the database of jobs from outside."""

    def execute(statement: str) -> None:
        with closing(sqlite3.connect(tmp_path / "bot.sqlite3.dbos.sqlite3", timeout=10)) as connection:
            connection.execute(statement)
            connection.commit()

    return execute


async def reached(runtime: JobRuntime, job_id: str, state: JobState) -> None:
    async with asyncio.timeout(20):
        found = await runtime.get_progress(job_id)
        while found is None or found.state is not state:
            await asyncio.sleep(0.05)
            found = await runtime.get_progress(job_id)


async def test_a_job_whose_end_was_refused_is_taken_up_again(
    engine: AsyncEngine, change_jobs: Callable[[str], None]
) -> None:
    steps = Noted()
    async with running(engine, steps) as runtime:
        change_jobs(REFUSED_ENDS)
        await NOTE.enqueue(Job("note:1", ("first",), partition="a"))
        await NOTE.enqueue(Job("note:2", ("second",), partition="a"))
        await asyncio.wait_for(steps.first.wait(), 20)
        await asyncio.sleep(1)
        assert steps.done == ["first"], "the partition is blocked meanwhile"
        change_jobs("DROP TRIGGER no_end")
        await reached(runtime, "note:1", JobState.DONE)
        await reached(runtime, "note:2", JobState.DONE)
        assert steps.done == ["first", "second"], "a recorded step is not done again"


async def test_a_job_whose_step_could_not_be_recorded_is_taken_up_again(
    engine: AsyncEngine, change_jobs: Callable[[str], None]
) -> None:
    steps = Noted()
    async with running(engine, steps) as runtime:
        change_jobs(REFUSED_STEPS)
        change_jobs(REFUSED_ENDS)
        await NOTE.enqueue(Job("note:1", ("first",), partition="a"))
        await asyncio.wait_for(steps.first.wait(), 20)
        await asyncio.sleep(1)  # neither the step nor the end is taken meanwhile
        change_jobs("DROP TRIGGER no_step")
        change_jobs("DROP TRIGGER no_end")
        await reached(runtime, "note:1", JobState.DONE)
        assert set(steps.done) == {"first"}


@dataclass
class Leases:
    """The lease of each run of a job, as its step took it; the step waits until it may go on."""

    taken: list[WorkflowLease] = field(default_factory=list)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)


HOLD: JobDefinition[Leases] = JobDefinition(workflow="hold_for_a_test", queue="held")


@HOLD.workflow
async def hold(name: str) -> str:
    await _hold()
    return name


@HOLD.step("hold")
async def _hold() -> None:
    HOLD.steps.taken.append(WorkflowLease("hold:1"))
    await HOLD.steps.may_go_on.wait()


async def test_of_two_runs_of_a_job_in_one_process_the_later_one_has_the_lease(
    engine: AsyncEngine, change_jobs: Callable[[str], None]
) -> None:
    """So it may be after another worker had taken the job over, and died."""
    leases = Leases()
    runtime = JobRuntime(engine, TEAM, timedelta(seconds=30), timedelta(seconds=5), stranded_every=LOOK)
    await runtime.start({HOLD: leases})
    try:
        await HOLD.enqueue(Job("hold:1", ("held",), partition="a"))
        async with asyncio.timeout(20):
            while not leases.taken:  # noqa: ASYNC110 - DBOS calls when it likes
                await asyncio.sleep(0.05)
            assert await leases.taken[0].verify()
            change_jobs("UPDATE workflow_status SET status = 'ENQUEUED', owner_xid = NULL")
            while len(leases.taken) < 2:  # noqa: ASYNC110 - as before
                await asyncio.sleep(0.05)
        assert [await lease.verify() for lease in leases.taken] == [False, True]
        leases.may_go_on.set()
        await reached(runtime, "hold:1", JobState.DONE)
        await asyncio.sleep(3 * LOOK.total_seconds())
        assert len(leases.taken) == 2, "what runs is not taken up again when its other run ends"
    finally:
        await runtime.stop()


async def test_a_running_job_is_left_alone(engine: AsyncEngine) -> None:
    steps = Noted()
    async with running(engine, steps) as runtime:
        await NOTE.enqueue(Job("note:1", ("first",), partition="a"))
        await reached(runtime, "note:1", JobState.DONE)
        await asyncio.sleep(4 * LOOK.total_seconds())
        assert steps.done == ["first"]
