"""How many answers of one account are awaited at once, and how long a request waits for its turn.

Waiting for a turn is this bot's own slowness. It ends before the deadline of the request begins and before
anything is taken from the budget. Each account has its own turns, so that one that does not answer delays no
other.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.cloudflare.errors import QueueFull
from bot.cloudflare.limiter import Priority

_WEIGHT: Final = 0.1
"""Of the latest answer in the average of how long answers take."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A request in the queue: when it joined, and what ends its waiting."""

    since: float
    turn: asyncio.Future[None]


class ConcurrencyLimit:
    """Lets a number of requests run at once. The others wait, interactive ones before background work.

    A request whose turn would come too late is refused: at once where that is known from how long answers
    took, as soon as it becomes known, and when it has waited that long.

    Args:
        size: requests that run at once.
        longest_wait: for a turn.
        now: a monotonic clock in seconds.
    """

    def __init__(self, size: int, longest_wait: timedelta, now: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._free = size
        self._longest_wait = longest_wait.total_seconds()
        self._now = now
        self._queues: dict[Priority, deque[_Waiting]] = {priority: deque() for priority in Priority}
        self._average = 0.0

    @property
    def waiting(self) -> int:
        """The number of requests that wait for their turn."""
        return sum(map(len, self._queues.values()))

    @asynccontextmanager
    async def turn(self, priority: Priority) -> AsyncIterator[None]:
        """Wait for a turn, and keep it while the block runs.

        Raises:
            QueueFull: It would come too late.
        """
        await self._wait(priority)
        started = self._now()
        try:
            yield
        finally:
            self._average += _WEIGHT * (self._now() - started - self._average)
            self._hand_over()
            self._refuse_late()

    async def _wait(self, priority: Priority) -> None:
        if self._free:
            self._free -= 1
            return
        place = len(self._queues[Priority.INTERACTIVE]) + 1
        if priority is Priority.BACKGROUND:
            place = self.waiting + 1
        if self._seconds_until(place) > self._longest_wait:
            raise self._refusal()
        queue = self._queues[priority]
        entry = _Waiting(self._now(), asyncio.get_running_loop().create_future())
        queue.append(entry)
        try:
            async with asyncio.timeout(self._longest_wait):
                await entry.turn
        except BaseException as error:
            if entry in queue:
                queue.remove(entry)
            elif not entry.turn.cancelled() and entry.turn.exception() is None:
                self._hand_over()  # the turn came together with the end of the waiting
            if isinstance(error, TimeoutError):
                raise self._refusal() from error
            raise

    def _hand_over(self) -> None:
        for queue in self._queues.values():
            while queue:
                turn = queue.popleft().turn
                if not turn.done():  # a caller that was cancelled leaves the queue a moment later
                    turn.set_result(None)
                    return
        self._free += 1

    def _refuse_late(self) -> None:
        """Refuse the last ones in the queue where answers take longer than it seemed when they joined."""
        for queue in reversed(self._queues.values()):
            while queue:
                waited = self._now() - queue[-1].since
                if waited + self._seconds_until(self.waiting) <= self._longest_wait:
                    return
                turn = queue.pop().turn
                if not turn.done():
                    turn.set_exception(self._refusal())

    def _seconds_until(self, place: int) -> float:
        """Return how long the request at a place in the queue, from 1, is likely to wait from now on."""
        return place / self._size * self._average

    def _refusal(self) -> QueueFull:
        return QueueFull(timedelta(seconds=max(self._seconds_until(self.waiting), self._longest_wait)))
