"""A job that can't be begun ends at once as failed, is logged once, and its partition goes on."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.model import Job, JobState, Progress
from bot.jobs.runtime import JobRuntime
from tests.support.fixtures import ReadLog
from tests.support.teams import TEAM

from .test_progress import COUNT, Counting, end_jobs, reached, running

Change = Callable[[str], None]

DAMAGES = {
    "inputs are no JSON": "UPDATE workflow_input SET inputs = '{' WHERE {id}",
    "inputs are a list": "UPDATE workflow_input SET inputs = '[1]' WHERE {id}",
    "inputs are a number": "UPDATE workflow_input SET inputs = '7' WHERE {id}",
    "inputs are null": "UPDATE workflow_input SET inputs = NULL WHERE {id}",
    "inputs are gone": "DELETE FROM workflow_input WHERE {id}",
    "inputs hold too deep a list": "UPDATE workflow_input SET inputs = '{deep}' WHERE {id}",
    "inputs are too few": """UPDATE workflow_input SET inputs = '{"positionalArgs": []}' WHERE {id}""",
    "inputs are of another kind": """UPDATE workflow_input SET inputs = '{"positionalArgs": 7}' WHERE {id}""",
    "serialization is unknown": "UPDATE workflow_status SET serialization = 'xml' WHERE {id}",
    "serialization is a pickle": "UPDATE workflow_status SET serialization = 'py_pickle' WHERE {id}",
    "name is unknown": "UPDATE workflow_status SET name = 'some_other' WHERE {id}",
    "name is none": "UPDATE workflow_status SET name = NULL WHERE {id}",
    "class is unknown": "UPDATE workflow_status SET class_name = 'Some' WHERE {id}",
    "configuration is unknown": "UPDATE workflow_status SET config_name = 'some' WHERE {id}",
    "roles are no JSON": "UPDATE workflow_status SET authenticated_roles = '[' WHERE {id}",
    "too many tries": "UPDATE workflow_status SET recovery_attempts = 99 WHERE {id}",
}
DAMAGED_STEPS = (
    "output = '{'",
    "output = NULL",
    "serialization = 'xml'",
    "serialization = 'py_pickle'",
    "function_name = 'some_other'",
)


@pytest.fixture
def change_jobs(tmp_path: Path) -> Change:
    """Change the database of jobs from outside."""

    def execute(statement: str) -> None:
        with closing(sqlite3.connect(tmp_path / "bot.sqlite3.dbos.sqlite3", timeout=10)) as connection:
            connection.execute(statement)
            connection.commit()

    return execute


async def has_done_one(runtime: JobRuntime, job_id: str) -> bool:
    found = await runtime.get_progress(job_id)
    return found is not None and found.done > 0


async def state_of(runtime: JobRuntime, job_id: str) -> JobState | None:
    found = await runtime.get_progress(job_id)
    return None if found is None else found.state


async def test_whatever_is_wrong_with_its_row_a_job_ends_and_the_next_one_goes_on(
    engine: AsyncEngine, change_jobs: Change, tmp_path: Path, read_log: ReadLog
) -> None:
    steps = Counting()
    async with running(engine, steps) as runtime:
        for what in DAMAGES:
            for place in ("1", "2", "3"):
                await COUNT.enqueue(Job(f"{place}:{what}", (1,), partition=what))
        for what, statement in DAMAGES.items():
            await reached(runtime, f"1:{what}", Progress(JobState.RUNNING, 0, 1))
            deep = "[" * 100_000
            change_jobs(statement.replace("{id}", f"workflow_uuid = '2:{what}'").replace("{deep}", deep))
        steps.let_go_on(3 * len(DAMAGES))
        for what in DAMAGES:
            await reached(runtime, f"3:{what}", Progress(JobState.DONE, 1, 1))
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3.dbos.sqlite3")) as connection:
        rows = connection.execute("SELECT workflow_uuid, status FROM workflow_status").fetchall()
    ends = {job_id.removeprefix("2:"): status for job_id, status in rows if job_id.startswith("2")}
    assert ends == dict.fromkeys(DAMAGES, "ERROR") | {"too many tries": "MAX_RECOVERY_ATTEMPTS_EXCEEDED"}
    logged = [entry["job"] for entry in read_log() if entry["event"] == "job_unreadable"]
    never_begun = set(DAMAGES) - {"inputs are too few"}
    assert sorted(logged) == sorted(f"2:{what}" for what in never_begun)


async def test_a_job_whose_row_dbos_can_t_even_fetch_ends_after_some_looks(
    engine: AsyncEngine, change_jobs: Change, read_log: ReadLog
) -> None:
    steps = Counting()
    runtime = JobRuntime(engine, TEAM, timedelta(seconds=30), timedelta(seconds=5), timedelta(seconds=0.5))
    await runtime.start({COUNT: steps})
    try:
        for place in ("1", "2", "3"):
            await COUNT.enqueue(Job(place, (1,), partition="a"))
        await reached(runtime, "1", Progress(JobState.RUNNING, 0, 1))
        change_jobs("UPDATE workflow_status SET attributes = '{' WHERE workflow_uuid = '2'")
        steps.let_go_on(3)
        await reached(runtime, "3", Progress(JobState.DONE, 1, 1))
    finally:
        await runtime.stop()
    assert [entry["job"] for entry in read_log() if entry["event"] == "job_not_begun"] == ["2"]


async def test_a_job_whose_step_can_t_be_read_ends_and_the_next_one_goes_on(
    engine: AsyncEngine, change_jobs: Change
) -> None:
    steps = Counting()
    runtime = JobRuntime(engine, TEAM, timedelta(seconds=30), grace=timedelta(0))
    await runtime.start({COUNT: steps})
    for number in range(len(DAMAGED_STEPS)):
        await COUNT.enqueue(Job(f"1:{number}", (1000,), partition=f"{number}"))
        await COUNT.enqueue(Job(f"2:{number}", (1,), partition=f"{number}"))
    for number in range(len(DAMAGED_STEPS)):
        async with asyncio.timeout(20):
            while not await has_done_one(runtime, f"1:{number}"):
                steps.let_go_on()
                await asyncio.sleep(0.05)
    await runtime.stop()
    await end_jobs()
    for number, damage in enumerate(DAMAGED_STEPS):
        step = f"workflow_uuid = '1:{number}' AND function_name = 'count'"
        change_jobs(f"UPDATE operation_outputs SET {damage} WHERE {step}")  # noqa: S608 - our own
    again = Counting()
    again.let_go_on(2 * len(DAMAGED_STEPS))
    async with running(engine, again) as runtime:
        for number in range(len(DAMAGED_STEPS)):
            await reached(runtime, f"2:{number}", Progress(JobState.DONE, 1, 1))
            assert await state_of(runtime, f"1:{number}") is JobState.FAILED
