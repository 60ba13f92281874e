"""Read the words of a list or of the overview into a request.

The first word that is nothing else is taken for the workflow's name. Where that does not lead to a list, the
command is read again with the names of the account's workflows at hand (`Command.workflows`).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.browse.condition_options import ERRORED, check_lengths, conditions, with_errored
from bot.browse.condition_phrases import read_comparisons
from bot.browse.model import HelpQuery, ListQuery, OverviewQuery, PendingQuery
from bot.browse.names import (
    Name,
    Names,
    is_everything,
    looks_like_instance,
    name_like_a_filter,
    no_workflow,
    read_names,
    without_word,
)
from bot.browse.options import (
    ACCOUNT,
    CREATED,
    CREATED_UNTIL,
    CURSOR,
    LATER,
    LIST_OPTIONS,
    NOT,
    OVERVIEW_OPTIONS,
    PAGE,
    ROWS,
    SINCE,
    STATUS,
    UNTIL,
    VIEWS,
    View,
    default_rows,
    read_rows,
)
from bot.browse.phrases import read_phrases
from bot.browse.requests import DescribeInstance, ListInstances, ListWorkflows
from bot.browse.selection import PATTERN, Selection
from bot.cloudflare.dashboard import read_url
from bot.cloudflare.models import ENDED_STATUSES, STATUSES, Cursor, PageNumber, Position
from bot.cloudflare.requests import MAX_WORKFLOW_NAME
from bot.language import filters
from bot.language.command import Command
from bot.language.errors import QueryError, typed
from bot.language.filler_words import without_fillers
from bot.language.readings import Reading
from bot.language.tokens import COMMAND, Token, quote, split

ListRequest = ListInstances | ListWorkflows | DescribeInstance | HelpQuery

_OLDEST_FIRST: Final = frozenset({"oldest", "asc", "ascending", "reverse", "reversed"})
_NAME_AND_ID: Final = re.compile(r"([A-Za-z_][\w-]*)[/:#]([\w-]+)")
_BY_CREATION: Final = {SINCE.key: CREATED.key, UNTIL.key: CREATED_UNTIL.key}
_NAME_KEYS: Final = ("workflow", "flow", "wf")


def read_list(words: Sequence[Token], command: Command) -> ListRequest:
    """Read words that ask for instances, or for workflows: all of a command.

    Raises:
        QueryError: something in them can't be understood.
    """
    return _read(words, command, is_list=False)


def read_instances(words: Sequence[Token], command: Command) -> ListRequest:
    """Read the words behind `list`, where a star alone asks for the instances of every workflow.

    Raises:
        QueryError: as `read_list`.
    """
    return _read(words, command, is_list=True)


def _read(words: Sequence[Token], command: Command, *, is_list: bool) -> ListRequest:
    if any(word.is_flag and word.key == "help" for word in words):
        return HelpQuery()
    words, addresses = read_addresses(words)
    addressed = [word for word in words if _is_address(word)]
    typed_words = join_flags([word for word in words if word not in addressed])
    typed_words, comparisons = read_comparisons(typed_words, command.text)
    found, readings = read_phrases(typed_words, command.workflows)
    names = read_names([word for word in found if word.key is None], command)
    if not names.found and (name := _name_like_a_filter(typed_words, found, command)):
        # a workflow may be called `latest`, or `errored`
        other = [word for word in typed_words if word not in name.words]
        found, readings = read_phrases(other, command.workflows)
        names = Names((name,), _without_everything(found))
    given = [word for word in found if word.key is not None]
    readings = (
        *addresses,
        *names.readings,
        *comparisons,
        *readings,
        *(Reading(word.text, "") for word in addressed),
    )
    wants_all = is_list and any(word.value == PATTERN for word in found if word.key is None)
    if not names.found and not wants_all and _is_of_overview(given):
        is_question = {"you", "do"} <= {word.value.lower() for word in found}
        request: ListRequest = HelpQuery() if is_question else _read_overview(given, command)
    elif _is_lone_id(names, command):
        # Of one instance it is asked whether it failed: that is no filter, and the answer shows it.
        asked = [
            word for word in given if word.key == STATUS.key and ":" not in word.text and not word.is_flag
        ]
        readings = () if asked else readings
        left = [word for word in given if word not in asked]
        request = with_account(DescribeInstance(None, names.workflows[0]), left, command)
    else:
        request = _read_selection(names, given, command)
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


def _is_address(word: Token) -> bool:
    """Return whether a word calls somebody, as in `@grace look at orders`."""
    return word.key is None and not word.quoted and word.value.startswith("@")


def _name_like_a_filter(words: Sequence[Token], found: Sequence[Token], command: Command) -> Name | None:
    """Return the word that is a workflow's name, though it was read as a filter; a status is one for sure."""
    if not command.workflows and any(word.key == STATUS.key for word in found):
        return None
    return name_like_a_filter(words, command)


