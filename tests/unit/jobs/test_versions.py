"""A new version of the steps, or an older one again: nothing is lost, and no partition is mute."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.model import Job, JobState, Progress
from bot.jobs.runtime import JobRuntime
from bot.storage.database import migrate, open_database
from bot.storage.tables import workers
from tests.support.postgres import create_database
from tests.support.teams import TEAM

from .test_progress import COUNT, Counting, end_jobs, reached

LOOK = timedelta(seconds=0.5)
JOBS = [Job("1:running", (2,), "a"), Job("2:waiting", (1,), "a"), Job("3:waiting", (1,), "a")]
IDS = [job.id for job in JOBS]


@asynccontextmanager
async def running(engine: AsyncEngine, steps: Counting, version: str) -> AsyncIterator[JobRuntime]:
    """Run a worker of a version; it leaves what it runs at its end."""
    runtime = JobRuntime(engine, TEAM, timedelta(seconds=2), timedelta(0), LOOK, version=version)
    await runtime.start({COUNT: steps})
    try:
        yield runtime
    finally:
        await runtime.stop()
        await end_jobs()


async def leave_jobs(engine: AsyncEngine, version: str) -> None:
    """Leave a job in the middle, and two that wait behind it."""
    steps = Counting()
    async with running(engine, steps, version) as runtime:
        for job in JOBS:
            await COUNT.enqueue(job)
        steps.let_go_on()
        await reached(runtime, JOBS[0].id, Progress(JobState.RUNNING, 1, 2))


async def comes(condition: Callable[[], Awaitable[bool]], within: float = 20) -> None:
    async with asyncio.timeout(within):
        while not await condition():  # noqa: ASYNC110 - what it waits for is in a database
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(("before", "after"), [("1", "2"), ("2", "1")])
async def test_what_another_version_left_is_given_up_at_once_beside_an_sqlite_file(
    engine: AsyncEngine, before: str, after: str
) -> None:
    await leave_jobs(engine, before)
    steps = Counting()
    steps.let_go_on()
    async with running(engine, steps, after) as runtime:

        async def are_given_up() -> bool:
            return await runtime.find_abandoned(IDS) == set(IDS)

        await comes(are_given_up, within=5)
        await COUNT.enqueue(Job("4:anew", (1,), "a"))
        await reached(runtime, "4:anew", Progress(JobState.DONE, 1, 1))
        assert steps.counted == 1, "no step of another version is done"


async def test_what_has_no_version_at_all_is_given_up(engine: AsyncEngine, tmp_path: Path) -> None:
    await leave_jobs(engine, "1")
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3.dbos.sqlite3")) as connection:
        connection.execute("UPDATE workflow_status SET application_version = NULL")
        connection.execute("INSERT INTO application_versions VALUES ('9', '9', 9e15, 9e15, NULL)")
        connection.commit()
    async with running(engine, Counting(), "1") as runtime:

        async def are_given_up() -> bool:
            return await runtime.find_abandoned(IDS) == set(IDS)

        await comes(are_given_up, within=5)


class TestOnPostgreSQL:
    @pytest.fixture
    async def postgres(self, postgres_server: str) -> AsyncIterator[AsyncEngine]:
        engine = open_database(create_database(postgres_server))
        await migrate(engine)
        yield engine
        await engine.dispose()

    async def test_an_old_version_keeps_its_jobs_while_it_lives_and_then_they_are_given_up(
        self, postgres: AsyncEngine
    ) -> None:
        await leave_jobs(postgres, "1")
        steps = Counting()
        steps.let_go_on()
        async with running(postgres, steps, "2") as runtime:

            async def are_given_up() -> bool:
                return await runtime.find_abandoned(IDS) == set(IDS)

            until = time.monotonic() + 4
            while time.monotonic() < until:
                await beat(postgres)
                assert await runtime.find_abandoned(IDS) == frozenset()
                await asyncio.sleep(0.2)
            await comes(are_given_up)
            await COUNT.enqueue(Job("4:anew", (1,), "a"))
            await reached(runtime, "4:anew", Progress(JobState.DONE, 1, 1))


async def beat(engine: AsyncEngine) -> None:
    """Have every worker that is known be alive."""
    async with engine.begin() as connection:
        await connection.execute(update(workers).values(beat_at=round(time.time() * 1000)))
