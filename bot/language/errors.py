"""The one error of the language: which word, what was expected, and what to write in its place."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final, Protocol, Self, TypeVar

_T = TypeVar("_T")
_MOST_CORRECTIONS: Final = 4
"""Mistakes in one text that are corrected together."""

_JOINS_BEFORE: Final = re.compile(r"(?:\s+(?:and|or)|[\s,&+|]+)$", re.IGNORECASE)
_JOINS_AFTER: Final = re.compile(r"^(?:(?:and|or)\s+|[\s,&+|]+)", re.IGNORECASE)

_ROUNDING: Final = 1e-6  # more than the product of a cutoff and a length is off

SIMILAR_NAMES: Final = 0.5
"""How alike two names of workflows are, of which one may stand for the other."""


class QueryError(Exception):
    """A text that can't be understood.

    Attributes:
        word: the word that is wrong, as it was typed.
        problem: what is wrong with it, to be read after the word.
        expected: what would have been right.
        choices: what to write in its place, where something right looks like it; several if any may be meant.
            An empty one leaves the word out.
        span: where the word stands in the text; None for all of it.
        proposals: the whole text as it can be read, for the nearest or for each choice; `verify_proposals`
            fills them in.
    """

    def __init__(
        self,
        word: str,
        problem: str,
        *,
        expected: str,
        nearest: str | tuple[str, ...] | None = None,
        span: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(f"{word} {problem}; expected {expected}")
        self.word = word
        self.problem = problem
        self.expected = expected
        self.choices = nearest if isinstance(nearest, tuple) else (nearest,) if nearest else ()
        self.span = span
        self.proposals: tuple[Editable, ...] = ()

    @property
    def nearest(self) -> str | None:
        """Return what to write in the word's place, where one thing alone may be meant."""
        return self.choices[0] if len(self.choices) == 1 else None

    @property
    def corrected(self) -> str | None:
        """Return the first of the proposals as it is typed."""
        return self.proposals[0].whole() if self.proposals else None


class UnknownName(QueryError):
    """A word in the place of a name that is none, of those that the person may see.

    Attributes:
        name: the word.
        similar: names that are like it.
    """

    def __init__(self, name: str, similar: Sequence[str], error: QueryError) -> None:
        super().__init__(
            error.word, error.problem, expected=error.expected, nearest=error.choices, span=error.span
        )
        self.name = name
        self.similar = similar


class Editable(Protocol):
    """A text in which a span can be written anew."""

    def whole(self) -> str:
        """Return what to type for the whole text."""

    def sent(self) -> str:
        """Return the text as Slack sends it, which a button can carry."""

    def edit(self, span: tuple[int, int] | None, words: str) -> Self:
        """Return the same with other words in a span; None stands for all of the text."""


def verify_proposals(error: QueryError, typed: Editable, read: Callable[[Any], object]) -> None:
    """Keep what an error proposes only if the text that it leads to can be read.

    Further mistakes in a corrected text are corrected along with the first.

    Args:
        error: what is wrong with the text; its `proposals` are filled in, or what it proposes is dropped.
        typed: the text.
        read: reads a text. It raises QueryError.
    """
    found = [(words, _correct(error, words, typed, read)) for words in error.choices]
    error.choices = tuple(words for words, text in found if text is not None)
    error.proposals = tuple(text for _, text in found if text is not None)


def _correct(
    error: QueryError, words: str, typed: Editable, read: Callable[[Any], object]
) -> Editable | None:
    """Return a text as it can be read once the words are in the place of the wrong ones."""
    span, nearest = error.span, words
    for _ in range(_MOST_CORRECTIONS):
        typed = typed.edit(span, nearest)
        wrong = error_in(typed, read)
        if wrong is None:
            return typed
        if not wrong.nearest:  # a word that would be left out is the person's to leave out
            break
        whole = wrong.proposals[0].whole() if wrong.proposals else None
        span, nearest = (wrong.span, wrong.nearest) if whole is None else (None, whole)
    return None


