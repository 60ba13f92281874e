"""Lists by the end of their instances, which the API does not have: all are read back, and sorted here.

The API lists by creation, so that what ended an hour ago may stand anywhere. Lists are read back from now
on, so many pages or so much time at once. What was read is known by its places, so that each screen is cut
from the same pages until somebody searches further.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from bot.browse.bookmark import EndBookmark, Omitted, StreamPlace
from bot.browse.causes import AT_ONCE
from bot.browse.conditions import is_within, moment_of
from bot.browse.pages import Loaded
from bot.browse.planning import bound_of, filter_of
from bot.browse.reading import Asked, Reading, deadline, failure_of, is_over
from bot.browse.screen import Found, Row, Screen, Searched
from bot.browse.selection import Selection, Stream
from bot.cloudflare.errors import CloudflareError, RateLimited
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Instance, is_ended

_PAGES_AT_ONCE: Final = 8
_NEWEST: Final = datetime.max.replace(tzinfo=UTC)
_OLDEST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Scan:
    """Reads lists back.

    Attributes:
        reading: reads pages.
        places: how far each list was read.
        hidden: the numbers of those that may not be seen.
        loaded: the pages of each list, by its number.
        stopped: why no more could be asked.
    """

    reading: Reading
    places: list[StreamPlace]
    hidden: frozenset[int]
    loaded: dict[int, list[Loaded]] = field(default_factory=dict)
    stopped: CloudflareError | None = None

    @property
    def open(self) -> list[int]:
        """The lists that were not read to their end, those first whose rest is newest."""
        numbers = [
            number
            for number, place in enumerate(self.places)
            if number not in self.hidden and place.failure is None and place.end is None
        ]
        return sorted(numbers, key=self._oldest, reverse=True)

    @property
    def seen(self) -> list[StreamPlace]:
        """The lists that may be seen."""
        return [place for number, place in enumerate(self.places) if number not in self.hidden]

    @property
    def streams(self) -> list[Stream]:
        """The lists that may be seen, each once."""
        return list(dict.fromkeys(place.stream for place in self.seen))

    @property
    def is_all(self) -> bool:
        """Whether every list was read to its end."""
        return all(place.end == "end" and place.failure is None for place in self.seen)

    @property
    def bounded_at(self) -> datetime | None:
        """The lookback's start, if nothing before it was asked for of a list that could be read."""
        bounds = (self._bound(place.stream) for place in self._without_older() if place.failure is None)
        return max((bound for bound in bounds if bound is not None), default=None)

    @property
    def back_to(self) -> datetime | None:
        """Since when every row of the lists was looked at; None if that is not known."""
        unended = [
            self._oldest(number)
            for number, place in enumerate(self.places)
            if number not in self.hidden and not (place.end == "end" and place.failure is None)
        ]
        if unended:
            return None if max(unended) == _NEWEST else max(unended)
        chosen, lookback = self.reading.asked.query.selection, self.reading.asked.lookback
        starts = [
            filter_of(chosen, place.stream, lookback, is_older=place.is_older).date_start
            for place in (*self._without_older(), *(each for each in self.seen if each.is_older))
        ]
        known = [start for start in starts if start is not None]
        if known and len(known) == len(starts):
            return min(known)
        return min((row.created_on for _, row in self.rows() if row.created_on), default=None)

    def open_older(self) -> None:
        """Go on with what was created before the lookback."""
        self.places += [
            StreamPlace(place.stream, is_older=True)
            for place in self._without_older()
            if place.failure is None and self._bound(place.stream) is not None
        ]
        self.hidden = self.reading.asked.hidden(self.places)

    def _without_older(self) -> list[StreamPlace]:
        """Return the lists whose older part was not asked for."""
        older = {place.stream for place in self.places if place.is_older}
        return [place for place in self.seen if place.stream not in older]

    def _bound(self, stream: Stream) -> datetime | None:
        asked = self.reading.asked
        return bound_of(asked.query.selection, stream, asked.lookback)

    def rows(self) -> list[tuple[Stream, Instance]]:
        """Return every row that was read."""
        return [
            (self.places[number].stream, row)
            for number, pages in sorted(self.loaded.items())
            for page in pages
            for row in page.rows
        ]

    async def read_known(self, priority: Priority) -> None:
        """Read the pages that were read before, or the first one of each list."""
        numbers = [
            number
            for number, place in enumerate(self.places)
            if number not in self.hidden and (place.failure is None or place.pages)
        ]
        await asyncio.gather(*(self._read_all(number, priority) for number in numbers))

    async def read_on(self, until: float, pages: int) -> None:
        """Read so many pages more, or until it is time to end, those first whose rows are newest."""
        while pages > 0 and self.stopped is None and not is_over(until) and (numbers := self.open):
            numbers = numbers[: min(pages, _PAGES_AT_ONCE)]
            pages -= len(numbers)
            await asyncio.gather(*(self._read_next(number) for number in numbers))

    async def _read_all(self, number: int, priority: Priority) -> None:
        place = self.places[number]
        pages = max(len(place.pages), 1)
        answers = await asyncio.gather(*(self.reading.load(place, page, priority) for page in range(pages)))
        for answer in answers:
            self._note(number, answer)

    async def _read_next(self, number: int) -> None:
        place = self.places[number]
        answer = await self.reading.load(place, len(place.pages), Priority.BACKGROUND)
        if isinstance(answer, RateLimited):
            self.stopped = answer  # for all lists alike: the search goes on later
        else:
            self._note(number, answer)

    def _note(self, number: int, answer: Loaded | CloudflareError) -> None:
        if isinstance(answer, Loaded):
            self.loaded.setdefault(number, []).append(answer)
            if answer.is_last:
                self.places[number] = replace(answer.place, failure=self.places[number].failure)
        else:
            self.reading.errors[number] = answer
            self.places[number] = replace(self.places[number], failure=failure_of(answer))

    def _oldest(self, number: int) -> datetime:
        """Return when the oldest row of a list was created that was read."""
        times = (row.created_on for page in self.loaded.get(number, ()) for row in page.rows)
        place = self.places[number]
        newest = self._bound(place.stream) if place.is_older else None
        return min((time for time in times if time is not None), default=newest or _NEWEST)


