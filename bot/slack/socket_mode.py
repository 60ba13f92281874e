"""Socket Mode: Slack's requests through a WebSocket that the bot opens, so no public URL is needed."""

import asyncio
import time
from datetime import timedelta
from typing import Any, Final

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import StartupError
from bot.slack.bolt import SlackApp
from bot.slack.client import check_app_token
from bot.slack.http import UNREADABLE

CONNECT_WITHIN: Final = timedelta(seconds=30)
LOST_AFTER: Final = timedelta(seconds=60)
ACK_LIMIT: Final = timedelta(seconds=3)
"""Slack waits no longer for an ack."""

_EVENTS: Final = "events_api"
_LOOK_EVERY: Final = 1.0
_TO_BEGIN: Final = 0.02
"""Seconds in which slack_sdk begins to answer what it has read."""


class SocketModeFailed(StartupError):
    """No connection, and none to be expected; the message says what to do."""


class SocketMode:
    """One connection, watched: slack_sdk would retry a dead one silently and for ever.

    Args:
        app: answers what comes.
        client: for `apps.connections.open`.
        app_token: `xapp-…`, with the scope `connections:write`.
        lost_after: how long the connection may be gone before the process had better be started anew.
    """

    def __init__(
        self, app: SlackApp, client: AsyncWebClient, app_token: str, lost_after: timedelta = LOST_AFTER
    ) -> None:
        self._app = app
        self._client = client
        self._app_token = app_token
        self._lost_after = lost_after.total_seconds()
        self._handler: AsyncSocketModeHandler | None = None
        self._unanswered: set[asyncio.Task[Any]] = set()

    async def connect(self) -> None:
        """Open the connection.

        Raises:
            TokenRefused, SlackUnreachable: as `check_app_token`.
            SocketModeFailed: Slack hands out addresses that can't be connected to.
        """
        await check_app_token(self._client, self._app_token)
        self._handler = AsyncSocketModeHandler(self._app, self._app_token, web_client=self._client)
        self._handler.client.socket_mode_request_listeners = [self._answer]
        try:
            async with asyncio.timeout(CONNECT_WITHIN.total_seconds()):
                await self._handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it so
        except TimeoutError as error:
            raise SocketModeFailed(
                f"no Socket Mode connection within {CONNECT_WITHIN.seconds} s: is wss:// blocked from here?"
            ) from error

    async def is_connected(self) -> bool:
        """Return whether Slack can reach the bot now."""
        return self._handler is not None and await self._handler.client.is_connected()

    async def watch(self) -> None:
        """Run for as long as the connection holds, or comes back in time.

        Raises:
            SocketModeFailed: it was gone for too long.
        """
        seen = time.monotonic()
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            if await self.is_connected():
                seen = time.monotonic()
            elif time.monotonic() - seen > self._lost_after:
                raise SocketModeFailed(f"the Socket Mode connection was gone for {self._lost_after:g} s")

    async def _answer(self, _: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """Answer one request; until its ack is sent, the connection is needed.

        An event that can't be read is acknowledged, since Slack would send it again.
        """
        task = asyncio.current_task()
        if task is None or self._handler is None:
            raise AssertionError("slack_sdk runs this in a task, once there is a connection")
        self._unanswered.add(task)
        try:
            await self._handler.handle(self._handler.client, request)
        except UNREADABLE:
            if request.type != _EVENTS:
                raise
            await self._handler.client.send_socket_mode_response(SocketModeResponse(request.envelope_id))
        finally:
            self._unanswered.discard(task)

    async def close(self) -> None:
        """Take no more work, and send the acks that are still due."""
        if self._handler is None:
            return
        client = self._handler.client
        await self._send_acks()  # what comes meanwhile is answered, too
        if client.message_receiver is not None:
            client.message_receiver.cancel()
        await asyncio.sleep(_TO_BEGIN)
        await self._send_acks()
        await self._handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it so
        # close() leaves these behind: a task that waits for messages, and a session.
        tasks = [
            task
            for task in (client.message_processor, client.message_receiver, client.current_session_monitor)
            if task is not None
        ]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await client.aiohttp_client_session.close()

    async def _send_acks(self) -> None:
        """Wait until none is due, or for as long as Slack would."""
        deadline = time.monotonic() + ACK_LIMIT.total_seconds()
        while self._unanswered and (left := deadline - time.monotonic()) > 0:
            await asyncio.wait(self._unanswered, timeout=left)
