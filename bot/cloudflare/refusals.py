"""The error that a response stands for: by the API's code, by its messages, or by the HTTP status."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.cloudflare.envelopes import Envelope, decode_refusal
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
from bot.cloudflare.http_responses import Response, retry_after
from bot.cloudflare.models import ApiMessage

_THROTTLED: Final = 971
_BY_CODE: Final[Mapping[int, type[CloudflareError]]] = {
    7000: AccountNotFound,  # "No route for that URI"
    7001: AccountNotFound,  # "Method GET not available for that URI"
    7003: AccountNotFound,
    6003: NotAuthorized,  # "Invalid request headers": the token is malformed.
    9103: NotAuthorized,
    9106: NotAuthorized,
    9109: NotAuthorized,
    10000: NotAuthorized,
    10002: InvalidParameter,
    10200: WorkflowNotFound,
    10201: InstanceNotFound,
    10400: InstanceNotFound,
    10501: WorkflowNotFound,  # The local engine's code; production does not use it.
}
_BY_KEY: Final[Mapping[str, type[CloudflareError]]] = {
    "workflow": WorkflowNotFound,
    "instance": InstanceNotFound,
}
_KEY: Final = re.compile(rf"\b({'|'.join(_BY_KEY)})\.not_found\b")
"""Messages are keys, such as `workflows.api.error.workflow.not_found`. They count where no code is known."""


def check_arrival(response: Response, now: datetime) -> None:
    """Raise the error that a response stands for by its status and its headers."""
    if response.headers.get("cf-mitigated"):
        raise response_error(InvalidResponse, "a firewall answered with its challenge page", response)
    if 300 <= response.status < 400:
        raise response_error(InvalidResponse, "the answer is a redirect, which is not followed", response)
    if response.status != 200:
        raise error_from(response, decode_refusal(response.body), now)


def error_from(response: Response, refusal: Envelope | None, now: datetime) -> CloudflareError:
    """Choose the error of a failed request: by the API's code first, then by the HTTP status.

    Args:
        response: the response.
        refusal: its fields; None if it has not the API's envelope.
        now: when it arrived.
    """
    status = response.status
    errors = refusal_errors(refusal)
    reason = "; ".join(error.message for error in errors if error.message) or f"HTTP {status}"
    if status == 429 or any(error.code == _THROTTLED for error in errors):
        return RateLimited(
            reason,
            retry_after=retry_after(response.headers, now),
            errors=errors,
            http_status=status,
            ray=response.ray,
        )
    kind = kind_by_code(errors) or _kind_by_status(status, refusal, has_errors=bool(errors))
    return response_error(kind, reason, response, errors)


def refusal_errors(refusal: Envelope | None) -> tuple[ApiMessage, ...]:
    """Return the errors of a refusal; its messages if it has none."""
    if refusal is None:
        return ()
    errors, messages = (
        tuple(entry for entry in entries or () if entry.message or entry.code is not None)
        for entries in (refusal.errors, refusal.messages)
    )
    return errors or messages


def kind_by_code(errors: tuple[ApiMessage, ...]) -> type[CloudflareError] | None:
    """Return the error of a known code; without any, of a known key in the messages."""
    codes = {error.code for error in errors}
    for code, kind in _BY_CODE.items():
        if code in codes:
            return kind
    keys = (_KEY.search(error.message) for error in errors)
    return next((_BY_KEY[key[1]] for key in keys if key), None)


def _kind_by_status(status: int, refusal: Envelope | None, *, has_errors: bool) -> type[CloudflareError]:
    """Return the error of an HTTP status.

    A response without the API's envelope comes from a firewall or from the local engine's host check.
    """
    is_api = has_errors or (refusal is not None and not refusal.success)
    if status >= 500:
        return Unavailable
    if status in (401, 403) and is_api:
        return NotAuthorized
    return InvalidParameter if status >= 400 and has_errors else InvalidResponse


def is_known(errors: tuple[ApiMessage, ...]) -> bool:
    """Return whether errors say why there can be no usable result."""
    return kind_by_code(errors) is not None or any(error.code == _THROTTLED for error in errors)


def response_error(
    kind: type[CloudflareError], reason: str, response: Response, errors: tuple[ApiMessage, ...] = ()
) -> CloudflareError:
    """Make an error with the data by which Cloudflare's support finds the response."""
    return kind(reason, errors=errors, http_status=response.status, ray=response.ray)
