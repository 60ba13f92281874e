"""Words into a question. Every refusal names the word, what was expected, and the nearest right one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.browse.model import DEFAULT_ROWS, MAX_ROWS, HelpQuery, ListQuery, OverviewQuery
from bot.cloudflare.requests import MAX_WORKFLOW_NAME
from bot.language import filters, times
from bot.language.errors import QueryError, nearest, one_of, typed
from bot.language.times import Clock, TimePoint
from bot.language.tokens import COMMAND, Token, split

TOPICS: Final = ("list", "filters", "times", "digest")
LIST_KEYS: Final = ("status", "since", "until", "rows", "page", "cursor", "direction", "account")
OVERVIEW_KEYS: Final = ("search", "account")

_KEYS: Final = (*LIST_KEYS, "search")
_ALIASES: Final = {
    # wrangler's and the API's own names of the same things
    "per_page": "rows",
    "date_start": "since",
    "date_end": "until",
}
_KEY_SYNONYMS: Final = {
    # what people call them elsewhere
    "from": "since", "after": "since", "start": "since", "to": "until", "before": "until", "end": "until",
    "limit": "rows", "count": "rows", "size": "rows", "state": "status", "name": "search",
}  # fmt: skip
_HELP: Final = ("help", "--help", "-h", "?")
_SUBCOMMANDS: Final = ("list", "digest", "help")


@dataclass(frozen=True, slots=True)
class PendingQuery:
    """A list whose times wait for a clock, and for a zone where one was needed.

    Attributes:
        query: complete but for its times.
        since: the words of `since:`.
        until: the words of `until:`.
    """

    query: ListQuery
    since: str | None = None
    until: str | None = None

    @property
    def has_times(self) -> bool:
        """Return whether it means another list a minute later."""
        return self.since is not None or self.until is not None

    @property
    def needs_zone(self) -> bool:
        """Return whether a wall-clock time was typed."""
        return any(times.needs_zone(text) for text in (self.since, self.until) if text is not None)

    def resolve(self, clock: Clock) -> ListQuery:
        """Return the query at a moment, in a zone.

        Raises:
            QueryError: a time can't be read, or the two of them hold nothing between them.
        """
        since, until = _moment("since", self.since, clock), _moment("until", self.until, clock)
        if since and since.at > clock.now:
            raise QueryError(f"since:{self.since}", "lies in the future", expected="a time that has passed")
        if since and until and since.at >= until.at:
            raise QueryError(
                f"until:{self.until}",
                f"is not later than {typed(f'since:{self.since}')}",
                expected="`until:` to be the later of the two",
            )
        return replace(self.query, since=since, until=until)


def _moment(key: str, text: str | None, clock: Clock) -> TimePoint | None:
    if text is None:
        return None
    try:
        return times.read(text, clock)
    except QueryError as error:
        raise QueryError(f"{key}:{text}", error.problem, expected=error.expected) from error


def parse(text: str, accounts: Sequence[str]) -> HelpQuery | OverviewQuery | PendingQuery:
    """Parse the text after `/workflows`.

    Args:
        text: as a person wrote it (see `tokens.from_slack`).
        accounts: the names that settings give to accounts.

    Raises:
        QueryError: something in it can't be understood.
    """
    try:
        return _parse(split(text), accounts)
    except QueryError as error:
        error.with_correction(COMMAND, text)
        raise


def _parse(tokens: Sequence[Token], accounts: Sequence[str]) -> HelpQuery | OverviewQuery | PendingQuery:
    if tokens and tokens[0].text == COMMAND:
        tokens = tokens[1:]  # a whole command pasted behind the command
    if tokens and tokens[0].text.lower() in _HELP:
        return _help(tokens[1:])
    if any(token.is_flag and token.key == "help" for token in tokens):
        return HelpQuery()
    words = _join_flags(tokens)
    bare = [word for word in words if word.key is None]
    if bare and bare[0].text.lower() == "list" and (bare[0] is words[0] or len(bare) > 1):
        return _list([word for word in words if word is not bare[0]], accounts, said_list=True)
    if all(word.key is not None and _canonical(word.key) in OVERVIEW_KEYS for word in words):
        return _overview(words, accounts)
    return _list(words, accounts, said_list=False)


def _help(rest: Sequence[Token]) -> HelpQuery:
    if not rest:
        return HelpQuery()
    topic = rest[0].value.lower()
    if topic not in TOPICS:
        raise rest[0].wrong("is no help topic", expected=one_of(TOPICS), nearest=nearest(topic, TOPICS))
    return HelpQuery(topic)


def _overview(words: Sequence[Token], accounts: Sequence[str]) -> OverviewQuery:
    values = _by_key(words, OVERVIEW_KEYS)
    search, account = values.get("search"), values.get("account")
    return OverviewQuery(
        account=filters.read_account(account, accounts) if account else None,
        search=filters.required(search, "a part of a workflow's name") if search else None,
    )


def _list(words: Sequence[Token], accounts: Sequence[str], *, said_list: bool) -> PendingQuery:
    name, rest = _name(words, said_list=said_list)
    values = _by_key(_with_bare_statuses(rest, name), LIST_KEYS)
    status, rows, direction, account = (values.get(key) for key in ("status", "rows", "direction", "account"))
    position = filters.read_position(values.get("page"), values.get("cursor"))
    since, until = values.get("since"), values.get("until")
    query = ListQuery(
        workflow=name.value,
        account=filters.read_account(account, accounts) if account else None,
        status=filters.read_status(status) if status else None,
        rows=filters.read_number(rows, "rows", MAX_ROWS) if rows else DEFAULT_ROWS,
        start=position,
        direction=filters.read_direction(direction, position) if direction else None,
    )
    return PendingQuery(
        query,
        since=filters.required(since, times.EXPECTED) if since else None,
        until=filters.required(until, times.EXPECTED) if until else None,
    )


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
            _key(token, _KEYS)  # a flag that does not exist needs no value
            raise token.wrong("has no value", expected=f"a word after it, as in `{token.key}:VALUE`")
        gap = " " * (value.start - token.end)
        words.append(replace(token, text=f"{token.text}{gap}{value.text}", value=value.value, raw=value.raw))
    return words


def _name(words: Sequence[Token], *, said_list: bool) -> tuple[Token, list[Token]]:
    """Return the workflow's name, which is the first bare word, and the other words."""
    bare = [word for word in words if word.key is None]
    name = next((word for word in bare if said_list or not _is_status(word)), bare[0] if bare else None)
    if name is None:
        for word in words:
            _key(word, LIST_KEYS)  # a mistyped filter is the nearer mistake
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
    rest = [word for word in words if word is not name]
    strays = not said_list and any(word.key is None and not _is_status(word) for word in rest)
    if strays and (meant := nearest(name.value, _SUBCOMMANDS)):
        raise name.wrong("is taken for a workflow's name", expected=f"`{COMMAND} list NAME`", nearest=meant)
    return name, rest


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
    key = _canonical(word.value.lower().replace("-", "_"))
    if key in LIST_KEYS and after is not None and after.key is None:
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


def _by_key(words: Sequence[Token], keys: Sequence[str]) -> dict[str, Token]:
    values: dict[str, Token] = {}
    for word in words:
        key = _key(word, keys)
        if key in values:
            raise word.wrong(
                f"repeats {typed(values[key].text)}; only one is allowed",
                expected=f"`{key}:` once",
            )
        values[key] = word
    return values


def _key(word: Token, keys: Sequence[str]) -> str:
    key = _canonical(word.key or "")
    if key in keys:
        return key
    meant = _KEY_SYNONYMS.get(key)
    close = meant if meant in keys else nearest(key, keys)
    raise word.wrong(
        "can't be used in a list" if key in _KEYS else "is a filter I don't know",
        expected=one_of([f"{name}:" for name in keys]),
        nearest=f"{close}:{word.raw}" if close else None,
    )


def _canonical(key: str) -> str:
    return _ALIASES.get(key, key)
