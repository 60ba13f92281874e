"""Read the words of a list or of the overview into a request.

The first word that is nothing else is taken for the workflow's name. Where that does not lead to a list, the
command is read again with the names of the account's workflows at hand (`Command.workflows`).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.browse.command.addresses import is_mention, linked_account, read_addresses
from bot.browse.command.comparisons import read_comparisons
from bot.browse.command.condition_options import ERRORED
from bot.browse.command.filter_words import join_flags
from bot.browse.command.list_filters import read_query
from bot.browse.command.names import (
    Name,
    Names,
    is_everything,
    looks_like_instance,
    name_like_a_filter,
    read_names,
    require_length,
)
from bot.browse.command.options import (
    ACCOUNT,
    LIST_OPTIONS,
    OVERVIEW_OPTIONS,
    STATUS,
)
from bot.browse.command.phrases import read_phrases
from bot.browse.command.word_errors import (
    OLDEST_FIRST,
    no_workflow,
    oldest_first,
    run_of,
    unknown_words,
    unread_filter,
)
from bot.browse.command.written_names import quote_name
from bot.browse.model import HelpQuery, OverviewQuery
from bot.browse.requests import DescribeInstance, ListInstances, ListWorkflows
from bot.browse.selection import PATTERN, is_match
from bot.language import filters
from bot.language.command import Command, Reading
from bot.language.errors import QueryError, typed
from bot.language.filler_words import without_fillers
from bot.language.tokens import COMMAND, Token, quote

ListRequest = ListInstances | ListWorkflows | DescribeInstance | HelpQuery

_EXCLUDING: Final = frozenset({"except", "excluding", "without", "but", "not", "no", "minus", "besides"})
_MOST_NAMES: Final = 5


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
    addressed = [word for word in words if is_mention(word)]
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
    # `*,orders` is what `*` is, which the rest is a part of; behind an address with an id it is no list.
    is_all = is_list and names.has_star and bool(names.found) and not names.rest and not addresses
    if is_all and not any(looks_like_instance(name) for name in names.workflows):
        addresses = tuple(Reading(quote_name(name), PATTERN) for name in names.workflows)
        names = Names(has_star=True)
    readings = (
        *addresses,
        *names.readings,
        *comparisons,
        *readings,
        *(Reading(word.text, "") for word in addressed),
        *_status_readings(typed_words, names, command),
    )
    wants_all = is_list and (
        names.has_star or any(word.value == PATTERN for word in found if word.key is None)
    )
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
    linked = linked_account(command)
    return replace(request, account=account, account_id=linked)


def _status_readings(words: Sequence[Token], names: Names, command: Command) -> tuple[Reading, ...]:
    """Return what was read as a status although a workflow is called so, since another one is named."""
    taken = {word.start for name in names.found for word in name.words}
    return tuple(
        Reading(word.value, f"status:{word.value}")
        for word in words
        if word.key is None and word.start not in taken and word.value in command.workflows
        if not word.quoted and filters.known_status(word.value)
    )


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
        require_length(name.words[0], name.workflow)
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
    return ListInstances(read_query(names.workflows, given, command))


def _is_known(name: str, command: Command) -> bool:
    return PATTERN in name or name in command.workflows


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


def is_instance_id(word: Token) -> bool:
    """Return whether a bare word is most likely the id of an instance."""
    return word.key is None and looks_like_instance(word.value)


def _unexpected_word(names: Names, given: Sequence[Token], command: Command) -> QueryError:
    """Return the error for a bare word that is neither a name nor a part of a filter."""
    word, *others = names.rest
    after = others[0] if others else None
    if word.value.lower() in _EXCLUDING:
        return _excluded(word, names, command)
    if is_instance_id(word):
        return word.wrong(
            "looks like an instance's id, and several workflows are named",
            expected="one workflow, as an id is one of its own",
            nearest=(f"id:{quote(word.value)}",),
        )
    if LIST_OPTIONS.find(word.value.lower()):
        return unread_filter(names.rest, command)
    if word.value.lower() in OLDEST_FIRST:
        return oldest_first(word, after)
    close = filters.nearest_status(word.value)
    is_failed = any(each.key == STATUS.key and ERRORED in each.value for each in given)
    is_code = word.value.lower() in ("timeout", "timeouts") or "_" in word.value
    if is_code or (is_failed and close is None):
        return _unknown_error(names.rest, command)
    said = ", ".join(typed(name) for name in names.workflows)
    run = run_of(names.rest, command)
    run = run[:1] if close else run
    end = run[-1].end
    return QueryError(
        command.text[word.start : end],
        f"{unknown_words(run)} after the workflow's name, {said}",
        expected=f"a status, or a filter like `status:errored` or `since:2h` (`{COMMAND} help`)",
        nearest=(close or "",),
        span=(word.start, end),
    )


def _excluded(word: Token, names: Names, command: Command) -> QueryError:
    """Return the error for `except NAME`; where the names are known, it proposes the others."""
    behind = [name for name in names.found if name.words[0].start > word.start]
    last = behind[-1].words[-1] if behind else word
    left = [name for name in command.workflows if not any(is_match(name, each.workflow) for each in behind)]
    others = (",".join(map(quote_name, left)),) if behind and len(left) <= _MOST_NAMES else None
    if len(behind) < len(names.found):  # those before the word are named already
        others = ("",)
    return QueryError(
        command.text[word.start : last.end],
        "leaves workflows out, which a list can't",
        expected="the names of those that are meant, as in `orders,emails`, or a pattern, as in `order-*`",
        nearest=others,
        span=(word.start, last.end),
    )


def _unknown_error(rest: Sequence[Token], command: Command) -> QueryError:
    """Return the error for words beside `errored`, which may be a part of an error's text."""
    run = run_of(rest, command)
    text = command.text[run[0].start : run[-1].end]
    return QueryError(
        text,
        "is nothing that I know beside a workflow's name",
        expected="a filter; a part of an error's name or message is `error:TEXT`",
        nearest=("", f"error:{quote(' '.join(word.value for word in run))}"),
        span=(run[0].start, run[-1].end),
    )
