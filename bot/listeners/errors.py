"""What nobody else answers: unknown requests, and faults of the bot's own. Slack gets its ack even so."""

from collections.abc import Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

from bot.listeners.background import Background
from bot.listeners.delivery import Delivery, ReturnAddress
from bot.ui.elements import modal
from bot.ui.problems import unexpected_message, unknown_command_message, unknown_control_message
from bot.ui.request_id import with_request_id

_log = structlog.get_logger(__name__)


def register(app: AsyncApp, delivery: Delivery, background: Background, reference: Callable[[], str]) -> None:
    """Acknowledge every request that has no listener, and tell the person in either case."""

    async def failed(error: Exception, body: dict[str, Any]) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            _log.warning("request_without_listener", type=body.get("type"), command=body.get("command"))
            name = body.get("command")
            told = unknown_command_message(str(name)) if name else unknown_control_message()
            message = with_request_id(told, reference())
        else:
            _log.error("listener_failed", exc_info=error)
            message = unexpected_message(reference())
        if "command" in body:
            return _ack({"response_type": "ephemeral", "text": message.text, "blocks": message.blocks})
        if body.get("type") == "view_submission":
            view = modal("Nothing was done", message.blocks, close="Close")
            return _ack({"response_action": "update", "view": view})
        address = ReturnAddress.of(body)
        # A click in a form brings no `response_url`: then they are told in a direct message.
        if address.response_url is not None or body.get("type") == "block_actions":
            background.start(delivery.send(message, address, replace=False))
        return BoltResponse(status=200)

    app.error(failed)


def _ack(body: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=body, headers={"content-type": "application/json"})
