"""The verb table, and what reads a command or a message into a request."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.access.command import read_access
from bot.browse.command import is_instance_id, join_flags, read_instances, read_list
from bot.browse.condition_options import ERROR, TRIGGER, known_trigger
from bot.browse.model import HelpQuery
from bot.browse.options import SINCE, STATUS, UNTIL
from bot.browse.phrases import is_phrase, read_phrases
from bot.browse.requests import DescribeInstance, ListInstances, NotYet, OfInstances
from bot.browse.selection import PATTERN
from bot.digests.command.grammar import read_digest
from bot.digests.command.requests import ChangeDigest, CreateDigest
from bot.export.command import CSV_VERB, read_export
from bot.export.lines import FORMATS
from bot.export.requests import StartExport
from bot.failures.command import SYNONYMS as FAILURE_SYNONYMS
from bot.failures.command import as_failures, find_failures, read_failures
from bot.failures.requests import ListFailures
from bot.find.command import read_find, read_pasted
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
from bot.home.requests import HelpWithMessage, Offer
from bot.inspect.command import SYNONYMS, WHY, read_show
from bot.language import filters, name_matching
from bot.language.command import Command
from bot.language.errors import QueryError, UnknownName, verify_proposals
from bot.language.filler_words import is_filler, without_fillers
from bot.language.name_matching import find_similar
from bot.language.tokens import COMMAND, Token, quote, split
from bot.language.verbs import Verb, Verbs
from bot.pasted import read_one_id, read_pasted_error, read_several_ids
from bot.slack.requests import Request
from bot.stats.command import SYNONYMS as STATS_SYNONYMS
from bot.stats.command import find_stats, read_stats
from bot.stats.requests import ShowStats
from bot.ui.limits import VALUE


def _list(_: Token, rest: Sequence[Token], command: Command) -> Request:
    return read_instances(rest, command)


def _show(head: Token, rest: Sequence[Token], command: Command) -> Request:
    return _read_one(head, rest, command) or read_list([head, *rest], command)


def _read_one(head: Token, rest: Sequence[Token], command: Command) -> Request | None:
    """Read `show` and its synonyms; why something failed at some time asks for the causes of then."""
    if head.value.lower() in WHY and not any(map(is_instance_id, rest)):
        said = read_phrases(join_flags(rest), command.workflows)[0]
        if any(word.key in (SINCE.key, UNTIL.key) for word in said):
            return read_failures(head, rest, command)
    return read_show(head, rest, command)


def _version(head: Token, rest: Sequence[Token], command: Command) -> Request:
    """Read `version`, the bot's; behind it stands what is asked of versions of workflows."""
    if not without_fillers(rest):
        return read_version(head, rest, command)
    said = read_phrases(rest, command.workflows)[0]
    is_of_failures = any(word.key == STATUS.key for word in said)
    return (read_failures if is_of_failures else read_stats)(head, rest, command)


def _find(head: Token, rest: Sequence[Token], command: Command) -> Request:
    return read_find(head, rest, command) or read_search(head, rest, command)


_SHOW: Final[Verb[Request]] = Verb(
    "show",
    "NAME ID|latest [failed]",
    "one instance: its steps, why it failed, its times",
    _show,
    synonyms=(*SYNONYMS, *WHY),
)

_STATS: Final[Verb[Request]] = Verb(
    "stats",
    "NAME[,NAME…]|* [since:7d]",
    "runs, failure rate, run and queue times, by version and over time; the slowest and flakiest steps",
    read_stats,
    synonyms=STATS_SYNONYMS,
)

_FAILURES: Final[Verb[Request]] = Verb(
    "failures",
    "[NAME[,NAME…]] [since:24h]",
    "what failed, by cause: how often, since when, on which version",
    read_failures,
    synonyms=FAILURE_SYNONYMS,
)

_DIGEST: Final = "digest"
_ASKING: Final = ("is", "are", "all", "everything", "am")
_OK: Final = ("ok", "okay", "fine", "good", "alright")
_MOST_OF_AN_ERROR: Final = 8  # words

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
        _SHOW,
        _FAILURES,
        _STATS,
        Verb(
            _DIGEST,
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
        ),
        Verb(
            "find",
            "ID|TEXT",
            "an instance by its id, the beginning of it, a link, or a message that holds some",
            _find,
            synonyms=("locate", "lookup", "whereis", "where's"),
        ),
        Verb("search", "TEXT", "the workflows whose names hold a text", read_search, synonyms=("grep",)),
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
        Verb("version", "", "the bot's version", _version, aliases=("--version", "-v")),
        *_NOT_YET,
    )
)
"""What may stand behind the slash command; anything else is a workflow, or filters."""


