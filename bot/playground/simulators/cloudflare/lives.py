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

LONGEST_LIFE: Final = timedelta(hours=16)
"""No instance that starts while the account moves takes as long to end."""

_MOMENT: Final = attrgetter("moment")


class Chapter(NamedTuple):
    """One change: when it happens, and how the instance stands after it."""

    moment: datetime
    status: str
    steps: tuple[StepRecord, ...]
    error: Failure | None = None
    output: str | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """How an instance stands at first, and what becomes of it; an ended one has no chapters left."""

    beginning: InstanceRecord
    chapters: tuple[Chapter, ...] = ()

    @property
    def forgotten_on(self) -> datetime:
        """When its retention is over."""
        ended_on = self.chapters[-1].moment if self.chapters else self.beginning.ended_on
        return (ended_on or self.beginning.modified_on) + RETENTION

    def at(self, now: datetime) -> InstanceRecord:
        """Give the instance as it stands at a moment."""
        place = self._past(now)
        if not place:
            return self.beginning
        chapter = self.chapters[place - 1]
        return replace(
            self.beginning,
            status=chapter.status,
            modified_on=chapter.moment,
            started_on=self.beginning.started_on or self.chapters[0].moment,
            ended_on=chapter.moment if chapter.status in ENDED_STATUSES else None,
            steps=chapter.steps,
            error=chapter.error,
            output=chapter.output,
        )

    def next_change(self, now: datetime) -> datetime:
        """Give the moment of its next change after this one; the last is to be forgotten."""
        place = self._past(now)
        return self.chapters[place].moment if place < len(self.chapters) else self.forgotten_on

    def _past(self, now: datetime) -> int:
        """Count the chapters begun by now: of several at one moment the last is what is seen."""
        return bisect_right(self.chapters, now, key=_MOMENT)
