"""Read lists whole: their windows at the same time, each by its cursors, divided while a reader is idle."""

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

AT_ONCE: Final = 10
"""Windows of one export that are read at the same time. With 50 ms an answer, and what it takes to read one,
these are some 160 requests a second; Cloudflare takes 200 from one address."""

Ask = Callable[[PageQuery], Awaitable[InstancePage]]
Take = Callable[[Stream, Sequence[Instance]], Awaitable[None]]


@dataclass(slots=True)
class _WindowReading:
    """A window that is being read.

    Attributes:
        window: what its rows are taken from. Its beginning moves up when older parts are left to others.
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
        self._readings: list[_WindowReading] = []
        self._idle = 0
        self._failed: list[Gap] = []
        self.rows_read = 0
        self.unreadable_rows = 0
        self.totals: dict[Stream, int] = {}

    @property
    def gaps(self) -> list[Gap]:
        """Return what was not read; all of it before `read`, and nothing after one that came to its end."""
        left = [*self._waiting, *(reading.rest for reading in self._readings)]
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
                    group.create_task(self._read_windows())
        except BaseExceptionGroup as errors:
            _forget_cancellation()
            raise errors.exceptions[0] from None

    async def _read_windows(self) -> None:
        while (reading := await self._take_window()) is not None:
            try:
                await self._read_window(reading)
            except CloudflareError as error:
                self._failed.append(Gap(reading.rest, error))
            self._readings.remove(reading)
            async with self._changed:
                self._changed.notify_all()

    async def _take_window(self) -> _WindowReading | None:
        """Return a reading of the newest window that waits; None once nothing is left to read."""
        async with self._changed:
            self._idle += 1
            await self._changed.wait_for(lambda: self._waiting or not self._readings)
            self._idle -= 1
            if not self._waiting:
                return None
            window = max(self._waiting, key=lambda each: each.until)
            self._waiting.remove(window)
            reading = _WindowReading(window, window.filter)
            self._readings.append(reading)
            return reading

    async def _read_window(self, reading: _WindowReading) -> None:
        """Read a window to its end.

        Raises:
            CloudflareError: it can't be; the reading's `rest` says what is left.
        """
        while True:
            page = await self._read_page(reading)
            if isinstance(page.next, PageNumber):
                await self._read_numbered(reading)
                return
            if _is_done(reading, page):
                return
            if page.next is None or page.next in reading.passed or page.next == reading.position:
                self._reopen(reading, InvalidResponse("the list has more rows, and no way to them"))
                continue
            if reading.position is not None:
                reading.passed.add(reading.position)
            reading.position = page.next
            await self._leave_to_idle(reading, page)

    async def _read_page(self, reading: _WindowReading) -> InstancePage:
        """Return the next page of a reading, whose rows are taken.

        Raises:
            CloudflareError: there is none.
        """
        try:
            page = await self._ask(_query(reading.window.stream, reading.asked, reading.position))
        except InvalidParameter as error:
            if reading.position is None:
                raise
            self._reopen(reading, error)  # the API no longer takes the cursor
            return await self._read_page(reading)
        if reading.position is None:
            reading.left = page.info.total_count
            if reading.left is None:
                reading.left = self._expected.pop(reading.window.stream, None)
            if reading.left is not None:
                self.totals.setdefault(reading.window.stream, reading.left)
        await self._take_page(reading, page)
        return page

    async def _take_page(self, reading: _WindowReading, page: InstancePage) -> None:
        rows = [row for row in page.rows if reading.window.has(row.created_on) and not row.is_phantom]
        await self._take(reading.window.stream, rows)
        self.rows_read += len(rows)
        self.unreadable_rows += page.incomplete_rows
        dated = [row.created_on for row in page.rows if row.created_on is not None]
        if reading.left is not None:
            reading.left -= len(page.rows)
        times = dated if reading.reached is None else [reading.reached, *dated]
        reading.in_order = reading.in_order and all(newer >= older for newer, older in pairwise(times))
        if dated:
            reading.reached = dated[-1]

    async def _leave_to_idle(self, reading: _WindowReading, page: InstancePage) -> None:
        """Leave older parts of a reading to those who have nothing to read."""
        idle = self._idle - len(self._waiting)
        dated = [row.created_on for row in page.rows if row.created_on is not None]
        if idle < 1 or not reading.in_order or not dated or reading.reached is None:
            return
        left = reading.left if reading.left is not None and reading.left > 0 else None
        density = Density(len(dated), dated[0] - dated[-1], left)
        own, *others = divide(reading.window.older_than(reading.reached), idle + 1, density)
        if not others:
            return
        reading.window = replace(reading.window, since=own.since)
        reading.left = left and left // (len(others) + 1)
        async with self._changed:
            self._waiting += others
            self._changed.notify_all()

    def _reopen(self, reading: _WindowReading, error: CloudflareError) -> None:
        """Begin a reading anew at the oldest row that it has, where its cursor leads nowhere.

        Raises:
            CloudflareError: the error, if it is there already.
        """
        rest = reading.rest
        if rest.filter == reading.asked or not reading.in_order:
            raise error
        reading.window, reading.asked = rest, rest.filter
        reading.position = reading.reached = reading.left = None
        reading.passed.clear()

    async def _read_numbered(self, reading: _WindowReading) -> None:
        """Read a list that has page numbers, as that of wrangler's engine, from its first page to its last.

        It is asked for without times, which that engine may ignore; the rows are looked at here.
        """
        filter_ = InstanceFilter(status=reading.window.stream.status)
        reading.in_order, position = False, 1
        while True:
            page = await self._ask(_query(reading.window.stream, filter_, PageNumber(position)))
            await self._take_page(reading, page)
            if page.next is None or not page.rows:
                return
            position += 1


def _forget_cancellation() -> None:
    """Forget that a group of tasks cancelled the one that waits for it.

    Before Python 3.13 it leaves that counted, and aiohttp then takes the end of its own writer for a
    cancellation of the task: an export that was ended at its bounds was called interrupted.
    """
    task = asyncio.current_task()
    while task is not None and task.cancelling():
        task.uncancel()


def _query(stream: Stream, filter_: InstanceFilter, position: Position | None) -> PageQuery:
    return PageQuery(stream.workflow, filter_, position, MAX_PER_PAGE)


def _is_done(reading: _WindowReading, page: InstancePage) -> bool:
    """Return whether a reading has all rows of its window."""
    if page.next is None and not page.cut_short:
        return True
    since, reached = reading.window.since, reading.reached
    return reading.in_order and since is not None and reached is not None and reached < since
