"""Look after jobs that DBOS leaves: those that no worker runs, of another version, or overdue.

Each look is compared with the looks before, by a clock that never goes back.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from bot.jobs import stored_jobs
from bot.jobs.process import process
from bot.jobs.stored_jobs import Backlog, HeldJob

_log = structlog.get_logger(__name__)

_MAX_TAKES: Final = 3
"""How often a job is taken up again that never begins."""


@dataclass(frozen=True, slots=True)
class OverdueAfter:
    """When a job is overdue.

    Attributes:
        waiting: how long after nothing is in its way any more it may not run.
        running: how long it may run.
    """

    waiting: timedelta
    running: timedelta


@dataclass
class _Since:
    """When things were seen first that were seen at each look since."""

    _seen: dict[str, float] = field(default_factory=dict)

    def longer(self, seen: set[str], span: timedelta, now: float) -> frozenset[str]:
        """Return which of those that are seen now were seen first longer ago than *span*."""
        self._seen = {one: self._seen.get(one, now) for one in seen}
        return frozenset(one for one, since in self._seen.items() if now - since > span.total_seconds())


@dataclass
class JobUpkeep:
    """Looks after the jobs of this worker, and after those that no worker takes.

    Attributes:
        after: when a job is overdue.
        most: how many jobs this worker runs at once.
        is_only_worker: there is no other, so a job that it does not run is not running.
        monotonic: a clock that never goes back, in seconds.
        overdue: how many jobs were overdue at the last look.
    """

    after: OverdueAfter
    most: int
    is_only_worker: bool
    monotonic: Callable[[], float]
    overdue: int = 0
    _idle: frozenset[HeldJob] = frozenset()
    _left: frozenset[Backlog] = frozenset()
    _takes: Counter[str] = field(default_factory=Counter)
    _waiting: _Since = field(default_factory=_Since)
    _running: _Since = field(default_factory=_Since)

    async def look(self) -> None:
        """Requeue this worker's stranded jobs, end those that no worker takes, and count the overdue ones."""
        held = await asyncio.to_thread(stored_jobs.find_held, by_anybody=self.is_only_worker)
        idle = frozenset(job for job in held if not process.is_running(job.id))
        try:
            await self._take_up(idle)
        finally:  # what is overdue is told also while nothing can be written
            backlogs = await asyncio.to_thread(stored_jobs.find_unblocked_backlogs)
            self._count_overdue(held, idle, backlogs)
        await self._end_left(frozenset(backlog for backlog in backlogs if backlog.version != process.version))

    async def _take_up(self, idle: frozenset[HeldJob]) -> None:
        """Give jobs that this worker holds and does not run back to their queues.

        It holds a job like this if its end could not be written: DBOS does not try again after errors that
        it takes for lasting, such as a database that is read-only or full. Meanwhile its partition is
        blocked. One look is not enough: DBOS lists a job as running a moment before it runs.
        """
        for begun in process.take_begun():
            del self._takes[begun]
        left = frozenset(job for job in idle if job.version != process.version)  # by a worker that is gone
        stranded, self._idle = (idle & self._idle) | left, idle
        requeued = 0
        for job in stranded:
            if self._takes[job.id] < _MAX_TAKES:
                self._takes[job.id] += 1
                requeued += await asyncio.to_thread(stored_jobs.requeue, job)
            elif await asyncio.to_thread(stored_jobs.fail, job.id, job.run, RuntimeError("it never began")):
                del self._takes[job.id]
                _log.error("job_not_begun", job=job.id)
        if requeued:
            _log.warning("jobs_requeued", jobs=requeued)

    async def _end_left(self, backlogs: frozenset[Backlog]) -> None:
        """Cancel jobs of other versions that no worker takes; this version starts their work anew.

        While workers of their version are there, a backlog moves on between two looks. If they are only too
        busy, this version does the work instead.
        """
        left, self._left = backlogs if self.is_only_worker else backlogs & self._left, backlogs
        for backlog in left:
            if jobs := await asyncio.to_thread(stored_jobs.cancel, backlog):
                _log.warning("jobs_of_other_version_ended", version=backlog.version, jobs=jobs)

    def _count_overdue(
        self, held: frozenset[HeldJob], idle: frozenset[HeldJob], backlogs: frozenset[Backlog]
    ) -> None:
        """Count the jobs that wait or run for too long, at each look in between.

        A job may wait behind others of its partition, and while this worker runs all that it can.
        """
        waiting = {job.id for job in idle}
        if process.count() < self.most:
            waiting |= {backlog.head for backlog in backlogs if backlog.version == process.version}
        now = self.monotonic()
        late = self._waiting.longer(waiting, self.after.waiting, now)
        slow = self._running.longer({job.id for job in held}, self.after.running, now)
        self.overdue = len(late | slow)
