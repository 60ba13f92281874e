"""The way in: every request of Slack's gets a reference, is counted, and its ack is timed."""

import logging
import secrets
import time
from contextvars import ContextVar
from typing import Final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.telemetry import Metrics

_reference: Final[ContextVar[str]] = ContextVar("reference", default="none")

_REFERENCE_HEADER: Final = "X-Request-Id"

_KINDS: Final = (
    "block_actions",
    "view_submission",
    "view_closed",
    "block_suggestion",
    "shortcut",
    "event_callback",
)


def current_reference() -> str:
    """The short id of the request that is being answered."""
    return _reference.get()


class SlackApp(AsyncApp):
    """Bolt, set up for one workspace; listeners are registered on it.

    Args:
        client: with the bot's token.
        signing_secret: None in Socket Mode, where nothing comes by HTTP.
        metrics: counts requests and times acks.
    """

    def __init__(self, client: AsyncWebClient, signing_secret: str | None, metrics: Metrics) -> None:
        token = client.token

        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

        # At info Bolt logs whole requests, at warning it takes this set-up for a mistake.
        quiet = logging.getLogger("slack_bolt.workflows")
        quiet.setLevel(logging.ERROR)
        super().__init__(
            logger=quiet,
            name="workflows-bot",
            client=AsyncWebClient(base_url=client.base_url, session=client.session),
            authorize=authorize,  # no auth.test on the way of an answer: it was made at the start
            signing_secret=signing_secret or "",
            # A listener runs within its request: no polling for its ack, no task that nobody holds.
            process_before_response=True,
            raise_error_for_unhandled_request=True,
        )
        self._metrics = metrics

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Answer one request, whichever way it came; the answer's `X-Request-Id` also stands in the log."""
        reference = secrets.token_hex(4)
        _reference.set(reference)
        structlog.contextvars.bind_contextvars(reference=reference)
        started = time.perf_counter()
        response = await super().async_dispatch(req)
        response.headers[_REFERENCE_HEADER] = [reference]
        self._metrics.ack_seconds.observe(time.perf_counter() - started)
        self._metrics.requests.labels(_kind(req), str(response.status)).inc()
        return response


def _kind(request: AsyncBoltRequest) -> str:
    if "command" in request.body:
        return "command"
    kind = request.body.get("type")
    return kind if kind in _KINDS else "other"
