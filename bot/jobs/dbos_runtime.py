"""DBOS on the database of the bot: job definitions, start and stop, enqueue, recovery and purge.

DBOS knows workflows by their names and keeps them in its tables: a change of a job's steps, of their order or
of what a step returns needs a new `VERSION`. Jobs of another version are left to its workers, and begun anew
once no worker takes them.
"""

import asyncio
import functools
import logging
from collections.abc import Callable, Collection, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Generic, ParamSpec, TypeVar

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID
from dbos._context import current_owner_xid
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from bot.jobs import stored_jobs
from bot.jobs.dbos_engine import engine_options
from bot.jobs.model import Job, JobState, Progress
from bot.jobs.process import process
from bot.jobs.stored_data import use_json
from bot.jobs.unreadable import end_unreadable_jobs
from bot.storage.database import prepare_file

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Steps = TypeVar("_Steps")

VERSION: Final = "1"

_POLL: Final = 1.0  # seconds
CONCURRENCY: Final = 100  # jobs in one process; most of them wait for the network
_THREADS: Final = 128  # more than jobs: DBOS waits in threads for a database that is down
_CONNECTIONS: Final = 5
_NOTIFY_EVERY: Final = 0.1  # seconds; DBOS's 0.01 wakes an idle worker all the time, and no reader here waits
_MAX_RECOVERIES: Final = 20  # of one job whose workers died, before it counts as failed
_KEEP: Final = timedelta(days=2)
"""Longer than any job may be late: DBOS would start a job again that it no longer remembers."""
_PURGE_BATCH: Final = 1000
_PROGRESS: Final = "progress"
_STATES: Final = {
    "ENQUEUED": JobState.WAITING,
    "DELAYED": JobState.WAITING,
    "PENDING": JobState.RUNNING,
    "SUCCESS": JobState.DONE,
    "ERROR": JobState.FAILED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": JobState.FAILED,
    "CANCELLED": JobState.CANCELLED,
}


