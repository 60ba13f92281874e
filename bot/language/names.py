"""Which name of several a person means who writes it in a way of their own."""

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
    """

    start: int
    stop: int
    names: tuple[str, ...]


def meant(typed: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return what a text certainly means: one name, or several that it fits alike.

    The strictest reading counts that fits anything: the name itself; then without regard to case; to `-`,
    `_`, space and other signs; to a plural's s; then as the beginning of a name.
    """
    return _first_fitting(typed, names, (*_EXACT, _is_same_but_for_plural, _begins))


def similar(typed: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return at most three names that look like a text or hold it, the likeliest first."""
    close = nearest_several(typed, names, most=_MOST_SIMILAR, cutoff=SIMILAR_NAMES)
    holding = [name for name in names if _folded(typed) and _folded(typed) in _folded(name)]
    return tuple(dict.fromkeys((*close, *holding)))[:_MOST_SIMILAR]


def find(words: Sequence[str], names: Sequence[str], is_other: Callable[[str], bool]) -> FoundName | None:
    """Return the first words that mean a name, as many of them as do.

    Args:
        words: in their order.
        names: all there are.
        is_other: tells of a word that it means something else, and no part of a name unless it is all of it.
    """
    for count in range(min(_MOST_WORDS, len(words)), 0, -1):
        for start in range(len(words) - count + 1):
            found = _first_fitting(" ".join(words[start : start + count]), names, _EXACT)
            if found:
                return FoundName(start, start + count, found)
    for start, word in enumerate(words):
        if not is_other(word) and (found := meant(word, names)):
            return FoundName(start, start + 1, found)
    return None


def _first_fitting(
    typed: str, names: Sequence[str], rules: Sequence[Callable[[str, str], bool]]
) -> tuple[str, ...]:
    for fits in rules:
        if found := tuple(name for name in names if fits(typed, name)):
            return found
    return ()


def _is_same(typed: str, name: str) -> bool:
    return typed == name


def _is_same_but_for_case(typed: str, name: str) -> bool:
    return typed.casefold() == name.casefold()


def _is_same_but_for_signs(typed: str, name: str) -> bool:
    return _folded(typed) == _folded(name) != ""


def _is_same_but_for_plural(typed: str, name: str) -> bool:
    return _singular(typed) == _singular(name) != ""


def _begins(typed: str, name: str) -> bool:
    """Return whether a name begins with a text, or its first words with the text's singular."""
    folded = _folded(typed)
    if len(folded) < _SHORTEST_PREFIX:
        return False
    words = [word for word in _SIGNS.split(name.casefold()) if word]
    beginnings = ("".join(words[:count]) for count in range(1, len(words) + 1))
    return _folded(name).startswith(folded) or _singular(typed) in beginnings


def _folded(text: str) -> str:
    return _SIGNS.sub("", text.casefold())


def _singular(text: str) -> str:
    return _folded(text).removesuffix("s")


_EXACT: Final = (_is_same, _is_same_but_for_case, _is_same_but_for_signs)
