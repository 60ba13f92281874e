"""The words behind `/workflows digest` into a request."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.browse.command.options import LIST_OPTIONS
from bot.browse.model import HelpQuery
from bot.digests.command.addressees import names_channel
from bot.digests.command.clauses import ALL, may_begin
from bot.digests.command.create import read_changes, read_create
from bot.digests.command.requests import (
    ChangeDigest,
    DeleteDigest,
    DigestRequest,
    EditDigest,
    ListDigests,
    OfDigest,
    OpenForm,
    PauseDigest,
    PreviewDigest,
    RestoreDigest,
    ResumeDigest,
    RunDigest,
    ShowDigest,
)
from bot.language import filters, schedule_words
from bot.language.command import Command, Reading
from bot.language.errors import QueryError, nearest, one_of, without_span
from bot.language.tokens import COMMAND, Token, quote, span_with_marks
from bot.language.verbs import Verb, Verbs
from bot.language.word_stream import as_typed, wrong

_NUMBER: Final = re.compile(
    r"(?:digest )?(?:(?:no|nr|number)[.:]? ?)?[№#]? ?0*([1-9][0-9]{0,8})", re.ASCII | re.IGNORECASE
)
_VERB_AND_NUMBER: Final = re.compile(r"([a-z-]+)[:=#]?#?([1-9][0-9]{0,8})", re.ASCII | re.IGNORECASE)
_USAGE: Final = "N"
_HELP: Final = ("--help", "-h", "?")
_FILLERS: Final = ("the", "me", "my", "now")
_BEFORE_CHANNEL: Final = ("in", "of", "from")
"""Words that people put before the channel whose digests they mean."""
_POLITE: Final = ("please", "pls", "thanks")
_CLOSE: Final = 0.7
_CLOSE_SHORT: Final = 0.6
_CLOSE_NAME: Final = 0.8
_NAME: Final = re.compile(r"[\w-]+")
_A_NUMBER: Final = f"its number, as in `{COMMAND} digest show 7`; `{COMMAND} digest list` shows them"


def read_digest(head: Token, rest: Sequence[Token], command: Command) -> DigestRequest:
    """Read the words behind `digest`.

    Raises:
        QueryError: something in them can't be understood.
    """
    rest = [token for token in rest if token.key is not None or token.text.lower() not in _POLITE]
    if not rest:
        return ListDigests() if head.text.lower() == "digests" else OpenForm()
    if any(token.is_flag and token.key == "help" for token in rest):
        return HelpQuery("digest")
    if len(rest) == 1 and rest[0].text.lower() == ALL:
        return ListDigests(all=True)
    try:
        return _read_words(head, rest, command)
    except QueryError as error:
        if error.span:
            _propose_meant(error, *error.span, command)
        raise


def _propose_meant(error: QueryError, start: int, end: int, command: Command) -> None:
    """Propose `here` for a refused word that is the name of the channel, and a workflow of its name."""
    here = "here" if error.choices else f"{command.text[:start]}here{command.text[end:]}"
    if not error.choices:
        error.choices, error.span = _with_workflow(error.word, (start, end), command), None
    name = re.split(r"[\s:=#]", error.word)[-1].casefold()
    if command.channel_name and name == command.channel_name:
        error.choices = (here, *error.choices)


def _with_workflow(word: str, span: tuple[int, int], command: Command) -> tuple[str, ...]:
    """Return the command with a workflow behind all else, if a refused word is its name or nearly so."""
    close = nearest(word, command.workflows, cutoff=_CLOSE_NAME) if _NAME.fullmatch(word) else None
    rest = without_span(command.text, *span_with_marks(command.text, *span))
    return (f"{rest} workflow:{quote(close)}",) if close else ()


def _read_words(head: Token, rest: Sequence[Token], command: Command) -> DigestRequest:
    """Read a digest without `create`, a verb with what is behind it, or a number."""
    verb, *behind = rest
    known = DIGEST_VERBS.find(verb.text)
    refused: QueryError | None = None
    if _may_be_plan(verb) and (known is None or may_begin(rest, command.zone)):
        try:
            return read_create(head, rest, command)
        except QueryError as error:
            refused = error
    is_schedule = verb.text.lower() == "on" and schedule_words.begins(rest, command.zone)
    if known and not is_schedule:
        return _with_reading(known.read(verb, behind, command), verb, known.name)
    if numbered := _read_numbered(rest, command):
        return numbered
    if _is_list_filter(verb):
        raise _list_of_digest_error(head, verb)
    if refused and (schedule_words.begins(rest, command.zone) or names_channel(verb)):
        raise refused
    close = _nearest_verb(verb)
    schedule = _without_place(rest)[1:]
    is_number = bool(_NUMBER.fullmatch(as_typed(schedule[:1])))
    if refused and close is None and not is_number and schedule_words.begins(schedule, command.zone):
        raise refused
    raise verb.wrong("is not a digest command", expected=one_of(DIGEST_VERBS.names), nearest=close)


def _with_reading(request: DigestRequest, verb: Token, name: str) -> DigestRequest:
    """Return a request that says what its verb was taken for."""
    if verb.text.lower() in (name, *_HELP):
        return request
    return replace(request, readings=(Reading(verb.text, name), *request.readings))


def _may_be_plan(first: Token) -> bool:
    """Return whether a digest without `create` may begin with a word: `#7` is always a number."""
    return _NUMBER.fullmatch(first.text) is None or first.text.isdigit()


def _read_numbered(rest: Sequence[Token], command: Command) -> DigestRequest | None:
    """Read `7`, `#7 pause`, `7 daily 9am`, `run7`."""
    joined = _VERB_AND_NUMBER.fullmatch(rest[0].text)
    if joined and (known := DIGEST_VERBS.find(joined[1])) and known.usage == _USAGE:
        number = replace(rest[0], text=joined[2], start=rest[0].end - len(joined[2]), key=None)
        verb = replace(rest[0], text=joined[1], key=None)
        return _with_reading(known.read(verb, (number, *rest[1:]), command), verb, known.name)
    if not _NUMBER.fullmatch(rest[0].text):
        return None
    number, *behind = rest
    if not behind:
        return ShowDigest(_number_in((number,)))
    if (known := DIGEST_VERBS.find(behind[0].text)) and known.usage == _USAGE:
        return _with_reading(known.read(behind[0], (number, *behind[1:]), command), behind[0], known.name)
    try:
        return _edit(number, rest, command)
    except QueryError as error:
        if close := _nearest_verb(behind[0]):
            right, expected = f"{close} {number.text}", one_of(DIGEST_VERBS.names)
            raise wrong(rest[:2], "is not a digest command", expected=expected, nearest=right) from error
        raise


def _list(_: Token, rest: Sequence[Token], _command: Command) -> ListDigests:
    rest = _without_place(rest)
    words = as_typed(rest).lower()
    if words in ("all", "--all", "everything", "everywhere", "all channels"):
        return ListDigests(all=True)
    if words not in ("", "here", "mine", "my", "me", "my own"):
        close = nearest(words, ("all",))
        expected = f"`all`, or nothing more: `{COMMAND} digest list` in a channel shows those of that channel"
        raise wrong(rest, "is no part of the digests", expected=expected, nearest=close)
    return ListDigests()


def _without_place(words: Sequence[Token]) -> Sequence[Token]:
    """Return words without `in` before a channel."""
    return words[1:] if words[1:] and words[0].text.lower() in _BEFORE_CHANNEL else words


def _create(verb: Token, rest: Sequence[Token], command: Command) -> DigestRequest:
    return read_create(verb, rest, command) if rest else OpenForm()


def _edit(verb: Token, rest: Sequence[Token], command: Command) -> DigestRequest:
    """Read `edit 7`, which opens the form, and `edit 7 daily 10am`, which needs none."""
    for count in (3, 2, 1):
        said, behind = rest[:count], rest[count:]
        if len(said) == count and behind and (found := _NUMBER.fullmatch(as_typed(said))):
            behind = behind[1:] if behind[0].text.lower() == "to" else behind
            changes = read_changes(verb, behind, command)
            return ChangeDigest(int(found[1]), changes=changes, readings=changes.readings)
    return EditDigest(_number_in(rest)) if rest else ListDigests(wanted="edit")


def _number_in(rest: Sequence[Token]) -> int:
    """Read a digest's number: `7`, `#7`, `no 7`, `digest 7`."""
    rest = [token for token in rest if token.text.lower() not in _FILLERS] or rest
    if found := _NUMBER.fullmatch(as_typed(rest)):
        return int(found[1])
    texts = [text for token in rest for text in token.text.split(",")]
    numbers = [found[1] for text in texts if (found := _NUMBER.fullmatch(text))]
    if len(numbers) > 1:
        problem = "is more than the number of one digest"
        raise wrong(rest, problem, expected=_A_NUMBER, nearest=tuple(dict.fromkeys(numbers)))
    digits = re.findall(r"[0-9]+", as_typed(rest)) if len(rest) == 1 else numbers
    close = digits[0] if len(digits) == 1 and _NUMBER.fullmatch(digits[0]) else None
    is_name = not digits and len(_without_place(rest)) == 1  # the verb alone shows the digests to choose from
    raise wrong(rest, "is no number of a digest", expected=_A_NUMBER, nearest=close or ("",) * is_name)


