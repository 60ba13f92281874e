"""Check that jobs can be stored in a database, for `workflows-bot check`; no job runs."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from dbos._error import DBOSException
from dbos._sys_db import SystemDatabase
from sqlalchemy import insert
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs.dbos_engine import engine_options
from bot.jobs.dbos_runtime import system_database_url
from bot.jobs.stored_data import use_json
from bot.storage.database import DatabaseUnusable, prepare_file
from bot.storage.privileges import JOBS_SCHEMA, reason_with_grants


async def check_jobs(engine: AsyncEngine) -> None:
    """Bring DBOS's tables up to date, as a worker does at its start, and write a job that is rolled back.

    Raises:
        DatabaseUnusable: that is not possible; the message says why, and what to grant.
    """
    try:
        await asyncio.to_thread(_write_and_roll_back, engine.url)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise DatabaseUnusable(await reason_with_grants(engine, error)) from error
    except DBOSException as error:
        raise DatabaseUnusable(f"{JOBS_SCHEMA} holds other tables than those of the bot's jobs") from error


def _write_and_roll_back(database: URL) -> None:
    with _open(system_database_url(database)) as jobs:
        jobs.run_migrations()
        with jobs.engine.connect() as connection:
            job = {"workflow_uuid": "workflows-bot-check", "status": "SUCCESS"}
            connection.execute(insert(jobs.tables.workflow_status).values(job))
            connection.rollback()


@contextmanager
def _open(url: str) -> Iterator[SystemDatabase]:
    if url.startswith("sqlite"):
        prepare_file(url.removeprefix("sqlite:///"))
    jobs = SystemDatabase.create(
        url,
        engine_kwargs=engine_options(url),
        engine=None,
        schema=JOBS_SCHEMA,
        serializer=use_json(),
        executor_id=None,
    )
    try:
        yield jobs
    finally:
        jobs.engine.dispose()
