"""The steps of an instance with their attempts and errors, as its description shows them."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from bot.playground.simulators.cloudflare.wire import JsonObject, timestamp, timestamp_or_null


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


@dataclass(frozen=True, slots=True)
class Attempt:
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


@dataclass(frozen=True, slots=True)
class Step:
    """A ``step.do``; its ``kind`` is ``rollback`` if the engine rolls back an earlier one."""

    name: str
    attempts: tuple[Attempt, ...]
    output: str | None = None
    kind: Literal["step", "rollback"] = "step"
    retries: int = 5
    delay: str | int = 1000
    backoff: Literal["constant", "linear", "exponential"] | None = "exponential"
    timeout: str | int = "10 minutes"

    def result_of(self, attempt: Attempt) -> JsonObject:
        """Return an attempt with its whole output or its error."""
        status = {None: "running", True: "complete", False: "errored"}[attempt.success]
        output = {"output": _value(self.output)} if attempt.success else {}
        return {"status": status, "error": failure_or_null(attempt.error), **output}

    def to_json(self) -> JsonObject:
        """Return the element of ``steps``; start, end and success are those of the attempts."""
        last = self.attempts[-1]
        retries = {"limit": self.retries, "delay": self.delay}
        if self.backoff is not None:
            retries["backoff"] = self.backoff
        return {
            "type": self.kind,
            "name": self.name,
            "start": timestamp(self.attempts[0].start),
            "end": timestamp_or_null(last.end),
            "success": last.success,
            "attempts": [attempt.to_json() for attempt in self.attempts],
            "config": {"retries": retries, "timeout": self.timeout},
            "output": self.output,
        }


@dataclass(frozen=True, slots=True)
class Sleep:
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


@dataclass(frozen=True, slots=True)
class WaitForEvent:
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
            "output": self.output,
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
