"""The lease by which workers on one PostgreSQL notice that another worker has died."""

import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    column,
    delete,
    exists,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.privileges import JOBS_SCHEMA
from bot.storage.tables import workers

_VALID_FOR: Final = 2 / 3  # of the timeout after which other workers take over
_KEEP_WORKERS: Final = timedelta(days=1)

_NOW: Final[ColumnElement[int]] = literal_column("(extract(epoch from clock_timestamp()) * 1000)::bigint")
"""Milliseconds by the database's clock, which all workers share."""
_jobs: Final = table("workflow_status", column("executor_id"), column("status"), schema=JOBS_SCHEMA)
"""DBOS's table of jobs and the executors that run them. DBOS does not detect dead executors itself."""

# Every heartbeat asks both, so that they are put together once.
_BEAT: Final = (
    insert(workers)
    .values(beat_at=_NOW)
    .on_conflict_do_update(index_elements=["executor"], set_={"beat_at": _NOW})
)
_FIND_EXPIRED: Final = (
    select(func.coalesce(_jobs.c.executor_id, ""))
    .distinct()
    .where(
        _jobs.c.status == "PENDING",
        ~exists().where(
            workers.c.executor == _jobs.c.executor_id,
            workers.c.beat_at > _NOW - bindparam("timeout", type_=BigInteger),
        ),
    )
)


def new_executor() -> str:
    """Return a unique executor name, so that a restarted worker never counts as the one that died."""
    return f"{socket.gethostname()[:40]}-{uuid4().hex[:12]}"


class Lease:
    """The lease of one worker among several on one PostgreSQL, renewed by heartbeats.

    Its methods raise `sqlalchemy.exc.SQLAlchemyError` or `OSError` while the database does not answer.

    Args:
        engine: the database, with its tables up to date.
        team: Slack's id of the workspace it works for. All workers of a database share its jobs, whatever
            their team, so that none takes over from a living one.
        executor: this worker's name.
        timeout: how long after the last heartbeat other workers take over.
        monotonic: a clock that never goes back, in seconds.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        team: str,
        executor: str,
        timeout: timedelta,
        monotonic: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._team = team
        self._executor = executor
        self._timeout = timeout
        self._monotonic = monotonic
        self._renewed_at = float("-inf")
        self._epoch = 0

    async def renew(self) -> None:
        """Record a heartbeat.

        A late renewal starts a new epoch: work begun in the old one may have been taken over.
        """
        began = self._monotonic()
        if self.epoch is None:
            self._epoch += 1
        async with self._engine.begin() as connection:
            await connection.execute(_BEAT, {"team_id": self._team, "executor": self._executor})
        self._renewed_at = began

    @property
    def epoch(self) -> int | None:
        """The current epoch, a fencing token; None while another worker may consider this one dead.

        No other worker takes over from this one within one epoch.
        """
        is_valid = self._monotonic() - self._renewed_at < _VALID_FOR * self._timeout.total_seconds()
        return self._epoch if is_valid else None

    async def expired_executors(self) -> tuple[str, ...]:
        """Return the executors that hold jobs and whose lease has expired.

        Several workers may get the same names: only the first to recover their jobs takes them over.
        """
        timeout = {"timeout": _milliseconds(self._timeout)}
        async with self._engine.connect() as connection:
            return tuple((await connection.scalars(_FIND_EXPIRED, timeout)).all())

    def expire(self) -> None:
        """End the epoch without telling other workers; they take over after the timeout."""
        self._renewed_at = float("-inf")

    async def release(self) -> None:
        """End the epoch and let other workers take over unfinished jobs at once."""
        self.expire()
        old = workers.c.beat_at < _NOW - _milliseconds(_KEEP_WORKERS)
        async with self._engine.begin() as connection:
            await connection.execute(delete(workers).where((workers.c.executor == self._executor) | old))


async def is_any_alive(engine: AsyncEngine, within: timedelta) -> bool:
    """Return whether any worker has recorded a heartbeat within a time.

    Raises:
        SQLAlchemyError, OSError: the database does not answer.
    """
    alive = exists().where(workers.c.beat_at > _NOW - _milliseconds(within))
    async with engine.connect() as connection:
        return bool(await connection.scalar(select(alive)))


def _milliseconds(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)
