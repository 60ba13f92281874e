"""Read `find TEXT`: an id, the beginning of one, a link, or a whole message that holds some."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.browse.command.filter_words import join_flags
from bot.browse.command.list_filters import refuse_other_filters
from bot.browse.command.options import ACCOUNT, LIST_OPTIONS
from bot.find.requests import EVERYWHERE, FindInstances
from bot.find.targets import is_short, may_hold_id
from bot.language.command import Command
from bot.language.errors import without_span
from bot.language.tokens import COMMAND, Token
from bot.slack.message_text import MOST_TEXT

_PASTED: Final = re.compile(rf"\s*(?:{re.escape(COMMAND)}\s+)?find\s+(?=\S)", re.IGNORECASE)
_ID_KEYS: Final = ("id", "instance", "instance_id", "instanceid")


def read_find(head: Token, rest: Sequence[Token], command: Command) -> FindInstances | None:
    """Read the words behind `find`; None if nothing in them may be an id, so that they are a name.

    Raises:
        QueryError: they have an account that there is not, or filters, which a search for an id has none of.
    """
    few = is_short(rest)
    words = join_flags(rest) if few else rest
    account = _account(words, command, few=few)
    others = [word for word in words if account is None or word.start != account.start]
    bare = [word for word in others if word.key is None or word.key in _ID_KEYS]
    if not may_hold_id(" ".join(word.value for word in (bare if few else others))):
        return None
    if few:
        expected = "an id, a part of one, or a text that holds some"
        filters = [word for word in others if word not in bare]
        refuse_other_filters(filters, (), command, "can't be used with `find`", expected)
    everywhere = few and len(bare) > 1 and bare[-1].value.lower() == EVERYWHERE
    left_out = [word for word in (account, bare[-1] if everywhere else None) if word is not None]
    text = command.text
    for word in sorted(left_out, key=lambda word: word.start, reverse=True):
        text = without_span(text, word.start, word.end)
    values = LIST_OPTIONS.read({} if account is None else {ACCOUNT.key: account}, command)
    return FindInstances(text[head.end :].strip()[:MOST_TEXT], values.get("account"), everywhere)


def read_pasted(command: Command) -> FindInstances | None:
    """Read `find` and a text that is no words of a command, as a quote in it is never closed."""
    found = _PASTED.match(command.text)
    text = command.text[found.end() :].strip() if found else ""
    return FindInstances(text[:MOST_TEXT]) if text and may_hold_id(text) else None


def _account(words: Sequence[Token], command: Command, *, few: bool) -> Token | None:
    """Return the word that names an account; in a pasted text, `account:` may be of something else."""
    named = [replace(word, key=ACCOUNT.key) for word in words if LIST_OPTIONS.find(word.key or "") is ACCOUNT]
    accounts = [name.casefold() for name in command.accounts]
    if not named or few or named[-1].value.casefold() in accounts:
        return named[-1] if named else None
    return None
