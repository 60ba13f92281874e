"""What a simulated account holds, and how production writes it down as JSON.

Shapes: the API reference of ``GET /accounts/{account_id}/workflows`` and its neighbours, as the official
SDK 5.9 types them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from bot.playground.simulators.cloudflare.steps import Failure, StepRecord, failure_or_null
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
"""The values the ``status`` filter accepts. An instance may show others: the API's own set is open."""

ENDED_STATUSES: Final = frozenset({"errored", "terminated", "complete"})


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron line that fires every ``period``, ``offset`` after midnight UTC."""

    line: str
    period: timedelta
    offset: timedelta = timedelta(0)

    def newest_slot(self, now: datetime) -> datetime:
        """Give the moment it fired last."""
        first = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC) + self.offset
        return first + (now - first) // self.period * self.period

    def to_json(self, now: datetime) -> JsonObject:
        """Give the element of a workflow's ``schedules``; the SDK types ``next_instance`` as mere text."""
        return {"cron": self.line, "next_instance": timestamp(self.newest_slot(now) + self.period)}


@dataclass(frozen=True, slots=True)
class Schedule:
    """The cron line that started an instance, and the slot it was started for."""

    cron: str
    scheduled_time: datetime

    def to_json(self) -> JsonObject:
        """Give ``schedule`` of a described instance; ``scheduledTime`` is in milliseconds since 1970."""
        return {"cron": self.cron, "scheduledTime": int(self.scheduled_time.timestamp() * 1000)}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRecord:
    """One workflow of the account, without its instances."""

    name: str
    id: str
    class_name: str
    script_name: str
    version_id: str
    created_on: datetime
    modified_on: datetime
    crons: tuple[Cron, ...] = ()

    def to_json(self, counts: Mapping[str, int], triggered_on: datetime | None, now: datetime) -> JsonObject:
        """Give the row, counted by status: every status the API knows is named, also at zero."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRecord:
    """One instance: what a list shows of it, and what describing it adds."""

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
    steps: tuple[StepRecord, ...] = ()
    schedule: Schedule | None = None

    @property
    def key(self) -> tuple[datetime, str]:
        """The place of the instance among its workflow's, oldest first."""
        return self.created_on, self.id

    @property
    def success(self) -> bool | None:
        """Whether it ended well; null while it has not ended."""
        return self.status == "complete" if self.status in ENDED_STATUSES else None

    def to_row(self) -> JsonObject:
        """Give the element of an instance list; it holds no error text, as in production."""
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

    def to_description(self, *, with_steps: bool, newest_step_first: bool) -> JsonObject:
        """Give what describing the instance answers; without its steps, their count remains.

        ``output`` is null until there is one. That is inferred: the official SDK types it as never null.
        """
        steps = [step.to_json() for step in self.steps] if with_steps else []
        description: JsonObject = {
            "status": self.status,
            "params": self.params,
            "queued": timestamp(self.created_on),
            "start": timestamp_or_null(self.started_on),
            "end": timestamp_or_null(self.ended_on),
            "output": self.output,
            "error": failure_or_null(self.error),
            "success": self.success,
            "steps": steps[::-1] if newest_step_first else steps,
            "step_count": len(self.steps),
            "trigger": {"source": self.trigger_source},
            "versionId": self.version_id,
        }
        if self.schedule is not None:
            description["schedule"] = self.schedule.to_json()
        return description
