"""The request budget of one token: 1,200 requests in five minutes, then a ban of five minutes.

The same token's dashboard spends from the same budget, so our own count is only the upper bound: the
`Ratelimit` headers of each answer correct it downwards.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Final

from bot.cloudflare.errors import RateLimited
from bot.cloudflare.responses import RateLimit

WINDOW: Final = timedelta(minutes=5)
_SAME_WINDOW: Final = 1.5  # seconds: the header counts in whole ones


class Priority(Enum):
    """Who waits for an answer: a person, or work in the background that can wait."""

    INTERACTIVE = "person"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class _ServerLimit:
    """What the API last said: requests left of a quota (0 where it named none), until a moment."""

    until: float
    left: int
    quota: int


class Budget:
    """Says when the next request may go.

    Args:
        limit: requests per five minutes.
        reserve: the share of them, 0 to 1, that is kept for people.
        now: a monotonic clock in seconds.
    """

    def __init__(self, limit: int, reserve: float, now: Callable[[], float]) -> None:
        self._limit = limit
        self._reserve = reserve
        self._now = now
        self._spent: deque[float] = deque()
        self._server_limit: _ServerLimit | None = None
        self._closed_until = 0.0
        self._sent = 0

    def acquire(self, priority: Priority) -> int:
        """Take one request out of the budget; gives its number, for `update`.

        Raises:
            RateLimited: none is left for this purpose; says how long to wait.
        """
        wait = self._wait(priority)
        if wait > 0:
            raise RateLimited("our own request budget is used up", retry_after=timedelta(seconds=wait))
        self._spent.append(self._now())
        self._sent += 1
        if self._server_limit is not None:
            self._server_limit = replace(self._server_limit, left=self._server_limit.left - 1)
        return self._sent

    def update(self, number: int, reported: RateLimit) -> None:
        """Believe what the `Ratelimit` header of the answer to a request says.

        Requests that were sent after that one are not in its count yet; and as answers overtake each other,
        within one window only a lower count is news.
        """
        until = self._now() + reported.reset_after.total_seconds()
        left = reported.remaining - (self._sent - number)
        if self._server_limit is not None and abs(self._server_limit.until - until) <= _SAME_WINDOW:
            left = min(left, self._server_limit.left)
        self._server_limit = _ServerLimit(until, left, reported.quota or 0)

    def block_for(self, pause: timedelta) -> None:
        """Send nothing for a while: the API said 429."""
        self._closed_until = max(self._closed_until, self._now() + pause.total_seconds())

    @property
    def left(self) -> int:
        """Requests that a person could still make now."""
        now = self._now()
        if now < self._closed_until:
            return 0
        self._forget(now)
        own = self._limit - len(self._spent)
        if self._server_limit is not None and now < self._server_limit.until:
            own = min(own, self._server_limit.left)
        return max(own, 0)

    def _wait(self, priority: Priority) -> float:
        """Seconds until one request for this purpose may go; 0 means now."""
        now = self._now()
        if now < self._closed_until:
            return self._closed_until - now
        self._forget(now)
        share = self._reserve if priority is Priority.BACKGROUND else 0.0
        waits = [0.0]
        excess = len(self._spent) + round(share * self._limit) - self._limit
        if excess >= 0:
            oldest = self._spent[min(excess, len(self._spent) - 1)] if self._spent else now
            waits.append(oldest + WINDOW.total_seconds() - now)
        if (
            self._server_limit is not None
            and now < self._server_limit.until
            and self._server_limit.left <= share * self._server_limit.quota
        ):
            waits.append(self._server_limit.until - now)
        return max(waits)

    def _forget(self, now: float) -> None:
        horizon = now - WINDOW.total_seconds()
        while self._spent and self._spent[0] <= horizon:
            self._spent.popleft()
