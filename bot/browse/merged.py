"""Screens of several lists by creation time, forward and back.

A screen is cut from the merged rows. Where rows have to be looked at, it ends early after so many pages or so
much time. What it took of each list is kept, so that the way back shows the very same rows.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from bot.browse.bookmark import MergedBookmark, PassedRow, PassedScreen, StreamPlace, Taken
from bot.browse.causes import AT_ONCE
from bot.browse.merging import Merge
from bot.browse.reading import Asked, Reading, deadline, failure_of, is_over
from bot.browse.screen import Row, Screen, Searched
from bot.cloudflare.errors import CloudflareError, RateLimited
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import MAX_PER_PAGE, Instance

_FIRST_PAGES_AT_ONCE: Final = 8


async def merged_screen(asked: Asked, mark: MergedBookmark) -> Screen:
    """Return the screen at a bookmark.

    Raises:
        CloudflareError: no list could be read.
    """
    hidden = asked.hidden(mark.places)
    known = None if mark.shown is None else {each.number: each.rows for each in mark.shown.taken}
    merge = Merge(mark.places, hidden, known, mark.oldest)
    cutting = _Cutting(asked, merge, Reading(asked), is_known=mark.shown is not None)
    await cutting.run()
    if not cutting.rows:
        cutting.reading.require_any()
        if cutting.stopped is not None and not cutting.reading.pages:
            raise cutting.stopped
    return await _screen(mark, cutting, hidden)


@dataclass(slots=True)
class _Cutting:
    """Takes the rows of a screen.

    Attributes:
        asked: the question.
        merge: gives rows.
        reading: reads pages.
        is_known: the screen was shown before, so that all that it took is taken again.
        rows: those to show.
        taken: how many rows of each list were looked at.
        shown: how many of them are to be shown.
        unknown: how many do not say whether they are what was asked for.
        seen: the workflows and ids of those that were looked at.
        oldest: when the last one was created that tells it.
        last: the last one.
        stopped: why no more could be asked.
    """

    asked: Asked
    merge: Merge
    reading: Reading
    is_known: bool
    rows: list[Row] = field(default_factory=list)
    taken: Counter[int] = field(default_factory=Counter)
    shown: Counter[int] = field(default_factory=Counter)
    unknown: Counter[int] = field(default_factory=Counter)
    seen: set[tuple[str, str]] = field(default_factory=set)
    oldest: datetime | None = None
    last: PassedRow | None = None
    stopped: CloudflareError | None = None

    async def run(self) -> None:
        """Take rows until the screen is full, or nothing is left, or it is enough at once."""
        limits, is_search = self.asked.limits, bool(self.asked.query.selection.where)
        is_bounded = is_search and not self.is_known
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
        while len(self.rows) < self.asked.query.rows:
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
        answer = await self.reading.load(place, self.merge.page_number(number), priority)
        if not isinstance(answer, CloudflareError):
            self.merge.feed(number, answer)
        elif isinstance(answer, RateLimited) and priority is Priority.BACKGROUND:
            self.stopped = answer  # for all lists alike: the search goes on later
        else:
            self.reading.errors[number] = answer
            self.merge.fail(number, failure_of(answer))

    def _batch(self) -> list[tuple[int, Instance]]:
        """Take rows to look at, as far as they are read."""
        where = self.asked.query.selection.where
        most = AT_ONCE if where.needs_cause else MAX_PER_PAGE
        if not where:
            most = self.asked.query.rows - len(self.rows)
        batch: list[tuple[int, Instance]] = []
        while len(batch) < most and (taken := self.merge.take()) is not None:
            batch.append(taken)
        return batch

    async def _look_at(self, batch: Sequence[tuple[int, Instance]], until: float) -> bool:
        """Choose the rows to show; return False if there was no time or no budget for all of them."""
        names = [self.merge.stream(number).workflow for number, _ in batch]
        rows = [Row(name, row) for name, (_, row) in zip(names, batch, strict=True)]
        judged = await self.asked.judge.judge(rows, self.reading.now, until)
        used = 0
        for row, answer in zip(judged.rows, judged.answers, strict=True):
            number, key = batch[used][0], (row.workflow, row.instance.id)
            # Behind a full screen others are passed, so that none is offered that would be empty.
            if answer and key not in self.seen and len(self.rows) == self.asked.query.rows:
                break
            self.taken[number] += 1
            used += 1
            self.oldest = row.instance.created_on or self.oldest
            self.last = PassedRow.of(row.workflow, row.instance)
            if key in self.seen:
                continue  # its status changed between the readings of two lists, so that both have it
            self.seen.add(key)
            self.unknown[number] += answer is None
            self.shown[number] += bool(answer)
            if answer:
                self.rows.append(row)
        for number, _ in reversed(batch[used:]):
            self.merge.give_back(number)
        self.stopped = judged.stopped
        return len(judged.answers) == len(batch) or len(self.rows) == self.asked.query.rows


async def _screen(mark: MergedBookmark, cutting: _Cutting, hidden: frozenset[int]) -> Screen:
    query, reading = mark.query, cutting.reading
    shown = PassedScreen(
        tuple(
            Taken(number, rows, cutting.shown[number], cutting.unknown[number])
            for number, rows in sorted(cutting.taken.items())
        )
    )
    here = replace(mark, places=cutting.merge.begun, shown=shown)
    after = cutting.merge.places
    seen = [place for number, place in enumerate(after) if number not in hidden]
    read = [place for place in seen if place.failure is None]
    open_ = [place for place in read if not place.is_done]
    is_search = bool(query.selection.where)
    following = None
    if open_:
        # Lists that the person may not see stay where they are, so that not all before is passed.
        oldest = None if hidden else cutting.last or mark.oldest
        following = replace(mark, places=after, back=(*mark.back, shown), shown=None, oldest=oldest)
    goes_on = following if is_search and len(cutting.rows) < query.rows else None
    before = sum(_shown(screen, hidden) for screen in mark.back)
    left = 0 if is_search else sum(max(place.rows - place.passed, 0) for place in seen)
    ended = [place for place in seen if place.end == "end" and place.failure is None]
    is_all = len(ended) == len(seen) and not (mark.omitted.count or mark.omitted.unlisted)
    return Screen(
        query=query,
        account=cutting.asked.account,
        rows=cutting.rows,
        first=before + 1,
        known=before + len(cutting.rows) + left,
        is_last=is_all and not (is_search and open_),
        here=here,
        previous=_previous(here, hidden),
        next=None if goes_on else following,
        cursor_loop=any(place.end == "loop" and place.is_done for place in read),
        cut_short=any(place.end == "cut" and place.is_done for place in read),
        fetched_at=await reading.asked_at(),
        streams=[place.stream for place in seen],
        **cutting.asked.left_out(mark.omitted, hidden),
        unread=reading.unread(after, hidden),
        searched=_searched(mark, cutting, seen, hidden) if is_search else None,
        further=goes_on,
        **reading.beside_rows(),
    )


def _searched(
    mark: MergedBookmark, cutting: _Cutting, seen: Sequence[StreamPlace], hidden: frozenset[int]
) -> Searched:
    heads = [place.head for place in seen if place.failure is None and not place.is_done]
    known = [head for head in heads if head is not None]
    back_to = cutting.oldest if not heads else max(known) if len(known) == len(heads) else None
    before = [each for screen in mark.back for each in screen.taken if each.number not in hidden]
    return Searched(
        rows=sum(each.rows for each in before) + cutting.taken.total(),
        found=sum(each.shown for each in before) + len(cutting.rows),
        back_to=back_to,
        complete=all(place.is_done and place.end == "end" and place.failure is None for place in seen),
        unknown=sum(each.unknown for each in before) + cutting.unknown.total(),
        stopped=cutting.stopped,
    )


def _shown(screen: PassedScreen, hidden: frozenset[int]) -> int:
    """Return how many rows a screen showed of lists that may be seen."""
    return sum(each.shown for each in screen.taken if each.number not in hidden)


def _previous(here: MergedBookmark, hidden: frozenset[int]) -> MergedBookmark | None:
    """Return the last screen before this one that showed rows."""
    places, back = list(here.places), list(here.back)
    while back:
        screen = back.pop()
        for each in screen.taken:
            place = places[each.number]
            passed = max(place.passed - each.rows, 0)  # rows may have left the list meanwhile
            places[each.number] = replace(place, passed=passed, last=None, head=None)
        if _shown(screen, hidden):
            return replace(here, places=tuple(places), back=tuple(back), shown=screen, oldest=None)
    return None
