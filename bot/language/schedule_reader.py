"""Read the parts of a schedule in any order: days, times, how often, and a zone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from bot.language import cron_words
from bot.language.clock_words import TIME_EXPECTED, nearest_time
from bot.language.cron import canonical
from bot.language.durations import UNITS
from bot.language.errors import QueryError, nearest, one_of
from bot.language.schedule_days import take_days
from bot.language.schedule_intervals import ALL_INTERVALS, interval_times, take_interval, take_past
from bot.language.schedule_phrases import ORDINALS, WEEKDAYS
from bot.language.schedule_times import (
    USUAL,
    TypedClock,
    clock_fields,
    settle,
    take_bounds,
    take_clocks,
    take_part,
)
from bot.language.schedule_weekdays import EACH, WEEKDAY_EXPECTED, Days, names_weekdays, take_exceptions
from bot.language.tokens import Token
from bot.language.word_stream import Words, as_typed, wrong
from bot.language.zones import find_zones, longest_zone, zone_name

EXPECTED: Final = (
    "a schedule such as `daily 09:00`, `weekdays 09:00`, `mon,thu 14:30`, `first monday 9am`, "
    "`monthly 1 09:00`, `hourly`, `every 4h` or five cron fields"
)
NO_TIME: Final = "names no time"
NO_DAYS: Final = "names no days"
ZONE_EXPECTED: Final = "a zone such as `Europe/Berlin` or `UTC`, or nothing more"
_HEADS: Final = ("daily", "weekdays", "weekends", "hourly", "monthly", "every", *WEEKDAYS, *ORDINALS.values())
_EACH_DAY: Final = ("day", "hour", "weekday", "weekend", *WEEKDAYS)
_CLOSE: Final = 0.7
_ONCE: Final = ("once", "today", "tomorrow", "tonight", "now", "next", "this")
NICKNAMES: Final = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}  # fmt: skip
"""What crontabs call some schedules."""
_FURTHEST: Final = 12
_OWN_ZONE: Final = ("local time", "my time", "my own time", "my time zone", "my timezone")
_MOST_IN_ZONE: Final = 4


@dataclass(slots=True)
class ScheduleReader:
    """Reads the parts of a schedule in any order.

    Attributes:
        words: those ahead.
        zone: the IANA name of the zone that was named; until then, of the default zone.
        zone_words: the words that named it.
        days: None until some were read.
        clocks: the times of day.
        interval: minutes between two times, and the words for it.
        past: the minutes of each hour at which an interval comes.
        bounds: the first and the last time of a day.
        part: the part of the day, such as `morning`; empty for none.
        is_each: whether the part is one of every day.
    """

    words: Words
    zone: str
    zone_words: tuple[Token, ...] = ()
    days: Days | None = None
    clocks: list[TypedClock] = field(default_factory=list)
    interval: tuple[int, tuple[Token, ...]] | None = None
    past: list[int] = field(default_factory=list)
    bounds: tuple[TypedClock, TypedClock] | None = None
    part: str = ""
    is_each: bool = False

    def take_fields(self) -> str:
        """Take the words of a schedule and return its cron fields, in the form that is stored.

        Raises:
            QueryError: a part of it is missing or can't be read.
        """
        if fields := self._take_nickname():
            return fields
        _check_count(self.words)
        while self._take_part() or self._take_interval() or self._take_days() or self.take_zone():
            pass
        if not (self.interval or self.clocks):
            raise self._no_time_error()
        if self.days is None and not (self.interval or self.is_each):
            raise self._no_days_error()
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
            return (
                bool(self._take_nickname()) or self._take_part() or self._take_interval() or self._take_days()
            )
        except QueryError:
            return True

    def take_zone(self) -> bool:
        """Take a zone, `in Berlin` or `(UTC)`, if one is ahead and none was read before.

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
        said = _take_zone_words(ahead)
        if not said:
            return False
        found = find_zones(" ".join(token.value for token in said), self.zone)
        if not found:
            raise wrong(said, "is no offset that a time zone has all year", expected=ZONE_EXPECTED)
        if len(found) > 1:
            raise wrong(said, "may be several time zones", expected=one_of(found), nearest=found)
        self.words.follow(ahead)
        self.zone, self.zone_words = found[0], said
        return True

    def _take_nickname(self) -> str | None:
        """Take `@daily`; one with more words behind it is read as those words are."""
        name = self.words.word()
        if name not in NICKNAMES:
            return None
        if name == "@daily":
            ahead = self.words.copy()
            ahead.take()
            if take_clocks(ahead.copy()):
                self.words.follow(ahead)
                self.days = Days()
                return None
        self.words.take()
        return NICKNAMES[name]

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
        return interval_times(interval, said, self.past, bounds)

    def _no_time_error(self) -> QueryError:
        said, words = self.words.taken, self.words
        if not said:
            return _unknown_head_error(words)
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

    def _no_days_error(self) -> QueryError:
        said, ahead = self.words.taken, self.words.ahead
        expected = f"them before the time: {EXPECTED}"
        if ahead is not None and (close := nearest(self.words.word(), _HEADS, cutoff=_CLOSE)):
            return ahead.wrong("is not a known schedule", expected=EXPECTED, nearest=close)
        return wrong(said, NO_DAYS, expected=expected, nearest=f"daily {as_typed(said)}")


