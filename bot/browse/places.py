"""How far several lists were read and shown: what a bookmark keeps of them. Pure.

Pages and screens are known by their last rows, not by how many rows they held: rows leave a list and appear
in it while people look at it, so that a number soon means another row.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field

from bot.browse.selection import Stream
from bot.cloudflare.models import Instance, Position
from bot.language.times import Moment
from bot.slack.requests import digest

NEWEST: Final = datetime.max.replace(microsecond=999_000, tzinfo=UTC)
"""When a row counts as created that comes before all rows that tell when they were."""
_BELOW_MILLISECOND: Final = timedelta(microseconds=999)
"""How much later a time may be than the same in whole milliseconds."""
_Count = Annotated[int, Field(ge=0)]
_KEY_LENGTH: Final = 10
"""Characters of a row's digest: enough to tell it from others that were created in the same millisecond."""


def key_of(workflow: str, row: Instance) -> str:
    """Return a digest of a row's workflow and its id, which may be longer than a button."""
    return digest(workflow, row.id)[:_KEY_LENGTH]


def in_milliseconds(moment: datetime) -> datetime:
    """Return a time as the API counts it: one answer may tell more digits of it than another."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@dataclass(frozen=True, slots=True)
class RowKey:
    """Identifies a row of a list.

    Attributes:
        created_on: when it counts as created, by the order of its list; None for `NEWEST`.
        key: its digest.
    """

    created_on: Moment | None
    key: str

    @classmethod
    def of(cls, workflow: str, row: Instance, moment: datetime) -> "RowKey":
        """Return the key of a row that counts as created at a time."""
        return cls(None if moment == NEWEST else in_milliseconds(moment), key_of(workflow, row))

    @property
    def moment(self) -> datetime:
        """Return when the row counts as created."""
        return self.created_on or NEWEST


@dataclass(frozen=True, slots=True)
class Reached:
    """How far lists were shown, by creation: what was created later was shown, or was not there.

    Attributes:
        created_on: when the last row was created, in whole milliseconds; None for `NEWEST`.
        keys: the digests of the rows that were shown of those created in that very millisecond.
    """

    created_on: Moment | None = None
    keys: tuple[str, ...] = ()

    @property
    def moment(self) -> datetime:
        """Return when the last row was created."""
        return self.created_on or NEWEST

    def includes(self, row: RowKey) -> bool:
        """Return whether a row was shown, if it was there."""
        return row.moment > self.moment or (row.moment == self.moment and row.key in self.keys)

    def with_row(self, row: RowKey) -> "Reached":
        """Return how far lists were shown once a row was shown, too."""
        if row.moment < self.moment:
            return Reached(row.created_on, (row.key,))
        return self if self.includes(row) else Reached(self.created_on, (*self.keys, row.key))


NOTHING_SHOWN: Final = Reached()


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


class Taken(NamedTuple):
    """What a screen took of a list.

    Attributes:
        number: the list's number, from 0.
        rows: how many rows were looked at.
        shown: how many of them were shown.
        unknown: how many did not say whether they are what was asked for.
    """

    number: _Count
    rows: _Count
    shown: _Count
    unknown: _Count = 0


@dataclass(frozen=True, slots=True)
class ShownScreen:
    """A screen of several lists that was shown.

    Attributes:
        taken: what it took of each list of which it took anything, by their numbers.
        end: how far the lists were shown with it; None in buttons of earlier versions.
        behind: how far those lists were shown that were not shown as far, by their numbers.
    """

    taken: tuple[Taken, ...]
    end: Reached | None = None
    behind: tuple[tuple[_Count, Reached], ...] = ()


@dataclass(slots=True)
class ShownProgress:
    """How far lists are shown, row by row.

    Attributes:
        reached: how far all of them are shown, except those in `behind_by_list`.
        behind_by_list: how far each of those is shown that lag behind, by the list's number: they could not
            be read for a while, or may not be seen.
    """

    reached: Reached
    behind_by_list: dict[int, Reached]

    @classmethod
    def of(cls, reached: Reached, places: Iterable[StreamPlace]) -> "ShownProgress":
        """Return how far lists are shown by their places."""
        own = {number: place.reached for number, place in enumerate(places) if place.reached is not None}
        return cls(reached, own)

    @classmethod
    def after(cls, screens: Iterable[ShownScreen]) -> "ShownProgress":
        """Return how far lists are shown with the last of some screens."""
        *_, last = (ShownScreen(()), *screens)
        return cls(last.end or NOTHING_SHOWN, dict(last.behind))

    def copy(self) -> "ShownProgress":
        """Return the same, which stays as it is."""
        return ShownProgress(self.reached, dict(self.behind_by_list))

    def of_list(self, number: int) -> Reached:
        """Return how far a list is shown."""
        return self.behind_by_list.get(number, self.reached)

    def includes(self, number: int, row: RowKey) -> bool:
        """Return whether a row of a list was shown, perhaps in another list."""
        own = self.behind_by_list.get(number)
        if own is None:
            return self.reached.includes(row)
        return own.includes(row) or (row.moment <= self.reached.moment and self.reached.includes(row))

    def add(self, number: int, row: RowKey) -> None:
        """Note that a row of a list is shown."""
        if row.moment <= self.reached.moment:
            self.reached = self.reached.with_row(row)
        own = self.behind_by_list.get(number)
        if own is not None:
            self.behind_by_list[number] = own = own.with_row(row)
            if own.moment <= self.reached.moment:
                del self.behind_by_list[number]