class JobDefinition(Generic[_Steps]):
    """A kind of job: a DBOS workflow with its queue and its steps.

    DBOS registers functions per process, so that definitions are module constants. The objects that the steps
    work with are installed while a runtime is running.

    Args:
        workflow: DBOS workflow name, as stored.
        queue: DBOS queue name, as stored.
    """

    def __init__(self, workflow: str, queue: str) -> None:
        self.name: Final = workflow
        self.queue: Final = queue
        self._run: Callable[..., Coroutine[Any, Any, str]] | None = None
        self._steps: _Steps | None = None

    @property
    def steps(self) -> _Steps:
        """The installed steps.

        Raises:
            RuntimeError: no runtime is running in this process.
        """
        if self._steps is None:
            raise RuntimeError("no job runtime is running in this process")
        return self._steps

    def workflow(self, run: Callable[_P, Coroutine[Any, Any, str]]) -> Callable[_P, Coroutine[Any, Any, str]]:
        """Register the workflow function; its arguments are the payload of a job."""

        @functools.wraps(run)
        async def counted(*args: _P.args, **kwargs: _P.kwargs) -> str:
            with process.running(DBOS.workflow_id or ""):
                return await run(*args, **kwargs)

        self._run = registered = DBOS.workflow(name=self.name, max_recovery_attempts=_MAX_RECOVERIES)(counted)
        return registered

    def step(self, name: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
        """Register a step; it is retried while the bot's database does not answer."""
        return DBOS.step(
            name=name,
            retries_allowed=True,
            max_attempts=5,
            interval_seconds=0.5,
            should_retry=lambda error: isinstance(error, SQLAlchemyError | OSError),
        )

    @contextmanager
    def install_steps(self, steps: _Steps) -> Iterator[None]:
        """Let jobs of this process work with these steps.

        Raises:
            RuntimeError: others are installed.
        """
        if self._steps is not None:
            raise RuntimeError("a job runtime is running in this process already")
        self._steps = steps
        try:
            yield
        finally:
            self._steps = None

    async def enqueue(self, job: Job) -> None:
        """Enqueue a job; it runs once, however often it is enqueued."""
        if self._run is None:
            raise RuntimeError(f"{self.name} has no workflow function")
        with SetWorkflowID(job.id), SetEnqueueOptions(queue_partition_key=job.partition):
            await DBOS.enqueue_workflow_async(self.queue, self._run, *job.arguments)


class WorkflowLease:
    """This worker's lease on a job, valid within the current epoch.

    Args:
        job_id: the job's.
    """

    def __init__(self, job_id: str) -> None:
        self._id = job_id
        self._epoch = process.current_epoch()
        self._run = current_owner_xid(job_id)

    def is_valid(self) -> bool:
        """Return whether no other worker can have taken the job over since the lease began. Does no I/O."""
        return self._epoch is not None and process.current_epoch() == self._epoch

    async def verify(self) -> bool:
        """Return whether the database lists this run of the job, as this worker may have begun it again."""
        run = await asyncio.to_thread(stored_jobs.run_of, self._id)
        return run is not None and run == self._run


def is_running_jobs() -> bool:
    """Return whether this process is running a job."""
    return process.count() > 0


def system_database_url(database: URL) -> str:
    """Return the URL of DBOS's tables: a schema on PostgreSQL, a file beside the bot's on SQLite."""
    if database.get_backend_name() == "postgresql":
        return database.set(drivername="postgresql").render_as_string(hide_password=False)
    return f"sqlite:///{sibling_path(database, '.dbos.sqlite3')}"


def sibling_path(database: URL, suffix: str) -> Path:
    """Return the path of a file next to an SQLite file."""
    file = Path(database.database or "bot").resolve()
    return file.with_name(f"{file.name}{suffix}")  # the whole name: `bot.db` may lie beside `bot.sqlite3`


async def start(url: str, executor: str, queues: Collection[str], version: str) -> None:
    """Start DBOS on this event loop; it continues the jobs of this version that this executor had begun.

    Raises:
        Exception: of several kinds: the database can't be used.
    """
    log = logging.getLogger("dbos")
    if not log.handlers:
        log.addHandler(logging.NullHandler())  # without a handler, DBOS logs to stderr in its own format
    if url.startswith("sqlite"):
        await asyncio.to_thread(prepare_file, url.removeprefix("sqlite:///"))
    config: DBOSConfig = {
        "name": "workflows-bot",
        "system_database_url": url,
        "executor_id": executor,
        "application_version": version,
        "log_level": "WARNING",
        "max_executor_threads": _THREADS,
        "sys_db_pool_size": _CONNECTIONS,
        "notification_coalesce_sec": _NOTIFY_EVERY,
        "serializer": use_json(),
        "db_engine_kwargs": engine_options(url),
    }
    end_unreadable_jobs()
    process.begin(version)
    process.dbos = DBOS(config=config)
    DBOS.launch()  # not in a thread: jobs run on the event loop of the thread that calls this
    for queue in queues:
        await DBOS.register_queue_async(
            queue, worker_concurrency=CONCURRENCY, partition_concurrency=1, polling_interval_sec=_POLL
        )


async def stop(grace: timedelta) -> None:
    """Wait for running jobs up to *grace*, then stop; the rest continues elsewhere or at the next start."""
    timeout = round(grace.total_seconds()) if is_running_jobs() else 0
    # In a thread, because the jobs that it waits for run on this loop.
    await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=timeout)
    # DBOS.destroy() shut down the loop's default executor; install a new one.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())


async def recover(executors: Collection[str]) -> int:
    """Give the jobs of dead workers back to their queues and return how many there were."""
    return await asyncio.to_thread(stored_jobs.requeue_all_of, executors)


async def find_abandoned(job_ids: Collection[str]) -> frozenset[str]:
    """Return the ids of those jobs that no worker runs or will run."""
    alive = await asyncio.to_thread(stored_jobs.find_alive, job_ids) if job_ids else frozenset()
    return frozenset(job_ids) - alive


async def report_progress(done: int, total: int) -> None:
    """Record how far the running job is; a job calls this between its steps.

    The call counts as a step: adding it to a job needs a new `VERSION`.
    """
    await DBOS.set_event_async(_PROGRESS, (done, total))


async def get_progress(job_id: str) -> Progress | None:
    """Return how far a job is; None if there is no such job."""
    status = await DBOS.get_workflow_status_async(job_id)
    if status is None:
        return None
    done, total = (await DBOS.get_all_events_async(job_id)).get(_PROGRESS, (0, 0))
    return Progress(_STATES[status.status], done, total)


async def cancel(job_id: str) -> bool:
    """Cancel a job that has not ended: the step that it is in ends, and no other begins.

    Returns whether it is cancelled; False if it had ended, or if there is no such job.
    """
    await DBOS.cancel_workflow_async(job_id)
    reached = await get_progress(job_id)
    return reached is not None and reached.state is JobState.CANCELLED


async def purge(now: datetime) -> None:
    """Delete DBOS's records of jobs that ended some days ago."""
    while ended := await asyncio.to_thread(stored_jobs.find_ended, now - _KEEP, _PURGE_BATCH):
        await DBOS.delete_workflows_async(list(ended))
        if len(ended) < _PURGE_BATCH:
            return
