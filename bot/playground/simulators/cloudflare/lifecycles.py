"""The lifecycle of one instance of a live account: all its state changes, generated in advance."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final, NamedTuple

from bot.playground.simulators.cloudflare.model import ENDED_STATUSES, InstanceRecord
from bot.playground.simulators.cloudflare.steps import Failure, StepRecord

RETENTION: Final = timedelta(days=7)
"""The time that an instance is kept after its end."""

LONGEST_LIFECYCLE: Final = timedelta(hours=16)
"""An upper bound for the duration of an instance in a live account."""

_MOMENT: Final = attrgetter("moment")


class StateChange(NamedTuple):
    """A change of an instance: its time, and the state after it."""

    moment: datetime
    status: str
    steps: tuple[StepRecord, ...]
    error: Failure | None = None
    output: str | None = None


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The initial state of an instance, and its changes; an ended instance has none."""

    initial: InstanceRecord
    changes: tuple[StateChange, ...] = ()

    @property
    def expires_on(self) -> datetime:
        """The end of its retention."""
        ended_on = self.changes[-1].moment if self.changes else self.initial.ended_on
        return (ended_on or self.initial.modified_on) + RETENTION

    def state_at(self, now: datetime) -> InstanceRecord:
        """Return the state of the instance at a time."""
        count = self._count_changes(now)
        if not count:
            return self.initial
        change = self.changes[count - 1]
        return replace(
            self.initial,
            status=change.status,
            modified_on=change.moment,
            started_on=self.initial.started_on or self.changes[0].moment,
            ended_on=change.moment if change.status in ENDED_STATUSES else None,
            steps=change.steps,
            error=change.error,
            output=change.output,
        )

    def next_change_after(self, now: datetime) -> datetime:
        """Return the time of the next change; the last change is its removal."""
        count = self._count_changes(now)
        return self.changes[count].moment if count < len(self.changes) else self.expires_on

    def _count_changes(self, now: datetime) -> int:
        """Count the changes up to now; the last of several simultaneous ones is visible."""
        return bisect_right(self.changes, now, key=_MOMENT)
