"""What failed, by cause: values that `reading` makes and `messages` shows."""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class Deployment:
    """A version that all failures of a group ran.

    Attributes:
        version: its id.
        created_on: when it was made, if that was shortly before the first of them; else None.
    """

    version: str
    created_on: datetime | None = None


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures of one workflow that have one cause.

    Attributes:
        workflow: the workflow's name.
        cause: why they failed, in the newest's own words; None where it could not be read, or was not asked.
        key: names the cause in `cause:KEY`; None likewise.
        instances: the newest first, by their end.
        deployment: the version that they all ran; None if it is not known, or they ran several.
        counts: how many of them there are in each stretch of time, see `Failures.stretch`.
    """

    workflow: str
    cause: Cause | None
    key: str | None
    instances: Sequence[Instance]
    deployment: Deployment | None = None
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
        groups: the largest first, and the newest first of equal ones; at the end those whose cause is not
            known, of each workflow.
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
        return searched.back_to if searched.complete and self.selection.since is not None else None

    @property
    def is_complete(self) -> bool:
        """Return whether these are all of those looked at, and it is known why each of them failed."""
        return self.found.is_complete and not self.found.searched.unknown and not self.unknown.total

    @property
    def workflows(self) -> tuple[str, ...]:
        """Return the workflows that failed, each once, in the order of the groups."""
        return tuple(dict.fromkeys(group.workflow for group in self.groups))


def spread(moments: Sequence[datetime], start: datetime, stretch: timedelta, count: int) -> tuple[int, ...]:
    """Count moments in so many stretches of time from a start on; those outside count to the nearest."""
    counts = [0] * count
    for moment in moments:
        counts[min(max((moment - start) // stretch, 0), count - 1)] += 1
    return tuple(counts)