def _without_everything(found: Sequence[Token]) -> tuple[Token, ...]:
    bare = without_fillers([word for word in found if word.key is None])
    return tuple(word for word in bare if not is_everything(word))


def _is_lone_id(names: Names, command: Command) -> bool:
    """Return whether what was taken for a name is the id of an instance, as no workflow is called so."""
    if not command.workflows or names.rest or len(names.workflows) != 1:
        return False
    name = names.workflows[0]
    return looks_like_instance(name) and name not in command.workflows


def _is_of_overview(given: Sequence[Token]) -> bool:
    return all(OVERVIEW_OPTIONS.find(word.key or "") for word in given)


def _read_overview(given: Sequence[Token], command: Command) -> ListWorkflows:
    named = [
        replace(word, key=option.key) for word in given if (option := OVERVIEW_OPTIONS.find(word.key or ""))
    ]
    values = OVERVIEW_OPTIONS.read(OVERVIEW_OPTIONS.by_key(named, command.text), command)
    return ListWorkflows(OverviewQuery(**values))


def _read_selection(names: Names, given: Sequence[Token], command: Command) -> ListRequest:
    """Read a command that asks for instances: a list, or something else about a workflow."""
    for name in names.found:
        if not 1 <= len(name.workflow) <= MAX_WORKFLOW_NAME:
            raise name.words[0].wrong(
                f"has {len(name.workflow)} characters",
                expected=f"a workflow's name of 1 to {MAX_WORKFLOW_NAME} characters",
            )
    rest = names.rest
    if rest and rest[-1].value.lower() == "help":
        return HelpQuery(workflow=names.workflows[0])
    if len(rest) == 1 and is_instance_id(rest[0]) and len(names.workflows) == 1:
        return with_account(DescribeInstance(names.workflows[0], rest[0].value), given, command)
    if rest and command.workflows and len(names.found) == 1 and not _is_known(names.workflows[0], command):
        raise no_workflow(names.found[0].words[0])  # the words behind it are of some other sentence
    if rest:
        raise _unexpected_word(names, given, command)
    if not names.found:
        _refuse_search(given)
    return ListInstances(_read_query(names.workflows, given, command))


def _is_known(name: str, command: Command) -> bool:
    return PATTERN in name or name in command.workflows


def _read_query(workflows: tuple[str, ...], given: Sequence[Token], command: Command) -> PendingQuery:
    """Read the filters of a list of some workflows; none stands for all."""
    _refuse_negation(given)
    said = [word for word in given if LIST_OPTIONS.key_of(word.key or "") == STATUS.key]
    by_key = LIST_OPTIONS.by_key([word for word in given if word not in said], command.text)
    rows = by_key.pop(ROWS.key, None)  # how many there may be depends on the view
    values = LIST_OPTIONS.read(by_key, command)
    statuses = tuple(dict.fromkeys(status for word in said for status in STATUS.read(word, command)))
    view: View = values.get("view", "rows")
    number = default_rows(view) if rows is None else read_rows(rows, view)
    start = _start(by_key, values.pop("page", None), values.pop("cursor", None))
    direction = values.pop("direction", None)
    if direction is not None and not isinstance(start, Cursor):
        raise by_key["direction"].wrong(
            "needs `cursor:`",
            expected="`cursor:TOKEN` beside it, as the API takes a direction only together with a cursor",
            nearest=("",),
        )
    words = {key: values.pop(key, None) for key in (SINCE.key, UNTIL.key, CREATED.key, CREATED_UNTIL.key)}
    where = conditions(values)
    check_lengths(where, by_key)
    selection = Selection(workflows, values.pop("account", None), with_errored(statuses, by_key), where=where)
    pending = PendingQuery(ListQuery(selection, number, start, direction, view), **words)
    if start is not None:
        _refuse_place(by_key, pending, command)
    return pending


def _refuse_negation(given: Sequence[Token]) -> None:
    """Refuse that a status is left out; what is left then can be asked for.

    Raises:
        QueryError: one is.
    """
    for word in given:
        if word.key == NOT:
            left_out = filters.known_status(word.value) or filters.synonymous_status(word.value)
            others = ",".join(status for status in STATUSES if status != left_out)
            error = LIST_OPTIONS.unknown(word)
            error.expected = "the statuses that are wanted"
            error.choices = (f"status:{others}", "")
            raise error


