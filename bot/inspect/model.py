"""One instance as it is shown: its id, a summary of its steps, and one page of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.cloudflare.instance_models import InstanceDetail, InstanceError
from bot.cloudflare.models import Instance, is_ended


@dataclass(frozen=True, slots=True)
class InstanceRef:
    """Which instance.

    Attributes:
        workflow: the workflow's name.
        instance: the instance's id.
        account: as settings name it; None means the default account.
    """

    workflow: str
    instance: str
    account: str | None = None


def row_of(instance: str, detail: InstanceDetail) -> Instance:
    """Return an instance as a list has it."""
    return Instance(
        id=instance,
        status=detail.status,
        created_on=detail.queued,
        started_on=detail.start,
        ended_on=detail.end,
        version_id=detail.version_id,
        trigger_source=detail.trigger.source if detail.trigger else None,
    )


class State(Enum):
    """How far a step is."""

    DONE = "done"
    FAILED = "failed"
    GOING = "going"
    STOPPED = "stopped"
    """It went on when its instance came to an end."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """A step in the timeline.

    Attributes:
        number: its place among all steps, from 1.
        kind: as the API calls it: `step`, `sleep`, `waitForEvent`, `rollback`, `termination`, or a new word.
        name: as its author wrote it, and ` #2` where a name comes a second time; empty for a termination.
        state: how far it is.
        start: when it began.
        end: when it ended, or the planned end of a sleep or wait that goes on.
        attempts: how often it was tried; 0 where that is not told.
        event_type: what a wait waits for.
        source: who ended the instance, of a termination.
    """

    number: int
    kind: str
    name: str
    state: State
    start: datetime | None = None
    end: datetime | None = None
    attempts: int = 0
    event_type: str | None = None
    source: str | None = None

    def last_moment(self, until: datetime) -> datetime | None:
        """Return when it ended; `until` for what goes on, or went on when its instance ended."""
        return until if self.state in (State.GOING, State.STOPPED) else self.end


@dataclass(frozen=True, slots=True)
class AttemptGroup:
    """Attempts in a row that came to the same.

    Attributes:
        first: the number of the first one, from 1.
        starts: when each began.
        spans: how long each took; None where that is not known.
        error: why they failed; None for one that did not fail.
        is_going: it runs now; it is alone in its group.
    """

    first: int
    starts: tuple[datetime | None, ...]
    spans: tuple[timedelta | None, ...]
    error: InstanceError | None = None
    is_going: bool = False

    @property
    def last(self) -> int:
        """The number of the last one."""
        return self.first + len(self.starts) - 1


@dataclass(frozen=True, slots=True)
class KeyStep:
    """The step that matters most: the one that failed, or the one that goes on.

    Attributes:
        entry: the step.
        error: why it failed, or why its last attempt did.
        groups: its attempts.
        most_attempts: how many it may have; None where that is not known.
        retries: its retry settings in words; empty where it has none.
        next_at: about when it is tried again; None where that is not known, or it is not.
    """

    entry: TimelineStep
    error: InstanceError | None = None
    groups: tuple[AttemptGroup, ...] = ()
    most_attempts: int | None = None
    retries: str = ""
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepSummary:
    """What all steps of an instance come to.

    Attributes:
        total: how many there are.
        own: how many of them the workflow's code asked for: all but rollbacks and terminations.
        failures: how many of them failed.
        first_failed: the place of the first of those, from 0.
        first_going: the place of the first that goes on, from 0.
    """

    total: int
    own: int
    failures: int = 0
    first_failed: int | None = None
    first_going: int | None = None


@dataclass(frozen=True, slots=True)
class StepPage:
    """Some steps in a row.

    Attributes:
        entries: the steps.
        first: the place of the first one among all, from 0.
        scale: from when to when their bars reach; None where no step has a time.
    """

    entries: Sequence[TimelineStep]
    first: int = 0
    scale: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class InstanceView:
    """One instance, ready to be shown.

    Attributes:
        subject: which one.
        detail: all that the API says of it.
        summary: what its steps come to.
        key_step: the step that matters most, if any.
        page: the steps that are shown.
        now: when it was looked at.
        version_since: since when its version is there; None where that is not known.
    """

    subject: InstanceRef
    detail: InstanceDetail
    summary: StepSummary
    key_step: KeyStep | None
    page: StepPage
    now: datetime
    version_since: datetime | None = None

    @property
    def until(self) -> datetime:
        """Return until when its steps may have gone on."""
        return ends_at(self.detail, self.now)


def ends_at(detail: InstanceDetail, now: datetime) -> datetime:
    """Return when an instance ended, or now."""
    return (detail.end or now) if is_ended(detail.status) else now
