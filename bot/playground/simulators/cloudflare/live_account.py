"""What happens in a moving account: instances start, change, end and are forgotten as its clock goes on.

How the account stands follows from the moment alone, never from who looked before: a life is told in full
when it begins, and looking only turns to the chapter of the moment.
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
    """The next change of an instance; ``shown`` is how the account shows it until then."""

    moment: datetime
    serial: int
    workflow: StoredWorkflow
    lifecycle: Lifecycle
    shown: InstanceRecord


class LiveAccount:
    """Moves a seeded account on from the moment it was seeded at.

    The few seeded instances that ended longer ago than the retention are forgotten at the first look.
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
        """Let happen what is due by now; a clock that was set back changes nothing.

        It costs next to nothing where nothing is due. After a long sleep each instance turns to its present
        state at once, and most of those that were forgotten meanwhile never start.
        """
        for instance_source in self._sources:
            for lifecycle in instance_source.start_due(now):
                self._show(instance_source.workflow, lifecycle, now)
        while self._due and self._due[0].moment <= now:
            due = heappop(self._due)
            if due.workflow.by_id.get(due.shown.id) is not due.shown:
                continue  # somebody changed or removed it: its life is theirs now
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
        )  # of what has ended nothing else is needed
        return _Due(lifecycle.next_change_after(now), next(self._serials), workflow, rest, shown)
