"""How far several lists were read: what a bookmark keeps of each. Pure.

Pages are known by their last rows, as screens are: see `shown.py`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from bot.browse.selection import Stream
from bot.browse.several.shown import NEWEST, Reached, RowKey
from bot.cloudflare.models import Position
from bot.language.times import Moment

_BELOW_MILLISECOND: Final = timedelta(microseconds=999)
"""How much later a time may be than the same in whole milliseconds."""
_Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class CreatedUntil:
    """Where a page of a list without cursors starts: behind the last row of the page before.

    By its number the page would start further back once rows before it have left the list.

    Attributes:
        latest: no row of it was created later.
        seen_keys: the digests of those rows that were created then and stand on pages before.
        page: its number among those that begin so, from 1.
    """

    latest: Moment
    seen_keys: tuple[str, ...] = ()
    page: Annotated[int, Field(ge=1)] = 1


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page of one of several lists.

    Attributes:
        position: where it starts; None is the first page.
        rows: how many rows it held.
        last: the last of them; None without any, and in buttons of earlier versions.
    """

    position: Position | CreatedUntil | None
    rows: _Count
    last: RowKey | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one of several lists could not be read.

    Attributes:
        kind: the name of the error's class.
        reason: its reason.
        retry_after: how many seconds to wait, where it says so.
        share: the requests that one person may make in five minutes, where it says so.
    """

    kind: str
    reason: str
    retry_after: float | None = None
    share: int | None = None


@dataclass(frozen=True, slots=True)
class StreamPlace:
    """How far one of several lists was read.

    Attributes:
        stream: the list.
        pages: the pages that were read, the first one first.
        following: where the next page starts; None before the first page, and at the end.
        end: why no page follows: `end` of the list; `loop`, a cursor that came before; `cut`, a cursor that
            can't be used. None while one may follow.
        anchor: creation time of the newest instance when it was first read; newer ones stay out.
        passed: how many of its rows were shown, or looked at and not shown, for the number of those left.
        head: no row behind those was created later; None where that is not known.
        reached: how far it was shown, where that is not as far as the others.
        failure: why it is left out, until it is tried again.
        is_older: it is the part of the list that was created before the lookback.
    """

    stream: Stream
    pages: tuple[ReadPage, ...] = ()
    following: Position | CreatedUntil | None = None
    end: Literal["end", "loop", "cut"] | None = None
    anchor: Moment | None = None
    passed: _Count = 0
    head: Moment | None = None
    reached: Reached | None = None
    failure: Failure | None = None
    is_older: bool = False

    @property
    def rows(self) -> int:
        """Return how many rows its pages hold, as far as they were read."""
        return sum(page.rows for page in self.pages)

    def has(self, number: int) -> bool:
        """Return whether there is a page of that number, or may be: one that was read, or the one behind."""
        return number < len(self.pages) or (number == len(self.pages) and self.end is None)

    def start_of(self, number: int) -> Position | CreatedUntil | None:
        """Return where a page starts that it `has`; None is the first one."""
        return self.pages[number].position if number < len(self.pages) else self.following

    def page_behind(self, reached: Reached) -> int:
        """Return the number of the page, from 0, that has its first row that was not shown."""
        before = 0
        for number, page in enumerate(self.pages):
            before += page.rows
            if page.rows and not self._is_shown(page.last, before, reached):
                return number
        return len(self.pages)

    def _is_shown(self, last: RowKey | None, rows: int, reached: Reached) -> bool:
        """Return whether all of a page was shown, by its last row and the number of rows up to that."""
        if last is None:
            return self.passed >= rows
        # That very row may have been shown in another list, before others of its millisecond.
        return last.moment > reached.moment or (reached.includes(last) and self.passed >= rows)

    def is_done(self, reached: Reached) -> bool:
        """Return whether nothing of it is left to be shown."""
        return self.end is not None and self.page_behind(reached) == len(self.pages)

    def newest_on(self, number: int) -> datetime:
        """Return the latest time at which a row of a page can count as created, by the pages before it."""
        last = (page.last for page in reversed(self.pages[:number]) if page.last is not None)
        return next((min(row.moment + _BELOW_MILLISECOND, NEWEST) for row in last), NEWEST)


@dataclass(frozen=True, slots=True)
class Omitted:
    """Lists that were not asked for.

    Attributes:
        streams: some of those that are too many.
        count: how many are.
        unlisted: the account may have more workflows than it listed.
        listed_at: when the workflows were listed whose counts say so; None where they were not.
    """

    streams: tuple[Stream, ...] = ()
    count: _Count = 0
    unlisted: bool = False
    listed_at: Moment | None = None


NOTHING_OMITTED: Final = Omitted()
