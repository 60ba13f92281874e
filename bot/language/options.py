"""An option of a command, as one object: grammar, refusals, echo, form field, help and docs come from it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar

from bot.language.command import Command
from bot.language.errors import QueryError, nearest, one_of, typed, without_span
from bot.language.tokens import COMMAND, Token

T = TypeVar("T")
Say = Callable[[str, datetime], str]
"""Puts words and the moment behind them into one phrase."""


@dataclass(frozen=True, slots=True)
class Field:
    """What stands around an option's field in a form, as plain text.

    Attributes:
        label: above the field.
        hint: below it.
        placeholder: in it while it is empty.
    """

    label: str
    hint: str = ""
    placeholder: str = ""


_NO_FIELD: Final = Field("")


@dataclass(frozen=True, slots=True)
class Option(Generic[T]):
    """One option: `key:value`, `--key value`.

    Attributes:
        key: its name.
        example: how it may stand in a command; shown in help, docs and refusals.
        help: what it means, in a phrase for help and docs (Slack's markup and Markdown agree on it).
        read: reads the value of a word. It raises QueryError.
        write: writes a value as it stands in a command.
        get: finds the value in what the command asks for; None where it was left out.
        phrase: says a value, of what was asked, in the line above an answer; None where another place does.
        parameter: the API's name of it, which may be typed, too.
        aliases: other names that mean the same.
        synonyms: names that people use elsewhere. They are taken, and the answer says so.
        default: what it is where it was left out, as help and docs say it.
        field: what stands around its field in a form; without a label where forms lack it.
    """

    key: str
    example: str
    help: str
    read: Callable[[Token, Command], T]
    write: Callable[[T], str] = str
    get: Callable[[Any], T | None] | None = None
    phrase: Callable[[T, Any, Say], str] | None = None
    parameter: str = ""
    aliases: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    default: str = ""
    field: Field = _NO_FIELD

    def is_called(self, name: str) -> bool:
        """Return whether this is a name of the option's own."""
        return name in (self.key, self.parameter, *self.aliases)

    def value_in(self, asked: object) -> T | None:
        """Return the option's value in what a command asks for."""
        found: T | None = (self.get or attrgetter(self.key))(asked)
        return found


_MOST_NAMED: Final = 12
"""Options that a refusal names; of more it names half as many, and help has all."""


class Options:
    """The options of a command.

    Args:
        options: in the order in which help and answers name them.
        unknown: what is wrong with a word whose key is none of them, to be read after it.
        others: the keys of other commands, each with what is wrong with it here.
    """

    def __init__(
        self, options: Iterable[Option[Any]], *, unknown: str, others: Mapping[str, str] | None = None
    ) -> None:
        self._options = {option.key: option for option in options}
        self._unknown = unknown
        self._others = others or {}
        self._key_of = {
            name: option.key
            for option in self
            for name in (option.key, option.parameter, *option.aliases)
            if name
        }
        self._synonyms = {name: option.key for option in self for name in option.synonyms}

    def __iter__(self) -> Iterator[Option[Any]]:
        return iter(self._options.values())

    def __getitem__(self, key: str) -> Option[Any]:
        return self._options[key]

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys in order."""
        return tuple(self._options)

    def key_of(self, name: str) -> str | None:
        """Return the key that a name stands for, if it is one of an option."""
        return self._key_of.get(name)

    def find(self, name: str) -> Option[Any] | None:
        """Return the option that a name stands for, also a name from other systems."""
        key = self._key_of.get(name) or self._synonyms.get(name)
        return None if key is None else self._options[key]

    def by_key(self, words: Sequence[Token], text: str) -> dict[str, Token]:
        """Return the word of each option that was given.

        Args:
            words: with a key each, in their order.
            text: that they stand in.

        Raises:
            QueryError: one is unknown, or is given twice; then either of the two may be meant.
        """
        given: dict[str, Token] = {}
        for word in words:
            key = self.key_of(word.key or "")
            if key is None:
                raise self.unknown(word)
            if key in given and given[key].value.casefold() != word.value.casefold():
                raise _given_twice(given[key], word, key, text)
            given[key] = word
        return given

    def read(self, words: dict[str, Token], command: Command) -> dict[str, Any]:
        """Return the value of each option that was given.

        Raises:
            QueryError: one can't be read.
        """
        return {key: self[key].read(word, command) for key, word in words.items()}

    def unknown(self, word: Token) -> QueryError:
        """Return the error for a word whose key is no option's."""
        name = word.key or ""
        meant = nearest(name, self.keys)
        value = "" if word.is_flag and not word.raw else f":{word.raw}"
        is_long = len(self.keys) > _MOST_NAMED
        expected = one_of([f"{key}:" for key in self.keys[: _MOST_NAMED // 2 if is_long else None]])
        expected += f", and more: `{COMMAND} help filters`" * is_long
        if name in self._others:
            return word.wrong(self._others[name], expected=expected, nearest=("",))
        nearest_ = f"{meant}{value}" if meant else ("",)
        return word.wrong(self._unknown, expected=expected, nearest=nearest_)

    def echo(self, asked: object) -> list[str]:
        """Return the words that ask for the same, without what was left out."""
        words = []
        for option in self:
            value = option.value_in(asked)
            if value is not None:
                words.append(f"{option.key}:{option.write(value)}")
        return words

    def phrases(self, asked: object, say: Say) -> tuple[str, ...]:
        """Return a phrase for each value that only a phrase tells."""
        values = ((option.phrase, option.value_in(asked)) for option in self)
        return tuple(phrase(value, asked, say) for phrase, value in values if phrase and value is not None)


def _given_twice(first: Token, second: Token, key: str, text: str) -> QueryError:
    """Return the error for two words of one option, of which one is to be left out."""
    return QueryError(
        second.text,
        f"repeats {typed(first.text)}; only one is allowed",
        expected=f"`{key}:` once",
        nearest=tuple(without_span(text, word.start, word.end) for word in (second, first)),
    )
