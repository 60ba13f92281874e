"""The verb table: what may stand behind the slash command."""

from collections.abc import Sequence
from typing import Final

from bot.access.command import read_access
from bot.browse.command.condition_options import VERSION
from bot.browse.command.filter_words import join_flags
from bot.browse.command.options import SINCE, STATUS, UNTIL
from bot.browse.command.phrases import read_phrases
from bot.browse.command.reader import is_instance_id, read_instances, read_list
from bot.browse.command.written_names import is_phrase
from bot.digests.command.grammar import read_digest
from bot.export.command import CSV_VERB, read_export
from bot.failures.command import SYNONYMS as FAILURE_SYNONYMS
from bot.failures.command import read_failures
from bot.find.command import read_find
from bot.home.command import (
    GREETINGS,
    NOT_YET,
    read_accounts,
    read_help,
    read_not_yet,
    read_paging,
    read_search,
    read_version,
)
from bot.home.help import TOPICS
from bot.inspect.command import SYNONYMS, WHY, read_show
from bot.language import filters
from bot.language.command import Command
from bot.language.filler_words import without_fillers
from bot.language.tokens import Token
from bot.language.verbs import Verb, Verbs
from bot.slack.requests import Request
from bot.stats.command import read_stats
from bot.stats.requests import SYNONYMS as STATS_SYNONYMS


def _list(_: Token, rest: Sequence[Token], command: Command) -> Request:
    return read_instances(rest, command)


def _show(head: Token, rest: Sequence[Token], command: Command) -> Request:
    return read_one(head, rest, command) or read_list([head, *rest], command)


def read_one(head: Token, rest: Sequence[Token], command: Command) -> Request | None:
    """Read `show` and its synonyms; None if they ask for a list.

    A time asks for what ran then, and not for the latest instance: `show what failed in the last hour`. Why
    something failed at some time asks for the causes of then.
    """
    if not any(map(is_instance_id, rest)):
        others = [word for word in rest if word.value not in command.workflows]  # one may be called `monday`
        said = read_phrases(join_flags(others), command.workflows)[0]
        if any(word.key in (SINCE.key, UNTIL.key) for word in said):
            return read_failures(head, rest, command) if head.value.lower() in WHY else None
    return read_show(head, rest, command)


def _version(head: Token, rest: Sequence[Token], command: Command) -> Request:
    """Read `version`, the bot's; behind it stands what is asked of versions of workflows."""
    if not without_fillers(rest):
        return read_version(head, rest, command)
    said = read_phrases([head, *rest], command.workflows)[0]
    if any(word.key == VERSION.key for word in said):
        return read_list([head, *rest], command)
    is_of_failures = any(word.key == STATUS.key for word in said)
    return (read_failures if is_of_failures else read_stats)(head, rest, command)


def _find(head: Token, rest: Sequence[Token], command: Command) -> Request:
    return read_find(head, rest, command) or read_search(head, rest, command)


SHOW: Final[Verb[Request]] = Verb(
    "show",
    "NAME ID|latest [failed]",
    "one instance: its steps, why it failed, its times",
    _show,
    synonyms=(*SYNONYMS, *WHY),
)

STATS: Final[Verb[Request]] = Verb(
    "stats",
    "NAME[,NAME…]|* [since:7d]",
    "runs, failure rate, run and queue times, by version and over time; the slowest and flakiest steps",
    read_stats,
    synonyms=STATS_SYNONYMS,
    topic="stats",
)

FAILURES: Final[Verb[Request]] = Verb(
    "failures",
    "[NAME[,NAME…]] [since:24h]",
    "what failed, by cause: how often, since when, on which version",
    read_failures,
    synonyms=FAILURE_SYNONYMS,
    topic="failures",
)

DIGEST: Final = "digest"
_NOT_YET: Final[list[Verb[Request]]] = [
    Verb(verb, "", "", read_not_yet, is_hidden=True, synonyms=others) for verb, others in NOT_YET.items()
]

VERBS: Final = Verbs[Request](
    (
        Verb(
            "list",
            "NAME[,NAME…]|* [filters]",
            "the instances of one workflow, of several, or of all, newest first",
            _list,
            synonyms=("ls",),
        ),
        SHOW,
        FAILURES,
        STATS,
        Verb(
            DIGEST,
            "[verb]",
            "a form for a digest; `digests` lists them",
            read_digest,
            aliases=("digests",),
        ),
        Verb(
            "help",
            f"[{'|'.join(TOPICS)}]",
            "how to use this bot",
            read_help,
            aliases=("--help", "-h", "?"),
            synonyms=GREETINGS,
        ),
        Verb(
            "export",
            "NAME [filters] [as csv|jsonl] [to #channel]",
            "a list as a file, to you alone or to a channel",
            read_export,
            synonyms=(CSV_VERB, "download"),
            topic="export",
        ),
        Verb(
            "find",
            "ID|TEXT",
            "an instance by its id, the beginning of it, a link, or a message that holds some",
            _find,
            synonyms=("locate", "lookup", "whereis", "where's"),
            topic="find",
        ),
        Verb(
            "search",
            "TEXT",
            "the workflows whose names hold a text",
            read_search,
            synonyms=("grep",),
            topic="find",
        ),
        Verb(
            "next",
            "",
            "",
            read_paging,
            is_hidden=True,
            synonyms=("more", "previous", "back", "refresh", "again"),
        ),
        Verb("accounts", "", "the accounts that the bot reads", read_accounts, synonyms=("account",)),
        Verb(
            "access",
            "",
            "what you may do, and who may do the rest",
            read_access,
            synonyms=("permissions", "roles", "rights", "whoami"),
        ),
        Verb("version", "", "the bot's version", _version, aliases=("--version", "-v"), topic=STATS.topic),
        *_NOT_YET,
    )
)
"""What may stand behind the slash command; anything else is a workflow, or filters."""


def find_verb(word: Token, command: Command) -> Verb[Request] | None:
    """Return the verb that a word is. A workflow of that name comes before a verb that help does not name.

    So does another word for statistics, such as `performance`, which is as good a name.
    """
    verb = None if word.quoted else VERBS.find(word.text)
    if verb is None or word.value not in command.workflows:
        return verb
    return None if verb.is_hidden or (verb is STATS and word.text.lower() != STATS.name) else verb


def nearest_command(word: str) -> str | None:
    """Return the verb or the status that a word misspells, if any."""
    close = VERBS.nearest(word) or filters.nearest_status(word)
    return close if close and not is_phrase(word) else None