def _refuse_place(by_key: dict[str, Token], pending: PendingQuery, command: Command) -> None:
    """Refuse a page or a cursor in a list that is not one of the API's.

    Raises:
        QueryError: it is none.
    """
    word = by_key.get(PAGE.key) or by_key[CURSOR.key]
    selection = pending.query.selection
    if selection.stream is None:
        raise word.wrong(
            f"is a place in one list of Cloudflare's API, and {_why_no_stream(selection)}",
            expected="one workflow, at most one status, and no filter that the API lacks",
            nearest=("",),
        )
    if (pending.since or pending.until) and not ENDED_STATUSES.isdisjoint(selection.statuses):
        times = [(by_key[key], by) for key, by in _BY_CREATION.items() if key in by_key]
        by_creation = command.text
        for time, key in sorted(times, key=lambda each: each[0].start, reverse=True):
            by_creation = f"{by_creation[: time.start]}{key}:{time.raw}{by_creation[time.end :]}"
        raise QueryError(
            word.text,
            f"is a place in Cloudflare's order, by creation, and {typed(times[0][0].text)} is about the end",
            expected="`created:` or `created_until:` in its place, or no page",
            nearest=(by_creation, without_word(word, command)),
        )


def _why_no_stream(selection: Selection) -> str:
    if not selection.workflow:
        return "this list is of several workflows"
    if len(selection.statuses) > 1:
        return "this list is of several statuses"
    return "this list is searched row by row"


def _refuse_search(given: Sequence[Token]) -> None:
    """Refuse a filter that lists lack, where a list of every workflow is asked for."""
    for word in given:  # a mistyped option is the nearer mistake
        option = OVERVIEW_OPTIONS.find(word.key or "")
        if option is not None and LIST_OPTIONS.key_of(word.key or "") is None:
            raise _searched_list(word)
        if LIST_OPTIONS.key_of(word.key or "") is None:
            of_overview = OVERVIEW_OPTIONS.unknown(word)
            raise of_overview if of_overview.nearest else LIST_OPTIONS.unknown(word)


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
            if filters.synonymous_status(name):  # `--error` alone
                words.append(replace(token, key=None, value=name, raw=name, is_flag=False))
                words += [] if value is None else [value]
                continue
            raise token.wrong("has no value", expected=f"a word after it, as in `{token.key}:VALUE`")
        gap = " " * (value.start - token.end)
        words.append(replace(token, text=f"{token.text}{gap}{value.text}", value=value.value, raw=value.raw))
    return words


def is_instance_id(word: Token) -> bool:
    """Return whether a bare word is most likely the id of an instance."""
    return word.key is None and looks_like_instance(word.value)


def _unexpected_word(names: Names, given: Sequence[Token], command: Command) -> QueryError:
    """Return the error for a bare word that is neither a name nor a part of a filter."""
    word, *others = names.rest
    after = others[0] if others else None
    if is_instance_id(word):
        return word.wrong(
            "looks like an instance's id, and several workflows are named",
            expected="one workflow, as an id is one of its own",
            nearest=(f"id:{quote(word.value)}",),
        )
    if option := LIST_OPTIONS.find(word.value.lower()):
        return word.wrong("has nothing behind it that I can read", expected=f"as in {typed(option.example)}")
    if word.value.lower() in _OLDEST_FIRST:
        last = after if after is not None and after.value.lower() in ("first", "order") else word
        return QueryError(
            word.text if last is word else f"{word.text} {last.text}",
            "asks for an order that Cloudflare gives only behind a cursor",
            expected="the newest first, as always",
            nearest=("",),
            span=(word.start, last.end),
        )
    close = filters.nearest_status(word.value)
    is_failed = any(each.key == STATUS.key and ERRORED in each.value for each in given)
    is_code = word.value.lower() in ("timeout", "timeouts") or "_" in word.value
    if is_code or (is_failed and close is None):
        return _unknown_error(names.rest, command)
    said = ", ".join(typed(name) for name in names.workflows)
    return word.wrong(
        f"is a word I don't know after the workflow's name, {said}",
        expected=f"a status, or a filter like `status:errored` or `since:2h` (`{COMMAND} help`)",
        nearest=(close or "",),
    )


def _unknown_error(rest: Sequence[Token], command: Command) -> QueryError:
    """Return the error for words beside `errored`, which may be a part of an error's text."""
    run = [rest[0]]
    for word in rest[1:]:
        if command.text[run[-1].end : word.start].strip():
            break
        run.append(word)
    text = command.text[run[0].start : run[-1].end]
    return QueryError(
        text,
        "is nothing that I know beside a workflow's name",
        expected="a filter; a part of an error's name or message is `error:TEXT`",
        nearest=("", f"error:{quote(' '.join(word.value for word in run))}"),
        span=(run[0].start, run[-1].end),
    )
