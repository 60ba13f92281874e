"""The bot's own HTTP endpoints."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request

from bot.listeners.dispatch import SlackApp
from bot.telemetry import Metrics

Probe = Callable[[], Awaitable[str | None]]
"""Says what is not ready, or None."""


def web_app(slack: SlackApp | None, metrics: Metrics, probes: Mapping[str, Probe]) -> web.Application:
    """The endpoints.

    Args:
        slack: answers `POST /slack/events`; None in Socket Mode, where Slack never calls.
        metrics: for `GET /metrics`.
        probes: what has to be well for `GET /readyz`, by name.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "up"})

    async def readyz(_: web.Request) -> web.Response:
        faults = {name: fault for name, probe in probes.items() if (fault := await probe()) is not None}
        if faults:
            return web.json_response({"status": "not ready", "faults": faults}, status=503)
        return web.json_response({"status": "ready"})

    async def show_metrics(_: web.Request) -> web.Response:
        return web.Response(body=metrics.render(), headers={"Content-Type": "text/plain; version=0.0.4"})

    app = web.Application()
    app.add_routes(
        [web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", show_metrics)]
    )
    if slack is not None:
        app.router.add_post("/slack/events", _events(slack, metrics))
    return app


def _events(slack: SlackApp, metrics: Metrics) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def events(request: web.Request) -> web.Response:
        if not _TIMESTAMP.fullmatch(request.headers.get("X-Slack-Request-Timestamp", "")):
            metrics.requests.labels("other", "401").inc()
            return web.Response(status=401)  # Bolt would take it for a number
        try:
            bolt_request = await to_bolt_request(request)
        except _UNREADABLE:
            metrics.requests.labels("other", "400").inc()
            return web.Response(status=400, text="the body can't be read")
        return await to_aiohttp_response(await slack.async_dispatch(bolt_request))

    return events


_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}", re.ASCII)
_UNREADABLE: Final = (ValueError, TypeError, AttributeError, RecursionError)
"""What Bolt's parser raises for a body that is not UTF-8, not JSON, or not an object: nothing Slack sends."""
