"""The words of a digest sorted into clauses: when, of what, where, and each option, in any order."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.digests.command.addressees import names_channel, names_somebody, unknown_channel
from bot.digests.command.options import DIGEST_OPTIONS
from bot.digests.command.strays import BEFORE_CHANNELS, BEFORE_NAMES, meant_option, stray, unknown_place
from bot.digests.model import MOST_WORKFLOWS
from bot.language import filters, schedule_words
from bot.language.command import Reading
from bot.language.durations import read_window
from bot.language.errors import QueryError, typed
from bot.language.schedule import Schedule
from bot.language.tokens import Token
from bot.language.word_stream import Words, as_typed
from bot.language.zones import longest_zone, zone_name

ALL: Final = "all"
"""The word for every workflow; it has no value."""

_LONGEST_SCHEDULE: Final = 20
"""Words, and more than any schedule needs; looking further at each of many names would take long."""
_MOST_NAMES: Final = 5 * MOST_WORKFLOWS
"""Words that name workflows; one may come twice. To look for a schedule at thousands would take a second."""
_SCHEDULE_KEYS: Final = ("schedule", "cron", "when")
_FILLERS: Final = ("please", "pls", "thanks")
_ARTICLES: Final = ("a", "the", "new", "digest")
_JOINING: Final = ("and", "&", "with", "in", "to", "into")


@dataclass(slots=True)
class Clauses:
    """The words of a digest, sorted by what they set.

    Attributes:
        schedule: with its zone; None until one was found.
        names: the words that name workflows, one or more each.
        mentions: the words that name people, one or more each.
        values: the word that holds the value of each other option, by its key; also of `all`.
        readings: what was taken for a zone, an option or a status that has another name here.
    """

    schedule: Schedule | None = None
    names: list[Token] = field(default_factory=list)
    mentions: list[Token] = field(default_factory=list)
    values: dict[str, Token] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)

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


def sort_clauses(tokens: Sequence[Token], zone: str) -> Clauses:
    """Sort words into the schedule and all other options.

    Args:
        tokens: the words.
        zone: the IANA name of the default zone.

    Raises:
        QueryError: one of them belongs nowhere.
    """
    clauses = Clauses()
    words = Words(tokens)
    while token := words.ahead:
        if token.key in _SCHEDULE_KEYS:
            words = _without_key(words)
        elif _is_filler(words) or (clauses.schedule is None and words.word() in _ARTICLES):
            words.take()
        elif key := _option(token):
            _take_option(words, key, clauses, zone)
        elif key := key_of_value(token) or ("zone" if clauses.schedule and zone_name(token.text) else None):
            clauses.put(key, replace(words.take(), key=key))
        elif clauses.schedule is None and _may_be_schedule(token):
            words = _take_schedule(words, clauses, zone)
        elif words.word() in BEFORE_CHANNELS and words.word(1):
            raise unknown_place(words.rest[1])
        else:
            raise stray(words.rest)
    return clauses


def may_begin(tokens: Sequence[Token], zone: str) -> bool:
    """Return whether the first of some words, which has no key, may begin a clause."""
    words = Words(tokens)
    return (
        _is_filler(words)
        or words.word() in _ARTICLES
        or bool(_option(tokens[0]) or key_of_value(tokens[0]))
        or schedule_words.begins(tokens, zone)
    )


def _take_option(words: Words, key: str, clauses: Clauses, zone: str) -> None:
    """Take an option and its value from the words ahead, and keep them."""
    first = said = words.rest[0]
    match key:
        case "workflow":
            _take_names(words, clauses, zone)
        case "mention":
            said = _take_mentions(words, clauses)
        case "quiet" | "all":
            clauses.put(key, words.take())
        case "status":
            if _take_status(words, clauses):
                return
        case _:
            said = _take_value(words, key)
            clauses.put(key, said)
    if first.key is not None and DIGEST_OPTIONS.key_of(first.key) is None:
        clauses.readings.append(Reading(said.text, f"{key}:{said.raw}" if said.raw else f"--{key}"))


def _take_status(words: Words, clauses: Clauses) -> bool:
    """Keep a status; return whether it was noted as another system's name for one."""
    token = _take_value(words, "status")
    meant = None if token.quoted else filters.synonymous_status(token.value)
    if meant is None:
        clauses.put("status", token)
        return False
    clauses.put("status", replace(token, value=meant, raw=meant))
    clauses.readings.append(Reading(token.text, f"status:{meant}"))
    return True


