"""The life of one instance of a moving account: all its changes, known before they happen."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final, NamedTuple

from bot.playground.simulators.cloudflare.model import ENDED_STATUSES, InstanceRecord
from bot.playground.simulators.cloudflare.steps import Failure, StepRecord

RETENTION: Final = timedelta(days=7)
"""How long an instance is kept after it ended."""

LONGEST_LIFECYCLE: Final = timedelta(hours=16)
"""No instance that starts while the account moves takes as long to end."""

_MOMENT: Final = attrgetter("moment")


class StateChange(NamedTuple):
    """One change: when it happens, and how the instance stands after it."""

    moment: datetime
    status: str
    steps: tuple[StepRecord, ...]
    error: Failure | None = None
    output: str | None = None


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How an instance stands at first, and what becomes of it; an ended one has no chapters left."""

    initial: InstanceRecord
    changes: tuple[StateChange, ...] = ()

    @property
    def expires_on(self) -> datetime:
        """When its retention is over."""
        ended_on = self.changes[-1].moment if self.changes else self.initial.ended_on
        return (ended_on or self.initial.modified_on) + RETENTION

    def state_at(self, now: datetime) -> InstanceRecord:
        """Give the instance as it stands at a moment."""
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
        """Give the moment of its next change after this one; the last is to be forgotten."""
        count = self._count_changes(now)
        return self.changes[count].moment if count < len(self.changes) else self.expires_on

    def _count_changes(self, now: datetime) -> int:
        """Count the chapters begun by now: of several at one moment the last is what is seen."""
        return bisect_right(self.changes, now, key=_MOMENT)