def _has_time(words: Words) -> bool:
    """Return whether a time is among the words ahead: then none is to be proposed beside it."""
    return any(nearest_time(words.word(place)) for place in range(_FURTHEST))


def _check_count(words: Words) -> None:
    """Refuse `twice a day`, `three times a day`.

    Raises:
        QueryError: it names how often, but not when.
    """
    ahead = words.copy()
    if ahead.take_phrase(("twice",)) or (ahead.word(1) == "times" and ahead.take() and ahead.take()):
        is_twice = words.word() in ("twice", "2", "two")
        ahead.take_phrase(("a day", "daily", "per day", "each day", "every day"))
        said = words.copy().follow(ahead)
        right = "daily 09:00 and 17:00" if is_twice else None
        raise wrong(said, "does not say at which times", expected=TIME_EXPECTED, nearest=right)


def _unknown_head_error(words: Words) -> QueryError:
    """Return the error for a word that begins no schedule."""
    word, head = words.word(), words.take()
    if word in EACH:
        return _unknown_interval_error(head, words)
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


def _unknown_interval_error(every: Token, words: Words) -> QueryError:
    """Return the error for `every`, `every 4`, `every 4 hrz`, `every mondya`."""
    if not words.word():
        right = f"{every.text} 4h"
        return every.wrong("names no interval", expected=one_of(ALL_INTERVALS), nearest=right)
    word, said = words.word(), [every, words.take()]
    close = None
    if word == "week":
        return wrong(said, "names no day of the week", expected=WEEKDAY_EXPECTED, nearest="every monday")
    if word.isdigit():
        unit = nearest(words.word(), tuple(UNITS), cutoff=_CLOSE) or ""
        guesses = (f"every {word}{unit[:1]}",) if unit else (f"every {word}h", f"every {word}m")
        close = next((guess for guess in guesses if guess in ALL_INTERVALS), None)
        said += [words.take()] if words.word() else []
    elif name := nearest(word, _EACH_DAY, cutoff=_CLOSE):
        close = f"{every.text} {name}"
    return wrong(said, "is no interval I know", expected=one_of(ALL_INTERVALS), nearest=close)


def _take_zone_words(words: Words) -> tuple[Token, ...]:
    """Take the words of a zone; in quotes its full name alone, as anything else may be a workflow."""
    named = words.ahead
    is_name = named is not None and named.key is None and named.quoted and zone_name(named.value) is not None
    ahead = takewhile(bool, (words.word(place) for place in range(_MOST_IN_ZONE)))
    return tuple(words.take() for _ in range(1 if is_name else longest_zone(list(ahead))))
