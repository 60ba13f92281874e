"""Read lists whole: their windows at the same time, each by its cursors, divided while somebody is idle."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from bot.browse.selection import Stream
from bot.cloudflare.errors import CloudflareError, InvalidParameter, InvalidResponse
from bot.cloudflare.models import (
    MAX_PER_PAGE,
    Instance,
    InstanceFilter,
    InstancePage,
    PageNumber,
    PageQuery,
    Position,
)
from bot.export.windows import MILLISECOND, Density, Window, divide, to_millisecond

AT_ONCE: Final = 8
"""Windows of one export that are read at the same time. At 50 ms an answer these are 160 requests a second;
Cloudflare takes 200 from one address."""

Ask = Callable[[PageQuery], Awaitable[InstancePage]]
Take = Callable[[Stream, Sequence[Instance]], Awaitable[None]]


@dataclass(slots=True)
class _Walk:
    """A window that is being read.

    Attributes:
        window: what its rows are taken from. Its beginning moves up when older parts are given away.
        asked: the filter of its requests, which stays: a cursor may be bound to it.
        position: where its next page starts.
        reached: the creation time down to which its rows are taken; None before the first page.
        in_order: its rows came newest first so far; only then does `reached` mean anything.
        left: how many rows may follow; None where nothing says so.
        passed: the positions that it has been at.
    """

    window: Window
    asked: InstanceFilter
    position: Position | None = None
    reached: datetime | None = None
    in_order: bool = True
    left: int | None = None
    passed: set[Position] = field(default_factory=set)

    @property
    def rest(self) -> Window:
        """Return what of the window is not certain to be read."""
        if self.reached is None or not self.in_order:
            return self.window
        return replace(self.window, until=min(self.window.until, to_millisecond(self.reached) + MILLISECOND))


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a list that was not read.

    Attributes:
        window: which; some of its rows may have been taken.
        error: why; None if the reading was ended before.
    """

    window: Window
    error: CloudflareError | None = None


