"""The words of `digest create` into a digest: a schedule and options, in any order."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.cloudflare.requests import MAX_WORKFLOW_NAME
from bot.digests.command.addressees import Channel, names_channel, names_somebody, unknown_channel
from bot.digests.command.options import DIGEST_OPTIONS, MENTION, WORKFLOW
from bot.digests.command.requests import CreateDigest
from bot.digests.command.strays import meant_option, stray
from bot.digests.model import ERRORED, MOST_MENTIONS, MOST_WORKFLOWS, DigestSpec, Mention
from bot.language import filters, schedule_words
from bot.language.command import Command
from bot.language.durations import DEFAULT_WINDOW, read_window
from bot.language.errors import QueryError, typed
from bot.language.schedule import Schedule
from bot.language.tokens import Token
from bot.language.word_stream import Words, as_typed, wrong

_LONGEST_SCHEDULE: Final = 20
"""Words, and more than any schedule needs; looking further at each of many names would take long."""


_ALL: Final = "all"
"""The word for every workflow; it has no value."""


@dataclass(slots=True)
class _Clauses:
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


def read_create(verb: Token, rest: Sequence[Token], command: Command) -> CreateDigest:
    """Read the words behind `create`.

    Raises:
        QueryError: they can't be understood.
    """
    schedule, clauses = _sort((verb,), rest, command.zone)
    values = DIGEST_OPTIONS.read({key: word for key, word in clauses.values.items() if key != _ALL}, command)
    channel = values.get("channel", Channel(command.channel))
    plan = DigestSpec(
        channel=channel.id,
        schedule=replace(schedule, zone=values.get("zone", schedule.zone)),
        account=values.get("account"),
        workflows=_workflows(clauses, command),
        status=values.get("status", ERRORED),
        window=values.get("window", DEFAULT_WINDOW),
        quiet=values.get("quiet", False),
        mentions=_mentions(clauses, command),
        daily_thread=values.get("thread", False),
        zone_assumed=command.zone_assumed and "zone" not in values,
    )
    return CreateDigest(plan, channel.name)


def _workflows(clauses: _Clauses, command: Command) -> tuple[str, ...]:
    """Return the names, each once; none for all."""
    names = {name: token for token in clauses.names for name in WORKFLOW.read(token, command)}
    said_all = clauses.values.get(_ALL)
    if said_all and names:
        raise said_all.wrong(
            f"and {typed(next(iter(names)))} exclude each other",
            expected="either `all` or names; a workflow of that name goes in quotes",
        )
    for number, (name, token) in enumerate(names.items(), start=1):
        if not 1 <= len(name) <= MAX_WORKFLOW_NAME:
            expected = f"a workflow's name of 1 to {MAX_WORKFLOW_NAME} characters"
            raise token.wrong(f"has {len(name)} characters", expected=expected)
        if number > MOST_WORKFLOWS:
            expected = f"at most {MOST_WORKFLOWS} of them, or `all`"
            raise token.wrong(f"is workflow number {number}", expected=expected)
    return tuple(names)


def _mentions(clauses: _Clauses, command: Command) -> tuple[Mention, ...]:
    """Return the mentions, each once."""
    mentions: dict[tuple[str, str], Mention] = {}
    for token in clauses.mentions:
        for mention in MENTION.read(token, command):
            mentions.setdefault((mention.kind, mention.id), mention)
        if len(mentions) > MOST_MENTIONS:
            expected = f"at most {MOST_MENTIONS}, or a group"
            raise token.wrong(f"is mention number {len(mentions)}", expected=expected)
    return tuple(mentions.values())


def _sort(said: Sequence[Token], tokens: Sequence[Token], zone: str) -> tuple[Schedule, _Clauses]:
    """Sort the words behind `create` into the schedule and all other options.

    Args:
        said: the words up to `create`.
        tokens: the words behind them.
        zone: the IANA name of the zone that is meant where none is said.

    Raises:
        QueryError: one of them belongs nowhere, or no schedule is among them.
    """
    clauses = _Clauses()
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
    if token.key is None and word == _ALL:
        return _ALL
    key = DIGEST_OPTIONS.key_of(word)
    if key is None and token.key is not None:
        raise DIGEST_OPTIONS.unknown(token)
    return key


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


def _take_names(words: Words, clauses: _Clauses, zone: str) -> None:
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


def _is_name(token: Token, words: Words, clauses: _Clauses, zone: str) -> bool:
    """Return whether a word behind a workflow's name is one more name."""
    if token.key is not None or token.quoted:
        return token.key is None
    if _option(token) or _key_of_value(token) or names_somebody(token):
        return False
    return clauses.schedule is not None or not _begins_schedule(words.rest, zone)


def _take_mentions(words: Words, clauses: _Clauses) -> None:
    """Take `mention:@ada`, `mention @ada @grace`."""
    clauses.mentions.append(_take_value(words, "mention"))
    while words.ahead and names_somebody(words.ahead):
        clauses.mentions.append(words.take())


def _take_schedule(words: Words, clauses: _Clauses, zone: str) -> Words:
    """Keep the schedule that is ahead; return the words behind it."""
    token = words.rest[0]
    try:
        said = schedule_words.take(words.rest, zone)
    except QueryError as error:
        is_first = error.word == token.text and "channel" not in clauses.values
        if is_first and _begins_schedule(words.rest[1:], zone):
            raise unknown_channel(token, nearest=meant_option(token)) from error
        raise
    clauses.schedule = said.schedule
    if said.zone:
        name = said.schedule.zone
        clauses.put("zone", Token(as_typed(said.zone), said.zone[0].start, "zone", name, name))
    return Words(said.rest)


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
