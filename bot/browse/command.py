"""Read the words of a list or of the overview into a request.

The first word that is nothing else is taken for the workflow's name. Where that does not lead to a list, the
command is read again with the names of the account's workflows at hand (`Command.workflows`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.browse.model import HelpQuery, ListQuery, OverviewQuery, PendingQuery
from bot.browse.options import (
    ACCOUNT,
    LATER,
    LIST_OPTIONS,
    OVERVIEW_OPTIONS,
    ROWS,
    SINCE,
    STATUS,
    UNTIL,
    VIEWS,
    View,
    default_rows,
    read_rows,
)
from bot.browse.phrases import EVERYTHING, read_phrases
from bot.browse.requests import DescribeInstance, FindStatus, ListInstances, ListWorkflows
from bot.cloudflare.dashboard import read_url
from bot.cloudflare.models import Cursor, PageNumber, Position
from bot.cloudflare.requests import MAX_WORKFLOW_NAME
from bot.language import filters, name_matching
from bot.language.command import Command
from bot.language.errors import QueryError, typed, without_span
from bot.language.filler_words import without_fillers
from bot.language.readings import Reading
from bot.language.tokens import COMMAND, Token, quote, span_with_marks, split

ListRequest = ListInstances | ListWorkflows | FindStatus | DescribeInstance | HelpQuery

_OLDEST_FIRST: Final = frozenset({"oldest", "asc", "ascending", "reverse", "reversed"})
_NAME_AND_ID: Final = re.compile(r"([A-Za-z_][\w-]*)[/:#]([\w-]+)")
_NAME_KEYS: Final = ("workflow", "flow", "wf")
_MOST_NAMES: Final = 5
_ID: Final = re.compile(r"(?=(?:.*\d){4})[\w-]{6,100}")


@dataclass(frozen=True, slots=True)
class _Name:
    """The words that say which workflow.

    Attributes:
        words: those of the command.
        workflow: the name that they mean.
    """

    words: tuple[Token, ...]
    workflow: str

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Return how they were read, if they are not the name itself."""
        said = " ".join(word.value for word in self.words)
        return () if said == self.workflow else (Reading(said, quote(self.workflow)),)


def read_list(words: Sequence[Token], command: Command) -> ListRequest:
    """Read words that ask for instances, or for workflows: those behind `list`, or all of a command.

    Raises:
        QueryError: something in them can't be understood.
    """
    if any(word.is_flag and word.key == "help" for word in words):
        return HelpQuery()
    words, addresses = read_addresses(words)
    addressed = [word for word in words if word.key is None and word.value.startswith("@")]
    found, readings = read_phrases(join_flags([word for word in words if word not in addressed]))
    readings = (*addresses, *readings, *(Reading(word.text, "") for word in addressed))
    given = [word for word in found if word.key is not None]
    bare = [word for word in found if word.key is None]
    name = _name(bare, command)
    if name is None and not any(word.key == STATUS.key for word in given):
        name = _name_like_a_filter(words, command)
        if name is not None:  # a workflow may be called `latest`
            given, readings = [word for word in words if word.key is not None], ()
    if name is None:
        request = _read_without_name(given, command)
    elif _is_lone_id(name, bare, command):
        request = with_account(DescribeInstance(None, name.workflow), given, command)
    else:
        readings = (*name.readings, *readings)
        request = _read_with_name(name, given, [word for word in bare if word not in name.words], command)
    if isinstance(request, ListWorkflows) and {"you", "do"} <= {word.value.lower() for word in bare}:
        return HelpQuery()  # "what can you do"
    return replace(request, readings=readings) if readings else request


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


def with_account(request: DescribeInstance, given: Sequence[Token], command: Command) -> DescribeInstance:
    """Return what asks for one instance with the account among filters; it takes no other one.

    Raises:
        QueryError: there is another filter, or no such account.
    """
    for word in given:
        option = LIST_OPTIONS.find(word.key or "")
        if option is None:
            raise LIST_OPTIONS.unknown(word)
        if option is not ACCOUNT:
            expected = "the instance alone; filters are for lists"
            raise word.wrong("can't be used with one instance", expected=expected, nearest=("",))
    account = LIST_OPTIONS.read(LIST_OPTIONS.by_key(given, command.text), command).get("account")
    linked = _linked_account(command)
    return replace(request, account=account, account_id=linked)


def _linked_account(command: Command) -> str | None:
    """Return Cloudflare's id of the account that a dashboard link in a command leads to."""
    pages = (read_url(word.value) for word in split(command.text) if word.key is None)
    return next((page.account for page in pages if page is not None and page.instance), None)


