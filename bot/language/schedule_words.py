"""Schedules as people say them: `weekdays 09:00`, `9am and 5pm daily`, `every 4h`, `first monday 9am`, cron fields.

Days, times and a zone may come in any order. Each refusal names the words; nothing that was said is left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.language import cron, cron_words
from bot.language.clock_words import TIME_EXPECTED, nearest_time
from bot.language.errors import QueryError, nearest, one_of
from bot.language.schedule import Schedule
from bot.language.schedule_days import DAILY, EACH, GROUPS, Days, is_weekdays, take_days
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
from bot.language.zones import nearest_zone, zone_name

EXPECTED: Final = (
    "a schedule such as `daily 09:00`, `weekdays 09:00`, `mon,thu 14:30`, `first monday 9am`, "
    "`monthly 1 09:00`, `hourly`, `every 4h` or five cron fields"
)
_ZONE: Final = "a zone such as `Europe/Berlin` or `UTC`, or nothing more"
_HEADS: Final = ("daily", "weekdays", "weekends", "hourly", "monthly", "every", *WEEKDAYS, *ORDINALS.values())
_EVERY_DAY: Final = tuple(f"every {name}" for name in ("day", "hour", "weekday", "weekend", *WEEKDAYS))
_CLOSE: Final = 0.7
_MIDNIGHT: Final = ClockSaid((), 0)
_ONCE: Final = ("once", "today", "tomorrow", "tonight", "now", "next", "this")
_NICKNAMES: Final = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}  # fmt: skip
"""What crontabs call some schedules."""
_MOST_IN_MARKS: Final = 12


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
        close = nearest_zone(as_typed(said.rest))
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
    words = Words(_without_marks(tokens))
    if words.ahead is None:
        raise QueryError("schedule", "is missing", expected=EXPECTED)
    if cron_words.are_ahead(words):
        fields, zone_words = cron_words.take_fields(words), ()
    else:
        said = _Said(words)
        said.take_all()
        fields, zone_words = said.fields(), said.zone_words
    zone_words = zone_words or _take_zone(words)
    name = zone_of(zone_words) or zone
    _check_zone_behind(words)
    return ScheduleSaid(Schedule(cron.canonical(fields.split()), name), zone_words, words.rest)
