"""Times as people type them: `2h`, `today`, `09:00`, ISO 8601, and English at last."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime

from bot.language.durations import UNITS, parse_duration
from bot.language.errors import QueryError

EXPECTED: Final = (
    "a time such as `2h`, `3d`, `today`, `yesterday 09:00`, `monday`, `2026-11-23` or `2026-11-23T09:00Z`"
)

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK: Final = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(am|pm)?")
_ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_OFFSET: Final = re.compile(r"(?:z|[+-]\d{2}:?\d{2})$", re.IGNORECASE)


LONGEST: Final = 60
"""Characters of a time that are written out again; nobody needs as many."""


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is no moment in any calendar") from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time in UTC, whatever it was written in."""


@dataclass(frozen=True, slots=True)
class TimePoint:
    """A moment, and the words that mean it.

    Attributes:
        text: what parses back to the same moment, given the same clock and zone.
        at: the moment, in UTC.
    """

    text: str
    at: Moment


@dataclass(frozen=True, slots=True)
class Clock:
    """What a time needs beside its words: the moment of asking, and the asker's zone."""

    now: datetime
    zone: tzinfo = UTC


def needs_zone(text: str) -> bool:
    """Return whether the words mean another moment in another zone."""
    words = _normal(text)
    return not (words == "now" or _is_span(words) or (_ISO_DATE.match(words) and _OFFSET.search(words)))


def is_time(text: str) -> bool:
    """Return whether a word by itself is a time: a span, a day, a clock or a date."""
    words = _normal(text)
    return _is_span(words) or _names_day(words) or _weekday(words) is not None or is_clock(words)


def is_clock(text: str) -> bool:
    """Return whether a word is a time of day."""
    return _clock(_normal(text)) is not None


def read(text: str, clock: Clock) -> TimePoint:
    """Return the moment that some words mean, to the millisecond, which is as fine as the API counts.

    Raises:
        QueryError: they mean none.
    """
    words = _normal(text)
    try:
        moment = _relative(words, clock) or _day_and_clock(words, clock) or _written_out(words, clock)
    except (ValueError, OverflowError) as error:
        raise QueryError(text, "is no moment in any calendar", expected=EXPECTED) from error
    if moment is None:
        raise QueryError(text, "is not a time I can read", expected=EXPECTED)
    return moment


