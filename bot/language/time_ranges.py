"""Stretches of time in words: `last 2 hours`, `yesterday`, `between 2am and 4am`, `since monday until noon`.

* A day, a part of one or a period by itself is all of it: `yesterday` begins and ends. One that goes on, as
  `today` and `this week` do, has no end.
* A length by itself, as `2h`, is the time since then.
* A moment by itself, as `9am`, is no stretch: nobody said whether what is before or after it is meant.
* A clock that is earlier than the one before it is that of the next day: `yesterday 11pm to 2am`.
* `to`, `and` and a dash include the day behind them; `until` and `before` end where it begins, as `until:`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Final

from bot.language.time_pieces import DayBefore, Period
from bot.language.time_words import longest_time, may_begin_time, read_words
from bot.language.written_times import Ago, WrittenTime

_SINCE: Final = ("since", "after", "from")
_UNTIL: Final = ("until", "till", "before")
_DASHES: Final = ("-", "\N{EN DASH}", "\N{EM DASH}")
_JOINS: Final = {"between": ("and", *_DASHES), "from": ("to", *_UNTIL, *_DASHES), "": ("to", *_DASHES)}
_OPENINGS: Final = frozenset({*_JOINS, *_SINCE, *_UNTIL})
_HALF: Final = re.compile(r"(\d{1,2})(?::\d\d)? ?([ap]\.?m\.?)", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,2}", re.ASCII)
_CLOCKS_IN_ONE_WORD: Final = re.compile(
    r"(\d[\d:]*(?:[ap]m)?)[-\N{EN DASH}\N{EM DASH}](\d[\d:]*(?:[ap]m)?)", re.ASCII
)
_LONGEST_SIDE: Final = 8  # words
_MOST_WORDS: Final = 30
"""Of a stretch: a day, two sides of which the second is as long as any time, and two words between them."""
_HOUR: Final = re.compile(r"1?\d|2[0-3]", re.ASCII)
_NOON: Final = time(12)
_DAYS_AFTER: Final = {0: "tomorrow", 1: "today", 2: "yesterday"}
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A stretch of time, as words that `times.read` takes.

    Attributes:
        since: when it begins; None means that it has no beginning.
        until: when it ends; None means that it has no end. Where there is a beginning, the end is to be read
            as the one `after` it.
    """

    since: str | None = None
    until: str | None = None


def take_range(words: Sequence[str]) -> tuple[TimeRange, int] | None:
    """Return the stretch of time that some words begin with, and how many of the words it is.

    Of `between 2am and 4am errored` it is five. None means that they begin with none; what they do begin
    with may still be a time, see `times.longest_time`.
    """
    if not words or not (words[0].lower() in _OPENINGS or may_begin_time(words[0])):
        return None
    return _take_range(tuple(word.lower() for word in words[:_MOST_WORDS]))


@lru_cache(maxsize=256)  # each form of a command that may begin with a stretch asks for the same words
def _take_range(folded: tuple[str, ...]) -> tuple[TimeRange, int] | None:
    return _two_sided(folded) or _one_sided(folded) or _in_one_word(folded) or _whole(folded)


def _two_sided(words: Sequence[str]) -> tuple[TimeRange, int] | None:
    """Read `between A and B`, `from A to B`, `A - B`; a day may stand before it, or behind B."""
    for skipped in range(min(len(words), _LONGEST_SIDE)):
        opening = words[skipped]
        if skipped and opening not in _JOINS:
            continue
        day = " ".join(words[:skipped])
        if skipped and not _is_day(day):
            continue
        first = skipped + (opening in _JOINS)
        joins = _JOINS.get(opening, _JOINS[""])
        for place in range(first + 1, min(len(words), first + 1 + _LONGEST_SIDE)):
            if words[place] not in joins:
                continue
            behind = words[place + 1 :]
            count = longest_time(behind) or bool(skipped and behind and _HOUR.fullmatch(behind[0]))
            if count:
                second = " ".join(words[place + 1 : place + 1 + count])
                found = _join(day, " ".join(words[first:place]), second, includes=words[place] not in _UNTIL)
                if found:
                    return found, place + 1 + count
    return None


