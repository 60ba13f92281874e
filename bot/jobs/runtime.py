"""The job runtime: one of several workers on PostgreSQL, or the only one beside an SQLite file."""

import asyncio
import time
from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from filelock import FileLock, Timeout
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs import dbos_runtime
from bot.jobs.dbos_runtime import CONCURRENCY, VERSION, JobDefinition
from bot.jobs.lease import Lease, new_executor
from bot.jobs.model import Progress, Standby
from bot.jobs.process import claim_process, is_claimed
from bot.jobs.upkeep import JobUpkeep, OverdueAfter
from bot.logs import FailureLog
from bot.reasons import reason_of

_log = structlog.get_logger(__name__)

_STRANDED_EVERY: Final = timedelta(seconds=20)
_OVERDUE: Final = OverdueAfter(waiting=timedelta(minutes=2), running=timedelta(minutes=15))
_HEARTBEATS: Final = 6  # within the timeout after which other workers take over


@dataclass
class JobRuntime:
    """Runs jobs in this process and takes over jobs of workers that have died.

    Attributes:
        engine: the database, with its tables up to date.
        team: Slack's id of the workspace whose jobs they are.
        takeover: how long after the last heartbeat of a worker others take over its jobs.
        grace: how long running jobs may continue after `stop`.
        stranded_every: how often to look for jobs that no worker runs.
        overdue_after: when a job is overdue.
        version: of the jobs' steps; jobs of another one are left to its workers while there are any.
    """

    engine: AsyncEngine
    team: str
    takeover: timedelta
    grace: timedelta
    stranded_every: timedelta = _STRANDED_EVERY
    overdue_after: OverdueAfter = _OVERDUE
    version: str = VERSION
    _upkeep: JobUpkeep | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _is_started: bool = False

    async def start(self, jobs: Mapping[JobDefinition[Any], Any]) -> None:
        """Start running jobs; *jobs* maps each definition to its steps.

        Raises:
            Standby: another worker runs them.
            Exception: of several kinds: the database can't be used.
        """
        if is_claimed():
            raise Standby("another worker of this process delivers")
        async with AsyncExitStack() as stack:
            if self.engine.dialect.name == "postgresql":
                executor = await self._register(stack)
            else:
                executor = self._lock_file(stack)
            for definition, steps in jobs.items():
                stack.enter_context(definition.install_steps(steps))
            stack.push_async_callback(dbos_runtime.stop, self.grace)
            url = dbos_runtime.system_database_url(self.engine.url)
            await dbos_runtime.start(url, executor, [definition.queue for definition in jobs], self.version)
            is_only_worker = self.engine.dialect.name == "sqlite"
            self._upkeep = JobUpkeep(self.overdue_after, CONCURRENCY, is_only_worker, time.monotonic)
            stack.push_async_callback(_cancel, asyncio.create_task(self._keep_up(self._upkeep)))
            self._stack = stack.pop_all()
        self._is_started = True
        _log.info("worker_started", executor=executor)

    async def stop(self) -> None:
        """Stop running jobs; those still running after the grace continue elsewhere."""
        self._is_started = False
        await self._stack.aclose()

    @property
    def overdue(self) -> int:
        """How many jobs wait or run for longer than they may."""
        return 0 if self._upkeep is None else self._upkeep.overdue

    async def find_abandoned(self, job_ids: Collection[str]) -> frozenset[str]:
        """Return the ids of those jobs that no worker runs or will run."""
        return await dbos_runtime.find_abandoned(job_ids)

    async def get_progress(self, job_id: str) -> Progress | None:
        """Return how far a job is; None if there is no such job."""
        return await dbos_runtime.get_progress(job_id)

    async def cancel(self, job_id: str) -> bool:
        """Cancel a job and return whether it is cancelled; its current step may end first."""
        return await dbos_runtime.cancel(job_id)

    async def purge(self, now: datetime) -> None:
        """Delete the records of jobs that ended some days ago."""
        await dbos_runtime.purge(now)

    async def _register(self, stack: AsyncExitStack) -> str:
        """Join the workers on this PostgreSQL and return the executor name."""
        executor = new_executor()
        lease = Lease(self.engine, self.team, executor, self.takeover, time.monotonic)
        await lease.renew()
        stack.push_async_callback(_release, lease)
        heartbeat = asyncio.create_task(self._keep_lease(lease))
        stack.push_async_callback(_cancel, heartbeat)
        stack.enter_context(claim_process(lambda: lease.epoch))
        return executor

    def _lock_file(self, stack: AsyncExitStack) -> str:
        """Become the only worker beside this SQLite file and return the executor name."""
        lock = worker_lock(self.engine)
        try:
            lock.acquire()
        except Timeout as error:
            raise Standby("another process delivers beside the same SQLite file") from error
        stack.callback(lock.release)
        stack.enter_context(claim_process(lambda: 1))
        return "local"

    async def _keep_lease(self, lease: Lease) -> None:
        """Renew the lease and take over from workers whose lease has expired."""
        failures = FailureLog(_log, "heartbeat_failed")
        while True:
            await asyncio.sleep(self.takeover.total_seconds() / _HEARTBEATS)
            try:
                await self._heartbeat(lease)
            except Exception as error:  # noqa: BLE001 - the next one may succeed, whatever DBOS raises
                failures.record_failure(reason_of(error))
            else:
                failures.record_success()

    async def _keep_up(self, upkeep: JobUpkeep) -> None:
        """Look again and again after the jobs that no worker runs."""
        failures = FailureLog(_log, "job_upkeep_failed")
        while True:
            try:
                await upkeep.look()
            except Exception as error:  # noqa: BLE001 - the next look may succeed, whatever DBOS raises
                failures.record_failure(reason_of(error))
            else:
                failures.record_success()
            await asyncio.sleep(self.stranded_every.total_seconds())

    async def _heartbeat(self, lease: Lease) -> None:
        async with asyncio.timeout(self.takeover.total_seconds() / 2):
            await lease.renew()
            expired = await lease.expired_executors() if self._is_started else ()
            if expired and (recovered := await dbos_runtime.recover(expired)):
                _log.warning("took_over", workers=expired, deliveries=recovered)


def worker_lock(engine: AsyncEngine) -> FileLock:
    """Return the lock that one worker beside an SQLite file holds. The system frees it when that one dies."""
    path = dbos_runtime.sibling_path(engine.url, ".worker.lock")
    return FileLock(path, blocking=False, mode=0o600, preserve_lock_file=True)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _release(lease: Lease) -> None:
    if dbos_runtime.is_running_jobs():
        lease.expire()  # requests under way must arrive before another worker looks for their effect
        return
    try:
        await lease.release()
    except (SQLAlchemyError, OSError):
        _log.warning("lease_release_failed")  # other workers take over after the timeout
