"""Whether there is a worker on a PostgreSQL: each says so every few seconds, whether or not it has jobs.

Beside an SQLite file a worker is of the same process as what asks for it.
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
"""How long a word counts; a worker may be busy, or its database slow."""


class WorkerPresence:
    """Says that there is a worker.

    Args:
        engine: the database, with its tables up to date.
        team: Slack's id of the workspace that it works for.
    """

    def __init__(self, engine: AsyncEngine, team: str) -> None:
        self._is_shared = engine.dialect.name == "postgresql"
        if self._is_shared:
            from bot.jobs.lease import Lease, new_executor  # noqa: PLC0415 - loads PostgreSQL's dialect

            # No job is ever of this executor: it is another than that of the runtime, which may not run yet.
            self._lease = Lease(engine, team, new_executor(), _FRESH, time.monotonic)

    async def announce(self) -> None:
        """Say that there is a worker.

        Raises:
            SQLAlchemyError, OSError: the database does not answer.
        """
        if self._is_shared:
            await self._lease.renew()

    async def withdraw(self) -> None:
        """Say it no more; if the database does not answer, others find out in a while."""
        if self._is_shared:
            with suppress(SQLAlchemyError, OSError):
                await self._lease.release()


@dataclass(frozen=True, slots=True)
class Workers:
    """Whether any worker could run a job now.

    Attributes:
        are_well: one could, as far as is known.
        fault: what is wrong with the worker of this process; None if it has none.
    """

    are_well: bool
    fault: str | None = None


@dataclass
class KnownWorkers:
    """What this process knows of workers.

    Attributes:
        engine: the database, with its tables up to date.
        own_fault: returns what is wrong with the worker of this process; None if it has none.
    """

    engine: AsyncEngine
    own_fault: Callable[[], str | None] | None = None

    async def look(self) -> Workers:
        """Return whether any worker could run a job now.

        Raises:
            SQLAlchemyError, OSError: the database does not answer.
        """
        fault = self.own_fault() if self.own_fault else None
        if (self.own_fault and fault is None) or self.engine.dialect.name != "postgresql":
            return Workers(fault is None, fault)
        from bot.jobs.lease import is_any_alive  # noqa: PLC0415 - as above

        return Workers(await is_any_alive(self.engine, _FRESH), fault)
