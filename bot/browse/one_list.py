"""Cut screens from the pages of one list of the API, and say what is before and behind them. Pure."""

from dataclasses import replace

from bot.browse.bookmark import Bookmark, KeptPlace, VisitedPage, start_of
from bot.browse.pages import not_newer
from bot.browse.screen import Row, Screen
from bot.cloudflare.models import Cursor, InstancePage, PageNumber


def is_first(mark: Bookmark) -> bool:
    """Return whether this page is the first of the list."""
    return start_of(mark) in (None, PageNumber(1)) and not _rows_before(mark)


def _rows_before(mark: Bookmark) -> int:
    """Return how many rows the pages of the walk before this one held."""
    return sum(passed.rows for passed in mark.visited) + (mark.kept.rows_before if mark.kept else 0)


def is_page_within(mark: Bookmark) -> bool:
    """Return whether it is a page by its number, and not the first."""
    return isinstance(mark.position, PageNumber) and mark.position.number > 1


def screen_of(mark: Bookmark, account: str, page: InstancePage, *, is_loop: bool) -> Screen:
    """Return the screen at a bookmark.

    Args:
        mark: the place; what lies behind the page's rows is its last screen.
        account: the name of the list's account.
        page: the one that the place is on.
        is_loop: the page leads back to one that was visited, so that nothing follows it.
    """
    rows = not_newer(page, mark.anchor)
    size = mark.query.rows
    mark = replace(mark, offset=min(mark.offset, _last_screen(len(rows), size)))
    first = _number_of_first(mark)
    return Screen(
        query=mark.query,
        account=account,
        rows=[Row(mark.query.workflow, row) for row in rows[mark.offset : mark.offset + size]],
        first=first,
        known=None if first is None else first - 1 - mark.offset + len(rows),
        is_last=page.next is None and not page.cut_short,
        here=mark,
        previous=_previous(mark),
        next=_next(mark, len(rows), None if is_loop else page),
        messages=page.messages,
        cursor_loop=is_loop,
        cut_short=page.cut_short,
        fetched_at=page.fetched_at,
        incomplete_rows=page.incomplete_rows,
        unread_fields=page.unread_fields,
    )


def _next(mark: Bookmark, rows: int, page: InstancePage | None) -> Bookmark | None:
    """Return the next screen: further down the page, or the start of the next page."""
    if mark.offset + mark.query.rows < rows:
        return replace(mark, offset=mark.offset + mark.query.rows)
    if page is None or page.next is None:
        return None
    return replace(
        mark, position=page.next, offset=0, visited=(*mark.visited, VisitedPage(mark.position, rows))
    )


def _previous(mark: Bookmark) -> Bookmark | KeptPlace | None:
    """Return the previous screen: further up the page, or the end of the page before."""
    size = mark.query.rows
    if mark.offset:
        return replace(mark, offset=max(mark.offset - size, 0))
    for place in range(len(mark.visited) - 1, -1, -1):
        last = mark.visited[place]
        if last.rows:
            offset = _last_screen(last.rows, size)
            return replace(mark, position=last.position, offset=offset, visited=mark.visited[:place])
    if mark.kept is not None and mark.kept.back is not None:
        return KeptPlace(mark.kept.back, _last_screen(mark.kept.back_rows, size), mark.query.command())
    match mark.position:
        case PageNumber(number) if number > 1:
            return replace(mark, position=PageNumber(number - 1))
    return None


def _number_of_first(mark: Bookmark) -> int | None:
    """Return the number of the first row shown in the whole list; None behind a typed cursor."""
    before = _rows_before(mark)
    match mark.position, mark.query.start:
        case PageNumber(number), _:
            before = (number - 1) * mark.query.per_page
        case _, Cursor():
            return None
        case _, PageNumber(number):
            before += (number - 1) * mark.query.per_page
    return before + mark.offset + 1


def _last_screen(rows: int, size: int) -> int:
    """Return the row where the last screen of so many rows starts."""
    return max(rows - 1, 0) // size * size
