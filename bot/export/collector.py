"""Collect the rows of a selection: from windows of its lists, as far as the bounds of an export allow."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.browse.causes import FOR_ALL
from bot.browse.conditions import is_within, moment_of
from bot.browse.judging import Judge, Judged
from bot.browse.planning import bound_of, filter_of
from bot.browse.screen import Row
from bot.browse.selection import Selection, Stream
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import CloudflareError, InvalidResponse, RateLimited, TLSError, Unavailable
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Instance, InstancePage, PageQuery
from bot.export.lines import Lines
from bot.export.reader import ListReader
from bot.export.result import Ending, Result
from bot.export.spool import Spool, SpooledRow
from bot.export.windows import MILLISECOND, NO_END, Window, to_millisecond

_SHORTEST_PAUSE: Final = timedelta(seconds=0.1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one export may be.

    Attributes:
        time: for all of its reading.
        rows: in the file.
        size: bytes of the file.
        retries: pauses between the tries of a request that fails.
    """

    time: timedelta = timedelta(minutes=60)
    rows: int = 250_000
    size: int = 256 * 1024 * 1024
    retries: tuple[timedelta, ...] = (timedelta(seconds=2), timedelta(seconds=5), timedelta(seconds=15))


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What an export reads.

    Attributes:
        selection: which instances.
        streams: the lists that have them.
        expected: about how many rows these have in all, as far as it is known.
        lookback: how long before `since` an instance may have been created that ended since.
        lines: how rows are written.
        as_of: when it was asked for.
        judge: looks at the rows where the selection has conditions that the API lacks; None without.
        unlisted: the account may have more workflows than it listed, and the selection asks for them.
    """

    selection: Selection
    streams: Sequence[Stream]
    expected: Mapping[Stream, int]
    lookback: timedelta
    lines: Lines
    as_of: datetime
    judge: Judge | None = None
    unlisted: bool = False


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


class _Ended(Exception):
    """A reading ends before all is there.

    Attributes:
        ending: why.
    """

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending)
        self.ending: Final = ending


class Collector:
    """Reads what a plan says into a spool, once.

    Requests wait behind those of people, and wait out throttles.

    Args:
        plan: what to read.
        workflows: the account.
        bounds: how much.
        spool: takes the rows.

    Attributes:
        unknown: rows that do not say whether they are what was asked for, and are left out.
        unread_causes: rows that are left out because it could not be read why they failed.
    """

    def __init__(self, plan: ExportPlan, workflows: CachedWorkflows, bounds: Bounds, spool: Spool) -> None:
        self._plan = plan
        self._workflows = workflows
        self._bounds = bounds
        self._spool = spool
        self._reader = ListReader(self._ask, self._take, plan.expected)
        self._goes_on_at = 0.0
        self.unknown = 0
        self.unread_causes = 0
        self._cause_error: CloudflareError | None = None

    @property
    def progress(self) -> Progress:
        """Return how far it is."""
        known = {**self._plan.expected, **self._reader.totals}
        about = sum(known.values()) if all(stream in known for stream in self._plan.streams) else None
        waits = self._goes_on_at if self._goes_on_at > asyncio.get_running_loop().time() else None
        return Progress(self._spool.rows, self._reader.rows_read, about, waits)

    def result(self, file_name: str, ending: Ending, *, is_some: bool) -> Result:
        """Return what came of it.

        Args:
            file_name: without its ending.
            ending: as `collect` returns it.
            is_some: workflows are left out that the person may not look at.
        """
        gaps = self._reader.gaps
        return Result(
            file_name=file_name,
            format=self._plan.lines.format,
            rows=self._spool.rows,
            ending=ending,
            gaps=tuple(gaps),
            unreadable_rows=self._reader.unreadable_rows,
            unknown=self.unknown,
            unread_causes=self.unread_causes,
            cause_error=self._cause_error,
            created_since=lookback_start(self._plan),
            unlisted=self._plan.unlisted,
            is_some=is_some,
        )

    async def collect(self) -> Ending:
        """Read until all is there or a bound is reached; return which.

        Raises:
            sqlite3.Error, OSError: the disk does not take the rows.
        """
        try:
            async with asyncio.timeout(self._bounds.time.total_seconds()):
                await self._reader.read(windows_of(self._plan))
        except TimeoutError:
            return "time"
        except _Ended as ended:
            return ended.ending
        return "whole"

    async def _ask(self, query: PageQuery) -> InstancePage:
        """Request a page; wait for as long as Cloudflare or this bot's own budget asks for it.

        Raises:
            CloudflareError: there is none, also after some tries.
        """
        pauses = iter(self._bounds.retries)
        while True:
            await self._turn()
            try:
                return await self._workflows.fetch_instances(query, priority=Priority.BACKGROUND)
            except RateLimited as error:
                self._throttle(error)
            except CloudflareError as error:
                wait = next(pauses, None) if may_pass(error) else None
                if wait is None:
                    raise
                await asyncio.sleep(wait.total_seconds())

    async def _take(self, stream: Stream, rows: Sequence[Instance]) -> None:
        by_end = self._plan.selection.by_end
        chosen = await self._meeting([Row(stream.workflow, row) for row in rows if self._is_in(row)])
        lines = self._plan.lines.lines(chosen)
        await self._spool.add(
            [
                SpooledRow(
                    row.workflow,
                    row.instance.id,
                    moment_of(row.instance) if by_end else row.instance.created_on,
                    line,
                )
                for row, line in zip(chosen, lines, strict=True)
            ]
        )
        if self._spool.rows >= self._bounds.rows:
            raise _Ended("rows")
        if self._spool.size >= self._bounds.size:
            raise _Ended("size")

    def _is_in(self, row: Instance) -> bool:
        """Return whether a row is in `since` and `until` where these mean the end."""
        if not self._plan.selection.by_end:
            return True
        answer = is_within(self._plan.selection, row)
        self.unknown += answer is None
        return answer is True

    async def _meeting(self, rows: list[Row]) -> list[Row]:
        """Return the rows that meet the conditions which the API lacks.

        Throttles are waited out, and causes that can't be read are tried again, as pages are.

        Raises:
            _Ended: Cloudflare refuses to say why instances failed, and would refuse each of the others.
        """
        judge = self._plan.judge
        if judge is None:
            return rows
        pauses = iter(self._bounds.retries)
        found: list[Row] = []
        while rows:
            await self._turn()
            until = asyncio.get_running_loop().time() + self._bounds.time.total_seconds()
            judged = await judge.judge(rows, self._plan.as_of, until)
            found += [row for row, is_one in zip(judged.rows, judged.answers, strict=True) if is_one]
            rest = rows[len(judged.rows) :]
            refused = next(
                (each for each in judged.unread.values() if isinstance(each, FOR_ALL)), judged.stopped
            )
            if isinstance(refused, RateLimited):
                self._throttle(refused)
            elif refused is not None:
                self._leave_out(judged, len(judged.unread) + len(rest), refused)
                raise _Ended("refused")
            again = {number for number, error in judged.unread.items() if may_pass(error)}
            wait = next(pauses, None) if again else None
            if wait is None:
                again = set()
            else:
                await asyncio.sleep(wait.total_seconds())
            failed = [error for number, error in judged.unread.items() if number not in again]
            self._leave_out(judged, len(failed), next(iter(failed), None))
            rows = [*(rows[number] for number in sorted(again)), *rest]
        return found

    def _leave_out(self, judged: Judged, unread: int, error: CloudflareError | None) -> None:
        """Count rows that are not in the file because it is not known whether they meet the conditions."""
        self.unknown += sum(answer is None for answer in judged.answers) - len(judged.unread)
        self.unread_causes += unread
        self._cause_error = self._cause_error or error

    def _throttle(self, error: RateLimited) -> None:
        pause = max(error.retry_after, _SHORTEST_PAUSE)
        goes_on_at = asyncio.get_running_loop().time() + pause.total_seconds()
        self._goes_on_at = max(self._goes_on_at, goes_on_at)

    async def _turn(self) -> None:
        """Wait until requests may be made."""
        await asyncio.sleep(max(0.0, self._goes_on_at - asyncio.get_running_loop().time()))


def windows_of(plan: ExportPlan) -> list[Window]:
    """Return a window for each list, as wide as the selection is."""
    windows = []
    for stream in plan.streams:
        bounds = filter_of(plan.selection, stream, plan.lookback)
        start = None if bounds.date_start is None else to_millisecond(bounds.date_start)
        end = NO_END if bounds.date_end is None else to_millisecond(bounds.date_end) + MILLISECOND
        windows.append(Window(stream, start, end))
    return windows


def lookback_start(plan: ExportPlan) -> datetime | None:
    """Return since when instances were created that are looked for, where `since` means their end.

    An older one may have ended in that time, too. None where there is no such bound, or a person set it.
    """
    bounds = [bound_of(plan.selection, stream, plan.lookback) for stream in plan.streams]
    return min((each for each in bounds if each is not None), default=None)


def may_pass(error: CloudflareError) -> bool:
    """Return whether a request that failed may succeed a little later."""
    return isinstance(error, Unavailable | InvalidResponse) and not isinstance(error, TLSError)