def can_be_corrected(error: QueryError, typed: Editable, read: Callable[[Any], object]) -> bool:
    """Return whether an error knows what is meant, and the text can be read with that."""
    meant = error.nearest
    return _correct(error, meant, typed, read) is not None if meant else False


def error_in(typed: Editable, read: Callable[[Any], object]) -> QueryError | None:
    """Return what is wrong with a text; None if it can be read."""
    try:
        read(typed)
    except QueryError as error:
        return error
    return None


@dataclass(frozen=True, slots=True)
class _FieldText:
    text: str

    def whole(self) -> str:
        return self.text

    def sent(self) -> str:
        return self.text

    def edit(self, span: tuple[int, int] | None, words: str) -> "_FieldText":
        start, end = span or (0, len(self.text))
        return _FieldText(f"{self.text[:start]}{words}{self.text[end:]}")


def read_field(text: str, read: Callable[[str], _T]) -> _T:
    """Read the text of a form's field. An error proposes a text for the whole field, which can be read.

    Raises:
        QueryError: the text can't be read.
    """
    try:
        return read(text)
    except QueryError as error:
        verify_proposals(error, _FieldText(text), lambda field: read(field.text))
        error.choices = tuple(proposal.whole() for proposal in error.proposals)
        error.proposals = ()
        raise


@dataclass(frozen=True, slots=True)
class FormErrors:
    """What can't be understood of a form.

    Attributes:
        by_field: the error of each field, by its key in the language.
    """

    by_field: dict[str, QueryError]


@contextmanager
def collect_error(wrong: dict[str, QueryError], key: str) -> Iterator[None]:
    """Collect an error and continue, so that a person reads all errors of a form at once."""
    try:
        yield
    except QueryError as error:
        wrong[key] = error


def nearest(word: str, choices: Sequence[str], *, cutoff: float = 0.6) -> str | None:
    """Return the choice that a mistyped word most likely means; None when none is like it."""
    return next(iter(nearest_several(word, choices, most=1, cutoff=cutoff)), None)


def nearest_several(word: str, choices: Sequence[str], *, most: int, cutoff: float) -> tuple[str, ...]:
    """Return the choices that a mistyped word may mean, the likeliest first; case does not count.

    Args:
        word: as it was typed.
        choices: what it may mean.
        most: how many to return at most.
        cutoff: how alike they must be, from 0 to 1.
    """
    return _nearest(word.casefold(), tuple(choices), most, cutoff)


@lru_cache(maxsize=256)  # each way to read a command asks for the same words
def _nearest(word: str, choices: tuple[str, ...], most: int, cutoff: float) -> tuple[str, ...]:
    by_folded = _by_folded(choices)
    alike = [folded for folded in by_folded if _may_be_like(word, folded, cutoff)]
    close = get_close_matches(word, alike, n=most, cutoff=cutoff) if alike else []
    return tuple(by_folded[folded] for folded in close)


def _may_be_like(word: str, other: str, cutoff: float) -> bool:
    """Return whether two words have enough letters in common, in any order: most need no closer look."""
    least = cutoff * (len(word) + len(other)) / 2 - _ROUNDING
    return min(len(word), len(other)) >= least and sum(map(word.__contains__, other)) >= least


@lru_cache(maxsize=32)
def _by_folded(choices: tuple[str, ...]) -> dict[str, str]:
    return {choice.casefold(): choice for choice in choices}


def without_span(text: str, start: int, end: int) -> str:
    """Return a text without a part, and without the comma or `and` that joined it to another part."""
    before, after = text[:start].rstrip(), text[end:].lstrip()
    shorter = _JOINS_BEFORE.sub("", before)
    if shorter == before:
        after = _JOINS_AFTER.sub("", after)
    return f"{shorter} {after}".strip()


def typed(word: str) -> str:
    """Return a word that somebody typed, within our own words: as code, in which Slack reads no markup."""
    return f"`{word.replace('`', chr(0x2CB))}`"


def one_of(names: Sequence[str]) -> str:
    """Return the choices there are."""
    return "one of " + ", ".join(f"`{name}`" for name in names)
