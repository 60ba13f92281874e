"""The words of a list or of the overview into a request."""

from collections.abc import Sequence
from dataclasses import replace

from bot.browse.model import HelpQuery, ListQuery, OverviewQuery, PendingQuery
from bot.browse.options import LIST_OPTIONS, OVERVIEW_OPTIONS
from bot.browse.requests import ListInstances, ListWorkflows
from bot.cloudflare.models import Cursor, PageNumber, Position
from bot.cloudflare.requests import MAX_WORKFLOW_NAME
from bot.language import filters, times
from bot.language.command import Command
from bot.language.errors import QueryError, typed
from bot.language.tokens import COMMAND, Token

ListRequest = ListInstances | ListWorkflows | HelpQuery


def read_list(_: Token, rest: Sequence[Token], command: Command) -> ListRequest:
    """Read the words behind `list`.

    Raises:
        QueryError: something in them can't be understood.
    """
    return _asks_help(rest) or _instances(_join_flags(rest), command, said_list=True)


def read_bare(words: Sequence[Token], command: Command) -> ListRequest:
    """Read a command that begins with no verb: a list of the workflow that it names, or the overview.

    Raises:
        QueryError: something in it can't be understood.
    """
    if help_query := _asks_help(words):
        return help_query
    words = _join_flags(words)
    bare = [word for word in words if word.key is None]
    if len(bare) > 1 and bare[0].text.lower() == "list":  # behind filters
        return _instances([word for word in words if word is not bare[0]], command, said_list=True)
    if all(word.key is not None and OVERVIEW_OPTIONS.key_of(word.key) for word in words):
        return ListWorkflows(OverviewQuery(**OVERVIEW_OPTIONS.read(OVERVIEW_OPTIONS.by_key(words), command)))
    return _instances(words, command, said_list=False)


def _asks_help(words: Sequence[Token]) -> HelpQuery | None:
    return HelpQuery() if any(word.is_flag and word.key == "help" for word in words) else None


def _instances(words: Sequence[Token], command: Command, *, said_list: bool) -> ListInstances:
    name, rest = _name(words, said_list=said_list)
    given = LIST_OPTIONS.by_key(_with_bare_statuses(rest, name))
    values = LIST_OPTIONS.read(given, command)
    since, until = values.pop("since", None), values.pop("until", None)
    start = _start(given, values.pop("page", None), values.pop("cursor", None))
    if "direction" in given and not isinstance(start, Cursor):
        raise given["direction"].wrong(
            "needs `cursor:`",
            expected="`cursor:TOKEN` beside it, as the API takes a direction only together with a cursor",
        )
    return ListInstances(PendingQuery(ListQuery(name.value, start=start, **values), since, until))


def _start(given: dict[str, Token], page: int | None, cursor: str | None) -> Position | None:
    """Return where the list starts: the API takes one of the two."""
    if page is not None and cursor is not None:
        other = typed(given["cursor"].text)
        raise given["page"].wrong(f"and {other} exclude each other", expected="either a page or a cursor")
    return Cursor(cursor) if cursor is not None else None if page is None else PageNumber(page)


def _join_flags(tokens: Sequence[Token]) -> list[Token]:
    """Join each `--flag` with the word that is its value."""
    words: list[Token] = []
    rest = iter(tokens)
    for token in rest:
        if not token.is_flag or token.value or token.quoted:
            words.append(token)
            continue
        value = next(rest, None)
        if value is None or value.key is not None:
            if not (LIST_OPTIONS.key_of(token.key or "") or OVERVIEW_OPTIONS.key_of(token.key or "")):
                raise LIST_OPTIONS.unknown(token)  # a flag that does not exist needs no value
            raise token.wrong("has no value", expected=f"a word after it, as in `{token.key}:VALUE`")
        gap = " " * (value.start - token.end)
        words.append(replace(token, text=f"{token.text}{gap}{value.text}", value=value.value, raw=value.raw))
    return words


def _name(words: Sequence[Token], *, said_list: bool) -> tuple[Token, list[Token]]:
    """Return the workflow's name, which is the first bare word, and the other words."""
    bare = [word for word in words if word.key is None]
    name = next((word for word in bare if said_list or not _is_status(word)), bare[0] if bare else None)
    if name is None:
        for word in words:  # a mistyped option is the nearer mistake
            if LIST_OPTIONS.key_of(word.key or "") is None:
                of_overview = OVERVIEW_OPTIONS.unknown(word)
                raise of_overview if of_overview.nearest else LIST_OPTIONS.unknown(word)
        said = words[0].text if words else "list"
        raise QueryError(
            said,
            "does not say which workflow",
            expected=f"a name, as in `{COMMAND} list NAME`; `{COMMAND}` alone shows them all",
        )
    if not said_list and not name.quoted and filters.known_status(name.value):
        raise name.wrong(
            "is a status, and it is not said of which workflow",
            expected=f"a name first, as in {typed(f'{COMMAND} list NAME {name.value}')}",
        )
    if not 1 <= len(name.value) <= MAX_WORKFLOW_NAME:
        raise name.wrong(
            f"has {len(name.value)} characters",
            expected=f"a workflow's name of 1 to {MAX_WORKFLOW_NAME} characters",
        )
    return name, [word for word in words if word is not name]


def _is_status(word: Token) -> bool:
    return not word.quoted and filters.known_status(word.value) is not None


def _with_bare_statuses(words: Sequence[Token], name: Token) -> list[Token]:
    """Return the words, with `errored` read as `status:errored`."""
    keyed: list[Token] = []
    for place, word in enumerate(words):
        if word.key is not None:
            keyed.append(word)
        elif _is_status(word):
            keyed.append(replace(word, key="status"))
        else:
            after = words[place + 1] if place + 1 < len(words) else None
            raise _unexpected_word(word, keyed[-1] if keyed else None, after, name)
    return keyed


def _unexpected_word(word: Token, before: Token | None, after: Token | None, name: Token) -> QueryError:
    """Return the error for a bare word that is neither the name nor a status."""
    key = LIST_OPTIONS.key_of(word.value.lower().replace("-", "_"))
    if key is not None and after is not None and after.key is None:
        return QueryError(
            word.text,
            "needs a colon behind it",
            expected=f"`{key}:` and its value in one word",
            nearest=f"{key}:{after.raw}",
            span=(word.start, after.end),
        )
    if before is not None and before.key in ("since", "until") and _is_time_in_two(before, word):
        return QueryError(
            word.text,
            f"stands by itself, and {typed(before.text)} before it",
            expected="a time of two words to be in quotes",
            nearest=f'{before.key}:"{before.value} {word.value}"',
            span=(before.start, word.end),
        )
    if after is not None and after.key is None and times.is_time(f"{word.value} {after.value}"):
        return QueryError(
            f"{word.text} {after.text}",
            "is a time, and it is not said of what",
            expected="`since:` or `until:` before it",
            nearest=f'since:"{word.value} {after.value}"',
            span=(word.start, after.end),
        )
    time = f"since:{word.raw}" if times.is_time(word.value) else None
    return word.wrong(
        f"is a word I don't know after the workflow's name, {typed(name.value)}",
        expected=f"a status, or a filter like `status:errored` or `since:2h` (`{COMMAND} help`)",
        nearest=time or filters.nearest_status(word.value),
    )


def _is_time_in_two(first: Token, second: Token) -> bool:
    return times.is_clock(second.value) or times.is_time(f"{first.value} {second.value}")
