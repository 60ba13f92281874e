"""Words that lead somewhere: links to the dashboard, `orders/ord-59603`, `workflow:NAME`, `@grace`."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from bot.browse.command.filter_words import join_flags
from bot.browse.command.names import looks_like_instance
from bot.browse.command.options import ACCOUNT, LATER, LIST_OPTIONS, OVERVIEW_OPTIONS
from bot.cloudflare.dashboard import read_url
from bot.language.command import Command, Reading
from bot.language.errors import QueryError
from bot.language.tokens import Token, quote, split

_NAME_AND_ID: Final = re.compile(r"([A-Za-z_][\w-]*)[/:#]([\w-]+)")
_NAME_KEYS: Final = ("workflow", "flow", "wf")


def read_addresses(words: Sequence[Token]) -> tuple[Sequence[Token], tuple[Reading, ...]]:
    """Replace addresses by the names that they lead to; return the words, and which were replaced.

    An address is one of Cloudflare's dashboard, `order-processing/ord-59603`, or `workflow:NAME`.
    """
    read: list[Token] = []
    readings: list[Reading] = []
    for word in words:
        if word.key in _NAME_KEYS and word.value:
            read.append(replace(word, key=None))
            continue
        key = word.key or ""
        is_filter = LIST_OPTIONS.find(key) or OVERVIEW_OPTIONS.find(key) or key in LATER
        pair = None if is_filter else _NAME_AND_ID.fullmatch(word.text)
        if pair and looks_like_instance(pair[2]):
            read += [replace(word, key=None, value=part, raw=part) for part in pair.groups()]
            continue
        page = read_url(word.value) if word.key is None else None
        if page is None:
            read.append(word)
            continue
        found_names = [page.workflow or "*", *([page.instance] if page.instance else [])]
        read += [replace(word, value=name, raw=name) for name in found_names]
        readings.append(Reading(word.value, " ".join(map(quote, found_names))))
    return read, tuple(readings)


def linked_account(command: Command) -> str | None:
    """Return Cloudflare's id of the account that a dashboard link in a command leads to."""
    if "://" not in command.text:
        return None
    try:
        words = split(command.text)
    except QueryError:
        return None
    pages = (read_url(word.value) for word in words if word.key is None)
    return next((page.account for page in pages if page is not None), None)


def typed_account(command: Command) -> str | None:
    """Return the account that a command names, as far as that can be seen without reading it."""
    try:
        words: Sequence[Token] = split(command.text)
    except QueryError:
        return None
    with suppress(QueryError):  # a flag that does not exist
        words = join_flags(words)
    said = next((word.value for word in words if word.key == ACCOUNT.key), None)
    known = {name.casefold(): name for name in command.accounts}
    return None if said is None else known.get(said.casefold(), said)


def is_mention(word: Token) -> bool:
    """Return whether a word is a mention, as in `@grace look at orders`."""
    return word.key is None and not word.quoted and word.value.startswith("@")
