"""Windows of creation time: the parts of a list that are read at the same time. Pure.

The API lists one page after the other, and each page says where the next one begins. So a long list is read
in windows, each by its own cursors. How its rows are spread over time is not known; a window is divided while
it is read, by what its pages show, whenever a reader has nothing to do.

Bounds are whole milliseconds, as the API takes them, and each row is in exactly one of neighbouring windows,
whether the API counts its own bounds in or out: the rows are looked at here.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.browse.selection import Stream
from bot.cloudflare.models import MAX_PER_PAGE, InstanceFilter

MILLISECOND: Final = timedelta(milliseconds=1)
NO_END: Final = datetime(9999, 12, 1, tzinfo=UTC)
"""The end of a window that has none, into which instances may still come."""
_PAGES_AHEAD: Final = 10
"""Pages that a part of a window without a beginning is taken to have, where nothing says how many."""
_LONGEST: Final = timedelta(days=3650)
"""No list goes back further than that: Cloudflare keeps instances for a month after their end."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a list.

    Attributes:
        stream: the list.
        since: the earliest creation time; None for as far back as there are any.
        until: the creation time that all are before; `NO_END` without a bound. Both are whole milliseconds.
    """

    stream: Stream
    since: datetime | None
    until: datetime

    def has(self, created_on: datetime | None) -> bool:
        """Return whether an instance is in this window; one without a creation time may be in any."""
        if created_on is None:
            return True
        return created_on < self.until and (self.since is None or created_on >= self.since)

    @property
    def filter(self) -> InstanceFilter:
        """Return the API's parameters for this window. They let in some of its neighbours' rows."""
        start = None if self.since is None else self.since - MILLISECOND
        end = None if self.until == NO_END else self.until
        return InstanceFilter(status=self.stream.status, date_start=start, date_end=end)

    def older_than(self, reached: datetime) -> "Window":
        """Return the part of this window that lies before the millisecond of a time."""
        return replace(self, until=min(self.until, to_millisecond(reached)))

    @property
    def is_empty(self) -> bool:
        """Return whether no time lies in it."""
        return self.since is not None and self.since >= self.until


@dataclass(frozen=True, slots=True)
class Density:
    """What a page shows of how many rows there are in a time.

    Attributes:
        rows: how many it has.
        span: the time from the newest to the oldest.
        left: how many are about to follow in the window; None where nothing says so.
    """

    rows: int
    span: timedelta
    left: int | None = None


def divide(rest: Window, parts: int, seen: Density) -> list[Window]:
    """Divide what is left of a window into at most so many parts, newest first.

    Together they are exactly that window, and no two have a time in common. A window that most likely has no
    more than one page is left whole.

    Args:
        rest: what is left.
        parts: how many are wanted.
        seen: what the page before it shows.
    """
    if seen.left is not None:
        parts = min(parts, -(-seen.left // MAX_PER_PAGE))
    bounds = [rest.until]
    if parts > 1 and not rest.is_empty:
        step = (rest.until - _horizon(rest, parts, seen)) / parts
        for number in range(1, parts):
            cut = to_millisecond(rest.until - step * number)
            if cut < bounds[-1] and (rest.since is None or cut > rest.since):
                bounds.append(cut)
    ends: list[datetime | None] = [*bounds[1:], rest.since]
    return [replace(rest, since=since, until=until) for until, since in zip(bounds, ends, strict=True)]


def _horizon(rest: Window, parts: int, seen: Density) -> datetime:
    """Return about when the oldest row of a window was created."""
    if seen.left is None and rest.since is not None:
        return rest.since
    rows = _PAGES_AHEAD * parts * seen.rows if seen.left is None else seen.left
    seconds = seen.span.total_seconds() / max(seen.rows, 1) * rows
    shortest, longest = (span.total_seconds() for span in (parts * MILLISECOND, _LONGEST))
    horizon = rest.until - timedelta(seconds=min(max(seconds, shortest), longest))
    return horizon if rest.since is None else max(horizon, rest.since)


def to_millisecond(at: datetime) -> datetime:
    """Return the beginning of a time's millisecond, in UTC."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