def account_in(command: Command) -> str | None:
    """Return the account that a command names, as far as that can be seen without reading it."""
    try:
        words = split(command.text)
    except QueryError:
        return None
    return next((word.value for word in words if word.key == "account"), None)


def _name(bare: Sequence[Token], command: Command) -> _Name | None:
    """Return the words that say which workflow; None if they mean all workflows, or name none.

    Raises:
        QueryError: the words fit several workflows, or no workflow has the name and one has a similar one.
    """
    candidates = [word for word in without_fillers(bare) if not _is_everything(word)]
    other = {word.value for word in bare if word not in candidates}
    found = name_matching.find_name([word.value for word in bare], command.workflows, other.__contains__)
    if found is None:
        if candidates and command.workflows and not looks_like_instance(candidates[0].value):
            _refuse_unknown(candidates[0], command)
        return _Name((candidates[0],), candidates[0].value) if candidates else None
    words = tuple(bare[found.start : found.stop])
    if len(found.names) > 1:
        raise words[0].wrong(
            "may mean several workflows", expected="a whole name", nearest=tuple(map(quote, found.names))
        )
    return _Name(words, found.names[0])


def _is_lone_id(name: _Name, bare: Sequence[Token], command: Command) -> bool:
    """Return whether what was taken for a name is the id of an instance, as no workflow is called so."""
    is_id = bool(command.workflows) and looks_like_instance(name.workflow)
    return is_id and name.workflow not in command.workflows and len(without_fillers(bare)) == 1


def _name_like_a_filter(words: Sequence[Token], command: Command) -> _Name | None:
    """Return the only bare word as the name, though other commands read it as a filter."""
    bare = [word for word in without_fillers(words) if word.key is None and not _is_everything(word)]
    is_name = len(bare) == 1 and (not command.workflows or bare[0].value in command.workflows)
    return _Name((bare[0],), bare[0].value) if is_name else None


def _refuse_unknown(name: Token, command: Command) -> None:
    """Refuse what is the name of no workflow, if the name of one is like it."""
    if similar := name_matching.find_similar(name.value, command.workflows):
        raise _no_workflow(name, similar)


def _no_workflow(name: Token, similar: Sequence[str] = ()) -> QueryError:
    """Return the error for what is the name of no workflow, with the names that are like it."""
    return name.wrong(
        "is not the name of a workflow",
        expected=f"one that `{COMMAND}` shows",
        nearest=tuple(map(quote, similar)),
    )


def _read_without_name(given: Sequence[Token], command: Command) -> ListRequest:
    """Read a command without a name: the overview, or the workflows that have a status."""
    named = [
        replace(word, key=option.key) for word in given if (option := OVERVIEW_OPTIONS.find(word.key or ""))
    ]
    if len(named) == len(given):
        values = OVERVIEW_OPTIONS.read(OVERVIEW_OPTIONS.by_key(named, command.text), command)
        return ListWorkflows(OverviewQuery(**values))
    for word in given:  # a mistyped option is the nearer mistake
        option = OVERVIEW_OPTIONS.find(word.key or "")
        if option is not None and LIST_OPTIONS.key_of(word.key or "") is None:
            raise _searched_list(word)
        if LIST_OPTIONS.key_of(word.key or "") is None:
            of_overview = OVERVIEW_OPTIONS.unknown(word)
            raise of_overview if of_overview.nearest else LIST_OPTIONS.unknown(word)
    by_key = LIST_OPTIONS.by_key(given, command.text)
    values = LIST_OPTIONS.read(by_key, command)
    left = by_key.keys() - {STATUS.key, SINCE.key, UNTIL.key, ROWS.key, ACCOUNT.key}
    if STATUS.key not in by_key or left:
        raise QueryError(
            given[0].text,
            "does not say which workflow",
            expected=f"a name, as in `{COMMAND} list NAME`; `{COMMAND}` alone shows them all",
            nearest=tuple(
                f"list {quote(name)} {command.text.strip()}" for name in command.workflows[:_MOST_NAMES]
            ),
        )
    return FindStatus(**values)


