"""What people paste in place of a command: an error, several ids, a link with words around it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.browse.command.condition_options import ERROR, ID
from bot.browse.command.list_filters import read_query
from bot.browse.command.names import looks_like_instance
from bot.browse.command.options import CURSOR, DIRECTION, LIST_OPTIONS, PAGE, STATUS
from bot.browse.requests import DescribeInstance, ListInstances
from bot.cloudflare.dashboard import read_url
from bot.find.requests import FindInstances
from bot.inspect.command import WHY
from bot.language import filters, name_matching
from bot.language.command import Command, Reading
from bot.language.filler_words import without_fillers
from bot.language.tokens import Token, quote, split

_ERROR: Final = re.compile(
    r"[\s`*>]*(?:Uncaught |Caused by: )?(?:[A-Z]\w{0,80}(?:Error|Exception)): +(\S[^\n]*)"
)
_LAST_WORD: Final = re.compile(r"""(?<=\s)([A-Za-z_]+):(?:["“”„][^"“”\n]*["“”]|[^\s"'“”„‟«»‘’‚‛]+)\s*$""")
_OF_ERRORS: Final = (STATUS, ID, ERROR, PAGE, CURSOR, DIRECTION)
"""Options whose names errors use, as in `bad status:500`."""
_LONGEST_TEXT: Final = 120
"""Characters of an error's message that are looked for."""


def read_pasted_error(command: Command) -> ListInstances | None:
    """Read `TypeError: x is not a function` as the failures that say so; None for anything else.

    Filters behind all of it, as in `TypeError: x account:staging since:2h`, are those of the list.

    Raises:
        QueryError: such a filter can't be read.
    """
    if _ERROR.match(command.text) is None:
        return None
    given = _filters_behind(command.text)
    said = command.text[: given[0].start if given else None].strip()
    found = _ERROR.match(said)
    text = "" if found is None else found[1].strip().strip("`*").strip()[:_LONGEST_TEXT].strip()
    if not text:
        return None
    error = Token(said, command.text.index(said), ERROR.key, text, quote(text))
    reading = Reading(said, f"{ERROR.key}:{quote(text)}")
    return ListInstances(read_query((), (error, *given), command), readings=(reading,))


def _filters_behind(text: str) -> Sequence[Token]:
    """Return the filters that a text ends with, but for those that the text of an error may say itself."""
    start = len(text)
    while (found := _LAST_WORD.search(text, 0, start)) and _is_filter(found[1]):
        start = found.start(1)
    return [replace(word, start=word.start + start) for word in split(text[start:])]


def _is_filter(name: str) -> bool:
    key = LIST_OPTIONS.key_of(name.lower())
    return key is not None and LIST_OPTIONS[key] not in _OF_ERRORS


def read_several_ids(words: Sequence[Token], command: Command) -> FindInstances | None:
    """Read several ids, with or without the name of their workflow; None for anything else.

    Which words are names of workflows has to be known, as an id may be one.
    """
    ids = _ids(words, command) if command.workflows else []
    return FindInstances(command.text.strip()) if len(ids) > 1 and not _others(words, ids, command) else None


def read_one_id(words: Sequence[Token], command: Command) -> DescribeInstance | None:
    """Read the only link to an instance, or the only id, in words that say nothing else that is known."""
    pages = [(word, page) for word in words if word.key is None and (page := read_url(word.value))]
    linked = [(word, page) for word, page in pages if page.workflow and page.instance]
    if len(linked) == 1:
        word, page = linked[0]
        left_out = tuple(Reading(other.text, "") for other in words if other is not word)
        return DescribeInstance(page.workflow, page.instance, account_id=page.account, readings=left_out)
    ids = _ids(words, command)
    is_alone = len(ids) == 1 and not pages and not any(word.value in command.workflows for word in words)
    return DescribeInstance(None, ids[0].value) if is_alone and not _others(words, ids, command) else None


def _ids(words: Sequence[Token], command: Command) -> list[Token]:
    return [
        word
        for word in words
        if word.key is None and looks_like_instance(word.value) and word.value not in command.workflows
    ]


def _others(words: Sequence[Token], ids: Sequence[Token], command: Command) -> list[Token]:
    """Return the words that are no ids, and that say more than a workflow, a status, or why."""
    return [
        word
        for word in without_fillers(words)
        if word not in ids
        and word.value.lower() not in WHY
        and not filters.status_of(word.value)
        and len(name_matching.resolve(word.value, command.workflows)) != 1
    ]
