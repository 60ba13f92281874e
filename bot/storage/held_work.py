"""Work at the database that is waited for only so long, and that goes on to its end even so."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.reasons import reason_of

_T = TypeVar("_T")
_log = structlog.get_logger(__name__)

_MILLISECOND: Final = timedelta(milliseconds=1)


class NoAnswer(TimeoutError):
    """The database did not answer within a time.

    Attributes:
        for_log: the same in words.
    """

    def __init__(self, within: timedelta) -> None:
        self.for_log = f"no answer within {within / _MILLISECOND / 1000:g} seconds"
        super().__init__(self.for_log)


class HeldWork:
    """Does work at the database; none of it is cut off before the end of the process.

    A statement that is cut off at a busy SQLite goes on without its connection, and keeps the file locked
    for as long as SQLite itself would have waited: half a minute.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, _T], within: timedelta) -> _T:
        """Return what work comes to.

        Args:
            work: what to do. It goes on after `within`, and after the caller is cancelled.
            within: how long to wait for it.

        Raises:
            NoAnswer: it took longer.
            Exception: what the work raises.
        """
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            done, _ = await asyncio.wait((task,), timeout=within.total_seconds())
        except asyncio.CancelledError:
            task.add_done_callback(_note)
            raise
        if not done:
            task.add_done_callback(_note)
            raise NoAnswer(within)
        return task.result()

    async def close(self) -> None:
        """End what still waits for the database."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _note(task: asyncio.Task[Any]) -> None:
    """Log why work failed for which no caller waits any more."""
    error = None if task.cancelled() else task.exception()
    if isinstance(error, SQLAlchemyError | OSError):
        _log.warning("database_failed_late", reason=reason_of(error))
    elif error is not None:
        _log.error("database_work_failed", exc_info=error)
