"""What an answer means that holds no list: an error a caller can act on, and when to come back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from bot.cloudflare.errors import (
    AccountNotFound,
    CloudflareError,
    InstanceNotFound,
    InvalidParameter,
    InvalidResponse,
    NotAuthorized,
    RateLimited,
    Unavailable,
    WorkflowNotFound,
)
from bot.cloudflare.models import ApiMessage

BAN: Final = timedelta(minutes=5)
"""How long the API refuses every call once its limit is passed (API reference, "Rate limits")."""

_LONGEST_PAUSE: Final = 86_400  # seconds; a longer Retry-After is a mistake


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it came over the wire, header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ray(self) -> str | None:
        """The id under which Cloudflare's support finds this answer."""
        return self.headers.get("cf-ray")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What a `Ratelimit` header says of one policy.

    Attributes:
        remaining: requests left.
        reset_after: time until the count starts anew.
        quota: requests in a whole window, by `Ratelimit-Policy`; None where it does not say.
    """

    remaining: int
    reset_after: timedelta
    quota: int | None = None


_BY_CODE: Final[Mapping[int, type[CloudflareError]]] = {
    7003: AccountNotFound,
    6003: NotAuthorized,  # "Invalid request headers": a malformed token
    9103: NotAuthorized,
    9106: NotAuthorized,
    9109: NotAuthorized,
    10000: NotAuthorized,
    10002: InvalidParameter,
    10200: WorkflowNotFound,
    10400: InstanceNotFound,
    10501: WorkflowNotFound,  # the local engine's code; production has none of this number
}


def refusal(response: Response, errors: tuple[ApiMessage, ...]) -> CloudflareError:
    """The error that a refusal means: by the API's code first, by the HTTP status after it."""
    status = response.status
    said = "; ".join(error.message for error in errors if error.message) or f"HTTP {status}"
    codes = {error.code for error in errors}
    if status == 429 or 971 in codes:
        return RateLimited(
            said,
            retry_after=retry_after(response.headers, datetime.now(UTC)),
            errors=errors,
            http_status=status,
            ray=response.ray,
        )
    for code, kind in _BY_CODE.items():
        if code in codes:
            return error_of(kind, said, response, errors)
    if status in (401, 403):
        # Without the API's envelope somebody else refused: a firewall, or the local engine's host check.
        kind = NotAuthorized if errors else InvalidResponse
    elif status >= 500:
        kind = Unavailable
    elif status >= 400 and errors:
        kind = InvalidParameter
    else:
        kind = InvalidResponse
    return error_of(kind, said, response, errors)


def error_of(
    kind: type[CloudflareError], reason: str, response: Response, errors: tuple[ApiMessage, ...] = ()
) -> CloudflareError:
    """An error that keeps what support needs to find the answer."""
    return kind(reason, errors=errors, http_status=response.status, ray=response.ray)


def rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """The tightest policy of `Ratelimit: "default";r=50;t=30`, or None where it says nothing readable."""
    told = _POLICY.findall(headers.get("ratelimit", ""))
    quotas = {name: int(quota) for name, quota in _QUOTA.findall(headers.get("ratelimit-policy", ""))}
    limits = [
        RateLimit(int(left), timedelta(seconds=int(reset)), quotas.get(name)) for name, left, reset in told
    ]
    return min(limits, key=lambda limit: limit.remaining, default=None)


_POLICY: Final = re.compile(r'"([^"]*)";\s*r=(\d{1,9});\s*t=(\d{1,6})')
_QUOTA: Final = re.compile(r'"([^"]*)";\s*q=(\d{1,9})')


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long to stay away after a 429: by `Retry-After`, else the window, else the ban."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), _LONGEST_PAUSE))
    if value:
        try:
            pause = parsedate_to_datetime(value).astimezone(UTC) - now
        except (ValueError, TypeError, OverflowError):
            return BAN
        return min(max(pause, timedelta(0)), timedelta(seconds=_LONGEST_PAUSE))
    limit = rate_limit(headers)
    return limit.reset_after if limit else BAN
