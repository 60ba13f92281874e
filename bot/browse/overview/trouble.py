"""What is wrong with a workflow: from counts, schedules, and when its failures ended. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final

from bot.browse.conditions import ERRORED
from bot.cloudflare.models import Status, Workflow

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
LAST_LOOK: Final = timedelta(minutes=5)
"""A look that is younger is this one: a refresh would else compare itself with what it refreshes."""

_QUEUED: Final = Status("queued")
SAMPLED: Final = (ERRORED, _QUEUED)
"""The statuses of which a sample keeps the counts."""
_GRACE: Final = timedelta(minutes=10)
"""A schedule that is late by less is not missed: its run may be on its way, and clocks differ."""
_LEAST_GROWTH: Final = 10
_GROWTH: Final = 1.5
"""A queue grows if it holds so many more, and so many times what it held."""


@dataclass(frozen=True, slots=True)
class CountSample:
    """How many instances an account had at a time.

    Attributes:
        at: when Cloudflare counted them.
        counts: by workflow, each that was counted, and by those statuses of `SAMPLED` that are not zero.
    """

    at: datetime
    counts: Mapping[str, Mapping[Status, int]]

    @classmethod
    def of(cls, rows: Iterable[Workflow], at: datetime) -> "CountSample":
        """Return the sample of some workflows, without those that were not counted."""
        counted = {row.name: row.instances for row in rows if row.instances is not None}
        return cls(
            at,
            {
                name: {status: counts[status] for status in SAMPLED if counts.get(status)}
                for name, counts in counted.items()
            },
        )


@dataclass(frozen=True, slots=True)
class Failures:
    """How many instances of a workflow failed lately.

    Attributes:
        hour: in the last hour.
        day: in the last 24 hours.
        complete: whether these are all; else there may be more.
    """

    hour: int
    day: int
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Rise:
    """How many more instances of a status there are than at a time.

    Attributes:
        by: how many more.
        since: than when.
        is_recent: whether that was in the last 24 hours.
    """

    by: int
    since: datetime
    is_recent: bool = True


class Trouble(IntEnum):
    """What may be wrong with a workflow, the worst first."""

    FAILING = 0
    MISSED = 1
    QUEUE = 2
    DELETED = 3
    ERRORED = 4
    """It has failures that are not known to be old, or old ones that the last look did not have."""


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A workflow in the overview.

    Attributes:
        workflow: what the API says of it.
        failures: how many failed lately; None where that was not read.
        since_look: how many more are errored than at the last look.
        in_day: how many more are errored than at the first look of the last 24 hours.
        queue: how many more are queued, if the queue grows.
        missed: when a run was due that has not started.
    """

    workflow: Workflow
    failures: Failures | None = None
    since_look: Rise | None = None
    in_day: Rise | None = None
    queue: Rise | None = None
    missed: datetime | None = None

    @property
    def name(self) -> str:
        """Return the workflow's name."""
        return self.workflow.name

    @property
    def errored(self) -> int:
        """Return how many of its instances are errored, as far as they were counted."""
        return (self.workflow.instances or {}).get(ERRORED, 0)

    @property
    def trouble(self) -> Trouble | None:
        """Return the worst of what is wrong with it; None if nothing is known to be."""
        rises = [rise for rise in (self.since_look, self.in_day) if rise is not None]
        if self._failed_in_day(rises):
            return Trouble.FAILING
        if self.missed is not None:
            return Trouble.MISSED
        if self.queue is not None:
            return Trouble.QUEUE
        if self.workflow.script_deleted:
            return Trouble.DELETED
        if self.errored and (rises or not self.none_in_day):
            return Trouble.ERRORED
        return None

    @property
    def none_in_day(self) -> bool:
        """Return whether it is known that none failed in the last day."""
        return self.failures is not None and self.failures.complete and not self.failures.day

    def _failed_in_day(self, rises: Sequence[Rise]) -> bool:
        """Return whether some failed in the last day; what rose from an earlier time may have, if unknown."""
        if self.failures is not None and self.failures.day:
            return True
        return any(rise.is_recent or not self.none_in_day for rise in rises)

    @property
    def asks_why(self) -> bool:
        """Return whether its failures are what is wrong with it."""
        return self.trouble in (Trouble.FAILING, Trouble.ERRORED)

    @property
    def failed_lately(self) -> int:
        """Return how many are known to have failed in the last day, or since the last look."""
        rises = (rise.by for rise in (self.since_look, self.in_day) if rise is not None)
        return max(*rises, self.failures.day if self.failures is not None else 0, 0)


