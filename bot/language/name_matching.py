"""Find the name that a person means, however they spell it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final

from bot.language.errors import SIMILAR_NAMES, nearest_several

_SIGNS: Final = re.compile(r"[\W_]+")
_SHORTEST_PREFIX: Final = 3
_MOST_WORDS: Final = 5
_MOST_SIMILAR: Final = 3
_MOST_FOLDED: Final = 8_192
"""Names that are remembered as they are compared: those of an account are the same for each command."""

_Key = Callable[[str], str]
"""Returns what a text and a name have to have in common."""


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
    return _Index(names).resolve(typed)


def is_whole_name(typed: str, names: Sequence[str]) -> bool:
    """Return whether a text is a whole name, but for case and signs."""
    return bool(_Index(names).whole(typed))


def holds(name: str, text: str) -> bool:
    """Return whether a name holds a text, regardless of case, signs, and the s of a plural."""
    folded = _fold(text)
    return bool(folded) and (folded in _fold(name) or folded.removesuffix("s") in _fold(name))


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
    index = _Index(names)
    for count in range(min(_MOST_WORDS, len(words)), 0, -1):
        for start in range(len(words) - count + 1):
            if found := index.whole(" ".join(words[start : start + count])):
                return FoundName(start, start + count, found)
    for start, word in enumerate(words):
        if not is_other(word) and (found := index.resolve(word)):
            return FoundName(start, start + 1, found, is_whole=False)
    return None


class _Index:
    """Names by what they are compared by, so that many words cost little more than one.

    Args:
        names: all there are.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._by_key: dict[_Key, dict[str, list[str]]] = {}

    def whole(self, typed: str) -> tuple[str, ...]:
        """Return the names that a text is, but for case and signs, by the strictest rule that fits any."""
        if typed in self._names:
            return tuple(name for name in self._names if name == typed)
        return self._first(typed, _EXACT)

    def resolve(self, typed: str) -> tuple[str, ...]:
        """Return what a text certainly means."""
        return self.whole(typed) or self._first(typed, (_fold_singular,)) or self._beginning_with(typed)

    def _first(self, typed: str, keys: Sequence[_Key]) -> tuple[str, ...]:
        for key in keys:
            if found := self._same(typed, key):
                return found
        return ()

    def _same(self, typed: str, key: _Key) -> tuple[str, ...]:
        if key not in self._by_key:
            by_key: dict[str, list[str]] = {}
            for name in self._names:
                by_key.setdefault(key(name), []).append(name)
            self._by_key[key] = by_key
        wanted = key(typed)
        return tuple(self._by_key[key].get(wanted, ())) if wanted else ()

    def _beginning_with(self, typed: str) -> tuple[str, ...]:
        """Return the names that begin with a text, or whose first words are the text's singular."""
        folded, singular = _fold(typed), _fold_singular(typed)
        if len(folded) < _SHORTEST_PREFIX:
            return ()
        return tuple(
            name for name in self._names if _fold(name).startswith(folded) or singular in _first_words(name)
        )


@lru_cache(_MOST_FOLDED)
def _first_words(name: str) -> tuple[str, ...]:
    """Return a name's first word, its first two words without the sign between them, and so on."""
    return tuple(accumulate(word for word in _SIGNS.split(name.casefold()) if word))


@lru_cache(_MOST_FOLDED)
def _fold(text: str) -> str:
    return _SIGNS.sub("", text.casefold())


def _fold_singular(text: str) -> str:
    return _fold(text).removesuffix("s")


_EXACT: Final[tuple[_Key, ...]] = (str.casefold, _fold)
