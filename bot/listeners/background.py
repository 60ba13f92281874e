"""Work that goes on after its ack, held until it is done."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Final

import structlog
from cachetools import TTLCache

_log = structlog.get_logger(__name__)

_TWINS_WITHIN: Final = timedelta(minutes=1)
_MOST_TWINS: Final = 200

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
        self._hurry = asyncio.get_running_loop().create_future()
        self._begun: TTLCache[str, asyncio.Task[Any]] = TTLCache(_MOST_TWINS, _TWINS_WITHIN.total_seconds())

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something that nobody waits for."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def once(self, key: str, work: Callable[[], Coroutine[Any, Any, Any]]) -> tuple[asyncio.Task[Any], bool]:
        """Run something that must not be done twice, though its request may come twice within a minute.

        Args:
            key: what the two have in common and no others have, like Slack's `trigger_id`; empty for none.
            work: makes what is run.

        Returns:
            What runs, and whether it was begun by this call.
        """
        twin = self._begun.get(key)
        if twin is not None:
            _log.warning("request_came_twice")
            return twin, False
        task = self.start(work())
        if key:
            self._begun[key] = task
        return task, True

    async def is_at_hand(self, work: asyncio.Task[Any]) -> bool:
        """Whether some work comes to its end in time for the ack."""
        await asyncio.sleep(0)
        if work.done():  # as what is in memory is at once
            return True
        either: set[asyncio.Future[Any]] = {work, self._hurry}
        await asyncio.wait(either, timeout=self._ack_within, return_when=asyncio.FIRST_COMPLETED)
        return work.done()

    def hurry(self) -> None:
        """Have no ack wait any more, neither now nor later: the way that they go is about to be shut."""
        if not self._hurry.done():
            self._hurry.set_result(None)

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
