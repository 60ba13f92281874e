"""What a job says of itself while it runs, and how it is cancelled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.dbos_runtime import JobDefinition, report_progress
from bot.jobs.model import Job, JobState, Progress
from bot.jobs.runtime import JobRuntime


@dataclass
class Counting:
    """Counts its steps; each waits until the test lets it go on."""

    counted: int = 0
    may_go_on: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def let_go_on(self, steps: int = 1) -> None:
        for _ in range(steps):
            self.may_go_on.release()


COUNT: JobDefinition[Counting] = JobDefinition(workflow="count_for_a_test", queue="counting")


@COUNT.workflow
async def count(most: int) -> str:
    for done in range(most):
        await report_progress(done, most)
        await _count()
    await report_progress(most, most)
    return "counted"


@COUNT.step("count")
async def _count() -> None:
    steps = COUNT.steps
    await steps.may_go_on.acquire()
    if steps.counted < 0:
        raise ValueError("no more")
    steps.counted += 1


@asynccontextmanager
async def running(engine: AsyncEngine, steps: Counting) -> AsyncIterator[JobRuntime]:
    runtime = JobRuntime(engine, "T0TEST0001", takeover=timedelta(seconds=30), grace=timedelta(seconds=5))
    await runtime.start({COUNT: steps})
    try:
        yield runtime
    finally:
        await runtime.stop()


async def end_jobs() -> None:
    """End what a runtime without grace has left, as the end of its process would."""
    left = [task for task in asyncio.all_tasks() if "_execute_workflow_async" in repr(task)]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


async def reached(runtime: JobRuntime, job_id: str, wanted: Progress) -> None:
    """Wait until a job is where it is wanted."""
    async with asyncio.timeout(20):
        while (found := await runtime.get_progress(job_id)) != wanted:
            assert found is not None
            await asyncio.sleep(0.2)


async def test_a_job_tells_how_far_it_is(engine: AsyncEngine) -> None:
    steps = Counting()
    async with running(engine, steps) as runtime:
        assert await runtime.get_progress("none") is None
        await COUNT.enqueue(Job("count:1", (2,), partition="a"))
        await reached(runtime, "count:1", Progress(JobState.RUNNING, 0, 2))
        steps.let_go_on()
        await reached(runtime, "count:1", Progress(JobState.RUNNING, 1, 2))
        steps.let_go_on()
        await reached(runtime, "count:1", Progress(JobState.DONE, 2, 2))
        assert not await runtime.cancel("count:1")


async def test_a_cancelled_job_begins_no_other_step(engine: AsyncEngine) -> None:
    steps = Counting()
    async with running(engine, steps) as runtime:
        await COUNT.enqueue(Job("count:1", (3,), partition="a"))
        await COUNT.enqueue(Job("count:2", (1,), partition="a"))
        await reached(runtime, "count:1", Progress(JobState.RUNNING, 0, 3))
        await reached(runtime, "count:2", Progress(JobState.WAITING))
        assert await runtime.cancel("count:1")
        steps.let_go_on(5)
        await reached(runtime, "count:2", Progress(JobState.DONE, 1, 1))
        assert await runtime.get_progress("count:1") == Progress(JobState.CANCELLED, 0, 3)
        assert steps.counted == 2


async def test_a_job_can_be_cancelled_before_it_begins(engine: AsyncEngine) -> None:
    steps = Counting()
    async with running(engine, steps) as runtime:
        await COUNT.enqueue(Job("count:1", (1,), partition="a"))
        await reached(runtime, "count:1", Progress(JobState.RUNNING, 0, 1))
        await COUNT.enqueue(Job("count:2", (1,), partition="a"))
        assert await runtime.cancel("count:2")
        assert not await runtime.cancel("none")
        steps.let_go_on(5)
        await reached(runtime, "count:1", Progress(JobState.DONE, 1, 1))
        assert await runtime.get_progress("count:2") == Progress(JobState.CANCELLED)


async def test_a_job_that_fails_says_so(engine: AsyncEngine) -> None:
    steps = Counting(counted=-1)
    steps.let_go_on()
    async with running(engine, steps) as runtime:
        await COUNT.enqueue(Job("count:1", (1,), partition="a"))
        await reached(runtime, "count:1", Progress(JobState.FAILED, 0, 1))
