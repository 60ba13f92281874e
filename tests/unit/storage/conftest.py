"""Both databases: SQLite in a file, and a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import migrate, open_database
from tests.support.databases import place_tables
from tests.support.postgres import create_database, drop_database


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """Migrate one database, and give its name: copies of it are its tables without the migrations' time."""
    url = create_database(postgres_server)
    asyncio.run(_migrate(url))
    return str(make_url(url).database)


async def _migrate(url: str) -> None:
    async with opened(url) as engine:
        await migrate(engine)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Give an empty database of PostgreSQL."""
    url = create_database(postgres_server)
    yield url
    drop_database(postgres_server, url)


@pytest.fixture
def postgres_copy(postgres_server: str, postgres_template: str) -> Iterator[str]:
    url = create_database(postgres_server, postgres_template)
    yield url
    drop_database(postgres_server, url)


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
