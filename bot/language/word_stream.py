"""The words of a command, one after another, and errors that name several of them."""

from collections.abc import Sequence

from bot.language.errors import QueryError
from bot.language.tokens import Token


class Words:
    """A place between the words that were understood and those that are still to be.

    Args:
        tokens: all the words.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tuple(tokens)
        self._at = 0

    @property
    def ahead(self) -> Token | None:
        """The next word, if there is one."""
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    @property
    def rest(self) -> tuple[Token, ...]:
        """All that are still to be understood."""
        return self._tokens[self._at :]

    def take(self) -> Token:
        """Return the next word, which is there."""
        self._at += 1
        return self._tokens[self._at - 1]

    def pass_over(self, *fillers: str) -> None:
        """Go on behind words that add nothing."""
        while self.ahead and self.ahead.text.lower() in fillers:
            self._at += 1

    def need(self, missing: str, *, expected: str, such_as: str) -> Token:
        """Return the next word.

        Args:
            missing: what those before it lack without it, to be read after them.
            expected: what it may be.
            such_as: what to write if nothing is.

        Raises:
            QueryError: there is none.
        """
        if self.ahead:
            return self.take()
        said = self._tokens[: self._at]
        raise wrong(said, missing, expected=expected, nearest=f"{as_typed(said)} {such_as}")


def as_typed(tokens: Sequence[Token]) -> str:
    """Return some words as they stood, one space between them."""
    return " ".join(token.text for token in tokens)


def wrong(
    tokens: Sequence[Token], problem: str, *, expected: str, nearest: str | tuple[str, ...] | None = None
) -> QueryError:
    """Return an error that names several words in a row, and can put them right where they stand."""
    span = (tokens[0].start, tokens[-1].end)
    return QueryError(as_typed(tokens), problem, expected=expected, nearest=nearest, span=span)
