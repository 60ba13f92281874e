"""Take the rows of one screen of several lists: as many as it wants, or as can be looked at at once."""

import asyncio
import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple

from bot.browse.bookmark import MergedBookmark
from bot.browse.causes import AT_ONCE
from bot.browse.screen import Row
from bot.browse.several.merging import Merge, MergedRow
from bot.browse.several.reading import Asked, Reading, deadline, failure_of, is_over
from bot.browse.several.shown import RowKey, ShownProgress, ShownScreen
from bot.cloudflare.errors import CloudflareError, RateLimited
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import MAX_PER_PAGE

_FIRST_PAGES_AT_ONCE: Final = 8


class LookedAt(NamedTuple):
    """A row that was looked at.

    Attributes:
        number: its list's number.
        key: by what it is known again.
        answer: whether it is what was asked for; None where that is not known.
    """

    number: int
    key: RowKey
    answer: bool | None


@dataclass(slots=True)
class Cutting:
    """Takes the rows of a screen.

    Attributes:
        asked: the question.
        merge: gives rows.
        reading: reads pages.
        is_again: the screen was shown before, so that all that it had is taken again.
        also: the lists in which rows of that screen may be now; what is remembered of them is older.
        rows: those to show.
        looked_at: every row that was looked at.
        oldest: when the last one was created that tells it.
        stopped: why no more could be asked.
    """

    asked: Asked
    merge: Merge
    reading: Reading
    is_again: bool
    also: Collection[int] = ()
    rows: list[Row] = field(default_factory=list)
    looked_at: list[LookedAt] = field(default_factory=list)
    oldest: datetime | None = None
    stopped: CloudflareError | None = None

    @property
    def taken(self) -> Counter[int]:
        """How many rows of each list were looked at."""
        return Counter(each.number for each in self.looked_at)

    @property
    def is_full(self) -> bool:
        """Whether no more rows are wanted."""
        return not self.is_again and len(self.rows) == self.asked.query.rows

    async def run(self) -> None:
        """Take rows until the screen is full, or nothing is left, or it is enough at once."""
        limits, is_search = self.asked.limits, bool(self.asked.query.selection.where)
        is_bounded = is_search and not self.is_again
        until = deadline(limits) if is_bounded else math.inf
        priority = Priority.BACKGROUND if is_search else Priority.INTERACTIVE
        opening = self.merge.opening
        at_once = _FIRST_PAGES_AT_ONCE if is_search else max(len(opening), 1)
        for start in range(0, len(opening), at_once):
            if is_over(until) or self.stopped is not None:
                return
            await asyncio.gather(
                *(self._load(number, priority) for number in opening[start : start + at_once])
            )
        if self.stopped is not None:
            return
        pages = 0
        while not self.is_full:
            batch = self._batch()
            if batch:
                if not await self._look_at(batch, until):
                    return
                continue
            number = self.merge.wanted
            if number is None or pages >= limits.pages or is_over(until):
                return
            await self._load(number, priority)
            if self.stopped is not None:
                return
            # Where all rows are shown, a page is one whose rows are next, unless the API sends empty ones.
            pages += is_bounded or self.merge.wanted == number

    async def _load(self, number: int, priority: Priority) -> None:
        """Read the next page of a list; one that can't be read is left out."""
        place = self.merge.places[number]
        page, fresh = self.merge.page_number(number), number in self.also
        answer = await self.reading.load(place, page, priority, fresh=fresh)
        if not isinstance(answer, CloudflareError):
            self.merge.feed(number, answer)
        elif isinstance(answer, RateLimited) and priority is Priority.BACKGROUND:
            self.stopped = answer  # for all lists alike: the search goes on later
        else:
            self.reading.errors[number] = answer
            self.merge.fail(number, failure_of(answer))

    def _batch(self) -> list[MergedRow]:
        """Take rows to look at, as far as they are read."""
        where = self.asked.query.selection.where
        most = AT_ONCE if where.needs_cause else MAX_PER_PAGE
        if not (where or self.is_again):
            most = self.asked.query.rows - len(self.rows)
        batch: list[MergedRow] = []
        while len(batch) < most and (taken := self.merge.take()) is not None:
            batch.append(taken)
        return batch

    async def _look_at(self, batch: Sequence[MergedRow], until: float) -> bool:
        """Choose the rows to show; return False if there was no time or no budget for all of them."""
        rows = [Row(self.merge.stream(each.number).workflow, each.instance) for each in batch]
        checked = await self.asked.checker.check(rows, self.reading.now, until)
        used = 0
        for row, answer in zip(checked.rows, checked.answers, strict=True):
            # Behind a full screen others are passed, so that none is offered that would be empty.
            if answer and self.is_full:
                break
            taken = batch[used]
            used += 1
            self.looked_at.append(LookedAt(taken.number, taken.key, answer))
            self.oldest = row.instance.created_on or self.oldest
            if answer:
                self.rows.append(row)
        for _ in batch[used:]:
            self.merge.give_back()
        self.stopped = checked.stopped
        return len(checked.answers) == len(batch) or self.is_full


async def cut(
    asked: Asked, mark: MergedBookmark, hidden: frozenset[int], again: ShownScreen | None
) -> Cutting:
    """Take the rows of a screen; where some that were shown have gone, they may be in other lists now."""
    progress = ShownProgress.of(mark.reached, (place.reached for place in mark.places))
    cutting = Cutting(
        asked, Merge(mark.places, progress, hidden, again), Reading(asked), is_again=again is not None
    )
    await cutting.run()
    if again is None or cutting.stopped is not None:
        return cutting
    workflows = {
        mark.places[each.number].stream.workflow
        for each in again.taken
        if cutting.taken[each.number] < each.rows and each.number not in hidden
    }
    read = {each.number for each in again.taken}
    also = [
        number
        for number, place in enumerate(mark.places)
        if place.stream.workflow in workflows and place.failure is None and number not in read
    ]
    if also:
        # What has come to a list may be newer than what it had at first, if no newer than all that was there.
        newest = max((place.anchor for place in mark.places if place.anchor is not None), default=None)
        places = [
            replace(place, anchor=newest) if number in also else place
            for number, place in enumerate(mark.places)
        ]
        merge = Merge(places, progress, hidden, again, also)
        cutting = Cutting(asked, merge, Reading(asked), is_again=True, also=also)
        await cutting.run()
    return cutting
