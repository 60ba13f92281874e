"""How many answers of one account are awaited at once, and how long a request waits for its turn.

Waiting for a turn is this bot's own slowness. It ends before the deadline of the request begins and before
anything is taken from the budget. Each account has its own turns, so that one that does not answer delays no
other. In the queue those come first who have the fewest requests under way, so that nobody who wants one list
waits for another's hundred.
"""

import asyncio
import time
from bisect import bisect, insort
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Final

from bot.cloudflare.errors import QueueFull
from bot.cloudflare.limiter import Priority, charged_person

_WEIGHT: Final = 0.1
"""Of the latest answer in the average of how long answers take."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A request in the queue.

    Attributes:
        rank: how many other requests of the same person were under way, and the order of arrival.
        since: when it joined.
        turn: what ends its waiting.
    """

    rank: tuple[int, int]
    since: float
    turn: asyncio.Future[None]


def _rank(entry: _Waiting) -> tuple[int, int]:
    return entry.rank


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
        self._queues: dict[Priority, list[_Waiting]] = {priority: [] for priority in Priority}
        self._under_way: Counter[str] = Counter()  # running and waiting, by person
        self._arrivals = count()
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
        with self._counted(charged_person()) as others:
            await self._wait(priority, others)
            started = self._now()
            try:
                yield
            finally:
                self._average += _WEIGHT * (self._now() - started - self._average)
                self._hand_over()
                self._refuse_late()

    @contextmanager
    def _counted(self, person: str) -> Iterator[int]:
        """Count a request as under way, and give the number of the same person's others; nobody has none."""
        if not person:
            yield 0
            return
        others = self._under_way[person]
        self._under_way[person] += 1
        try:
            yield others
        finally:
            self._under_way[person] -= 1
            if not self._under_way[person]:
                del self._under_way[person]

    async def _wait(self, priority: Priority, others: int) -> None:
        if self._free:
            self._free -= 1
            return
        queue, rank = self._queues[priority], (others, next(self._arrivals))
        place = bisect(queue, rank, key=_rank) + 1
        if priority is Priority.BACKGROUND:
            place += len(self._queues[Priority.INTERACTIVE])
        if self._seconds_until(place) > self._longest_wait:
            raise self._refusal()
        entry = _Waiting(rank, self._now(), asyncio.get_running_loop().create_future())
        insort(queue, entry, key=_rank)
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
                turn = queue.pop(0).turn
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
