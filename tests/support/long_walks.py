"""Lists of any length with cursors of any length, and a walk through them by buttons."""

import base64
import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from sqlalchemy import String, Table, cast, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.browse.bookmark import Bookmark, KeptPlace, Place
from bot.browse.browser import Browser
from bot.browse.model import ListQuery
from bot.browse.requests import RefreshPage, TurnPage
from bot.browse.screen import Screen
from bot.browse.walks import WalkStore
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Cursor, Instance, InstancePage, PageQuery, Position, ResultInfo, Status
from bot.cloudflare.timed_cache import CacheTimes
from bot.storage import tables
from bot.ui.limits import VALUE
from tests.support.buttons import load, request_store, save
from tests.support.commands import NOW
from tests.support.teams import TEAM

ROWS: Final = 100
"""Of each page."""


class LongList(WorkflowsClient):
    """A workflow's instances, made as they are asked for.

    Args:
        pages: how many there are.
        cursor: characters of a cursor; none compresses.
        empty: the numbers of pages that a filter leaves nothing of, from 0.
        leads_to: the number of the page behind a page, where that is not the next one.
    """

    def __init__(
        self,
        pages: int,
        cursor: int = 3000,
        empty: Collection[int] = (),
        leads_to: Mapping[int, int] | None = None,
    ) -> None:
        self._pages = pages
        self._cursor = cursor
        self._empty = empty
        self._leads_to = leads_to or {}
        self.calls = 0

    async def list_instances(
        self,
        query: PageQuery,
        priority: Priority = Priority.INTERACTIVE,  # noqa: ARG002 - as the client has it
    ) -> InstancePage:
        self.calls += 1
        number = self.number(query.position)
        rows = [] if number in self._empty else range(number * ROWS, (number + 1) * ROWS)
        following = self._leads_to.get(number, number + 1)
        return InstancePage(
            rows=tuple(_instance(row) for row in rows),
            next=self.position(following) if following < self._pages else None,
            info=ResultInfo(),
            messages=(),
            fetched_at=NOW,
        )

    def position(self, number: int) -> Cursor:
        """Return where a page begins."""
        noise = base64.b64encode(hashlib.shake_256(str(number).encode()).digest(self._cursor))
        return Cursor(f"{number:08}{noise.decode()}"[: self._cursor])

    def number(self, position: Position | None) -> int:
        """Return which page begins there."""
        return int(position.token[:8]) if isinstance(position, Cursor) else 0


@cache
def _instance(number: int) -> Instance:
    created_on = NOW - timedelta(seconds=number)
    return Instance.model_construct(id=f"row-{number}", status=Status("complete"), created_on=created_on)


class Walker:
    """Somebody who turns pages by buttons: each click carries a value, which any replica reads.

    Args:
        engine: the database.
        now: the clock.
        list_: what they walk through.
        keep: how long walks are kept.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        now: Callable[[], datetime],
        list_: LongList,
        keep: timedelta = timedelta(days=7),
    ) -> None:
        self.requests = request_store(engine, now, keep)
        self.walks = WalkStore(engine, self.requests, keep, now)
        workflows = CachedWorkflows(list_, CacheTimes(pages=20), lambda: 0.0)
        self.browser = Browser({"prod": workflows}, self.walks.has_passed)

    async def open(self, query: ListQuery | None = None) -> Screen:
        return await self.browser.open(query or ListQuery.of("orders", rows=20))

    async def value(self, place: Place | None, *, is_refresh: bool = False) -> str:
        """Return the value of a button that leads to a place."""
        assert place is not None, "there is no such button"
        request = RefreshPage(place) if is_refresh else TurnPage(place)
        value = await save(self.requests, await self.walks.shorten(request, TEAM))
        assert len(value) <= VALUE
        return value

    async def click(self, value: str) -> Screen:
        """Return what a button shows."""
        request = await load(self.requests, value)
        assert isinstance(request, TurnPage | RefreshPage)
        place = request.place
        if isinstance(place, KeptPlace):
            place = await self.walks.find(place, TEAM)
        assert isinstance(place, Bookmark)
        turn = self.browser.refresh if isinstance(request, RefreshPage) else self.browser.turn
        return await turn(place)

    async def older(self, screen: Screen) -> Screen:
        """Turn to the next screen, as a message does: all of its buttons are written."""
        await self.value(screen.here, is_refresh=True)
        if screen.previous is not None:
            await self.value(screen.previous)
        return await self.click(await self.value(screen.next))

    async def newer(self, screen: Screen) -> Screen:
        """Turn to the screen before."""
        await self.value(screen.here, is_refresh=True)
        if screen.next is not None:
            await self.value(screen.next)
        return await self.click(await self.value(screen.previous))


async def kept_rows(engine: AsyncEngine, *more: Table) -> dict[str, int]:
    """Count what is kept of walks and in more tables, by table."""
    async with engine.connect() as connection:
        return {
            table.name: await connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (tables.bookmarks, tables.walks, tables.visited_pages, *more)
        }


async def kept_characters(engine: AsyncEngine) -> int:
    """Count the characters of what is kept of walks."""
    total = 0
    async with engine.connect() as connection:
        for table in (tables.bookmarks, tables.walks, tables.visited_pages):
            lengths = (func.coalesce(func.length(cast(column, String)), 0) for column in table.columns)
            total += await connection.scalar(select(func.sum(sum(lengths)))) or 0
    return total
