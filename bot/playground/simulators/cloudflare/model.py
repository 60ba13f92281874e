"""Workflows and instances of a simulated account, and their JSON.

Source: the API reference of ``GET /accounts/{account_id}/workflows`` and related pages, as the official
SDK 5.9 types them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from bot.playground.simulators.cloudflare.envelope import step_not_found
from bot.playground.simulators.cloudflare.many_steps import ManySteps
from bot.playground.simulators.cloudflare.steps import (
    Failure,
    Step,
    StepRecord,
    WaitForEvent,
    failure_or_null,
)
from bot.playground.simulators.cloudflare.wire import JsonObject, timestamp, timestamp_or_null

TriggerSource: TypeAlias = Literal["unknown", "api", "binding", "event", "cron"]

STATUSES: Final = (
    "queued",
    "running",
    "paused",
    "errored",
    "terminated",
    "complete",
    "waitingForPause",
    "waiting",
    "rollingBack",
)
"""The values that the ``status`` filter accepts. An instance may have others: the API's set is open."""

ENDED_STATUSES: Final = frozenset({"errored", "terminated", "complete"})


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron schedule that fires every ``period``, ``offset`` after midnight UTC."""

    line: str
    period: timedelta
    offset: timedelta = timedelta(0)

    def newest_slot(self, now: datetime) -> datetime:
        """Return the time at which it last fired."""
        first = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC) + self.offset
        return first + (now - first) // self.period * self.period

    def to_json(self, now: datetime) -> JsonObject:
        """Return the element of a workflow's ``schedules``; the SDK types ``next_instance`` as a string."""
        return {"cron": self.line, "next_instance": timestamp(self.newest_slot(now) + self.period)}


@dataclass(frozen=True, slots=True)
class Schedule:
    """The cron schedule that started an instance, and its slot."""

    cron: str
    scheduled_time: datetime

    def to_json(self) -> JsonObject:
        """Return ``schedule`` of a described instance; ``scheduledTime`` is in milliseconds since 1970."""
        return {"cron": self.cron, "scheduledTime": int(self.scheduled_time.timestamp() * 1000)}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRecord:
    """A workflow, without its instances."""

    name: str
    id: str
    class_name: str
    script_name: str
    version_id: str
    created_on: datetime
    modified_on: datetime
    crons: tuple[Cron, ...] = ()

    def to_json(self, counts: Mapping[str, int], triggered_on: datetime | None, now: datetime) -> JsonObject:
        """Return the row with the counts of all statuses, including zeros."""
        row: JsonObject = {
            "id": self.id,
            "name": self.name,
            "class_name": self.class_name,
            "script_name": self.script_name,
            "created_on": timestamp(self.created_on),
            "modified_on": timestamp(self.modified_on),
            "triggered_on": timestamp_or_null(triggered_on),
            "instances": dict.fromkeys(STATUSES, 0) | dict(counts),
        }
        if self.crons:
            row["schedules"] = [cron.to_json(now) for cron in self.crons]
        return row

    def version_to_json(self, version_id: str, created_on: datetime) -> JsonObject:
        """Return a version; it has no graph, which Cloudflare makes of the code."""
        return {
            "id": version_id,
            "class_name": self.class_name,
            "created_on": timestamp(created_on),
            "modified_on": timestamp(created_on),
            "has_dag": False,
            "language": "javascript",
            "workflow_id": self.id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRecord:
    """An instance: the fields of lists and of descriptions."""

    id: str
    workflow_id: str
    version_id: str
    status: str
    created_on: datetime
    modified_on: datetime
    started_on: datetime | None
    ended_on: datetime | None
    trigger_source: TriggerSource = "api"
    params: Any = field(default_factory=dict)
    output: str | int | float | None = None
    error: Failure | None = None
    steps: Sequence[StepRecord] = ()
    schedule: Schedule | None = None

    @property
    def key(self) -> tuple[datetime, str]:
        """The sort key of the instance, oldest first."""
        return self.created_on, self.id

    @property
    def success(self) -> bool | None:
        """Whether it completed; None until it has ended."""
        return self.status == "complete" if self.status in ENDED_STATUSES else None

    @property
    def rollback(self) -> JsonObject | None:
        """The outcome of its rollback, once the rollback has ended."""
        if self.status not in ENDED_STATUSES or isinstance(self.steps, ManySteps):
            return None
        rolled_back = [step for step in self.steps if isinstance(step, Step) and step.kind == "rollback"]
        if not rolled_back:
            return None
        last = rolled_back[-1].attempts[-1]
        return {"outcome": "complete" if last.success else "failed", "error": failure_or_null(last.error)}

    def step_result(self, name: str, kind: str, attempt: int | None) -> JsonObject:
        """Return a step or one of its attempts, with its whole output or its error.

        Raises:
            ApiError: 404; there is no such step or attempt.
        """
        for step in self.steps:
            match step:
                case Step(name=known, attempts=attempts) if (known, kind) == (name, "step"):
                    if attempt is None or attempt <= len(attempts):
                        return step.result_of(attempts[-1 if attempt is None else attempt - 1])
                case WaitForEvent(name=known) if (known, kind) == (name, "waitForEvent"):
                    return step.result()
        raise step_not_found()

    def to_row(self) -> JsonObject:
        """Return the element of an instance list; it has no error text, as in production."""
        return {
            "id": self.id,
            "status": self.status,
            "created_on": timestamp(self.created_on),
            "modified_on": timestamp(self.modified_on),
            "started_on": timestamp_or_null(self.started_on),
            "ended_on": timestamp_or_null(self.ended_on),
            "version_id": self.version_id,
            "workflow_id": self.workflow_id,
            "trigger_source": self.trigger_source,
        }

    def to_description(self) -> JsonObject:
        """Return the description of the instance without its steps; it has their count.

        ``output`` is null until there is one. That is inferred: the official SDK types it as never null.
        """
        description: JsonObject = {
            "status": self.status,
            "params": self.params,
            "queued": timestamp(self.created_on),
            "start": timestamp_or_null(self.started_on),
            "end": timestamp_or_null(self.ended_on),
            "output": self.output,
            "error": failure_or_null(self.error),
            "rollback": self.rollback,
            "success": self.success,
            "steps": [],
            "step_count": len(self.steps),
            "trigger": {"source": self.trigger_source},
            "versionId": self.version_id,
        }
        if self.schedule is not None:
            description["schedule"] = self.schedule.to_json()
        return description
