"""Read words that ask what failed, by cause: `failures NAME`, `what failed`, a lone `errored`."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from bot.browse.command.filter_words import join_flags
from bot.browse.command.list_filters import refuse_other_filters
from bot.browse.command.options import ACCOUNT, LIST_OPTIONS, SINCE, STATUS, UNTIL
from bot.browse.command.pending_query import PendingQuery
from bot.browse.command.phrases import EVERYTHING, read_phrases
from bot.browse.command.reader import read_instances
from bot.browse.command.word_errors import is_before_time, version_as_time
from bot.browse.conditions import ERRORED
from bot.browse.model import HelpQuery, ListQuery
from bot.browse.requests import DescribeInstance, ListInstances, ListWorkflows
from bot.browse.selection import PATTERN, Selection
from bot.failures.requests import ListFailures
from bot.inspect.command import NEWEST
from bot.language.command import Command
from bot.language.errors import QueryError, one_of, typed, without_span
from bot.language.filler_words import is_filler
from bot.language.tokens import COMMAND, Token
from bot.slack.requests import Request

SYNONYMS: Final = ("causes", "worst")
_OF_ALL: Final = frozenset({"everything", "anything", "any"})
"""Words that ask for the list of all beside the API's own word for what failed."""
_OF_LISTS: Final = frozenset({PATTERN, *EVERYTHING}) - _OF_ALL
"""Words that ask for the list of all, and not for what is wrong in it."""
_FAILURES: Final = frozenset({"failures", "failure", "errors", "error", "errored", "failed"})
_GROUPED: Final = frozenset({"group", "grouped"})
_BEFORE: Final = frozenset({"new", "common", "frequent", "biggest", "main", "other"})
"""Words right before `failures` that ask for their causes."""
_BY: Final = ("by", "per")
_KINDS: Final = frozenset({
    "cause", "causes", "reason", "reasons", "error", "message", "workflow", "step", "kind", "type", "version",
    "hour", "day",
})  # fmt: skip
_WHAT: Final = frozenset({"what", "whats", "what's", "something", "anything", "everything", "is"})
_WRONG: Final = frozenset({"wrong", "on", "fire", "down"})
_ON_FIRE: Final = ("on", "fire")
_BEGAN: Final = frozenset({"start", "started", "begin", "began", "starting", "break", "happen"})
FAILURE_OPTIONS: Final = (SINCE, UNTIL, ACCOUNT)


def read_failures(head: Token, rest: Sequence[Token], command: Command) -> Request:
    """Read the words behind the verb.

    Raises:
        QueryError: something in them can't be understood.
    """
    words = read_phrases(join_flags(rest), command.workflows)[0]
    time = next(filter(is_before_time, words), None)
    if time is not None and (of_version := version_as_time(time, command)) is not None:
        raise _of_version(of_version, head, command)
    others = [word for word in words if not _says_errored(word)]
    expected = one_of([f"{each.key}:" for each in FAILURE_OPTIONS])
    expected += f"; `{COMMAND} list` takes it, with `status:errored`"
    try:
        refuse_other_filters(others, FAILURE_OPTIONS, command, "can't be used beside `failures`", expected)
    except QueryError as error:
        error.choices = (_as_list(head, command), _without(error, command))
        error.span = None
        raise
    request = read_instances(rest, command)
    match request:
        case ListInstances(query):
            return ListFailures(_errored(query), readings=request.readings)
        case ListWorkflows(overview) if overview.search is None:
            query = PendingQuery(ListQuery(Selection(account=overview.account)))
            return ListFailures(_errored(query), readings=request.readings)
        case HelpQuery() | DescribeInstance():
            return request
    raise rest[0].wrong(
        "does not say which workflow",
        expected=f"a name or a pattern, as in `{COMMAND} failures order-*`",
        nearest=("",),
    )


def _of_version(error: QueryError, head: Token, command: Command) -> QueryError:
    """Return the error for a version in the place of a time, with the list of what failed on that version."""
    texts = {choice: command.edit(error.span, choice) for choice in error.choices}
    error.choices = tuple(_as_list(head, text) if choice else text.text for choice, text in texts.items())
    error.span = None
    error.expected = f"a time; {typed(f'{COMMAND} failures')} says of each cause since which version it is"
    return error


