"""Both databases: SQLite in a file, and a real PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import migrate, open_database
from tests.support.postgres import create_database, run_postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with run_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Gives an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bot.sqlite3'}"
    return create_database(request.getfixturevalue("postgres_server"))


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    return create_database(postgres_server)


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
        await migrate(engine)
        yield engine