class ListReader:
    """Reads lists whole, once.

    Args:
        ask: requests a page; it waits out what passes.
        take: takes rows. It may get one twice, and in any order.
        expected: about how many rows lists have, where that is known.
        at_once: how many windows are read at the same time.

    Attributes:
        rows_read: rows that were taken so far.
        unreadable_rows: rows of pages that could not be read in full.
        totals: about how many rows the lists have that were begun, by what the API says.
    """

    def __init__(
        self,
        ask: Ask,
        take: Take,
        expected: Mapping[Stream, int] = MappingProxyType({}),
        at_once: int = AT_ONCE,
    ) -> None:
        self._expected = dict(expected)
        self._ask = ask
        self._take = take
        self._at_once = at_once
        self._changed = asyncio.Condition()
        self._waiting: list[Window] = []
        self._walks: list[_Walk] = []
        self._idle = 0
        self._failed: list[Gap] = []
        self.rows_read = 0
        self.unreadable_rows = 0
        self.totals: dict[Stream, int] = {}

    @property
    def gaps(self) -> list[Gap]:
        """Return what was not read; all of it before `read`, and nothing after one that came to its end."""
        left = [*self._waiting, *(walk.rest for walk in self._walks)]
        return [*self._failed, *map(Gap, left)]

    async def read(self, windows: Sequence[Window]) -> None:
        """Read windows. What can't be read is among the `gaps`, and costs nothing else.

        Args:
            windows: one for each list.

        Raises:
            Exception: what `take` raises, and what `ask` does that is no CloudflareError.
        """
        self._waiting = list(windows)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._at_once):
                    group.create_task(self._work())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None

    async def _work(self) -> None:
        while (walk := await self._next()) is not None:
            try:
                await self._walk(walk)
            except CloudflareError as error:
                self._failed.append(Gap(walk.rest, error))
            self._walks.remove(walk)
            async with self._changed:
                self._changed.notify_all()

    async def _next(self) -> _Walk | None:
        """Return a walk of the newest window that waits; None once nothing is left to read."""
        async with self._changed:
            self._idle += 1
            await self._changed.wait_for(lambda: self._waiting or not self._walks)
            self._idle -= 1
            if not self._waiting:
                return None
            window = max(self._waiting, key=lambda each: each.until)
            self._waiting.remove(window)
            walk = _Walk(window, window.filter)
            self._walks.append(walk)
            return walk

    async def _walk(self, walk: _Walk) -> None:
        """Read a window to its end.

        Raises:
            CloudflareError: it can't be; the walk's `rest` says what is left.
        """
        while True:
            page = await self._page(walk)
            if isinstance(page.next, PageNumber):
                await self._walk_numbers(walk)
                return
            if _is_done(walk, page):
                return
            if page.next is None or page.next in walk.passed or page.next == walk.position:
                self._reopen(walk, InvalidResponse("the list has more rows, and no way to them"))
                continue
            if walk.position is not None:
                walk.passed.add(walk.position)
            walk.position = page.next
            await self._give_away(walk, page)

    async def _page(self, walk: _Walk) -> InstancePage:
        """Return the next page of a walk, whose rows are taken.

        Raises:
            CloudflareError: there is none.
        """
        try:
            page = await self._ask(_query(walk.window.stream, walk.asked, walk.position))
        except InvalidParameter as error:
            if walk.position is None:
                raise
            self._reopen(walk, error)  # the API no longer takes the cursor
            return await self._page(walk)
        if walk.position is None:
            walk.left = page.info.total_count
            if walk.left is None:
                walk.left = self._expected.pop(walk.window.stream, None)
            if walk.left is not None:
                self.totals.setdefault(walk.window.stream, walk.left)
        await self._take_page(walk, page)
        return page

    async def _take_page(self, walk: _Walk, page: InstancePage) -> None:
        rows = [row for row in page.rows if walk.window.has(row.created_on) and not row.is_phantom]
        await self._take(walk.window.stream, rows)
        self.rows_read += len(rows)
        self.unreadable_rows += page.incomplete_rows
        dated = [row.created_on for row in page.rows if row.created_on is not None]
        if walk.left is not None:
            walk.left -= len(page.rows)
        times = dated if walk.reached is None else [walk.reached, *dated]
        walk.in_order = walk.in_order and all(newer >= older for newer, older in pairwise(times))
        if dated:
            walk.reached = dated[-1]

    async def _give_away(self, walk: _Walk, page: InstancePage) -> None:
        """Leave older parts of a walk to those who have nothing to read."""
        idle = self._idle - len(self._waiting)
        dated = [row.created_on for row in page.rows if row.created_on is not None]
        if idle < 1 or not walk.in_order or not dated or walk.reached is None:
            return
        left = walk.left if walk.left is not None and walk.left > 0 else None
        density = Density(len(dated), dated[0] - dated[-1], left)
        own, *others = divide(walk.window.older_than(walk.reached), idle + 1, density)
        if not others:
            return
        walk.window = replace(walk.window, since=own.since)
        walk.left = left and left // (len(others) + 1)
        async with self._changed:
            self._waiting += others
            self._changed.notify_all()

    def _reopen(self, walk: _Walk, error: CloudflareError) -> None:
        """Begin a walk anew at the oldest row that it has, where its cursor leads nowhere.

        Raises:
            CloudflareError: the error, if it is there already.
        """
        rest = walk.rest
        if rest.filter == walk.asked or not walk.in_order:
            raise error
        walk.window, walk.asked = rest, rest.filter
        walk.position = walk.reached = walk.left = None
        walk.passed.clear()

    async def _walk_numbers(self, walk: _Walk) -> None:
        """Read a list that has page numbers, as that of wrangler's engine, from its first page to its last.

        It is asked for without times, which that engine may ignore; the rows are looked at here.
        """
        filter_ = InstanceFilter(status=walk.window.stream.status)
        walk.in_order, position = False, 1
        while True:
            page = await self._ask(_query(walk.window.stream, filter_, PageNumber(position)))
            await self._take_page(walk, page)
            if page.next is None or not page.rows:
                return
            position += 1


def _query(stream: Stream, filter_: InstanceFilter, position: Position | None) -> PageQuery:
    return PageQuery(stream.workflow, filter_, position, MAX_PER_PAGE)


def _is_done(walk: _Walk, page: InstancePage) -> bool:
    """Return whether a walk has all rows of its window."""
    if page.next is None and not page.cut_short:
        return True
    since, reached = walk.window.since, walk.reached
    return walk.in_order and since is not None and reached is not None and reached < since
