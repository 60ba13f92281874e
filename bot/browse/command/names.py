"""Read the words that say which workflows a list shows: names, patterns with `*`, or all of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from bot.browse.command.options import LIST_OPTIONS
from bot.browse.command.phrases import EVERYTHING
from bot.browse.command.word_errors import (
    OLDEST,
    OLDEST_FIRST,
    no_such_name,
    no_workflow,
    oldest_first,
    unread_filter,
)
from bot.browse.command.written_names import JOINS, is_phrase, quote_name
from bot.browse.selection import PATTERN, is_match
from bot.cloudflare.requests import MAX_WORKFLOW_NAME
from bot.language import name_matching
from bot.language.command import Command, Reading
from bot.language.errors import QueryError, typed
from bot.language.filler_words import is_filler, without_fillers
from bot.language.tokens import COMMAND, Token, quote

_ID: Final = re.compile(r"(?=(?:.*\d){4})[\w-]{6,100}")
_JOINED: Final = re.compile(r"[\s,;|&+]*(?:[,;|&+]|\b(?:and|or|plus|und|et|y)\b)[\s,;|&+]*", re.IGNORECASE)
_NAME: Final = re.compile(r"[\w*.-]+")
_BETWEEN_SIGNS: Final = re.compile(r"[^,;|&+]+")
_BETWEEN_COMMAS: Final = re.compile(r"[^,]+")
_COMMA: Final = re.compile(r"\s*[,;|&+]")


@dataclass(frozen=True, slots=True)
class Name:
    """The words that say one workflow, or a pattern.

    Attributes:
        words: those of the command.
        workflow: the name or the pattern that they mean.
    """

    words: tuple[Token, ...]
    workflow: str

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Return how they were read, if they are not the name itself."""
        said = " ".join(word.value for word in self.words)
        return () if said == self.workflow else (Reading(said, quote_name(self.workflow)),)


