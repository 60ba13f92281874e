"""Opening the database and bringing its tables up to date."""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Table, exists, false, inspect, select, text, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot import __version__
from bot.errors import PlainError
from bot.reasons import reason_of
from bot.storage import sqlite_connection
from bot.storage.privileges import reason_with_grants
from bot.storage.tables import alembic_version, metadata, workers
from bot.storage.url import database_url

_TIMEOUT: Final = 30  # seconds that one write to an SQLite file waits for others
_OLDEST_SQLITE: Final = (3, 35)
"""Older ones have no RETURNING, which both the bot and DBOS use."""
_MIGRATION_LOCK: Final = 0x776F726B  # any number will do, as long as every replica uses the same

_NOTICE_LOSS: Final = {
    "keepalives_idle": "20",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""A server that is gone without a word ends its connections within a minute; by default that takes two hours.
DBOS connects by the same address. What DATABASE_URL says of these goes first."""
_OWNED_LATER: Final = tuple(
    table for table in metadata.sorted_tables if table.c.team_id.server_default is not None
)
"""Tables that are older than their column `team_id`."""
_FIND_OWNERLESS: Final = select(
    *(exists().where(table.c.team_id == "").label(table.name) for table in _OWNED_LATER)
)

_T = TypeVar("_T")


class DatabaseUnusable(PlainError):
    """The database can't be opened, reached or brought up to date; the message is one line that says why.

    Attributes:
        reason: the same without the file's path, which is for those who run the bot and not for all of Slack.

    Args:
        reason: in a few words.
        file: the path of the SQLite file that it is about, if it is about one.
    """

    def __init__(self, reason: str, file: str = "") -> None:
        super().__init__(f"{reason}: {file}" if file else reason)
        self.reason = reason


def open_database(url: str) -> AsyncEngine:
    """Return an engine for a `DATABASE_URL`; it connects at first use.

    Raises:
        ValueError: as `database_url`.
        DatabaseUnusable: an SQLite file can't be opened, or SQLite is too old.
    """
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite":
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            oldest = ".".join(map(str, _OLDEST_SQLITE))
            raise DatabaseUnusable(
                f"this Python has SQLite {sqlite3.sqlite_version}, and {oldest} or newer is needed: "
                "run the bot in another Python or in its image, or set DATABASE_URL to a PostgreSQL"
            )
        prepare_file(parsed.database or ":memory:")
    if parsed.get_backend_name() == "postgresql":
        # A pooler in transaction mode gives each transaction another session, without prepared statements.
        connect = {"connect_timeout": 5, "prepare_threshold": None}
        parsed = parsed.set(query=_NOTICE_LOSS | parsed.query)
        return create_async_engine(parsed, pool_pre_ping=True, hide_parameters=True, connect_args=connect)
    options = {"timeout": _TIMEOUT, "async_creator_fn": sqlite_connection.connect}
    return create_async_engine(parsed, hide_parameters=True, connect_args=options)


def prepare_file(path: str) -> None:
    """Make an SQLite file for its owner alone, with write-ahead logging: reads then wait for no write.

    What can't be opened fails here rather than in aiosqlite's thread, which outlives that for a moment.

    Raises:
        DatabaseUnusable: it can't be opened, or it is no SQLite file.
    """
    if path == ":memory:" or path.startswith("file:"):  # SQLite's own form, with options of its own
        return
    try:
        _keep_private(path)
        with closing(sqlite3.connect(path, timeout=_TIMEOUT)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
    except OSError as error:
        raise DatabaseUnusable("unable to open database file", path) from error
    except sqlite3.Error as error:
        raise DatabaseUnusable(str(error), path) from error


def _keep_private(path: str) -> None:
    """Make an SQLite file that is not there yet for its owner alone; SQLite gives its journals the same mode.

    Raises:
        OSError: it can't be made.
    """
    if not os.path.lexists(path):
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


async def migrate(engine: AsyncEngine) -> None:
    """Bring the tables up to date; processes that start at once take turns.

    Raises:
        DatabaseUnusable: it can't be reached, it refuses, or a newer version of this bot has been at it.
    """
    try:
        async with engine.connect() as connection:
            if await connection.run_sync(_is_up_to_date):
                return
        async with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                lock = {"lock": _MIGRATION_LOCK}
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), lock)
            if engine.dialect.name == "sqlite":
                await connection.execute(text("BEGIN IMMEDIATE"))  # else it begins with the first row written
            await connection.run_sync(_upgrade)
    except (SQLAlchemyError, OSError) as error:
        raise DatabaseUnusable(await reason_with_grants(engine, error)) from error


async def adopt_rows(engine: AsyncEngine, team: str) -> None:
    """Give rows without a team to the bot's team: those that a version before `team_id` has written.

    It may be called at any time and by several processes at once; rows that have a team keep it.

    Raises:
        DatabaseUnusable: it can't be reached, or it refuses.
    """
    try:
        async with engine.connect() as connection:
            found = (await connection.execute(_FIND_OWNERLESS)).mappings().one()
        for table in (table for table in _OWNED_LATER if found[table.name]):
            async with engine.begin() as connection:
                await connection.execute(update(table).where(table.c.team_id == "").values(team_id=team))
    except (SQLAlchemyError, OSError) as error:
        raise DatabaseUnusable(reason_of(error)) from error


async def write_to_end(write: Coroutine[Any, Any, _T]) -> _T:
    """Return what a write comes to, even if the caller is cancelled meanwhile.

    A write that is cut off is committed or is not; the person who asked for it has to be told which. So the
    end of this process lets it end, and its caller goes on to answer.
    """
    task = asyncio.ensure_future(write)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise
    return task.result()


async def probe(engine: AsyncEngine) -> None:
    """Prove that the database answers and can be written; nothing is changed.

    Raises:
        DatabaseUnusable: it does not, or it is read-only.
    """
    try:
        async with engine.begin() as connection:
            await connection.execute(update(workers).where(false()).values(beat_at=0))
    except (SQLAlchemyError, OSError) as error:
        raise DatabaseUnusable(reason_of(error)) from error


def insert_for(engine: AsyncEngine) -> Callable[[Table], Any]:
    """Return the `INSERT` of this database's dialect; load the PostgreSQL dialect only for PostgreSQL."""
    if engine.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - see above

        return postgresql.insert
    return sqlite.insert


def is_outage(error: Exception) -> bool:
    """Return whether the database does not work, rather than refuse one row."""
    if isinstance(error, DataError | IntegrityError):
        return False
    return isinstance(error, SQLAlchemyError | OSError | DatabaseUnusable)


@cache
def newest_migration() -> str:
    """Return the revision of a database that is up to date.

    The files' names begin with it. Alembic would say the same, and is too slow to load at every start.
    """
    scripts = (files("bot.storage") / "migrations" / "versions").iterdir()
    return max(script.name.partition("_")[0] for script in scripts if script.name.endswith(".py"))


def _is_up_to_date(connection: Connection) -> bool:
    if not inspect(connection).has_table(alembic_version.name):
        return False
    return connection.scalars(select(alembic_version.c.version_num)).all() == [newest_migration()]


def _upgrade(connection: Connection) -> None:
    """Make the tables of a new database, or change older ones, unless another process has just done so."""
    if {*metadata.tables, alembic_version.name}.isdisjoint(inspect(connection).get_table_names()):
        metadata.create_all(connection, checkfirst=False)
        alembic_version.create(connection, checkfirst=False)
        connection.execute(alembic_version.insert().values(version_num=newest_migration()))
    elif not _is_up_to_date(connection):
        _run_migrations(connection)


def _run_migrations(connection: Connection) -> None:
    """Run the migrations that are missing. Only then is Alembic worth the time it takes to load."""
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    with as_file(files("bot.storage") / "migrations") as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise DatabaseUnusable(_unknown_migration(connection)) from error


def _unknown_migration(connection: Connection) -> str:
    found = ", ".join(connection.scalars(select(alembic_version.c.version_num)))
    return (
        f"its tables are of a version of this bot that is newer than {__version__} (migration {found}): "
        "run that version"
    )
