"""Why an instance failed, and which failures have one cause. Pure: digests, triage and alerts group alike.

The detail of a failed instance has an error that the engine may have wrapped. What the author's code raised
is the error of the last attempt of the step that failed.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from bot.cloudflare.folding import fold_name, fold_text
from bot.cloudflare.instance_models import InstanceDetail, InstanceError, Step

_MOST_REMEMBERED: Final = 8_192
"""Fingerprints: more than one look has."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_COUNTER: Final = re.compile(r"-\d+$")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an instance failed.

    Attributes:
        step: the author's name of the step that failed; None where no step did, or none is known.
        name: the name of the error; None where it has none.
        message: what the error says; None likewise.
    """

    step: str | None = None
    name: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What failures of one cause have in common.

    Attributes:
        step: the step of the cause, folded; None if it has none.
        name: the name of its error, likewise.
        message: its message, likewise.
    """

    step: str | None
    name: str | None
    message: str | None

    @property
    def key(self) -> str:
        """Return a short name of it, which buttons and commands carry: 10 hexadecimal digits."""
        parts = repr((self.step, self.name, self.message))
        return hashlib.blake2b(parts.encode(errors="replace"), digest_size=5).hexdigest()


def cause_of(detail: InstanceDetail) -> Cause:
    """Return why an instance failed, by its detail with its steps.

    A step that failed is not the cause if the workflow caught its error and went on: a later step succeeded,
    and the instance's own error is another. Where the step's error says nothing, as that of a wait for an
    event that timed out, the instance's own error does.
    """
    own = detail.error or InstanceError()
    step = failed_step(detail)
    if step is None:
        return Cause(None, own.name, own.message)
    error = error_of(step) or own
    said = error.message or (own.message or "").removeprefix(f"{error.name}: ") or None
    return Cause(step_name(step.name), error.name or own.name, said)


def failed_step(detail: InstanceDetail) -> Step | None:
    """Return the step that an instance failed in; None where no step did, or its code went on behind it."""
    own = detail.error or InstanceError()
    failed = sorted(filter(has_failed, detail.steps), key=lambda step: step.end or _NEVER)
    if not failed:
        return None
    raised = [step for step in failed if _is_repeated(error_of(step), own)]
    step = (raised or failed)[-1]
    if not raised and own != InstanceError() and _went_on(detail.steps, step):
        return None
    return step


def step_name(name: str) -> str:
    """Return a step's name as its author wrote it; the API appends `-1` to the first of a name, and so on."""
    return _COUNTER.sub("", name, count=1)


@lru_cache(maxsize=_MOST_REMEMBERED)
def fingerprint(cause: Cause) -> Fingerprint:
    """Return what failures of the same cause have in common.

    Ids, numbers, times, addresses and what stands in quotes are folded in the step, in the error's name and
    in its message. Codes and statuses stay: `HTTP 500` is another cause than `HTTP 404`.

    It takes most of a millisecond for a text of a thousand characters, and nothing the second time.
    """
    step, name, message = cause.step, cause.name, cause.message
    return Fingerprint(
        step if step is None else fold_text(step),
        name if name is None else fold_name(name),
        message if message is None else fold_text(message),
    )


def cause_key(cause: Cause) -> str:
    """Return the key of a cause's fingerprint: what `cause:KEY` asks for."""
    return fingerprint(cause).key


def has_failed(step: Step) -> bool:
    """Return whether a step failed by itself; a step that was rolled back afterwards is no cause."""
    return step.type != "rollback" and (step.success is False or step.error is not None)


def error_of(step: Step) -> InstanceError | None:
    """Return why a step failed: the error of its last attempt, or its own."""
    last = step.attempts[-1].error if step.attempts else None
    return last or step.error


def _is_repeated(error: InstanceError | None, own: InstanceError) -> bool:
    """Return whether an instance's own error is that of a step, or quotes it."""
    return error is not None and bool(error.message) and (error.message or "") in (own.message or "")


def _went_on(steps: Iterable[Step], failed: Step) -> bool:
    """Return whether a step succeeded that began after another one had failed."""
    end = failed.end
    return end is not None and any(
        step.success is True and step.type != "rollback" and step.start is not None and step.start >= end
        for step in steps
    )
