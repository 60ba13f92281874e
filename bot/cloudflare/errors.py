"""What can go wrong between us and the API, as types a caller can act on.

Each error keeps the API's own codes and the `cf-ray` of the answer, which Cloudflare's support asks for.
"""

from collections.abc import Sequence
from datetime import timedelta

from bot.cloudflare.models import ApiMessage


class CloudflareError(Exception):
    """The base of all of them.

    Attributes:
        reason: what happened, in a few words for a log.
        errors: the API's `errors`, empty where it gave none.
        http_status: None where there was no answer.
        ray: `cf-ray`, where there was one.
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
    def codes(self) -> tuple[int, ...]:
        """The API's error codes, in its order."""
        return tuple(error.code for error in self.errors if error.code is not None)


class NotAuthorized(CloudflareError):
    """Wrong credentials, or right ones without a permission that reads Workflows.

    Any one of `NotAuthorized.PERMISSIONS` reads.
    """

    PERMISSIONS = ("Workers Tail Read", "Workers Scripts Read", "Workers Scripts Write")


class AccountNotFound(CloudflareError):
    """The account id is malformed, or no route leads to it."""


class WorkflowNotFound(CloudflareError):
    """No workflow of that name in the account."""


class InstanceNotFound(CloudflareError):
    """No instance of that id in the workflow."""


class InvalidParameter(CloudflareError):
    """A parameter is out of its bounds: refused here before any request, or by the API."""


class RateLimited(CloudflareError):
    """Too many requests, by the API's word or by our own count.

    Attributes:
        retry_after: how long to stay away.
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


class Unavailable(CloudflareError):
    """No usable answer in time: refused connection, reset, timeout, TLS, or a 5xx."""


class TLSError(Unavailable):
    """The other side's certificate is not to be trusted: trying again changes nothing."""


class InvalidResponse(CloudflareError):
    """An answer that is not the API's: not JSON, the wrong shape, a firewall's web page, a redirect."""


class UnknownAccount(Exception):
    """A button or a command of an account that settings no longer name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"no account is called {name}")
        self.name = name
        self.known = tuple(known)
