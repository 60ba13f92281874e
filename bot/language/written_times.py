"""What the words of a time say, before a clock is looked at.

Every word must be part of something that is known, nothing may be said twice, and the pieces must go
together: of `yesterday 25:00`, no part is believed. The words are in lower case, one space between them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from bot.language.durations import COUNT, UNITS, parse_count, parse_duration
from bot.language.time_pieces import CalendarDate, DayBefore, Found, PartOfDay, Period, Weekday, find_pieces

_LAST: Final = re.compile(r"(?:(?:in|within|over|during|for) )?(?:the )?(last|past|previous) ")
_MONTHS_AGO: Final = re.compile(rf"({COUNT})(month|year)s?")
_EPOCH: Final = re.compile(r"(\d{10}|\d{13}|\d{16}|\d{19})(?:\.(\d{1,9}))?", re.ASCII)
_EDGE: Final = re.compile(r"(?:the )?(start|beginning|end) of (?:the )?")


@dataclass(frozen=True, slots=True)
class Ago:
    """So long before now, `words` for short."""

    words: str
    length: timedelta = timedelta()
    months: int = 0


@dataclass(frozen=True, slots=True)
class WrittenTime:
    """What the words of a time say.

    Attributes:
        text: the words.
        day: which day it is, or which moment altogether; several dates where the words do not say what is
            the day and what the month, the one with the day first before the other.
        weekday: which day it is; beside a date, which day that must be.
        part: the part of the day; with a clock, the part that the clock must be in.
        clock: the time of day.
        ends: the end of the day, part or period is meant, not its start.
        midnight: the clock was called so: whether of the day's start or of its end, is not said.
        or_clock: the time of day that the words can mean in place of the day, as `10.11` can.
        zones: the zones, as they were typed.
        places: where in the text the date, the clock and the first zone stand.
    """

    text: str
    day: Ago | datetime | DayBefore | Period | tuple[CalendarDate, ...] | None = None
    weekday: Weekday | None = None
    part: PartOfDay | None = None
    clock: time | None = None
    ends: bool = False
    midnight: bool = False
    or_clock: time | None = None
    zones: tuple[str, ...] = ()
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def is_exact(self) -> bool:
        """Return whether it means the same moment to everybody."""
        if isinstance(self.day, Ago):
            return not self.day.months
        if isinstance(self.day, tuple) and len(set(self.day)) > 1:
            return False  # whose day comes first depends on the asker
        return isinstance(self.day, datetime) or bool(self.zones)

    @property
    def has_end(self) -> bool:
        """Return whether it is a day, a part of one or a period, which begins and ends."""
        has_day = self.weekday is not None or isinstance(self.day, tuple | DayBefore | Period)
        return has_day and self.clock is None and self.or_clock is None

    @property
    def recurs(self) -> timedelta:
        """Return after how long the words mean another moment: of a clock a day, of a weekday a week."""
        if self.day is not None:
            return timedelta()
        return timedelta(days=7) if self.weekday else timedelta(days=1)


def parse(words: str) -> WrittenTime | None:
    """Return what the words of a time say; None if they are no time.

    Raises:
        OverflowError: a length is longer than any calendar.
    """
    if words == "now":
        return WrittenTime(words, day=Ago("now"))
    moment = _epoch(words) or _ago(words)
    if moment is not None:
        return WrittenTime(words, day=moment)
    edge = _EDGE.match(words)
    found = find_pieces(words, edge.end() if edge else 0)
    written = _together(words, found) if found else None
    if written is None or edge is None:
        return written
    return replace(written, ends=edge[1] == "end") if written.has_end else None


def _epoch(words: str) -> datetime | None:
    """Read seconds, milli-, micro- or nanoseconds since 1970, which the number of digits tells apart."""
    found = _EPOCH.fullmatch(words)
    if found is None:
        return None
    microseconds = f"{found[1]}{found[2] or ''}".ljust(16, "0")[:16]
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(microseconds))


def _ago(words: str) -> Ago | None:
    """Read `2h`, `90 min ago`, `last 2 hours`, `past week`; `last week` is one of the calendar's."""
    rolling = _LAST.match(words)
    said = words[rolling.end() :] if rolling else words.removesuffix("ago").rstrip()
    if rolling and said in (*UNITS, "month", "year"):
        if rolling[1] != "past" and said in ("week", "month", "year"):
            return None
        said = f"1 {said}"
    if found := _MONTHS_AGO.fullmatch(said):
        months = parse_count(found[1]) * (12 if found[2] == "year" else 1)
        text = f"{months:.0f} month{'s' if months != 1 else ''} ago"
        return None if months % 1 else Ago(text, months=int(months))
    length = parse_duration(said)
    return None if length is None else Ago(said, length)


def _together(words: str, found: Found) -> WrittenTime | None:
    """Return what some pieces say together, if they go together."""
    pieces = dict(found.pieces)
    if not (_settle_pair(pieces) and _add_year(pieces)):
        return None
    dates = pieces.pop("date", None)
    if dates and "day" in pieces:
        return None
    day = tuple(dict.fromkeys(dates)) if dates else pieces.get("day")
    written = WrittenTime(words, **{**pieces, "day": day}, zones=found.zones, places=found.places)
    return written if _go_together(written) else None


def _go_together(written: WrittenTime) -> bool:
    day, part, clock = written.day, written.part, written.clock
    if isinstance(day, Period) and (written.weekday or part or clock):
        return False
    if isinstance(day, DayBefore) and written.weekday:
        return False
    if day is None and written.weekday is None:
        return clock is not None and part is None
    if part is None or clock is None:
        return True
    return part.first <= clock.hour < part.end or clock.hour + 24 < part.end


def _add_year(pieces: dict[str, Any]) -> bool:
    """Add a year that stands behind the clock to the date, which must lack it then."""
    if "year" not in pieces:
        return True
    year, dates = pieces.pop("year"), pieces.get("date", ())
    if not dates or "clock" not in pieces or any(date.year for date in dates):
        return False
    pieces["date"] = tuple(replace(date, year=year) for date in dates)
    return True


def _settle_pair(pieces: dict[str, Any]) -> bool:
    """Read `10.11` as the clock that a day lacks, or as the date that a clock lacks; by itself, as either."""
    if "pair" not in pieces:
        return True
    first, second = pieces.pop("pair")
    clock = time(int(first), int(second)) if int(first) < 24 and re.fullmatch("[0-5][0-9]", second) else None
    date = (CalendarDate(None, int(second), int(first)),) if int(first) <= 31 and int(second) <= 12 else None
    if any(kind in pieces for kind in ("date", "day", "weekday")):
        date = None
    if "clock" in pieces:
        clock = None
    if date:
        pieces["date"] = date
    if clock:
        pieces["or_clock" if date else "clock"] = clock
    return bool(date or clock)
