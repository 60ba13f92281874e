"""The words behind `/workflows digest` into a request."""

import re
from collections.abc import Sequence
from typing import Final

from bot.browse.model import HelpQuery
from bot.browse.options import LIST_OPTIONS
from bot.digests.command.create import read_create
from bot.digests.command.requests import (
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
from bot.language import filters
from bot.language.command import Command
from bot.language.errors import QueryError, nearest, one_of
from bot.language.tokens import COMMAND, Token
from bot.language.verbs import Verb, Verbs
from bot.language.word_stream import as_typed, wrong

_NUMBER: Final = re.compile(
    r"(?:digest )?(?:(?:no|nr|number)[.:]? ?)?[№#]? ?0*([1-9][0-9]{0,8})", re.ASCII | re.IGNORECASE
)
_VERB_AND_NUMBER: Final = re.compile(r"([a-z-]+)[:=#]?#?([1-9][0-9]{0,8})", re.ASCII | re.IGNORECASE)
_A_NUMBER: Final = f"its number, as in `{COMMAND} digest show 7`; `{COMMAND} digest list` shows them"


def read_digest(head: Token, rest: Sequence[Token], command: Command) -> DigestRequest:
    """Read the words behind `digest`.

    Raises:
        QueryError: something in them can't be understood.
    """
    if not rest:
        return ListDigests() if head.text.lower() == "digests" else OpenForm()
    if any(token.is_flag and token.key == "help" for token in rest):
        return HelpQuery("digest")
    verb, *behind = rest
    if known := DIGEST_VERBS.find(verb.text):
        return known.read(verb, behind, command)
    raise _unknown_verb(head, verb, behind, command)


def _list(_: Token, rest: Sequence[Token], _command: Command) -> ListDigests:
    if not rest:
        return ListDigests()
    if as_typed(rest).lower() not in ("all", "--all"):
        close = nearest(as_typed(rest), ("all",))
        raise wrong(rest, "is no part of the digests", expected="`all`, or nothing more", nearest=close)
    return ListDigests(all=True)


def _number(verb: Token, rest: Sequence[Token]) -> int:
    """Read a digest's number: `7`, `#7`, `no 7`, `digest 7`."""
    if not rest:
        raise verb.wrong("does not say which digest", expected=_A_NUMBER)
    if found := _NUMBER.fullmatch(as_typed(rest)):
        return int(found[1])
    if len(rest) > 1 and (found := _NUMBER.match(f"{as_typed(rest)} ")) and _NUMBER.fullmatch(found[0]):
        raise wrong(rest, "is more than the number of one digest", expected=_A_NUMBER, nearest=found[1])
    digits = re.findall(r"[0-9]+", as_typed(rest))
    close = digits[0] if len(digits) == 1 and _NUMBER.fullmatch(digits[0]) else None
    raise wrong(rest, "is no number of a digest", expected=_A_NUMBER, nearest=close)


def _unknown_verb(head: Token, verb: Token, rest: Sequence[Token], command: Command) -> QueryError:
    key = LIST_OPTIONS.key_of(verb.key or ("status" if filters.known_status(verb.text) else ""))
    if key is not None:
        return wrong(
            (head, verb),
            "asks for nothing about digests",
            expected=f"`{COMMAND} list digest` before filters, if a workflow is called so",
            nearest=f"list {as_typed((head, verb))}",
        )
    said, close = [verb], DIGEST_VERBS.nearest(verb.text)
    if number := _NUMBER.fullmatch(verb.text):
        said = [verb, *rest[:1]]
        close = f"{(rest and DIGEST_VERBS.nearest(rest[0].text)) or 'show'} {number[1]}"
    elif (joined := _VERB_AND_NUMBER.fullmatch(verb.text)) and DIGEST_VERBS.nearest(joined[1]):
        close = f"{DIGEST_VERBS.nearest(joined[1])} {joined[2]}"
    elif _is_plan((verb, *rest), command):
        close = f"create {verb.text}"
    return wrong(said, "is not a digest command", expected=one_of(DIGEST_VERBS.names), nearest=close)


def _is_plan(tokens: Sequence[Token], command: Command) -> bool:
    try:
        read_create(tokens[0], tokens, command)
    except QueryError:
        return False
    return True


def _help(_: Token, _rest: Sequence[Token], _command: Command) -> HelpQuery:
    return HelpQuery("digest")


def _of_number(request: type[OfDigest], meaning: str, synonyms: tuple[str, ...]) -> Verb[DigestRequest]:
    """Return a verb that is about one digest, and is called as its request is without `digest_`."""
    name = request.kind.removeprefix("digest_")

    def read(verb: Token, rest: Sequence[Token], _: Command) -> OfDigest:
        return request(_number(verb, rest))

    return Verb(name, "N", meaning, read, synonyms=synonyms)


DIGEST_VERBS: Final = Verbs[DigestRequest](
    (
        Verb(
            "create",
            "[#channel] SCHEDULE [options]",
            "a new digest",
            read_create,
            synonyms=("new", "add", "make", "set", "schedule", "subscribe"),
        ),
        Verb(
            "list",
            "[all]",
            "the digests of this channel, and yours; `all` is for admins",
            _list,
            synonyms=("ls", "all", "overview"),
        ),
        _of_number(
            ShowDigest,
            "everything about a digest",
            ("view", "get", "info", "describe", "details", "history"),
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
        _of_number(EditDigest, "a form for a digest", ("change", "update", "modify")),
        _of_number(
            DeleteDigest,
            "no more of a digest at all",
            ("remove", "rm", "del", "drop", "cancel", "unsubscribe"),
        ),
        _of_number(RestoreDigest, "a deleted digest again", ("undelete", "undo", "recover")),
        Verb("help", "", "everything about digests", _help, aliases=("--help", "-h", "?")),
    )
)
"""What may stand behind `digest`."""
