"""Live updates: server-sent events to every open page."""

import asyncio
import json
from collections.abc import Callable
from typing import Final

from aiohttp import web

from bot.playground.page.serialization import (
    change_to_json,
    channels_to_json,
    exchange_to_json,
    notice_to_json,
    view_to_json,
    workspace_to_json,
)
from bot.playground.playground import Playground
from bot.playground.simulators.slack import Payload, View

_HEARTBEAT_SECONDS: Final = 15.0
_MAX_QUEUED: Final = 1_000
"""Queued events after which a slow page is disconnected; it gets the whole state when it reconnects."""


class Feed:
    """Sends events of the playground to every open page."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self._pages: set[asyncio.Queue[bytes | None]] = set()
        slack, exchanges = playground.slack, playground.exchange_log
        slack.changes.listeners.append(lambda change: self.publish("message", change_to_json(change)))
        slack.workspace.channel_changes.listeners.append(lambda _: self._publish_channels())
        slack.views.shown.listeners.append(self._publish_view("shown"))
        slack.views.closed.listeners.append(self._publish_view("closed"))
        exchanges.changes.listeners.append(
            lambda exchange: self.publish("exchange", exchange_to_json(exchange))
        )
        exchanges.notices.listeners.append(lambda notice: self.publish("notice", notice_to_json(notice)))

    def _publish_channels(self) -> None:
        self.publish("channels", {"channels": channels_to_json(self._playground.slack.workspace)})

    def publish(self, event: str, data: Payload) -> None:
        """Send an event to all pages."""
        encoded = _encode(event, data)
        for page in list(self._pages):
            if page.qsize() < _MAX_QUEUED:
                page.put_nowait(encoded)
            else:
                self._pages.discard(page)
                page.put_nowait(None)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Send the whole state to a page, and then events until it disconnects."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        # No event may be lost between the snapshot and the start of the queue.
        events: asyncio.Queue[bytes | None] = asyncio.Queue()
        snapshot = _encode("workspace", workspace_to_json(self._playground))
        self._pages.add(events)
        try:
            await response.prepare(request)
            await response.write(snapshot)
            while (event := await _next_event(events)) is not None:
                await response.write(event)
        except ConnectionError:
            return response  # the page was closed
        finally:
            self._pages.discard(events)
        return response

    async def close(self, _: web.Application) -> None:
        """Disconnect every page; for `on_shutdown`."""
        for page in self._pages:
            page.put_nowait(None)

    def _publish_view(self, kind: str) -> Callable[[View], None]:
        return lambda view: self.publish("view", {"kind": kind, "view": view_to_json(view)})


async def _next_event(events: asyncio.Queue[bytes | None]) -> bytes | None:
    """Return the next event, a keep-alive comment if none comes for a while, or None at the end."""
    try:
        async with asyncio.timeout(_HEARTBEAT_SECONDS):
            return await events.get()
    except TimeoutError:
        return b": still here\n\n"


def _encode(event: str, data: Payload) -> bytes:
    return f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()
