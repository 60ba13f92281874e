"""How Slack signs what it sends to an app.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


def signature(secret: str, timestamp: int, body: str) -> str:
    """``v0=`` and the hex HMAC-SHA256 of ``v0:timestamp:body`` under the signing secret."""
    signed = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


class RequestSigner(Protocol):
    """Gives the headers that prove where a request body comes from."""

    def headers(self, body: str) -> dict[str, str]:
        """Headers to send along with ``body``."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs as Slack does; a clock that lags makes requests Bolt takes for replays (older than 300 s)."""

    secret: str
    clock: Callable[[], float] = time.time

    def headers(self, body: str) -> dict[str, str]:
        """``X-Slack-Request-Timestamp`` and ``X-Slack-Signature``."""
        timestamp = int(self.clock())
        return {
            "X-Slack-Request-Timestamp": str(timestamp),
            "X-Slack-Signature": signature(self.secret, timestamp, body),
        }


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A stranger who knows the address and not the secret."""

    def headers(self, body: str) -> dict[str, str]:  # noqa: ARG002  # the shape of Signs
        """No headers at all."""
        return {}
