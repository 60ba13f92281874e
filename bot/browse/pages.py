"""Read pages of lists that stand still while they are walked: newer instances than at first stay out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from bot.browse.errors import CursorRefused
from bot.browse.model import ListQuery
from bot.browse.several.places import CreatedUntil, ReadPage, StreamPlace
from bot.browse.several.planning import filter_of
from bot.browse.several.shown import RowKey, key_of
from bot.cloudflare.bounds import in_milliseconds
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import InvalidParameter
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import (
    MAX_PER_PAGE,
    Cursor,
    Instance,
    InstancePage,
    PageNumber,
    PageQuery,
    Position,
)

_MILLISECOND: Final = timedelta(milliseconds=1)


def bounded(query: PageQuery, anchor: datetime | None) -> PageQuery:
    """Return a query that leaves out what was created after an anchor.

    Times are in whole milliseconds, as the API counts. By wrangler's help the bound is inclusive, which no
    reference says: one more makes it right either way, and what slips in is taken out by `not_newer`.
    """
    if anchor is None:
        return query
    latest = anchor.replace(microsecond=anchor.microsecond // 1000 * 1000) + _MILLISECOND
    end = query.filter.date_end
    return replace(query, filter=replace(query.filter, date_end=latest if end is None else min(latest, end)))


def not_newer(page: InstancePage, anchor: datetime | None) -> Sequence[Instance]:
    """Return the rows of a page that were not created after an anchor, in whole milliseconds."""
    if anchor is None or page.newest is None or page.newest <= anchor:
        return page.rows
    latest = anchor.replace(microsecond=anchor.microsecond // 1000 * 1000 + 999)
    return [row for row in page.rows if row.created_on is None or row.created_on <= latest]


@dataclass(frozen=True, slots=True)
class PageReader:
    """Reads pages of an account's lists.

    Attributes:
        workflows: the account.
        query: what they are read for, for the error where the API refuses a cursor.
        fresh: ask the API anew.
        priority: of the requests.
    """

    workflows: CachedWorkflows
    query: ListQuery
    fresh: bool = False
    priority: Priority = Priority.INTERACTIVE

    async def read(self, asked: PageQuery, anchor: datetime | None) -> InstancePage:
        """Return a page of a list without what was created after an anchor.

        Raises:
            CursorRefused: the API takes its cursor no more.
            CloudflareError: the request failed.
        """
        within = bounded(asked, anchor)
        try:
            return await self._ask(within)
        except InvalidParameter:
            if not isinstance(asked.position, Cursor):
                raise
        # Whether a cursor is bound to the filters of the request that gave it is documented nowhere: the
        # first page was asked for without the anchor, so its cursor may want to be asked without, too.
        if asked == within:
            raise CursorRefused(self.query.from_start)
        try:
            page = await self._ask(asked)
        except InvalidParameter as error:
            raise CursorRefused(self.query.from_start) from error
        self.workflows.store(within, page)
        return page

    async def anchor(self, asked: PageQuery, page: InstancePage) -> tuple[datetime | None, InstancePage]:
        """Return the anchor of a list that begins with a page, and the page without what is newer.

        Raises:
            CloudflareError: as `read`.
        """
        newest, end = page.newest, asked.filter.date_end
        if newest is None or (end is not None and end <= page.fetched_at):
            return None, page  # nothing to bound, or bounded by the query itself
        if any(row.created_on is None for row in page.rows):
            # The local engine lists ids that never existed, without a date, and leaves them out under any
            # bound: the walk does without them. Others may be newer than all whose date is known.
            latest = max(newest, page.fetched_at)
            return latest, await replace(self, fresh=True).read(asked, latest)
        # The bounded query returns the same rows, so no second request is needed.
        self.workflows.store(bounded(asked, newest), page)
        return newest, page

    async def _ask(self, asked: PageQuery) -> InstancePage:
        return await self.workflows.list_instances(asked, fresh=self.fresh, priority=self.priority)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A page of one of several lists.

    Attributes:
        place: the list's place, which knows of the page.
        number: the page's, from 0.
        page: as the API has it.
        rows: its instances without newer ones, and without those of the pages before.
        moments: what each of them counts as created at: no later than the one before it.
        is_changed: it was read before, and others begin or end it now.
    """

    place: StreamPlace
    number: int
    page: InstancePage
    rows: Sequence[Instance]
    moments: Sequence[datetime]
    is_changed: bool

    @property
    def before(self) -> int:
        """Return how many rows the pages before it held."""
        return sum(page.rows for page in self.place.pages[: self.number])


