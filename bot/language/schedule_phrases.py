"""Five cron fields in words: `weekdays at 09:00 and 17:00`, `every 2h from 09:00 to 17:00 on mondays`.

These words read back as the same fields. Fields without such words stay as they are.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

WEEKDAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
"""As cron counts them."""
ORDINALS: Final = {"#1": "first", "#2": "second", "#3": "third", "#4": "fourth", "L": "last"}
LAST_DAY_IN_ALL_MONTHS: Final = 28
HOUR: Final = 60
DAY: Final = 24 * HOUR

_MOST_TIMES: Final = 4
"""The most times of day that are listed; more are written as an interval."""
_MOST_DAYS: Final = 4


def cron_in_words(cron: str) -> str:
    """Return cron fields, in the form of `cron.canonical`, in words that read back as the same fields."""
    minute, hour, day, month, weekday = cron.split()
    if month != "*" or "*" not in (day, weekday):
        return f"cron {cron}"
    days = _days_of_month(day) if weekday == "*" else _weekdays(weekday)
    times = sorted(h * HOUR + m for h in _numbers(hour, 24) for m in _numbers(minute, HOUR))
    if days is None:
        return f"cron {cron}"
    if how_often := _interval(minute, hour, times):
        return how_often if days == "daily" else _on_days(how_often, days)
    if len(times) <= _MOST_TIMES:
        return f"{days} at {join_words([clock_text(time) for time in times])}"
    return f"cron {cron}"


def join_words(words: Sequence[str]) -> str:
    """Return `a`, `a and b`, or `a, b and c`."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def clock_text(minutes: int) -> str:
    """Return a time of day, which is given in minutes from midnight, as `09:00`."""
    return f"{minutes // HOUR % 24:02}:{minutes % HOUR:02}"


def interval_text(minutes: int) -> str:
    """Return `30m`, `4h` or `1h30m`."""
    hours, left = divmod(minutes, HOUR)
    return f"{f'{hours}h' if hours else ''}{f'{left}m' if left or not hours else ''}"


def _on_days(how_often: str, days: str) -> str:
    return f"{days}, {how_often}" if days.startswith("monthly") else f"{how_often} on {days}"


def _interval(minute: str, hour: str, times: Sequence[int]) -> str | None:
    """Return how often the times come, if the stretches between them are alike."""
    if hour == "*" and _is_even(minute, HOUR):
        return f"every {minute[2:]}m"
    if hour == "*" or _is_even(hour, 24):
        often = "hourly" if hour == "*" else f"every {hour[2:]}h"
        minutes = [f":{number:02}" for number in _numbers(minute, HOUR)]
        return often if minutes == [":00"] else f"{often} at {join_words(minutes)}"
    steps = {second - first for first, second in pairwise(times)}
    if len(steps) != 1 or len(times) <= _MOST_TIMES:
        return None
    (step,) = steps
    often = "hourly" if step == HOUR else f"every {interval_text(step)}"
    return f"{often} from {clock_text(times[0])} to {clock_text(times[-1])}"


def _is_even(field: str, whole: int) -> bool:
    """Return whether a field is a step that comes out even."""
    return field.startswith("*/") and whole % int(field[2:]) == 0


def _days_of_month(day: str) -> str | None:
    special = {"*": "daily", "L": "monthly on the last day", "LW": "monthly on the last weekday"}
    if day in special:
        return special[day]
    if not day.replace(",", "").replace("-", "").isdigit():
        return None
    days = _numbers(day, 0)
    if len(days) > _MOST_DAYS or days[-1] > LAST_DAY_IN_ALL_MONTHS:
        return None
    return f"monthly on day{'s' if len(days) > 1 else ''} {join_words([str(number) for number in days])}"


def _weekdays(weekday: str) -> str | None:
    if names := {"1-5": "weekdays", "0,6": "weekends"}.get(weekday):
        return names
    if "#" in weekday or "L" in weekday:
        return _which_weekday(weekday.split(","))
    if weekday.startswith("*"):
        return None
    numbers = sorted(_numbers(weekday, 0), key=lambda number: (number - 1) % 7)  # a week begins on Monday
    if len(numbers) == 1:
        return f"{WEEKDAYS[numbers[0]]}s"
    return ",".join(WEEKDAYS[number][:3] for number in numbers)


def _which_weekday(parts: Collection[str]) -> str | None:
    """Return `first and third monday`; None for more than one day of the week."""
    which = [ordinal for suffix, ordinal in ORDINALS.items() if any(part[1:] == suffix for part in parts)]
    if len({part[0] for part in parts}) > 1 or len(which) != len(parts):
        return None
    return f"{join_words(which)} {WEEKDAYS[int(next(iter(parts))[0])]}"


def _numbers(field: str, whole: int) -> tuple[int, ...]:
    """Return the numbers in `*`, `*/5` or `1-3,5`, in order; a star means all from 0 to below `whole`."""
    if field.startswith("*"):
        return tuple(range(0, whole, int(field[2:] or 1)))
    found: list[int] = []
    for part in field.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return tuple(sorted(found))
