"""A live account: instances start, change, end and expire as its clock advances.

The state depends on the time only, not on earlier requests: a lifecycle is generated completely when its
instance starts, and a request only selects the current state.
"""

from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import count
from typing import NamedTuple

from bot.playground.simulators.cloudflare.instance_source import InstanceSource
from bot.playground.simulators.cloudflare.lifecycles import Lifecycle
from bot.playground.simulators.cloudflare.model import InstanceRecord
from bot.playground.simulators.cloudflare.profiles import PROFILES
from bot.playground.simulators.cloudflare.records import Records, StoredWorkflow
from bot.playground.simulators.cloudflare.wire import to_milliseconds


class _Due(NamedTuple):
    """The next change of an instance; ``shown`` is its state until then."""

    moment: datetime
    serial: int
    workflow: StoredWorkflow
    lifecycle: Lifecycle
    shown: InstanceRecord


class LiveAccount:
    """Advances a seeded account from the time of its seeding.

    Seeded instances that ended before the retention period are removed at the first request.
    """

    def __init__(self, records: Records, seed: int, start: datetime) -> None:
        start = to_milliseconds(start)
        self._serials = count()
        self._sources = [
            InstanceSource(profile, records.find(profile.name), seed, start) for profile in PROFILES
        ]
        self._due = [
            self._next_change(instance_source.workflow, lifecycle, start)
            for instance_source in self._sources
            for lifecycle in instance_source.continue_seeded()
        ]
        heapify(self._due)

    def advance(self, now: datetime) -> None:
        """Apply all changes that are due; a clock that was set back changes nothing.

        It is cheap if nothing is due. After a long pause each instance changes to its current state at once,
        and most of the instances that have expired meanwhile are never created.
        """
        for instance_source in self._sources:
            for lifecycle in instance_source.start_due(now):
                self._show(instance_source.workflow, lifecycle, now)
        while self._due and self._due[0].moment <= now:
            due = heappop(self._due)
            if due.workflow.by_id.get(due.shown.id) is not due.shown:
                continue  # a test changed or removed it, which ends its lifecycle
            if now < due.lifecycle.expires_on:
                self._show(due.workflow, due.lifecycle, now)
            else:
                due.workflow.remove(due.shown.id)

    def _show(self, workflow: StoredWorkflow, lifecycle: Lifecycle, now: datetime) -> None:
        change = self._next_change(workflow, lifecycle, now)
        workflow.put(change.shown)
        heappush(self._due, change)

    def _next_change(self, workflow: StoredWorkflow, lifecycle: Lifecycle, now: datetime) -> _Due:
        shown = lifecycle.state_at(now)
        rest = (
            lifecycle if shown.ended_on is None else Lifecycle(shown)
        )  # an ended instance has no more changes
        return _Due(lifecycle.next_change_after(now), next(self._serials), workflow, rest, shown)
