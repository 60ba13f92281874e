"""Days of the week in a schedule: `mon,thu`, `monday to friday`, `weekends`, `daily except sunday`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.language.errors import nearest, typed
from bot.language.schedule_phrases import WEEKDAYS
from bot.language.tokens import Token
from bot.language.word_stream import Words, wrong

DAILY: Final = (
    "daily",
    "day",
    "everyday",
    "days",
    "once a day",
    "once daily",
    "1 day",
    "one day",
    "24 hours",
    "24h",
)
GROUPS: Final = {
    **dict.fromkeys(DAILY, "*"),
    **dict.fromkeys(
        ("weekdays", "weekday", "week days", "week day", "workdays", "workday", "work days"), "1-5"
    ),
    **dict.fromkeys(
        ("business days", "business day", "working days", "working day", "m-f", "work day"), "1-5"
    ),
    **dict.fromkeys(("weekends", "weekend", "week ends"), "0,6"),
}
"""What people call several days of the week, and cron's field for them."""
EACH: Final = ("every", "each")
WEEKDAY_EXPECTED: Final = "a day such as `mon` or `monday`"
AND: Final = ("and", "&", "+")
_TO: Final = ("to", "through", "thru", "till", "until", "-", "\N{EN DASH}", "\N{EM DASH}")
_DASH: Final = re.compile("[-\N{EN DASH}\N{EM DASH}]|\\.\\.+")
LIST_MARK: Final = re.compile("[,/&+;]")
_EXCEPT: Final = ("except", "except for", "excluding", "without", "but not", "not")
WEEKDAY_OF: Final = {
    **{form: number for number, day in enumerate(WEEKDAYS) for form in (day[:3], day, f"{day}s")},
    "tues": 2, "weds": 3, "thur": 4, "thurs": 4,
}  # fmt: skip
_TWO_LETTERS: Final = {day[:2]: number for number, day in enumerate(WEEKDAYS)}
"""Taken joined to others alone, as in `mo-fr`: by themselves they are words."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the month or of the week, as cron fields of which one at least is a star."""

    of_month: str = "*"
    of_week: str = "*"

    @property
    def are_plain(self) -> bool:
        """Return whether they are some days of every week."""
        return bool(re.fullmatch("[0-9,-]+", self.of_week))

    @property
    def are_several(self) -> bool:
        """Return whether they are more than one day of every week, and not all."""
        return self.are_plain and len(self.of_week) > 1


def is_weekdays(word: str) -> bool:
    """Return whether a word names a day of the week, or several, or is a list that holds one."""
    parts = _parts(word)
    return any(part in WEEKDAY_OF for part in parts) or _are_short(parts)


def names_weekdays(words: Words) -> bool:
    """Return whether the next words are several days of the week, such as `mon-fri` or `on weekdays`."""
    ahead = words.copy()
    ahead.take_phrase(("on", "from"))
    return ahead.copy().take_phrase(GROUPS) is not None or is_weekdays(ahead.word())


def take_group(words: Words) -> Days | None:
    """Take `weekdays`, `business days`, `daily`; return None, and take no word, if none is ahead."""
    name = words.take_phrase(GROUPS)
    if name is None:
        return None
    return Days(of_week=GROUPS[name])


def take_weekdays(words: Words) -> Days | None:
    """Take `mon,thu`, `mon-thu`, `monday to friday`, `mon, tue and thu`."""
    ahead = words.copy()
    days: set[int] = set()
    while is_weekdays(ahead.word()):
        days |= _range(ahead)
        words.follow(ahead)
        ahead.pass_over("on", *AND)
    return Days(of_week=",".join(map(str, sorted(days)))) if days else None


def _range(words: Words) -> set[int]:
    """Take one word of days, or `monday to friday`."""
    word, token = words.word(), words.take()
    if word in WEEKDAY_OF and words.word() in _TO and WEEKDAY_OF.get(words.word(1)) is not None:
        words.take()
        first, last = WEEKDAY_OF[word], WEEKDAY_OF[words.word()]
        words.take()
        return set(_from_to(first, last))
    return set(_days_in(token, word))


def _days_in(token: Token, word: str) -> Iterator[int]:
    """Yield the days of `mon,thu` or `mon-thu`, which is one word."""
    for part in filter(None, LIST_MARK.split(word)):
        first, *others = _DASH.split(part)
        short = _are_short(_parts(word))
        begin = _weekday(token, first, is_short=short)
        end = _weekday(token, others[-1], is_short=short) if others else begin
        if len(others) > 1:
            raise token.wrong("has more than a first and a last day", expected=WEEKDAY_EXPECTED)
        yield from _from_to(begin, end)


def _from_to(first: int, last: int) -> Iterator[int]:
    return ((first + step) % 7 for step in range((last - first) % 7 + 1))


def _weekday(token: Token, day: str, *, is_short: bool) -> int:
    """Return the number of a day that stands in a word."""
    if is_short:
        return _TWO_LETTERS[day]
    if day in WEEKDAY_OF:
        return WEEKDAY_OF[day]
    close = nearest(day, (*WEEKDAYS, *(name[:3] for name in WEEKDAYS)))
    right = re.sub(rf"\b{re.escape(day)}\b", close, token.text.lower()) if close else None
    problem = f"names a day I don't know, {typed(day)}" if day else "names no last day"
    raise token.wrong(problem, expected=WEEKDAY_EXPECTED, nearest=right)


def _parts(word: str) -> list[str]:
    return [day for part in LIST_MARK.split(word) for day in _DASH.split(part)]


def _are_short(parts: Sequence[str]) -> bool:
    return len(parts) > 1 and all(part in _TWO_LETTERS for part in parts)


def take_exceptions(words: Words, days: Days) -> Days | None:
    """Take `except friday`, `but not on weekends`, and return the days that are left.

    Raises:
        QueryError: none is left.
    """
    ahead = words.copy()
    if ahead.take_phrase(_EXCEPT) is None or not (days.are_plain or days == Days()):
        return None
    ahead.take_phrase(("on",))
    but = take_group(ahead) or take_weekdays(ahead)
    if but is None:
        return None
    left = sorted(_numbers(days.of_week) - _numbers(but.of_week))
    said = words.follow(ahead)
    if not left:
        raise wrong(said, "leaves no day", expected="days that are left")
    return Days(of_week=",".join(map(str, left)))


def _numbers(field: str) -> set[int]:
    """Return the days of `*` or `1-3,5`."""
    if field == "*":
        return set(range(7))
    found = set()
    for part in field.split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found
