"""Bookmarks too long for a button wait in the database, and any replica finds them."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.browse.bookmark import Bookmark, OverviewBookmark, VisitedPage
from bot.browse.model import ListQuery, OverviewQuery
from bot.browse.requests import TurnPage
from bot.cloudflare.models import Cursor
from bot.slack.requests import ExpiredButton, InvalidButton, RequestStore
from bot.storage import tables
from bot.ui.limits import VALUE
from tests.support.buttons import encode, load, request_store, save
from tests.support.clock import Clock
from tests.support.commands import NOW
from tests.support.list_commands import read_list
from tests.support.teams import TEAM

from .conftest import opened

KEEP = timedelta(days=7)
SHORT = Bookmark(read_list("orders errored since:2h"))
OVERVIEW = OverviewBookmark(OverviewQuery("prod", "order"), 10)


def long_bookmark(seed: int = 0, query: ListQuery = SHORT.query) -> Bookmark:
    """A place behind thirty cursors that do not compress."""
    cursors = (f"{(number * 2654435761 + seed) ** 25:x}"[:120] for number in range(1, 31))
    return Bookmark(query, visited=tuple(VisitedPage(Cursor(token), 100) for token in cursors))


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def bookmarks(engine: AsyncEngine, clock: Clock) -> RequestStore:
    return request_store(engine, clock, KEEP)


async def kept(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(tables.bookmarks)) or 0


@pytest.mark.parametrize("bookmark", [SHORT, OVERVIEW])
async def test_a_short_bookmark_travels_in_its_button(
    bookmarks: RequestStore, engine: AsyncEngine, bookmark: Bookmark | OverviewBookmark
) -> None:
    value = await save(bookmarks, TurnPage(bookmark))
    assert value == encode(bookmark)
    assert await load(bookmarks, value) == TurnPage(bookmark)
    assert await kept(engine) == 0


async def test_a_short_bookmark_needs_no_database(clock: Clock) -> None:
    async with opened("postgres://ada:s3cr3t@127.0.0.1:1/bot") as nowhere:
        bookmarks = request_store(nowhere, clock, KEEP)
        assert await load(bookmarks, await save(bookmarks, TurnPage(SHORT))) == TurnPage(SHORT)
        with pytest.raises(SQLAlchemyError):
            await save(bookmarks, TurnPage(long_bookmark()))


async def test_a_long_bookmark_waits_in_the_database(bookmarks: RequestStore, engine: AsyncEngine) -> None:
    bookmark = long_bookmark()
    assert len(encode(bookmark)) > VALUE
    value = await save(bookmarks, TurnPage(bookmark))
    assert len(value) <= VALUE
    assert await load(bookmarks, value) == TurnPage(bookmark)
    assert await kept(engine) == 1


async def test_a_bookmark_can_be_taken_as_often_as_its_button_is_pressed(bookmarks: RequestStore) -> None:
    value = await save(bookmarks, TurnPage(long_bookmark()))
    assert [await load(bookmarks, value) for _ in range(3)] == [TurnPage(long_bookmark())] * 3


async def test_another_replica_finds_it(bookmarks: RequestStore, url: str, clock: Clock) -> None:
    value = await save(bookmarks, TurnPage(long_bookmark()))
    async with opened(url) as other:
        assert await load(request_store(other, clock, KEEP), value) == TurnPage(long_bookmark())


async def test_many_are_put_at_once(bookmarks: RequestStore, engine: AsyncEngine) -> None:
    values = await asyncio.gather(*(save(bookmarks, TurnPage(long_bookmark(seed))) for seed in range(30)))
    assert len(set(values)) == 30
    assert [await load(bookmarks, value) for value in values] == [
        TurnPage(long_bookmark(seed)) for seed in range(30)
    ]
    assert await kept(engine) == 30


async def test_a_bookmark_is_kept_for_as_long_as_was_said(bookmarks: RequestStore, clock: Clock) -> None:
    value = await save(bookmarks, TurnPage(long_bookmark()))
    clock.moment += KEEP - timedelta(seconds=1)
    assert await load(bookmarks, value) == TurnPage(long_bookmark())
    clock.moment += timedelta(seconds=1)
    with pytest.raises(ExpiredButton):
        await load(bookmarks, value)


async def test_an_expired_bookmark_answers_with_the_command_to_run_again(
    bookmarks: RequestStore, clock: Clock
) -> None:
    query = read_list('list "my.odd. flow" since:2h page:3 account:prod')
    value = await save(bookmarks, TurnPage(long_bookmark(query=query)))
    clock.moment += KEEP
    with pytest.raises(ExpiredButton) as expired:
        await load(bookmarks, value)
    assert expired.value.command == query.command()


async def test_a_command_too_long_to_be_kept_is_left_out(bookmarks: RequestStore, clock: Clock) -> None:
    value = await save(
        bookmarks, TurnPage(long_bookmark(query=ListQuery.of("orders", start=Cursor("x" * 5000))))
    )
    assert len(value) <= VALUE
    clock.moment += KEEP
    with pytest.raises(ExpiredButton) as expired:
        await load(bookmarks, value)
    assert expired.value.command == ""


async def test_expired_bookmarks_are_thrown_away(
    bookmarks: RequestStore, engine: AsyncEngine, clock: Clock
) -> None:
    for seed in range(3):
        await save(bookmarks, TurnPage(long_bookmark(seed)))
    clock.moment += KEEP
    await save(bookmarks, TurnPage(long_bookmark(3)))
    await bookmarks.purge(TEAM)
    assert await kept(engine) == 1


async def test_the_same_bookmark_is_kept_once_and_lives_on_with_its_latest_button(
    bookmarks: RequestStore, engine: AsyncEngine, clock: Clock
) -> None:
    values = await asyncio.gather(*(save(bookmarks, TurnPage(long_bookmark())) for _ in range(5)))
    clock.moment += KEEP - timedelta(seconds=1)
    values.append(await save(bookmarks, TurnPage(long_bookmark())))
    assert len(set(values)) == 1
    assert await kept(engine) == 1
    clock.moment += KEEP - timedelta(seconds=1)
    await bookmarks.purge(TEAM)
    assert await load(bookmarks, values[0]) == TurnPage(long_bookmark())


async def test_an_unknown_key_has_expired(bookmarks: RequestStore) -> None:
    with pytest.raises(ExpiredButton) as expired:
        await load(bookmarks, "s1.AAAAAAAAAAAAAAAA./workflows list orders")
    assert expired.value.command == "/workflows list orders"


@pytest.mark.parametrize(
    "value", ["", "s1", "s1.", "s1..", "s1..x", "s1.key", "s2.key.x", "nonsense", "1.", "1.x"]
)
async def test_a_value_that_is_none_of_ours_is_unreadable(bookmarks: RequestStore, value: str) -> None:
    with pytest.raises(InvalidButton):
        await load(bookmarks, value)


@pytest.mark.parametrize("key", ["\x00", "x" * 10_000, "' OR 1=1 --", "🔴"])
async def test_a_key_that_no_shelf_gave_is_never_a_fault_of_the_database(
    bookmarks: RequestStore, key: str
) -> None:
    with pytest.raises((ExpiredButton, InvalidButton)):
        await load(bookmarks, f"s1.{key}.")


async def test_a_text_that_changed_in_the_database_is_unreadable(
    bookmarks: RequestStore, engine: AsyncEngine
) -> None:
    value = await save(bookmarks, TurnPage(long_bookmark()))
    async with engine.begin() as connection:
        await connection.execute(update(tables.bookmarks).values(text=encode(long_bookmark())[:-5]))
    with pytest.raises(InvalidButton):
        await load(bookmarks, value)
