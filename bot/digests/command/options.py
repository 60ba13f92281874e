"""The options of `digest create`, and what the value of each may be."""

from datetime import timedelta
from typing import Final

from bot.browse.command.options import ACCOUNT
from bot.cloudflare.models import Status
from bot.digests.command.addressees import Addressees, Channel
from bot.digests.model import MOST_MENTIONS, MOST_WORKFLOWS, Mention
from bot.language import filters
from bot.language.command import Command
from bot.language.durations import DEFAULT_WINDOW, LONGEST_WINDOW, SHORTEST_WINDOW, read_window, window_text
from bot.language.errors import QueryError, one_of
from bot.language.options import Field, Option, Options
from bot.language.tokens import Token
from bot.language.zones import find_zones, nearest_zone

_YES: Final = ("", "yes", "true", "on", "1")
_NO: Final = ("no", "false", "off", "0")


def _read_channel(word: Token, command: Command) -> Channel:
    return Addressees(command.mentions, command.channel).channel(word)


def _read_mentions(word: Token, command: Command) -> tuple[Mention, ...]:
    return Addressees(command.mentions, command.channel).mentions(word)


def _read_workflows(word: Token, _: Command) -> list[str]:
    """Read the names in one word: several with commas between them, unless they are in quotes."""
    if word.quoted:
        return [word.value]
    if any(mark in word.value for mark in '"“”'):
        expected = "quotes around a whole name, and a space before them"
        raise word.wrong("has a quote in its middle", expected=expected)
    return [name for name in word.value.split(",") if name]


def _read_window(word: Token, _: Command) -> timedelta:
    try:
        return read_window(word.value)
    except QueryError as error:
        close = error.nearest and f"window:{error.nearest}"
        raise word.wrong(error.problem, expected=error.expected, nearest=close) from error


def _read_quiet(word: Token, _: Command) -> bool:
    value = word.value.lower() if word.key is not None else ""
    if value in (*_YES, *_NO):
        return value in _YES
    raise word.wrong("is neither yes nor no", expected="`quiet`, or `quiet:no`", nearest="quiet")


def _read_thread(word: Token, _: Command) -> bool:
    if word.value.lower() != "daily":
        expected = "`thread:daily`, or nothing"
        raise word.wrong("is no kind of thread", expected=expected, nearest="thread:daily")
    return True


def _read_zone(word: Token, command: Command) -> str:
    found = find_zones(word.value, command.zone)
    if len(found) > 1:
        choices = tuple(f"zone:{name}" for name in found)
        raise word.wrong("may be several time zones", expected=one_of(choices), nearest=choices)
    if not found:
        close = nearest_zone(word.value)
        expected = "a zone such as `zone:Europe/Berlin` or `zone:UTC`"
        raise word.wrong("is no time zone I know", expected=expected, nearest=close and f"zone:{close}")
    return found[0]


WORKFLOW: Final[Option[list[str]]] = Option(
    key="workflow",
    example="workflow NAME",
    help=f"the workflows, at most {MOST_WORKFLOWS}: `workflow orders refunds`, or `all`",
    read=_read_workflows,
    aliases=("workflows",),
    synonyms=("name",),
    default="all of the account",
    field=Field("Workflows", hint=f"Up to {MOST_WORKFLOWS}; all of the account if left empty."),
)
STATUS: Final[Option[Status]] = Option(
    key="status",
    example="status:errored",
    help="the status that the digest reports first",
    read=lambda word, _: filters.read_status(word),
    synonyms=("state",),
    default="`errored`",
    field=Field("Report instances that are newly"),
)
WINDOW: Final[Option[timedelta]] = Option(
    key="window",
    example="window:7d",
    help="how far back the chart goes",
    read=_read_window,
    synonyms=("since", "span", "period", "range", "last"),
    default=f"`{window_text(DEFAULT_WINDOW)}`",
    field=Field(
        "Chart of the last",
        hint=f"From {window_text(SHORTEST_WINDOW)} to {window_text(LONGEST_WINDOW)}.",
        placeholder="24h, 7d",
    ),
)
QUIET: Final[Option[bool]] = Option(
    key="quiet",
    example="quiet",
    help="post nothing if nothing is new",
    read=_read_quiet,
    aliases=("only_failures",),
    synonyms=("silent",),
    default="post always",
    field=Field("Only post when something is new"),
)
MENTION: Final[Option[tuple[Mention, ...]]] = Option(
    key="mention",
    example="mention:@here",
    help=f"mention people, a group, `@here` or `@channel` if something is new, at most {MOST_MENTIONS}",
    read=_read_mentions,
    aliases=("mentions",),
    synonyms=("notify", "ping", "call", "cc", "alert"),
    default="mention no one",
)
THREAD: Final[Option[bool]] = Option(
    key="thread",
    example="thread:daily",
    help="post one message a day and put the others into its thread",
    read=_read_thread,
    default="separate messages",
    field=Field("One thread a day: later digests go into the thread of the day's first"),
)
ZONE: Final[Option[str]] = Option(
    key="zone",
    example="zone:Europe/Berlin",
    help="the time zone; behind the schedule, `Europe/Berlin` is enough",
    read=_read_zone,
    aliases=("timezone", "tz"),
    default="your own",
    field=Field("Time zone"),
)
CHANNEL: Final[Option[Channel]] = Option(
    key="channel",
    example="channel:here",
    help="the channel; `#ops` is enough. You and the bot must be members",
    read=_read_channel,
    synonyms=("in", "to"),
    default="this channel",
    field=Field("Channel", hint="You and this bot have to be in it."),
)

DIGEST_OPTIONS: Final = Options(
    (WORKFLOW, STATUS, WINDOW, QUIET, MENTION, THREAD, ACCOUNT, ZONE, CHANNEL),
    unknown="is an option I don't know",
)
