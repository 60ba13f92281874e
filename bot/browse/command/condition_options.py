"""The filters that Cloudflare's API lacks: rows are looked at here, one by one."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from bot.browse.selection import Conditions
from bot.cloudflare.models import Status
from bot.language import filters
from bot.language.durations import duration_text, parse_duration
from bot.language.errors import nearest, one_of, typed
from bot.language.mistyped_times import nearest_lengths
from bot.language.options import Field, Option
from bot.language.tokens import Token, in_quotes, quote
from bot.ui.mrkdwn import code

TRIGGERS: Final = ("api", "binding", "cron", "event", "unknown")
"""What starts instances, as the API calls it."""
_TRIGGER_SYNONYMS: Final = {
    "crons": "cron", "schedule": "cron", "scheduled": "cron", "schedules": "cron", "timer": "cron",
    "rest": "api", "http": "api", "worker": "binding", "workers": "binding", "bindings": "binding",
    "events": "event", "queue": "event",
}  # fmt: skip
_SHOWN: Final = 60  # characters
_SECOND: Final = timedelta(seconds=1)
_LONGEST: Final = timedelta(days=3_650)
_LENGTH: Final = "a length of time of whole seconds, such as `30s`, `10m`, `1h30m` or `2d`"
_HEX: Final = re.compile(r"[0-9A-Za-z-]{1,64}")


def known_trigger(word: str) -> str | None:
    """Return the trigger that a word is, also by a name from elsewhere."""
    folded = word.casefold()
    return folded if folded in TRIGGERS else _TRIGGER_SYNONYMS.get(folded)


def read_length(token: Token) -> timedelta:
    """Return a length of time.

    Raises:
        QueryError: it is none, is not of whole seconds, or is longer than anything that Cloudflare keeps.
    """
    try:
        length = parse_duration(token.value)
    except OverflowError:
        length = None
    if length is None or length % _SECOND or not _SECOND <= length <= _LONGEST:
        choices = tuple(f"{token.key}:{quote(meant)}" for meant in nearest_lengths(token.value))
        raise token.wrong("is no length of time that I know", expected=_LENGTH, nearest=choices)
    return length


def _read_trigger(token: Token) -> str:
    """Return a trigger known today; in quotes any other, as Cloudflare may add one tomorrow."""
    known = known_trigger(token.value)
    if known is not None:
        return known
    if token.quoted and token.value:
        return token.value
    close = nearest(token.value, TRIGGERS)
    expected = one_of(TRIGGERS)
    raise token.wrong(
        "is no trigger I know", expected=expected, nearest=f"trigger:{close}" if close else None
    )


def _read_key(token: Token, expected: str) -> str:
    """Return a part of an id that has nothing but letters, digits and dashes."""
    if not _HEX.fullmatch(filters.required(token, expected)):
        raise token.wrong("has other signs than letters, digits and dashes", expected=expected)
    return token.value.lower()


def _of(key: str) -> Callable[[Any], Any]:
    """Return what finds a condition in what was asked."""
    return lambda asked: getattr(asked.selection.where, key)


ID: Final[Option[str]] = Option(
    key="id",
    example="id:ord-59",
    help="only instances whose ids begin so",
    read=lambda word, _: filters.required(word, "the beginning of an instance's id"),
    write=quote,
    get=_of("id"),
    phrase=lambda text, *_: f"id begins with {code(text, _SHOWN)}",
    synonyms=("instance", "prefix"),
    default="any",
    field=Field("Id begins with", placeholder="ord-59"),
)
ERROR: Final[Option[str]] = Option(
    key="error",
    example='error:"card declined"',
    help="only errored ones whose error has this in its name or message, whatever its case",
    read=lambda word, _: filters.required(word, "a part of the error's name or message"),
    write=quote,
    get=_of("error"),
    phrase=lambda text, *_: f"error has {code(text, _SHOWN)}",
    synonyms=("message", "reason", "err", "exception"),
    default="any",
    field=Field("Error contains", placeholder="card declined, TimeoutError, 502"),
)
LONGER: Final[Option[timedelta]] = Option(
    key="longer",
    example="longer:10m",
    help="only those that ran, or have been running, for at least so long",
    read=lambda word, _: read_length(word),
    write=duration_text,
    get=_of("longer"),
    phrase=lambda length, *_: f"ran {duration_text(length)} or longer",
    synonyms=("slower", "min_duration"),
    default="any",
    field=Field("Ran for at least", placeholder="10m, 1h30m"),
)
SHORTER: Final[Option[timedelta]] = Option(
    key="shorter",
    example="shorter:1m",
    help="only those that ended after less than that",
    read=lambda word, _: read_length(word),
    write=duration_text,
    get=_of("shorter"),
    phrase=lambda length, *_: f"ran shorter than {duration_text(length)}",
    synonyms=("faster", "max_duration"),
    default="any",
    field=Field("Ended within", placeholder="1m"),
)
TRIGGER: Final[Option[str]] = Option(
    key="trigger",
    example="trigger:cron",
    help=f"only those that were started by it: {one_of(TRIGGERS)}",
    read=lambda word, _: _read_trigger(word),
    write=lambda trigger: trigger if trigger in TRIGGERS else in_quotes(trigger),
    get=_of("trigger"),
    phrase=lambda trigger, *_: f"started by {code(trigger, _SHOWN)}",
    synonyms=("source", "triggered_by", "started_by", "trigger_source"),
    default="any",
    field=Field("Started by"),
)
VERSION: Final[Option[str]] = Option(
    key="version",
    example="version:4f2a",
    help="only those of the version whose id begins so",
    read=lambda word, _: _read_key(word, "the beginning of a version's id, such as `version:4f2a`"),
    write=quote,
    get=_of("version"),
    phrase=lambda text, *_: f"version {code(text, _SHOWN)}",
    aliases=("version_id",),
    synonyms=("deploy", "deployment", "build"),
    default="any",
    field=Field("Version begins with", placeholder="4f2a"),
)
STEP: Final[Option[str]] = Option(
    key="step",
    example="step:charge-card",
    help="only errored ones that failed in the step of this name",
    read=lambda word, _: filters.required(word, "the name of a step"),
    write=quote,
    get=_of("step"),
    phrase=lambda text, *_: f"failed in {code(text, _SHOWN)}",
    synonyms=("failed_in", "failing_step"),
    default="any",
    field=Field("Failed in step", placeholder="charge-card"),
)
CAUSE: Final[Option[str]] = Option(
    key="cause",
    example="cause:KEY",
    help="only errored ones of one cause; *List them* below a cause gives its key",
    read=lambda word, _: _read_key(word, "the key of a cause, as `List them` gives it"),
    write=quote,
    get=_of("cause"),
    phrase=lambda *_: "of one cause",
    default="any",
)

CONDITION_OPTIONS: Final[tuple[Option[Any], ...]] = (
    ID,
    ERROR,
    LONGER,
    SHORTER,
    TRIGGER,
    VERSION,
    STEP,
    CAUSE,
)
ERRORED: Final = Status("errored")
_OF_FAILURES: Final = (ERROR.key, STEP.key, CAUSE.key)
"""Conditions that only errored instances meet."""


def conditions(values: dict[str, Any]) -> Conditions:
    """Take the conditions out of the values of a list's options."""
    return Conditions(**{option.key: values.pop(option.key, None) for option in CONDITION_OPTIONS})


