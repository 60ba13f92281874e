"""How an answer reaches the person after the ack: `response_url` first, the Web API if that fails."""

import asyncio
import json
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.listeners.answers import Answer, FormToOpen
from bot.slack.client import BLOCKS_REFUSED, SLACK_ERRORS, RateLimitRetryHandler, reason
from bot.ui.elements import Message
from bot.ui.limits import Block
from bot.ui.problems import restarting_message

_log = structlog.get_logger(__name__)

_GONE: Final = (404, 410, 429)
"""A plainer message would be refused just the same."""
_BRIEFLY: Final = timedelta(seconds=3)
"""How long Slack may have an answer wait while there are other ways to give it."""
_TRIGGER: Final = timedelta(seconds=3)
"""How long after a click Slack opens a form for it."""
_SETTLED: Final = {
    "views.open": {"exchanged_trigger_id"},
    "views.push": {"exchanged_trigger_id", "duplicate_external_id"},
    "views.update": {"not_found"},
}
"""Refusals that tell of a form that is open already, and of one that was closed again."""


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where an interaction came from, and so where its answer goes.

    Attributes:
        response_url: takes five answers within thirty minutes.
        channel: for when it does not; None where there is none (a modal, say). Failing that, too, there is
            the direct message.
        user: who asked, and the only one to see the answer.
    """

    response_url: str | None
    channel: str | None
    user: str

    @classmethod
    def of(cls, body: dict[str, Any]) -> "ReturnAddress":
        """The address in the body of a command or of an interaction."""
        user, channel = (_text(body.get(f"{name}_id")) or _id(body.get(name)) for name in ("user", "channel"))
        return cls(_text(body.get("response_url")), channel, user or "")


def _id(thing: object) -> str | None:
    return _text(thing.get("id")) if isinstance(thing, dict) else None


def _text(thing: object) -> str | None:
    """A text that says something; whoever answers Slack's stranger payloads goes by this, too."""
    return thing if isinstance(thing, str) and thing else None


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
        if answer is None:
            return
        replace = in_place and not answer.is_problem
        sending = asyncio.ensure_future(
            self.send(answer.message, address, replace=replace, plain=answer.plain)
        )
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            await sending  # what is ready is better than a word of being cut short
            raise

    async def send(
        self, message: Message, address: ReturnAddress, *, replace: bool, plain: Message | None = None
    ) -> None:
        """Show a message to who asked, in place of the one they clicked in if it `replace`s that.

        Where Slack refuses its blocks, the `plain` ones are shown, or its text. What can go nowhere, not even
        into a direct message, is logged, as nobody is left to be told.
        """
        versions = [message, *filter(None, [plain]), message.bare]
        try:
            if await self._respond(versions, address.response_url, replace):
                return
            whispered = await self._whisper(versions, address)
            if whispered is None:
                return
            written = await self._write(versions, address)
        except asyncio.CancelledError:
            _log.error("answer_undeliverable", reason="this process ends")
            raise
        if written is not None:
            _log.error("answer_undeliverable", reason=whispered, direct_message=written)

    async def opened(self, outcome: FormToOpen | Answer | None, trigger_id: str) -> Answer | None:
        """The outcome; of a form that is opened nothing is left, else what to say instead of it."""
        if not isinstance(outcome, FormToOpen):
            return outcome
        if await self._shown("views.open", trigger_id=trigger_id, view=outcome.view):
            return None
        return Answer(outcome.instead, is_problem=True)

    async def push(self, view: Block, trigger_id: str) -> bool:
        """Put a view over the form that was clicked in; whether Slack did.

        It goes by the click's `trigger_id` from then on, which is known even if Slack's answer is lost.
        """
        named = {**view, "external_id": trigger_id}
        return await self._shown("views.push", trigger_id=trigger_id, view=named)

    async def change_pushed(self, view: Block, trigger_id: str) -> bool:
        """Show something else in a view that was pushed; whether Slack did, or nobody looks any more."""
        named = {**view, "external_id": trigger_id}
        return await self._shown("views.update", external_id=trigger_id, view=named)

    async def _shown(self, method: str, **arguments: Any) -> bool:  # noqa: ANN401 - as the methods take them
        try:
            async with asyncio.timeout(_TRIGGER.total_seconds()):
                await self._sent_twice(method, arguments)
        except SLACK_ERRORS as error:
            why = reason(error)
            _log.warning("form_not_shown", method=method, reason=why)
            return why in _SETTLED[method]
        return True

    async def _sent_twice(self, method: str, arguments: dict[str, Any]) -> None:
        """Call a method again whose answer was lost: none of these does twice what it does."""
        try:
            await self._client.api_call(method, json=arguments)
        except aiohttp.ClientError:
            await self._client.api_call(method, json=arguments)

    async def _respond(self, versions: Sequence[Message], url: str | None, replace: bool) -> bool:
        """Show the first of some versions that Slack takes; whether it took any."""
        if url is None:
            return False
        webhook = AsyncWebhookClient(
            url,
            session=self._session,
            retry_handlers=[AsyncConnectionErrorRetryHandler(), RateLimitRetryHandler(_BRIEFLY)],
        )
        webhook.proxy = None  # as in `slack_client`
        payload: dict[str, Any] = {
            "text": versions[0].text,
            "response_type": "ephemeral",
            "replace_original": replace,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            # Where the blocks displease Slack, the text says the same, and is better than silence.
            for version in versions:
                body = {**payload, "blocks": version.blocks} if version.blocks else payload
                answer = await webhook.send_dict(body)
                if answer.status_code >= 500:
                    answer = await webhook.send_dict(body)
                if _is_taken(answer):
                    return True
                _log.warning("response_url_refused", status=answer.status_code, body=answer.body[:200])
                if answer.status_code >= 500 or answer.status_code in _GONE:
                    return False
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            _log.warning("response_url_unreachable", error=type(error).__name__)
        return False

    async def _whisper(self, versions: Sequence[Message], address: ReturnAddress) -> str | None:
        """Show the same to them alone where they are; None, or why Slack does not."""
        if address.channel is None or not address.user:
            return "no channel to post to"
        return await self._posted("chat.postEphemeral", versions, channel=address.channel, user=address.user)

    async def _write(self, versions: Sequence[Message], address: ReturnAddress) -> str | None:
        """Send them the same as a direct message; None, or why Slack does not."""
        if not address.user:
            return "nobody to write to"
        plainly = {"unfurl_links": False, "unfurl_media": False}
        return await self._posted("chat.postMessage", versions, channel=address.user, **plainly)

    async def _posted(self, method: str, versions: Sequence[Message], **arguments: str | bool) -> str | None:
        why = "nothing to post"
        for version in versions:
            body: dict[str, Any] = {**arguments, "text": version.text}
            if version.blocks:
                body["blocks"] = version.blocks
            try:
                await self._client.api_call(method, json=body)
            except SLACK_ERRORS as error:
                why = reason(error)
                _log.warning("answer_refused", method=method, reason=why)
                if why not in BLOCKS_REFUSED:
                    return why
            else:
                return None
        return why


def _is_taken(answer: WebhookResponse) -> bool:
    """Whether Slack shows it. There are refusals with the status 200, too."""
    if answer.status_code != 200:
        return False
    try:
        said = json.loads(answer.body)
    except ValueError:
        return True  # `ok`, as it stands there
    return not isinstance(said, dict) or said.get("ok") is not False
