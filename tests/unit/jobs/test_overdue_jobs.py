"""Jobs that wait or run for longer than they may are counted; those that wait for others are not."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.model import Job, JobState, Progress
from bot.jobs.runtime import JobRuntime
from bot.jobs.upkeep import OverdueAfter
from tests.support.teams import TEAM

from .test_progress import COUNT, Counting, reached

LOOK = timedelta(seconds=0.2)
LONG = timedelta(hours=1)


@asynccontextmanager
async def running(engine: AsyncEngine, after: OverdueAfter, steps: Counting) -> AsyncIterator[JobRuntime]:
    runtime = JobRuntime(engine, TEAM, timedelta(seconds=30), timedelta(seconds=5), LOOK, after)
    await runtime.start({COUNT: steps})
    try:
        yield runtime
    finally:
        await runtime.stop()


async def overdue(runtime: JobRuntime, wanted: int) -> None:
    async with asyncio.timeout(10):
        while runtime.overdue != wanted:  # noqa: ASYNC110 - the runtime counts at each look
            await asyncio.sleep(0.05)


async def test_a_job_that_runs_for_too_long_is_overdue_until_it_ends(engine: AsyncEngine) -> None:
    steps = Counting()
    async with running(engine, OverdueAfter(LONG, timedelta(seconds=1)), steps) as runtime:
        await COUNT.enqueue(Job("count:1", (1,), "a"))
        await COUNT.enqueue(Job("count:2", (1,), "a"))
        await reached(runtime, "count:1", Progress(JobState.RUNNING, 0, 1))
        assert runtime.overdue == 0
        await overdue(runtime, 1)
        steps.let_go_on(2)
        await reached(runtime, "count:2", Progress(JobState.DONE, 1, 1))
        await overdue(runtime, 0)


async def test_a_job_that_waits_behind_another_is_not_overdue(engine: AsyncEngine) -> None:
    steps = Counting()
    async with running(engine, OverdueAfter(timedelta(seconds=0.5), LONG), steps) as runtime:
        await COUNT.enqueue(Job("count:1", (1,), "a"))
        await COUNT.enqueue(Job("count:2", (1,), "a"))
        await reached(runtime, "count:1", Progress(JobState.RUNNING, 0, 1))
        await asyncio.sleep(1.5)
        assert runtime.overdue == 0
        steps.let_go_on(2)


async def test_a_job_that_nothing_is_in_the_way_of_is_overdue_if_it_does_not_begin(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    steps = Counting()
    after = OverdueAfter(timedelta(seconds=1.5), LONG)
    async with running(engine, after, steps) as runtime:
        await COUNT.enqueue(Job("count:1", (1,), "a"))
        await COUNT.enqueue(Job("count:2", (1,), "a"))
        await reached(runtime, "count:1", Progress(JobState.RUNNING, 0, 1))
        with closing(sqlite3.connect(tmp_path / "bot.sqlite3.dbos.sqlite3", timeout=10)) as connection:
            connection.execute(
                "UPDATE workflow_status SET queue_partition_key = NULL WHERE workflow_uuid = 'count:2'"
            )
            connection.commit()
        steps.let_go_on()
        await overdue(runtime, 1)
        assert await runtime.cancel("count:2")
        await overdue(runtime, 0)
