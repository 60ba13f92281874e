"""The time of day in a schedule, always with minutes or with am or pm: `9` may be either half of a day."""

import re
from datetime import UTC, datetime, time
from typing import Final

from bot.language import times
from bot.language.word_stream import Words, as_typed, wrong

_EXPECTED: Final = "a time such as `09:00`, `14:30` or `9am`"
_SYNONYMS: Final = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}
_NEARLY: Final = re.compile(r"(\d{1,2})(?:[.:h]?(\d{2}))?(?:h|am|pm)?")
_ANY_DAY: Final = times.Clock(datetime(2024, 1, 1, tzinfo=UTC))


def take_time(words: Words) -> str:
    """Return the cron fields of `09:00`, `9am` or `at 9:30 pm`: minute and hour.

    Raises:
        QueryError: no time is ahead.
    """
    words.pass_over("at")
    said = [words.need("names no time", expected=_EXPECTED, such_as="09:00")]
    if words.ahead and words.ahead.text.lower() in ("am", "pm"):
        said.append(words.take())
    clock = _clock(as_typed(said))
    if clock is None:
        close = nearest_time(as_typed(said))
        raise wrong(said, "is no time of day I know", expected=_EXPECTED, nearest=close)
    return f"{clock.minute} {clock.hour}"


def nearest_time(text: str) -> str | None:
    """Return the time that somebody most likely means by `9`, `09.00`, `0900`, `9.30pm` or `noon`."""
    word = "".join(text.lower().split())
    clock = _clock(word.replace(".", ":"))
    if clock is None and (found := _NEARLY.fullmatch(word)):
        clock = _clock(f"{found[1]}:{found[2] or '00'}")
    return f"{clock:%H:%M}" if clock else _SYNONYMS.get(word)


def _clock(text: str) -> time | None:
    """Return the time of day that a text is in the rest of the language too."""
    return times.read(text, _ANY_DAY).at.time() if times.is_clock(text) else None
