"""Messages by `response_url`, and what Slack says of them."""

import json
from datetime import timedelta
from typing import Any, Final

import aiohttp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.slack.client import RateLimitRetryHandler, error_code
from bot.ui.elements import Message

UNUSABLE: Final = (404, 410, 429)
"""Statuses with which a plainer message would be refused just the same."""

_RESEND_AFTER: Final[list[type[Exception]]] = [aiohttp.ServerDisconnectedError, aiohttp.ClientOSError]
"""slack_sdk would send it again after a timeout, too, when Slack may be about to show it."""
_SHORT_WAIT: Final = timedelta(seconds=3)
"""How long an answer waits for a busy Slack while there are other ways to give it."""


def open_response_url(
    url: str, session: aiohttp.ClientSession, *, may_repeat: bool = True
) -> AsyncWebhookClient:
    """Return what sends to a `response_url`.

    Args:
        url: Slack's.
        session: see `answer_session`.
        may_repeat: send again where a connection broke, after which Slack may show the message twice.
    """
    retries: list[AsyncRetryHandler] = [RateLimitRetryHandler(_SHORT_WAIT)]
    if may_repeat:
        retries.append(AsyncConnectionErrorRetryHandler(error_types=_RESEND_AFTER))
    webhook = AsyncWebhookClient(url, session=session, retry_handlers=retries)
    webhook.proxy = None  # as in `slack_client`
    return webhook


def message_body(
    message: Message, thread: str | None, *, for_all: bool = False, in_place: bool = False
) -> dict[str, Any]:
    """Return what to send for a message: for one person, or `for_all` in the channel."""
    body: dict[str, Any] = {
        "text": message.text,
        "response_type": "in_channel" if for_all else "ephemeral",
        "replace_original": in_place,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if thread is not None:
        body["thread_ts"] = thread
    if message.blocks:
        body["blocks"] = message.blocks
    return body


def refusal(answer: WebhookResponse) -> str:
    """Return Slack's code for a refusal, all of an answer or the `error` in it; empty without one."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = {"error": answer.body.strip()}
    return error_code(said) if isinstance(said, dict) else ""


def is_accepted(answer: WebhookResponse) -> bool:
    """Return whether Slack shows it. Some refusals have the status 200, too."""
    if answer.status_code != 200:
        return False
    try:
        said = json.loads(answer.body)
    except ValueError:
        return True  # `ok`, as it stands there
    return not isinstance(said, dict) or said.get("ok") is not False
