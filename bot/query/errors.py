"""The one error of the language: which word, what was expected, the nearest right one."""

from collections.abc import Sequence
from difflib import get_close_matches


class QueryError(Exception):
    """A command that can't be understood.

    Attributes:
        word: the word that is wrong, as it was typed.
        problem: what is wrong with it, to be read after the word.
        expected: what would have been right.
        nearest: what to write in its place, where something right looks like it.
        command: the whole command with that put right.
    """

    def __init__(
        self,
        word: str,
        problem: str,
        *,
        expected: str,
        nearest: str | None = None,
        command: str | None = None,
    ) -> None:
        super().__init__(f"{word} {problem}; expected {expected}")
        self.word = word
        self.problem = problem
        self.expected = expected
        self.nearest = nearest
        self.command = command

    def in_command(self, command: str, words: Sequence[str]) -> "QueryError":
        """The same error, with the whole command put right where a nearest word is known."""
        if self.nearest is None:
            return self
        corrected = f"{command} {' '.join(words)}".replace(f" {self.word}", f" {self.nearest}", 1)
        return QueryError(
            self.word, self.problem, expected=self.expected, nearest=self.nearest, command=corrected
        )


def nearest(word: str, choices: Sequence[str]) -> str | None:
    """The choice that a mistyped word most likely means; None when none is like it."""
    by_folded = {choice.casefold(): choice for choice in choices}
    close = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def one_of(names: Sequence[str]) -> str:
    """The choices there are."""
    return "one of " + ", ".join(f"`{name}`" for name in names)
