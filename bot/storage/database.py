"""Opening the database and bringing its tables up to date."""

import sqlite3
from importlib.resources import as_file, files
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_DRIVERS: Final = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "sqlite": "sqlite+aiosqlite",
}
_MIGRATION_LOCK: Final = 0x776F726B  # any number will do, as long as every replica uses the same


def database_url(url: str) -> URL:
    """A `DATABASE_URL` as platforms write it (`postgres://…`), with the driver this bot uses.

    Raises:
        ValueError: it is no URL, or of another database.
    """
    try:
        parsed = make_url(url)
    except Exception as error:
        raise ValueError("is not a database URL, as in postgres://user:password@host/name") from error
    driver = _DRIVERS.get(parsed.drivername, parsed.drivername)
    if driver not in _DRIVERS.values():
        raise ValueError(f"names {parsed.drivername}; sqlite:///file or postgres://… is expected")
    return parsed.set(drivername=driver)


def open_database(url: str) -> AsyncEngine:
    """An engine for a `DATABASE_URL`; it connects at first use.

    Raises:
        ValueError: as `database_url`.
        OSError: an SQLite file can't be opened.
    """
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite":
        _probe_file(parsed.database or ":memory:")
    if parsed.get_backend_name() == "postgresql":
        return create_async_engine(parsed, pool_pre_ping=True, connect_args={"connect_timeout": 5})
    return create_async_engine(parsed)


def _probe_file(path: str) -> None:
    """Fail here rather than in aiosqlite's thread, which outlives a failed connection for a moment."""
    try:
        sqlite3.connect(path).close()
    except sqlite3.Error as error:
        raise OSError(f"{error}: {path}") from error


async def migrate(engine: AsyncEngine) -> None:
    """Bring the tables up to date; replicas that start at once take turns.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database can't be reached or refuses.
    """
    async with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        await connection.run_sync(_upgrade)


async def probe(engine: AsyncEngine) -> None:
    """Prove that the database answers.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: it does not.
    """
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


def _upgrade(connection: Connection) -> None:
    with as_file(files("bot.storage") / "migrations") as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
