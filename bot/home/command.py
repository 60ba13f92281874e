"""Read commands about the bot itself, and commands that it does not have yet."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.browse.command.addresses import read_addresses
from bot.browse.command.filter_words import join_flags
from bot.browse.command.options import LIST_OPTIONS, OVERVIEW_OPTIONS, SEARCH
from bot.browse.command.phrases import EVERYTHING, read_phrases
from bot.browse.command.reader import is_instance_id
from bot.browse.model import HelpQuery, OverviewQuery
from bot.browse.requests import ListWorkflows, NotYet
from bot.browse.selection import PATTERN
from bot.find.requests import FindInstances
from bot.home.help import TOPICS
from bot.home.requests import ShowAccounts, ShowVersion
from bot.language.command import Command
from bot.language.errors import nearest, one_of
from bot.language.filler_words import without_fillers
from bot.language.tokens import COMMAND, Token

GREETINGS: Final = (
    "hi", "hello", "hey", "yo", "thanks", "thx", "menu", "settings", "login", "aide", "hilfe", "ayuda",
    "commands", "usage", "info", "about", "ping", "man", "manual", "docs",
)  # fmt: skip
"""Words that a newcomer may try; they show the help."""

NOT_YET: Final = {
    "restart": ("retry", "rerun", "redo", "replay"),
    "pause": ("hold", "suspend"),
    "resume": ("unpause", "continue"),
    "terminate": ("kill", "cancel", "stop", "abort"),
    "delete": ("remove", "rm"),
    "trigger": ("create", "start", "run", "new", "execute"),
    "logs": ("log", "tail", "watch", "follow"),
    "alert": ("alerts", "notify", "subscribe"),
    "audit": (),
}
"""What people ask for and this bot does not do yet, with other words for it."""


def read_help(head: Token, rest: Sequence[Token], _: Command) -> HelpQuery:
    """Read `help [topic|NAME]`; a greeting asks for help, whatever stands behind it.

    Raises:
        QueryError: a topic is mistyped.
    """
    if not rest or head.value.lower() not in ("help", "--help", "-h", "?"):
        return HelpQuery()
    topic = rest[0].value.lower()
    if topic in TOPICS:
        return HelpQuery(topic)
    if close := nearest(topic, TOPICS):
        raise rest[0].wrong("is no help topic", expected=one_of(TOPICS), nearest=close)
    names = [word for word in without_fillers(rest) if word.value.lower() not in EVERYTHING]
    return HelpQuery(workflow=names[0].value if len(names) == 1 else None)  # several are a sentence


def read_paging(_: Token, _rest: Sequence[Token], _command: Command) -> HelpQuery:
    """Read `next` as a call for help: the buttons below a list turn its pages."""
    return HelpQuery("list")


def read_search(head: Token, rest: Sequence[Token], command: Command) -> ListWorkflows | FindInstances:
    """Read `search TEXT`; an id is looked for among the instances.

    Raises:
        QueryError: nothing is said that could be looked for, or filters are that a search does not have.
    """
    bare = ("id", SEARCH.key, *SEARCH.synonyms)
    rest = [replace(word, key=None) if word.key in bare else word for word in join_flags(rest)]
    words = [word for word in without_fillers(rest) if word.key is None and word.value.strip(PATTERN)]
    options = [word for word in rest if word.key is not None]
    for word in options:
        if OVERVIEW_OPTIONS.find(word.key or ""):
            continue
        if LIST_OPTIONS.find(word.key or ""):
            expected = f"`{COMMAND} list NAME` with them"
            raise head.wrong("looks for names, and has no filters", expected=expected, nearest="list")
        of_overview = OVERVIEW_OPTIONS.unknown(word)
        raise of_overview if of_overview.nearest else LIST_OPTIONS.unknown(word)
    values = OVERVIEW_OPTIONS.read(OVERVIEW_OPTIONS.by_key(options, command.text), command)
    if not words:
        expected = f"an id, as in `{COMMAND} find ID`, or a part of a name, as in `{COMMAND} search:order`"
        raise head.wrong("does not say what to look for", expected=expected, nearest="help find")
    if is_instance_id(words[0]):
        return FindInstances(words[0].value, values.get("account"))
    return ListWorkflows(OverviewQuery(search=" ".join(word.value for word in words), **values))


def read_accounts(_: Token, _rest: Sequence[Token], _command: Command) -> ShowAccounts:
    """Read `accounts`."""
    return ShowAccounts()


def read_version(_: Token, _rest: Sequence[Token], _command: Command) -> ShowVersion:
    """Read `version`."""
    return ShowVersion()


def read_not_yet(head: Token, rest: Sequence[Token], _: Command) -> NotYet:
    """Read a verb that the bot does not have yet, with the workflow and the instance that it is about."""
    said = head.value.lower()
    verb = next(verb for verb, others in NOT_YET.items() if said == verb or said in others)
    rest, readings = read_addresses(rest)
    words = [word for word in without_fillers(read_phrases(rest)[0]) if word.key is None]
    if words and is_instance_id(words[0]):
        return NotYet(verb, instance=words[0].value, readings=readings)
    instance = words[1].value if len(words) > 1 and is_instance_id(words[1]) else None
    return NotYet(verb, words[0].value if words else None, instance, readings=readings)
