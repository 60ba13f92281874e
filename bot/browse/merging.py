"""Merges lists by creation time. Pure: it says which page it wants next, and gives rows.

Each list is newest first. Where the API is not in order, or does not tell a time, a row counts as created no
later than the one before it: so each row comes once, and the rows of a list stay in the API's order.

Instances change their status, so that they leave a list and appear in another one. A page that is read again
goes on behind the row that was taken last, and what appears above all that was taken was there before.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush, heapreplace
from typing import Final

from bot.browse.bookmark import Failure, PassedRow, StreamPlace
from bot.browse.pages import Loaded
from bot.browse.selection import Stream
from bot.cloudflare.models import Instance

_NEWEST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Lane:
    """One of the lists.

    Attributes:
        place: where it stood when its page was fed.
        bound: no row of the page was created later.
        left: how many more rows may be taken; None means all.
        loaded: the page; None where it is not read yet.
        keys: what each of its rows counts as created at, from `start` on.
        start: the first row of the page that was not taken before.
        at: the next row.
        head: what the first row of all counts as created at; None where that is not known yet.
        passed: how many rows of the list come before that row, as far as it was read.
    """

    place: StreamPlace
    bound: datetime
    left: int | None
    head: datetime | None
    passed: int
    loaded: Loaded | None = None
    keys: Sequence[datetime] = ()
    start: int = 0
    at: int = 0

    @property
    def has_row(self) -> bool:
        return self.loaded is not None and self.at < len(self.loaded.rows)

    @property
    def is_open(self) -> bool:
        """Whether a row may still come."""
        if self.left == 0:
            return False
        if self.loaded is None:
            return not self.place.is_done
        passed = self.loaded.before + self.loaded.length
        return self.at < len(self.loaded.rows) or self.place.end is None or passed < self.place.rows

    @property
    def key(self) -> datetime:
        """No row that is still to come was created later."""
        if not self.keys:
            return self.bound
        return self.keys[min(self.at - self.start, len(self.keys) - 1)]

    @property
    def age(self) -> timedelta:
        """By what lists are ordered: the key, the newest first."""
        return _NEWEST - self.key

    @property
    def current(self) -> StreamPlace:
        if self.loaded is None:
            return self.place
        is_through = self.at >= len(self.loaded.rows)
        passed = self.loaded.before + (self.loaded.length if is_through else self.at)
        key = self.key
        taken = self.loaded.rows[self.at - 1] if self.at > self.start else None
        last = self.place.last if taken is None else PassedRow.of(self.place.stream.workflow, taken)
        return replace(self.place, passed=passed, last=last, head=None if key == _NEWEST else key)

    @property
    def page_number(self) -> int:
        """The page that has the next row, from 0."""
        passed, before = self.current.passed, 0
        for number, page in enumerate(self.place.pages):
            before += page.rows
            if passed < before:
                return number
        return len(self.place.pages)

    def feed(self, loaded: Loaded, oldest: PassedRow | None) -> None:
        key, place = self.key, self.current
        is_first = self.loaded is None
        self.start = self.at = _first_left(loaded, place, oldest)
        self.place, self.loaded, self.bound = replace(loaded.place, last=place.last), loaded, key
        if is_first:
            self.passed = loaded.before + self.start
        keys = []
        for row in loaded.rows[self.start :]:
            key = key if row.created_on is None else min(key, row.created_on)
            keys.append(key)
        self.keys = keys
        if self.head is None and keys and keys[0] != _NEWEST:
            self.head = keys[0]


class Merge:
    """Gives the rows of several lists in one order: created last first; of several, by their lists' order.

    Args:
        places: where the lists stand, in the order of the lists.
        hidden: the numbers of lists that are passed over.
        taken: how many rows to take, by a list's number, and none of the others; None means all of all.
        oldest: the last row that was taken before, of all lists.
    """

    def __init__(
        self,
        places: Sequence[StreamPlace],
        hidden: Collection[int] = (),
        taken: Mapping[int, int] | None = None,
        oldest: PassedRow | None = None,
    ) -> None:
        self._oldest = oldest
        self._lanes = [
            _Lane(
                place,
                place.head or _NEWEST,
                _left(place) if taken is None else taken.get(number, 0),
                place.head,
                place.passed,
            )
            for number, place in enumerate(places)
        ]
        self._last = [place.last for place in places]
        self._shown = [number for number in range(len(places)) if number not in hidden]
        self._is_bounded = taken is not None
        # Rows come later and later in a list, so that what stands here of one is at most too early.
        self._queue = [(self._lanes[number].age, number) for number in self._shown]
        heapify(self._queue)

    @property
    def places(self) -> tuple[StreamPlace, ...]:
        """Where the lists stand now."""
        return tuple(lane.current for lane in self._lanes)

    @property
    def begun(self) -> tuple[StreamPlace, ...]:
        """Where the lists stood at first, with what is known of their pages now."""
        return tuple(
            replace(lane.current, passed=lane.passed, last=last, head=lane.head)
            for lane, last in zip(self._lanes, self._last, strict=True)
        )

    @property
    def opening(self) -> list[int]:
        """The lists whose next page is certainly wanted before the first row is taken."""
        return [
            number
            for number in self._shown
            if (lane := self._lanes[number]).is_open
            and not lane.has_row
            and (self._is_bounded or lane.key == _NEWEST)
        ]

    @property
    def wanted(self) -> int | None:
        """The list whose next page has to be read before another row can be taken; None for none."""
        number = self._next
        return None if number is None or self._lanes[number].has_row else number

    def stream(self, number: int) -> Stream:
        """Return a list by its number."""
        return self._lanes[number].place.stream

    def page_number(self, number: int) -> int:
        """Return which page of a list has its next row, from 0."""
        return self._lanes[number].page_number

    def feed(self, number: int, loaded: Loaded) -> None:
        """Go on with a page of a list."""
        self._lanes[number].feed(loaded, self._oldest)

    def fail(self, number: int, failure: Failure) -> None:
        """Leave a list out from here on."""
        lane = self._lanes[number]
        lane.place, lane.left = replace(lane.place, failure=failure), 0

    def take(self) -> tuple[int, Instance] | None:
        """Return the next row and its list's number; None if a page is wanted, or no row is to come."""
        number = self._next
        lane = None if number is None else self._lanes[number]
        if number is None or lane is None or lane.loaded is None or not lane.has_row:
            return None
        row = lane.loaded.rows[lane.at]
        lane.at += 1
        lane.left = None if lane.left is None else lane.left - 1
        return number, row

    def give_back(self, number: int) -> None:
        """Undo the last `take` from a list since its page was fed."""
        lane = self._lanes[number]
        lane.at -= 1
        lane.left = None if lane.left is None else lane.left + 1
        heappush(self._queue, (lane.age, number))

    @property
    def _next(self) -> int | None:
        """The list that has the next row."""
        while self._queue:
            age, number = self._queue[0]
            lane = self._lanes[number]
            if not lane.is_open:
                heappop(self._queue)
            elif age != lane.age:
                heapreplace(self._queue, (lane.age, number))
            else:
                return number
        return None


