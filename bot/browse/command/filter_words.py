"""One word of a command: the key and the value in it, or the statuses that a comma joins in it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.browse.command.options import (
    ACCOUNT,
    CREATED,
    CREATED_UNTIL,
    CURSOR,
    DIRECTION,
    LIST_OPTIONS,
    OVERVIEW_OPTIONS,
    PAGE,
    ROWS,
    SINCE,
    STATUS,
    UNTIL,
    VIEW,
    VIEWS,
)
from bot.cloudflare.models import DIRECTIONS, ENDED_STATUSES
from bot.language import filters, time_words
from bot.language.tokens import Token

TIMES: Final = (SINCE.key, UNTIL.key, CREATED.key, CREATED_UNTIL.key)
"""The keys of times."""
_KEY_AND_VALUE: Final = re.compile(r"-{0,2}([A-Za-z_-]+)={1,2}(.+)")
_KEY_AND_NUMBER: Final = re.compile(r"(page|rows)#?(\d+)", re.IGNORECASE)


def is_ended_status(word: Token) -> bool:
    """Return whether a word asks for a status that an instance ends in."""
    if word.key not in (None, STATUS.key) or (word.key is None and word.quoted):
        return False
    status = filters.status_of(word.value)
    return status in ENDED_STATUSES or bool(ENDED_STATUSES.intersection(filters.statuses_in(word.value)))


def split_statuses(words: Sequence[Token], workflows: Sequence[str]) -> list[Token]:
    """Return the words, those that a comma joins to a status apart: `orders,errored`."""
    found: list[Token] = []
    for word in words:
        if word.key is not None or word.quoted or not ("," in word.text or ";" in word.text):
            found.append(word)
            continue
        parts = list(re.finditer(r"[^,;]+", word.text))
        statuses = [filters.status_of(part[0]) for part in parts]
        if len(parts) < 2 or not any(statuses) or all(statuses) or word.value in workflows:
            found.append(word)
            continue
        found += [
            replace(word, text=part[0], start=word.start + part.start(), value=part[0], raw=part[0])
            for part in parts
        ]
    return found


def split_key(word: Token) -> tuple[str, str]:
    """Return the key and the value in `status=errored` and `page2`; of any other word, a key alone."""
    if word.quoted:
        return "", ""
    found = _KEY_AND_VALUE.fullmatch(word.value) or _KEY_AND_NUMBER.fullmatch(word.value)
    return (found[1], found[2]) if found else (word.value.lstrip("-"), "")


def is_key(key: str, words: Sequence[str], workflows: Sequence[str]) -> bool:
    """Return whether a word is a key although it has no colon, judging by the words behind it."""
    if key == STATUS.key:
        word = words[0]
        is_slip = word not in workflows and filters.nearest_status(word) is not None
        return is_slip or bool(filters.known_status(word) or filters.statuses_in(word))
    if key in TIMES:
        return time_words.longest_time(words) > 0
    if key in (PAGE.key, ROWS.key):
        return words[0].isdecimal()
    if key == VIEW.key:
        return words[0].lower() in VIEWS
    if key == DIRECTION.key:
        return words[0].lower() in DIRECTIONS
    return key in (ACCOUNT.key, CURSOR.key)


def join_flags(tokens: Sequence[Token]) -> list[Token]:
    """Join each `--flag` with the word that is its value; `--failed` and `--table` have none."""
    words: list[Token] = []
    rest = iter(tokens)
    for token in rest:
        if not token.is_flag or token.value or token.quoted:
            words.append(token)
            continue
        name = token.key or ""
        if not (LIST_OPTIONS.find(name) or OVERVIEW_OPTIONS.find(name)):
            if not (filters.status_of(name) or name in VIEWS):
                raise LIST_OPTIONS.unknown(token)  # a flag that does not exist needs no value
            words.append(replace(token, key=None, value=name, raw=name, is_flag=False))
            continue
        value = next(rest, None)
        if value is None or value.key is not None:
            if filters.synonymous_status(name):  # `--error` alone
                words.append(replace(token, key=None, value=name, raw=name, is_flag=False))
                words += [] if value is None else [value]
                continue
            raise token.wrong("has no value", expected=f"a word after it, as in `{token.key}:VALUE`")
        gap = " " * (value.start - token.end)
        words.append(replace(token, text=f"{token.text}{gap}{value.text}", value=value.value, raw=value.raw))
    return words
