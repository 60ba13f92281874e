"""The one error of the language: which word, what was expected, the nearest right one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches


class QueryError(Exception):
    """A command that can't be understood.

    Attributes:
        word: the word that is wrong, as it was typed.
        problem: what is wrong with it, to be read after the word.
        expected: what would have been right.
        nearest: what to write in its place, where something right looks like it.
        command: the whole command with that put right, once `with_correction` was told of it.
    """

    def __init__(
        self,
        word: str,
        problem: str,
        *,
        expected: str,
        nearest: str | None = None,
        span: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(f"{word} {problem}; expected {expected}")
        self.word = word
        self.problem = problem
        self.expected = expected
        self.nearest = nearest
        self.command: str | None = None
        self._span = span

    def with_correction(self, command: str, text: str) -> None:
        """Fill in the whole command, given the text behind it, with the nearest word in its place."""
        if self.nearest is not None and self._span is not None:
            start, end = self._span
            corrected = f"{text[:start]}{self.nearest}{text[end:]}".strip()
            self.command = f"{command} {corrected.removeprefix(command).strip()}"


@dataclass(frozen=True, slots=True)
class FormErrors:
    """What can't be understood of a form.

    Attributes:
        by_field: the error of each field, by its key in the language.
    """

    by_field: dict[str, QueryError]


@contextmanager
def collect_error(wrong: dict[str, QueryError], key: str) -> Iterator[None]:
    """Goes on after an error, so that a person is told of all of them at once."""
    try:
        yield
    except QueryError as error:
        wrong[key] = error


def nearest(word: str, choices: Sequence[str]) -> str | None:
    """Return the choice that a mistyped word most likely means; None when none is like it."""
    by_folded = {choice.casefold(): choice for choice in choices}
    close = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def typed(word: str) -> str:
    """Return a word that somebody typed, within our own words: as code, in which Slack reads no markup."""
    return f"`{word.replace('`', chr(0x2CB))}`"


def one_of(names: Sequence[str]) -> str:
    """Return the choices there are."""
    return "one of " + ", ".join(f"`{name}`" for name in names)
