"""The verbs of a command, as one table: grammar, corrections, help and docs come from it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from bot.language.command import Command
from bot.language.errors import nearest
from bot.language.tokens import Token

R = TypeVar("R")
_SIMILAR: Final = 0.7
"""How alike a word and a verb are, of which one may be the other mistyped."""


@dataclass(frozen=True, slots=True)
class Verb(Generic[R]):
    """A verb.

    Attributes:
        name: the word itself.
        usage: what may stand behind it.
        help: what it does, in a phrase.
        read: reads the verb's own word and those behind it. It raises QueryError.
        aliases: other words that mean the same.
        synonyms: words that people use elsewhere. They are taken, too, but not shown.
        is_hidden: help and docs do not name it.
        topic: the topic of help that `help` alone behind it asks for; empty where that is read as any word.
    """

    name: str
    usage: str
    help: str
    read: Callable[[Token, Sequence[Token], Command], R]
    aliases: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    is_hidden: bool = False
    topic: str = ""


class Verbs(Generic[R]):
    """The verbs that may stand in one place.

    Args:
        verbs: in the order in which help and docs name them.
    """

    def __init__(self, verbs: Iterable[Verb[R]]) -> None:
        self._verbs = tuple(verbs)
        self._named = {
            name: verb for verb in self._verbs for name in (verb.name, *verb.aliases, *verb.synonyms)
        }
        self._synonyms = {name: verb.name for verb in self._verbs for name in verb.synonyms}

    def __iter__(self) -> Iterator[Verb[R]]:
        return (verb for verb in self._verbs if not verb.is_hidden)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names in order."""
        return tuple(verb.name for verb in self)

    def find(self, word: str) -> Verb[R] | None:
        """Return the verb that a word is, whatever its case."""
        return self._named.get(word.lower())

    def nearest(self, word: str) -> str | None:
        """Return the name of the verb that a word most likely means, of those that help names."""
        word = word.lower().strip("-\N{EM DASH}\N{EN DASH}:")
        return nearest(word, self.names, cutoff=_SIMILAR)