def _as_list(head: Token, command: Command) -> str:
    """Return the text that asks for the list of the same failures, which takes every filter."""
    return f"list {command.text[: head.start]}failed{command.text[head.end :]}"


def _without(error: QueryError, command: Command) -> str:
    """Return the text without what is wrong in it."""
    whole = command.text if error.span is None else without_span(command.text, *error.span)
    return error.choices[0] or whole


def _says_errored(word: Token) -> bool:
    return LIST_OPTIONS.find(word.key or "") is STATUS and word.value.lower() == ERRORED


def find_failures(words: Sequence[Token], command: Command) -> tuple[Token, Sequence[Token]] | None:
    """Return the word that asks for failures by cause, and the words that say of what.

    None if they ask for others: `errors by cause` and `group the failures` do, `errors` alone does not.
    """
    texts = [
        word.value.lower()
        if word.key is None and not word.quoted and word.value not in command.workflows
        else ""
        for word in words
    ]
    if (rest := _of_question(words, texts)) is not None:
        return words[0], rest
    said = next((place for place, text in enumerate(texts) if text in _FAILURES), None)
    beside = {
        place
        for place, text in enumerate(texts)
        if text in _GROUPED
        or (text in _KINDS and place and texts[place - 1] in _BY)
        or (text in _BEFORE and place + 1 == said)
    }
    if said is None or not beside:
        return None
    rest = [
        word
        for place, word in enumerate(words)
        if place not in beside and place != said and not (texts[place] in _BY and place + 1 in beside)
    ]
    return words[said], rest


def _of_question(words: Sequence[Token], texts: Sequence[str]) -> Sequence[Token] | None:
    """Return of what it is asked in `what's wrong with NAME`, and in `when did NAME start failing`."""
    plain = [text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'") for text in texts]
    if (plain and plain[0] in _WHAT and "wrong" in plain) or _is_on_fire(words, plain):
        left_out: frozenset[str] = _WHAT | _WRONG | _FAILURES | {"with"}
    elif (plain[:1] == ["when"] and _BEGAN.intersection(plain)) or plain[:2] == ["since", "when"]:
        left_out = _BEGAN | _FAILURES | {"when", "since", "failing", "fail", "happening", "breaking"}
    else:
        return None
    return [word for word, text in zip(words, plain, strict=True) if text not in left_out]


def _is_on_fire(words: Sequence[Token], texts: Sequence[str]) -> bool:
    """Return whether words are `on fire`, with nothing before them but a name and small words."""
    place = next((place for place, pair in enumerate(pairwise(texts)) if pair == _ON_FIRE), None)
    if place is None:
        return False
    known = _WHAT | _FAILURES | {"", *EVERYTHING}
    return all(text in known or is_filler(word) for word, text in zip(words[:place], texts, strict=False))


def as_failures(request: Request, words: Sequence[Token]) -> Request:
    """Return a list of all that failed by its causes, if no more is asked than what failed, and since when.

    `status:errored` asks for the list.

    Args:
        request: what the words were read as.
        words: all of the command.
    """
    if isinstance(request, DescribeInstance):
        is_of_all = (request.workflow, request.instance, request.status) == (None, None, ERRORED)
        asks_for_one = any(word.value.lower() in NEWEST for word in words if word.key is None)
        return _all_failures(request) if is_of_all and not asks_for_one else request
    if not isinstance(request, ListInstances):
        return request
    query, pending = request.query.query, request.query
    texts = {word.value.lower() for word in words if word.key is None}
    if texts & _OF_LISTS or (texts & _OF_ALL and ERRORED in texts):
        return request
    plain = ListQuery(Selection(account=query.account, statuses=(ERRORED,)))
    is_asked_for = any(LIST_OPTIONS.find(word.key or "") is STATUS for word in words if word.key)
    if query != plain or is_asked_for or pending.created or pending.created_until:
        return request
    return ListFailures(pending, readings=request.readings)


def _all_failures(request: DescribeInstance) -> ListFailures:
    query = ListQuery(Selection(account=request.account, statuses=(ERRORED,)))
    return ListFailures(PendingQuery(query), readings=request.readings)


def _errored(pending: PendingQuery) -> PendingQuery:
    query = pending.query
    return replace(pending, query=replace(query, selection=replace(query.selection, statuses=(ERRORED,))))
