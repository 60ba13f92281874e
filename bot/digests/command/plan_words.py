"""The words of `digest create` into a plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.cloudflare.requests import MAX_WORKFLOW_NAME
from bot.digests.command.addressees import Addressees, Channel
from bot.digests.command.clauses import Clauses, sort
from bot.digests.command.requests import CreateDigest
from bot.digests.model import ERRORED, MOST_MENTIONS, MOST_WORKFLOWS, DigestSpec, Mention
from bot.language import filters
from bot.language.durations import DEFAULT_WINDOW, read_window
from bot.language.errors import QueryError, typed
from bot.language.tokens import Token
from bot.language.zones import nearest_zone, zone_name

_YES: Final = ("", "yes", "true", "on", "1")
_NO: Final = ("no", "false", "off", "0")


@dataclass(frozen=True, slots=True)
class Asker:
    """What a command means beside its words.

    Attributes:
        accounts: the names that settings give to accounts.
        addressees: the channels and people in it.
        zone: the IANA name of the zone that is meant where none is said.
    """

    accounts: Sequence[str]
    addressees: Addressees
    zone: str


def read_spec(said: Sequence[Token], tokens: Sequence[Token], asker: Asker) -> CreateDigest:
    """Read the words that create a digest.

    Args:
        said: the words up to `create`, which a refusal may name.
        tokens: the words behind them.
        asker: what they mean beside.

    Raises:
        QueryError: they can't be understood.
    """
    schedule, clauses = sort(said, tokens, asker.zone)
    values = clauses.values
    where, account, status, window, quiet = (
        values.get(key) for key in ("channel", "account", "status", "window", "quiet")
    )
    channel = asker.addressees.channel(where) if where else Channel(asker.addressees.here)
    plan = DigestSpec(
        channel=channel.id,
        schedule=replace(schedule, zone=_zone(values["zone"])) if "zone" in values else schedule,
        account=filters.read_account(account, asker.accounts) if account else None,
        workflows=_workflows(clauses),
        status=filters.read_status(status) if status else ERRORED,
        window=_window(window) if window else DEFAULT_WINDOW,
        quiet=_is_yes(quiet) if quiet else False,
        mentions=_mentions(clauses, asker.addressees),
        daily_thread=_is_daily(values["thread"]) if "thread" in values else False,
    )
    return CreateDigest(plan, channel.name)


def _zone(token: Token) -> str:
    zone = zone_name(token.value)
    if zone is None:
        close = nearest_zone(token.value)
        expected = "a zone such as `zone:Europe/Berlin` or `zone:UTC`"
        raise token.wrong("is no time zone I know", expected=expected, nearest=close and f"zone:{close}")
    return zone


def _workflows(clauses: Clauses) -> tuple[str, ...]:
    """Return the names, each once; none for all."""
    names = {name: token for token in clauses.names for name in _names(token)}
    said_all = clauses.values.get("all")
    if said_all and names:
        raise said_all.wrong(
            f"and {typed(next(iter(names)))} exclude each other",
            expected="either `all` or names; a workflow of that name goes in quotes",
        )
    for number, (name, token) in enumerate(names.items(), start=1):
        if not 1 <= len(name) <= MAX_WORKFLOW_NAME:
            expected = f"a workflow's name of 1 to {MAX_WORKFLOW_NAME} characters"
            raise token.wrong(f"has {len(name)} characters", expected=expected)
        if number > MOST_WORKFLOWS:
            expected = f"at most {MOST_WORKFLOWS} of them, or `all`"
            raise token.wrong(f"is workflow number {number}", expected=expected)
    return tuple(names)


def _names(token: Token) -> list[str]:
    """Return the names in one word: several with commas between them, unless they are in quotes."""
    if token.quoted:
        return [token.value]
    if any(mark in token.value for mark in '"“”'):
        expected = "quotes around a whole name, and a space before them"
        raise token.wrong("has a quote in its middle", expected=expected)
    return [name for name in token.value.split(",") if name]


def _window(token: Token) -> timedelta:
    try:
        return read_window(token.value)
    except QueryError as error:
        close = error.nearest and f"window:{error.nearest}"
        raise token.wrong(error.problem, expected=error.expected, nearest=close) from error


def _is_yes(token: Token) -> bool:
    value = token.value.lower() if token.key is not None else ""
    if value in (*_YES, *_NO):
        return value in _YES
    raise token.wrong("is neither yes nor no", expected="`quiet`, or `quiet:no`", nearest="quiet")


def _is_daily(token: Token) -> bool:
    if token.value.lower() != "daily":
        raise token.wrong(
            "is no kind of thread", expected="`thread:daily`, or nothing", nearest="thread:daily"
        )
    return True


def _mentions(clauses: Clauses, addressees: Addressees) -> tuple[Mention, ...]:
    """Return the mentions, each once."""
    mentions: dict[tuple[str, str], Mention] = {}
    for token in clauses.mentions:
        for mention in addressees.mentions(token):
            mentions.setdefault((mention.kind, mention.id), mention)
        if len(mentions) > MOST_MENTIONS:
            raise token.wrong(
                f"is mention number {len(mentions)}", expected=f"at most {MOST_MENTIONS}, or a group"
            )
    return tuple(mentions.values())