def _written_out(words: str, clock: Clock) -> TimePoint | None:
    at = _date_and_clock(words, clock.zone) or _iso(words, clock.zone) or _english(words, clock)
    if at is None:
        return None
    at = at.replace(microsecond=at.microsecond // 1000 * 1000).astimezone(UTC)
    return TimePoint(_canonical(at), at)


def write(moment: TimePoint, clock: Clock) -> str:
    """Return words that `read` takes for this very moment: its own, if they still mean it.

    Words that have slid on, as `2h` does, give way to a date in the zone. UTC stands in for a zone that
    nobody knows, so a moment in it keeps its `Z`, and means the same once the zone is known.
    """
    exact = _canonical(moment.at)
    for words in (moment.text, _local_text(moment.at, clock.zone)):
        if words != exact and len(words) <= LONGEST and _means(words, moment.at, clock):
            return words
    return exact


def _means(words: str, at: datetime, clock: Clock) -> bool:
    try:
        return read(words, clock).at == at and not (clock.zone is UTC and needs_zone(words))
    except QueryError:
        return False


def _local_text(at: datetime, zone: tzinfo) -> str:
    """Return a date and what the clocks there show."""
    try:
        local = at.astimezone(zone).replace(tzinfo=None)
    except OverflowError:  # the first or the last day of the calendar
        return _canonical(at)
    spec = "milliseconds" if local.microsecond else "seconds" if local.second else "minutes"
    return local.isoformat(" ", spec)


def _normal(text: str) -> str:
    words = " ".join(text.lower().split())
    unit = words.removeprefix("last ")
    return f"1{unit}" if unit in UNITS and unit != words else words


def _is_span(words: str) -> bool:
    try:
        return _span(words) is not None
    except OverflowError:  # longer than any calendar, and so no other kind of time
        return True


def _span(words: str) -> timedelta | None:
    """Return the length of `2h`, `1h30m` or `3 days ago`."""
    return parse_duration(words.removesuffix("ago"))


def _relative(words: str, clock: Clock) -> TimePoint | None:
    """Return a span back from now, rounded down, so that all who ask in the same minute ask the same."""
    now = clock.now.astimezone(UTC).replace(microsecond=0)
    if words == "now":
        return TimePoint("now", now)
    span = _span(words)
    if span is None:
        return None
    at = now - span
    text = words.removesuffix("ago").replace(" ", "")
    return TimePoint(text, at if span % timedelta(minutes=1) else at.replace(second=0))


def _day_and_clock(words: str, clock: Clock) -> TimePoint | None:
    """Read `today`, `monday`, `09:00`, `yesterday 9am`; a weekday or a lone clock is the last one."""
    today = clock.now.astimezone(clock.zone).date()
    day_word, _, rest = words.removeprefix("last ").partition(" ")
    weekday = _weekday(day_word)
    wall = _clock(rest.removeprefix("at ")) if rest else time(0)
    step = timedelta(0)
    if day_word in ("today", "yesterday"):
        day = today - timedelta(days=day_word == "yesterday")
    elif weekday is not None:
        day = today - timedelta(days=(today.weekday() - weekday) % 7)
        step = timedelta(days=7)
        if day == today and words.startswith("last "):
            day -= step
    else:
        day, wall, step = today, _clock(words), timedelta(days=1)
    if wall is None:
        return None
    at = _moment_in(day, wall, clock.zone)
    return TimePoint(words, at if at <= clock.now or not step else _moment_in(day - step, wall, clock.zone))


def _weekday(word: str) -> int | None:
    return next((number for number, day in enumerate(_DAYS) if word in (day, day[:3])), None)


def _names_day(word: str) -> bool:
    return word in ("today", "yesterday") or bool(_ISO_DATE.match(word))


def _moment_in(day: date, wall: time, zone: tzinfo) -> datetime:
    """Return a moment in UTC: within a zone, Python compares what the clocks show."""
    return datetime.combine(day, wall, zone).astimezone(UTC)


def _clock(words: str) -> time | None:
    """Read `09:00`, `9am`, `2:30 pm`; a lone number is no time."""
    found = _CLOCK.fullmatch(words)
    if not found or not (found[2] or found[3]):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _date_and_clock(words: str, zone: tzinfo) -> datetime | None:
    """Read `2026-11-22 9am`: a date with a clock that ISO 8601 would not take."""
    day, _, rest = words.partition(" ")
    wall = _clock(rest.removeprefix("at "))
    if wall is None or not _ISO_DATE.fullmatch(day):
        return None
    return _moment_in(date.fromisoformat(day), wall, zone)


def _iso(words: str, zone: tzinfo) -> datetime | None:
    if not _ISO_DATE.match(words):
        return None
    at = datetime.fromisoformat(words.upper())
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _english(words: str, clock: Clock) -> datetime | None:
    """Read anything else that dateparser can; the answer echoes what it made of it."""
    # It would read a lone number as a date, and of a day with a clock that is none the day alone.
    if not re.search(r"[a-z]{3}|\d[./]\d", words) or _names_day(words.partition(" ")[0]):
        return None
    if len(words) > LONGEST:
        return None  # it would be busy for long, and with nothing
    import dateparser  # noqa: PLC0415 - 0.3 s that only this last resort is worth

    local = clock.now.astimezone(clock.zone).replace(second=0, microsecond=0)
    read_at = dateparser.parse(
        words,
        languages=["en"],
        settings={
            "PREFER_DATES_FROM": "past",
            "RELATIVE_BASE": local.replace(tzinfo=None),
            "REQUIRE_PARTS": ["day"],
        },
    )
    if read_at is None:
        return None
    return (read_at if read_at.tzinfo else read_at.replace(tzinfo=clock.zone)).astimezone(UTC)


def _canonical(at: datetime) -> str:
    spec = "milliseconds" if at.microsecond else "seconds"
    return at.astimezone(UTC).isoformat(timespec=spec).replace("+00:00", "Z")
