"""Who may deliver: workers on PostgreSQL notice each other's death, and on SQLite there is one at a time."""

import fcntl
import os
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import ColumnElement, column, delete, exists, literal_column, select, table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.tables import workers

_FENCE: Final = 2 / 3  # of the time after which others take over
_KEEP: Final = timedelta(days=1)

_NOW: Final[ColumnElement[int]] = literal_column("(extract(epoch from clock_timestamp()) * 1000)::bigint")
"""Milliseconds by the database's clock, which all workers share."""
_held: Final = table("workflow_status", column("executor_id"), column("status"), schema="dbos")
"""The table in which DBOS notes who runs what. It notices no death by itself."""


def new_executor() -> str:
    """A name that no worker has had before: one that comes back must not be taken for the one that went."""
    return f"{socket.gethostname()[:40]}-{uuid4().hex[:12]}"


class Heart:
    """The sign of life of one worker among several on one PostgreSQL.

    Its methods raise `sqlalchemy.exc.SQLAlchemyError` or `OSError` while the database does not answer.

    Args:
        engine: the database, with its tables up to date.
        executor: this worker's name.
        takeover: how long a worker may be silent before the others take over its work.
        monotonic: a clock that never goes back, in seconds.
    """

    def __init__(
        self, engine: AsyncEngine, executor: str, takeover: timedelta, monotonic: Callable[[], float]
    ) -> None:
        self._engine = engine
        self._executor = executor
        self._takeover = takeover
        self._monotonic = monotonic
        self._last = float("-inf")
        self._lives = 0

    async def beat(self) -> None:
        """Give a sign of life; one that comes late begins another life, as what was begun before is lost."""
        began = self._monotonic()
        if self.life is None:
            self._lives += 1
        beat = insert(workers).values(executor=self._executor, beat_at=_NOW)
        async with self._engine.begin() as connection:
            await connection.execute(
                beat.on_conflict_do_update(index_elements=["executor"], set_={"beat_at": _NOW})
            )
        self._last = began

    @property
    def life(self) -> int | None:
        """Which of its lives this is, or None while another worker may soon think it dead.

        Within one life nobody can have taken over from it.
        """
        is_heard = self._monotonic() - self._last < _FENCE * self._takeover.total_seconds()
        return self._lives if is_heard else None

    async def silent(self) -> tuple[str, ...]:
        """The workers that hold work and have given no sign of life for too long.

        Several workers may see the same: taking over is something that only the first does.
        """
        heard = exists().where(
            workers.c.executor == _held.c.executor_id,
            workers.c.beat_at > _NOW - _milliseconds(self._takeover),
        )
        asked = select(_held.c.executor_id).distinct().where(_held.c.status == "PENDING", ~heard)
        async with self._engine.connect() as connection:
            return tuple((await connection.scalars(asked)).all())

    def fall_silent(self) -> None:
        """Be silent from now on, as if dead: the others take over when they have noticed."""
        self._last = float("-inf")

    async def stop(self) -> None:
        """Be silent from now on: what this worker has not finished is free to be taken over at once."""
        self.fall_silent()
        old = workers.c.beat_at < _NOW - _milliseconds(_KEEP)
        async with self._engine.begin() as connection:
            await connection.execute(delete(workers).where((workers.c.executor == self._executor) | old))


class Seat:
    """The one place for a worker beside an SQLite file. The system frees it when its holder dies."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Take it if it is free; True if it is ours."""
        if self._descriptor is None:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return False
            self._descriptor = descriptor
        return True

    def leave(self) -> None:
        """Free it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _milliseconds(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)