def _is_list_filter(verb: Token) -> bool:
    """Return whether a word is a filter of a list: a workflow may be called `digest`."""
    key = verb.key or ("status" if filters.known_status(verb.text) else "")
    return LIST_OPTIONS.key_of(key) is not None


def _list_of_digest_error(head: Token, verb: Token) -> QueryError:
    return wrong(
        (head, verb),
        "asks for nothing about digests",
        expected=f"`{COMMAND} list digest` before filters, if a workflow is called so",
        nearest=f"list {as_typed((head, verb))}",
    )


def _nearest_verb(verb: Token) -> str | None:
    """Return the verb that a word misspells, or that another system calls so."""
    joined = _VERB_AND_NUMBER.fullmatch(verb.text)
    word, number = (joined[1], f" {joined[2]}") if joined else (verb.text, "")
    word = word.lower().strip("-\N{EM DASH}\N{EN DASH}:")
    # `rename` is not `resume`; of three letters two that are swapped are enough
    alike = nearest(word, DIGEST_VERBS.names, cutoff=_CLOSE if len(word) > 3 else _CLOSE_SHORT)
    elsewhere = next((known.name for known in DIGEST_VERBS if word in known.synonyms), None)
    close = elsewhere or alike
    return close and f"{close}{number}"


def _help(_: Token, _rest: Sequence[Token], _command: Command) -> HelpQuery:
    return HelpQuery("digest")


