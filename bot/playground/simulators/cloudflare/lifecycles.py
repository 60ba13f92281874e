"""The lifecycle of one instance of a live account, generated in advance: all its state changes and its steps.

Each step is made once, as it is in the end; how it was before is worked out for a state that is shown. A
lifecycle has dozens of states, and few of them are ever seen.
"""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final, NamedTuple

from bot.playground.simulators.cloudflare.model import ENDED_STATUSES, InstanceRecord
from bot.playground.simulators.cloudflare.steps import Attempt, Failure, Step, StepRecord

RETENTION: Final = timedelta(days=7)
"""The time that an instance is kept after its end."""

LONGEST_LIFECYCLE: Final = timedelta(hours=16)
"""An upper bound for the duration of an instance in a live account."""

_MOMENT: Final = attrgetter("moment")


class StateChange(NamedTuple):
    """A change of an instance: its time, and the state after it except for the steps."""

    moment: datetime
    status: str
    error: Failure | None = None
    output: str | None = None


class StepHistory(NamedTuple):
    """A step with its start and its end.

    Attributes:
        ended: The step as it is from its end on.
        pending: The step before that; None if its attempts tell what it was at each time.
    """

    start: datetime
    end: datetime
    ended: StepRecord
    pending: StepRecord | None = None

    def at(self, moment: datetime) -> StepRecord:
        """Return the step as it was at a time, from its start on."""
        if self.end <= moment:
            return self.ended
        if isinstance(self.ended, Step) and self.pending is None:
            return _rewind(self.ended, moment)
        return self.pending or self.ended


def _rewind(step: Step, moment: datetime) -> Step:
    """Return a step as it was when some of its attempts had not begun, or had not ended."""
    attempts = [attempt for attempt in step.attempts if attempt.start <= moment]
    last = attempts[-1]
    runs = last.end is not None and last.end > moment
    if runs:
        attempts[-1] = Attempt(last.start)
    return step._replace(attempts=tuple(attempts), output=None, waits=not runs)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The initial state of an instance, its changes, and its steps; an ended instance has no changes."""

    initial: InstanceRecord
    changes: tuple[StateChange, ...] = ()
    steps: tuple[StepHistory, ...] = ()

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
            steps=tuple(step.at(change.moment) for step in self.steps if step.start <= change.moment),
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
