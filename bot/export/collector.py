"""Collect the rows of a selection: from windows of its lists, as far as the bounds of an export allow."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from bot.browse.conditions import moment_of
from bot.browse.screen import Row
from bot.browse.selection import Stream
from bot.cloudflare.errors import CloudflareError, RateLimited
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Instance, InstancePage, PageQuery
from bot.export.choosing import CausesRefused, RowChooser
from bot.export.plan import Bounds, ExportPlan
from bot.export.reader import ListReader
from bot.export.result import Ending, Result
from bot.export.retries import Throttle, may_pass
from bot.export.spool import Spool, SpooledRow


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reading is.

    Attributes:
        found: rows for the file.
        searched: rows that were looked at.
        about: about how many there are to look at; None where nothing says so.
        waits_until: when it goes on, by the clock of the event loop, while Cloudflare's limit makes it wait.
    """

    found: int
    searched: int
    about: int | None
    waits_until: float | None


NOTHING_YET: Final = Progress(0, 0, None, None)


class _Full(Exception):
    """The file has as much as one may have.

    Attributes:
        ending: of what.
    """

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending)
        self.ending: Final = ending


class Collector:
    """Reads what a plan says into a spool, once.

    Requests wait behind those of people, and wait out throttles.

    Args:
        plan: what to read.
        bounds: how much.
        spool: takes the rows.
    """

    def __init__(self, plan: ExportPlan, bounds: Bounds, spool: Spool) -> None:
        self._plan = plan
        self._bounds = bounds
        self._spool = spool
        self._throttle = Throttle()
        self._reader = ListReader(self._ask, self._take, plan.expected)
        self._chooser = RowChooser(plan, self._throttle, bounds)

    @property
    def progress(self) -> Progress:
        """Return how far it is."""
        known = {**self._plan.expected, **self._reader.totals}
        about = sum(known.values()) if all(stream in known for stream in self._plan.streams) else None
        return Progress(self._spool.rows, self._reader.rows_read, about, self._throttle.waits_until)

    def result(self, ending: Ending) -> Result:
        """Return what came of it; `ending` is as `collect` returns it."""
        plan, chooser = self._plan, self._chooser
        return Result(
            file_name=plan.file_name,
            format=plan.lines.format,
            rows=self._spool.rows,
            ending=ending,
            gaps=tuple(self._reader.gaps),
            unreadable_rows=self._reader.unreadable_rows,
            unknown=chooser.unknown,
            unread_causes=chooser.unread_causes,
            cause_error=chooser.cause_error,
            created_since=plan.created_since,
            unlisted=plan.unlisted,
            some_hidden=plan.some_hidden,
        )

    async def collect(self) -> Ending:
        """Read until all is there or a bound is reached; return which.

        Raises:
            sqlite3.Error, OSError: the disk does not take the rows.
        """
        ending = await self._read()
        await (
            self._spool.settle()
        )  # the end of the time may have cut off an `add`, whose rows are to be counted
        return ending

    async def _read(self) -> Ending:
        try:
            async with asyncio.timeout(self._bounds.time.total_seconds()):
                await self._reader.read(self._plan.windows)
        except TimeoutError:
            return "time"
        except CausesRefused:
            return "refused"
        except _Full as full:
            return full.ending
        return "whole"

    async def _ask(self, query: PageQuery) -> InstancePage:
        """Request a page; wait for as long as Cloudflare or this bot's own budget asks for it.

        Raises:
            CloudflareError: there is none, also after some tries.
        """
        pauses = iter(self._bounds.retries)
        while True:
            await self._throttle.wait()
            try:
                return await self._plan.workflows.fetch_instances(query, priority=Priority.BACKGROUND)
            except RateLimited as error:
                self._throttle.hold(error)
            except CloudflareError as error:
                wait = next(pauses, None) if may_pass(error) else None
                if wait is None:
                    raise
                await asyncio.sleep(wait.total_seconds())

    async def _take(self, stream: Stream, rows: Sequence[Instance]) -> None:
        """Write rows into the spool, those that are what was asked for.

        Raises:
            CausesRefused: it can't be read whether they are.
            _Full: the file may have no more.
        """
        async with aclosing(self._chooser.choose(stream, rows)) as chosen:
            async for some in chosen:
                await self._write(some)

    async def _write(self, rows: Sequence[Row]) -> None:
        """Write rows into the spool.

        Raises:
            _Full: the file may have no more.
        """
        by_end = self._plan.selection.by_end
        # Of long errors that takes a while; meanwhile others are answered.
        lines = await asyncio.to_thread(self._plan.lines.lines, rows)
        await self._spool.add(
            [
                SpooledRow(
                    row.workflow,
                    row.instance.id,
                    moment_of(row.instance) if by_end else row.instance.created_on,
                    line,
                )
                for row, line in zip(rows, lines, strict=True)
            ]
        )
        if self._spool.rows >= self._bounds.rows:
            raise _Full("rows")
        if self._spool.size >= self._bounds.size:
            raise _Full("size")