def read_command(command: Command) -> Request:
    """Read a command.

    Raises:
        QueryError: it can't be understood. It proposes at least one command, which can be.
    """
    try:
        return _read(command)
    except QueryError as error:
        verify_proposals(error, command, read_with_times)
        if not error.proposals:
            _propose_nearest(error, command)
        raise


def _propose_nearest(error: QueryError, command: Command) -> None:
    """Propose the command without what is wrong in it; where that says too little, what shows how to say it.

    A digest is to be as its maker said it, so that nothing of one is left out.
    """
    verb = next((each for word in command.text.split() if (each := VERBS.find(word))), None)
    if error.span is not None and (verb is None or verb.name != _DIGEST):
        error.choices = ("",)
        verify_proposals(error, command, read_with_times)
    if not error.proposals:
        topic = verb.name if verb is not None and verb.name in TOPICS else "filters"
        is_name = isinstance(error, UnknownName)
        error.proposals = _of_unknown(command) if is_name else (Command(f"help {topic}"),)


def _of_unknown(command: Command) -> tuple[Command, ...]:
    """Return what to type for words without a workflow's name: those of an error, or a list of the names."""
    words = split(command.text)
    if words and _verb(words[0], command) is _FAILURES:
        words = words[1:]
    is_quoted = len(words) == 1 and words[0].quoted
    is_plain = 1 < len(words) <= _MOST_OF_AN_ERROR and not any(word.key or word.quoted for word in words)
    is_text = is_quoted or is_plain
    text = quote(" ".join(word.value for word in words))
    return (*[Command(f"list * {ERROR.key}:{text}")] * is_text, Command("list"))


def _read(command: Command) -> Request:
    if (failed := read_pasted_error(command)) is not None:
        return failed
    try:
        words: Sequence[Token] = split(command.text)
    except QueryError:
        if (pasted := read_pasted(command)) is not None:
            return pasted
        raise
    words = _without_ok(words, command)
    try:
        return as_failures(_read_words(words, command), words)
    except QueryError:
        if (shown := read_one_id(words, command)) is not None:
            return shown
        raise


def _without_ok(words: Sequence[Token], command: Command) -> Sequence[Token]:
    """Return the words of `is everything ok?` without the last one, which is no status there."""
    texts = [word.value.lower() for word in words]
    is_question = texts[:1] and (texts[0] in _ASKING or command.text.rstrip().endswith("?"))
    return words[:-1] if is_question and texts[-1] in _OK else words


def _read_words(words: Sequence[Token], command: Command) -> Request:
    if words and words[0].text == COMMAND:
        words = words[1:]  # a whole command pasted behind the command
    if len(words) == 1 and words[0].quoted and _is_no_name(words[0].value, command):
        return _read(replace(command, text=words[0].value))  # quotes around all of it
    for read in (_read_causes, _read_stats, _read_show, _read_as_file):
        if (request := read(words, command)) is not None:
            return request
    places = [place for place, word in enumerate(words) if not is_filler(word) or _is_other_verb(word)]
    rest = words[places[0] :] if places else []
    if rest and (verb := _verb(rest[0], command)) and not _is_trigger(rest):
        return verb.read(rest[0], rest[1:], command)
    return read_several_ids(words, command) or _read_list(words, rest, command)


def _read_list(words: Sequence[Token], said: Sequence[Token], command: Command) -> Request:
    """Read a command without a verb; where it is none, its first word may be a verb that was mistyped.

    Args:
        words: all of the command.
        said: the same from the first word that says something.
        command: whose words they are.
    """
    try:
        request = read_list(words, command)
    except QueryError as error:
        if (mistyped := _mistyped(said, command)) is not None:
            raise mistyped from error
        raise
    is_known = not isinstance(request, OfInstances) or _is_known(request.query.query.workflow, command)
    if not is_known and (mistyped := _mistyped(said, command)) is not None:
        raise mistyped
    return request


def _is_known(name: str, command: Command) -> bool:
    return not command.workflows or not name or bool(name_matching.resolve(name, command.workflows))


def _mistyped(said: Sequence[Token], command: Command) -> QueryError | None:
    """Return the error for a first word that is a verb or a status but for a slip, if that leads on."""
    meant = nearest_command(said[0].text) if said and said[0].key is None else None
    if meant is None:
        return None
    expected = f"`{COMMAND} list NAME`"
    mistyped = said[0].wrong("is taken for a workflow's name", expected=expected, nearest=meant)
    verify_proposals(mistyped, command, read_with_times)
    return mistyped if mistyped.proposals else None


def _read_causes(words: Sequence[Token], command: Command) -> Request | None:
    """Read what asks for failures by cause in any place of a command."""
    found = find_failures(words, command)
    return None if found is None else read_failures(*found, command)


def _is_trigger(words: Sequence[Token]) -> bool:
    """Return whether words begin with a filter that is a verb as well: `trigger cron`."""
    return words[0].value.lower() == TRIGGER.key and bool(words[1:]) and bool(known_trigger(words[1].value))


