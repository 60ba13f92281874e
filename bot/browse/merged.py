"""Screens of several lists by creation time, forward and back.

A screen is cut from the merged rows. Where rows have to be looked at, it ends early after so many pages or so
much time. How far the lists were shown with it is kept, so that the way back shows the very same rows. Rows
that have gone are missing then; where others have come between them, the screen has the last ones, and one
more screen comes before it.

What can't be promised, as the API lists one status at a time and each answer is of another moment:

- An instance whose status changes while lists are read may be missing until a refresh, if it was in neither.
- One whose status changed since a list failed may come twice once that is tried again.
- Without cursors, where more instances than a page has were created in one millisecond, some of those may be
  missing once others of them are deleted. So may any rows if the API's cursors count rows.
- Rows of a list that is not in order may be missing or come twice if the list changes meanwhile.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple

from bot.browse.bookmark import Bookmark, MergedBookmark
from bot.browse.causes import AT_ONCE
from bot.browse.merging import Merge, MergedRow
from bot.browse.places import RowKey, ShownProgress, ShownScreen, StreamPlace, Taken
from bot.browse.reading import Asked, Reading, deadline, failure_of, is_over
from bot.browse.screen import Row, Screen, Searched
from bot.cloudflare.errors import CloudflareError, RateLimited
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import MAX_PER_PAGE

_FIRST_PAGES_AT_ONCE: Final = 8


async def merged_screen(asked: Asked, mark: MergedBookmark) -> Screen:
    """Return the screen at a bookmark.

    Raises:
        CloudflareError: no list could be read.
    """
    hidden = asked.hidden(mark.places)
    again = None if mark.shown is None or mark.shown.end is None else mark.shown
    cutting = await _cut(asked, mark, hidden, again)
    if not cutting.rows:
        cutting.reading.require_any()
        if cutting.stopped is not None and not cutting.reading.pages:
            raise cutting.stopped
        if again is not None and not (cutting.reading.errors or cutting.stopped):
            # All of it has gone: what is before it is shown, or else what is behind it.
            before = _previous(mark, hidden)
            following = replace(mark, shown=None)
            return await merged_screen(asked, before if isinstance(before, MergedBookmark) else following)
    return await _screen(mark, cutting, hidden)


async def _cut(
    asked: Asked, mark: MergedBookmark, hidden: frozenset[int], again: ShownScreen | None
) -> "_Cutting":
    """Take the rows of a screen; where some that were shown have gone, they may be in other lists now."""
    progress = ShownProgress.of(mark.reached, mark.places)
    cutting = _Cutting(
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
        cutting = _Cutting(asked, merge, Reading(asked), is_again=True, also=also)
        await cutting.run()
    return cutting


class _LookedAt(NamedTuple):
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
class _Cutting:
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
    looked_at: list[_LookedAt] = field(default_factory=list)
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
            self.looked_at.append(_LookedAt(taken.number, taken.key, answer))
            self.oldest = row.instance.created_on or self.oldest
            if answer:
                self.rows.append(row)
        for _ in batch[used:]:
            self.merge.give_back()
        self.stopped = checked.stopped
        return len(checked.answers) == len(batch) or self.is_full


def _shown_screen(rows: Sequence[_LookedAt], end: ShownProgress) -> ShownScreen:
    """Return what is kept of a screen.

    Args:
        rows: those that were looked at for it.
        end: how far the lists are shown with it.
    """
    taken = Counter(each.number for each in rows)
    shown = Counter(each.number for each in rows if each.answer)
    unknown = Counter(each.number for each in rows if each.answer is None)
    counts = [Taken(number, taken[number], shown[number], unknown[number]) for number in sorted(taken)]
    return ShownScreen(tuple(counts), end.reached, tuple(sorted(end.behind_by_list.items())))


def _here(mark: MergedBookmark, cutting: _Cutting) -> MergedBookmark:
    """Return the place of a screen, and keep of its rows no more than it has room for.

    Where others have come between those that it showed, the first of them are one more screen before it.
    """
    size, places = mark.query.rows, list(cutting.merge.begun)
    found = [at for at, each in enumerate(cutting.looked_at) if each.answer]
    if len(found) <= size:
        shown = _shown_screen(cutting.looked_at, cutting.merge.end)
        return replace(mark, places=tuple(places), shown=shown)
    cut = found[-size - 1] + 1
    before, cutting.looked_at = cutting.looked_at[:cut], cutting.looked_at[cut:]
    cutting.rows = cutting.rows[-size:]
    progress = ShownProgress.of(mark.reached, mark.places)
    for each in before:
        progress.add(each.number, each.key)
    for number, rows in Counter(each.number for each in before).items():
        place = places[number]
        places[number] = replace(place, passed=place.passed + rows, head=None)
    return replace(
        mark,
        places=tuple(
            replace(place, reached=progress.behind_by_list.get(number)) for number, place in enumerate(places)
        ),
        back=(*mark.back, _shown_screen(before, progress)),
        shown=_shown_screen(cutting.looked_at, cutting.merge.end),
        reached=progress.reached,
    )


async def _screen(mark: MergedBookmark, cutting: _Cutting, hidden: frozenset[int]) -> Screen:
    query, reading = mark.query, cutting.reading
    here = _here(mark, cutting)
    end, after = cutting.merge.end, cutting.merge.places
    seen = {number: place for number, place in enumerate(after) if number not in hidden}
    read = [number for number, place in seen.items() if place.failure is None]
    done = {number for number in read if seen[number].is_done(end.of_list(number))}
    is_search = bool(query.selection.where)
    following = None
    if len(done) < len(read):
        shown = _shown_screen(cutting.looked_at, end)
        back = (*here.back, shown)
        following = replace(mark, places=after, back=back, shown=None, reached=end.reached)
    goes_on = following if is_search and len(cutting.rows) < query.rows else None
    before = sum(_shown(screen, hidden) for screen in here.back)
    left = 0 if is_search else sum(max(place.rows - place.passed, 0) for place in seen.values())
    is_whole = len(read) == len(seen) and all(place.end == "end" for place in seen.values())
    is_all = is_whole and not (mark.omitted.count or mark.omitted.unlisted)
    return Screen(
        query=query,
        account=cutting.asked.account,
        rows=cutting.rows,
        first=before + 1,
        known=before + len(cutting.rows) + left,
        is_last=is_all and not (is_search and following),
        here=here,
        previous=_previous(here, hidden),
        next=None if goes_on else following,
        cursor_loop=any(seen[number].end == "loop" for number in done),
        cut_short=any(seen[number].end == "cut" for number in done),
        fetched_at=await reading.asked_at(),
        streams=[place.stream for place in seen.values()],
        **cutting.asked.left_out(mark.omitted, hidden),
        unread=reading.unread(after, hidden),
        searched=_searched(
            here,
            cutting,
            [seen[number] for number in read if number not in done],
            hidden,
            is_all=is_whole and not following,
        )
        if is_search
        else None,
        further=goes_on,
        **reading.beside_rows(),
    )


def _searched(
    here: MergedBookmark,
    cutting: _Cutting,
    left: Sequence[StreamPlace],
    hidden: frozenset[int],
    *,
    is_all: bool,
) -> Searched:
    """Return how far was searched.

    Args:
        here: the place of the screen.
        cutting: its rows.
        left: the lists that have more rows.
        hidden: the numbers of those that may not be seen.
        is_all: all lists were read to their end.
    """
    heads = [place.head for place in left]
    known = [head for head in heads if head is not None]
    back_to = cutting.oldest if not heads else max(known) if len(known) == len(heads) else None
    before = [each for screen in here.back for each in screen.taken if each.number not in hidden]
    return Searched(
        rows=sum(each.rows for each in before) + len(cutting.looked_at),
        found=sum(each.shown for each in before) + len(cutting.rows),
        back_to=back_to,
        complete=is_all,
        unknown=sum(each.unknown for each in before) + sum(each.answer is None for each in cutting.looked_at),
        stopped=cutting.stopped,
    )


def _shown(screen: ShownScreen, hidden: frozenset[int]) -> int:
    """Return how many rows a screen showed of lists that may be seen."""
    return sum(each.shown for each in screen.taken if each.number not in hidden)


def _previous(here: MergedBookmark, hidden: frozenset[int]) -> MergedBookmark | Bookmark | None:
    """Return the last screen before this one that showed rows.

    An earlier version's buttons do not tell where that began: they lead to the first one.
    """
    passed, back = Counter[int](), list(here.back)
    while back:
        screen = back.pop()
        if screen.end is None:
            return Bookmark(here.query)
        passed.update({each.number: each.rows for each in screen.taken})
        if not _shown(screen, hidden):
            continue
        begin = ShownProgress.after(back)
        places = [
            replace(
                place,
                passed=max(place.passed - passed[number], 0),
                head=None if passed[number] else place.head,
                reached=begin.behind_by_list.get(number),
            )
            for number, place in enumerate(here.places)
        ]
        return replace(here, places=tuple(places), back=tuple(back), shown=screen, reached=begin.reached)
    return None
