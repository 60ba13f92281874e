"""The times of a schedule: `9am and 5pm`, `every morning at 8`, `from 9am to 5pm`.

They are collected as minutes from midnight. One digest has five cron fields, in which each hour that is named
comes with each minute that is named: other times are refused.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from bot.language.clock_words import TIME_EXPECTED, nearest_time, read_clock
from bot.language.schedule_phrases import HOUR, clock_text
from bot.language.schedule_weekdays import EACH
from bot.language.tokens import Token
from bot.language.word_stream import Words, wrong

AND: Final = ("and", "&", "+", ",", "/")
_TO: Final = ("to", "until", "till", "through", "-", "\N{EN DASH}", "\N{EM DASH}")
_LIST_MARK: Final = re.compile("[,/&;]")
_DASH: Final = re.compile("[-\N{EN DASH}\N{EM DASH}]")
_CERTAIN: Final = re.compile(
    r"\d{1,2}[.h]\d{2}(?:am|pm)?|\d{4}|\d{1,2}h|noon|midday|midnight|1[3-9]|2[0-3]|00?"
)
"""Other forms than `09:00` and `9am` that can mean only one time of day."""
_BARE: Final = re.compile(r"\d{1,2}(?:[:.]\d{2})?")
_OCLOCK: Final = ("o'clock", "o\N{RIGHT SINGLE QUOTATION MARK}clock", "oclock", "sharp")
NUMBERS: Final = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
}
_PARTS: Final = {
    **dict.fromkeys(("morning", "mornings"), "morning"),
    **dict.fromkeys(("afternoon", "afternoons"), "afternoon"),
    **dict.fromkeys(("evening", "evenings"), "evening"),
    **dict.fromkeys(("night", "nights", "nightly"), "night"),
}
_HOURS_OF: Final = {
    "morning": range(12),
    "afternoon": range(12, 19),
    "evening": range(16, 24),
    "night": (*range(18, 24), *range(6)),
}
USUAL: Final = {"morning": "09:00", "afternoon": "14:00", "evening": "18:00", "night": "22:00"}
"""The times to propose for a part of the day without a time."""


@dataclass(frozen=True, slots=True)
class TypedClock:
    """A time of day as it was typed.

    Attributes:
        said: the words.
        minutes: from midnight.
        is_bare: it is a number such as `9`, which may be either half of the day.
        has_half: it says which half of the day it is in, as `9am` does.
    """

    said: tuple[Token, ...]
    minutes: int
    is_bare: bool = False
    has_half: bool = False

    def in_part(self, part: str) -> int | None:
        """Return the minutes from midnight within a part of the day; None if it is in another one."""
        hour, minute = divmod(self.minutes, HOUR)
        if hour in _HOURS_OF[part]:
            return self.minutes
        if self.has_half or hour > 12:
            return None
        other = (hour + 12) % 24
        return other * HOUR + minute if other in _HOURS_OF[part] else None


def take_clocks(words: Words) -> list[TypedClock]:
    """Take `at 9am`, `9am, 1pm and 5pm`, `9am/5pm`; take no word where no time is ahead."""
    ahead = words.copy()
    ahead.take_phrase(("at", "@"))
    found: list[TypedClock] = []
    while clocks := _take_word_of_clocks(ahead):
        found += clocks
        words.follow(ahead)
        if words.take_phrase(_OCLOCK):
            found[-1] = replace(found[-1], said=(*found[-1].said, words.taken[-1]))
        ahead = words.copy()
        ahead.pass_over(*AND)
        ahead.take_phrase(("at", "again at"))
    return found


def take_part(words: Words) -> tuple[str, bool] | None:
    """Take `every morning`, `in the evening`, `nightly`.

    Returns:
        The part of the day, and whether it means every day.
    """
    ahead = words.copy()
    is_each = ahead.take_phrase(EACH) is not None
    if not is_each:
        ahead.take_phrase(("in the", "at", "in", "the"))
    word = ahead.take_phrase(_PARTS)
    if word is None:
        return None
    words.follow(ahead)
    return _PARTS[word], is_each or word in ("nightly", "mornings", "afternoons", "evenings", "nights")


def take_bounds(words: Words) -> tuple[TypedClock, TypedClock] | None:
    """Take `from 9am to 5pm`, `between 09:00 and 17:00`, `9-17`: the first and the last time of a day."""
    ahead = words.copy()
    is_between = ahead.take_phrase(("from", "between")) == "between"
    joined = _DASH.split(ahead.word())
    if len(joined) == 2:
        token = ahead.take()
        pair = [_read_typed_clock(part, (token,)) for part in joined]
    else:
        pair = [*_take_word_of_clocks(ahead)[:1]]
        if not ahead.take_phrase((*_TO, "and") if is_between else _TO):
            return None
        pair += _take_word_of_clocks(ahead)[:1]
    first, last = pair if len(pair) == 2 else (None, None)
    if first is None or last is None:
        return None
    words.follow(ahead)
    return first, last


def settle(clocks: Sequence[TypedClock], part: str) -> list[int]:
    """Return some times in minutes from midnight, given the part of the day; an empty one means none.

    Raises:
        QueryError: one of them may be in either half of the day, or is in another part of it.
    """
    is_24h = any(clock.minutes >= 13 * HOUR and not clock.has_half for clock in clocks)
    return [_settle_one(clock, part, is_24h=is_24h) for clock in clocks]


def _settle_one(clock: TypedClock, part: str, *, is_24h: bool) -> int:
    if part:
        minutes = clock.in_part(part)
        if minutes is None:
            raise wrong(clock.said, f"is not in the {part}", expected=f"a time in the {part}")
        return minutes
    if clock.is_bare and not is_24h:
        close = clock_text(clock.minutes)
        raise wrong(clock.said, "is no time of day I know", expected=TIME_EXPECTED, nearest=close)
    return clock.minutes


def clock_fields(times: Iterable[int], said: Sequence[Token]) -> str:
    """Return the cron fields of minute and hour for some minutes from midnight.

    Raises:
        QueryError: five fields can't hold them.
    """
    found = set(times)
    minutes = sorted({time % HOUR for time in found})
    hours = sorted({time // HOUR for time in found})
    if len(minutes) * len(hours) != len(found):
        raise wrong(
            said,
            "has different minutes in different hours, which one digest can't",
            expected="the same minutes in each hour, such as `9:30am and 5:30pm`, or a digest for each",
        )
    return f"{','.join(map(str, minutes))} {','.join(map(str, hours))}"


def _take_word_of_clocks(words: Words) -> list[TypedClock]:
    """Take one word with one or more times in it, and an `am` or `pm` apart."""
    word, behind = words.word(), words.word(1).replace(".", "")
    if not word:
        return []
    has_half = behind in ("am", "pm")
    clocks = _read_clocks(word + behind if has_half else word)
    if not clocks:
        return []
    said = tuple(words.take() for _ in range(1 + has_half))
    return [replace(clock, said=said) for clock in clocks]


@lru_cache(maxsize=256)  # each way to read a schedule asks for the same words
def _read_clocks(word: str) -> tuple[TypedClock, ...]:
    """Return the times of day that a word is, without the words that they are said with."""
    parts = [part for part in _LIST_MARK.split(word.replace("a.m", "am").replace("p.m", "pm")) if part]
    found = [clock for part in parts if (clock := _read_clock(part))]
    return tuple(found) if len(found) == len(parts) else ()


def _read_typed_clock(text: str, said: tuple[Token, ...]) -> TypedClock | None:
    clock = _read_clock(text)
    return None if clock is None else replace(clock, said=said)


@lru_cache(maxsize=256)  # each way to read a schedule asks for the same words
def _read_clock(text: str) -> TypedClock | None:
    """Return the time of day that a text is, without the words that it is said with."""
    text = re.sub("^[a-z]+?(?=(?:am|pm)?$)", lambda word: str(NUMBERS.get(word[0], word[0])), text)
    clock = read_clock(text)
    if (
        clock is None
        and (_CERTAIN.fullmatch(text) or _BARE.fullmatch(text))
        and (close := nearest_time(text))
    ):
        clock = read_clock(close)
    if clock is None:
        return None
    minutes = clock.hour * HOUR + clock.minute
    is_bare = (
        bool(_BARE.fullmatch(text)) and ":" not in text and "." not in text and not _CERTAIN.fullmatch(text)
    )
    return TypedClock((), minutes, is_bare=is_bare, has_half=not _BARE.fullmatch(text))
