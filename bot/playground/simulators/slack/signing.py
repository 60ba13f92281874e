"""Signatures of Slack's requests to an app.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


def signature(secret: str, timestamp: int, body: str) -> str:
    """Return ``v0=`` and the hex HMAC-SHA256 of ``v0:timestamp:body`` with the signing secret."""
    signed = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


class RequestSigner(Protocol):
    """Creates the headers that authenticate a request body."""

    def headers(self, body: str) -> dict[str, str]:
        """Return the headers for a body."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs as Slack does; with a clock that lags by 300 s, Bolt rejects requests as replays."""

    secret: str
    clock: Callable[[], float] = time.time

    def headers(self, body: str) -> dict[str, str]:
        """Return ``X-Slack-Request-Timestamp`` and ``X-Slack-Signature``."""
        timestamp = int(self.clock())
        return {
            "X-Slack-Request-Timestamp": str(timestamp),
            "X-Slack-Signature": signature(self.secret, timestamp, body),
        }


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A signer without the secret: it adds no headers."""

    def headers(self, body: str) -> dict[str, str]:  # noqa: ARG002  # the signature of RequestSigner
        """Return no headers."""
        return {}
