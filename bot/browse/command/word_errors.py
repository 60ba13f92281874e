"""The errors for words that mean nothing where they stand, or name no workflow."""

import re
from collections.abc import Sequence
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
_DEPLOYS: Final = frozenset({"deploy", "deployment", "release", "rollout", "version", "last"})


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
    run = run_of(words, command)[:2]
    option = LIST_OPTIONS.find(words[0].value.lower())
    end = run[-1].end
    is_of_version = option is not None and option.key in TIMES and len(run) > 1
    version = run[1].value if is_of_version and _VERSION.fullmatch(run[1].value) else None
    is_deploy = is_of_version and run[1].value.lower() in _DEPLOYS
    expected = f"as in {typed(option.example)}" if option else "a filter"
    if version or is_deploy:
        expected = f"a time, or `version:` with its id; {typed(f'{COMMAND} stats')} compares versions"
    return QueryError(
        command.text[words[0].start : end],
        "is no filter that I can read" if not is_deploy else "is no time that I know",
        expected=expected,
        nearest=(*[f"version:{version}"] * (version is not None), ""),
        span=(words[0].start, end),
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
