"""The errors of this package.

    CloudflareError                a request failed
    ├── NotAuthorized              wrong credentials, or a permission is missing
    ├── AccountNotFound            malformed account id, or no such route
    ├── WorkflowNotFound           no workflow of this name
    ├── InstanceNotFound           no instance of this id
    ├── StepNotAvailable           no whole result of this step, or of any
    ├── InvalidParameter           a parameter is out of bounds
    ├── RateLimited                too many requests; has `retry_after`
    │   ├── ShareUsedUp            by one person; others still have theirs
    │   └── QueueFull              this one's turn would come too late; nothing was sent
    ├── Unavailable                no usable response in time: connection, timeout, 5xx
    │   └── TLSError               the server's certificate is not trusted; a retry does not help
    └── InvalidResponse            the response does not have the API's shape
    UnknownAccount                 settings name no such account; nothing was requested

A `CloudflareError` keeps the API's error codes and the response's `cf-ray`, by which Cloudflare's support
finds it.
"""

from collections.abc import Sequence
from datetime import timedelta

from bot.cloudflare.models import ApiMessage


class CloudflareError(Exception):
    """The base of all errors of a request.

    Attributes:
        reason: the cause in a few words; the API's own if it sent any.
        errors: the API's `errors`; empty if it sent none.
        http_status: the HTTP status; None without a response.
        ray: the response's `cf-ray`, if it has one.
    """

    def __init__(
        self,
        reason: str,
        *,
        errors: tuple[ApiMessage, ...] = (),
        http_status: int | None = None,
        ray: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.errors = errors
        self.http_status = http_status
        self.ray = ray

    @property
    def for_log(self) -> str:
        """The reason without the API's own words, which may quote what a person typed."""
        return f"HTTP {self.http_status}" if self.errors else self.reason

    @property
    def codes(self) -> tuple[int, ...]:
        """The API's error codes, in its order."""
        return tuple(error.code for error in self.errors if error.code is not None)


class NotAuthorized(CloudflareError):
    """The credentials are wrong, or they lack the permission to read Workflows.

    Any one of `NotAuthorized.PERMISSIONS` is enough to read.
    """

    PERMISSIONS = ("Workers Tail Read", "Workers Scripts Read", "Workers Scripts Write")


class AccountNotFound(CloudflareError):
    """The account id is malformed, or the API has no such route."""


class WorkflowNotFound(CloudflareError):
    """The account has no workflow of this name."""


class InstanceNotFound(CloudflareError):
    """The workflow has no instance of this id."""


class StepNotAvailable(CloudflareError):
    """There is no whole result of this step or attempt; wrangler's local engine has none of any step."""


class InvalidParameter(CloudflareError):
    """A parameter is out of bounds. It was refused before the request, or by the API."""


class RateLimited(CloudflareError):
    """There were too many requests, by the API's count or by the client's own.

    Attributes:
        retry_after: how long to wait before the next request.
    """

    def __init__(
        self,
        reason: str,
        *,
        retry_after: timedelta,
        errors: tuple[ApiMessage, ...] = (),
        http_status: int | None = None,
        ray: str | None = None,
    ) -> None:
        super().__init__(reason, errors=errors, http_status=http_status, ray=ray)
        self.retry_after = retry_after


class ShareUsedUp(RateLimited):
    """One person has used up their share of the request budget. Nothing was sent.

    Attributes:
        person: who.
        share: the requests that one person may make in five minutes.
    """

    def __init__(self, person: str, share: int, retry_after: timedelta) -> None:
        super().__init__("one person's share of the request budget is used up", retry_after=retry_after)
        self.person = person
        self.share = share


class QueueFull(RateLimited):
    """So many requests wait for their turn that another one would come too late. Nothing was sent."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("too many requests wait for their turn", retry_after=retry_after)


class Unavailable(CloudflareError):
    """No usable response arrived in time: a failed connection, a timeout, or a 5xx status."""


class TLSError(Unavailable):
    """The server's certificate is not trusted. A retry does not help."""


class InvalidResponse(CloudflareError):
    """The response does not have the API's shape: not JSON, a firewall's web page, or a redirect."""


class UnknownAccount(Exception):
    """No account of this name is configured.

    Attributes:
        name: the name that was asked for.
        known: the configured names, with the default first.
    """

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"no account is called {name}")
        self.name = name
        self.known = tuple(known)
