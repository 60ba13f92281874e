"""What Slack sends to an app, and how it gets there."""

import asyncio
import json
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, Protocol
from urllib.parse import urlencode

import aiohttp

from bot.playground.simulators.slack.shapes import Payload
from bot.playground.simulators.slack.signing import RequestSigner

ACK_SECONDS = 3.0

DeliveryKind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One payload on its way; ``kind`` is the word Socket Mode uses for it.

    ``interaction_id`` is the interaction behind it; ``typed`` is a command's text as it was typed.
    """

    kind: DeliveryKind
    payload: Payload
    interaction_id: str = ""
    typed: str = ""

    def as_http(self) -> tuple[str, str]:
        """Content type and body as they go to a Request URL: forms for people's acts, JSON for events."""
        form = "application/x-www-form-urlencoded"
        match self.kind:
            case "slash_commands":
                return form, urlencode(self.payload)
            case "interactive":
                return form, urlencode({"payload": json.dumps(self.payload)})
            case "events_api":
                return "application/json", json.dumps(self.payload)


@dataclass(frozen=True, slots=True)
class Ack:
    """The bot's immediate answer: what it was, and after how many seconds it came.

    ``request_id`` is what the bot calls the request, where it says so.
    """

    status: int
    body: str
    seconds: float
    content_type: str = ""
    request_id: str = ""

    def as_json(self) -> Payload | None:
        """Return the body as an object, or None where it is plain text or nothing."""
        if not self.content_type.startswith("application/json"):
            return None
        body = json.loads(self.body or "null")
        return body if isinstance(body, dict) else None


class AckError(Exception):
    """The person who acted sees an error in Slack; ``ack`` is what the bot said, or None for nothing."""

    def __init__(self, why: str, ack: Ack | None = None) -> None:
        self.ack = ack
        super().__init__(why)

    @classmethod
    def too_late(cls, seconds: float) -> "AckError":
        """Slack stopped waiting and shows ``operation_timeout``."""
        return cls(f"operation_timeout: no ack within {seconds:g} s")


class Transport(Protocol):
    """A way to the bot: its Request URL, or one of the sockets it opened."""

    async def deliver(self, delivery: Delivery) -> Ack:
        """Bring one payload and return with the ack; AckError if none comes in time."""


@dataclass(frozen=True, slots=True)
class HttpTransport:
    """Posts to the app's Request URL, signed."""

    session: aiohttp.ClientSession
    request_url: str
    signer: RequestSigner
    ack_seconds: float = ACK_SECONDS

    async def deliver(self, delivery: Delivery) -> Ack:
        """One POST; AckError when no answer comes in time, nobody listens, or the status is not 200."""
        content_type, body = delivery.as_http()
        headers = {"Content-Type": content_type, **self.signer.headers(body)}
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.ack_seconds):
                ack = await self._post(body, headers, started)
        except TimeoutError:
            raise AckError.too_late(self.ack_seconds) from None
        except aiohttp.ClientError as broken:
            raise AckError(f"dispatch_failed: {broken}") from broken
        if ack.status != HTTPStatus.OK:
            raise AckError(f"dispatch_failed: HTTP {ack.status}: {ack.body[:200]}", ack)
        return ack

    async def _post(self, body: str, headers: dict[str, str], started: float) -> Ack:
        async with self.session.post(self.request_url, data=body.encode(), headers=headers) as response:
            text = await response.text()
            return Ack(
                response.status,
                text,
                time.monotonic() - started,
                response.content_type,
                response.headers.get("X-Request-Id", ""),
            )
