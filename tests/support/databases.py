"""Databases of either kind, with their tables."""

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import migrate, open_database
from bot.storage.url import database_url

_ONE_AT_A_TIME = Lock()
"""The threads of a process share one file, so the first makes it and the others wait."""


@asynccontextmanager
async def migrated_database(url: str) -> AsyncIterator[AsyncEngine]:
    """Open a database, and bring its tables up to date."""
    place_tables(url)
    engine = open_database(url)
    try:
        await migrate(engine)
        yield engine
    finally:
        await engine.dispose()


def place_tables(url: str) -> None:
    """Put the file of a new database where a URL says, if that is of SQLite and there is none.

    A bot finds it up to date: to copy it is a tenth of what it takes to make its tables.
    """
    parsed = database_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database is None:
        return
    path = Path(parsed.database)
    if path.parent.is_dir() and not os.path.lexists(path):
        path.touch(0o600)
        with _ONE_AT_A_TIME:
            path.write_bytes(_new_file())


@cache
def _new_file() -> bytes:
    """Make the file of a new database, once in this process."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "bot.sqlite3")
        with ThreadPoolExecutor(1) as beside_a_running_loop:
            beside_a_running_loop.submit(asyncio.run, _make(path)).result()
        return path.read_bytes()


async def _make(path: Path) -> None:
    engine = open_database(f"sqlite:///{path}")
    try:
        await migrate(engine)
    finally:
        await engine.dispose()