def by_name(name: str) -> tuple[str, str]:
    """Return what names are sorted by."""
    return name.casefold(), name


def by_trouble(row: WorkflowRow) -> tuple[Any, ...]:
    """Return what rows are sorted by: trouble first, the worst before all, and the others by name."""
    if row.trouble is None:
        return (len(Trouble), 0, 0, 0, *by_name(row.name))
    hour = row.failures.hour if row.failures is not None else 0
    return (row.trouble, -hour, -row.failed_lately, -row.errored, *by_name(row.name))


def by_need_to_read(row: WorkflowRow) -> tuple[Any, ...]:
    """Return what rows are sorted by to read when their failures ended: likely new ones first."""
    started = row.workflow.triggered_on
    return (-row.failed_lately, started is None, -(started.timestamp() if started else 0), *by_name(row.name))


@dataclass(frozen=True, slots=True)
class Baselines:
    """Samples to compare counts with; None where there is no such one.

    Attributes:
        look: the last look.
        hour: the last one that is an hour old.
        day: the first one of the last 24 hours.
    """

    look: CountSample | None = None
    hour: CountSample | None = None
    day: CountSample | None = None

    @classmethod
    def of(cls, samples: Sequence[CountSample], now: datetime) -> "Baselines":
        """Choose from samples. Those later than now, of a clock that went back since, are none of them."""
        recent = [each for each in samples if now - DAY <= each.at <= now - LAST_LOOK]
        return cls(
            look=_latest(samples, now - LAST_LOOK),
            hour=_latest(samples, now - HOUR),
            day=min(recent, key=lambda each: each.at, default=None),
        )


def compare(
    workflow: Workflow, then: Baselines, now: datetime, failures: Failures | None = None
) -> WorkflowRow:
    """Return a row with what has changed; nothing is said where there is nothing to compare with.

    Args:
        workflow: as it is now.
        then: earlier counts of its account.
        now: when it was counted.
        failures: how many failed lately, if that is known.
    """
    counts = workflow.instances or {}
    is_errored, is_queued = counts.get(ERRORED, 0) > 0, counts.get(_QUEUED, 0) >= _LEAST_GROWTH
    return WorkflowRow(
        workflow,
        failures,
        since_look=_rise(workflow, then.look, ERRORED, now) if is_errored else None,
        in_day=_rise(workflow, then.day, ERRORED, now) if is_errored else None,
        queue=_growth(workflow, then, now) if is_queued else None,
        missed=_missed(workflow, now) if workflow.schedules else None,
    )


def _latest(samples: Sequence[CountSample], until: datetime) -> CountSample | None:
    return max((each for each in samples if each.at <= until), key=lambda each: each.at, default=None)


def _rise(workflow: Workflow, sample: CountSample | None, status: Status, now: datetime) -> Rise | None:
    """Return how many more there are than in a sample; None if not more, or if either was not counted."""
    before = None if sample is None else count_before(workflow, sample, status)
    if sample is None or before is None or workflow.instances is None:
        return None
    more = workflow.instances.get(status, 0) - before
    return Rise(more, sample.at, is_recent=now - sample.at <= DAY) if more > 0 else None


def count_before(workflow: Workflow, sample: CountSample, status: Status) -> int | None:
    """Return how many there were at a sample; None if they were not counted then."""
    counts = sample.counts.get(workflow.name)
    if counts is not None:
        return counts.get(status, 0)
    return 0 if workflow.created_on is not None and workflow.created_on > sample.at else None


def _growth(workflow: Workflow, then: Baselines, now: datetime) -> Rise | None:
    queued = (workflow.instances or {}).get(_QUEUED, 0)
    for sample in (then.hour, then.look):
        rise = _rise(workflow, sample, _QUEUED, now)
        if rise and rise.is_recent and rise.by >= _LEAST_GROWTH and queued >= _GROWTH * (queued - rise.by):
            return rise
    return None


def _missed(workflow: Workflow, now: datetime) -> datetime | None:
    """Return when the first run was due that has not started, nor any other since."""
    due = [each.next_instance for each in workflow.schedules or () if each.next_instance is not None]
    started = workflow.triggered_on
    late = (at for at in due if at < now - _GRACE and (started is None or started < at))
    return min(late, default=None)


def count_failures(ends: Iterable[datetime], now: datetime, *, complete: bool) -> Failures:
    """Count failures by when they ended."""
    ages = [now - end for end in ends]
    return Failures(
        hour=sum(age <= HOUR for age in ages), day=sum(age <= DAY for age in ages), complete=complete
    )
