"""What statistics say of workflows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from bot.browse.selection import Selection
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.models import Status, WorkflowList
from bot.stats.statistics import Rate, Spread


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Instances of which it is not known yet how long something takes: they are in no spread.

    Attributes:
        count: how many.
        longest: how long it has taken so far at most; None where that is not known.
    """

    count: int = 0
    longest: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Runs:
    """What some instances come to.

    Attributes:
        count: how many there are.
        by_status: how many of each status; None is the status of those that have none.
        queue: from the creation to the start, of those that started.
        run: from the start to the end, of those that completed; others end early, or late.
        queued: those that have not started.
        going: those that started and have not ended.
        untimed: how many of those that completed do not say when they started or ended.
    """

    count: int
    by_status: Mapping[Status | None, int]
    queue: Spread
    run: Spread
    queued: Unfinished
    going: Unfinished
    untimed: int

    @property
    def completed(self) -> int:
        """Return how many completed."""
        return self.by_status.get(Status("complete"), 0)

    @property
    def failed(self) -> int:
        """Return how many failed."""
        return self.by_status.get(Status("errored"), 0)

    @property
    def terminated(self) -> int:
        """Return how many were terminated."""
        return self.by_status.get(Status("terminated"), 0)

    @property
    def failures(self) -> Rate:
        """Return how many failed of those that ended by themselves: no rate counts what was terminated."""
        return Rate(self.failed, self.failed + self.completed)


@dataclass(frozen=True, slots=True)
class VersionRuns:
    """What the instances of one version come to.

    Attributes:
        version: its id.
        first: when the first of them was created that was seen.
        runs: what they come to.
        is_worse: more of them failed than of all others, by more than chance makes likely.
    """

    version: str
    first: datetime
    runs: Runs
    is_worse: bool = False


@dataclass(frozen=True, slots=True)
class StepRuns:
    """What the runs of one step come to.

    Attributes:
        name: as its author wrote it, of the first one that was seen.
        runs: how often it ran.
        troubled: how many of these runs needed more than one attempt, or failed.
        took: from the start to the end of a run with all its attempts, of those that succeeded.
    """

    name: str
    runs: int
    troubled: Rate
    took: Spread


@dataclass(frozen=True, slots=True)
class StepSample:
    """The steps of some instances.

    Attributes:
        read: of how many instances the steps were read.
        of: how many instances they were chosen from, evenly.
        steps: each step that was seen.
        is_cut: some instances have more steps than were looked at.
        error: why no more instances were read; None where nothing went wrong.
    """

    read: int
    of: int
    steps: Sequence[StepRuns]
    is_cut: bool = False
    error: CloudflareError | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """The instances that were created within a stretch of time.

    Attributes:
        start: when it begins; it ends where the next one begins.
        runs: how many were created.
        failed: how many of them failed.
    """

    start: datetime
    runs: int
    failed: int


@dataclass(frozen=True, slots=True)
class Seen:
    """How much of a workflow's list was read, the newest first.

    Attributes:
        is_all: all of it that lies within the time.
        oldest: the creation of the oldest instance; None where none has a time.
        error: why no more was read; None where nothing went wrong.
    """

    is_all: bool
    oldest: datetime | None
    error: CloudflareError | None = None


@dataclass(frozen=True, slots=True)
class WorkflowStats:
    """What was seen of one workflow.

    Attributes:
        workflow: its name.
        runs: what its instances come to.
        seen: how many of them were looked at.
    """

    workflow: str
    runs: Runs
    seen: Seen


@dataclass(frozen=True, slots=True)
class Estimate:
    """What Cloudflare's analytics counted, which is sampled where there is much, and some minutes late.

    Attributes:
        started: about how many instances were created within the time, by workflow.
        ended: about how many of those that ended by themselves within the time failed, by workflow.
        buckets: both over time.
        mean: about how long a run took that completed; None where that is not known.
    """

    started: Mapping[str, int]
    ended: Mapping[str, Rate]
    buckets: Sequence[Bucket]
    mean: timedelta | None = None


@dataclass(frozen=True, slots=True)
class StatsQuery:
    """What statistics are asked for.

    Attributes:
        selection: which instances, with a `since`.
        names: of the workflows among them that the person may see.
        listed: all workflows of the account.
        zone: whose days a chart over days has.
    """

    selection: Selection
    names: tuple[str, ...]
    listed: WorkflowList
    zone: tzinfo

    def bounds(self, now: datetime) -> tuple[datetime, datetime]:
        """Return when the time begins and ends, which is no later than `now`.

        Raises:
            ValueError: the selection does not say when it begins.
        """
        since, until = self.selection.since, self.selection.until
        if since is None:
            raise ValueError("statistics begin somewhere")
        return since.at, now if until is None else min(until.at, now)


@dataclass(frozen=True, slots=True)
class Stats:
    """Statistics as they are shown.

    Attributes:
        asked: what was asked.
        account: the account's name.
        since: where the time begins.
        until: where it ends: the moment of asking, if no earlier one was asked for.
        workflows: what was seen of each one, the worst first.
        total: what all instances come to.
        buckets: over time, as far as every list was read.
        versions: the newest first, of a single workflow.
        steps: of a single workflow; None where none were read.
        estimate: what analytics say; None where they were not asked, or gave nothing.
        unread: workflows that could not be read, and why.
        left_out: how many workflows were not read as they are too many.
        unlisted: the account may have more workflows than could be listed.
        unread_rows: instances that could not be read in full, or do not say when they were created.
        idle: how many were not read as the account counts no instance of theirs.
        estimate_error: why analytics gave nothing; None where they did, or were not asked.
        read_at: when the oldest of the answers was read.
    """

    asked: StatsQuery
    account: str
    since: datetime
    until: datetime
    workflows: Sequence[WorkflowStats]
    total: Runs
    buckets: Sequence[Bucket] = ()
    versions: Sequence[VersionRuns] = ()
    steps: StepSample | None = None
    estimate: Estimate | None = None
    unread: Mapping[str, CloudflareError] = field(default_factory=dict)
    left_out: int = 0
    unlisted: bool = False
    unread_rows: int = 0
    idle: int = 0
    estimate_error: CloudflareError | None = None
    read_at: datetime | None = None

    @property
    def workflow(self) -> str:
        """Return the name of the only workflow that this is about; empty for several, and for none."""
        return self.asked.names[0] if len(self.asked.names) == 1 else ""

    @property
    def is_all(self) -> bool:
        """Return whether all instances within the time were seen."""
        is_certain = not (self.unread or self.left_out or self.unlisted or self.unread_rows)
        return is_certain and not self.has_more

    @property
    def has_more(self) -> bool:
        """Return whether a list that was read goes on."""
        return not all(each.seen.is_all for each in self.workflows)

    @property
    def oldest(self) -> datetime | None:
        """Return the creation of the oldest instance that was seen."""
        moments = [each.seen.oldest for each in self.workflows if each.seen.oldest is not None]
        return min(moments, default=None)
