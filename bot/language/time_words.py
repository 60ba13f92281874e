"""Which words are a time, as far as they tell without a clock."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from bot.language.durations import COUNT
from bot.language.written_times import WrittenTime, parse
from bot.language.zones import may_begin_zone

_PLAIN_CLOCK: Final = re.compile(r"\d{1,2}(?::\d\d)? ?(?:am|pm)?")
_MOST_WORDS: Final = 10  # `on the 20th of November 2026 at 9 am Port-au-Prince time`

_OVERNIGHT: Final = re.compile(r"\bover ?night\b")
_OF_A_DAY: Final = re.compile(
    r"\b(today|yesterday|tonight|last night|morning|evening|(?:mon|tues|wednes|thurs|fri|satur|sun)day)'?s\b"
)
"""As in `last night's errors` and `todays failures`."""
_BEGINS_TIME: Final = re.compile(
    rf"\d|^[\W_]*(?:{COUNT}|(?:now|in|within|on|at|the|for|during|last|past|previous|start|beginning|end|day|this|"
    r"current)(?![a-z])|over|today|yesterday|tomorrow|tonight|morning|afternoon|evening|night|noon|mid|"
    r"mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
)
"""What every time but one with a zone before it begins with, and some other words, too."""
_DAY_EARLIER: Final = {"tonight": "last night", "this": "last", "today": "yesterday", "tomorrow": "today"}
"""What is written for a day, and for the one before it."""


def read_words(text: str) -> WrittenTime | None:
    """Return what the words of a time say without a clock; None if they are no time.

    Raises:
        OverflowError: a length is longer than any calendar.
    """
    return parse(_normal(text))


def needs_zone(text: str) -> bool:
    """Return whether the words mean another moment in another zone."""
    try:
        written = read_words(text)
    except OverflowError:  # longer than any calendar, in every zone
        return False
    return written is None or not written.is_exact


def is_time(text: str) -> bool:
    """Return whether some words are a time, though they may have two meanings or name no day there is."""
    try:
        return read_words(text) is not None
    except OverflowError:
        return True


def is_clock(text: str) -> bool:
    """Return whether a word is a time of day in hours and minutes: `09:00`, `9am`."""
    return bool(_PLAIN_CLOCK.fullmatch(_normal(text))) and is_time(text)


def day_earlier(text: str) -> str | None:
    """Return the words of a time for the same one a day earlier, if they tell its day: `last night`."""
    words = " ".join(_DAY_EARLIER.get(word, word) for word in _normal(text).split())
    return words if words != _normal(text) and is_time(words) else None


def longest_time(words: Sequence[str]) -> int:
    """Return how many of the first words are one time: 2 of `2 am errored`; 0 if they begin with none.

    A time that has two meanings counts, so that `read` can tell of it.
    """
    return _longest_time(tuple(words[:_MOST_WORDS])) if words and may_begin_time(words[0]) else 0


@lru_cache(maxsize=1024)  # each way to read a command asks for the same words
def may_begin_time(word: str) -> bool:
    """Return whether a time may begin with a word; most words of a command need no closer look."""
    text = word.lower().strip("[]")
    return _BEGINS_TIME.search(f"{text} ") is not None or may_begin_zone(text)


@lru_cache(maxsize=256)  # each form of a command that may begin with a time asks for the same words
def _longest_time(words: tuple[str, ...]) -> int:
    return next((count for count in range(len(words), 0, -1) if is_time(" ".join(words[:count]))), 0)


@lru_cache(maxsize=1024)  # each form of a command that a time may be asks for the same words
def _normal(text: str) -> str:
    words = text.lower().replace("\N{MINUS SIGN}", "-").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    words = " ".join(words.split()).strip("[]")
    return _OVERNIGHT.sub("last night", _OF_A_DAY.sub(r"\1", words))
