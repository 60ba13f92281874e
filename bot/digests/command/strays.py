"""Misplaced words of `digest create`: what each most likely means, and what to write for it."""

from collections.abc import Sequence
from typing import Final

from bot.cloudflare.models import STATUSES
from bot.digests.command.addressees import names_somebody, unknown_channel
from bot.language import filters, time_words
from bot.language.durations import read_window
from bot.language.errors import QueryError, nearest, typed
from bot.language.schedule_weekdays import GROUPS, is_weekdays
from bot.language.tokens import COMMAND, Token
from bot.language.word_stream import Words, as_typed, wrong
from bot.language.zones import nearest_zone, zone_name

_BARE: Final = ("workflow", "quiet", "only-failures", "mention", "thread", "window", "all", "here", *STATUSES)
_CLOSE: Final = 0.8
_MOST_NAMES: Final = 4
_NAMES: Final = "`workflow` before the names of workflows"
_ENDS: Final = (
    *("until", "till", "ending", "ends", "end", "starting", "starts", "start", "from", "beginning", "begins"),
    *("after", "before", "once", "expires"),
)
_SCHEDULE_WORDS: Final = (
    "and",
    "&",
    "or",
    "every",
    "each",
    "hourly",
    "monthly",
    "weekly",
    "then",
    "at",
    *GROUPS,
)
BEFORE_NAMES: Final = ("for", "about", "of", "on")
"""Words that people put before what a digest is about."""
BEFORE_CHANNELS: Final = ("in", "to", "into")
"""Words that people put before where a digest goes."""
_COMMON: Final = (
    *BEFORE_NAMES,
    *("a", "an", "the", "but", "not", "no", "except", "with", "without", "by", "in", "to", "into", "when"),
    *("if", "only", "if", "is", "are", "me", "us", "my", "our", "it", "this", "that", "also", "plus", "per"),
    *("times", "time", "day", "days", "week", "month", "year", "because", "so", "than", "via", "like", "as"),
)
"""Words of sentences, for which no workflow is proposed."""


def unknown_place(token: Token) -> QueryError:
    """Return the error for a word behind `in` or `to` that is neither a channel nor a time zone."""
    zone = nearest_zone(token.value)
    if zone is None:
        return unknown_channel(token)
    expected = f"one such as {typed(f'zone:{zone}')}"
    return token.wrong("is no time zone I know", expected=expected, nearest=f"zone:{zone}")


def stray(tokens: Sequence[Token]) -> QueryError:
    """Return the error for a bare word that is neither an option nor a part of the schedule.

    Args:
        tokens: the word, and those behind it.
    """
    token, word = tokens[0], Words(tokens).word()
    behind = next((token for token in tokens[1:2] if token.key is None), None)
    if names_somebody(token):
        expected = "`mention:` before whom to call"
        return token.wrong(
            "is a person without `mention:`", expected=expected, nearest=f"mention:{token.text}"
        )
    if word in _ENDS:
        expected = f"no first or last day: a digest comes until `{COMMAND} digest pause` or `delete`"
        return wrong(tokens[:2], "is no part of a digest", expected=expected)
    if word in _SCHEDULE_WORDS or time_words.is_clock(token.value) or is_weekdays(word):
        expected = "one schedule, with the same times for all its days; make a digest for each"
        return token.wrong("follows a whole schedule", expected=expected)
    if window := _window_behind(tokens):
        expected = "`window:` before how far back the chart goes"
        return wrong(
            tokens[: 1 + len(window)],
            "is not `window`",
            expected=expected,
            nearest=f"window {as_typed(window)}",
        )
    if word in BEFORE_NAMES and behind and not behind.text[0].isdigit():
        return token.wrong("is not `workflow`", expected=_NAMES, nearest="workflow")
    return token.wrong(
        "is a word I don't know behind the schedule",
        expected=f"`workflow` before a workflow's name, as in {typed(f'workflow {token.raw}')}, "
        "`#` before a channel's, or an option such as `quiet`, `window:7d` or `mention:@here`",
        nearest=_nearest(tokens),
    )


def _nearest(tokens: Sequence[Token]) -> str | None:
    """Return what a word most likely means; a name of a workflow, unless it is a word of a sentence."""
    token, words = tokens[0], Words(tokens[:_MOST_NAMES])
    if token.quoted:
        return f"workflow {token.raw}"
    if meant := _meant(token):
        return meant
    following = [words.word(place) for place in range(_MOST_NAMES)]
    return None if any(map(_is_no_name, filter(None, following))) else f"workflow {token.raw}"


def _is_no_name(word: str) -> bool:
    """Return whether a word belongs to sentences or schedules, so that it is not proposed as a name."""
    known = (*_COMMON, *_ENDS, *_SCHEDULE_WORDS)
    is_time = time_words.is_clock(word) or is_weekdays(word)
    return (word in known and word not in ("and", "&")) or is_time or not any(map(str.isalnum, word))


def _window_behind(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Return the words of a window behind `last` or `since`."""
    if Words(tokens).word() not in ("last", "past", "since"):
        return ()
    for count in (2, 1):
        said = tuple(tokens[1 : 1 + count])
        try:
            read_window(as_typed(said))
        except QueryError:
            continue
        return said
    return ()


def meant_option(token: Token) -> str | None:
    """Return the option that a bare word misspells, or that it names in another system."""
    word = token.value.lower()
    status = filters.nearest_status(word)
    if status and not nearest(word, [status]):  # another system's name for it
        return f"status:{status}"
    return nearest(word, [name.lower() for name in _BARE], cutoff=_CLOSE)


def _meant(token: Token) -> str | None:
    return _zone(token) or _window(token) or meant_option(token)


def _zone(token: Token) -> str | None:
    """Return a zone apart from its schedule: a city, or an abbreviation in capitals."""
    if zone_name(token.value):
        return f"zone:{token.raw}"
    zone = nearest_zone(token.value)
    city = zone and zone.rpartition("/")[2].casefold() == token.value.casefold()
    return f"zone:{zone}" if zone and (city or token.value.isupper()) else None


def _window(token: Token) -> str | None:
    try:
        read_window(token.value)
    except QueryError:
        return None
    return f"window:{token.value}"
