"""DBOS's table of jobs: what its public calls do not tell, or tell of no job if they can't read one of them.

All of these block. They raise `sqlalchemy.exc.SQLAlchemyError` while the database does not answer. They read
no column of a job that could be unreadable, so that one broken row is not the fault of all.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from dbos import DBOS
from dbos._serialization import DBOSPortableJSON, exception_to_workflow_error_data
from dbos._sys_db import SystemDatabase
from dbos._utils import INTERNAL_QUEUE_NAME
from sqlalchemy import ColumnElement, Select, Table, Update, and_, exists, func, select, true, update

from bot.jobs.process import process

_ALIVE: Final = ("PENDING", "ENQUEUED", "DELAYED")
_ENDED: Final = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A job that a worker runs, as the table has it.

    Attributes:
        id: the job's.
        version: of its steps; None if its row has none.
        run: what marks this run of it.
    """

    id: str
    version: str | None
    run: str | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Jobs of one version that wait in a partition in which no job runs.

    Attributes:
        version: of the jobs; None if their row has none.
        queue: as stored.
        partition: its key.
        head: the id of the job whose turn it is.
    """

    version: str | None
    queue: str | None
    partition: str | None
    head: str


def find_held(*, by_anybody: bool) -> frozenset[HeldJob]:
    """Return the jobs that this worker runs, or any worker, as the table has it."""
    jobs = _jobs()
    mine = jobs.c.executor_id == DBOS.executor_id
    asked = select(jobs.c.workflow_uuid, jobs.c.application_version, jobs.c.owner_xid)
    asked = asked.where(jobs.c.status == "PENDING", true() if by_anybody else mine)
    return frozenset(HeldJob(*row) for row in _read(asked))


def requeue(job: HeldJob) -> int:
    """Give a job back to its queue, if this is still its run, and return how many that were."""
    jobs = _jobs()
    return _requeue(and_(jobs.c.workflow_uuid == job.id, jobs.c.owner_xid.is_not_distinct_from(job.run)))


def requeue_all_of(executors: Collection[str]) -> int:
    """Give the jobs of dead workers back to their queues and return how many there were.

    Several workers may do so at once: a job that another one has begun meanwhile is no longer the dead one's.
    """
    return _requeue(func.coalesce(_jobs().c.executor_id, "").in_(executors))


def fail(job_id: str, run: str | None, error: Exception) -> bool:
    """End a run of a job as failed and return whether it was running."""
    stored = DBOSPortableJSON.serialize(exception_to_workflow_error_data(error))
    return _database().update_workflow_outcome(job_id, "ERROR", error=stored, owner_xid=run)


def find_unblocked_backlogs() -> frozenset[Backlog]:
    """Return the backlogs whose first job could begin at once."""
    jobs = _jobs()
    backlog = (jobs.c.application_version, jobs.c.queue_name, jobs.c.queue_partition_key)
    order = (jobs.c.priority, jobs.c.created_at, jobs.c.workflow_uuid)
    turn = func.row_number().over(partition_by=backlog, order_by=order).label("turn")
    waiting = select(*backlog, jobs.c.workflow_uuid, turn).where(jobs.c.status == "ENQUEUED", ~_is_blocked())
    first = waiting.subquery()
    return frozenset(Backlog(*row[:4]) for row in _read(select(first).where(first.c.turn == 1)))


def cancel(backlog: Backlog) -> int:
    """Cancel the jobs of a backlog that still wait, and return how many."""
    jobs = _jobs()
    same = and_(
        jobs.c.status == "ENQUEUED",
        jobs.c.application_version.is_not_distinct_from(backlog.version),
        jobs.c.queue_name.is_not_distinct_from(backlog.queue),
        jobs.c.queue_partition_key.is_not_distinct_from(backlog.partition),
    )
    now = _now()
    changes = {"status": "CANCELLED", "owner_xid": None, "updated_at": now, "completed_at": now}
    return _change(update(jobs).where(same).values(changes))


def run_of(job_id: str) -> str | None:
    """Return what marks the run of a job; None if it does not run."""
    return _database().get_workflow_owner(job_id)


def find_alive(job_ids: Collection[str]) -> frozenset[str]:
    """Return the ids of those jobs that wait or run."""
    jobs = _jobs()
    asked = select(jobs.c.workflow_uuid).where(jobs.c.workflow_uuid.in_(job_ids), jobs.c.status.in_(_ALIVE))
    return frozenset(row[0] for row in _read(asked))


def find_ended(before: datetime, most: int) -> tuple[str, ...]:
    """Return the ids of some of the jobs that ended before a moment."""
    jobs = _jobs()
    cutoff = int(before.timestamp() * 1000)
    asked = select(jobs.c.workflow_uuid).where(jobs.c.status.in_(_ENDED), jobs.c.completed_at < cutoff)
    return tuple(row[0] for row in _read(asked.limit(most)))


def _is_blocked() -> ColumnElement[bool]:
    """Match a waiting job in whose partition another one runs."""
    jobs, running = _jobs(), _jobs().alias("running")
    return exists().where(
        running.c.status == "PENDING",
        running.c.queue_name == jobs.c.queue_name,
        running.c.queue_partition_key == jobs.c.queue_partition_key,
    )


def _requeue(which: ColumnElement[bool]) -> int:
    jobs = _jobs()
    changes = {
        "status": "ENQUEUED",
        "owner_xid": None,
        "started_at_epoch_ms": None,
        "updated_at": _now(),
        "queue_name": func.coalesce(jobs.c.queue_name, INTERNAL_QUEUE_NAME),
    }
    return _change(update(jobs).where(which, jobs.c.status == "PENDING").values(changes))


def _read(asked: Select[Any]) -> list[tuple[Any, ...]]:
    with _database().engine.connect() as connection:
        return [tuple(row) for row in connection.execute(asked)]


def _change(statement: Update) -> int:
    with _database().engine.begin() as connection:
        return connection.execute(statement).rowcount


def _jobs() -> Table:
    return _database().tables.workflow_status


def _now() -> Any:  # noqa: ANN401 - as DBOS has it
    return _database()._now_ms_sql()  # noqa: SLF001 - as all of DBOS's own changes have it


def _database() -> SystemDatabase:
    if process.dbos is None:
        raise RuntimeError("no job runtime is running in this process")
    return process.dbos._sys_db  # noqa: SLF001 - no public call does what is done here