@dataclass(frozen=True, slots=True)
class Names:
    """Which workflows some words say.

    Attributes:
        found: what says a workflow or a pattern, in the order of the words.
        rest: the bare words that are left, without those that add nothing.
        has_star: a `*` alone is among the words, and means every workflow.
    """

    found: tuple[Name, ...] = ()
    rest: tuple[Token, ...] = ()
    has_star: bool = False

    @property
    def workflows(self) -> tuple[str, ...]:
        """Return the names and patterns, each once."""
        return tuple(dict.fromkeys(name.workflow for name in self.found))

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Return what was read as which name."""
        return tuple(reading for name in self.found for reading in name.readings)


def read_names(bare: Sequence[Token], command: Command) -> Names:
    """Return which workflows some bare words say.

    Where the account's names are at hand, each name is one of them, however it is spelt. Otherwise the first
    word that is nothing else is a name, and so are those that a comma or an `and` joins to it.

    Raises:
        QueryError: words fit several workflows, or are joined to names and no workflow is called so.
    """
    words = _split_joined(bare, command)
    has_star = any(word.value == PATTERN for word in words)
    said = _says_something(words)
    if not command.workflows:
        return Names(*_first_names(said, command), has_star=has_star)
    found = _known_names(words, command)
    if not found:
        _refuse_unknown(said, command)
        return Names(*_first_names(said, command), has_star=has_star)
    taken = {word for name in found for word in name.words}
    rest = [word for word in said if word not in taken]
    for word in rest:
        if not looks_like_instance(word.value) and _is_joined_to(word, found, command):
            raise no_such_name(word, command)
    return Names(tuple(found), tuple(rest), has_star=has_star)


def name_like_a_filter(words: Sequence[Token], command: Command) -> Name | None:
    """Return the word that is the name of a workflow, though other commands read it as a filter.

    Where the names are at hand, it is the first that is one. Otherwise it is a word that stands alone.
    """
    if command.workflows:
        bare = [word for word in words if word.key is None and word.value in command.workflows]
    else:
        bare = _says_something(words)
        bare = bare if len(bare) == 1 and is_phrase(bare[0].value) else []
    return Name((bare[0],), bare[0].value) if bare else None


def is_pattern(word: Token) -> bool:
    """Return whether a word stands for the workflows whose names are like it."""
    return PATTERN in word.value and bool(word.value.strip(PATTERN))


def is_everything(word: Token) -> bool:
    """Return whether a word in the place of a name means every workflow."""
    text = word.value.lower()
    return (not word.quoted and text in EVERYTHING) or (bool(text) and not text.strip(PATTERN))


def looks_like_instance(text: str) -> bool:
    """Return whether a text is most likely the id of an instance: long, and with four digits in it."""
    return _ID.fullmatch(text) is not None


def require_length(word: Token, workflow: str) -> None:
    """Refuse a name that no workflow can have.

    Raises:
        QueryError: it is empty or too long.
    """
    if not 1 <= len(workflow) <= MAX_WORKFLOW_NAME:
        raise word.wrong(
            f"has {len(workflow)} characters",
            expected=f"a workflow's name of 1 to {MAX_WORKFLOW_NAME} characters",
        )


def _says_something(words: Sequence[Token]) -> list[Token]:
    return [word for word in without_fillers(words) if word.key is None and not is_everything(word)]


def _split_joined(bare: Sequence[Token], command: Command) -> list[Token]:
    """Return the words, those of `orders,emails` apart; a real name keeps its signs."""
    words: list[Token] = []
    for word in bare:
        if word.quoted or word.value in command.workflows or not JOINS.search(word.value):
            words.append(word)
            continue
        parts = list(_BETWEEN_SIGNS.finditer(word.text))
        if not all(_NAME.fullmatch(part[0]) for part in parts):  # of what is no name, only a comma is a sign
            parts = list(_BETWEEN_COMMAS.finditer(word.text))
        words += [
            replace(word, text=part[0], start=word.start + part.start(), value=part[0], raw=part[0])
            for part in parts
        ]
    return words


def _first_names(said: Sequence[Token], command: Command) -> tuple[tuple[Name, ...], tuple[Token, ...]]:
    """Return the first word and those that are joined to it as names, and the other words."""
    count = min(1, len(said))
    for before, word in pairwise(said):
        if not _JOINED.fullmatch(command.text[before.end : word.start]):
            break
        count += 1
    return tuple(Name((word,), word.value) for word in said[:count]), tuple(said[count:])


def _known_names(words: Sequence[Token], command: Command) -> list[Name]:
    """Return the names in words, in their order.

    Raises:
        QueryError: some fit several workflows, a pattern none, or a word may be a second name by chance.
    """
    found: list[Name] = []
    for run in _runs(words, command):
        if is_pattern(run[0]):
            found.append(_known_pattern(run[0], command))
        else:
            found += _names_in(run, found, command)
    return sorted(found, key=lambda name: name.words[0].start)


def _runs(words: Sequence[Token], command: Command) -> list[list[Token]]:
    """Return the words between commas: no name goes across one. A pattern is alone."""
    runs: list[list[Token]] = []
    for word in words:
        before = runs[-1][-1] if runs else None
        gap = command.text[before.end : word.start] if before else ","
        if before is None or _COMMA.match(gap) or is_pattern(word) or is_pattern(before):
            runs.append([])
        runs[-1].append(word)
    return runs


def _names_in(run: list[Token], before: Sequence[Name], command: Command) -> list[Name]:
    """Return the names in a run of words: the longest first, then those in what is left around it."""
    other = {word.value for word in run if is_filler(word) or is_everything(word)}
    match = name_matching.find_name([word.value for word in run], command.workflows, other.__contains__)
    if match is None:
        return []
    words = tuple(run[match.start : match.stop])
    names = match.names
    if len(names) > 1:
        raise words[0].wrong(
            "may mean several workflows", expected="a whole name", nearest=tuple(map(quote_name, names))
        )
    _refuse_two_in_one(words, names[0], command)
    name = Name(words, names[0])
    if before and not match.is_whole and not _is_joined_to(words[0], before, command):
        raise words[0].wrong(
            "may be a second workflow, or something else",
            expected="names with commas between them",
            nearest=(quote_name(name.workflow), ""),
        )
    found = [*before, name]
    for left in (run[: match.start], run[match.stop :]):
        found += _names_in(left, found, command) if left else []
    return found[len(before) :]


def _refuse_two_in_one(words: Sequence[Token], name: str, command: Command) -> None:
    """Refuse words that are one name and, with the `and` between them, two others as well."""
    parts = [word.value for word in words if not is_filler(word)]
    if len(parts) < 2 or not all(part in command.workflows for part in parts):
        return
    start, end = words[0].start, words[-1].end
    raise QueryError(
        command.text[start:end],
        "may mean one workflow, or several",
        expected="a whole name, or names with commas between them",
        nearest=(quote_name(name), ",".join(map(quote_name, parts))),
        span=(start, end),
    )


def _known_pattern(word: Token, command: Command) -> Name:
    """Return a pattern that fits at least one workflow."""
    if not any(is_match(name, word.value) for name in command.workflows):
        similar = name_matching.find_similar(word.value.strip(PATTERN), command.workflows)
        is_id = any(sign.isdigit() for sign in word.value)
        find = f"; {typed(f'{COMMAND} find {word.value}')} looks for ids that begin so" if is_id else ""
        raise word.wrong(
            "fits no workflow",
            expected=f"a part of a name with `*` where anything may stand, as in `order-*`{find}",
            nearest=(*map(quote_name, similar), *_as_id(word)),
        )
    return Name((word,), word.value)


def _as_id(word: Token) -> tuple[str, ...]:
    """Return what to type for a pattern that may be meant as the beginning of an id: `ord-59*`."""
    prefix = word.value.removesuffix(PATTERN)
    is_id = PATTERN not in prefix and any(sign.isdigit() for sign in prefix)
    return (f"id:{quote(prefix)}",) if is_id else ()


def _is_joined_to(word: Token, found: Sequence[Name], command: Command) -> bool:
    """Return whether a comma or an `and` joins a word to a name."""
    for name in found:
        start, end = name.words[0].start, name.words[-1].end
        gap = command.text[word.end : start] if word.start < start else command.text[end : word.start]
        if _JOINED.fullmatch(gap):
            return True
    return False


def _refuse_unknown(said: Sequence[Token], command: Command) -> None:
    """Refuse what is the name of no workflow, if the name of one is like it or if it is one of several."""
    if not said or looks_like_instance(said[0].value):
        return
    if not said[0].quoted and LIST_OPTIONS.find(said[0].value.lower()):
        raise unread_filter(said, command)
    if not said[0].quoted and said[0].value.lower() in OLDEST | OLDEST_FIRST:
        raise oldest_first(said[0], said[1] if len(said) > 1 else None)
    similar = name_matching.find_similar(said[0].value, command.workflows)
    if similar or len(_first_names(said, command)[0]) > 1:
        raise no_workflow(said[0], similar)
