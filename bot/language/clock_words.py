"""The time of day in a schedule, always with minutes or with am or pm: `9` may be either half of a day."""

import re
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Final

from bot.language import time_words, times

TIME_EXPECTED: Final = "a time such as `09:00`, `14:30` or `9am`"
_SYNONYMS: Final = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}
_NEARLY: Final = re.compile(r"(\d{1,2})(?:[.:h]?(\d{2}))?(?:h|am|pm)?")
_ANY_DAY: Final = times.Clock(datetime(2024, 1, 1, tzinfo=UTC))


def nearest_time(text: str) -> str | None:
    """Return the time that somebody most likely means by `9`, `09.00`, `0900`, `9.30pm` or `noon`."""
    word = "".join(text.lower().split())
    clock = read_clock(word.replace(".", ":"))
    if clock is None and (found := _NEARLY.fullmatch(word)):
        clock = read_clock(f"{found[1]}:{found[2] or '00'}")
    return f"{clock:%H:%M}" if clock else _SYNONYMS.get(word)


@lru_cache(maxsize=256)  # each way to read a schedule asks for the same words
def read_clock(text: str) -> time | None:
    """Return the time of day that a text means in filters, too; None for any other form."""
    return times.read(text, _ANY_DAY).at.time() if time_words.is_clock(text) else None
