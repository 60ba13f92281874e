"""How an answer reaches the person after the ack: `response_url` first, the Web API if that fails."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.blocks.limits import Block
from bot.blocks.parts import Message
from bot.blocks.problems import restarting_message
from bot.listeners.answers import Answer
from bot.slack import UNREACHABLE, reason

_log = structlog.get_logger(__name__)

_GONE: Final = (404, 410)
_TRIGGER: Final = timedelta(seconds=3)
"""How long after a click Slack opens a form for it."""


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where an interaction came from, and so where its answer goes.

    Attributes:
        response_url: takes five answers within thirty minutes.
        channel: for when it does not; None where there is none (a modal, say).
        user: who asked, and the only one to see the answer.
    """

    response_url: str | None
    channel: str | None
    user: str

    @classmethod
    def of(cls, body: dict[str, Any]) -> "ReturnAddress":
        """The address in the body of a command or of an interaction."""
        user = body.get("user_id") or body.get("user", {}).get("id", "")
        channel = body.get("channel_id") or (body.get("channel") or {}).get("id")
        return cls(body.get("response_url"), channel, user)


class Delivery:
    """Sends answers that could not go with the ack.

    Args:
        session: for `response_url`; who made it closes it.
        client: for everything else.
    """

    def __init__(self, session: aiohttp.ClientSession, client: AsyncWebClient) -> None:
        self._session = session
        self._client = client

    async def deliver(
        self, work: Awaitable[Answer | None], address: ReturnAddress, *, in_place: bool
    ) -> None:
        """Show what some work comes to, or say that it was cut short by the end of this process.

        An answer takes the place of the message that was clicked in; a problem leaves that standing. Work
        that comes to nothing has been seen already.
        """
        try:
            answer = await work
        except asyncio.CancelledError:
            await self.send(restarting_message(), address, replace=False)
            raise
        if answer is not None:
            await self.send(answer.message, address, replace=in_place and not answer.is_problem)

    async def send(self, message: Message, address: ReturnAddress, *, replace: bool) -> None:
        """Show a message to who asked, in place of the one they clicked in if it `replace`s that.

        A failure is logged, as nobody is left to be told.
        """
        if address.response_url is not None and await self._respond(message, address.response_url, replace):
            return
        await self._post(message, address)

    async def open(self, view: Block, trigger_id: str) -> bool:
        """Open a form for who clicked; whether it stands before them, which the log denies with a reason."""
        try:
            async with asyncio.timeout(_TRIGGER.total_seconds()):
                await self._client.views_open(trigger_id=trigger_id, view=view)
        except UNREACHABLE as error:
            _log.warning("form_not_opened", reason=reason(error))
            return False
        return True

    async def _respond(self, message: Message, url: str, replace: bool) -> bool:
        webhook = AsyncWebhookClient(
            url,
            session=self._session,
            retry_handlers=[
                AsyncConnectionErrorRetryHandler(),
                AsyncRateLimitErrorRetryHandler(),
                AsyncServerErrorRetryHandler(),
            ],
        )
        webhook.proxy = None  # as in `slack_client`
        payload: dict[str, Any] = {
            "text": message.text,
            "response_type": "ephemeral",
            "replace_original": replace,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            answer = await webhook.send_dict({**payload, "blocks": message.blocks})
            if 400 <= answer.status_code < 500 and answer.status_code not in _GONE:
                # The blocks displease Slack, most likely. The text says the same, and is better than silence.
                _log.error("slack_refused_blocks", status=answer.status_code, body=answer.body[:200])
                answer = await webhook.send_dict(payload)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            _log.warning("response_url_unreachable", error=type(error).__name__)
            return False
        if answer.status_code != 200:
            _log.warning("response_url_refused", status=answer.status_code, body=answer.body[:200])
        return answer.status_code == 200

    async def _post(self, message: Message, address: ReturnAddress) -> None:
        if address.channel is None or not address.user:
            _log.error("answer_undeliverable", reason="no channel to post to")
            return
        try:
            await self._client.chat_postEphemeral(
                channel=address.channel, user=address.user, text=message.text, blocks=message.blocks
            )
        except UNREACHABLE as error:
            _log.error("answer_undeliverable", reason=reason(error))
