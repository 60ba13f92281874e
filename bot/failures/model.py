"""What failed, by cause: values that `reading` makes and `messages` shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.browse.conditions import moment_of
from bot.browse.screen import Found
from bot.browse.selection import Selection
from bot.cloudflare.causes import Cause
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.models import Instance

MOST_MARKS: Final = 12
"""Stretches of time that the small chart of a group has."""
_LARGEST: Final = 2
_NEWEST: Final = 2
"""Groups that come right behind the largest ones: what has just begun is small."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """The version that the first failure of a group ran.

    Attributes:
        version: its id.
        is_only: whether all of them ran it.
        created_on: when it was made, if that was shortly before the first of them; else None.
    """

    version: str
    is_only: bool = True
    created_on: datetime | None = None


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures of one workflow that have one cause.

    Attributes:
        workflow: the workflow's name.
        cause: why they failed, in the newest's own words; None where it could not be read, or was not asked.
        key: names the cause in `cause:KEY`; None likewise.
        instances: the newest first, by their end.
        deployment: since which version they are there; None if that is not known.
        is_new: whether all of them are from the last stretch of time, and none was before, see
            `Failures.stretch`.
        counts: how many of them there are in each stretch of time, see `Failures.stretch`.
    """

    workflow: str
    cause: Cause | None
    key: str | None
    instances: Sequence[Instance]
    deployment: Deployment | None = None
    is_new: bool = False
    counts: Sequence[int] = ()

    @property
    def total(self) -> int:
        """Return how many there are."""
        return len(self.instances)

    @property
    def last(self) -> datetime | None:
        """Return when the newest of them ended."""
        return moment_of(self.instances[0])

    @property
    def first(self) -> datetime | None:
        """Return when the oldest of them ended."""
        return moment_of(self.instances[-1])


@dataclass(frozen=True, slots=True)
class UnknownCauses:
    """Failures of which it is not known why.

    Attributes:
        unread: how many could not be read.
        error: why the first of them could not.
        unasked: how many were not asked about.
        stopped: why they were not; None if there was no time left.
    """

    unread: int = 0
    error: CloudflareError | None = None
    unasked: int = 0
    stopped: CloudflareError | None = None

    @property
    def total(self) -> int:
        """Return how many there are."""
        return self.unread + self.unasked


@dataclass(frozen=True, slots=True)
class Failures:
    """What failed.

    Attributes:
        selection: what was asked; it has a `since`.
        found: the instances, and how far they were searched.
        groups: the most telling first, see `ranked`; at the end those whose cause is not known, of each
            workflow.
        unknown: those.
        stretch: the time that each count of a group is about, from `since` on; None without a chart.
    """

    selection: Selection
    found: Found
    groups: Sequence[FailureGroup]
    unknown: UnknownCauses = UnknownCauses()
    stretch: timedelta | None = None

    @property
    def total(self) -> int:
        """Return how many failed."""
        return len(self.found.rows)

    @property
    def created_since(self) -> datetime | None:
        """Return since when those were created that were looked at; None if more is missing than older ones.

        Cloudflare lists by creation, and one that was created at any time before may have failed since.
        """
        searched = self.found.searched
        return searched.bounded_at if searched.complete else None

    @property
    def is_counted(self) -> bool:
        """Return whether these are all that failed of those that were created since then."""
        return self.found.is_complete

    @property
    def is_complete(self) -> bool:
        """Return whether these are all likewise, and it is known why each of them failed."""
        return self.is_counted and not self.unknown.total

    @property
    def workflows(self) -> tuple[str, ...]:
        """Return the workflows that failed, each once, in the order of the groups."""
        return tuple(dict.fromkeys(group.workflow for group in self.groups))


def ranked(groups: Iterable[FailureGroup]) -> Sequence[FailureGroup]:
    """Return the largest groups first, but for two new ones behind the two largest.

    The newest comes first of equal ones. Those whose cause is not known are at the end.
    """
    by_size = sorted(groups, key=_size_rank)
    first, others = by_size[:_LARGEST], by_size[_LARGEST:]
    new = sorted((group for group in others if group.is_new), key=_first_of, reverse=True)[:_NEWEST]
    return [*first, *new, *(group for group in others if group not in new)]


def _size_rank(group: FailureGroup) -> tuple[bool, int, float, str]:
    last = group.last.timestamp() if group.last else 0.0
    return group.cause is None, -group.total, -last, group.workflow


def _first_of(group: FailureGroup) -> float:
    return group.first.timestamp() if group.first else 0.0


def spread(moments: Sequence[datetime], start: datetime, stretch: timedelta, count: int) -> tuple[int, ...]:
    """Count moments in so many stretches of time from a start on; those outside count to the nearest."""
    counts = [0] * count
    for moment in moments:
        counts[min(max((moment - start) // stretch, 0), count - 1)] += 1
    return tuple(counts)
