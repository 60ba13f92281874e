"""Work that goes on after its ack, held until it is done."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Final

import structlog
from cachetools import TTLCache

_log = structlog.get_logger(__name__)

_DEDUPE_TTL: Final = timedelta(minutes=1)
_MOST_REMEMBERED: Final = 1_000

_CANCEL_GRACE: Final = timedelta(seconds=3)
"""Cancelled work tells the person within this time."""


class Background:
    """Hold running tasks, so that none is lost at shutdown and none fails unseen.

    Args:
        ack_within: how long an ack may wait for its answer.
    """

    def __init__(self, ack_within: timedelta) -> None:
        self._ack_within = ack_within.total_seconds()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stopped_waiting = asyncio.get_running_loop().create_future()
        self._started: TTLCache[str, asyncio.Task[Any]] = TTLCache(
            _MOST_REMEMBERED, _DEDUPE_TTL.total_seconds()
        )

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run some work in the background."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def start_once(
        self, key: str, work: Callable[[], Coroutine[Any, Any, Any]]
    ) -> tuple[asyncio.Task[Any], bool]:
        """Run some work once, although its request may come twice within a minute.

        Args:
            key: the same for both requests and for no other, like Slack's `trigger_id`; empty for none.
            work: makes the coroutine.

        Returns:
            The running task, and whether this call started it.
        """
        known = self._started.get(key)
        if known is not None:
            _log.warning("duplicate_request")
            return known, False
        task = self.start(work())
        if key:
            self._started[key] = task
        return task, True

    async def done_before_ack(self, work: asyncio.Task[Any]) -> bool:
        """Wait for some work as long as its ack may wait; return whether it is done."""
        await asyncio.sleep(0)
        if work.done():  # answers from memory are
            return True
        either: set[asyncio.Future[Any]] = {work, self._stopped_waiting}
        await asyncio.wait(either, timeout=self._ack_within, return_when=asyncio.FIRST_COMPLETED)
        return work.done()

    def stop_waiting(self) -> None:
        """Stop waiting for results before acks; the connection is closing."""
        if not self._stopped_waiting.done():
            self._stopped_waiting.set_result(None)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("background_work_failed", exc_info=error)

    async def drain(self, grace: timedelta) -> int:
        """Wait for running work, then cancel the rest; return how many tasks were cancelled."""
        if not self._tasks:
            return 0
        _, late = await asyncio.wait(self._tasks, timeout=grace.total_seconds())
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=_CANCEL_GRACE.total_seconds())
        return len(late)
