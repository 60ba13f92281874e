"""Whether a PostgreSQL database has a worker: each announces itself every few seconds, with or without jobs.

On an SQLite file the only worker is the one of this process.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

_FRESH: Final = timedelta(minutes=1)
"""How long an announcement counts; a worker may be busy, or its database slow."""


class WorkerPresence:
    """Announces that there is a worker.

    Args:
        engine: the database, with its tables up to date.
        team: Slack's id of the workspace that it works for.
    """

    def __init__(self, engine: AsyncEngine, team: str) -> None:
        self._is_shared = engine.dialect.name == "postgresql"
        if self._is_shared:
            from bot.jobs.lease import Lease, new_executor  # noqa: PLC0415 - loads PostgreSQL's dialect

            # This executor never runs a job. The runtime has another one, and may not have started yet.
            self._lease = Lease(engine, team, new_executor(), _FRESH, time.monotonic)

    async def announce(self) -> None:
        """Announce that there is a worker.

        Raises:
            SQLAlchemyError, OSError: the database does not answer.
        """
        if self._is_shared:
            await self._lease.renew()

    async def withdraw(self) -> None:
        """Withdraw the announcement; if the database does not answer, it expires."""
        if self._is_shared:
            with suppress(SQLAlchemyError, OSError):
                await self._lease.release()


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """Whether any worker could run a job now.

    Attributes:
        ok: whether one could, as far as is known.
        fault: what is wrong with the worker of this process; None if it has none.
    """

    ok: bool
    fault: str | None = None


@dataclass
class WorkerMonitor:
    """Finds out whether any worker could run a job.

    Attributes:
        engine: the database, with its tables up to date.
        own_fault: returns what is wrong with the worker of this process; None if it has none.
    """

    engine: AsyncEngine
    own_fault: Callable[[], str | None] | None = None

    async def get_status(self) -> WorkerStatus:
        """Return whether any worker could run a job now.

        Raises:
            SQLAlchemyError, OSError: the database does not answer.
        """
        fault = self.own_fault() if self.own_fault else None
        if (self.own_fault and fault is None) or self.engine.dialect.name != "postgresql":
            return WorkerStatus(fault is None, fault)
        from bot.jobs.lease import is_any_alive  # noqa: PLC0415 - as above

        return WorkerStatus(await is_any_alive(self.engine, _FRESH), fault)
