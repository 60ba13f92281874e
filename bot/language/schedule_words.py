"""Schedules as people say them: `weekdays 09:00`, `9am and 5pm daily`, `every 4h`, or five cron fields.

Days, times and a zone may come in any order. Each refusal names the words; nothing that was said is left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Final

from bot.language import cron_words
from bot.language.clock_words import TIME_EXPECTED, nearest_time
from bot.language.cron import canonical
from bot.language.durations import UNITS
from bot.language.errors import QueryError, nearest, one_of
from bot.language.schedule import Schedule
from bot.language.schedule_days import EACH, Days, names_weekdays, take_days, take_exceptions
from bot.language.schedule_phrases import ORDINALS, WEEKDAYS
from bot.language.schedule_times import (
    ALL_INTERVALS,
    USUAL,
    ClockSaid,
    clock_fields,
    settle,
    spaced,
    take_bounds,
    take_clocks,
    take_interval,
    take_part,
    take_past,
)
from bot.language.tokens import Token, split
from bot.language.word_stream import Words, as_typed, wrong
from bot.language.zones import find_zones, longest_zone, nearest_zone, zone_name

EXPECTED: Final = (
    "a schedule such as `daily 09:00`, `weekdays 09:00`, `mon,thu 14:30`, `first monday 9am`, "
    "`monthly 1 09:00`, `hourly`, `every 4h` or five cron fields"
)
NO_TIME: Final = "names no time"
NO_DAYS: Final = "names no days"
_ZONE: Final = "a zone such as `Europe/Berlin` or `UTC`, or nothing more"
_WEEKDAY: Final = "a day such as `mon` or `monday`"
_HEADS: Final = ("daily", "weekdays", "weekends", "hourly", "monthly", "every", *WEEKDAYS, *ORDINALS.values())
_EACH_DAY: Final = ("day", "hour", "weekday", "weekend", *WEEKDAYS)
_CLOSE: Final = 0.7
_ONCE: Final = ("once", "today", "tomorrow", "tonight", "now", "next", "this")
_NICKNAMES: Final = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}  # fmt: skip
"""What crontabs call some schedules."""
_WITH_AT: Final = ("@every", "@weekday", "@weekdays", "@workdays", "@weekend", "@weekends")
"""Written like them, and read as without the sign."""
_MOST_IN_MARKS: Final = 12
_OWN_ZONE: Final = ("local time", "my time", "my own time", "my time zone", "my timezone")
_MOST_IN_ZONE: Final = 4
_OFFSET: Final = re.compile(r"(?:utc|gmt)?[+-]\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScheduleSaid:
    """A schedule, and the words that it left.

    Attributes:
        schedule: what was said.
        zone: the words that name its zone; none where it is the one that is meant where none is said.
        rest: the words behind it.
    """

    schedule: Schedule
    zone: tuple[Token, ...]
    rest: tuple[Token, ...]


def read(text: str, zone: str) -> Schedule:
    """Return the schedule that a text is.

    Args:
        text: nothing but the schedule.
        zone: the IANA name of the zone that is meant where none is said.

    Raises:
        QueryError: it is none.
    """
    said = take(split(text), zone)
    if said.rest:
        text = as_typed(said.rest)
        close = None if len(said.rest) > 1 and "/" in text else nearest_zone(text)
        problem = "follows a whole schedule and is no time zone I know"
        raise wrong(said.rest, problem, expected=_ZONE, nearest=close)
    return said.schedule


def take(tokens: Sequence[Token], zone: str) -> ScheduleSaid:
    """Return the schedule that the words of a command begin with, and the words behind it.

    Args:
        tokens: the words, from the schedule on.
        zone: the IANA name of the zone that is meant where none is said.

    Raises:
        QueryError: they begin with none.
    """
    words = Words(_without_marks(tokens, zone))
    if words.ahead is None:
        raise QueryError("schedule", "is missing", expected=EXPECTED)
    reader = _Reader(words, zone)
    fields = cron_words.take_fields(words) if cron_words.are_ahead(words) else reader.take_fields()
    reader.take_zone()
    _check_zone(words)
    return ScheduleSaid(Schedule(fields, reader.zone), reader.zone_words, words.rest)


def begins(tokens: Sequence[Token], zone: str) -> bool:
    """Return whether the first word of some is a part of a schedule, which need not be whole or right."""
    words = Words(_without_marks(tokens, zone))
    return words.word() in EACH or cron_words.are_ahead(words) or _Reader(words, zone).takes_any()


def is_nickname(token: Token) -> bool:
    """Return whether a word is `@daily` or its like, and not a person."""
    return token.key is None and token.text.lower() in (*_NICKNAMES, *_WITH_AT)


@dataclass(slots=True)
class _Reader:
    """Reads the parts of a schedule in any order.

    Attributes:
        words: those ahead.
        zone: the IANA name of the zone that was said, and before that of the one that is meant without.
        zone_words: the words that named it.
        days: which were said.
        clocks: the times of day that were said.
        interval: minutes between two times, and the words for it.
        past: the minutes of each hour at which an interval comes.
        bounds: the first and the last time of a day.
        part: the part of the day, `morning`; empty where none was said.
        is_each: it was said of each day.
    """

    words: Words
    zone: str
    zone_words: tuple[Token, ...] = ()
    days: Days | None = None
    clocks: list[ClockSaid] = field(default_factory=list)
    interval: tuple[int, tuple[Token, ...]] | None = None
    past: list[int] = field(default_factory=list)
    bounds: tuple[ClockSaid, ClockSaid] | None = None
    part: str = ""
    is_each: bool = False

    def take_fields(self) -> str:
        """Take the words of a schedule and return its cron fields, in the form that is stored.

        Raises:
            QueryError: a part of it is missing or can't be read.
        """
        if fields := self._nickname():
            return fields
        _check_count(self.words)
        while self._take_part() or self._take_interval() or self._take_days() or self.take_zone():
            pass
        if not (self.interval or self.clocks):
            raise self._without_time()
        if self.days is None and not (self.interval or self.is_each):
            raise self._without_days()
        times = self._interval_times(*self.interval) if self.interval else settle(self.clocks, self.part)
        days = self.days or Days()
        said = self.words.taken
        fields = f"{clock_fields(times, said)} {days.of_month} * {days.of_week}"
        cron = canonical(fields.split())
        cron_words.check_pace(cron, said)
        return cron

    def takes_any(self) -> bool:
        """Return whether the words ahead begin with any part of a schedule."""
        try:
            return bool(self._nickname()) or self._take_part() or self._take_interval() or self._take_days()
        except QueryError:
            return True

    def take_zone(self) -> bool:
        """Take a zone, `in Berlin` or `(UTC)`, if one is ahead and none was said before.

        Raises:
            QueryError: it may be several.
        """
        begins = bool(self.words.taken) or "/" in self.words.word()
        if self.zone_words or not begins:
            return False
        if self.words.take_phrase(_OWN_ZONE):
            return True
        ahead = self.words.copy()
        ahead.take_phrase(("in", "in the"))
        said = _zone_words(ahead)
        if not said:
            return False
        found = find_zones(" ".join(token.value for token in said), self.zone)
        if not found:
            raise wrong(said, "is no offset that a time zone has all year", expected=_ZONE)
        if len(found) > 1:
            raise wrong(said, "may be several time zones", expected=one_of(found), nearest=found)
        self.words.follow(ahead)
        self.zone, self.zone_words = found[0], said
        return True

    def _nickname(self) -> str | None:
        """Take `@daily`; one with more words behind it is read as those words are."""
        name = self.words.word()
        if name not in _NICKNAMES:
            return None
        if name == "@daily":
            ahead = self.words.copy()
            ahead.take()
            if take_clocks(ahead.copy()):
                self.words.follow(ahead)
                self.days = Days()
                return None
        self.words.take()
        return _NICKNAMES[name]

    def _take_part(self) -> bool:
        if self.part or (found := take_part(self.words)) is None:
            return False
        self.part, self.is_each = found
        return True

    def _take_interval(self) -> bool:
        """Take how often, or at which times."""
        if self.bounds is None and not self.clocks and (bounds := take_bounds(self.words)):
            self.bounds = bounds
            return True
        if self.interval and not self.past and (past := take_past(self.words)):
            self.past = past
            return True
        if self.interval is None and not self.clocks and (interval := take_interval(self.words)):
            self.interval = interval
            return True
        if self.interval or self.bounds or self.clocks:
            return False
        self.clocks = take_clocks(self.words)
        return bool(self.clocks)

    def _take_days(self) -> bool:
        if self.days is not None and (left := take_exceptions(self.words, self.days)):
            self.days = left
            return True
        if self.days is not None and (self.days != Days() or not names_weekdays(self.words)):
            return False
        ahead = self.words.copy()
        days = take_days(ahead)
        if days is None or (self.days is not None and not days.are_several):
            return False
        self.words.follow(ahead)
        self.days = days
        return True

    def _interval_times(self, interval: int, said: Sequence[Token]) -> set[int]:
        bounds = None
        if self.bounds:
            first, last = settle(self.bounds, self.part)
            bounds = (first, last)
        return spaced(interval, said, self.past, bounds)

    def _without_time(self) -> QueryError:
        said, words = self.words.taken, self.words
        if not said:
            return _unknown_head(words)
        if self.bounds:
            expected = "how often between them, as in `hourly from 9am to 5pm`"
            return wrong(said, "does not say how often", expected=expected)
        if self.part:
            right = None if _has_time(words) else f"{as_typed(said)} at {USUAL[self.part]}"
            return wrong(said, NO_TIME, expected=TIME_EXPECTED, nearest=right)
        words.take_phrase(("at", "@"))
        tried = list(words.rest[:1])
        if tried and (nearest_time(words.word()) or words.word()[:1].isdigit()):
            tried += [token for token in words.rest[1:2] if token.text.lower() in ("am", "pm")]
            close = nearest_time(as_typed(tried))
            return wrong(tried, "is no time of day I know", expected=TIME_EXPECTED, nearest=close)
        right = None if _has_time(words) else f"{as_typed(words.taken)} 09:00"
        return wrong(words.taken, NO_TIME, expected=TIME_EXPECTED, nearest=right)

    def _without_days(self) -> QueryError:
        said, ahead = self.words.taken, self.words.ahead
        expected = f"them before the time: {EXPECTED}"
        if ahead is not None and (close := nearest(self.words.word(), _HEADS, cutoff=_CLOSE)):
            return ahead.wrong("is not a known schedule", expected=EXPECTED, nearest=close)
        return wrong(said, NO_DAYS, expected=expected, nearest=f"daily {as_typed(said)}")


def _has_time(words: Words) -> bool:
    """Return whether a time is among the words ahead: then none is to be proposed beside it."""
    return any(nearest_time(words.word(place)) for place in range(_MOST_IN_MARKS))


def _check_count(words: Words) -> None:
    """Refuse `twice a day`, `three times a day`.

    Raises:
        QueryError: it is said how often, and not when.
    """
    ahead = words.copy()
    if ahead.take_phrase(("twice",)) or (ahead.word(1) == "times" and ahead.take() and ahead.take()):
        is_twice = words.word() in ("twice", "2", "two")
        ahead.take_phrase(("a day", "daily", "per day", "each day", "every day"))
        said = words.copy().follow(ahead)
        right = "daily 09:00 and 17:00" if is_twice else None
        raise wrong(said, "does not say at which times", expected=TIME_EXPECTED, nearest=right)


def _unknown_head(words: Words) -> QueryError:
    """Return the error for a word that begins no schedule."""
    word, head = words.word(), words.take()
    if word in EACH:
        return _unknown_interval(head, words)
    if word in _ONCE:
        return head.wrong("comes once, and a digest comes again and again", expected=EXPECTED)
    if clock := nearest_time(word):
        close = None if words.ahead else f"daily {clock}"
        return head.wrong(NO_DAYS, expected=f"them before the time: {EXPECTED}", nearest=close)
    if word == "weekly":
        close = None if words.ahead and not nearest_time(words.word()) else "mondays"
        return head.wrong("is not a known schedule", expected=EXPECTED, nearest=close)
    close = nearest(word, _HEADS, cutoff=_CLOSE)
    return head.wrong("is not a known schedule", expected=EXPECTED, nearest=close)


def _unknown_interval(every: Token, words: Words) -> QueryError:
    """Return the error for `every`, `every 4`, `every 4 hrz`, `every mondya`."""
    if not words.word():
        right = f"{every.text} 4h"
        return every.wrong("names no interval", expected=one_of(ALL_INTERVALS), nearest=right)
    word, said = words.word(), [every, words.take()]
    close = None
    if word == "week":
        return wrong(said, "names no day of the week", expected=_WEEKDAY, nearest="every monday")
    if word.isdigit():
        unit = nearest(words.word(), tuple(UNITS), cutoff=_CLOSE) or ""
        guesses = (f"every {word}{unit[:1]}",) if unit else (f"every {word}h", f"every {word}m")
        close = next((guess for guess in guesses if guess in ALL_INTERVALS), None)
        said += [words.take()] if words.word() else []
    elif name := nearest(word, _EACH_DAY, cutoff=_CLOSE):
        close = f"{every.text} {name}"
    return wrong(said, "is no interval I know", expected=one_of(ALL_INTERVALS), nearest=close)


def _zone_words(words: Words) -> tuple[Token, ...]:
    """Take the words of a zone; in quotes its full name alone, as anything else may be a workflow."""
    named = words.ahead
    is_name = named is not None and named.key is None and named.quoted and zone_name(named.value) is not None
    ahead = takewhile(bool, (words.word(place) for place in range(_MOST_IN_ZONE)))
    return tuple(words.take() for _ in range(1 if is_name else longest_zone(list(ahead))))


def _check_zone(words: Words) -> None:
    """Refuse a word behind a schedule that can be nothing but a zone, and is none.

    Raises:
        QueryError: there is one.
    """
    named = words.ahead
    if named is None or named.key or named.quoted:
        return
    if _OFFSET.match(named.text):
        raise named.wrong("is no offset that a time zone has all year", expected=_ZONE)
    if "/" in named.text:
        close = nearest_zone(named.text)
        raise named.wrong("is no time zone I know", expected=_ZONE, nearest=close)


def _without_marks(tokens: Sequence[Token], zone: str) -> tuple[Token, ...]:
    """Return the words with those of a schedule in quotes or as code as words of their own."""
    if not tokens or tokens[0].key is not None:
        return tuple(tokens)
    first, *others = tokens
    if first.text.lower() == "cron":
        return (first, *_without_marks(others, zone))
    if first.text.lower() in _WITH_AT:
        return (Token(first.text[1:], first.start + 1, None, first.text[1:], first.text[1:]), *others)
    if first.quoted and first.raw[1:-1] == first.value:
        inner = [replace(token, start=token.start + first.start + 1) for token in split(first.value)]
        return (*inner, *others) if _is_schedule(inner, zone) else tuple(tokens)
    if first.text.startswith("`"):
        last = next(
            (place for place, token in enumerate(tokens[:_MOST_IN_MARKS]) if token.text.endswith("`")), 0
        )
        inside = [_without_mark(token) for token in tokens[: last + 1]]
        return (*filter(None, inside), *tokens[last + 1 :])
    return tuple(tokens)


def _is_schedule(tokens: Sequence[Token], zone: str) -> bool:
    """Return whether some words are a whole schedule, or are meant as cron fields."""
    if cron_words.are_ahead(Words(tokens)):
        return True
    try:
        return not take(tokens, zone).rest
    except QueryError:
        return False


def _without_mark(token: Token) -> Token | None:
    """Return a word without the code marks around it; None if it is nothing else."""
    text = token.text.strip("`")
    start = token.start + len(token.text) - len(token.text.lstrip("`"))
    return Token(text, start, None, text, text) if text else None