def _left(place: StreamPlace) -> int | None:
    """Return how many rows may be taken from a list: none if it could not be read before."""
    return None if place.failure is None else 0


def _first_left(loaded: Loaded, place: StreamPlace, oldest: PassedRow | None) -> int:
    """Return the first row of a page that was not taken before; see the top of this module.

    Args:
        loaded: the page.
        place: where its list stands.
        oldest: the last row that was taken before, of all lists.
    """
    rows = loaded.rows
    at = max(place.passed - loaded.before, 0)
    if at and place.last is not None:
        at = _behind(loaded, place, place.last, at)
    elif at:  # as many rows as have left may have been before this one
        at = max(at - max(loaded.known - len(rows), 0), 0)
    if loaded.known and oldest is not None:
        while at < len(rows) and _has_appeared(rows[at], place, oldest):
            at += 1
    return at


def _behind(loaded: Loaded, place: StreamPlace, last: PassedRow, at: int) -> int:
    """Return the row behind the one that was taken last, which was before `at` when the page was read."""
    workflow, rows = place.stream.workflow, loaded.rows
    if at <= len(rows) and PassedRow.of(workflow, rows[at - 1]) == last:
        return at
    for number, row in enumerate(rows):
        if row.created_on == last.created_on and PassedRow.of(workflow, row) == last:
            return number + 1
    if last.created_on is None:
        return max(at - max(loaded.known - len(rows), 0), 0)
    # It has left the list. Of those that were created with it, nobody knows which came after it.
    older = (
        number for number, row in enumerate(rows) if row.created_on and row.created_on <= last.created_on
    )
    return next(older, len(rows))


def _has_appeared(row: Instance, place: StreamPlace, oldest: PassedRow) -> bool:
    """Return whether the next row of a list was not in it when those before were taken, by its creation."""
    newest = _NEWEST if place.last is None else place.last.created_on
    if row.created_on is None or oldest.created_on is None or newest is None:
        return False
    if row.created_on == oldest.created_on:
        return PassedRow.of(place.stream.workflow, row) == oldest
    return oldest.created_on < row.created_on <= newest
