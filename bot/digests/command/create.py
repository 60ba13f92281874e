"""The words of `digest create` into a digest: a schedule and options, in any order."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.cloudflare.requests import MAX_WORKFLOW_NAME
from bot.digests.command.addressees import Channel
from bot.digests.command.clauses import ALL, Clauses, key_of_value, sort_clauses
from bot.digests.command.options import DIGEST_OPTIONS, MENTION, WORKFLOW
from bot.digests.command.requests import CreateDigest, DigestChanges
from bot.digests.model import ERRORED, MOST_MENTIONS, MOST_WORKFLOWS, DigestSpec, Mention
from bot.language.command import Command
from bot.language.durations import DEFAULT_WINDOW
from bot.language.errors import QueryError, typed
from bot.language.schedule_reader import EXPECTED, NO_DAYS, NO_TIME
from bot.language.tokens import Token
from bot.language.word_stream import as_typed, wrong


def read_create(verb: Token, rest: Sequence[Token], command: Command) -> CreateDigest:
    """Read the words behind `create`.

    Raises:
        QueryError: they can't be understood.
    """
    clauses = sort_clauses(rest, command.zone)
    schedule = clauses.schedule
    if schedule is None:
        raise _without_schedule(verb, rest)
    values = _values(clauses, command)
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
    return CreateDigest(plan, channel.name, readings=tuple(clauses.readings))


def read_changes(verb: Token, rest: Sequence[Token], command: Command) -> DigestChanges:
    """Read the changes to a digest: `daily 10am`, `#ops quiet:no`.

    Args:
        verb: the word before them.
        rest: the words.
        command: the command in which they stand.

    Raises:
        QueryError: they can't be understood.
    """
    try:
        clauses = sort_clauses(rest, command.zone)
    except QueryError as error:
        if error.problem in (NO_TIME, NO_DAYS):
            error.choices = ()  # what the digest has now is not known here, and is not to be overwritten
        raise
    values = _values(clauses, command)
    channel = values.get("channel")
    has_workflows = clauses.names or ALL in clauses.values
    if not (clauses.schedule or values or has_workflows or clauses.mentions):
        raise verb.wrong("does not say what to change", expected=f"what is new: {EXPECTED}")
    return DigestChanges(
        cron=clauses.schedule.cron if clauses.schedule else None,
        zone=values.get("zone"),
        channel=channel.id if channel else None,
        channel_name=channel.name if channel else "",
        account=values.get("account"),
        workflows=_workflows(clauses, command) if has_workflows else None,
        status=values.get("status"),
        window=values.get("window"),
        quiet=values.get("quiet"),
        mentions=_mentions(clauses, command) or None,
        daily_thread=values.get("thread"),
        readings=tuple(clauses.readings),
    )


def _values(clauses: Clauses, command: Command) -> dict[str, Any]:
    """Return the value of each option that has one word for it."""
    return DIGEST_OPTIONS.read({key: word for key, word in clauses.values.items() if key != ALL}, command)


def _workflows(clauses: Clauses, command: Command) -> tuple[str, ...]:
    """Return the names, each once; none for all."""
    names = {name: token for token in clauses.names for name in WORKFLOW.read(token, command)}
    said_all = clauses.values.get(ALL)
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


def _mentions(clauses: Clauses, command: Command) -> tuple[Mention, ...]:
    """Return the mentions, each once."""
    mentions: dict[tuple[str, str], Mention] = {}
    for token in clauses.mentions:
        for mention in MENTION.read(token, command):
            mentions.setdefault((mention.kind, mention.id), mention)
        if len(mentions) > MOST_MENTIONS:
            expected = f"at most {MOST_MENTIONS}, or a group"
            raise token.wrong(f"is mention number {len(mentions)}", expected=expected)
    return tuple(mentions.values())


def _without_schedule(verb: Token, tokens: Sequence[Token]) -> QueryError:
    before = [verb, *(token for token in tokens[:1] if key_of_value(token) == "channel")]
    right = f"{as_typed(before)} daily 09:00"
    return wrong(before, "does not say when", expected=EXPECTED, nearest=right)
