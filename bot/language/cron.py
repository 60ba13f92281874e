"""Five cron fields: whether they can be read, how they are stored, and what they mean on a wall clock.

The calendar is cronsim's. It is asked about wall-clock times without a zone: zones are `schedule`'s matter.
"""

import re
from bisect import bisect
from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Final

from cronsim import CronSim, CronSimError

_ANY_WALL: Final = datetime(2024, 1, 1)  # noqa: DTZ001 - a wall clock, wherever it hangs
_LAST_SECOND: Final = time(23, 59, 59)
_HOURS: Final = range(24)
_MINUTES: Final = range(60)
_MONTHS: Final = range(1, 13)
_DAYS: Final = range(1, 32)
_WEEKDAYS: Final = range(7)


class NeverComes(Exception):
    """Fields that can be read one by one, and together mean no day."""


@dataclass(frozen=True, slots=True)
class Field:
    """One of the five.

    Attributes:
        name: what it counts.
        expected: what may stand in it.
        width: how many numbers it has.
    """

    name: str
    expected: str
    width: int


FIELDS: Final = (
    Field("minute", "`*`, or minutes from 0 to 59", 60),
    Field("hour", "`*`, or hours from 0 to 23", 24),
    Field("day of the month", "`*`, days from 1 to 31, or `L` for the last one", 31),
    Field("month", "`*`, months from 1 to 12, or `jan` to `dec`", 12),
    Field("day of the week", "`*`, days from 0 to 7, `sun` to `sat`, or `mon#1` for the first Monday", 7),
)


def is_field(place: int, text: str) -> bool:
    """Return whether a text may stand in the field at a place, counted from 0."""
    fields = ["*"] * len(FIELDS)
    fields[place] = text
    try:
        CronSim(" ".join(fields), _ANY_WALL)
    except (CronSimError, ValueError):  # the latter for more digits than Python turns into a number
        return False
    return len(text.split()) == 1


def canonical(fields: Sequence[str]) -> str:
    """Return readable fields in the form that is stored, in whichever usual spelling they are.

    `00 09 * * MON-FRI` and `0 9 * * 1,2,3,4,5` are both `0 9 * * 1-5`.

    Raises:
        NeverComes: no calendar has such a day.
    """
    try:
        calendar = CronSim(" ".join(fields), _ANY_WALL)
    except CronSimError as error:
        raise NeverComes from error
    day, weekday = _day_fields(fields[2], fields[4], calendar)
    parts = (
        _stepped(calendar.minutes, _MINUTES),
        _stepped(calendar.hours, _HOURS),
        day,
        _stepped(calendar.months, _MONTHS),
        weekday,
    )
    if next(calendar, None) is None:
        raise NeverComes
    return " ".join(parts)


def walls_after(cron: str, wall: datetime) -> Iterator[datetime]:
    """Yield the wall-clock times that a cron form names, later than a given one; all without a zone."""
    calendar, times = _calendar(cron)
    day = wall.date()
    if day.month in calendar.months and calendar.match_day(day):
        for at in times[bisect(times, wall.time()) :]:
            yield datetime.combine(day, at)
    days = copy(calendar)
    days.dt = datetime.combine(day, _LAST_SECOND)
    for first in days:
        for at in times:
            yield datetime.combine(first, at)
        days.dt = datetime.combine(first, _LAST_SECOND)  # the calendar goes on from there


@lru_cache(maxsize=256)
def _calendar(cron: str) -> tuple[CronSim, tuple[time, ...]]:
    """Read a cron form: its days, and the times of each of them, which cronsim looks for minute by minute."""
    calendar = CronSim(cron, _ANY_WALL)
    return calendar, tuple(
        time(hour, minute) for hour in sorted(calendar.hours) for minute in sorted(calendar.minutes)
    )


def comes(cron: str) -> bool:
    """Return whether a text is five fields that name any time at all."""
    try:
        return len(cron.split()) == len(FIELDS) and next(CronSim(cron, _ANY_WALL), None) is not None
    except (CronSimError, ValueError):
        return False


def names_every_hour(cron: str) -> bool:
    """Return whether it goes by the minute alone, as `*/30 * * * *` does."""
    return cron.split()[1] == "*"


def closest(cron: str) -> tuple[int, int]:
    """Return the two times of day, in minutes from midnight, that are closest to each other.

    The second may be tomorrow's, even where no two days in a row are named.
    """
    calendar = CronSim(cron, _ANY_WALL)
    times = sorted(60 * hour + minute for hour in calendar.hours for minute in calendar.minutes)
    return min(pairwise([*times, times[0] + 24 * 60]), key=lambda pair: pair[1] - pair[0])


def _day_fields(day: str, weekday: str, calendar: CronSim) -> tuple[str, str]:
    """Return both fields of days: cron wants either to match, but both if one begins with a star."""
    days = _compact(calendar.days, _DAYS)
    weekdays = _compact({_sunday_is_0(item) for item in calendar.weekdays}, _WEEKDAYS)
    if "*" not in (days, weekdays):
        return _starred(day, days), _starred(weekday, weekdays)
    if not (day.startswith("*") or weekday.startswith("*")):
        return "*", "*"
    return _stepped(calendar.days, _DAYS), weekdays


def _starred(typed: str, written: str) -> str:
    """Return a field of days as it was typed where its star has a meaning, else as we write it."""
    return re.sub(r"0+(?=\d)", "", typed.upper()) if typed.startswith("*") else written


def _sunday_is_0(item: int | tuple[int, int]) -> int | tuple[int, int]:
    return item % 7 if isinstance(item, int) else (item[0] % 7, item[1])


def _stepped(values: Collection[int], every: range) -> str:
    """Return a star with a step where that leaves nothing out, else the same as `_compact`."""
    numbers = sorted(values)
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 0
    stepped = every[::step] if step > 1 else ()
    if numbers == list(stepped) and (len(every) % step == 0 or len(stepped) > 2):
        return f"*/{step}"
    return _compact(values, every)


def _compact(values: Collection[int | tuple[int, int]], every: range) -> str:
    """Return a star if nothing is left out, else ranges, and what cronsim knows beside numbers."""
    numbers = sorted(value for value in values if isinstance(value, int) and value in every)
    if len(numbers) == len(every):
        return "*"
    return ",".join([*_ranges(numbers), *sorted(_special(value) for value in values if value not in every)])


def _ranges(numbers: Iterable[int]) -> Iterator[str]:
    for _, run in groupby(enumerate(numbers), key=lambda place: place[1] - place[0]):
        first, *rest = (number for _, number in run)
        if len(rest) > 1:
            yield f"{first}-{rest[-1]}"
        else:
            yield from map(str, (first, *rest))


def _special(value: int | tuple[int, int]) -> str:
    """Return `L` or `LW` among days, `1#2` or `1L` among weekdays."""
    if isinstance(value, int):
        return "L" if value == CronSim.LAST else "LW"
    weekday, which = value
    return f"{weekday}L" if which == CronSim.LAST else f"{weekday}#{which}"
