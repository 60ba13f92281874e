"""The request budget of one token: 1,200 requests in five minutes, then a ban of five minutes.

The dashboard of the token's user shares this budget, so the client's own count is only a lower bound of the
requests made. The `Ratelimit` headers of each response correct it.

A person may use a share of it. Who asks is known where a request of theirs enters, and where it is spent many
calls further down: `charge_to` carries it through all tasks that the request starts, as a context variable.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Final

from bot.cloudflare.errors import RateLimited, ShareUsedUp
from bot.cloudflare.http_responses import RateLimit

WINDOW: Final = timedelta(minutes=5)
_SAME_WINDOW: Final = 1.5  # Seconds. The header gives whole seconds.


_person: Final[ContextVar[str]] = ContextVar("person", default="")


@contextmanager
def charge_to(person: str) -> Iterator[None]:
    """Charge the requests that are made in this block, and in tasks begun in it, to a person's share.

    Args:
        person: any id; an empty one is nobody, whose requests are in no share.
    """
    before = _person.set(person)
    try:
        yield
    finally:
        _person.reset(before)


def charged_person() -> str:
    """Return whose share the requests made here are charged to; empty for nobody's."""
    return _person.get()


class Priority(Enum):
    """The priority of a request: interactive requests go before background work."""

    INTERACTIVE = "interactive"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class _ServerLimit:
    """The API's latest rate limit.

    Attributes:
        until: when the window ends, on the budget's clock.
        left: requests left.
        quota: requests in a whole window; 0 if unknown.
    """

    until: float
    left: int
    quota: int


class Budget:
    """Decides when the next request may be sent.

    Args:
        limit: requests per five minutes.
        reserve: the part of them, and of each person's share, 0 to 1, that is reserved for interactive
            requests.
        now: a monotonic clock in seconds.
        share: the part of them, 0 to 1, that one person may use; at least one request.
    """

    def __init__(self, limit: int, reserve: float, now: Callable[[], float], share: float = 1.0) -> None:
        self._limit = limit
        self._reserve = reserve
        self._now = now
        self._share = max(1, int(share * limit))
        self._spent: deque[tuple[float, str]] = deque()
        self._spent_by: Counter[str] = Counter()  # people with a request in the window, and no others
        self._server_limit: _ServerLimit | None = None
        self._blocked_until = 0.0
        self._sent = 0

    def acquire(self, priority: Priority) -> int:
        """Take one request from the budget and return its number, for `update`.

        Raises:
            RateLimited: The budget has no request left for this priority.
            ShareUsedUp: The person who asks has none left.
        """
        self.check(priority)
        person = charged_person()
        self._spent.append((self._now(), person))
        if person:
            self._spent_by[person] += 1
        self._sent += 1
        if self._server_limit is not None:
            self._server_limit = replace(self._server_limit, left=self._server_limit.left - 1)
        return self._sent

    def check(self, priority: Priority) -> None:
        """Raise what `acquire` would raise now, and take nothing.

        Raises:
            RateLimited, ShareUsedUp: as `acquire`.
        """
        wait = self._wait(priority)
        if wait > 0:
            raise RateLimited("our own request budget is used up", retry_after=timedelta(seconds=wait))
        person = charged_person()
        if person and self._spent_by[person] >= (most := self._share_of(priority)):
            own = [at for at, by in self._spent if by == person]
            freed = own[len(own) - most]  # once that one has left the window, there is room for another
            raise ShareUsedUp(
                person, self._share, timedelta(seconds=freed + WINDOW.total_seconds() - self._now())
            )

    def _share_of(self, priority: Priority) -> int:
        """Return how many requests one person may make; what runs for them leaves some to what they do."""
        reserve = self._reserve if priority is Priority.BACKGROUND else 0.0
        return max(1, self._share - round(reserve * self._share))

    def update(self, number: int, reported: RateLimit) -> None:
        """Apply the rate limit that the response to a request reported.

        The report does not count later requests, so they are subtracted. Responses can arrive out of order:
        within one window, only a lower count is applied.
        """
        until = self._now() + reported.reset_after.total_seconds()
        left = reported.remaining - (self._sent - number)
        if self._server_limit is not None and abs(self._server_limit.until - until) <= _SAME_WINDOW:
            left = min(left, self._server_limit.left)
        self._server_limit = _ServerLimit(until, left, reported.quota or 0)

    def block_for(self, pause: timedelta) -> None:
        """Refuse all requests for a while, after a 429."""
        self._blocked_until = max(self._blocked_until, self._now() + pause.total_seconds())

    @property
    def left(self) -> int:
        """The number of interactive requests that could be sent now."""
        now = self._now()
        if now < self._blocked_until:
            return 0
        self._drop_expired(now)
        own = self._limit - len(self._spent)
        if self._server_limit is not None and now < self._server_limit.until:
            own = min(own, self._server_limit.left)
        return max(own, 0)

    def _wait(self, priority: Priority) -> float:
        """Return the seconds until a request of this priority may be sent; 0 means now."""
        now = self._now()
        if now < self._blocked_until:
            return self._blocked_until - now
        self._drop_expired(now)
        share = self._reserve if priority is Priority.BACKGROUND else 0.0
        waits = [0.0]
        excess = len(self._spent) + round(share * self._limit) - self._limit
        if excess >= 0:
            oldest = self._spent[min(excess, len(self._spent) - 1)][0] if self._spent else now
            waits.append(oldest + WINDOW.total_seconds() - now)
        if (
            self._server_limit is not None
            and now < self._server_limit.until
            and self._server_limit.left <= share * self._server_limit.quota
        ):
            waits.append(self._server_limit.until - now)
        return max(waits)

    def _drop_expired(self, now: float) -> None:
        horizon = now - WINDOW.total_seconds()
        while self._spent and self._spent[0][0] <= horizon:
            _, person = self._spent.popleft()
            if person:
                self._spent_by[person] -= 1
                if not self._spent_by[person]:
                    del self._spent_by[person]
