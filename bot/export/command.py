"""Read the words of an export: those of a list, the file's format, and where the file goes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.browse.command.filter_words import join_flags
from bot.browse.command.list_filters import refuse_other_filters
from bot.browse.command.options import CURSOR, DIRECTION, LIST_OPTIONS, PAGE, ROWS, VIEW
from bot.browse.command.phrases import read_phrases
from bot.browse.command.reader import ListRequest, read_instances
from bot.browse.model import HelpQuery
from bot.browse.requests import DescribeInstance, ListInstances, ListWorkflows
from bot.browse.selection import PATTERN
from bot.export.lines import FORMATS, Format
from bot.export.requests import StartExport
from bot.language.command import Command, Reading
from bot.language.errors import QueryError, one_of
from bot.language.tokens import COMMAND, SlackMention, Token

CSV_VERB: Final = "csv"
"""What means an export as well, and says its format."""
_FORMATS: Final[dict[str, Format]] = {
    "csv": "csv", "excel": "csv", "spreadsheet": "csv",
    "jsonl": "jsonl", "json": "jsonl", "ndjson": "jsonl", "jsonlines": "jsonl", "json-lines": "jsonl",
}  # fmt: skip
"""How people call the formats."""
_SPREADSHEETS: Final = ("xlsx", "xls", "ods", "sheets", "numbers", "tsv", "table")
"""Formats that the bot does not write, of programs that open CSV."""
_FORMAT_KEYS: Final = ("format", "as", "type")
_NO_FORMATS: Final = ("a", "an", "the", "table")
"""What stands behind `as` and is no format, as in `as a table`."""
_ALL: Final = ("everything", "all", "every", "anything", "any")
_BEFORE_FORMAT: Final = ("as", "in")
_TO: Final = ("to", "into")
_BEFORE_PLACE: Final = (*_TO, "in")
_PLACE_KEYS: Final = ("to", "channel")
_ME: Final = ("me", "dm")
OF_ONE_MESSAGE: Final = (ROWS, VIEW, PAGE, CURSOR, DIRECTION)
"""The filters of a list that say what one message shows of it."""
EXPORT_OPTIONS: Final = [option for option in LIST_OPTIONS if option not in OF_ONE_MESSAGE]
_CHANNEL: Final = "`here`, or a channel such as `#ops` that Slack completes as you type"


def read_export(head: Token, rest: Sequence[Token], command: Command) -> StartExport | HelpQuery:
    """Read `export NAME [filters] [as csv|jsonl] [to #channel|here]`.

    Raises:
        QueryError: something in it can't be understood, or is of one screen of a list only.
    """
    words, file_format = _take_format(rest)
    words, channel = _take_channel(words, command)
    said = read_phrases(join_flags(words), command.workflows)[0]
    problem, expected = "can't be used in an export", "an export has all rows of a list"
    refuse_other_filters(said, EXPORT_OPTIONS, command, problem, expected)
    listed = _read_rows(words, command)
    if isinstance(listed, ListWorkflows) and any(map(_says_all, words)):
        listed = read_instances([_as_star(word) if _says_all(word) else word for word in words], command)
    if isinstance(listed, HelpQuery):
        return listed
    if not isinstance(listed, ListInstances):
        raise head.wrong(
            "takes a whole list",
            expected=f"names or `*`, and filters, as in `{COMMAND} export NAME since:24h`",
            nearest="show" if isinstance(listed, DescribeInstance) else f"{head.text} * since:24h",
        )
    default: Format = "csv" if head.value.lower() == CSV_VERB else FORMATS[0]
    return StartExport(
        listed.query,
        file_format or default,
        channel.id if channel else "",
        channel.name if channel else "",
        readings=listed.readings,
    )


def _read_rows(words: Sequence[Token], command: Command) -> ListRequest:
    """Read which rows an export has; a last word behind `to` that is no part of that is meant as a channel.

    Raises:
        QueryError: they can't be understood.
    """
    is_place = _is_one_of(words, len(words) - 2, _TO)
    try:
        listed = read_instances(words, command)
    except QueryError as error:
        if is_place and error.span and words[-2].start <= error.span[0] and error.span[1] == words[-1].end:
            raise _no_channel(words[-1], words[-2].start, command) from error
        raise
    if is_place and Reading(words[-1].text, PATTERN) in listed.readings:  # a name beside `*` adds nothing
        raise _no_channel(words[-1], words[-2].start, command)
    return listed


def _no_channel(word: Token, start: int, command: Command) -> QueryError:
    """Return the error for a channel without its `#`, of a place that begins there."""
    is_here = bool(command.channel_name) and word.value.casefold() == command.channel_name
    return QueryError(
        word.text,
        "is taken for a channel, and has no `#`",
        expected=_CHANNEL,
        nearest=("to here", "") if is_here else ("",),
        span=(start, word.end),
    )


def _says_all(word: Token) -> bool:
    """Return whether a word asks for all there is; in a list it alone is the overview."""
    return word.key is None and not word.quoted and word.value.lower() in _ALL


def _as_star(word: Token) -> Token:
    return replace(word, value=PATTERN, raw=PATTERN)


def _take_format(words: Sequence[Token]) -> tuple[list[Token], Format | None]:
    """Return the words without the one that says the format, and which it is.

    Raises:
        QueryError: it is none of the formats.
    """
    left = list(words)
    for place, word in enumerate(left):
        said = word.value.lower()
        if word.key in _FORMAT_KEYS:
            return [*left[:place], *left[place + 1 :]], _format(word)
        if word.key is not None or word.quoted:
            continue
        is_format = said in _FORMATS or (said not in _NO_FORMATS and _is_one_of(left, place - 1, ("as",)))
        if is_format and _is_one_of(left, place - 1, _BEFORE_FORMAT):
            end = place + 2 if said == "json" and _is_one_of(left, place + 1, ("lines",)) else place + 1
            return [*left[: place - 1], *left[end:]], _format(word)
        if said in FORMATS and place == len(left) - 1 and place:
            return left[:-1], _format(word)
    return left, None


def _format(word: Token) -> Format:
    said = word.value.lower()
    if said not in _FORMATS:
        meant = ("csv",) if said in _SPREADSHEETS else FORMATS
        raise word.wrong(
            "is no format of a file",
            expected=one_of([f"as {name}" for name in FORMATS]),
            nearest=tuple(name if word.key is None else f"as {name}" for name in meant),
        )
    return _FORMATS[said]


def _is_one_of(words: Sequence[Token], place: int, texts: Sequence[str]) -> bool:
    """Return whether there is a bare word at a place, without quotes, and it is one of these."""
    if not 0 <= place < len(words):
        return False
    word = words[place]
    return word.key is None and not word.quoted and word.value.lower() in texts


def _take_channel(words: Sequence[Token], command: Command) -> tuple[list[Token], SlackMention | None]:
    """Return the words without those that say where the file goes, and the channel; None for the person.

    Raises:
        QueryError: it is no channel that Slack recognised.
    """
    left = list(words)
    for place, word in enumerate(left):
        if word.quoted:
            continue
        is_place = word.value.lower() in ("here", *_ME) or _is_channel(word)
        if is_place and word.key in _PLACE_KEYS:
            return [*left[:place], *left[place + 1 :]], _channel(word, word.start, command)
        if is_place and word.key is None and _is_one_of(left, place - 1, _BEFORE_PLACE):
            return [*left[: place - 1], *left[place + 1 :]], _channel(word, left[place - 1].start, command)
        if word.key is None and _is_channel(word):
            raise word.wrong(
                "is a channel, and does not say what for",
                expected=f"`to {word.value}`, which shows the file to everybody there",
                nearest=f"to {word.value}",
            )
    if len(left) > 1 and _is_one_of(left, len(left) - 1, _TO):
        raise left[-1].wrong("does not say where the file goes", expected=_CHANNEL, nearest=("to here", ""))
    return left, None


def _is_channel(word: Token) -> bool:
    return word.value.startswith("#")


def _channel(word: Token, start: int, command: Command) -> SlackMention | None:
    """Return the channel that a word says, of a place that begins there; None for the person.

    Raises:
        QueryError: Slack did not recognise it. Without it, the file goes to the person.
    """
    said = word.value.lower()
    if said in _ME:
        return None
    if said == "here":
        return SlackMention(word.start, word.value, "#", command.channel, "")
    at = word.end - len(word.raw)
    found = next((each for each in command.mentions if each.start == at and each.kind == "#"), None)
    if found is None or found.typed != word.value:
        raise QueryError(
            word.text,
            "is no channel that Slack recognised",
            expected=_CHANNEL,
            nearest=("",),
            span=(start, word.end),
        )
    return found