def _read_as_file(words: Sequence[Token], command: Command) -> Request | None:
    """Read a list, or failures, as a file: `failures today as csv`."""
    said = [word.value.lower() for word in words]
    if len(words) < 3 or said[-2] != "as" or said[-1] not in FORMATS:
        return None
    verb = _verb(words[0], command)
    if verb is not None and verb not in (_FAILURES, VERBS.find("list")):
        return None
    return read_export(words[-2], words if verb in (None, _FAILURES) else words[1:], command)


def _read_stats(words: Sequence[Token], command: Command) -> Request | None:
    """Read what asks for statistics in any place of a command that no other verb begins."""
    first = next((word for word in words if not is_filler(word) or _is_other_verb(word)), None)
    verb = None if first is None else _verb(first, command)
    if verb is not None and verb is not _STATS:
        return None
    found = find_stats(words, command)
    return None if found is None else read_stats(*found, command)


def _read_show(words: Sequence[Token], command: Command) -> Request | None:
    """Read `show` and its synonyms, most of which are fillers: what asks for no single instance is a list."""
    for place, word in enumerate(words):
        if not word.quoted and VERBS.find(word.text) is _SHOW:
            return _read_one(word, words[place + 1 :], command)
        if not is_filler(word) or VERBS.find(word.text):
            break
    return None


def _is_other_verb(word: Token) -> bool:
    """Return whether a word is a verb and not one of those that `_read_show` has read already."""
    return VERBS.find(word.text) not in (None, _SHOW)


def _verb(word: Token, command: Command) -> Verb[Request] | None:
    """Return the verb that a word is; one that help does not name gives way to a workflow of that name.

    So does another word for statistics, such as `performance`, which is as good a name.
    """
    verb = None if word.quoted else VERBS.find(word.text)
    if verb is None or word.value not in command.workflows:
        return verb
    return None if verb.is_hidden or (verb is _STATS and word.text.lower() != _STATS.name) else verb


def nearest_command(word: str) -> str | None:
    """Return the verb or the status that a word misspells, if any."""
    return None if is_phrase(word) else VERBS.nearest(word) or filters.nearest_status(word)


def _is_no_name(text: str, command: Command) -> bool:
    return " " in text and bool(command.workflows) and text not in command.workflows


def read_with_times(command: Command) -> None:
    """Read a command and the times in it, which otherwise wait for the person's zone.

    Raises:
        QueryError: it can't be understood, or a workflow in it is none of those that are known.
    """
    request = _read(command)
    if isinstance(request, ListInstances | ListFailures | StartExport | ShowStats):
        request.resolve(command.clock)
    if command.workflows:
        _require_known(_workflows_in(request), command)


def _workflows_in(request: Request) -> tuple[str, ...]:
    """Return the names of the workflows that a request is about."""
    match request:
        case ListInstances() | ListFailures() | StartExport() | ShowStats():
            return tuple(name for name in request.query.query.selection.workflows if PATTERN not in name)
        case DescribeInstance():
            return (request.workflow,) if request.workflow else ()
        case CreateDigest():
            return request.plan.workflows
        case ChangeDigest():
            return request.changes.workflows or ()
        case _:
            return ()


def _require_known(workflows: Sequence[str], command: Command) -> None:
    """Refuse a name that no workflow has, with those that are like it."""
    for name in workflows:
        if name not in command.workflows:
            said = next((word for word in split(command.text) if word.value == name), None)
            others = [known for known in command.workflows if known not in workflows]
            raise QueryError(
                name,
                "is not the name of a workflow",
                expected=f"one that `{COMMAND}` shows",
                nearest=tuple(map(quote, find_similar(name, others))) if said else None,
                span=(said.start, said.end) if said else None,
            )


def read_message(message: Command) -> HelpWithMessage:
    """Read what was written to the bot: the command that it is, or those that may have been meant."""
    if len(message.sent()) > VALUE:  # no button carries it
        return HelpWithMessage()
    try:
        if not split(message.text):  # nothing but marks and space
            return HelpWithMessage()
        texts: Sequence[Command] = (message,)
        read_with_times(message)
    except QueryError:
        texts = _proposals(message)
    offers = tuple(Offer(text, _read(text)) for text in texts)
    return HelpWithMessage(tuple(offer for offer in offers if not _says_nothing(offer.request)))


def _says_nothing(request: Request) -> bool:
    """Return whether a request leads no further than the help that is shown anyway."""
    return isinstance(request, NotYet) or (isinstance(request, HelpQuery) and request.topic is None)


def _proposals(message: Command) -> Sequence[Command]:
    """Return what is proposed for a text that is no command."""
    try:
        _read(message)
    except QueryError as error:
        verify_proposals(error, message, read_with_times)
        return [text for text in error.proposals if isinstance(text, Command)]
    return ()
