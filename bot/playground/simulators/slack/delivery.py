"""Deliveries from Slack to an app, and their transports."""

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
    """A payload for the app; ``kind`` is the envelope type of Socket Mode.

    ``interaction_id`` is the interaction behind it; ``typed`` is a command's text as it was typed.
    """

    kind: DeliveryKind
    payload: Payload
    interaction_id: str = ""
    typed: str = ""

    def as_http(self) -> tuple[str, str]:
        """Return content type and body for a Request URL: a form for interactions, JSON for events."""
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
    """The bot's immediate response and the seconds until it came.

    ``request_id`` is the bot's id of the request, if it sends one.
    """

    status: int
    body: str
    seconds: float
    content_type: str = ""
    request_id: str = ""

    def as_json(self) -> Payload | None:
        """Return the body as an object, or None if it is plain text or empty."""
        if not self.content_type.startswith("application/json"):
            return None
        body = json.loads(self.body or "null")
        return body if isinstance(body, dict) else None


class AckError(Exception):
    """The person sees an error in Slack; ``ack`` is the bot's response, or None."""

    def __init__(self, why: str, ack: Ack | None = None) -> None:
        self.ack = ack
        super().__init__(why)

    @classmethod
    def too_late(cls, seconds: float) -> "AckError":
        """Create the error for ``operation_timeout``."""
        return cls(f"operation_timeout: no ack within {seconds:g} s")


class Transport(Protocol):
    """A transport to the bot: its Request URL, or one of its sockets."""

    async def deliver(self, delivery: Delivery) -> Ack:
        """Deliver a payload and return the ack; AckError if none comes in time."""


@dataclass(frozen=True, slots=True)
class HttpTransport:
    """Sends signed requests to the app's Request URL."""

    session: aiohttp.ClientSession
    request_url: str
    signer: RequestSigner
    ack_seconds: float = ACK_SECONDS

    async def deliver(self, delivery: Delivery) -> Ack:
        """Send a POST; AckError on a timeout, a connection error, or a status other than 200."""
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
