"""Workflows' names as a command needs them."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Final

from bot.browse.command.phrases import EVERYTHING, read_phrases
from bot.browse.selection import PATTERN
from bot.language.filler_words import is_filler
from bot.language.tokens import Token, in_quotes, quote

JOINS: Final = re.compile(r"[,;|&+]")
"""Between two names in one word."""
_PLAIN_PATTERN: Final = re.compile(r"\w[\w-]*\*", re.ASCII)
"""A pattern that needs no quotes: one star, where it makes no word bold."""


@lru_cache(maxsize=1_000)  # each answer writes the name of its workflow, and reading a word takes a while
def quote_name(name: str) -> str:
    """Return a workflow's name as a command needs it: in quotes if the bare word means something else."""
    word = Token(name, 0, None, name, name)
    is_other = is_phrase(name) or is_filler(word) or name.lower() in {*EVERYTHING, "help"}
    if is_other or name.startswith("@") or JOINS.search(name):
        return in_quotes(name)
    return name if _PLAIN_PATTERN.fullmatch(name) else quote(name)


def write_names(workflows: Sequence[str], own_words: Collection[str] = ()) -> str:
    """Return workflows' names and patterns as a command needs them, a star for every workflow.

    Args:
        workflows: the names and patterns.
        own_words: words in lower case that this command reads as something else.
    """
    names = [in_quotes(name) if name.lower() in own_words else quote_name(name) for name in workflows]
    plain = all(name == written for name, written in zip(workflows, names, strict=True))
    return (("," if plain else ", ").join(names)) or PATTERN


def is_phrase(word: str) -> bool:
    """Return whether a bare word is read as a filter, so that a name like it stands in quotes."""
    found, _ = read_phrases([Token(word, 0, None, word, word)])
    return [(token.key, token.value) for token in found] != [(None, word)]