def _of_number(
    request: type[OfDigest], meaning: str, aliases: tuple[str, ...], synonyms: tuple[str, ...] = ()
) -> Verb[DigestRequest]:
    """Return a verb that is about one digest, and is called as its request is without `digest_`."""
    name = request.kind.removeprefix("digest_")

    def read(_verb: Token, rest: Sequence[Token], _command: Command) -> DigestRequest:
        return request(_number_in(rest)) if rest else ListDigests(wanted=name)

    return Verb(name, _USAGE, meaning, read, aliases=aliases, synonyms=synonyms)


DIGEST_VERBS: Final = Verbs[DigestRequest](
    (
        Verb(
            "create",
            "[#channel] SCHEDULE [options]",
            "a new digest",
            _create,
            aliases=("new", "add", "make", "schedule", "subscribe"),
            synonyms=("set",),
        ),
        Verb(
            "list",
            "[all]",
            "the digests of this channel, and yours; `all` is for admins",
            _list,
            aliases=("ls", "overview"),
            synonyms=("all",),
        ),
        _of_number(
            ShowDigest,
            "everything about a digest",
            ("view", "get", "info", "describe", "details", "history", "open", "status"),
        ),
        _of_number(PreviewDigest, "what a digest would say now; only you see it", ("test", "try", "dry-run")),
        _of_number(RunDigest, "a digest at once, to its channel", ("now", "send", "post", "trigger")),
        _of_number(
            PauseDigest,
            "no more of a digest until it is resumed",
            ("stop", "disable", "mute", "suspend", "hold", "off"),
        ),
        _of_number(
            ResumeDigest,
            "a paused digest again",
            ("start", "unpause", "continue", "enable", "unmute", "on"),
        ),
        Verb(
            "edit",
            _USAGE,
            "a form for a digest; with words behind the number, as in `edit 7 daily 10am`, the change itself",
            _edit,
            aliases=("change", "update", "modify", "reschedule", "move"),
        ),
        _of_number(
            DeleteDigest,
            "no more of a digest at all",
            ("remove", "rm", "del", "drop"),
            ("cancel", "unsubscribe"),
        ),
        _of_number(RestoreDigest, "a deleted digest again", ("undelete", "undo", "recover")),
        Verb(
            "help", "", "everything about digests", _help, aliases=("--help", "-h", "?", "commands", "usage")
        ),
    )
)
"""What may stand behind `digest`."""
