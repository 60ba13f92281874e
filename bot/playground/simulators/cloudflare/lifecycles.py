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

    beginning: InstanceRecord
    changes: tuple[StateChange, ...] = ()

    @property
    def forgotten_on(self) -> datetime:
        """When its retention is over."""
        ended_on = self.changes[-1].moment if self.changes else self.beginning.ended_on
        return (ended_on or self.beginning.modified_on) + RETENTION

    def at(self, now: datetime) -> InstanceRecord:
        """Give the instance as it stands at a moment."""
        place = self._past(now)
        if not place:
            return self.beginning
        change = self.changes[place - 1]
        return replace(
            self.beginning,
            status=change.status,
            modified_on=change.moment,
            started_on=self.beginning.started_on or self.changes[0].moment,
            ended_on=change.moment if change.status in ENDED_STATUSES else None,
            steps=change.steps,
            error=change.error,
            output=change.output,
        )

    def next_change(self, now: datetime) -> datetime:
        """Give the moment of its next change after this one; the last is to be forgotten."""
        place = self._past(now)
        return self.changes[place].moment if place < len(self.changes) else self.forgotten_on

    def _past(self, now: datetime) -> int:
        """Count the chapters begun by now: of several at one moment the last is what is seen."""
        return bisect_right(self.changes, now, key=_MOMENT)
