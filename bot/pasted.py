"""What people paste in place of a command: an error, several ids, a link with words around it."""

import re
from collections.abc import Sequence
from typing import Final

from bot.browse.conditions import ERRORED
from bot.browse.model import ListQuery
from bot.browse.names import looks_like_instance
from bot.browse.pending_query import PendingQuery
from bot.browse.requests import DescribeInstance, ListInstances
from bot.browse.selection import Conditions, Selection
from bot.cloudflare.dashboard import read_url
from bot.find.requests import FindInstances
from bot.inspect.command import WHY
from bot.language import filters, name_matching
from bot.language.command import Command, Reading
from bot.language.filler_words import without_fillers
from bot.language.tokens import Token, quote

_ERROR: Final = re.compile(
    r"[\s`*>]*(?:Uncaught |Caused by: )?(?:[A-Z]\w{0,80}(?:Error|Exception)): +(\S[^\n]*)"
)
_LONGEST_TEXT: Final = 120
"""Characters of an error's message that are looked for."""


def read_pasted_error(command: Command) -> ListInstances | None:
    """Read `TypeError: x is not a function` as the failures that say so; None for anything else."""
    found = _ERROR.match(command.text)
    if found is None:
        return None
    text = found[1].strip().strip("`*").strip()[:_LONGEST_TEXT].strip()
    selection = Selection(statuses=(ERRORED,), where=Conditions(error=text))
    reading = Reading(command.text.strip(), f"error:{quote(text)}")
    return ListInstances(PendingQuery(ListQuery(selection)), readings=(reading,)) if text else None


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
        and not filters.known_status(word.value)
        and not filters.synonymous_status(word.value)
        and len(name_matching.resolve(word.value, command.workflows)) != 1
    ]
