"""What stands behind `/workflows digest` into a request. Refusals are as in `bot.browse.command`."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from bot.browse.command import LIST_KEYS
from bot.browse.model import HelpQuery
from bot.digests.command.addressees import Addressees
from bot.digests.command.plan_words import Asker, read_spec
from bot.digests.command.requests import (
    DeleteDigest,
    DigestRequest,
    EditDigest,
    ListDigests,
    OpenForm,
    PauseDigest,
    PreviewDigest,
    RestoreDigest,
    ResumeDigest,
    RunDigest,
    ShowDigest,
)
from bot.language import filters
from bot.language.errors import QueryError, nearest, one_of
from bot.language.tokens import COMMAND, Token, extract_mentions, from_slack, split
from bot.language.word_stream import as_typed, wrong

_HEADS: Final = ("digest", "digests")
_HELP: Final = ("help", "--help", "-h", "?")
_OF_NUMBER: Final[dict[str, Callable[[int], DigestRequest]]] = {
    "show": ShowDigest,
    "preview": PreviewDigest,
    "run": RunDigest,
    "pause": PauseDigest,
    "resume": ResumeDigest,
    "edit": EditDigest,
    "delete": DeleteDigest,
    "restore": RestoreDigest,
}
_VERBS: Final = ("create", "list", *_OF_NUMBER, "help")
_VERB_SYNONYMS: Final = {
    # what people call them elsewhere
    **dict.fromkeys(("new", "add", "make", "set", "schedule", "subscribe"), "create"),
    **dict.fromkeys(("ls", "all", "overview"), "list"),
    **dict.fromkeys(("view", "get", "info", "describe", "details", "history"), "show"),
    **dict.fromkeys(("test", "try", "dry-run"), "preview"),
    **dict.fromkeys(("now", "send", "post", "trigger"), "run"),
    **dict.fromkeys(("stop", "disable", "mute", "suspend", "hold", "off"), "pause"),
    **dict.fromkeys(("start", "unpause", "continue", "enable", "unmute", "on"), "resume"),
    **dict.fromkeys(("change", "update", "modify"), "edit"),
    **dict.fromkeys(("remove", "rm", "del", "drop", "cancel", "unsubscribe"), "delete"),
    **dict.fromkeys(("undelete", "undo", "recover"), "restore"),
}
_NUMBER: Final = re.compile(
    r"(?:digest )?(?:(?:no|nr|number)[.:]? ?)?[№#]? ?0*([1-9][0-9]{0,8})", re.ASCII | re.IGNORECASE
)
_VERB_AND_NUMBER: Final = re.compile(r"([a-z-]+)[:=#]?#?([1-9][0-9]{0,8})", re.ASCII | re.IGNORECASE)
_A_NUMBER: Final = f"its number, as in `{COMMAND} digest show 7`; `{COMMAND} digest list` shows them"


def is_digest(text: str) -> bool:
    """Return whether a command's first word is about digests; `text` as Slack sent it."""
    words = from_slack(text).split(maxsplit=2)
    if words and words[0] == COMMAND:
        words = words[1:]  # a whole command pasted behind the command
    return bool(words) and words[0].lower() in _HEADS


def parse_digest(text: str, accounts: Sequence[str], channel: str, zone: str) -> DigestRequest:
    """Parse a command for which `is_digest` is true.

    Args:
        text: what stands behind `/workflows`, as Slack sent it: the ids of channels and people are in it.
        accounts: the names that settings give to accounts.
        channel: the id of the channel in which it was typed.
        zone: the IANA name of the zone that is meant where none is said.

    Raises:
        QueryError: something in it can't be understood.
    """
    typed, references = extract_mentions(text)
    try:
        return _parse(split(typed), Asker(accounts, Addressees(references, channel), zone))
    except QueryError as error:
        error.with_correction(COMMAND, typed)
        raise


def _parse(tokens: Sequence[Token], asker: Asker) -> DigestRequest:
    head, rest = _head(tokens), tokens[len(_head(tokens)) :]
    if not rest:
        return ListDigests() if as_typed(head).lower().endswith("digests") else OpenForm()
    verb, *rest = rest
    word = verb.text.lower()
    if word in _HELP or any(token.is_flag and token.key == "help" for token in tokens):
        return HelpQuery("digest")
    if word == "create":
        return read_spec((verb,), rest, asker)
    if word == "list":
        return _list(rest)
    if word in _OF_NUMBER:
        return _OF_NUMBER[word](_number(verb, rest))
    raise _unknown_verb(head, verb, rest, asker)


def _head(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return the words that only name the subject: `digest`, or a whole pasted command."""
    count = 1 if tokens and tokens[0].text == COMMAND else 0
    return tokens[: count + 1] if tokens[count:] and tokens[count].text.lower() in _HEADS else tokens[:count]


def _list(rest: Sequence[Token]) -> ListDigests:
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


def _unknown_verb(head: Sequence[Token], verb: Token, rest: Sequence[Token], asker: Asker) -> QueryError:
    key = verb.key or ("status" if filters.known_status(verb.text) else "")
    if key in LIST_KEYS and head:
        return wrong(
            (head[-1], verb),
            "asks for nothing about digests",
            expected=f"`{COMMAND} list digest` before filters, if a workflow is called so",
            nearest=f"list {as_typed((head[-1], verb))}",
        )
    said, close = [verb], _nearest_verb(verb.text)
    if number := _NUMBER.fullmatch(verb.text):
        said = [verb, *rest[:1]]
        close = f"{(rest and _nearest_verb(rest[0].text)) or 'show'} {number[1]}"
    elif (joined := _VERB_AND_NUMBER.fullmatch(verb.text)) and _nearest_verb(joined[1]):
        close = f"{_nearest_verb(joined[1])} {joined[2]}"
    elif _is_plan((verb, *rest), asker):
        close = f"create {verb.text}"
    return wrong(said, "is not a digest command", expected=one_of(_VERBS), nearest=close)


def _nearest_verb(text: str) -> str | None:
    word = text.lower().strip("-—–:")
    return _VERB_SYNONYMS.get(word) or nearest(word, _VERBS)


def _is_plan(tokens: Sequence[Token], asker: Asker) -> bool:
    try:
        read_spec(tokens[:1], tokens, asker)
    except QueryError:
        return False
    return True
