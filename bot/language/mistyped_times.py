"""Propose the time or duration that a mistyped one probably means: `2hous`, `yesteday`, `24`."""

import re
from typing import Final

from bot.language.durations import UNITS, parse_duration
from bot.language.errors import nearest
from bot.language.written_times import parse

_WORDS: Final = (
    "today", "yesterday", "tonight", "tomorrow", "midnight", "noon", "morning", "afternoon", "evening",
    "night", "week", "month", "year", "last", "past", "this", "ago", "before", "end", "start", "day",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february",
    "march", "april", "june", "july", "august", "september", "october", "november", "december",
    "hour", "hours", "minute", "minutes", "days", "weeks",
)  # fmt: skip
_PIECES: Final = re.compile(r"[^\W\d_]+|[\W\d_]+")
_NUMBER: Final = re.compile(r"[0-9]{1,4}")
_SIMILAR: Final = 0.75
_SIMILAR_UNIT: Final = 0.6
"""Units are short, and stand behind a number."""


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
