"""The rate limit: 1,200 requests in five minutes for each user or token, then a ban of five minutes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The requests per window, and the ban of a caller that exceeds them."""

    quota: int = 1200
    window: timedelta = timedelta(minutes=5)
    ban: timedelta = timedelta(minutes=5)

    @property
    def policy_header(self) -> str:
        """The value of ``Ratelimit-Policy``: quota, and window in seconds."""
        return f'"default";q={self.quota};w={ceil(self.window.total_seconds())}'


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision about a request; ``retry_after`` (seconds) is set if it is refused."""

    remaining: int
    reset_after: int
    retry_after: int | None = None

    @property
    def ratelimit_header(self) -> str:
        """The value of ``Ratelimit``: requests remaining, and seconds until there are more."""
        return f'"default";r={self.remaining};t={self.reset_after}'


@dataclass(slots=True)
class _Caller:
    window_ends: datetime
    used: int = 0
    banned_until: datetime | None = None


@dataclass(slots=True)
class RateLimiter:
    """Counts requests by caller, in windows that start with a caller's first request."""

    limit: RateLimit
    _callers: dict[str, _Caller] = field(default_factory=dict)

    def acquire(self, owner: str, now: datetime, requests: int = 1) -> Decision:
        """Count requests of a caller, and decide about the last one."""
        caller = self._current(owner, now)
        caller.used += requests
        if caller.banned_until is None and caller.used > self.limit.quota:
            caller.banned_until = now + self.limit.ban
        if caller.banned_until is not None:
            wait = _seconds(caller.banned_until - now)
            return Decision(0, wait, retry_after=wait)
        return Decision(self.limit.quota - caller.used, _seconds(caller.window_ends - now))

    def _current(self, owner: str, now: datetime) -> _Caller:
        caller = self._callers.get(owner)
        if caller is None or now >= (caller.banned_until or caller.window_ends):
            caller = self._callers[owner] = _Caller(now + self.limit.window)
        return caller


def _seconds(duration: timedelta) -> int:
    return max(0, ceil(duration.total_seconds()))
