"""Keep lists within their bounds of creation time where an engine may ignore them.

`wrangler dev` 4.117 to 4.127 ignores `date_start` and `date_end`. A walk through a list has a latest creation
time, so that instances created meanwhile shift nothing. There, they shift the pages: they are counted here,
and the rows behind them are asked for.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from bot.cloudflare.models import Instance, InstanceFilter, InstancePage, PageNumber, PageQuery

AskPage = Callable[[PageQuery], Awaitable[InstancePage]]

_LONG_AGO: Final = InstanceFilter(date_end=datetime(2000, 1, 1, tzinfo=UTC))
"""Bounds without any instance: an engine that lists one ignores them."""
_TRIES: Final = 3
"""How often a page is read if instances are created between its requests."""


class BoundedLists:
    """Lists of an engine that lists by page number, newest first, and may ignore bounds.

    Whether it does is found out once, by an extra request.
    """

    def __init__(self) -> None:
        self._honours_bounds: bool | None = None

    async def list(self, query: PageQuery, ask: AskPage) -> InstancePage:
        """List a page, numbered in the list within the bounds.

        Args:
            query: the page.
            ask: requests one page of the engine.

        Raises:
            CloudflareError: A request failed, or a response can't be read.
        """
        filter_ = query.filter
        page = await ask(query)
        if not page.rows or (filter_.date_start is None and filter_.date_end is None):
            return page
        if self._honours_bounds is None:
            probe = await ask(PageQuery(query.workflow, _LONG_AGO, PageNumber(1), 1))
            self._honours_bounds = not probe.rows
        if any(_is_before(row, filter_) or _is_after(row, filter_) for row in page.rows):
            self._honours_bounds = False  # another version may run at the same address now
        return page if self._honours_bounds else await _list_within_bounds(query, ask)


async def _list_within_bounds(query: PageQuery, ask: AskPage) -> InstancePage:
    """List a page of an engine that ignores bounds."""
    number = query.position.number if isinstance(query.position, PageNumber) else 1
    for _ in range(_TRIES):
        newer, head = await _count_newer(query, ask)
        page, is_settled = await _read_page_behind(query, ask, (number - 1) * query.per_page + newer, head)
        if is_settled:
            break
    return _cut(page, query.filter, PageNumber(number + 1))


async def _count_newer(query: PageQuery, ask: AskPage) -> tuple[int, InstancePage]:
    """Return how many rows of the engine's list are newer than the bounds, and the page where they end."""
    newer, number = 0, 1
    while True:
        page = await ask(replace(query, position=PageNumber(number)))
        found = sum(_is_after(row, query.filter) for row in page.rows)
        newer, number = newer + found, number + 1
        if found < len(page.rows) or page.next is None or not page.rows:
            return newer, page


async def _read_page_behind(
    query: PageQuery, ask: AskPage, skip: int, head: InstancePage
) -> tuple[InstancePage, bool]:
    """Return the page behind some rows of the engine's list, and whether the list stood still meanwhile."""
    whole, within = divmod(skip, query.per_page)
    first = await ask(replace(query, position=PageNumber(whole + 1)))
    pages = [first]
    if within and first.next is not None:
        pages.append(await ask(replace(query, position=PageNumber(whole + 2))))
    rows = [row for page in pages for row in page.rows]
    end = within + query.per_page
    has_more = len(rows) > end or pages[-1].next is not None
    page = replace(
        pages[-1],
        rows=tuple(rows[within:end]),
        next=PageNumber(1) if has_more else None,
        incomplete_rows=sum(page.incomplete_rows for page in pages),
    )
    return page, all(page.info.total_count == head.info.total_count for page in pages)


def _cut(page: InstancePage, filter_: InstanceFilter, following: PageNumber) -> InstancePage:
    """Return a page without the rows outside of the bounds. A row before them ends the list."""
    has_ended = any(_is_before(row, filter_) for row in page.rows)
    next_ = following if page.next is not None and not has_ended else None
    return replace(page, rows=_within(page.rows, filter_), next=next_)


def _within(rows: Sequence[Instance], filter_: InstanceFilter) -> tuple[Instance, ...]:
    """Return the rows within bounds. An id without date and status is left out: it never was an instance."""
    return tuple(
        row
        for row in rows
        if not (_is_before(row, filter_) or _is_after(row, filter_))
        and (row.created_on is not None or row.status is not None)
    )


def _is_before(row: Instance, filter_: InstanceFilter) -> bool:
    start = filter_.date_start
    if start is None or row.created_on is None:
        return False
    return in_milliseconds(row.created_on) < in_milliseconds(start)


def _is_after(row: Instance, filter_: InstanceFilter) -> bool:
    end = filter_.date_end
    if end is None or row.created_on is None:
        return False
    return in_milliseconds(row.created_on) > in_milliseconds(end)


def in_milliseconds(moment: datetime) -> datetime:
    """Return a time as the API counts it: one answer may tell more digits of it than another."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