def _join(day: str, first: str, second: str, *, includes: bool) -> TimeRange | None:
    """Return the stretch between two times; what only one of them says of day and zone holds for both."""
    if day and _HOUR.fullmatch(first) and _HOUR.fullmatch(second):
        first, second = f"{first}:00", f"{second}:00"  # yesterday between 10 and 12
    half = _HALF.match(second)
    if half and _NUMBER.fullmatch(first) and int(first) < int(half[1]) <= 12:
        first += half[2]  # between 2 and 4am
    start, end = _read_time(f"{day} {first}".strip()), _read_time(f"{day} {second}".strip())
    if start is None or end is None:
        return None
    alone = _read_time(second)
    if alone and alone.clock and not _has_day(alone) and _is_over_midnight(start, alone):
        end = _read_time(f"{_day_after(start)} {second}")
        if end is None:
            return None
    if start.clock and end.clock:
        whole = _read_time(_complete(start, end)), _read_time(_complete(end, start))
        if whole[0] is None or whole[1] is None or _is_backwards(whole[0], whole[1]):
            return None
        start, end = whole[0], whole[1]
    return TimeRange(start.text, f"end of {end.text}" if includes and end.has_end else end.text)


def _complete(time: WrittenTime, other: WrittenTime) -> str:
    """Return a time with the day and the zone of another, where it has none itself."""
    day = "" if _has_day(time) else _without_clock(other)
    zone = "" if time.zones else " ".join(other.zones)
    return " ".join(f"{day} {time.text} {zone}".split())


def _is_backwards(start: WrittenTime, end: WrittenTime) -> bool:
    """Return whether a stretch of one day would end before it starts: it ends on a day that nobody said."""
    if not (start.clock and end.clock and _has_day(start)):
        return False
    return start.clock >= end.clock and (start.day, start.weekday) == (end.day, end.weekday)


def _is_over_midnight(start: WrittenTime, end: WrittenTime) -> bool:
    """Return whether a clock is that of the day after a moment: `between yesterday 11pm and 2am`."""
    is_at_night = start.clock is not None and end.clock is not None and end.clock < _NOON <= start.clock
    return is_at_night and _has_day(start) and not start.zones and _day_after(start) is not None


def _day_after(start: WrittenTime) -> str | None:
    """Return the words for the day after that of a time; None where only a calendar tells it."""
    if isinstance(start.day, DayBefore):
        return _DAYS_AFTER.get(start.day.days)
    if start.weekday is not None and start.day is None:
        return _WEEKDAYS[(start.weekday.number + 1) % 7]
    if isinstance(start.day, tuple) and len(set(start.day)) == 1 and start.day[0].year is not None:
        try:
            return (date(start.day[0].year, start.day[0].month, start.day[0].day) + timedelta(1)).isoformat()
        except (ValueError, OverflowError):
            return None
    return None


def _one_sided(words: Sequence[str]) -> tuple[TimeRange, int] | None:
    """Read `since A`, `until B`, and `since A until B`."""
    if not words or words[0] not in (*_SINCE, *_UNTIL):
        return None
    count = longest_time(words[1:])
    if not count:
        return None
    said, taken = " ".join(words[1 : 1 + count]), 1 + count
    if words[0] in _UNTIL:
        return TimeRange(until=said), taken
    behind = words[taken:]
    if behind and behind[0] in _UNTIL and (more := longest_time(behind[1:])):
        return TimeRange(said, " ".join(behind[1 : 1 + more])), taken + 1 + more
    return TimeRange(since=said), taken


def _in_one_word(words: Sequence[str]) -> tuple[TimeRange, int] | None:
    """Read `2am-4am`, which is no time by itself; two days in this form are rather a name."""
    found = _CLOCKS_IN_ONE_WORD.fullmatch(words[0]) if words else None
    stretch = _join("", found[1], found[2], includes=True) if found else None
    return (stretch, 1) if stretch else None


def _whole(words: Sequence[str]) -> tuple[TimeRange, int] | None:
    """Read `yesterday`, `this week`, `last 2 hours`."""
    count = longest_time(words)
    said = " ".join(words[:count])
    written = _read_time(said)
    if written is None or written.ends or said == "now":
        return None
    if isinstance(written.day, Ago):
        return TimeRange(said), count
    if not written.has_end:
        return None
    return TimeRange(said, None if _goes_on(written) else f"end of {said}"), count


def _goes_on(written: WrittenTime) -> bool:
    day = written.day
    if isinstance(day, Period):
        return day.back == 0
    return isinstance(day, DayBefore) and day.days <= 0 and written.part is None


def _is_day(text: str) -> bool:
    written = _read_time(text)
    return written is not None and written.has_end and not isinstance(written.day, Period)


def _has_day(written: WrittenTime) -> bool:
    return written.day is not None or written.weekday is not None


def _without_clock(written: WrittenTime) -> str:
    """Return the words for the day alone."""
    text = written.text
    for place in sorted(
        (written.places[kind] for kind in ("clock", "zone") if kind in written.places), reverse=True
    ):
        text = f"{text[: place[0]]} {text[place[1] :]}"
    return " ".join(text.replace(",", " ").split())


def _read_time(text: str) -> WrittenTime | None:
    try:
        return read_words(text)
    except OverflowError:
        return None
