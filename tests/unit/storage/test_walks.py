"""Walks too long for a button: each page is kept once, and any replica finds it."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Column, Table, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.browse.bookmark import Bookmark, KeptPlace, VisitedPage
from bot.browse.model import ListQuery
from bot.browse.requests import OpenFilter, OpenList, TurnPage
from bot.browse.screen import Screen
from bot.browse.walks import WalkStore
from bot.slack.requests import ExpiredButton, InvalidButton
from bot.storage import tables
from tests.support.bookmarks import bookmark_of
from tests.support.buttons import load, save
from tests.support.clock import Clock
from tests.support.commands import NOW
from tests.support.logs import logs
from tests.support.long_walks import LongList, Walker, kept_characters, kept_rows
from tests.support.teams import OTHER_TEAM, TEAM

from .conftest import opened

KEEP = timedelta(days=7)
LAST_SCREEN = 80
"""Where the last screen of a page begins: a page has a hundred rows, a screen twenty."""


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def walker(engine: AsyncEngine, clock: Clock) -> Walker:
    return Walker(engine, clock, LongList(10))


def ids(screen: Screen) -> list[str]:
    return [row.instance.id for row in screen.rows]


async def page_on(walker: Walker, screen: Screen) -> Screen:
    """Return the first screen of the next page, by way of the last one of this page."""
    return await walker.older(await walker.browser.turn(replace(bookmark_of(screen), offset=LAST_SCREEN)))


async def page_back(walker: Walker, screen: Screen) -> Screen:
    """Return the first screen of the page before, by way of its last one."""
    last = await walker.newer(screen)
    assert bookmark_of(last).offset == LAST_SCREEN
    return await walker.browser.turn(replace(bookmark_of(last), offset=0))


async def walk_on(walker: Walker, screen: Screen, pages: int) -> list[Screen]:
    """Return the first screen of this page and of so many that follow."""
    screens = [screen]
    for _ in range(pages):
        screens.append(await page_on(walker, screens[-1]))
    return screens


async def walk_back(walker: Walker, screen: Screen) -> list[Screen]:
    """Return the first screen of this page and of all before it."""
    screens = [screen]
    while screens[-1].previous is not None:
        screens.append(await page_back(walker, screens[-1]))
    return screens


def shown(screens: Iterable[Screen]) -> list[tuple[int | None, list[str]]]:
    return [(screen.first, ids(screen)) for screen in screens]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_hundreds_of_pages_with_long_cursors_take_the_same_room_each(
    engine: AsyncEngine, clock: Clock
) -> None:
    walker = Walker(engine, clock, LongList(200))
    there = await walk_on(walker, await walker.open(), 49)
    sizes = [await kept_characters(engine)]
    for _ in range(3):
        there += (await walk_on(walker, there[-1], 50))[1:]
        sizes.append(await kept_characters(engine))
    assert shown(there) == [
        (page * 100 + 1, [f"row-{row}" for row in range(page * 100, page * 100 + 20)]) for page in range(200)
    ]

    back = await walk_back(walker, there[-1])

    assert shown(back) == shown(reversed(there))
    assert await kept_rows(engine) == {"bookmarks": 0, "walks": 1, "visited_pages": 200}
    assert await kept_characters(engine) == sizes[-1], "the way back writes nothing"
    growth = [later - earlier for earlier, later in pairwise(sizes)]
    assert max(growth) - min(growth) < 50 * 5
    assert max(growth) < 50 * 3200


async def test_every_screen_of_a_page_is_kept_as_one_page(walker: Walker, engine: AsyncEngine) -> None:
    screen = (await walk_on(walker, await walker.open(), 2))[-1]
    before = await kept_rows(engine)
    for _ in range(4):
        screen = await walker.older(screen)
    await walker.value(screen.here, is_refresh=True)
    assert await kept_rows(engine) == before


@pytest.mark.parametrize("cursor", [10, 300, 1_000, 1_900, 2_000, 2_100, 3_000, 8_000, 100_000])
async def test_a_cursor_of_any_length_leads_there_and_back(
    engine: AsyncEngine, clock: Clock, cursor: int
) -> None:
    walker = Walker(engine, clock, LongList(6, cursor))
    there = await walk_on(walker, await walker.open(), 5)
    assert shown(await walk_back(walker, there[-1])) == shown(reversed(there))


async def test_a_walk_that_fits_into_its_buttons_needs_no_database(clock: Clock) -> None:
    async with opened("postgres://ada:s3cr3t@127.0.0.1:1/bot") as nowhere:
        walker = Walker(nowhere, clock, LongList(12, 40))
        there = await walk_on(walker, await walker.open(), 11)
        assert shown(await walk_back(walker, there[-1])) == shown(reversed(there))


async def test_a_walk_that_starts_at_a_long_cursor_is_kept_by_page_and_says_where_it_began(
    engine: AsyncEngine, clock: Clock
) -> None:
    long_list = LongList(10)
    walker = Walker(engine, clock, long_list)
    query = ListQuery.of("orders", rows=20, start=long_list.position(3))
    there = await walk_on(walker, await walker.open(query), 4)
    for _ in range(3):
        there[-1] = await walker.older(there[-1])
    assert await kept_rows(engine) == {"bookmarks": 0, "walks": 1, "visited_pages": 5}
    assert there[-1].query == query
    assert there[-1].first is None
    back = await walk_back(walker, (await walk_on(walker, await walker.open(query), 4))[-1])
    assert ids(back[-1])[0] == "row-300"
    assert await kept_rows(engine) == {"bookmarks": 0, "walks": 1, "visited_pages": 5}


async def test_people_who_click_at_once_at_two_replicas_write_each_page_once(
    url: str, engine: AsyncEngine, clock: Clock
) -> None:
    async with opened(url) as other:
        replicas = [Walker(database, clock, LongList(10)) for database in (engine, other)]
        value = await replicas[0].value((await walk_on(replicas[0], await replicas[0].open(), 1))[-1].here)
        for _ in range(4):
            screens = await asyncio.gather(*(replicas[turn % 2].click(value) for turn in range(10)))
            nexts = (replace(bookmark_of(screen), offset=LAST_SCREEN) for screen in screens)
            lasts = await asyncio.gather(*(replicas[0].browser.turn(place) for place in nexts))
            values = await asyncio.gather(
                *(replicas[turn % 2].value(last.next) for turn, last in enumerate(lasts))
            )
            assert len(set(values)) == 1
            value = values[0]
        assert await kept_rows(engine) == {"bookmarks": 0, "walks": 1, "visited_pages": 6}
        assert ids(await replicas[1].click(value))[0] == "row-500"


async def test_people_who_go_the_same_way_share_its_pages(engine: AsyncEngine, clock: Clock) -> None:
    for _ in range(3):
        walker = Walker(engine, clock, LongList(10))
        await walk_on(walker, await walker.open(), 9)
    assert await kept_rows(engine) == {"bookmarks": 0, "walks": 1, "visited_pages": 10}


async def test_a_refresh_deep_in_a_walk_stays_there_and_on_its_first_page_begins_anew(
    walker: Walker,
) -> None:
    there = await walk_on(walker, await walker.open(), 3)
    again = await walker.click(await walker.value(there[-1].here, is_refresh=True))
    assert shown([again]) == shown([there[-1]])
    assert again.here == there[-1].here

    first = (await walk_back(walker, again))[-1]
    assert bookmark_of(first).kept is not None
    begun = await walker.click(await walker.value(first.here, is_refresh=True))
    assert shown([begun]) == shown([there[0]])
    assert bookmark_of(begun).kept is None


async def test_a_list_that_goes_in_a_circle_ends_there_however_long_it_is(
    engine: AsyncEngine, clock: Clock
) -> None:
    walker = Walker(engine, clock, LongList(15, leads_to={12: 4}))
    there = await walk_on(walker, await walker.open(), 12)
    assert [screen.cursor_loop for screen in there] == [False] * 12 + [True]
    last = await walker.click(await walker.value(replace(bookmark_of(there[-1]), offset=LAST_SCREEN)))
    assert last.next is None
    back = await walk_back(walker, there[-1])
    assert shown(back) == shown(reversed(there))
    forth = await walk_on(walker, back[-1], 12)
    assert [screen.cursor_loop for screen in forth] == [False] * 12 + [True]


async def test_a_page_that_another_walk_led_to_is_no_circle(engine: AsyncEngine, clock: Clock) -> None:
    hasty = Walker(engine, clock, LongList(10, leads_to={2: 6}))
    await walk_on(hasty, await hasty.open(), 4)
    walker = Walker(engine, clock, LongList(10))
    there = await walk_on(walker, await walker.open(), 9)
    assert not any(screen.cursor_loop for screen in there)


async def test_empty_pages_are_passed_on_the_way_back(engine: AsyncEngine, clock: Clock) -> None:
    empty = {2, 3, 4, 6, 8, 9}
    walker = Walker(engine, clock, LongList(11, empty=empty))
    there = await walk_on(walker, await walker.open(), 4)
    assert [screen.first for screen in there] == [1, 101, 201, 301, 401]
    assert [ids(screen)[0] for screen in there] == ["row-0", "row-100", "row-500", "row-700", "row-1000"]
    assert shown(await walk_back(walker, there[-1])) == shown(reversed(there))


async def test_a_circle_of_empty_pages_has_an_end(engine: AsyncEngine, clock: Clock) -> None:
    walker = Walker(engine, clock, LongList(40, empty=range(1, 20), leads_to={19: 3}))
    screen = await walker.click(
        await walker.value(replace(bookmark_of(await walker.open()), offset=LAST_SCREEN))
    )
    clicks = 0
    while screen.next is not None:
        screen = await walker.older(screen)
        clicks += 1
        assert clicks < 5
    assert screen.cursor_loop


async def test_the_first_row_behind_empty_pages_bounds_the_walk_from_there_on(
    engine: AsyncEngine, clock: Clock
) -> None:
    walker = Walker(engine, clock, LongList(20, empty=range(9)))
    screen = await walker.open()
    assert not screen.rows
    while not screen.rows:
        screen = await walker.older(screen)
    again = await walker.click(await walker.value(screen.here))
    assert bookmark_of(again).anchor == bookmark_of(screen).anchor == screen.rows[0].instance.created_on
    assert again.previous is None


async def test_a_walk_lives_as_long_as_its_latest_button(walker: Walker, clock: Clock) -> None:
    there = await walk_on(walker, await walker.open(), 3)
    clock.moment += KEEP - timedelta(days=1)
    value = await walker.value((await page_on(walker, there[-1])).here)
    clock.moment += KEEP - timedelta(seconds=1)
    back = await walk_back(walker, await walker.click(value))
    assert [screen.first for screen in back] == [401, 301, 201, 101, 1]


async def test_a_walk_of_long_ago_answers_with_the_command_to_type(walker: Walker, clock: Clock) -> None:
    value = await walker.value((await walk_on(walker, await walker.open(), 3))[-1].here)
    clock.moment += KEEP
    with pytest.raises(ExpiredButton) as expired:
        await walker.click(value)
    assert expired.value.command == "/workflows list orders rows:20"


async def test_a_command_too_long_for_the_button_is_left_out(engine: AsyncEngine, clock: Clock) -> None:
    long_list = LongList(3, 5000)
    walker = Walker(engine, clock, long_list)
    value = await walker.value((await walker.open(ListQuery.of("orders", start=long_list.position(1)))).here)
    clock.moment += KEEP
    with pytest.raises(ExpiredButton) as expired:
        await walker.click(value)
    assert expired.value.command == ""


async def test_expired_walks_are_deleted_with_their_pages_and_no_others(
    engine: AsyncEngine, clock: Clock
) -> None:
    walker = Walker(engine, clock, LongList(10))
    await walk_on(walker, await walker.open(ListQuery.of("refunds", rows=20)), 3)
    clock.moment += KEEP
    later = await walk_on(walker, await walker.open(), 2)
    await walker.walks.purge(OTHER_TEAM)
    assert await kept_rows(engine) == {"bookmarks": 0, "walks": 2, "visited_pages": 7}
    await walker.walks.purge(TEAM)
    assert await kept_rows(engine) == {"bookmarks": 0, "walks": 1, "visited_pages": 3}
    assert shown(await walk_back(walker, later[-1])) == shown(reversed(later))


async def test_more_walks_are_deleted_than_one_transaction_takes(engine: AsyncEngine, clock: Clock) -> None:
    walker = Walker(engine, clock, LongList(3))
    position = LongList(3).position(2)
    for number in range(120):
        await walker.value(Bookmark(ListQuery.of(f"workflow-{number}"), position))
    assert await kept_rows(engine) == {"bookmarks": 0, "walks": 120, "visited_pages": 120}
    clock.moment += KEEP
    await walker.walks.purge(TEAM)
    assert await kept_rows(engine) == {"bookmarks": 0, "walks": 0, "visited_pages": 0}


async def test_a_walk_of_another_workspace_is_not_found(walker: Walker) -> None:
    request = await load(
        walker.requests, await walker.value((await page_on(walker, await walker.open())).here)
    )
    assert isinstance(request, TurnPage)
    assert isinstance(request.place, KeptPlace)
    with pytest.raises(ExpiredButton):
        await walker.walks.find(request.place, OTHER_TEAM)


async def test_the_same_page_of_two_workspaces_is_two_rows(walker: Walker) -> None:
    place = (await page_on(walker, await walker.open())).here
    for team in (TEAM, OTHER_TEAM):
        short = await walker.walks.shorten(TurnPage(Bookmark(place.query, LongList(3).position(2))), team)
        assert isinstance(short, TurnPage)
        assert isinstance(short.place, KeptPlace)
        assert (await walker.walks.find(short.place, team)).position == LongList(3).position(2)


@pytest.mark.parametrize(
    ("table", "column"),
    [(tables.visited_pages, tables.visited_pages.c.position), (tables.walks, tables.walks.c.text)],
)
@pytest.mark.parametrize("text", ["", "nonsense", '{"token": 7}', "[]"])
async def test_what_changed_in_the_database_is_unreadable(
    walker: Walker, engine: AsyncEngine, table: Table, column: Column[str], text: str
) -> None:
    value = await walker.value((await page_on(walker, await walker.open())).here)
    async with engine.begin() as connection:
        await connection.execute(update(table).values({column: text}))
    with pytest.raises(InvalidButton):
        await walker.click(value)


async def test_a_long_button_of_the_version_before_goes_on(
    walker: Walker, engine: AsyncEngine, clock: Clock
) -> None:
    """Versions before this one wrote the whole walk into one row for each button."""
    long_list = LongList(40)
    walker = Walker(engine, clock, long_list)
    visited = (VisitedPage(None, 100), *(VisitedPage(long_list.position(page), 100) for page in range(1, 30)))
    mark = Bookmark(ListQuery.of("orders", rows=20), long_list.position(30), anchor=NOW, visited=visited)
    value = await save(walker.requests, TurnPage(mark))
    assert value.startswith("s1.")

    there = await walk_on(walker, await walker.click(value), 2)

    assert [screen.first for screen in there] == [3001, 3101, 3201]
    back = await walk_back(walker, there[-1])
    assert [screen.first for screen in back] == [*range(3201, 0, -100)]
    assert (await kept_rows(engine))["visited_pages"] == 33


async def test_only_places_are_kept_as_walks(walker: Walker, engine: AsyncEngine) -> None:
    for request in (OpenFilter(ListQuery.of("x" * 3000)), OpenList(Bookmark(ListQuery.of("orders")))):
        assert await walker.walks.shorten(request, TEAM) == request
    assert await kept_rows(engine) == {"bookmarks": 0, "walks": 0, "visited_pages": 0}


async def test_a_walk_that_cannot_be_read_any_more_is_taken_for_no_circle(
    clock: Clock, engine: AsyncEngine
) -> None:
    walker = Walker(engine, clock, LongList(10))
    page = bookmark_of(await page_on(walker, await walker.open())).kept
    assert page is not None
    async with opened("postgres://ada:s3cr3t@127.0.0.1:1/bot") as nowhere:
        lost = WalkStore(nowhere, walker.requests, KEEP, clock)
        with logs() as log:
            assert not await lost.has_passed(page, LongList(10).position(1))
    assert "walk_not_read" in log.getvalue()
    assert "s3cr3t" not in log.getvalue()
