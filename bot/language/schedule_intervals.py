"""The intervals of a schedule: `hourly`, `every 2h`, `every 30 minutes at :15`.

A digest has five cron fields, so an interval has to divide an hour or, in whole hours, a day.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.language.cron_words import SHORTEST
from bot.language.durations import UNITS, parse_duration
from bot.language.errors import QueryError, one_of
from bot.language.schedule_phrases import DAY, HOUR, clock_text
from bot.language.schedule_times import AND, NUMBERS
from bot.language.schedule_weekdays import EACH
from bot.language.tokens import Token
from bot.language.word_stream import Words, wrong

INTERVALS: Final = {
    # minutes that divide an hour, and hours that divide a day: each day has the same times
    15: "every 15m", 20: "every 20m", 30: "every 30m", 60: "every 1h", 120: "every 2h", 180: "every 3h",
    240: "every 4h", 360: "every 6h", 480: "every 8h", 720: "every 12h",
}  # fmt: skip
ALL_INTERVALS: Final = tuple(INTERVALS.values())

_PAST_WORDS: Final = ("past", "past the hour", "minutes past", "minutes past the hour")
_PAST: Final = re.compile(r":(\d{2})")
_COUNTS: Final = {**NUMBERS, "a": 1, "an": 1, "fifteen": 15, "twenty": 20, "thirty": 30}
_EACH_OF: Final = {"other": 2, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "sixth": 6}
"""Which hour of several: `every other hour`."""
_ONE_OF_DAYS: Final = (timedelta(days=1), timedelta(weeks=1))
"""`every day` and `every week`, which are days."""
_HOURS: Final = ("hour", "hours", "h", "hr", "hrs")
_FIXED: Final = {
    **dict.fromkeys(("hourly", "every hour", "each hour", "once an hour"), 60),
    **dict.fromkeys(("half-hourly", "half hourly", "every half hour", "every half an hour"), 30),
    **dict.fromkeys(("every quarter hour", "every quarter of an hour"), 15),
}


def take_interval(words: Words) -> tuple[int, tuple[Token, ...]] | None:
    """Take `hourly`, `every 4h`, `every 30 minutes`, `every other hour`.

    Returns:
        Minutes, and the words.

    Raises:
        QueryError: it is an interval that comes at no fixed times of each day, or too often.
    """
    ahead = words.copy()
    minutes = _FIXED.get(ahead.take_phrase(_FIXED) or "")
    if minutes is None and ahead.take_phrase(EACH):
        minutes = _take_length(ahead)
    if minutes is None:
        return None
    return minutes, words.follow(ahead)


def _take_length(words: Words) -> int | None:
    """Take `4h`, `30 minutes`, `two hours`, `minute`; return minutes."""
    ahead = words.copy()
    if not ahead.word():
        return None
    first = ahead.word()
    ahead.take()
    if first in _EACH_OF:
        text = f"{_EACH_OF[first]}h" if ahead.take_phrase(_HOURS) else ""
    elif first in _COUNTS or first.isdigit():
        text = f"{_COUNTS.get(first, first)}{ahead.take_phrase(UNITS) or '?'}"
    else:
        text = f"1{first}" if first in UNITS else first
    try:
        length = parse_duration(text)
    except OverflowError:
        length = timedelta.max
    if length is None or length % timedelta(minutes=1) or length in _ONE_OF_DAYS:
        return None
    words.follow(ahead)
    return length // timedelta(minutes=1)


def take_past(words: Words) -> list[int] | None:
    """Take the minutes of each hour: `at :30`, `at :00 and :30`, `at minute 15`, `on the hour`."""
    if words.take_phrase(("on the hour", "sharp")):
        return [0]
    ahead = words.copy()
    ahead.take_phrase(("at", "@"))
    if ahead.take_phrase(("half past",)):
        words.follow(ahead)
        return [30]
    found: list[int] = []
    if (
        re.fullmatch(r"\d{1,2}", ahead.word())
        and (further := ahead.copy()).take()
        and further.take_phrase(_PAST_WORDS)
    ):
        found = [int(ahead.word())]
        words.follow(further)
        return found if found[0] < HOUR else None
    if ahead.take_phrase(("minute",)) and re.fullmatch(r"\d{1,2}", ahead.word()):
        found = [int(ahead.word())]
        ahead.take()
        words.follow(ahead)
    while past := _PAST.fullmatch(ahead.word()):
        found.append(int(past[1]))
        ahead.take()
        words.follow(ahead)
        ahead.pass_over(*AND)
    return found if found and max(found) < HOUR else None


def interval_times(
    interval: int, said: Sequence[Token], past: Sequence[int], bounds: tuple[int, int] | None
) -> set[int]:
    """Return the times of an interval.

    Args:
        interval: minutes.
        said: the words for it.
        past: the minutes of each hour that are named; none for full hours.
        bounds: the first and the last time of a day; None for all day.

    Raises:
        QueryError: it does not come at the same times of each day, or too often.
    """
    if interval not in INTERVALS and (bounds is None or interval < SHORTEST or interval >= DAY):
        raise _interval_error(said, interval)
    first, last = bounds or (0, DAY - 1)
    if past and (bounds or interval % HOUR):
        raise wrong(said, "has minutes of its own already", expected="one of the two")
    times = range(first, last + 1, interval) if first <= last else ()
    if not times or (bounds and times[-1] != last):
        problem = f"does not fit between {clock_text(first)} and {clock_text(last)}"
        raise wrong(
            said, problem, expected="a first and a last time of the same day, an interval apart or several"
        )
    return {time + minute for time in times for minute in (past or (0,))}


def _interval_error(said: Sequence[Token], minutes: int) -> QueryError:
    expected = one_of(ALL_INTERVALS)
    close: str | None = INTERVALS[min(INTERVALS, key=lambda choice: abs(choice - minutes))]
    if minutes < SHORTEST:
        problem = f"is more often than every {SHORTEST} minutes"
    elif minutes < DAY:
        problem = "divides neither an hour nor, in whole hours, a day"
    else:
        problem = "is too long to be counted by the clock"
        expected += ", or days such as `daily 09:00` and `mondays 09:00`"
        close = "daily 00:00" if minutes == DAY else None
    return wrong(said, problem, expected=expected, nearest=close)
