"""The words of a command, one after another, and errors that name several of them."""

from collections.abc import Container, Sequence
from itertools import accumulate, takewhile
from typing import Final

from bot.language.errors import QueryError
from bot.language.tokens import Token

_MOST_WORDS: Final = 5
"""Of a phrase."""


class Words:
    """A place between the words that were understood and those that are still to be.

    Args:
        tokens: all the words.
        at: how many of them were understood.
        plain: how each is compared, if that is known already.
    """

    __slots__ = ("_at", "_plain", "_tokens")

    def __init__(self, tokens: Sequence[Token], at: int = 0, plain: "_PlainWords | None" = None) -> None:
        self._tokens = tuple(tokens)
        self._at = at
        self._plain = _PlainWords(tokens) if plain is None else plain

    @property
    def ahead(self) -> Token | None:
        """The next word, if there is one."""
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    @property
    def rest(self) -> tuple[Token, ...]:
        """All that are still to be understood."""
        return self._tokens[self._at :]

    @property
    def taken(self) -> tuple[Token, ...]:
        """All that were understood."""
        return self._tokens[: self._at]

    def word(self, place: int = 0) -> str:
        """Return one of the words ahead in lower case, without a comma or full stop behind it.

        Args:
            place: how many words stand before it. If there is none, or it is in quotes or has a key, the
                text is empty.
        """
        return self._plain.word(self._at + place)

    def copy(self) -> "Words":
        """Return the same place, to look ahead from."""
        return Words(self._tokens, self._at, self._plain)

    def follow(self, other: "Words") -> tuple[Token, ...]:
        """Go on to where a copy is, and return the words between."""
        start, self._at = self._at, len(other.taken)
        return self._tokens[start : self._at]

    def take_phrase(self, phrases: Container[str]) -> str | None:
        """Take and return the longest of some phrases, each of at most five words, if one is ahead."""
        longest = next(filter(phrases.__contains__, self._plain.phrases(self._at)), None)
        if longest is not None:
            self._at += longest.count(" ") + 1
        return longest

    def take(self) -> Token:
        """Return the next word, which is there."""
        self._at += 1
        return self._tokens[self._at - 1]

    def pass_over(self, *fillers: str) -> None:
        """Go on behind words that add nothing."""
        while self.word() in fillers:
            self._at += 1


class _PlainWords:
    """Words as they are compared: in lower case, without a comma or full stop behind them.

    One that has a key or stands in quotes is an empty text, and so is what stands behind the last.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._words = tuple(map(_plain, tokens))
        self._phrases: dict[int, tuple[str, ...]] = {}

    def word(self, place: int) -> str:
        return self._words[place] if place < len(self._words) else ""

    def phrases(self, place: int) -> tuple[str, ...]:
        """Return what the words from a place on can be a phrase of, the longest first."""
        if place not in self._phrases:  # all who look ahead from there ask for the same
            words = takewhile(bool, self._words[place : place + _MOST_WORDS])
            self._phrases[place] = tuple(accumulate(words, "{} {}".format))[::-1]
        return self._phrases[place]


def _plain(token: Token) -> str:
    """Return a bare word as it is compared; an empty text for any other token."""
    if token.key is not None or token.quoted:
        return ""
    return token.text.lower().rstrip(",;.") or token.text


def as_typed(tokens: Sequence[Token]) -> str:
    """Return some words as they stood, one space between them."""
    return " ".join(token.text for token in tokens)


def wrong(
    tokens: Sequence[Token], problem: str, *, expected: str, nearest: str | tuple[str, ...] | None = None
) -> QueryError:
    """Return an error that names several words in a row, and can put them right where they stand."""
    span = (tokens[0].start, tokens[-1].end)
    return QueryError(as_typed(tokens), problem, expected=expected, nearest=nearest, span=span)
