"""Find the name that a person means, however they spell it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.language.errors import SIMILAR_NAMES, nearest_several

_SIGNS: Final = re.compile(r"[\W_]+")
_SHORTEST_PREFIX: Final = 3
_MOST_WORDS: Final = 5
_MOST_SIMILAR: Final = 3


@dataclass(frozen=True, slots=True)
class FoundName:
    """Words in a row that mean a name.

    Attributes:
        start: the first of the words.
        stop: behind the last of them.
        names: what they may mean, in the order of the names.
        is_whole: they are the whole name, but for case and signs.
    """

    start: int
    stop: int
    names: tuple[str, ...]
    is_whole: bool = True


def resolve(typed: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return what a text certainly means: one name, or several that it fits alike.

    The strictest rule that fits any name decides. The rules are: the name itself; regardless of case;
    regardless of `-`, `_`, spaces and other signs; regardless of the s of a plural; the beginning of a name.
    """
    return _apply_strictest(typed, names, (*_EXACT, _is_same_but_for_plural, _is_beginning))


def is_whole_name(typed: str, names: Sequence[str]) -> bool:
    """Return whether a text is a whole name, but for case and signs."""
    return bool(_apply_strictest(typed, names, _EXACT))


def find_similar(typed: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return at most three names that look like a text or hold it, the likeliest first."""
    close = nearest_several(typed, names, most=_MOST_SIMILAR, cutoff=SIMILAR_NAMES)
    holding = [name for name in names if _fold(typed) and _fold(typed) in _fold(name)]
    return tuple(dict.fromkeys((*close, *holding)))[:_MOST_SIMILAR]


def find_name(
    words: Sequence[str], names: Sequence[str], is_other: Callable[[str], bool]
) -> FoundName | None:
    """Return the longest run of words that means a name; of several, the first.

    Args:
        words: in their order.
        names: all there are.
        is_other: whether a word means something else, so that it is a name only where it is the whole name.
    """
    for count in range(min(_MOST_WORDS, len(words)), 0, -1):
        for start in range(len(words) - count + 1):
            found = _apply_strictest(" ".join(words[start : start + count]), names, _EXACT)
            if found:
                return FoundName(start, start + count, found)
    for start, word in enumerate(words):
        if not is_other(word) and (found := resolve(word, names)):
            return FoundName(start, start + 1, found, is_whole=False)
    return None


def _apply_strictest(
    typed: str, names: Sequence[str], rules: Sequence[Callable[[str, str], bool]]
) -> tuple[str, ...]:
    """Return the names that the first fitting rule fits."""
    for fits in rules:
        if found := tuple(name for name in names if fits(typed, name)):
            return found
    return ()


def _is_same(typed: str, name: str) -> bool:
    return typed == name


def _is_same_but_for_case(typed: str, name: str) -> bool:
    return typed.casefold() == name.casefold()


def _is_same_but_for_signs(typed: str, name: str) -> bool:
    return _fold(typed) == _fold(name) != ""


def _is_same_but_for_plural(typed: str, name: str) -> bool:
    return _fold_singular(typed) == _fold_singular(name) != ""


def _is_beginning(typed: str, name: str) -> bool:
    """Return whether a name begins with a text, or its first words with the text's singular."""
    folded = _fold(typed)
    if len(folded) < _SHORTEST_PREFIX:
        return False
    words = [word for word in _SIGNS.split(name.casefold()) if word]
    beginnings = ("".join(words[:count]) for count in range(1, len(words) + 1))
    return _fold(name).startswith(folded) or _fold_singular(typed) in beginnings


def _fold(text: str) -> str:
    return _SIGNS.sub("", text.casefold())


def _fold_singular(text: str) -> str:
    return _fold(text).removesuffix("s")


_EXACT: Final = (_is_same, _is_same_but_for_case, _is_same_but_for_signs)
