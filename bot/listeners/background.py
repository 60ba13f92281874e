"""Work that goes on after its ack, held until it is done."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, Final

import structlog

_log = structlog.get_logger(__name__)


_LAST_WORDS: Final = timedelta(seconds=3)
"""For work that is cut short to tell whoever waits for it."""


class Background:
    """Holds running tasks, so that none is lost at shutdown and none fails unseen.

    Args:
        ack_within: how long an ack may wait for what somebody asked for.
    """

    def __init__(self, ack_within: timedelta) -> None:
        self._ack_within = ack_within.total_seconds()
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something that nobody waits for."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def is_at_hand(self, work: asyncio.Task[Any]) -> bool:
        """Whether some work comes to its end in time for the ack."""
        await asyncio.wait({work}, timeout=self._ack_within)
        return work.done()

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("background_work_failed", exc_info=error)

    async def drain(self, grace: timedelta) -> int:
        """Wait for what runs, then end the rest; says how many had to be ended."""
        if not self._tasks:
            return 0
        _, late = await asyncio.wait(self._tasks, timeout=grace.total_seconds())
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=_LAST_WORDS.total_seconds())
        return len(late)