async def end_screen(asked: Asked, mark: EndBookmark) -> Screen:
    """Return the screen at a bookmark.

    Raises:
        CloudflareError: no list could be read.
    """
    query = mark.query
    scan = _Scan(Reading(asked), list(mark.places), asked.hidden(mark.places))
    await scan.read_known(Priority.INTERACTIVE)
    if mark.further and not scan.open:
        scan.open_older()
    if mark.anchor is None or mark.further:
        await scan.read_on(deadline(asked.limits), asked.limits.pages)
    scan.reading.require_any()
    asked_at = await scan.reading.asked_at()
    rows = scan.rows()
    anchor = mark.anchor or max((asked_at, *filter(None, (moment_of(row) for _, row in rows))))
    chosen = choose(((stream, row) for stream, row in rows if _is_before(row, anchor)), query.selection)
    found = await _judge(asked, scan, chosen.rows, mark.offset + query.rows + 1)
    total = len(found.rows)
    offset = min(mark.offset, max(total - 1, 0) // query.rows * query.rows)
    here = replace(mark, places=tuple(scan.places), anchor=anchor, offset=offset, further=False)
    is_over_early = not found.is_all and total <= offset + query.rows
    searched = _searched(scan, chosen.unknown, found)
    goes_on = None
    if scan.open or is_over_early or searched.bounded_at is not None:
        goes_on = replace(here, offset=0 if scan.open else offset, further=True)
    unread = scan.reading.unread(scan.places, scan.hidden)
    return Screen(
        query=query,
        account=asked.account,
        rows=found.rows[offset : offset + query.rows],
        first=offset + 1,
        known=total,
        is_last=searched.complete
        and searched.bounded_at is None
        and not (unread or mark.omitted.count or mark.omitted.unlisted),
        here=here,
        previous=replace(here, offset=max(offset - query.rows, 0)) if offset else None,
        next=replace(here, offset=offset + query.rows) if offset + query.rows < total else None,
        cursor_loop=any(place.end == "loop" for place in scan.seen),
        cut_short=any(place.end == "cut" for place in scan.seen),
        fetched_at=asked_at,
        streams=scan.streams,
        left_out=mark.omitted.streams,
        left_out_count=mark.omitted.count,
        unlisted=mark.omitted.unlisted,
        unread=unread,
        searched=searched,
        further=goes_on,
        **scan.reading.beside_rows(),
    )


async def read_all(asked: Asked, places: Sequence[StreamPlace], omitted: Omitted) -> Found:
    """Return all rows of some lists, as far as the limits allow.

    Raises:
        CloudflareError: no list could be read.
    """
    scan = _Scan(Reading(asked), list(places), asked.hidden(places))
    await scan.read_known(Priority.BACKGROUND)
    await scan.read_on(deadline(asked.limits), asked.limits.pages)
    scan.reading.require_any()
    chosen = choose(scan.rows(), asked.query.selection)
    found = await _judge(asked, scan, chosen.rows, None)
    return Found(
        account=asked.account,
        rows=found.rows,
        searched=_searched(scan, chosen.unknown, found),
        streams=scan.streams,
        left_out=omitted.streams,
        left_out_count=omitted.count,
        unlisted=omitted.unlisted,
        unread=scan.reading.unread(scan.places, scan.hidden),
        fetched_at=await scan.reading.asked_at(),
        incomplete_rows=sum(page.incomplete_rows for page in scan.reading.pages),
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows of a selection among those that were read, in their order.

    Attributes:
        rows: those.
        unknown: how many others do not say whether they are.
    """

    rows: Sequence[Row]
    unknown: int


def choose(rows: Iterable[tuple[Stream, Instance]], selection: Selection) -> Chosen:
    """Return the rows of a selection, each instance once, by their end if it is `by_end`, or by creation.

    Those of the same time stay in the order of their lists, and in the API's within one. An instance that
    went from one list to another while both were read is as it was last.
    """
    latest: dict[tuple[str, str], tuple[Stream, Instance]] = {}
    for stream, row in rows:
        known = latest.get((stream.workflow, row.id))
        if known is None or _lateness(row) > _lateness(known[1]):
            latest[stream.workflow, row.id] = stream, row
    answers = [is_within(selection, row) if selection.by_end else True for _, row in latest.values()]
    chosen = [each for each, answer in zip(latest.values(), answers, strict=True) if answer]
    chosen.sort(key=lambda each: each[1].created_on or _OLDEST, reverse=True)  # equal ones stay as they are
    if selection.by_end:
        chosen.sort(key=lambda each: moment_of(each[1]) or _OLDEST, reverse=True)
    return Chosen([Row(stream.workflow, row) for stream, row in chosen], answers.count(None))


@dataclass(frozen=True, slots=True)
class _Matching:
    """The first rows that meet the conditions.

    Attributes:
        rows: those.
        is_all: all rows were judged.
        unknown: how many do not say whether they do.
        stopped: why no more could be asked.
    """

    rows: Sequence[Row]
    is_all: bool
    unknown: int = 0
    stopped: CloudflareError | None = None


async def _judge(asked: Asked, scan: _Scan, rows: Sequence[Row], most: int | None) -> _Matching:
    """Return rows that meet the conditions, and no more than `most` if each has to be asked about."""
    where = asked.query.selection.where
    if not where or not rows:
        return _Matching(rows, is_all=True)
    size = AT_ONCE if where.needs_cause and most is not None else len(rows)
    until = deadline(asked.limits)
    found: list[Row] = []
    unknown = 0
    for start in range(0, len(rows), size):
        if most is not None and len(found) >= most:
            return _Matching(found, is_all=False, unknown=unknown)
        batch = rows[start : start + size]
        judged = await asked.judge.judge(batch, scan.reading.now, until)
        found += (row for row, answer in zip(judged.rows, judged.answers, strict=True) if answer)
        unknown += judged.answers.count(None)
        if len(judged.answers) < len(batch):
            return _Matching(found, is_all=False, unknown=unknown, stopped=judged.stopped)
    return _Matching(found, is_all=True, unknown=unknown)


def _searched(scan: _Scan, unknown: int, found: _Matching) -> Searched:
    return Searched(
        rows=sum(len(page.rows) for pages in scan.loaded.values() for page in pages),
        found=len(found.rows),
        back_to=scan.back_to,
        complete=found.is_all and scan.is_all,
        unknown=unknown + found.unknown,
        stopped=scan.stopped or found.stopped,
        bounded_at=None if scan.open else scan.bounded_at,
    )


def _is_before(row: Instance, anchor: datetime) -> bool:
    moment = moment_of(row)
    return moment is None or moment <= anchor


def _lateness(row: Instance) -> tuple[bool, datetime]:
    return is_ended(row.status), moment_of(row) or _OLDEST