def _read_with_name(
    name: _Name, given: Sequence[Token], bare: Sequence[Token], command: Command
) -> ListRequest:
    """Read a command with a name: a list, or something else about that workflow."""
    said = name.words[0]
    if not 1 <= len(name.workflow) <= MAX_WORKFLOW_NAME:
        raise said.wrong(
            f"has {len(name.workflow)} characters",
            expected=f"a workflow's name of 1 to {MAX_WORKFLOW_NAME} characters",
        )
    rest = [word for word in without_fillers(bare) if not _is_everything(word)]
    if rest and rest[-1].value.lower() == "help":
        return HelpQuery(workflow=name.workflow)
    if len(rest) == 1 and is_instance_id(rest[0]):
        return with_account(DescribeInstance(name.workflow, rest[0].value), given, command)
    if rest and command.workflows and name.workflow not in command.workflows:
        raise _no_workflow(said)  # the words behind it are of some other sentence
    if rest:
        raise _unexpected_word(rest[0], rest[1] if len(rest) > 1 else None, name, command)
    by_key = LIST_OPTIONS.by_key(given, command.text)
    rows = by_key.pop(ROWS.key, None)  # how many there may be depends on the view
    values = LIST_OPTIONS.read(by_key, command)
    view: View = values.get("view", "rows")
    values["rows"] = default_rows(view) if rows is None else read_rows(rows, view)
    since, until = values.pop("since", None), values.pop("until", None)
    start = _start(by_key, values.pop("page", None), values.pop("cursor", None))
    if "direction" in by_key and not isinstance(start, Cursor):
        raise by_key["direction"].wrong(
            "needs `cursor:`",
            expected="`cursor:TOKEN` beside it, as the API takes a direction only together with a cursor",
            nearest=("",),
        )
    return ListInstances(PendingQuery(ListQuery.of(name.workflow, start=start, **values), since, until))


def _searched_list(word: Token) -> QueryError:
    """Return the error for a search beside filters of a list: it is most likely the list's name."""
    error = LIST_OPTIONS.unknown(word)
    error.choices = (quote(word.value),) if word.value.strip() else error.choices
    return error


def _start(given: dict[str, Token], page: int | None, cursor: str | None) -> Position | None:
    """Return where the list starts: the API takes one of the two."""
    if page is not None and cursor is not None:
        other = typed(given["cursor"].text)
        raise given["page"].wrong(f"and {other} exclude each other", expected="either a page or a cursor")
    return Cursor(cursor) if cursor is not None else None if page is None else PageNumber(page)


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
            if not (filters.known_status(name) or filters.synonymous_status(name) or name in VIEWS):
                raise LIST_OPTIONS.unknown(token)  # a flag that does not exist needs no value
            words.append(replace(token, key=None, value=name, raw=name, is_flag=False))
            continue
        value = next(rest, None)
        if value is None or value.key is not None:
            raise token.wrong("has no value", expected=f"a word after it, as in `{token.key}:VALUE`")
        gap = " " * (value.start - token.end)
        words.append(replace(token, text=f"{token.text}{gap}{value.text}", value=value.value, raw=value.raw))
    return words


def is_instance_id(word: Token) -> bool:
    """Return whether a bare word is most likely the id of an instance."""
    return word.key is None and looks_like_instance(word.value)


def looks_like_instance(text: str) -> bool:
    """Return whether a text is most likely the id of an instance: long, and with four digits in it."""
    return _ID.fullmatch(text) is not None


def _is_everything(word: Token) -> bool:
    return not word.quoted and word.value.lower() in EVERYTHING


def _unexpected_word(word: Token, after: Token | None, name: _Name, command: Command) -> QueryError:
    """Return the error for a bare word that is neither the name nor a part of a filter."""
    if others := name_matching.resolve(word.value, command.workflows):
        if name.workflow in others:
            return word.wrong("repeats the workflow's name", expected="the name once", nearest=("",))
        either = (_without(word, command), _without(name.words[0], command))
        return QueryError(
            word.text, "is a second workflow", expected="one, as a list shows one", nearest=either
        )
    if option := LIST_OPTIONS.find(word.value.lower()):
        return word.wrong("has nothing behind it that I can read", expected=f"as in {typed(option.example)}")
    if word.value.lower() in _OLDEST_FIRST:
        last = after if after is not None and after.value.lower() in ("first", "order") else word
        return QueryError(
            command.text[word.start : last.end],
            "asks for an order that Cloudflare gives only behind a cursor",
            expected="the newest first, as always",
            nearest=("",),
            span=(word.start, last.end),
        )
    close = filters.nearest_status(word.value)
    return word.wrong(
        f"is a word I don't know after the workflow's name, {typed(name.workflow)}",
        expected=f"a status, or a filter like `status:errored` or `since:2h` (`{COMMAND} help`)",
        nearest=(close or "",),
    )


def _without(word: Token, command: Command) -> str:
    """Return a command's text without a word and without the `and` that joined it to another one."""
    return without_span(command.text, *span_with_marks(command.text, word.start, word.end))