def with_errored(statuses: tuple[Status, ...], words: Mapping[str, Token]) -> tuple[Status, ...]:
    """Return the statuses with `errored` if a condition needs it: of others no error is known.

    Args:
        statuses: that are asked for.
        words: of the conditions, by their keys.

    Raises:
        QueryError: others are asked for.
    """
    said = next((words[key] for key in _OF_FAILURES if key in words), None)
    if said is None or ERRORED in statuses:
        return statuses
    if statuses:
        raise said.wrong(
            f"is about errored instances, and {one_of(statuses)} is asked for",
            expected="`status:errored` beside it",
            nearest=("",),
        )
    return (ERRORED,)


def check_lengths(where: Conditions, words: Mapping[str, Token] | None = None) -> None:
    """Refuse that instances ran for at least a time and for less than that.

    Args:
        where: the conditions.
        words: of the conditions, by their keys, if they stand in a command.

    Raises:
        QueryError: so it is.
    """
    if where.longer is None or where.shorter is None or where.longer < where.shorter:
        return
    text = f"{SHORTER.key}:{duration_text(where.shorter)}"
    said = (words or {}).get(SHORTER.key) or Token(text, 0, SHORTER.key, text, text)
    longer = typed(f"{LONGER.key}:{duration_text(where.longer)}")
    raise said.wrong(f"is not longer than {longer}", expected="`shorter:` to be the longer of the two")
