"""Lengths of time as people write them, `1h30m` or `2 days`, and how far back a digest looks.

One table of units serves times (`since:2h`), windows (`window:7d`) and schedules (`every 4h`).
"""

import re
from datetime import timedelta
from typing import Final

from bot.language.errors import QueryError

UNITS: Final = {
    form: length
    for length, forms in (
        (timedelta(seconds=1), ("s", "sec", "secs", "second", "seconds")),
        (timedelta(minutes=1), ("m", "min", "mins", "minute", "minutes")),
        (timedelta(hours=1), ("h", "hr", "hrs", "hour", "hours")),
        (timedelta(days=1), ("d", "day", "days")),
        (timedelta(weeks=1), ("w", "week", "weeks")),
    )
    for form in forms
}
"""Each way to write a unit, in lower case, and how long it is."""

_NAMES: Final = (("s", "second"), ("m", "minute"), ("h", "hour"), ("d", "day"), ("w", "week"))
"""Each unit as it is written behind a number, and alone."""

DEFAULT_WINDOW: Final = timedelta(hours=24)
SHORTEST_WINDOW: Final = timedelta(hours=1)
LONGEST_WINDOW: Final = timedelta(days=30)
"""Cloudflare keeps instances no longer."""

_HOUR: Final = timedelta(hours=1)
_NUMBERS: Final = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_COUNTS: Final = {
    "a": 1.0, "an": 1.0, "half": 0.5, "half a": 0.5, "half an": 0.5,
    **{word: float(number) for number, word in enumerate(_NUMBERS, 1)},
}  # fmt: skip
COUNT: Final = rf"(?:\d{{1,7}}(?:\.\d{{1,3}})? ?|(?:{'|'.join(sorted(_COUNTS, reverse=True))}) )"
"""What may say how many, and the space behind it, as a part of a regular expression without groups."""
_UNIT: Final = rf"({'|'.join(sorted(UNITS, reverse=True))})(?![a-z])"
_PART: Final = rf"({COUNT}){_UNIT}( and a half\b)?"
_ONE_PART: Final = re.compile(rf"({COUNT}){_UNIT}")
_PARTS: Final = re.compile(rf"{_PART}(?:(?:,| ?&| and)? ?{_PART})*")


def parse_count(text: str) -> float:
    """Return the number that `COUNT` matched."""
    word = text.strip()
    return _COUNTS.get(word) or float(word)


def parse_duration(text: str) -> timedelta | None:
    """Return the sum of the parts of `1h30m`, `2 days` or `an hour and a half`; None for anything else.

    Raises:
        OverflowError: it is longer than any calendar.
    """
    words = " ".join(text.lower().split())
    if not words.isascii() or not _PARTS.fullmatch(words):
        return None
    parts = re.findall(_PART, words)
    lengths = ((parse_count(count) + 0.5 * bool(half)) * UNITS[unit] for count, unit, half in parts)
    return sum(lengths, timedelta())


def duration_text(length: timedelta) -> str:
    """Return a length as `parse_duration` reads it, to the second: `1d12h`, `90s` as `1m30s`."""
    rest, parts = int(length.total_seconds()), ""
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, seconds)
        parts += f"{count}{unit}" if count else ""
    return parts or "0s"


def span_in_words(text: str) -> str | None:
    """Return what stands behind "in the last" for a length that somebody typed; None for anything else.

    `1hour` and `an hour` are `hour`; `24h` and `90m` stay what they are, and so does `24 hours` as `24h`.
    """
    span = parse_duration(text)
    if span is None:
        return None
    found = _ONE_PART.fullmatch(" ".join(text.lower().split()))
    count = parse_count(found[1]) if found else 0.0
    if found and count.is_integer():
        short, word = next(names for names in _NAMES if UNITS[names[0]] == UNITS[found[2]])
        return word if count == 1 else f"{count:.0f}{short}"
    return " ".join(re.findall(r"\d+[a-z]", duration_text(span)))


def window_text(window: timedelta) -> str:
    """Return a window as people write it, in days where it comes out even: `7d`, `36h`."""
    hours = round(window / _HOUR)
    return f"{hours // 24}d" if hours % 24 == 0 and hours > 24 else f"{hours}h"


EXPECTED: Final = (
    f"whole hours, days or weeks from `{window_text(SHORTEST_WINDOW)}` to `{window_text(LONGEST_WINDOW)}`, "
    "such as `24h` or `7d`"
)


def read_window(text: str) -> timedelta:
    """Return the window that a text is; several parts, as in `1d 12h`, add up.

    Raises:
        QueryError: it is none, or out of bounds; it names the whole text.
    """
    word = text.strip().lower()
    try:
        window = parse_duration(f"1{word}" if word in UNITS else word)
    except OverflowError:
        window = timedelta.max
    if window is None or window % _HOUR:
        # a lone number counts hours
        close = timedelta(hours=int(word)) if re.fullmatch(r"[0-9]{1,5}", word) else window
        nearest = None if close is None else _within(round(close / _HOUR) * _HOUR)
        raise QueryError(text, "is no window I know", expected=EXPECTED, nearest=nearest)
    if not SHORTEST_WINDOW <= window <= LONGEST_WINDOW:
        problem = "is too short a window" if window < SHORTEST_WINDOW else "is too long a window"
        raise QueryError(text, problem, expected=EXPECTED, nearest=_within(window))
    return window


def _within(window: timedelta) -> str:
    return window_text(min(max(window, SHORTEST_WINDOW), LONGEST_WINDOW))
