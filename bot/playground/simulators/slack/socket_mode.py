"""The server side of Socket Mode: one WebSocket per ticket, which sends envelopes and receives acks.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal

from aiohttp import WSMsgType, web

from bot.playground.simulators.slack.delivery import ACK_SECONDS, Ack, AckError, Delivery
from bot.playground.simulators.slack.journal import WAIT_SECONDS, Journal
from bot.playground.simulators.slack.shapes import Payload

DisconnectReason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]

MAX_CONNECTIONS = 10


@dataclass(frozen=True, slots=True)
class Connection:
    """A WebSocket of a bot; ``number`` counts from 1 since the start of the server."""

    number: int
    socket: web.WebSocketResponse


@dataclass
class SocketMode:
    """Serves ``/link/?ticket=…`` and delivers payloads to a connected bot.

    ``opened`` is the journal of connections; ``refused`` counts rejected ones.
    """

    app_id: str
    ack_seconds: float = ACK_SECONDS
    opened: Journal[Connection] = field(default_factory=Journal)
    refused: int = 0
    _tickets: set[str] = field(default_factory=set)
    _live: list[Connection] = field(default_factory=list)
    _awaited: dict[str, asyncio.Future[Payload]] = field(default_factory=dict)
    _turn: int = 0

    def routes(self) -> list[web.RouteDef]:
        """Return the route of the address that ``apps.connections.open`` returns."""
        return [web.get("/link/", self.serve)]

    def issue_ticket(self) -> str:
        """Issue a ticket for one connection."""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return ticket

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The open connections."""
        return tuple(connection for connection in self._live if not connection.socket.closed)

    async def wait_for_connection(self, within: float = WAIT_SECONDS) -> Connection:
        """Return the newest open connection; wait if there is none."""
        opened = self.opened.follow()
        return self.connections[-1] if self.connections else await opened.next(within)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Handle the connection of a bot; a used or unknown ticket is rejected."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or len(self.connections) >= MAX_CONNECTIONS:
            self.refused += 1
            return web.Response(status=HTTPStatus.FORBIDDEN, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(len(self.opened) + 1, socket)
        self._live.append(connection)
        try:
            await self._say_hello(connection)
            self.opened.add(connection)
            await self._listen(socket)
        finally:
            self._live.remove(connection)
        return socket

    async def _say_hello(self, connection: Connection) -> None:
        await connection.socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.connections),
                "connection_info": {"app_id": self.app_id},
                "debug_info": {
                    "host": "applink-local",
                    "build_number": 1,
                    "approximate_connection_time": 18060,
                },
            }
        )

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            answer = json.loads(message.data)
            awaited = self._awaited.pop(answer.get("envelope_id", ""), None)
            if awaited is not None and not awaited.done():
                awaited.set_result(answer.get("payload") or {})

    async def deliver(self, delivery: Delivery) -> Ack:
        """Send an envelope to the next connection; AckError without a connection or a timely ack."""
        live = self.connections
        if not live:
            raise AckError("dispatch_failed: no Socket Mode connection is open")
        self._turn += 1
        envelope_id = secrets.token_hex(16)
        answer: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._awaited[envelope_id] = answer
        started = time.monotonic()
        await live[self._turn % len(live)].socket.send_json(_envelope(envelope_id, delivery))
        payload = await self._ack(envelope_id, answer)
        body = json.dumps(payload) if payload else ""
        return Ack(HTTPStatus.OK, body, time.monotonic() - started, "application/json")

    async def _ack(self, envelope_id: str, answer: Awaitable[Payload]) -> Payload:
        try:
            async with asyncio.timeout(self.ack_seconds):
                return await answer
        except TimeoutError:
            raise AckError.too_late(self.ack_seconds) from None
        finally:
            self._awaited.pop(envelope_id, None)

    async def disconnect(self, reason: DisconnectReason = "refresh_requested") -> None:
        """Ask every bot to reconnect with a new ticket. Slack closes the old connection later."""
        for connection in self.connections:
            await connection.socket.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-local"}}
            )

    async def close(self) -> None:
        """Close every connection without notice, as when a server of Slack fails."""
        for connection in self.connections:
            await connection.socket.close()


def _envelope(envelope_id: str, delivery: Delivery) -> Payload:
    # A click's ack carries no message: bots use the response_url.
    takes_an_answer = delivery.kind == "slash_commands" or delivery.payload.get("type") in {
        "view_submission",
        "block_suggestion",
    }
    envelope = {
        "type": delivery.kind,
        "envelope_id": envelope_id,
        "payload": delivery.payload,
        "accepts_response_payload": takes_an_answer,
    }
    is_event = delivery.kind == "events_api"
    return {**envelope, "retry_attempt": 0, "retry_reason": ""} if is_event else envelope
