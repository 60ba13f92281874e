"""The steps of an instance with their attempts and errors, as its description shows them.

Steps are named tuples: a live account makes millions of them, in a third of the time of dataclasses.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from bot.playground.simulators.cloudflare.wire import JsonObject, timestamp, timestamp_or_null

Backoff: TypeAlias = Literal["constant", "linear", "exponential"]

MOST_SHOWN: Final = 1024
"""Characters of an output in a description."""
REDACTED: Final = "[REDACTED]"
"""What is shown of an output that its author calls sensitive."""
DYNAMIC: Final = "[dynamic]"
"""The delay of a step whose code works it out."""
_DYNAMIC_SECONDS: Final = 7
_UNIT_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600}


@dataclass(frozen=True, slots=True)
class Failure:
    """A JavaScript error; ``message`` is the author's text and may contain anything."""

    name: str
    message: str

    def to_json(self) -> JsonObject:
        """Return the ``{name, message}`` object."""
        return {"name": self.name, "message": self.message}


def failure_or_null(failure: Failure | None) -> JsonObject | None:
    """Return the ``{name, message}`` object, or null without a failure."""
    return None if failure is None else failure.to_json()


def _value(output: str | None) -> Any:  # noqa: ANN401  any JSON value
    """Return an output as the value that it is the JSON of; descriptions hold its text."""
    return None if output is None else json.loads(output)


def _shown(output: str | None) -> str | None:
    """Return an output as a description shows it: about 1,000 characters of it.

    That it is cut was seen by others; the exact length and words of the mark are not known.
    """
    if output is None or len(output) <= MOST_SHOWN:
        return output
    return f"{output[:MOST_SHOWN]}[truncated, {len(output) - MOST_SHOWN} more characters]"


class Attempt(NamedTuple):
    """An attempt of a step; ``end`` and ``success`` are null while it runs."""

    start: datetime
    end: datetime | None = None
    success: bool | None = None
    error: Failure | None = None

    def to_json(self) -> JsonObject:
        """Return one element of ``attempts``."""
        return {
            "start": timestamp(self.start),
            "end": timestamp_or_null(self.end),
            "success": self.success,
            "error": failure_or_null(self.error),
        }


def delay_after(attempt: int, delay: str | int, backoff: Backoff | None) -> float:
    """Return the seconds between an attempt, counted from 1, and the next, by the attributes of a `Step`."""
    if delay == DYNAMIC:
        first: float = _DYNAMIC_SECONDS
    elif isinstance(delay, int):
        first = delay / 1000
    else:
        number, unit = delay.split()
        first = int(number) * _UNIT_SECONDS[unit.removesuffix("s")]
    factors: dict[str | None, int] = {"exponential": 2 ** (attempt - 1), "linear": attempt}
    return first * factors.get(backoff, 1)


class Step(NamedTuple):
    """A ``step.do``; its ``kind`` is ``rollback`` if the engine rolls back an earlier one.

    Attributes:
        retries: How often it is tried again after the first attempt.
        delay: Before the first of them: milliseconds, words as ``10 seconds``, or `DYNAMIC`.
        sensitive: Whether its output is hidden.
        waits: Whether its last attempt failed and another one follows.
    """

    name: str
    attempts: tuple[Attempt, ...]
    output: str | None = None
    kind: Literal["step", "rollback"] = "step"
    retries: int = 5
    delay: str | int = 1000
    backoff: Backoff | None = "exponential"
    timeout: str | int = "10 minutes"
    sensitive: bool = False
    waits: bool = False

    @property
    def success(self) -> bool | None:
        """Whether it succeeded; None while it runs or waits for its next attempt."""
        return None if self.waits else self.attempts[-1].success

    def delay_after(self, attempt: int) -> float:
        """Return the seconds between an attempt, counted from 1, and the next."""
        return delay_after(attempt, self.delay, self.backoff)

    def result_of(self, attempt: Attempt) -> JsonObject:
        """Return an attempt with its whole output or its error."""
        status = {None: "running", True: "complete", False: "errored"}[attempt.success]
        value = REDACTED if self.sensitive else _value(self.output)
        output = {"output": value} if attempt.success else {}
        return {"status": status, "error": failure_or_null(attempt.error), **output}

    def to_json(self) -> JsonObject:
        """Return the element of ``steps``; start, end and success are those of the attempts."""
        retries: JsonObject = {"limit": self.retries, "delay": self.delay}
        if self.backoff is not None:
            retries["backoff"] = self.backoff
        config: JsonObject = {"retries": retries, "timeout": self.timeout}
        if self.sensitive:
            config["sensitive"] = "output"
        return {
            "type": self.kind,
            "name": self.name,
            "start": timestamp(self.attempts[0].start),
            "end": None if self.success is None else timestamp_or_null(self.attempts[-1].end),
            "success": self.success,
            "attempts": [attempt.to_json() for attempt in self.attempts],
            "config": config,
            "output": REDACTED if self.sensitive and self.output is not None else _shown(self.output),
        }


class Sleep(NamedTuple):
    """A ``step.sleep``; ``end`` is its end, even while it still sleeps."""

    name: str
    start: datetime
    end: datetime
    finished: bool = True
    error: Failure | None = None

    def to_json(self) -> JsonObject:
        """Return the element of ``steps``."""
        return {
            "type": "sleep",
            "name": self.name,
            "start": timestamp(self.start),
            "end": timestamp(self.end),
            "finished": self.finished,
            "error": failure_or_null(self.error),
        }


class WaitForEvent(NamedTuple):
    """A ``step.waitForEvent``; ``end`` is its deadline until the event comes."""

    name: str
    start: datetime
    end: datetime
    event_type: str
    finished: bool = True
    error: Failure | None = None
    output: str | None = None

    def result(self) -> JsonObject:
        """Return the step with the whole payload of its event, or its error."""
        ended = "complete" if self.error is None else "errored"
        status = ended if self.finished else "waiting"
        output = {"output": _value(self.output)} if status == "complete" else {}
        return {
            "status": status,
            "error": failure_or_null(self.error),
            "event_type": self.event_type,
            **output,
        }

    def to_json(self) -> JsonObject:
        """Return the element of ``steps``."""
        return {
            "type": "waitForEvent",
            "name": self.name,
            "start": timestamp(self.start),
            "end": timestamp(self.end),
            "finished": self.finished,
            "error": failure_or_null(self.error),
            "output": _shown(self.output),
            "event_type": self.event_type,
        }


@dataclass(frozen=True, slots=True)
class Termination:
    """The last step of a terminated instance; ``source`` is its initiator, for instance ``user``."""

    source: str = "user"

    def to_json(self) -> JsonObject:
        """Return the element of ``steps``."""
        return {"type": "termination", "trigger": {"source": self.source}}


StepRecord: TypeAlias = Step | Sleep | WaitForEvent | Termination