def is_page_cached(reader: PageReader, place: StreamPlace, number: int, lookback: timedelta) -> bool:
    """Return whether a page of one of several lists needs no request.

    The arguments are those of `load_page`.
    """
    asked = _page_query(reader, place, place.start_of(number), lookback)
    return not reader.fresh and reader.workflows.holds(bounded(asked, place.anchor))


async def load_page(reader: PageReader, place: StreamPlace, number: int, lookback: timedelta) -> Loaded:
    """Return a page of one of several lists.

    Args:
        reader: reads it.
        place: the list's place.
        number: the page's, from 0; the place `has` it.
        lookback: how long before a time an instance may have been created that ended since.

    Raises:
        CloudflareError: as `PageReader.read`.
    """
    before, known = place.pages[:number], place.pages[number:]
    position = place.start_of(number)
    asked = _page_query(reader, place, position, lookback)
    page = await reader.read(asked, place.anchor)
    if place.anchor is None and not any(each.rows for each in before):
        anchor, page = await reader.anchor(asked, page)
        place = replace(place, anchor=anchor)
    workflow, rows = place.stream.workflow, _rows(place, position, page)
    moments = _moments(rows, place.newest_on(number))
    last = RowKey.of(workflow, rows[-1], moments[-1]) if rows else None
    read = ReadPage(position, len(rows), last)
    following = _following(workflow, position, page)
    recorded = known[1].position if len(known) > 1 else place.following
    is_changed = bool(known) and (known[0] != read or following != recorded)
    if len(known) > 1 and following == recorded:
        place = replace(place, pages=(*before, read, *known[1:]))
        return Loaded(place, number, page, rows, moments, is_changed)
    pages = (*before, read)
    end: Literal["end", "loop", "cut"] | None = None
    if following is None:
        end = "cut" if page.cut_short else "end"
    elif any(following == each.position for each in pages):
        following, end = None, "loop"
    place = replace(place, pages=pages, following=following, end=end)
    return Loaded(place, number, page, rows, moments, is_changed)


def _rows(
    place: StreamPlace, position: Position | CreatedUntil | None, page: InstancePage
) -> Sequence[Instance]:
    """Return the instances of a page that are no newer than the first ones were, and on no page before."""
    rows = [row for row in not_newer(page, place.anchor) if not row.is_phantom]
    if not isinstance(position, CreatedUntil):
        return rows
    return [row for row in rows if _is_behind(place.stream.workflow, row, position)]


def _is_behind(workflow: str, row: Instance, position: CreatedUntil) -> bool:
    """Return whether a row of a page that begins at a position is on no page before."""
    if row.created_on is None:
        return True
    created_on = in_milliseconds(row.created_on)
    is_apart = created_on < position.latest
    return is_apart or (created_on == position.latest and key_of(workflow, row) not in position.seen_keys)


def _moments(rows: Sequence[Instance], newest: datetime) -> list[datetime]:
    """Return what each row of a page counts as created at, as its list is ordered.

    Where the API is not in order, or does not tell a time, that is no later than the row before it.
    """
    moments = []
    for row in rows:
        newest = newest if row.created_on is None else min(newest, row.created_on)
        moments.append(newest)
    return moments


def _following(
    workflow: str, position: Position | CreatedUntil | None, page: InstancePage
) -> Position | CreatedUntil | None:
    """Return where the page behind one starts.

    A list without cursors goes on by the creation of its last row: see `CreatedUntil`.
    """
    if not isinstance(page.next, PageNumber) or isinstance(position, PageNumber):
        return page.next

    def created_at(moment: datetime) -> tuple[str, ...]:
        return tuple(
            key_of(workflow, row) for row, time in zip(page.rows, times, strict=True) if time == moment
        )

    times = [None if row.created_on is None else in_milliseconds(row.created_on) for row in page.rows]
    known = [time for time in times if time is not None]
    here = position if isinstance(position, CreatedUntil) else None
    if len(known) == len(times) and known == sorted(known, reverse=True):
        latest = known[-1]
        if here is None or latest < here.latest:
            return CreatedUntil(latest, created_at(latest))
    if here is None:
        return page.next  # its rows do not tell what is behind them
    seen_keys = dict.fromkeys((*here.seen_keys, *created_at(here.latest)))
    return CreatedUntil(here.latest, tuple(seen_keys), here.page + 1)


def _page_query(
    reader: PageReader, place: StreamPlace, position: Position | CreatedUntil | None, lookback: timedelta
) -> PageQuery:
    stream = place.stream
    chosen = filter_of(reader.query.selection, stream, lookback, is_older=place.is_older)
    if isinstance(position, CreatedUntil):
        asked = PageQuery(stream.workflow, chosen, PageNumber(position.page), MAX_PER_PAGE)
        return bounded(asked, position.latest)
    return PageQuery(stream.workflow, chosen, position, MAX_PER_PAGE)
