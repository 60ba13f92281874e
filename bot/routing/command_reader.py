"""Read a command into a request: the verb, wherever it stands, and what is meant without one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.browse.command.condition_options import ERROR, TRIGGER, known_trigger
from bot.browse.command.reader import read_list
from bot.browse.model import HelpQuery
from bot.browse.requests import DescribeInstance, ListInstances, OfInstances
from bot.browse.selection import PATTERN
from bot.digests.command.requests import ChangeDigest, CreateDigest
from bot.export.command import read_export
from bot.export.lines import FORMATS
from bot.export.requests import StartExport
from bot.failures.command import as_failures, find_failures
from bot.failures.requests import ListFailures
from bot.find.command import read_pasted
from bot.home.help import TOPICS
from bot.language import name_matching, times
from bot.language.command import Command
from bot.language.errors import QueryError, UnknownName, can_be_corrected, error_in, verify_proposals
from bot.language.filler_words import is_filler
from bot.language.mistyped_times import mistyped_time_word
from bot.language.name_matching import find_similar
from bot.language.tokens import COMMAND, Token, quote, split
from bot.language.verbs import Verb
from bot.routing.pasted import read_one_id, read_pasted_error, read_several_ids
from bot.routing.verbs import DIGEST, FAILURES, SHOW, STATS, VERBS, find_verb, nearest_command, read_one
from bot.slack.requests import Request
from bot.stats.command import find_stats
from bot.stats.requests import ShowStats

_ASKING: Final = ("is", "are", "all", "everything", "am")
_OK: Final = ("ok", "okay", "fine", "good", "alright", "up", "alive")
_MOST_OF_AN_ERROR: Final = 8  # words
_MOST_WORDS: Final = 30
"""Of a command in which a mistyped time is looked for: it is read once more for that."""
_MOST_SLIPS: Final = 3
"""In the times of a command."""


def read_command(command: Command) -> Request:
    """Read a command.

    Raises:
        QueryError: it can't be understood. It proposes at least one command, which can be.
    """
    try:
        return read_text(command)
    except QueryError as error:
        tried = error.choices
        verify_proposals(error, command, read_with_times)
        if not error.proposals:
            _propose_nearest(error, command, tried)
        raise


def _propose_nearest(error: QueryError, command: Command, tried: Sequence[str]) -> None:
    """Propose the command without its wrong part; if too little is left, help or a list of the names.

    A digest is to be as its maker said it, so that nothing of one is left out.

    Args:
        error: proposes nothing yet.
        command: what can't be understood.
        tried: what leads no further in the place of the wrong part.
    """
    verb = next((each for word in command.text.split() if (each := VERBS.find(word))), None)
    if error.span is not None and "" not in tried and (verb is None or verb.name != DIGEST):
        error.choices = ("",)
        verify_proposals(error, command, read_with_times)
    if not error.proposals:
        topic = verb.name if verb is not None and verb.name in TOPICS else "filters"
        is_name = isinstance(error, UnknownName)
        error.proposals = _of_unknown(command) if is_name else (Command(f"help {topic}"),)


def _of_unknown(command: Command) -> tuple[Command, ...]:
    """Return what to type for words without a workflow's name: those of an error, or a list of the names."""
    words = split(command.text)
    if words and find_verb(words[0], command) is FAILURES:
        words = words[1:]
    is_quoted = len(words) == 1 and words[0].quoted
    is_plain = 1 < len(words) <= _MOST_OF_AN_ERROR and not any(word.key or word.quoted for word in words)
    is_text = is_quoted or is_plain
    text = quote(" ".join(word.value for word in words))
    return (*[Command(f"list * {ERROR.key}:{text}")] * is_text, Command("list"))


def read_text(command: Command) -> Request:
    """Read the text of a command. What an error proposes is not verified.

    Raises:
        QueryError: it can't be understood, or it names no workflow that is known and has a mistyped time.
    """
    try:
        request = _read_as_typed(command)
    except QueryError as error:
        if (mistyped := _mistyped_time(command, error)) is not None:
            raise mistyped from error
        raise
    is_known = all(_is_known(name, command) for name in workflows_in(request))
    if not is_known and (mistyped := _mistyped_time(command)) is not None:
        raise mistyped
    return request


def _mistyped_time(command: Command, told: QueryError | None = None) -> QueryError | None:
    """Return the error for the first word that is mistyped in a time, if to correct it and the others helps.

    Args:
        command: what may have such words.
        told: what else is wrong with it; it comes first if to correct that alone helps.
    """
    first, corrected = None, command
    for _ in range(_MOST_SLIPS):
        found = _first_mistyped_time(corrected)
        if found is None:
            break
        mistyped, corrected = found
        first = first or mistyped
    if first is None:
        return None
    further = error_in(corrected, _read_known)
    if further is None:
        return first
    if told is not None and can_be_corrected(told, command, _read_known):
        return None
    return first if can_be_corrected(further, corrected, _read_known) else None


