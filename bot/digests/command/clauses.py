"""The words of `digest create`, sorted: the schedule, and each option with its value, in any order."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.digests.command.addressees import names_channel, names_somebody, unknown_channel
from bot.digests.command.strays import meant_option, stray, unknown_option
from bot.language import filters, schedule_words
from bot.language.durations import read_window
from bot.language.errors import QueryError, typed
from bot.language.schedule import Schedule
from bot.language.tokens import Token
from bot.language.word_stream import Words, as_typed, wrong
from bot.language.zones import zone_name

_EXAMPLES: Final = {
    "workflow": "workflow NAME", "status": "status:errored", "window": "window:7d", "quiet": "quiet",
    "mention": "mention:@here", "thread": "thread:daily", "account": "account:NAME",
    "zone": "zone:Europe/Berlin", "channel": "channel:here",
}  # fmt: skip
_OTHER_NAMES: Final = {
    "workflows": "workflow", "mentions": "mention", "only_failures": "quiet",
    "timezone": "zone", "tz": "zone",
}  # fmt: skip
_LONGEST_SCHEDULE: Final = 20
"""Words, and more than any schedule needs; looking further at each of many names would take long."""


@dataclass(slots=True)
class Clauses:
    """What was said of each thing, as it was typed.

    Attributes:
        schedule: when, with the zone that was said right behind it; None until it was said.
        names: the words that name workflows, one or more each.
        mentions: the words that name people, one or more each.
        values: the word that holds the value of each other option, by its key; also of `all`.
    """

    schedule: Schedule | None = None
    names: list[Token] = field(default_factory=list)
    mentions: list[Token] = field(default_factory=list)
    values: dict[str, Token] = field(default_factory=dict)

    def put(self, key: str, token: Token) -> None:
        """Keep the value of an option.

        Raises:
            QueryError: it has one.
        """
        if key in self.values:
            raise token.wrong(
                f"comes after {typed(self.values[key].text)}, which settles the same",
                expected="one of the two",
            )
        self.values[key] = token


def sort(said: Sequence[Token], tokens: Sequence[Token], zone: str) -> tuple[Schedule, Clauses]:
    """Sort the words behind `create` into the schedule and all other options.

    Args:
        said: the words up to `create`.
        tokens: the words behind them.
        zone: the IANA name of the zone that is meant where none is said.

    Raises:
        QueryError: one of them belongs nowhere, or no schedule is among them.
    """
    clauses = Clauses()
    words = Words(tokens)
    while token := words.ahead:
        match _option(token):
            case "workflow":
                _take_names(words, clauses, zone)
            case "mention":
                _take_mentions(words, clauses)
            case "quiet" | "all" as key:
                clauses.put(key, words.take())
            case str(key):
                clauses.put(key, _take_value(words, key))
            case None if word_key := _key_of_value(token):
                clauses.put(word_key, replace(words.take(), key=word_key))
            case None if clauses.schedule is None and not names_somebody(token):
                words = _take_schedule(words, clauses, zone)
            case None:
                raise stray(token)
    if clauses.schedule is None:
        raise _without_schedule(said, tokens)
    return clauses.schedule, clauses


def _option(token: Token) -> str | None:
    """Return the option that a word names, or begins with.

    Raises:
        QueryError: it is written as an option that does not exist.
    """
    word = token.key if token.key is not None else token.text.lower().replace("-", "_")
    key = _OTHER_NAMES.get(word, word)
    if key in _EXAMPLES or (key == "all" and token.key is None):
        return key
    if token.key is not None:
        raise unknown_option(token, tuple(_EXAMPLES))
    return None


def _key_of_value(token: Token) -> str | None:
    """Return the option that a bare value belongs to: a channel or a status."""
    if names_channel(token) or token.text.lower() == "here":
        return "channel"
    return "status" if filters.known_status(token.text) else None


def _take_value(words: Words, key: str) -> Token:
    """Take the next word with its value, which may be the word behind it."""
    token = words.take()
    if token.key is None or not (token.value or token.quoted):
        value = _value_behind(words, token, key)
        token = Token(_both(token, value), token.start, key, value.value, value.raw)
    if key == "window" and words.ahead and _is_window(f"{token.value} {words.ahead.text}"):
        more = words.take()
        span = f"{token.value} {more.text}"
        token = replace(token, text=_both(token, more), value=span, raw=span)
    return token


def _value_behind(words: Words, token: Token, key: str) -> Token:
    value = words.ahead
    if value is None or value.key is not None or (not value.quoted and value.text.lower() in _EXAMPLES):
        example = _EXAMPLES[key]
        nearest = example if key == "thread" else None
        raise token.wrong("has no value", expected=f"one, as in `{example}`", nearest=nearest)
    return words.take()


def _both(first: Token, second: Token) -> str:
    """Join two words as they stood."""
    return f"{first.text}{' ' * (second.start - first.end)}{second.text}"


def _is_window(text: str) -> bool:
    try:
        read_window(text)
    except QueryError:
        return False
    return True


def _take_names(words: Words, clauses: Clauses, zone: str) -> None:
    """Take `workflow a b`, `workflows a, b and c`, `workflow:a`."""
    token = words.take()
    before = len(clauses.names)
    if token.key is not None and (token.value or token.quoted):
        if token.value.lower() == "all" and not token.quoted:
            clauses.put("all", token)
            return
        clauses.names.append(token)
    while (name := words.ahead) and _is_name(name, words, clauses, zone):
        clauses.names.append(words.take())
        words.pass_over("and", "&")
    said_all = words.ahead is not None and words.ahead.text.lower() == "all"
    if len(clauses.names) == before and not said_all:
        expected = "the name of a workflow, in quotes if it is a word of this command too, or `all`"
        raise token.wrong("names no workflow", expected=expected)


def _is_name(token: Token, words: Words, clauses: Clauses, zone: str) -> bool:
    """Return whether a word behind a workflow's name is one more name."""
    if token.key is not None or token.quoted:
        return token.key is None
    if _option(token) or _key_of_value(token) or names_somebody(token):
        return False
    return clauses.schedule is not None or not _begins_schedule(words.rest, zone)


def _take_mentions(words: Words, clauses: Clauses) -> None:
    """Take `mention:@ada`, `mention @ada @grace`."""
    clauses.mentions.append(_take_value(words, "mention"))
    while words.ahead and names_somebody(words.ahead):
        clauses.mentions.append(words.take())


def _take_schedule(words: Words, clauses: Clauses, zone: str) -> Words:
    """Keep the schedule that is ahead; return the words behind it."""
    token = words.rest[0]
    try:
        clauses.schedule, rest = schedule_words.take(words.rest, zone)
    except QueryError as error:
        is_first = error.word == token.text and "channel" not in clauses.values
        if is_first and _begins_schedule(words.rest[1:], zone):
            raise unknown_channel(token, nearest=meant_option(token)) from error
        raise
    last = words.rest[-len(rest) - 1]
    if zone_name(last.value):
        clauses.put("zone", last)
    return Words(rest)


def _begins_schedule(tokens: Sequence[Token], zone: str) -> bool:
    try:
        schedule_words.take(tokens[:_LONGEST_SCHEDULE], zone)
    except QueryError:
        return False
    return True


def _without_schedule(said: Sequence[Token], tokens: Sequence[Token]) -> QueryError:
    before = [*said, *(token for token in tokens[:1] if _key_of_value(token) == "channel")]
    right = f"{as_typed(before)} daily 09:00"
    return wrong(before, "does not say when", expected=schedule_words.EXPECTED, nearest=right)
