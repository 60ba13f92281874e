"""An HTTP response as it arrived, and what its headers say of the budget and of a pause."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

BAN: Final = timedelta(minutes=5)
"""The API refuses every request for this long after the limit is exceeded (API reference, "Rate limits")."""

_LONGEST_PAUSE: Final = 600  # Seconds: twice a ban. Whatever the API says, it is asked again then.


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response. Its header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ray(self) -> str | None:
        """The id by which Cloudflare's support finds this response."""
        return self.headers.get("cf-ray")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The state of one rate limit policy, from the `Ratelimit` headers.

    Attributes:
        remaining: requests left in the window.
        reset_after: time until the next window.
        quota: requests in a whole window, from `Ratelimit-Policy`; None if the header lacks it.
    """

    remaining: int
    reset_after: timedelta
    quota: int | None = None


def rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """Return the policy with the fewest requests left, from `Ratelimit: "default";r=50;t=30`."""
    policies = _POLICY.findall(headers.get("ratelimit", ""))
    quotas = {name: int(quota) for name, quota in _QUOTA.findall(headers.get("ratelimit-policy", ""))}
    limits = [
        RateLimit(int(left), timedelta(seconds=min(int(reset), _LONGEST_PAUSE)), quotas.get(name))
        for name, left, reset in policies
    ]
    return min(limits, key=lambda limit: limit.remaining, default=None)


_POLICY: Final = re.compile(r'"([^"]*)";\s*r=(\d{1,9});\s*t=(\d{1,6})')
_QUOTA: Final = re.compile(r'"([^"]*)";\s*q=(\d{1,9})')


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Return the pause after a 429: from `Retry-After`, else from the rate limit window, else `BAN`."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), _LONGEST_PAUSE))
    if value:
        try:
            date = parsedate_to_datetime(value)
            # A date in "-0000" has no zone, and is in UTC all the same (RFC 5322, 3.3).
            pause = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
        except (ValueError, TypeError, OverflowError):
            return BAN
        return min(max(pause, timedelta(0)), timedelta(seconds=_LONGEST_PAUSE))
    limit = rate_limit(headers)
    return limit.reset_after if limit else BAN
