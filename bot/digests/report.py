"""What a digest tells: values that `reading` makes and `blocks` shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.models import Status
from bot.digests.model import Baseline, DigestSpec

MOST_GROUPS: Final = 5
MOST_OF_A_GROUP: Final = 3


@dataclass(frozen=True, slots=True)
class NewInstance:
    """An instance that newly has the plan's status.

    Attributes:
        id: its id.
        at: when it ended, or else last changed.
        ended_on: when it ended; None where that is not known.
    """

    id: str
    at: datetime
    ended_on: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """New instances of one workflow that failed in the same way.

    Attributes:
        workflow: its name.
        error: the name of the error; None where none is known.
        message: what it says; None likewise.
        shown: the newest of them, at most `MOST_OF_A_GROUP`.
        total: how many there are.
        exact: False where there may be more of them than were looked at.
        step: the step that failed; None where none is known.
        described: whether the cause could be read; where not, its members have no more in common.
    """

    workflow: str
    error: str | None
    message: str | None
    shown: Sequence[NewInstance]
    total: int
    exact: bool = True
    step: str | None = None
    described: bool = True


@dataclass(frozen=True, slots=True)
class UnreadCauses:
    """Instances whose cause could not be read.

    Attributes:
        count: how many.
        error: why the first of them was not; None where it took too long.
    """

    count: int
    error: CloudflareError | None


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A workflow in the table.

    Attributes:
        name: its name.
        counts: its instances by status, zeros left out; None where the engine does not count.
        changes: by how much each count differs from the last digest; None where there was none.
    """

    name: str
    counts: Mapping[Status, int] | None
    changes: Mapping[Status, int] | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the chart: the new instances from a moment on, for as long as all bars are wide."""

    start: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one digest tells.

    Attributes:
        plan: what was asked.
        account: the account's name, also where the plan leaves it to the default.
        since: news are younger than this.
        until: and not younger than this: when it was read.
        first: whether there was no digest before.
        groups: news, the largest group first, at most `MOST_GROUPS`.
        total: how many new instances there are, the ungrouped ones too.
        exact: False where there may be more.
        ungrouped: how many new instances of each workflow are in no group.
        unexplained: workflows whose count rose, by how much, and whose instances were not looked at.
        rows: the workflows that have any instance, those with news first, then by name.
        empty: how many more have none.
        gone: names in the plan that the account no longer has.
        chart: oldest first; empty where there is nothing to show.
        missed: slots that no worker delivered, since the last digest.
        unread: workflows that could not be read, and why; the next digest has what is new of them.
        instances: all new instances, the newest first, by workflow.
        read: of how many new instances the cause was read, by workflow; the groups are of these.
        unread_causes: instances whose cause could not be read.
        baseline: for the next one.
    """

    plan: DigestSpec
    account: str
    since: datetime
    until: datetime
    first: bool
    groups: Sequence[Group]
    total: int
    exact: bool
    ungrouped: Mapping[str, int]
    unexplained: Mapping[str, int]
    rows: Sequence[WorkflowRow]
    empty: int
    gone: Sequence[str]
    chart: Sequence[Bar]
    missed: Sequence[datetime]
    baseline: Baseline
    unread: Mapping[str, CloudflareError] = field(default_factory=dict)
    instances: Mapping[str, Sequence[NewInstance]] = field(default_factory=dict)
    read: Mapping[str, int] = field(default_factory=dict)
    unread_causes: UnreadCauses | None = None

    @property
    def has_news(self) -> bool:
        """Return whether anything is new, for which people are called."""
        return bool(self.total or self.unexplained or self.gone)

    @property
    def is_worth_posting(self) -> bool:
        """Return whether a quiet digest has anything to post."""
        return self.has_news or bool(self.unread)