def _without_key(words: Words) -> Words:
    """Return the words ahead, with `schedule:daily` as a bare word."""
    token, *others = words.rest
    if not (token.value or token.quoted):
        return Words(others)
    return Words((Token(token.raw, token.end - len(token.raw), None, token.value, token.raw), *others))


def _is_filler(words: Words) -> bool:
    """Return whether the next word adds nothing: `please`, or `in` before a channel."""
    if words.word() in _FILLERS:
        return True
    behind = words.rest[1:2]
    return words.word() in _JOINING and any(
        bool(token.key or key_of_value(token) or (not token.quoted and _option(token))) for token in behind
    )


def _may_be_schedule(token: Token) -> bool:
    return not names_somebody(token) or token.text == "@" or schedule_words.is_nickname(token)


def _option(token: Token) -> str | None:
    """Return the option that a word names, or begins with; with a colon or as a flag also by another name.

    Raises:
        QueryError: it is written as an option that does not exist.
    """
    if token.key is None:
        word = token.text.lower().replace("-", "_")
        return ALL if word == ALL else DIGEST_OPTIONS.key_of(word)
    option = DIGEST_OPTIONS.find(token.key)
    if option is None:
        raise DIGEST_OPTIONS.unknown(token)
    return option.key


def key_of_value(token: Token) -> str | None:
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
    if key == "zone" and token.value == token.raw:
        further = [more.text for more in words.rest[:3] if more.key is None and not more.quoted]
        for _ in range(longest_zone([token.value, *further]) - 1):
            token = _with_more(token, words.take())
    if key == "window" and words.ahead and _is_window(f"{token.value} {words.ahead.text}"):
        token = _with_more(token, words.take())
    return token


def _with_more(token: Token, more: Token) -> Token:
    """Return an option whose value has one more word."""
    value = f"{token.value} {more.text}"
    return replace(token, text=_both(token, more), value=value, raw=value)


def _value_behind(words: Words, token: Token, key: str) -> Token:
    value = words.ahead
    if (
        value is None
        or value.key is not None
        or (not value.quoted and DIGEST_OPTIONS.key_of(value.text.lower()))
    ):
        example = DIGEST_OPTIONS[key].example
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
        if len(clauses.names) == _MOST_NAMES:
            expected = f"at most {MOST_WORKFLOWS} workflows, or `all`"
            raise name.wrong(f"is name number {_MOST_NAMES + 1}", expected=expected)
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
    if _option(token) or key_of_value(token) or names_somebody(token):
        return False
    return clauses.schedule is not None or not _begins_schedule(words.rest, zone)


def _take_mentions(words: Words, clauses: Clauses) -> Token:
    """Take `mention:@ada`, `mention @ada @grace`; return the option with the first of them."""
    first = _take_value(words, "mention")
    clauses.mentions.append(first)
    while words.ahead and names_somebody(words.ahead):
        clauses.mentions.append(words.take())
    return first


def _take_schedule(words: Words, clauses: Clauses, zone: str) -> Words:
    """Keep the schedule that is ahead; return the words behind it."""
    token = words.rest[0]
    try:
        said = schedule_words.take(words.rest, zone)
    except QueryError as error:
        is_first = error.word == token.text and "channel" not in clauses.values
        if is_first and words.word() in BEFORE_CHANNELS and schedule_words.begins(words.rest[2:], zone):
            raise unknown_place(words.rest[1]) from error
        is_name = token.text[:1].isalpha() and not error.choices
        is_before = is_name and schedule_words.begins(words.rest[1:], zone)
        if is_first and (is_before or _begins_schedule(words.rest[1:], zone)):
            raise unknown_channel(token, nearest=meant_option(token)) from error
        if error.word == token.text and words.word() in BEFORE_NAMES:
            raise stray(words.rest) from error
        if error.word == token.text and not error.choices and (close := meant_option(token)):
            raise token.wrong(error.problem, expected=error.expected, nearest=close) from error
        raise
    clauses.schedule = said.schedule
    if said.zone:
        name, text = said.schedule.zone, as_typed(said.zone)
        clauses.put("zone", Token(text, said.zone[0].start, "zone", name, name))
        if zone_name(text) != name:
            clauses.readings.append(Reading(text, name))
    return Words(said.rest)


def _begins_schedule(tokens: Sequence[Token], zone: str) -> bool:
    try:
        schedule_words.take(tokens[:_LONGEST_SCHEDULE], zone)
    except QueryError:
        return False
    return True
