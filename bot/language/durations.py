"""How far back a digest looks: `24h`, `7d`, `36 hours`, in whole hours."""

import re
from datetime import timedelta
from typing import Final

from bot.language.errors import QueryError

DEFAULT_WINDOW: Final = timedelta(hours=24)
SHORTEST_WINDOW: Final = timedelta(hours=1)
LONGEST_WINDOW: Final = timedelta(days=30)
"""Cloudflare keeps instances no longer."""


def window_text(window: timedelta) -> str:
    """Return a window as people write it, in days where it comes out even: `7d`, `36h`."""
    hours = round(window / timedelta(hours=1))
    return f"{hours // 24}d" if hours % 24 == 0 and hours > 24 else f"{hours}h"


EXPECTED: Final = (
    f"whole hours, days or weeks from `{window_text(SHORTEST_WINDOW)}` to `{window_text(LONGEST_WINDOW)}`, "
    "such as `24h` or `7d`"
)

_HOUR: Final = timedelta(hours=1)
_MINUTES: Final = dict.fromkeys(("m", "min", "mins", "minute", "minutes"), timedelta(minutes=1))
_UNITS: Final = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), _HOUR),
    **dict.fromkeys(("d", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks"), timedelta(weeks=1)),
}
_PART: Final = r"(\d{1,5})\s*([a-z]+)"
_SPAN: Final = re.compile(rf"(?:{_PART}\s*)+")


def read_window(text: str) -> timedelta:
    """Return the window that a text is; several parts, as in `1d 12h`, add up.

    Raises:
        QueryError: it is none, or out of bounds; it names the whole text.
    """
    words = " ".join(text.lower().split())
    words = f"1{words}" if words in _UNITS else words
    window = _sum(words, _UNITS)
    if window is None:
        raise QueryError(text, "is no window I know", expected=EXPECTED, nearest=_nearest(words))
    if not SHORTEST_WINDOW <= window <= LONGEST_WINDOW:
        problem = "is too short a window" if window < SHORTEST_WINDOW else "is too long a window"
        raise QueryError(text, problem, expected=EXPECTED, nearest=_within(window))
    return window


def _sum(words: str, units: dict[str, timedelta]) -> timedelta | None:
    if not _SPAN.fullmatch(words):
        return None
    parts = re.findall(_PART, words)
    if any(unit not in units for _, unit in parts):
        return None
    return sum((int(count) * units[unit] for count, unit in parts), timedelta())


def _nearest(words: str) -> str | None:
    """Return the nearest window; a lone number counts hours, minutes are rounded to hours."""
    window = _sum(f"{words}h" if words.isdigit() else words, {**_MINUTES, **_UNITS})
    return None if window is None else _within(round(window / _HOUR) * _HOUR)


def _within(window: timedelta) -> str:
    return window_text(min(max(window, SHORTEST_WINDOW), LONGEST_WINDOW))
