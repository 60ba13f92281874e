"""Schedules as people say them: `weekdays 09:00`, `every 4h`, `first monday 9am`, or five cron fields.

Days come first, then the time, then a zone if it is not one's own. Each refusal names the words.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.language import cron_words, times
from bot.language.clock_words import nearest_time, take_time
from bot.language.cron import canonical
from bot.language.durations import UNITS, parse_duration
from bot.language.errors import QueryError, nearest, one_of, typed
from bot.language.schedule import LAST_DAY_IN_ALL_MONTHS, ORDINALS, WEEKDAYS, Schedule
from bot.language.tokens import Token, split
from bot.language.word_stream import Words, as_typed, wrong
from bot.language.zones import nearest_zone, zone_name

EXPECTED: Final = (
    "a schedule such as `daily 09:00`, `weekdays 09:00`, `mon,thu 14:30`, `first monday 9am`, "
    "`monthly 1 09:00`, `hourly`, `every 4h` or five cron fields"
)
_ZONE: Final = "a zone such as `Europe/Berlin` or `UTC`, or nothing more"
_DAY: Final = "a day such as `mon` or `monday`"
_INTERVALS: Final = {
    # minutes that divide an hour, and hours that divide a day: each day has the same times
    15: "every 15m", 20: "every 20m", 30: "every 30m", 60: "every 1h", 120: "every 2h", 180: "every 3h",
    240: "every 4h", 360: "every 6h", 480: "every 8h", 720: "every 12h",
}  # fmt: skip
_ALL_INTERVALS: Final = tuple(_INTERVALS.values())
_EVERY_DAY: Final = tuple(f"every {name}" for name in ("day", "hour", "weekday", "weekend", *WEEKDAYS))
_MINUTE: Final = timedelta(minutes=1)
_DAY_LONG: Final = timedelta(days=1)
_GROUPS: Final = {
    **dict.fromkeys(("daily", "day"), "*"),
    **dict.fromkeys(("weekdays", "weekday"), "1-5"),
    **dict.fromkeys(("weekends", "weekend"), "0,6"),
}
_WHICH: Final = {
    **{name: suffix for suffix, name in ORDINALS.items()},
    "1st": "#1",
    "2nd": "#2",
    "3rd": "#3",
    "4th": "#4",
}
_WEEKDAY_OF: Final = {
    **{form: number for number, day in enumerate(WEEKDAYS) for form in (day[:3], day, f"{day}s")},
    "tues": 2,
    "thur": 4,
    "thurs": 4,
}
_HEADS: Final = ("daily", "weekdays", "weekends", "hourly", "monthly", "every", *WEEKDAYS, *ORDINALS.values())
_HEAD_SYNONYMS: Final = {
    # what people, and crontabs, call them elsewhere
    "everyday": "daily", "workdays": "weekdays", "weekly": "mondays", "@hourly": "hourly",
    "@daily": "daily 00:00", "@midnight": "daily 00:00", "@weekly": "sundays 00:00",
    "@monthly": "monthly 1 00:00",
}  # fmt: skip
_DAY_OF_MONTH: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")


def read(text: str, zone: str) -> Schedule:
    """Return the schedule that a text is.

    Args:
        text: nothing but the schedule.
        zone: the IANA name of the zone that is meant where none is said.

    Raises:
        QueryError: it is none.
    """
    schedule, rest = take(split(text), zone)
    if rest:
        close = nearest_zone(as_typed(rest))
        problem = "follows a whole schedule and is no time zone I know"
        raise wrong(rest, problem, expected=_ZONE, nearest=close)
    return schedule


def take(tokens: Sequence[Token], zone: str) -> tuple[Schedule, tuple[Token, ...]]:
    """Return the schedule that the words of a command begin with, and the words behind it.

    Args:
        tokens: the words, from the schedule on.
        zone: the IANA name of the zone that is meant where none is said.

    Raises:
        QueryError: they begin with none.
    """
    words = Words(tokens)
    cron = canonical(_fields(words).split())
    named = words.ahead
    if named is None or named.key:
        return Schedule(cron, zone), words.rest
    if name := zone_name(named.value):
        words.take()
        return Schedule(cron, name), words.rest
    if "/" in named.text and not named.quoted:
        close = nearest_zone(named.text)
        raise named.wrong("is no time zone I know", expected=_ZONE, nearest=close)
    return Schedule(cron, zone), words.rest


def _fields(words: Words) -> str:
    """Return the five fields of any schedule."""
    head = words.ahead
    if head is None:
        raise QueryError("schedule", "is missing", expected=EXPECTED)
    if cron_words.are_ahead(words):
        return cron_words.take_fields(words)
    match words.take().text.lower():
        case "hourly":
            return "0 * * * *"
        case "every":
            return _every(words, head)
        case "monthly":
            return _monthly(words)
        case which if which in _WHICH:
            return _which_weekday(words, _WHICH[which])
    return _on_days(words, head)


def _on_days(words: Words, head: Token) -> str:
    """Read `daily 9am`, `mon,thu 14:30`."""
    group = _GROUPS.get(head.text.lower())
    if group is None and not _is_weekdays(head):
        raise _unknown_head(words, head)
    weekdays = group or ",".join(_weekdays(words, head))
    return f"{take_time(words)} * * {weekdays}"


def _unknown_head(words: Words, head: Token) -> QueryError:
    clock = nearest_time(head.text)
    if clock:
        close = None if words.ahead else f"daily {clock}"
        return head.wrong("names no days", expected=f"them before the time: {EXPECTED}", nearest=close)
    word = head.text.lower()
    close = _HEAD_SYNONYMS.get(word) or nearest(word, _HEADS)
    return head.wrong("is not a known schedule", expected=EXPECTED, nearest=close)


def _is_weekdays(token: Token) -> bool:
    return any(part in _WEEKDAY_OF for part in re.split("[,-]", token.text.lower()))


def _weekdays(words: Words, head: Token) -> set[str]:
    """Read `mon,thu`, `mon-thu`, `mon, tue and thu` as numbers."""
    days = set(_days_in(head))
    while (more := words.ahead) and (_is_weekdays(more) or more.text.lower() in ("and", "&")):
        days.update(_days_in(words.take()) if _is_weekdays(more) else ())
        words.pass_over("and", "&")
    return days


def _days_in(token: Token) -> list[str]:
    days = []
    for part in filter(None, token.text.lower().split(",")):
        first, dash, last = part.partition("-")
        begin = _weekday(token, first)
        end = _weekday(token, last) if dash else begin
        days += [str((begin + step) % 7) for step in range((end - begin) % 7 + 1)]
    return days


def _weekday(token: Token, day: str) -> int:
    """Return the number of a day that stands in a word."""
    if day in _WEEKDAY_OF:
        return _WEEKDAY_OF[day]
    close = nearest(day, (*WEEKDAYS, *(name[:3] for name in WEEKDAYS)))
    right = re.sub(rf"\b{re.escape(day)}\b", close, token.text.lower()) if close else None
    problem = f"names a day I don't know, {typed(day)}" if day else "names no last day"
    raise token.wrong(problem, expected=_DAY, nearest=right)


def _every(words: Words, head: Token) -> str:
    """Read `every 4h`, `every 30 minutes`, `every hour`, `every monday 9am`."""
    count = words.need("names no interval", expected=one_of(_ALL_INTERVALS), such_as="4h")
    word = count.text.lower()
    if word in _GROUPS or _is_weekdays(count):
        return _on_days(words, count)
    said = [head, count]
    if word.isdigit() and words.ahead:
        said.append(words.take())
        word += said[-1].text.lower()
    length = parse_duration(f"1{word}" if word in UNITS else word)
    if length is None or length % _MINUTE:
        close = nearest(as_typed(said), _ALL_INTERVALS if word[:1].isdigit() else _EVERY_DAY)
        raise wrong(said, "is no interval I know", expected=one_of(_ALL_INTERVALS), nearest=close)
    return _interval(said, length // _MINUTE)


def _interval(said: Sequence[Token], minutes: int) -> str:
    if minutes in _INTERVALS:
        hours = minutes // 60
        return f"*/{minutes} * * * *" if not hours else f"0 */{hours} * * *"
    expected = one_of(_ALL_INTERVALS)
    close: str | None = _INTERVALS[min(_INTERVALS, key=lambda choice: abs(choice - minutes))]
    if minutes < cron_words.SHORTEST:
        problem = f"is more often than every {cron_words.SHORTEST} minutes"
    elif minutes < _DAY_LONG // _MINUTE:
        problem = "divides neither an hour nor, in whole hours, a day"
    else:
        problem = "is too long to be counted by the clock"
        expected += ", or days such as `daily 09:00` and `mondays 09:00`"
        close = "daily 00:00" if minutes == _DAY_LONG // _MINUTE else None
    raise wrong(said, problem, expected=expected, nearest=close)


def _monthly(words: Words) -> str:
    """Read `monthly 1 09:00`, `monthly on the last day at 09:00`."""
    expected = f"a day of the month from 1 to {LAST_DAY_IN_ALL_MONTHS}, or `last`"
    words.pass_over("on", "the", "day")
    token = words.need("names no day of the month", expected=expected, such_as="1 09:00")
    word = token.text.lower()
    number = _DAY_OF_MONTH.fullmatch(word)
    if word == "last":
        day = "L"
        words.pass_over("day")
    elif number and 1 <= int(number[1]) <= LAST_DAY_IN_ALL_MONTHS:
        day = number[1]
    elif number and LAST_DAY_IN_ALL_MONTHS < int(number[1]) <= 31:
        raise token.wrong("is not a day of every month", expected=expected, nearest="last")
    else:
        close = f"1 {word}" if times.is_clock(word) else None
        raise token.wrong("is no day of the month", expected=expected, nearest=close)
    return f"{take_time(words)} {day} * *"


def _which_weekday(words: Words, suffix: str) -> str:
    """Read `first monday 9am`, `last friday of the month at 16:00`."""
    token = words.need("names no day of the week", expected=_DAY, such_as="monday 09:00")
    weekday = _WEEKDAY_OF.get(token.text.lower())
    if weekday is None:
        close = None if token.text.lower() in _GROUPS else nearest(token.text, WEEKDAYS)
        raise token.wrong("is no day of the week", expected=_DAY, nearest=close)
    words.pass_over("of", "the", "every", "each", "month")
    return f"{take_time(words)} * * {weekday}{suffix}"
