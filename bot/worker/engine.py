"""DBOS, started and stopped, on the database of the bot."""

import asyncio
import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from dbos import DBOS, DBOSConfig
from sqlalchemy.engine import URL

from bot.digests.runs import Attempt
from bot.worker.workflow import QUEUE, VERSION, is_delivering, workflow_id

_POLL: Final = 1.0  # seconds
_AT_ONCE: Final = 100  # deliveries in one process; most of them wait for Slack
_THREADS: Final = 128  # more than deliveries: DBOS has them wait in threads for a database that is down
_CONNECTIONS: Final = 5
_KEEP: Final = timedelta(days=2)
"""Longer than any slot may be late: what DBOS has forgotten, it would begin again."""
_OLD_VERSION: Final = timedelta(minutes=15)
_A_SWEEP: Final = 1000
_ENDED: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_ALIVE: Final = frozenset({"PENDING", "ENQUEUED", "DELAYED"})


def own_url(database: URL) -> str:
    """Where DBOS keeps its tables: a schema of its own on PostgreSQL, a file beside ours on SQLite."""
    if database.get_backend_name() == "postgresql":
        return database.set(drivername="postgresql").render_as_string(hide_password=False)
    return f"sqlite:///{beside(database, '.dbos.sqlite3')}"


def beside(database: URL, suffix: str) -> Path:
    """A file next to an SQLite file."""
    file = Path(database.database or "bot").resolve()
    return file.with_name(f"{file.name}{suffix}")  # the whole name: `bot.db` may lie beside `bot.sqlite3`


class _Terse(logging.Filter):
    """Warnings in a line each: DBOS gives a traceback for every second that a database is down."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            record.msg, record.args, record.exc_info = record.getMessage().partition("\n")[0], (), None
        return True


_TERSE: Final = _Terse()


async def launch(url: str, executor: str) -> None:
    """Start DBOS on this event loop, and with it the deliveries that were begun under this name.

    Raises:
        Exception: of several kinds: the database can't be used.
    """
    log = logging.getLogger("dbos")
    if not log.handlers:
        log.addHandler(logging.NullHandler())  # or it writes to standard error in a form of its own
    log.addFilter(_TERSE)
    if url.startswith("sqlite"):
        await asyncio.to_thread(_let_readers_be, url.removeprefix("sqlite:///"))
    config: DBOSConfig = {
        "name": "workflows-bot",
        "system_database_url": url,
        "executor_id": executor,
        "application_version": VERSION,
        "log_level": "WARNING",
        "max_executor_threads": _THREADS,
        "sys_db_pool_size": _CONNECTIONS,
    }
    DBOS(config=config)
    DBOS.launch()  # not in a thread: deliveries run on the loop of the thread that this is called on
    await DBOS.register_queue_async(
        QUEUE, worker_concurrency=_AT_ONCE, partition_concurrency=1, polling_interval_sec=_POLL
    )


async def shut_down(grace: timedelta) -> None:
    """Let running deliveries end for so long, then stop; the rest goes on elsewhere, or at the next start."""
    patience = round(grace.total_seconds()) if is_delivering() else 0
    # In a thread, for what it waits for runs on this loop.
    await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=patience)
    # It has made its own threads the loop's, and ended them.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())


async def take_over(executors: tuple[str, ...]) -> int:
    """Go on with the deliveries of workers that have died; says how many there were."""
    handles = await asyncio.to_thread(DBOS._recover_pending_workflows, list(executors))  # noqa: SLF001 - no public call does so only if they still have them
    return len(handles)


async def abandoned(attempts: tuple[Attempt, ...], now: datetime) -> tuple[Attempt, ...]:
    """Those of some attempts that no worker has or will have.

    Deliveries of another version are left to its workers for a while, as they may still be there.
    """
    if not attempts:
        return ()
    known = await DBOS.list_workflows_async(
        workflow_ids=[workflow_id(attempt) for attempt in attempts], load_input=False, load_output=False
    )
    long_ago = (now - _OLD_VERSION).timestamp() * 1000
    alive = {
        status.workflow_id
        for status in known
        if status.status in _ALIVE and (status.app_version == VERSION or (status.updated_at or 0) > long_ago)
    }
    return tuple(attempt for attempt in attempts if workflow_id(attempt) not in alive)


async def forget(now: datetime) -> None:
    """Delete what DBOS remembers of deliveries that ended some days ago."""
    while True:
        ended = await DBOS.list_workflows_async(
            status=_ENDED,
            completed_before=(now - _KEEP).isoformat(),
            load_input=False,
            load_output=False,
            limit=_A_SWEEP,
        )
        if ended:
            await DBOS.delete_workflows_async([status.workflow_id for status in ended])
        if len(ended) < _A_SWEEP:
            return


def _let_readers_be(file: str) -> None:
    """Write-ahead, which SQLite keeps to from then on: several times as fast here."""
    connection = sqlite3.connect(file)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
