"""Merge lists by creation time. Pure: it says which page it wants next, and gives rows.

Each list is newest first. Where the API is not in order, or does not tell a time, a row counts as created no
later than the one before it: so each row comes once, and the rows of a list stay in the API's order.

Instances change their status, so that they leave a list and appear in another one, and some are deleted. So
a place is no number of rows but how far the lists were shown (`Reached`): what lies before that was shown, or
was not there. A screen that was shown before has what lies between its beginning and its end.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from heapq import heapify, heappop, heappush, heapreplace
from typing import NamedTuple

from bot.browse.pages import Loaded
from bot.browse.selection import Stream
from bot.browse.several.merged_list import MergedList
from bot.browse.several.places import Failure, StreamPlace
from bot.browse.several.shown import NEWEST, RowKey, ShownProgress, ShownScreen
from bot.cloudflare.models import Instance


class MergedRow(NamedTuple):
    """A row of one of the lists.

    Attributes:
        number: the list's number.
        instance: the row.
        key: by what it is known again.
    """

    number: int
    instance: Instance
    key: RowKey


class Merge:
    """Gives the rows of several lists in one order: created last first; of several, by their lists' order.

    Args:
        places: where the lists stand, in the order of the lists.
        progress: how far they are shown.
        hidden: the numbers of lists that may not be seen.
        again: a screen that was shown before, to have its rows only; None for all rows that follow.
        also: the numbers of lists in which rows of that screen may be now.
    """

    def __init__(
        self,
        places: Sequence[StreamPlace],
        progress: ShownProgress,
        hidden: Collection[int] = (),
        again: ShownScreen | None = None,
        also: Collection[int] = (),
    ) -> None:
        self.progress = progress.copy()
        self._again = again
        wanted = None if again is None else {*(each.number for each in again.taken), *also}
        ends = None if again is None else ShownProgress.after([again])
        self._lists: list[MergedList] = []
        self._behind = set(hidden)
        for number, place in enumerate(places):
            reached = progress.of_list(number)
            first_page = place.page_behind(reached)
            if number in also:  # what was moved there may be behind all that was there
                first_page = max(min(first_page, len(place.pages) - 1), 0)
            is_wanted = place.failure is None if wanted is None else number in wanted
            if wanted is None and not is_wanted:
                self._behind.add(number)
            self._lists.append(
                MergedList(
                    place,
                    first_page,
                    place.head or NEWEST,
                    None if ends is None else ends.of_list(number),
                    is_closed=not is_wanted or number in hidden,
                    head=place.head,
                    passed=place.passed,
                )
            )
        for number in self._behind:
            self.progress.behind_by_list.setdefault(number, self.progress.reached)
        self._taken: list[tuple[int, int, ShownProgress]] = []
        # Rows come later and later in a list, so that what stands here of one is at most too early. If a list
        # has several entries, the one with its age in `_queued` counts.
        self._queue = [(each.age, number) for number, each in enumerate(self._lists) if not each.is_closed]
        self._queued = {number: age for age, number in self._queue}
        heapify(self._queue)

    @property
    def places(self) -> tuple[StreamPlace, ...]:
        """Where the lists stand now."""
        progress = self.end
        return tuple(
            replace(each.current, reached=progress.behind_by_list.get(number))
            for number, each in enumerate(self._lists)
        )

    @property
    def begun(self) -> tuple[StreamPlace, ...]:
        """Where the lists stood at first, with what is known of their pages now."""
        return tuple(replace(each.place, passed=each.passed, head=each.head) for each in self._lists)

    @property
    def end(self) -> ShownProgress:
        """How far the lists are shown now."""
        if self._again is None or self._next is not None:
            return self.progress
        end = ShownProgress.after([self._again])
        behind = {number: self.progress.behind_by_list[number] for number in self._behind}
        return ShownProgress(end.reached, end.behind_by_list | behind)

    @property
    def opening(self) -> list[int]:
        """The lists whose next page is certainly wanted before the first row is taken."""
        return [
            number
            for number, each in enumerate(self._lists)
            if each.is_open and not each.has_row and (self._again is not None or each.moment == NEWEST)
        ]

    @property
    def wanted(self) -> int | None:
        """The list whose next page has to be read before another row can be taken; None for none."""
        number = self._next
        return None if number is None or self._lists[number].has_row else number

    def stream(self, number: int) -> Stream:
        """Return a list by its number."""
        return self._lists[number].place.stream

    def page_number(self, number: int) -> int:
        """Return which page of a list has its next row, from 0."""
        return self._lists[number].next_page

    def feed(self, number: int, loaded: Loaded) -> None:
        """Go on with a page of a list."""
        merged = self._lists[number]
        merged.feed(loaded)
        self._taken.clear()
        self._skip(number)
        self._put_in_queue(number)  # what has come to it may be newer than what was known of it
        if not merged.is_begun:
            merged.passed, merged.head = merged.current.passed, merged.current.head

    def fail(self, number: int, failure: Failure) -> None:
        """Leave a list out from here on."""
        merged = self._lists[number]
        merged.place, merged.is_closed = replace(merged.place, failure=failure), True
        self._behind.add(number)
        self.progress.behind_by_list.setdefault(number, self.progress.reached)

    def take(self) -> MergedRow | None:
        """Return the next row; None if a page is wanted, or no row is to come."""
        number = self._next
        merged = None if number is None else self._lists[number]
        if number is None or merged is None or merged.loaded is None or not merged.has_row:
            return None
        row, key = merged.loaded.rows[merged.at], merged.key
        self._taken.append((number, merged.at, self.progress.copy()))
        self.progress.add(number, key)
        merged.at += 1
        merged.is_begun = True
        return MergedRow(number, row, key)

    def give_back(self) -> None:
        """Undo the last `take` since a page was fed."""
        number, at, self.progress = self._taken.pop()
        merged = self._lists[number]
        merged.at = at
        self._put_in_queue(number)

    @property
    def _next(self) -> int | None:
        """The list that has the next row."""
        while self._queue:
            age, number = self._queue[0]
            if age != self._queued[number]:
                heappop(self._queue)
                continue
            merged = self._lists[number]
            self._skip(number)
            if not merged.is_open:
                heappop(self._queue)
            elif age != (now := merged.age):
                self._queued[number] = now
                heapreplace(self._queue, (now, number))
            else:
                return number
        return None

    def _put_in_queue(self, number: int) -> None:
        age = self._queued[number] = self._lists[number].age
        heappush(self._queue, (age, number))

    def _skip(self, number: int) -> None:
        """Pass the rows of a list that were shown, perhaps in another list, and those of other screens."""
        merged = self._lists[number]
        while merged.has_row:
            key = merged.key
            if merged.end is not None and not merged.end.includes(key):
                merged.left = merged.left or merged.moment
                if key.moment < merged.end.moment:
                    merged.is_closed = True
                    return
            elif not self.progress.includes(number, key):
                return
            merged.at += 1
