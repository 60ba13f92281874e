"""The words of a command, one after another, and errors that name several of them."""

from collections.abc import Container, Sequence

from bot.language.errors import QueryError
from bot.language.tokens import Token


class Words:
    """A place between the words that were understood and those that are still to be.

    Args:
        tokens: all the words.
        at: how many of them were understood.
        plain: what `word` returns for each, if that is known already.
    """

    def __init__(self, tokens: Sequence[Token], at: int = 0, plain: Sequence[str] | None = None) -> None:
        self._tokens = tuple(tokens)
        self._at = at
        self._plain = tuple(map(_plain, tokens)) if plain is None else plain

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
        at = self._at + place
        return self._plain[at] if at < len(self._plain) else ""

    def copy(self) -> "Words":
        """Return the same place, to look ahead from."""
        return Words(self._tokens, self._at, self._plain)

    def follow(self, other: "Words") -> tuple[Token, ...]:
        """Go on to where a copy is, and return the words between."""
        start, self._at = self._at, len(other.taken)
        return self._tokens[start : self._at]

    def take_phrase(self, phrases: Container[str]) -> str | None:
        """Take and return the longest of some phrases, each of at most five words, if one is ahead."""
        longest, ahead = None, ""
        for count in range(1, 6):
            if not (word := self.word(count - 1)):
                break
            ahead = f"{ahead} {word}" if ahead else word
            if ahead in phrases:
                longest = ahead
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
