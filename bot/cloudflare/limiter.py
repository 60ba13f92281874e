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

from bot.cloudflare.errors import Throttled
from bot.cloudflare.refusals import RateLimit

WINDOW: Final = timedelta(minutes=5)
_SAME_WINDOW: Final = 1.5  # seconds: the header counts in whole ones


class Purpose(Enum):
    """Who waits for an answer: a person, or work in the background that can wait."""

    PERSON = "person"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class _Told:
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
        self._told: _Told | None = None
        self._closed_until = 0.0
        self._sent = 0

    def spend(self, purpose: Purpose) -> int:
        """Take one request out of the budget; gives its number, for `learn`.

        Raises:
            Throttled: none is left for this purpose; says how long to wait.
        """
        wait = self._wait(purpose)
        if wait > 0:
            raise Throttled("our own request budget is used up", retry_after=timedelta(seconds=wait))
        self._spent.append(self._now())
        self._sent += 1
        if self._told is not None:
            self._told = replace(self._told, left=self._told.left - 1)
        return self._sent

    def learn(self, number: int, told: RateLimit) -> None:
        """Believe what the `Ratelimit` header of the answer to a request says.

        Requests that were sent after that one are not in its count yet; and as answers overtake each other,
        within one window only a lower count is news.
        """
        until = self._now() + told.reset_after.total_seconds()
        left = told.remaining - (self._sent - number)
        if self._told is not None and abs(self._told.until - until) <= _SAME_WINDOW:
            left = min(left, self._told.left)
        self._told = _Told(until, left, told.quota or 0)

    def close_for(self, pause: timedelta) -> None:
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
        if self._told is not None and now < self._told.until:
            own = min(own, self._told.left)
        return max(own, 0)

    def _wait(self, purpose: Purpose) -> float:
        """Seconds until one request for this purpose may go; 0 means now."""
        now = self._now()
        if now < self._closed_until:
            return self._closed_until - now
        self._forget(now)
        share = self._reserve if purpose is Purpose.BACKGROUND else 0.0
        waits = [0.0]
        excess = len(self._spent) + round(share * self._limit) - self._limit
        if excess >= 0:
            oldest = self._spent[min(excess, len(self._spent) - 1)] if self._spent else now
            waits.append(oldest + WINDOW.total_seconds() - now)
        if self._told is not None and now < self._told.until and self._told.left <= share * self._told.quota:
            waits.append(self._told.until - now)
        return max(waits)

    def _forget(self, now: float) -> None:
        horizon = now - WINDOW.total_seconds()
        while self._spent and self._spent[0] <= horizon:
            self._spent.popleft()