def _first_mistyped_time(command: Command) -> tuple[QueryError, Command] | None:
    """Return the error for the first word that is mistyped in a time, and the command with what is meant."""
    try:
        words = split(command.text)
    except QueryError:
        return None
    if len(words) > _MOST_WORDS:
        return None
    bare = [word.value if word.key is None and not word.quoted else "" for word in words]
    found = mistyped_time_word(bare, lambda word: bool(name_matching.resolve(word, command.workflows)))
    if found is None:
        return None
    place, meant = found
    error = words[place].wrong("is not a time I can read", expected=times.EXPECTED, nearest=meant)
    return error, command.edit(error.span, meant)


def _read_known(command: Command) -> None:
    """Read a command about workflows that are known, in which no time is mistyped.

    Raises:
        QueryError: it can't be understood, or a workflow in it is none of those that are known.
    """
    _require_known(workflows_in(_read_as_typed(command)), command)


def _read_as_typed(command: Command) -> Request:
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
    bare = [word for word in words if word.key is None]
    if not bare or bare[-1].value.lower() not in _OK:
        return words
    behind = command.text[bare[-1].end :]
    is_question = bare[0].value.lower() in _ASKING or behind.lstrip().startswith("?") or behind.endswith("?")
    return [word for word in words if word is not bare[-1]] if is_question else words


def _read_words(words: Sequence[Token], command: Command) -> Request:
    if words and words[0].text == COMMAND:
        words = words[1:]  # a whole command pasted behind the command
    if len(words) == 1 and words[0].quoted and _is_no_name(words[0].value, command):
        return read_text(replace(command, text=words[0].value))  # quotes around all of it
    for read in (_read_causes, _read_stats, _read_show, _read_as_file):
        if (request := read(words, command)) is not None:
            return request
    places = [place for place, word in enumerate(words) if not is_filler(word) or _is_other_verb(word)]
    rest = words[places[0] :] if places else []
    if rest and (verb := find_verb(rest[0], command)) and not _is_trigger(rest):
        return _read_behind(verb, rest[0], rest[1:], command)
    return read_several_ids(words, command) or _read_list(words, rest, command)


def _read_behind(verb: Verb[Request], head: Token, rest: Sequence[Token], command: Command) -> Request:
    """Read what stands behind a verb; `help` alone asks for help on it."""
    if verb.topic and len(rest) == 1 and not rest[0].quoted and rest[0].value.lower() == "help":
        return HelpQuery(verb.topic)
    return verb.read(head, rest, command)


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
    return None if found is None else _read_behind(FAILURES, *found, command)


def _is_trigger(words: Sequence[Token]) -> bool:
    """Return whether words begin with a filter that is a verb as well: `trigger cron`."""
    return words[0].value.lower() == TRIGGER.key and bool(words[1:]) and bool(known_trigger(words[1].value))


def _read_as_file(words: Sequence[Token], command: Command) -> Request | None:
    """Read a list, or failures, as a file: `failures today as csv`."""
    bare = [word for word in words if word.key is None]
    said = [word.value.lower() for word in bare[-2:]]
    if len(words) < 3 or said[:1] != ["as"] or said[-1] not in FORMATS:
        return None
    verb = find_verb(words[0], command)
    if verb is not None and verb not in (FAILURES, VERBS.find("list")):
        return None
    return read_export(bare[-2], words if verb in (None, FAILURES) else words[1:], command)


def _read_stats(words: Sequence[Token], command: Command) -> Request | None:
    """Read what asks for statistics in any place of a command that no other verb begins."""
    first = next((word for word in words if not is_filler(word) or _is_other_verb(word)), None)
    verb = None if first is None else find_verb(first, command)
    if verb is not None and verb is not STATS:
        return None
    found = find_stats(words, command)
    return None if found is None else _read_behind(STATS, *found, command)


def _read_show(words: Sequence[Token], command: Command) -> Request | None:
    """Read `show` and its synonyms, most of which are fillers: what asks for no single instance is a list."""
    for place, word in enumerate(words):
        if not word.quoted and VERBS.find(word.text) is SHOW:
            return read_one(word, words[place + 1 :], command)
        if not is_filler(word) or VERBS.find(word.text):
            break
    return None


def _is_other_verb(word: Token) -> bool:
    """Return whether a word is a verb and not one of those that `_read_show` has read already."""
    return VERBS.find(word.text) not in (None, SHOW)


def _is_no_name(text: str, command: Command) -> bool:
    return " " in text and bool(command.workflows) and text not in command.workflows


def read_with_times(command: Command) -> None:
    """Read a command and the times in it, which otherwise wait for the person's zone.

    Raises:
        QueryError: it can't be understood, or a workflow in it is none of those that are known.
    """
    request = read_text(command)
    if isinstance(request, ListInstances | ListFailures | StartExport | ShowStats):
        request.resolve(command.clock)
    if command.workflows:
        _require_known(workflows_in(request), command)


def workflows_in(request: Request) -> tuple[str, ...]:
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
