"""Both databases: SQLite in a file, and a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeAlias

import psycopg
import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import migrate, open_database
from tests.support.databases import place_tables
from tests.support.postgres import copy_database, create_database, drop_database

CreateCopy: TypeAlias = Callable[[str], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """Migrate one database, and give its name: copies of it are its tables without the migrations' time."""
    url = create_database(postgres_server)
    asyncio.run(_migrate(url))
    return str(make_url(url).database)


async def _migrate(url: str) -> None:
    async with opened(url) as engine:
        await migrate(engine)


@pytest.fixture(scope="session")
def create_copy(postgres_server: str) -> Iterator[CreateCopy]:
    """Return a context manager with the URL of a copy of a database, which it drops at its end.

    All copies are made and dropped in one session: one for each takes a third of the time.
    """
    with psycopg.connect(postgres_server, autocommit=True) as connection:

        @contextmanager
        def create_copy(template: str) -> Iterator[str]:
            name = copy_database(connection, template)
            yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
            drop_database(connection, name)

        yield create_copy


@pytest.fixture
def postgres_url(create_copy: CreateCopy) -> Iterator[str]:
    """Give an empty database of PostgreSQL."""
    with create_copy("template1") as url:
        yield url


@pytest.fixture
def postgres_copy(create_copy: CreateCopy, postgres_template: str) -> Iterator[str]:
    with create_copy(postgres_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a database of each kind with its tables."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_copy"))
    url = f"sqlite:///{tmp_path / 'bot.sqlite3'}"
    place_tables(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give an empty database of each kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'bot.sqlite3'}"


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[AsyncEngine]:
    """Opens a database as one replica does."""
    engine = open_database(url)
    try:
        yield engine
    finally:
        await engine.dispose()


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    """Gives a database of each kind with its tables."""
    async with opened(url) as engine:
        yield engine
