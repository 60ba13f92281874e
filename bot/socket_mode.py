"""Socket Mode: Slack's requests through a WebSocket that the bot opens, so no public URL is needed."""

import asyncio
import time
from datetime import timedelta
from typing import Final

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners.dispatch import SlackApp

_log = structlog.get_logger(__name__)

CONNECT_WITHIN: Final = timedelta(seconds=30)
LOST_AFTER: Final = timedelta(seconds=60)
_LOOK_EVERY: Final = 1.0


class SocketModeFailed(Exception):
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

    async def connect(self) -> None:
        """Open the connection.

        Raises:
            SocketModeFailed: the token is wrong, or Slack does not answer.
        """
        await check_app_token(self._client, self._app_token)
        self._handler = AsyncSocketModeHandler(self._app, self._app_token, web_client=self._client)
        try:
            async with asyncio.timeout(CONNECT_WITHIN.total_seconds()):
                await self._handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it so
        except TimeoutError as error:
            raise SocketModeFailed(
                f"no Socket Mode connection within {CONNECT_WITHIN.seconds} s: is wss:// blocked from here?"
            ) from error

    async def is_connected(self) -> bool:
        """Whether Slack can reach the bot now."""
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

    async def close(self) -> None:
        """Take no more work."""
        if self._handler is None:
            return
        client = self._handler.client
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


async def check_app_token(client: AsyncWebClient, app_token: str) -> None:
    """Prove that a connection could be opened.

    Raises:
        SocketModeFailed: it could not; says what to do.
    """
    try:
        await client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        code = error.response.get("error")
        raise SocketModeFailed(
            f"Slack refuses SLACK_APP_TOKEN ({code}): it must be an app-level token (xapp-…) with the scope "
            "connections:write, and Socket Mode must be on in the app's settings"
        ) from error
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise SocketModeFailed(f"Slack can't be reached: {type(error).__name__}") from error
