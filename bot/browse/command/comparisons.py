"""Comparisons with a length of time: `> 1h`, `<10s`, `took:>1h`."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.browse.command.condition_options import LONGER, SHORTER
from bot.browse.command.word_rows import is_length
from bot.language.command import Reading
from bot.language.tokens import Token

BEFORE_LENGTHS: Final = frozenset({
    "for", "in", "took", "taking", "takes", "take", "lasted", "lasting", "ran", "run", "runs", "been",
    "duration", "going",
})  # fmt: skip
"""Words before a length that add nothing to it."""
_COMPARED: Final = re.compile(r"([<>])=?\s*$")
_DURATIONS: Final = ("took", "duration", "runtime", "ran")


def read_comparisons(words: Sequence[Token], text: str) -> tuple[list[Token], tuple[Reading, ...]]:
    """Replace `> 1h`, `<10s` and `took:>1h` by what they mean; return the words, and which were replaced.

    Args:
        words: those of a command.
        text: the command's, in which the signs stand; a word between the two of them is a placeholder.

    Raises:
        QueryError: a length of time has no sign, as in `took:1h`.
    """
    read: list[Token] = []
    readings: list[Reading] = []
    for word in words:
        start = _comparison(word, text)
        if start is None:
            read.append(word)
            continue
        signs = [sign for sign in text[start : word.end] if sign in "<>"]
        if not signs:
            raise word.wrong(
                "does not say whether you mean longer or shorter",
                expected="`longer:` or `shorter:`",
                nearest=(f"longer:{word.raw}", f"shorter:{word.raw}"),
            )
        key = LONGER.key if signs[0] == ">" else SHORTER.key
        if read and read[-1].key is None and read[-1].value.lower() in BEFORE_LENGTHS:
            start = read.pop().start  # took > 10m
        read.append(replace(word, key=key))
        readings.append(Reading(text[start : word.end], f"{key}:{word.raw}"))
    return read, tuple(readings)


def _comparison(word: Token, text: str) -> int | None:
    """Return where a comparison with a length of time begins whose last word this is; None if it is none."""
    if word.key in _DURATIONS:
        return word.start
    is_placeholder = text[word.end : word.end + 1] == ">"
    if word.key is not None or word.quoted or is_placeholder or not is_length(word.value):
        return None
    sign = _COMPARED.search(text, 0, word.start)
    return sign.start() if sign else None
