"""The errors for words that mean nothing where they stand, or name no workflow."""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from bot.browse.command.filter_words import TIMES
from bot.browse.command.options import LIST_OPTIONS
from bot.browse.command.written_names import quote_name
from bot.language import name_matching
from bot.language.command import Command
from bot.language.errors import QueryError, UnknownName, typed, without_span
from bot.language.filler_words import is_filler
from bot.language.tokens import COMMAND, Token, span_with_marks, split

OLDEST: Final = frozenset({"first", "oldest", "earliest"})
OLDEST_FIRST: Final = frozenset({"oldest", "asc", "ascending", "reverse", "reversed"})
_VERSION: Final = re.compile(r"(?=.*\d)[0-9a-f]{3,12}|[a-f]{4,12}")
_DEPLOYS: Final = frozenset({"deploy", "deployment", "release", "rollout", "version", "build"})
_BEFORE_VERSIONS: Final = frozenset({"the", "our", "last", "latest", "newest", "current", *_DEPLOYS})


def run_of(words: Sequence[Token], command: Command) -> Sequence[Token]:
    """Return the first of some words and those right behind it, with nothing but fillers between them."""
    run = [words[0]]
    for word in words[1:]:
        between = split(command.text[run[-1].end : word.start])
        if not all(map(is_filler, between)):
            break
        run.append(word)
    return run


def unknown_words(run: Sequence[Token]) -> str:
    """Return what is wrong with words that mean nothing, to be read after them."""
    return "is a word I don't know" if len(run) == 1 else "are words I don't know"


def unread_filter(words: Sequence[Token], command: Command) -> QueryError:
    """Return the error for the name of a filter whose value can't be read: `since banana`."""
    if (of_version := version_as_time(words[0], command)) is not None:
        return of_version
    end = run_of(words, command)[:2][-1].end
    option = LIST_OPTIONS.find(words[0].value.lower())
    return QueryError(
        command.text[words[0].start : end],
        "is no filter that I can read",
        expected=f"as in {typed(option.example)}" if option else "a filter",
        nearest=("",),
        span=(words[0].start, end),
    )


def is_before_time(word: Token) -> bool:
    """Return whether a word is the name of a filter for a time, whose value was not read."""
    option = LIST_OPTIONS.find(word.value.lower())
    return word.key is None and not word.quoted and option is not None and option.key in TIMES


def version_as_time(word: Token, command: Command) -> QueryError | None:
    """Return the error for a version in a time's place: `since version 4f2a`, `since the last deploy`."""
    if not is_before_time(word):
        return None
    behind = [each for each in split(command.text) if each.start > word.start]
    said = list(takewhile(lambda each: each.value.lower() in _BEFORE_VERSIONS, behind))
    version = next((each for each in behind[len(said) :][:1] if _VERSION.fullmatch(each.value)), None)
    if version is None and _DEPLOYS.isdisjoint(each.value.lower() for each in said):
        return None
    end = (version or said[-1]).end
    return QueryError(
        command.text[word.start : end],
        "is no time that I know",
        expected=f"a time, or `version:` with its id; {typed(f'{COMMAND} stats')} compares versions",
        nearest=("",) if version is None else (f"version:{version.value}", ""),
        span=(word.start, end),
    )


def oldest_first(word: Token, after: Token | None) -> QueryError:
    """Return the error for `oldest first`."""
    last = after if after is not None and after.value.lower() in ("first", "order") else word
    return QueryError(
        word.text if last is word else f"{word.text} {last.text}",
        "can't be done: Cloudflare lists the oldest first only after a cursor",
        expected="the newest first, the default",
        nearest=("",),
        span=(word.start, last.end),
    )


def no_workflow(name: Token, similar: Sequence[str] = ()) -> UnknownName:
    """Return the error for what is the name of no workflow, with the names that are like it."""
    wrong = name.wrong(
        "is not the name of a workflow",
        expected=f"one that `{COMMAND}` shows",
        nearest=tuple(map(quote_name, similar)),
    )
    return UnknownName(name.value, similar, wrong)


def no_such_name(word: Token, command: Command) -> UnknownName:
    """Return the error for a word joined to names that is the name of no workflow: mistyped, or gone."""
    similar = name_matching.find_similar(word.value, command.workflows)
    text = command.text
    whole = (f"{text[: word.start]}{quote_name(name)}{text[word.end :]}" for name in similar)
    wrong = word.wrong(
        "is not the name of a workflow",
        expected=f"names that `{COMMAND}` shows",
        nearest=(*whole, without_word(word, command)),
    )
    wrong.span = None  # what may be meant is the whole text
    return UnknownName(word.value, similar, wrong)


def without_word(word: Token, command: Command) -> str:
    """Return a command's text without a word and without the `and` that joined it to another one."""
    return without_span(command.text, *span_with_marks(command.text, word.start, word.end))
