"""Read lists back from now on, so many pages or so much time at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from bot.browse.pages import Loaded
from bot.browse.selection import Stream
from bot.browse.several.places import StreamPlace
from bot.browse.several.planning import bound_of, filter_of
from bot.browse.several.reading import Reading, failure_of, is_over
from bot.cloudflare.errors import CloudflareError, RateLimited
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Instance

_PAGES_AT_ONCE: Final = 8
_NEWEST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Scan:
    """Reads lists back.

    Attributes:
        reading: reads pages.
        places: how far each list was read.
        hidden: the numbers of those that may not be seen.
        loaded: the pages of each list, by its number.
        stopped: why no more could be asked.
        is_cut: not all pages that were read before could be read again within the limits.
    """

    reading: Reading
    places: list[StreamPlace]
    hidden: frozenset[int]
    loaded: dict[int, list[Loaded]] = field(default_factory=dict)
    stopped: CloudflareError | None = None
    is_cut: bool = False

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
    def is_all_but_failed(self) -> bool:
        """Whether every list was read to its end but those of which nothing could be read."""
        return all(
            place.end == "end" and place.failure is None
            for place in self.seen
            if place.failure is None or place.pages
        )

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
        older = [
            StreamPlace(place.stream, is_older=True)
            for place in self._without_older()
            if place.failure is None and self._bound(place.stream) is not None
        ]
        self.places += older
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

    def require_any(self) -> None:
        """Raise why nothing could be read, if nothing was.

        Raises:
            CloudflareError: that.
        """
        if self.stopped is not None and not self.reading.pages:
            raise self.stopped
        self.reading.require_any()

    async def read_known(self, until: float) -> None:
        """Read the first page of each list, and the others that were read before, as far as the limits allow.

        What they do not allow is to be searched again.
        """
        before = {
            number: len(place.pages)
            for number, place in enumerate(self.places)
            if number not in self.hidden and (place.failure is None or place.pages)
        }
        await asyncio.gather(*(self._read(number, 0) for number in before))
        # A refresh asks for all of it, as far as the time allows.
        asked = self.reading.asked
        left = sum(before.values()) if asked.reader.fresh else asked.limits.pages
        for page in range(1, max(before.values(), default=0)):
            # Where a page ends elsewhere by now, those behind it are others than before, or there are none.
            numbers = [
                number
                for number, pages in before.items()
                if page < pages and len(self.loaded.get(number, ())) == page and self.places[number].has(page)
            ]
            taken = []
            for number in numbers:
                if not self.reading.is_cached(self.places[number], page):
                    if left <= 0 or self.stopped is not None or is_over(until):
                        continue
                    left -= 1
                taken.append(number)
            for batch in _batches(taken):
                await asyncio.gather(*(self._read(number, page) for number in batch))
        for number, pages in before.items():
            self._cut(number, pages)

    async def read_on(self, until: float, pages: int) -> None:
        """Read so many pages more, or until it is time to end, those first whose rows are newest."""
        while pages > 0 and self.stopped is None and not is_over(until) and (numbers := self.open):
            numbers = numbers[: min(pages, _PAGES_AT_ONCE)]
            pages -= len(numbers)
            await asyncio.gather(*(self._read(number, len(self.places[number].pages)) for number in numbers))

    async def _read(self, number: int, page: int) -> None:
        answer = await self.reading.load(self.places[number], page, Priority.BACKGROUND)
        if isinstance(answer, Loaded):
            self.loaded.setdefault(number, []).append(answer)
            self.places[number] = replace(answer.place, failure=self.places[number].failure)
        elif isinstance(answer, RateLimited):
            self.stopped = answer  # for all lists alike: the search goes on later
        else:
            self.reading.errors[number] = answer
            self.places[number] = replace(self.places[number], failure=failure_of(answer))

    def _cut(self, number: int, before: int) -> None:
        """Let a list go on behind the pages of it that were read again; `before` is how many there were."""
        place, read = self.places[number], len(self.loaded.get(number, ()))
        if number in self.reading.errors:
            return
        if read < len(place.pages):
            following = place.start_of(read)
            place = self.places[number] = replace(
                place, pages=place.pages[:read], following=following, end=None
            )
        self.is_cut = self.is_cut or (read < before and place.end is None)

    def _oldest(self, number: int) -> datetime:
        """Return when the oldest row of a list was created that was read."""
        times = (row.created_on for page in self.loaded.get(number, ()) for row in page.rows)
        place = self.places[number]
        newest = self._bound(place.stream) if place.is_older else None
        return min((time for time in times if time is not None), default=newest or _NEWEST)


def _batches(numbers: Sequence[int]) -> list[Sequence[int]]:
    return [numbers[at : at + _PAGES_AT_ONCE] for at in range(0, len(numbers), _PAGES_AT_ONCE)]
