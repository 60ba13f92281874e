"""The workflows and instances of the simulated account."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import attrgetter, itemgetter
from typing import Any, Final, TypedDict
from uuid import NAMESPACE_URL, uuid5

from bot.playground.simulators.cloudflare.envelope import (
    instance_not_found,
    version_not_found,
    workflow_not_found,
)
from bot.playground.simulators.cloudflare.model import (
    ENDED_STATUSES,
    Cron,
    InstanceRecord,
    Schedule,
    TriggerSource,
    WorkflowRecord,
)
from bot.playground.simulators.cloudflare.steps import Failure, StepRecord
from bot.playground.simulators.cloudflare.wire import JsonObject, to_milliseconds

_START_DELAY: Final = timedelta(seconds=1)
_RUN_TIME: Final = timedelta(minutes=1)
_BY_KEY: Final = attrgetter("key")


class InstanceFields(TypedDict, total=False):
    """The optional fields of a new instance; the others are derived from its status."""

    id: str
    status: str
    created_on: datetime
    modified_on: datetime
    started_on: datetime | None
    ended_on: datetime | None
    version_id: str
    trigger_source: TriggerSource
    params: Any
    output: str | int | float | None
    error: Failure | None
    steps: Sequence[StepRecord]
    schedule: Schedule | None


@dataclass(slots=True)
class StoredWorkflow:
    """A workflow with its instances, oldest first."""

    record: WorkflowRecord
    instances: list[InstanceRecord] = field(default_factory=list)
    by_id: dict[str, InstanceRecord] = field(default_factory=dict)

    def put(self, instance: InstanceRecord) -> None:
        """Add an instance, or replace the one with its id."""
        known = self.by_id.get(instance.id)
        if known is not None and known.key == instance.key:
            self.instances[self._place(known)] = instance
        else:
            if known is not None:
                self.remove(instance.id)
            if self.instances and self.instances[-1].key > instance.key:
                insort(self.instances, instance, key=_BY_KEY)
            else:  # as nearly all are that start
                self.instances.append(instance)
        self.by_id[instance.id] = instance

    def remove(self, instance_id: str) -> None:
        """Remove an instance, as the end of its retention does."""
        del self.instances[self._place(self.by_id.pop(instance_id))]

    def find(self, instance_id: str) -> InstanceRecord:
        """Return the instance with this id.

        Raises:
            ApiError: 404 with code 10400.
        """
        if instance_id not in self.by_id:
            raise instance_not_found()
        return self.by_id[instance_id]

    def versions(self) -> list[JsonObject]:
        """Return the current version and those of its instances, newest first."""
        created_on: dict[str, datetime] = {}
        for instance in self.instances:  # oldest first
            created_on.setdefault(instance.version_id, instance.created_on)
        current = self.record.version_id
        older = sorted(
            (item for item in created_on.items() if item[0] != current), key=itemgetter(1), reverse=True
        )
        versions = [(current, self.record.modified_on), *older]
        return [self.record.version_to_json(version, moment) for version, moment in versions]

    def version(self, version_id: str) -> JsonObject:
        """Return the version with this id.

        Raises:
            ApiError: 404 with code 10300.
        """
        for version in self.versions():
            if version["id"] == version_id:
                return version
        raise version_not_found()

    def to_json(self, now: datetime) -> JsonObject:
        """Return the workflow's row with its instances counted by status."""
        counts = Counter(instance.status for instance in self.instances)
        return self.record.to_json(counts, self.instances[-1].created_on if self.instances else None, now)

    def _place(self, instance: InstanceRecord) -> int:
        return bisect_left(self.instances, instance.key, key=_BY_KEY)


@dataclass(slots=True)
class Records:
    """All workflows of the account by name."""

    by_name: dict[str, StoredWorkflow] = field(default_factory=dict)

    def find(self, name: str) -> StoredWorkflow:
        """Return the workflow with this name.

        Raises:
            ApiError: 404 with code 10200.
        """
        if name not in self.by_name:
            raise workflow_not_found()
        return self.by_name[name]

    def newest_first(self, search: str | None) -> Sequence[StoredWorkflow]:
        """Return the workflows whose name contains the search text, ignoring case."""
        wanted = (search or "").lower()
        found: Iterable[StoredWorkflow] = (w for name, w in self.by_name.items() if wanted in name.lower())
        return sorted(
            found, key=lambda workflow: (workflow.record.created_on, workflow.record.name), reverse=True
        )


def new_workflow(name: str, created_on: datetime, crons: tuple[Cron, ...] = ()) -> WorkflowRecord:
    """Create a workflow whose ids are derived from its name, so that they are the same in every run."""
    words = [word for word in name.replace("_", "-").split("-") if word]
    created_on = to_milliseconds(created_on)
    return WorkflowRecord(
        name=name,
        id=_id(name),
        class_name="".join(word.capitalize() for word in words),
        script_name=f"{name}-worker",
        version_id=version_id(name, 1),
        created_on=created_on,
        modified_on=created_on,
        crons=crons,
    )


def new_instance(workflow: StoredWorkflow, now: datetime, fields: InstanceFields) -> InstanceRecord:
    """Create an instance; missing times are derived from its status and creation."""
    status = fields.get("status", "complete")
    created_on = to_milliseconds(fields.get("created_on", now))
    default_start = None if status == "queued" else created_on + _START_DELAY
    started_on = fields.get("started_on", default_start)
    default_end = (started_on or created_on) + _RUN_TIME if status in ENDED_STATUSES else None
    ended_on = fields.get("ended_on", default_end)
    last_change = max(moment for moment in (created_on, started_on, ended_on) if moment is not None)
    rest = {name: value for name, value in fields.items() if name not in _DERIVED}
    return InstanceRecord(
        id=fields.get("id") or _id(f"{workflow.record.name}/instance/{len(workflow.by_id)}"),
        workflow_id=workflow.record.id,
        version_id=fields.get("version_id", workflow.record.version_id),
        status=status,
        created_on=created_on,
        modified_on=fields.get("modified_on", last_change),
        started_on=started_on,
        ended_on=ended_on,
        **rest,  # type: ignore[arg-type]  # the fields left are those both types share
    )


_DERIVED: Final = frozenset(
    {"id", "version_id", "status", "created_on", "modified_on", "started_on", "ended_on"},
)


def with_status(
    instance: InstanceRecord, status: str, now: datetime, error: Failure | None
) -> InstanceRecord:
    """Return an instance with another status, and with the start and end that the status implies."""
    now = to_milliseconds(now)
    return replace(
        instance,
        status=status,
        modified_on=now,
        started_on=None if status == "queued" else instance.started_on or now,
        ended_on=now if status in ENDED_STATUSES else None,
        error=error,
    )


def version_id(workflow: str, number: int) -> str:
    """Return the id of a workflow's version, whose number counts from 1."""
    return _id(f"{workflow}/version/{number}")


def _id(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"workflow:{name}"))
