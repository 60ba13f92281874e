"""Schedules as people say them: `weekdays 09:00`, `9am and 5pm daily`, `every 4h`, or five cron fields.

Days, times and a zone may come in any order. Each refusal names the words; nothing that was said is left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.language import cron_words
from bot.language.errors import QueryError
from bot.language.schedule import Schedule
from bot.language.schedule_reader import EXPECTED, NICKNAMES, ZONE_EXPECTED, ScheduleReader
from bot.language.schedule_weekdays import EACH
from bot.language.tokens import Token, split
from bot.language.word_stream import Words, as_typed, wrong
from bot.language.zones import nearest_zone

_WITH_AT: Final = ("@every", "@weekday", "@weekdays", "@workdays", "@weekend", "@weekends")
"""Written like crontabs' `@daily`, and read as without the sign."""
_MOST_IN_MARKS: Final = 12
_OFFSET: Final = re.compile(r"(?:utc|gmt)?[+-]\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScheduleWords:
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
        zone: the IANA name of the default zone.

    Raises:
        QueryError: it is none.
    """
    said = take(split(text), zone)
    if said.rest:
        text = as_typed(said.rest)
        close = None if len(said.rest) > 1 and "/" in text else nearest_zone(text)
        problem = "follows a whole schedule and is no time zone I know"
        raise wrong(said.rest, problem, expected=ZONE_EXPECTED, nearest=close)
    return said.schedule


def take(tokens: Sequence[Token], zone: str) -> ScheduleWords:
    """Return the schedule that the words of a command begin with, and the words behind it.

    Args:
        tokens: the words, from the schedule on.
        zone: the IANA name of the default zone.

    Raises:
        QueryError: they begin with none.
    """
    words = Words(_without_marks(tokens, zone))
    if words.ahead is None:
        raise QueryError("schedule", "is missing", expected=EXPECTED)
    reader = ScheduleReader(words, zone)
    fields = cron_words.take_fields(words) if cron_words.are_ahead(words) else reader.take_fields()
    reader.take_zone()
    _check_zone(words)
    return ScheduleWords(Schedule(fields, reader.zone), reader.zone_words, words.rest)


def begins(tokens: Sequence[Token], zone: str) -> bool:
    """Return whether some words begin with a part of a schedule, which may be incomplete or wrong."""
    words = Words(_without_marks(tokens, zone))
    return words.word() in EACH or cron_words.are_ahead(words) or ScheduleReader(words, zone).takes_any()


def is_nickname(token: Token) -> bool:
    """Return whether a word is `@daily` or its like, and not a person."""
    return token.key is None and token.text.lower() in (*NICKNAMES, *_WITH_AT)


def _check_zone(words: Words) -> None:
    """Refuse a word behind a schedule that can be nothing but a zone, and is none.

    Raises:
        QueryError: there is one.
    """
    named = words.ahead
    if named is None or named.key or named.quoted:
        return
    if _OFFSET.match(named.text):
        raise named.wrong("is no offset that a time zone has all year", expected=ZONE_EXPECTED)
    if "/" in named.text:
        close = nearest_zone(named.text)
        raise named.wrong("is no time zone I know", expected=ZONE_EXPECTED, nearest=close)


def _without_marks(tokens: Sequence[Token], zone: str) -> tuple[Token, ...]:
    """Split a schedule in quotes or code marks into its words."""
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
