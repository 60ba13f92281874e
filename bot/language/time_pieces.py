"""The pieces that times are written with: dates, days, clocks and zones, in all their spellings.

A text is read from its start to its end. Each piece is the first form that fits, and nothing is passed over
but a comma, so that a word that is no part of any form leaves no pieces at all.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, Final

from bot.language.durations import COUNT, parse_count
from bot.language.zones import longest_zone, parse_offset

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS_BEFORE: Final = {"tomorrow": -1, "today": 0, "yesterday": 1, "day before yesterday": 2}


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """A day of a calendar; a year that is not said is None. The numbers need not make a day."""

    year: int | None
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class DayBefore:
    """The day so many days before today."""

    days: int


@dataclass(frozen=True, slots=True)
class Weekday:
    """The last such day, 0 for Monday; or the last one before today."""

    number: int
    before_today: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """A week, month or year by the calendar, so many before this one."""

    unit: str
    back: int


@dataclass(frozen=True, slots=True)
class PartOfDay:
    """When a part of a day starts and ends, and the first hour that is called so, in hours of that day."""

    start: int
    end: int
    first: int


_PARTS_OF_DAY: Final = {
    "morning": PartOfDay(6, 12, first=0),
    "afternoon": PartOfDay(12, 18, first=12),
    "evening": PartOfDay(18, 24, first=17),
    "night": PartOfDay(18, 30, first=18),  # until 6 on the next day
}

Pieces = Mapping[str, Any]
"""What a text says, by kind: `date` (one or two `CalendarDate`), `day` (`DayBefore` or `Period`), `weekday`,
`part`, `clock` (`time`), `midnight`, `pair` (the numbers of `10.11`), `year`."""


@dataclass(frozen=True, slots=True)
class Found:
    """The pieces of a text.

    Attributes:
        pieces: what it says, by kind.
        zones: the zones, as they were typed.
        places: where the date, the clock and the first zone stand.
    """

    pieces: Pieces
    zones: tuple[str, ...]
    places: Mapping[str, tuple[int, int]]


def find_pieces(words: str, start: int = 0) -> Found | None:
    """Return the pieces of a text from a place on; None if something in it is none, or is said twice.

    Args:
        words: in lower case, with one space between them.
        start: where to begin; what stands before it is only looked back at.
    """
    pieces: dict[str, Any] = {}
    places: dict[str, tuple[int, int]] = {}
    zones: list[str] = []
    at = start
    while at < len(words):
        found, more = _next_piece(words, at)
        if pieces.keys() & more.keys():
            return None
        if found is not None:
            pieces |= more
            places |= {kind: found.span("date" if kind == "date" else 0) for kind in more}
            at = found.end()
        elif zones and parse_offset(zones[-1]) is not None and (comment := _ZONE_COMMENT.match(words, at)):
            at = comment.end()
        elif zone := _zone_at(words, at):
            places.setdefault("zone", zone)
            zones.append(words[slice(*zone)])
            at = zone[1]
        else:
            return None
        gap = _GAP.match(words, at)
        at = gap.end() if gap else at
    return Found(pieces, tuple(zones), places)


def _next_piece(words: str, at: int) -> tuple[re.Match[str] | None, Pieces]:
    for form, read in _FORMS:
        if (found := form.match(words, at)) and (pieces := read(found)):
            return found, pieces
    return None, {}


def _zone_at(words: str, at: int) -> tuple[int, int] | None:
    behind = words[at:].removeprefix("in ")
    start = len(words) - len(behind)
    ahead = behind.replace(",", " ,").split(" ")
    count = longest_zone(ahead)
    return (start, start + len(" ".join(ahead[:count]))) if count else None


def _date(found: re.Match[str]) -> Pieces:
    month = found["month"]
    number = _MONTHS.index(month[:3]) + 1 if month.isalpha() else int(month)
    return {"date": (CalendarDate(_year(found["year"]), number, int(found["day"])),)}


def _either_date(found: re.Match[str]) -> Pieces:
    """Read `10/11/2026`, of which the words do not say what is the month: the day may be first or second."""
    first, second, year = int(found["first"]), int(found["second"]), _year(found["year"])
    return {"date": (CalendarDate(year, second, first), CalendarDate(year, first, second))}


def _year(text: str | None) -> int | None:
    if text is None:
        return None
    digits = text.lstrip("'")
    return int(digits) + 2000 if len(digits) == 2 else int(digits)


def _clock(found: re.Match[str]) -> Pieces:
    groups = found.groupdict()
    hour, half = int(groups["hour"]), groups.get("half")
    if not (groups["minute"] or half or groups.get("iso")) or (half and not 1 <= hour <= 12):
        return {}
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    minute, second = int(groups["minute"] or 0), int(groups.get("second") or 0)
    if hour > 23 or minute > 59 or second > 59:
        return {}
    return {"clock": time(hour, minute, second, int((groups.get("part") or "").ljust(6, "0")[:6]))}


def _stamp(found: re.Match[str]) -> Pieces:
    clock = _clock(found)
    return {**_date(found), **clock} if clock else {}


def _part(found: re.Match[str]) -> Pieces:
    part = {"part": _PARTS_OF_DAY["night" if found["tonight"] else found["part"]]}
    if found["which"] or found["tonight"]:
        return {**part, "day": DayBefore(1 if found["which"] == "last" else 0)}
    return part


def _days_ago(found: re.Match[str]) -> Pieces:
    days = parse_count(found["count"]) * (7 if found["unit"].startswith("w") else 1)
    return {} if days % 1 else {"day": DayBefore(int(days))}


def _weekday(found: re.Match[str]) -> Pieces:
    return {"weekday": Weekday(_WEEKDAYS.index(found["name"][:3]), before_today=bool(found["last"]))}


def _period(found: re.Match[str]) -> Pieces:
    back, unit = int(found["which"] in ("last", "previous")), found["unit"]
    if unit == "day":
        return {} if found["which"] else {"day": DayBefore(0)}
    return {"day": Period(unit, back)}


def _form(
    pattern: str, read: Callable[[re.Match[str]], Pieces]
) -> tuple[re.Pattern[str], Callable[[re.Match[str]], Pieces]]:
    return re.compile(pattern, re.ASCII | re.VERBOSE), read


_GAP: Final = re.compile(r"(?<=\d)t(?=\d) | (?<=\d):(?=\d) | ,?[ ]?", re.VERBOSE)
_ZONE_COMMENT: Final = re.compile(r"\((?:[a-z]+ )+time\)")
"""What browsers put behind an offset: `GMT+0100 (Central European Standard Time)`."""

_END: Final = r"(?=$|[ ,])"
_DATE_END: Final = r"(?=$|[ ,]|t\d|:\d\d:)"
_CLOCK_END: Final = r"(?=$|[ ,]|z(?:$|[ ,])|[+-]\d\d)"
_ON: Final = r"(?:on[ ])?(?:the[ ])?"
_AT: Final = r"(?:at[ ]|@[ ]?)?"
_MONTH: Final = r"""(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|
    sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"""
_DAY: Final = r"(?P<day>\d{1,2})"
_NTH: Final = rf"{_DAY}(?:st|nd|rd|th)?"
_SECONDS: Final = r"(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?"
_HALF: Final = r"[ ]?(?P<half>[ap]\.?m\.?)"

_FORMS: Final = (
    _form(  # 20261128T091244
        rf"(?P<date>(?P<year>\d{{4}})(?P<month>\d\d)(?P<day>\d\d))"
        rf"t(?P<hour>\d\d)(?P<minute>\d\d)(?:{_SECONDS})?{_CLOCK_END}",
        _stamp,
    ),
    _form(  # 2026-11-28, 2026/11/28
        rf"{_ON}(?P<date>(?P<year>\d{{4}})(?P<dash>[-/.])(?P<month>\d{{1,2}})(?P=dash){_DAY}){_DATE_END}",
        _date,
    ),
    _form(  # 20261128
        rf"(?P<date>(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)){_END}", _date
    ),
    _form(  # 28 November 2026, 28th of Nov, 28/Nov/2026, 28-Nov-26
        rf"{_ON}(?P<date>{_NTH}[-/. ]?(?:of[ ])?{_MONTH}"
        rf"(?:(?:,[ ]?|[-/ ])(?P<year>\d{{4}}|(?<=[-/])\d\d|'\d\d))?){_DATE_END}",
        _date,
    ),
    _form(  # Nov 28, November 28th, 2026
        rf"{_ON}(?P<date>{_MONTH}[- ](?:the[ ])?{_NTH}(?:(?:,[ ]?|[- ])(?P<year>\d{{4}}|'\d\d))?){_DATE_END}",
        _date,
    ),
    _form(  # 28.11.2026, 28.11.26, 28.11.
        rf"{_ON}(?P<date>{_DAY}\.[ ]?(?P<month>\d{{1,2}})\."
        rf"(?:[ ]?(?P<year>\d{{4}}|(?<=\.)\d\d))?){_DATE_END}",
        _date,
    ),
    _form(  # 11/28/2026, 28/11, 28-11-2026
        rf"{_ON}(?P<date>(?P<first>\d{{1,2}})(?P<dash>[-/])(?P<second>\d{{1,2}})"
        rf"(?:(?P=dash)(?P<year>\d{{4}}|(?<=/)\d\d)|(?<=/\d)|(?<=/\d\d))){_DATE_END}",
        _either_date,
    ),
    _form(rf"{_AT}(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?::{_SECONDS})?(?:{_HALF})?{_CLOCK_END}", _clock),
    _form(rf"{_AT}(?P<hour>\d{{1,2}})(?:\.(?P<minute>\d\d))?{_HALF}{_CLOCK_END}", _clock),
    _form(  # behind a T, as in 2026-11-28T09
        rf"(?<=\dt)(?P<iso>(?P<hour>\d\d)(?:(?P<minute>\d\d)(?:{_SECONDS})?)?){_CLOCK_END}", _clock
    ),
    _form(rf"{_AT}(?:12[ ])?(?:noon|midday){_END}", lambda _: {"clock": time(12)}),
    _form(rf"{_AT}(?:12[ ])?midnight{_END}", lambda _: {"clock": time(0), "midnight": True}),
    _form(
        r"(?P<first>\d{1,2})\.(?P<second>\d{1,2})" + _END,
        lambda found: {"pair": (found["first"], found["second"])},
    ),
    _form(
        rf"(?:the[ ])?(?P<day>day[ ]before[ ]yesterday|today|yesterday|tomorrow){_END}",
        lambda found: {"day": DayBefore(_DAYS_BEFORE[found["day"]])},
    ),
    _form(rf"(?P<count>{COUNT.replace(' ', '[ ]')})(?P<unit>days?|d|weeks?|w)[ ]ago{_END}", _days_ago),
    _form(
        rf"(?:in[ ]the[ ])?(?:(?P<which>this|last)[ ])?"
        rf"(?:(?P<part>morning|afternoon|evening|night)|(?P<tonight>tonight)){_END}",
        _part,
    ),
    _form(
        r"(?:on[ ])?(?:(?P<last>last|previous|past)[ ])?(?P<name>mon(?:day)?|tue(?:s(?:day)?)?|"
        rf"wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\.?{_END}",
        _weekday,
    ),
    _form(
        r"(?:(?<=\bof[ ])|(?<=\bof[ ]the[ ])|(?P<which>this|current|last|previous)[ ])"
        rf"(?P<unit>day|week|month|year){_END}",
        _period,
    ),
    _form(  # behind the clock, as in `Sat Nov 28 09:12:44 UTC 2026`
        r"(?P<year>\d{4})" + _END, lambda found: {"year": int(found["year"])}
    ),
)
