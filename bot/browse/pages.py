"""Reads pages of lists that stand still while they are walked: newer instances than at first stay out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.browse.bookmark import StreamPlace, VisitedPage
from bot.browse.errors import CursorRefused
from bot.browse.model import ListQuery
from bot.browse.planning import filter_of
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import InvalidParameter
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import MAX_PER_PAGE, Cursor, Instance, InstancePage, PageQuery, Position

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
    """Return the rows of a page that were not created after an anchor."""
    if anchor is None or page.newest is None or page.newest <= anchor:
        return page.rows
    return [row for row in page.rows if row.created_on is None or row.created_on <= anchor]


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
        page: as the API has it.
        rows: its instances without newer ones.
        before: how many rows the pages before it held.
        length: how many rows of the list it stands for.
        known: how many rows it had when it was read before; 0 if it was not.
        is_last: no page behind it was read yet.
    """

    place: StreamPlace
    page: InstancePage
    rows: Sequence[Instance]
    before: int
    length: int
    known: int
    is_last: bool


def is_page_cached(reader: PageReader, place: StreamPlace, number: int, lookback: timedelta) -> bool:
    """Return whether a page of one of several lists that was read before needs no request.

    The arguments are those of `load_page`.
    """
    asked = _page_query(reader, place, place.pages[number].position, lookback)
    return not reader.fresh and reader.workflows.holds(bounded(asked, place.anchor))


async def load_page(reader: PageReader, place: StreamPlace, number: int, lookback: timedelta) -> Loaded:
    """Return a page of one of several lists.

    Args:
        reader: reads it.
        place: the list's place.
        number: the page's, from 0: one that was read before, or the one behind.
        lookback: how long before a time an instance may have been created that ended since.

    Raises:
        CloudflareError: as `PageReader.read`.
    """
    known = place.pages[:number]
    position = place.pages[number].position if number < len(place.pages) else place.following
    asked = _page_query(reader, place, position, lookback)
    page = await reader.read(asked, place.anchor)
    before = sum(each.rows for each in known)
    if place.anchor is None and not before:
        anchor, page = await reader.anchor(asked, page)
        place = replace(place, anchor=anchor)
    rows = [row for row in not_newer(page, place.anchor) if not row.is_phantom]
    recorded = place.pages[number].rows if number < len(place.pages) else 0
    if number < len(place.pages) - 1 and page.next == place.pages[number + 1].position:
        # What follows was counted from here on, so its length stays as it was.
        return Loaded(place, page, rows[:recorded], before, recorded, recorded, is_last=False)
    pages = (*known, VisitedPage(position, len(rows)))
    place = replace(place, pages=pages, following=page.next, end=None)
    if page.next is None:
        place = replace(place, end="cut" if page.cut_short else "end")
    elif any(page.next == each.position for each in pages):
        place = replace(place, following=None, end="loop")
    return Loaded(place, page, rows, before, len(rows), recorded, is_last=True)


def _page_query(
    reader: PageReader, place: StreamPlace, position: Position | None, lookback: timedelta
) -> PageQuery:
    stream = place.stream
    chosen = filter_of(reader.query.selection, stream, lookback, is_older=place.is_older)
    return PageQuery(stream.workflow, chosen, position, MAX_PER_PAGE)
