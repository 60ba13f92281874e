"""A step's retry settings in words, and when it is tried again."""

from datetime import datetime, timedelta
from typing import Final

from bot.cloudflare.instance_models import Retries, Step, StepConfig
from bot.language.durations import parse_duration
from bot.ui.mrkdwn import duration

_DYNAMIC: Final = "[dynamic]"
_GROWTH: Final = {"exponential": "growing exponentially", "linear": "growing linearly", "constant": ""}
_UNITS: Final = (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1_000))
_MOST_DOUBLINGS: Final = 40
"""More than that, and no calendar holds the next attempt."""


def retries_text(config: StepConfig) -> str:
    """Return how often a step is tried again and how long one try may take; empty where nothing is set.

    As in `up to 5 retries, 1 second apart, growing exponentially; each may take 10 minutes`.
    """
    phrases = [] if config.retries is None else [", ".join(_retries(config.retries))]
    if config.timeout is not None:
        phrases.append(f"each may take {length_text(config.timeout)}")
    return "; ".join(phrases)


def next_attempt_at(step: Step) -> datetime | None:
    """Return about when a step is tried again, reckoned from its last attempt as the engine reckons.

    None while an attempt runs, where none is left, and where the delay is not known.
    """
    retries = step.config.retries if step.config else None
    last = step.attempts[-1] if step.attempts else None
    if step.end is not None or step.success is not None or last is None or last.end is None:
        return None
    if last.success is not False or retries is None:
        return None
    count = len(step.attempts)
    if count > _MOST_DOUBLINGS or (retries.limit is not None and count > retries.limit):
        return None
    delay = _length(retries.delay)
    factor = {"constant": 1, "linear": count, "exponential": 1 << (count - 1)}.get(retries.backoff or "")
    if delay is None or factor is None:
        return None
    try:
        return last.end + delay * factor
    except OverflowError:
        return None


def length_text(length: float | str) -> str:
    """Return a length of time in words: of milliseconds, or of words as the API sends them."""
    if isinstance(length, str):
        return length
    for unit, size in _UNITS:
        if length >= size and length % size == 0:
            count = int(length // size)
            return f"{count:,} {unit}" if count == 1 else f"{count:,} {unit}s"
    span = _length(length)
    return f"{length} ms" if span is None else duration(span)


def _retries(retries: Retries) -> list[str]:
    limit = retries.limit
    if limit == 0:
        return ["no retries"]
    many = "up to 1 retry" if limit == 1 else "retries" if limit is None else f"up to {limit:,} retries"
    return [many, *filter(None, _pauses(retries.delay, retries.backoff))]


def _pauses(delay: float | str | None, backoff: str | None) -> list[str]:
    if delay == _DYNAMIC:
        return ["the code sets the pauses"]
    growth = _GROWTH.get(backoff or "", backoff or "")
    return [*([] if delay is None else [f"{length_text(delay)} apart"]), growth]


def _length(length: float | str | None) -> timedelta | None:
    """Return a length of time; None for one that is not known or is none."""
    try:
        span = parse_duration(length) if isinstance(length, str) else timedelta(milliseconds=length or 0)
    except (OverflowError, ValueError):
        return None
    return span if length is not None and span is not None and span >= timedelta(0) else None
