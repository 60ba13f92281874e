"""Where a worker delivers: among others on one PostgreSQL, or alone beside an SQLite file."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.due import HandOver
from bot.digests.runs import Attempt
from bot.storage.database import first_line
from bot.worker import engine as dbos
from bot.worker.steps import StandingBy, StepsFor
from bot.worker.takeover import Heart, Seat, new_executor
from bot.worker.workflow import enqueue, is_delivering, is_taken, staged

_log = structlog.get_logger(__name__)

_BEATS: Final = 6  # in the time after which others take over


@dataclass
class Place:
    """Where this worker delivers: among others on PostgreSQL, alone beside an SQLite file."""

    engine: AsyncEngine
    takeover: timedelta
    grace: timedelta
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    is_open: bool = False

    async def open(self, steps: StepsFor) -> None:
        """Begin to deliver.

        Raises:
            StandingBy: somebody else does.
            Exception: of several kinds: the database can't be used.
        """
        if is_taken():
            raise StandingBy("another worker of this process delivers")
        async with AsyncExitStack() as stack:
            if self.engine.dialect.name == "postgresql":
                executor = await self._join(stack, steps)
            else:
                executor = await self._sit_down(stack, steps)
            stack.push_async_callback(dbos.shut_down, self.grace)
            await dbos.launch(dbos.own_url(self.engine.url), executor)
            self._stack = stack.pop_all()
        self.is_open = True
        _log.info("worker_started", executor=executor)

    async def enqueue(self, runs: Sequence[HandOver]) -> None:
        """Have runs delivered by whichever worker is free; each once, however often this is said."""
        await asyncio.gather(*map(enqueue, runs))

    async def abandoned(self, attempts: tuple[Attempt, ...], now: datetime) -> tuple[Attempt, ...]:
        """Those of some attempts that no worker has or will have."""
        return await dbos.abandoned(attempts, now)

    async def forget(self, now: datetime) -> None:
        """Delete what is remembered of deliveries that ended long ago."""
        await dbos.forget(now)

    async def close(self) -> None:
        """Deliver no more."""
        self.is_open = False
        await self._stack.aclose()

    async def _join(self, stack: AsyncExitStack, steps: StepsFor) -> str:
        executor = new_executor()
        heart = Heart(self.engine, executor, self.takeover, time.monotonic)
        await heart.beat()
        stack.push_async_callback(_stopped, heart)
        beating = asyncio.create_task(self._beat(heart))
        stack.push_async_callback(_ended, beating)
        await stack.enter_async_context(staged(steps(lambda: heart.life)))
        return executor

    async def _sit_down(self, stack: AsyncExitStack, steps: StepsFor) -> str:
        seat = Seat(dbos.beside(self.engine.url, ".worker.lock"))
        if not seat.take():
            raise StandingBy("another process delivers beside the same SQLite file")
        stack.callback(seat.leave)
        await stack.enter_async_context(staged(steps(lambda: 1)))
        return "local"

    async def _beat(self, heart: Heart) -> None:
        """Stay alive, and take over from those who do not."""
        while True:
            await asyncio.sleep(self.takeover.total_seconds() / _BEATS)
            try:
                await self._once(heart)
            except Exception as error:  # noqa: BLE001 - the next beat may do better, whatever DBOS raises
                _log.warning("heart_missed_a_beat", reason=first_line(error))

    async def _once(self, heart: Heart) -> None:
        async with asyncio.timeout(self.takeover.total_seconds() / 2):
            await heart.beat()
            silent = await heart.silent() if self.is_open else ()
            if silent and (runs := await dbos.take_over(silent)):
                _log.warning("took_over", workers=silent, deliveries=runs)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _stopped(heart: Heart) -> None:
    if is_delivering():
        heart.fall_silent()  # what is still on its way to Slack has to arrive before others look for it
        return
    try:
        await heart.stop()
    except (SQLAlchemyError, OSError):
        _log.warning("worker_did_not_sign_off")  # it is noticed by its silence
