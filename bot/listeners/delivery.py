"""How an answer reaches the person after the ack: `response_url` first, the Web API if that fails."""

import asyncio
from collections.abc import Awaitable, Sequence
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
from bot.listeners.answers import Answer, FormToOpen
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
            replace = in_place and not answer.is_problem
            await self.send(answer.message, address, replace=replace, plain=answer.plain)

    async def send(
        self, message: Message, address: ReturnAddress, *, replace: bool, plain: Message | None = None
    ) -> None:
        """Show a message to who asked, in place of the one they clicked in if it `replace`s that.

        Where Slack refuses its blocks, the `plain` ones are shown, or its text. A failure is logged, as
        nobody is left to be told.
        """
        url = address.response_url
        if url is not None and await self._respond([message, *filter(None, [plain])], url, replace):
            return
        await self._post(plain or message, address)

    async def opened(self, outcome: FormToOpen | Answer | None, trigger_id: str) -> Answer | None:
        """The outcome; of a form that is opened nothing is left, else what to say instead of it."""
        if not isinstance(outcome, FormToOpen):
            return outcome
        if await self._view("views.open", trigger_id=trigger_id, view=outcome.view) is not None:
            return None
        return Answer(outcome.instead, is_problem=True)

    async def push(self, view: Block, trigger_id: str) -> str | None:
        """Put a view over the form that was clicked in; its id, or None if Slack did not show it."""
        return await self._view("views.push", trigger_id=trigger_id, view=view)

    async def change_view(self, view_id: str, view: Block) -> bool:
        """Show something else in a view; whether Slack did."""
        return await self._view("views.update", view_id=view_id, view=view) is not None

    async def _view(self, method: str, **arguments: Any) -> str | None:  # noqa: ANN401 - as the methods take them
        try:
            async with asyncio.timeout(_TRIGGER.total_seconds()):
                answer = await self._client.api_call(method, json=arguments)
        except UNREACHABLE as error:
            _log.warning("form_not_shown", method=method, reason=reason(error))
            return None
        return str((answer.get("view") or {}).get("id", ""))

    async def _respond(self, messages: Sequence[Message], url: str, replace: bool) -> bool:
        """Show the first of some messages that Slack takes, or at least the text of it."""
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
            "text": messages[0].text,
            "response_type": "ephemeral",
            "replace_original": replace,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            # Where the blocks displease Slack, the text says the same, and is better than silence.
            for body in (*({**payload, "blocks": message.blocks} for message in messages), payload):
                answer = await webhook.send_dict(body)
                if not 400 <= answer.status_code < 500 or answer.status_code in _GONE:
                    break
                _log.warning("slack_refused_message", status=answer.status_code, body=answer.body[:200])
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
