"""What the database holds of jobs runs as no code, and the jobs of earlier versions go on."""

import asyncio
import base64
import pickle
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.model import Job, JobState, Progress
from bot.jobs.runtime import JobRuntime

from .test_progress import COUNT, Counting, reached, running

Change = Callable[[str, Sequence[Any]], list[Any]]


@pytest.fixture
def change_jobs(tmp_path: Path) -> Change:
    """Read and change the database of jobs from outside."""

    def execute(statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with closing(sqlite3.connect(tmp_path / "bot.sqlite3.dbos.sqlite3", timeout=10)) as connection:
            rows = connection.execute(statement, values).fetchall()
            connection.commit()
        return rows

    return execute


class Harmful:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._path,)


async def store_inputs(runtime: JobRuntime, change: Change, inputs: object) -> None:
    """Have a job wait behind another, and store its arguments as earlier versions of the bot did."""
    await COUNT.enqueue(Job("count:1", (1,), partition="a"))
    await COUNT.enqueue(Job("count:2", (1,), partition="a"))
    await reached(runtime, "count:1", Progress(JobState.RUNNING, 0, 1))
    await reached(runtime, "count:2", Progress(JobState.WAITING))
    text = base64.b64encode(pickle.dumps({"args": (inputs,), "kwargs": {}})).decode()
    change("UPDATE workflow_status SET serialization = 'py_pickle' WHERE workflow_uuid = 'count:2'", ())
    change("UPDATE workflow_input SET inputs = ? WHERE workflow_uuid = 'count:2'", (text,))


async def test_a_job_is_stored_as_json(engine: AsyncEngine, change_jobs: Change) -> None:
    steps = Counting()
    steps.let_go_on()
    async with running(engine, steps) as runtime:
        await COUNT.enqueue(Job("count:1", (1,), partition="a"))
        await reached(runtime, "count:1", Progress(JobState.DONE, 1, 1))
        stored = change_jobs("SELECT serialization FROM workflow_status", ())
        stored += change_jobs("SELECT serialization FROM operation_outputs WHERE output IS NOT NULL", ())
    assert set(stored) == {("portable_json",)}


async def test_a_job_of_an_earlier_version_goes_on(engine: AsyncEngine, change_jobs: Change) -> None:
    steps = Counting()
    async with running(engine, steps) as runtime:
        await store_inputs(runtime, change_jobs, 2)
        steps.let_go_on(3)
        await reached(runtime, "count:2", Progress(JobState.DONE, 2, 2))


async def test_a_row_that_holds_code_does_not_run_it(
    engine: AsyncEngine, change_jobs: Change, tmp_path: Path
) -> None:
    steps, made = Counting(), tmp_path / "made"
    async with running(engine, steps) as runtime:
        await store_inputs(runtime, change_jobs, Harmful(made))
        await COUNT.enqueue(Job("count:3", (1,), partition="b"))
        steps.let_go_on(5)
        await reached(runtime, "count:1", Progress(JobState.DONE, 1, 1))
        await reached(runtime, "count:3", Progress(JobState.DONE, 1, 1))
        await asyncio.sleep(2)  # in which the job behind the first would have begun
    assert not made.exists()
