"""Propose the time or duration that a mistyped one probably means: `2hous`, `yesteday`, `24`."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import Final

from bot.language.durations import UNITS, parse_duration
from bot.language.errors import nearest
from bot.language.time_ranges import take_range
from bot.language.time_words import longest_time
from bot.language.written_times import parse

_WORDS: Final = (
    "today", "yesterday", "tonight", "tomorrow", "midnight", "noon", "morning", "afternoon", "evening",
    "night", "week", "month", "year", "last", "past", "this", "ago", "before", "end", "start", "day",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february",
    "march", "april", "june", "july", "august", "september", "october", "november", "december",
    "hour", "hours", "minute", "minutes", "days", "weeks", "overnight",
)  # fmt: skip
_PIECES: Final = re.compile(r"[^\W\d_]+|[\W\d_]+")
_NUMBER: Final = re.compile(r"[0-9]{1,4}")
_SIMILAR: Final = 0.75
_SIMILAR_UNIT: Final = 0.6
"""Units are short, and stand behind a number."""
_SHORTEST_SLIP: Final = 3
"""Letters of a word that may be mistyped."""
_SHORTEST_MEANT: Final = 4
"""Letters of a word that may be meant: of shorter ones each is like many others."""
_MEANT: Final = tuple(word for word in _WORDS if len(word) >= _SHORTEST_MEANT)
_WORDS_BEFORE: Final = 5
"""How many words of a time may stand before a mistyped one."""


def nearest_lengths(text: str, units: str = "smh") -> tuple[str, ...]:
    """Return the lengths of time that a text may mean which is none: of a lone number one for each unit."""
    words = text.strip().lower().lstrip("-+\N{MINUS SIGN}").strip()
    if _NUMBER.fullmatch(words) and int(words):
        return tuple(f"{int(words)}{unit}" for unit in units)
    meant = "".join(_unit(piece) for piece in _PIECES.findall(words))
    return (meant,) if meant != text and _is_length(meant) else ()


def nearest_times(text: str) -> tuple[str, ...]:
    """Return the times that a text may mean which is none."""
    lengths = nearest_lengths(text, "mhd")
    if lengths:
        return lengths
    words = text.strip().lower()
    meant = "".join(_word(piece) for piece in _PIECES.findall(words))
    return (meant,) if meant != words and _is_time(meant) else ()


def mistyped_time_word(words: Sequence[str], is_right: Callable[[str], bool]) -> tuple[int, str] | None:
    """Return the place of the first word that is mistyped in a time, and what is meant.

    It is one slip away from a word of times, and a time with that word in its place: `last nigth`.

    Args:
        words: those of a command in a row.
        is_right: whether a word that looks mistyped is not.
    """
    for place, word in enumerate(words):
        meant = one_slip_from(word)
        if meant is None or is_right(word):
            continue
        first = max(0, place - _WORDS_BEFORE)
        mended = [*words[first:place], meant, *words[place + 1 :]]
        if any(_time_length(mended[start:]) > place - first - start for start in range(place - first + 1)):
            return place, meant
    return None


@lru_cache(maxsize=256)  # each way to read a command asks for the same words
def one_slip_from(word: str) -> str | None:
    """Return the word of times that a word is but for a letter wrong, missing, too many or swapped."""
    typed = word.lower()
    if len(typed) < _SHORTEST_SLIP or typed in _WORDS:
        return None
    near = range(len(typed) - 1, len(typed) + 2)
    # One slip in as many letters leaves the first or the last one as it was.
    alike = (meant for meant in _MEANT if meant[0] == typed[0] or meant[-1] == typed[-1])
    return next((meant for meant in alike if len(meant) in near and _is_slip(typed, meant)), None)


def _is_slip(typed: str, meant: str) -> bool:
    """Return whether a word is one slip away from another one."""
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(typed, meant, strict=False))))
    typed, meant = typed[same:], meant[same:]
    is_swapped = typed[:2] == meant[1::-1] and typed[2:] == meant[2:]
    return is_swapped or typed[1:] == meant[1:] or typed[1:] == meant or typed == meant[1:]


def _time_length(words: Sequence[str]) -> int:
    """Return how many of the first words are one time, or a stretch of it."""
    stretch = take_range(words)
    return max(longest_time(words), stretch[1] if stretch else 0)


def _unit(piece: str) -> str:
    is_other = not piece.isalpha() or piece in UNITS
    return piece if is_other else nearest(piece, tuple(UNITS), cutoff=_SIMILAR_UNIT) or piece


def _word(piece: str) -> str:
    is_other = not piece.isalpha() or piece in _WORDS
    return piece if is_other else nearest(piece, _WORDS, cutoff=_SIMILAR) or piece


def _is_length(text: str) -> bool:
    try:
        return parse_duration(text) is not None
    except OverflowError:
        return False


def _is_time(text: str) -> bool:
    try:
        return parse(text) is not None
    except OverflowError:
        return False
