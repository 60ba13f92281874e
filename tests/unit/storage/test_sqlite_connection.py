"""A connection to an SQLite file does a statement in one go, and all that SQLAlchemy expects of it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import open_database

_words = Table("words", MetaData(), Column("number", Integer, primary_key=True), Column("word", String))


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = open_database(f"sqlite:///{tmp_path}/words.sqlite3")
    async with engine.begin() as connection:
        await connection.run_sync(_words.metadata.create_all)
        await connection.execute(insert(_words), [{"word": "one"}, {"word": "two"}])
    yield engine
    await engine.dispose()


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what is handed to threads of connections from now on."""
    handed: list[Any] = []
    hand_over = aiosqlite.Connection._execute  # noqa: SLF001 - there is no other place where all pass

    async def note(connection: aiosqlite.Connection, function: Any, *arguments: Any) -> Any:
        handed.append(function)
        return await hand_over(connection, function, *arguments)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(aiosqlite.Connection, "_execute", note)
    return handed


async def test_reading_is_one_trip_to_the_thread(engine: AsyncEngine, trips: list[Any]) -> None:
    async with engine.connect() as connection:
        assert (await connection.scalars(select(_words.c.word).order_by(_words.c.number))).all() == [
            "one",
            "two",
        ]
    assert len(trips) == 1


async def test_writing_is_two_trips_with_its_commit(engine: AsyncEngine, trips: list[Any]) -> None:
    async with engine.begin() as connection:
        changed = await connection.execute(update(_words).values(word="new"))
        assert changed.rowcount == 2
    assert len(trips) == 2


async def test_what_is_inserted_is_returned(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        returned = await connection.execute(insert(_words).values(word="three").returning(_words.c.number))
        assert returned.all() == [(3,)]
        assert (await connection.execute(insert(_words).values(word="four"))).inserted_primary_key == (4,)


async def test_what_is_not_committed_is_rolled_back(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(insert(_words).values(word="lost"))
    async with engine.connect() as connection:
        assert (await connection.scalars(select(_words.c.word))).all() == ["one", "two"]


async def test_a_statement_that_fails_leaves_a_connection_that_works(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(insert(_words), [{"number": 1, "word": "again"}])
        assert (await connection.scalars(select(_words.c.word))).all() == ["one", "two"]


@pytest.mark.parametrize("steps", range(0, 40, 2))
async def test_work_that_is_cancelled_leaves_nothing_behind_and_holds_no_lock(
    engine: AsyncEngine, tmp_path: Path, steps: int
) -> None:
    async def write() -> None:
        async with engine.begin() as connection:
            for word in ("three", "four"):
                await connection.execute(insert(_words).values(word=word))

    writing = asyncio.create_task(write())
    for _ in range(steps):
        await asyncio.sleep(0)
    is_cancelled = writing.cancel()
    await asyncio.wait([writing])
    other = open_database(f"sqlite:///{tmp_path}/words.sqlite3")
    async with asyncio.timeout(2), other.begin() as connection:
        await connection.execute(update(_words).values(word="new"))
        assert len((await connection.scalars(select(_words.c.word))).all()) in (
            {2, 4} if is_cancelled else {4}
        )
    await other.dispose()
