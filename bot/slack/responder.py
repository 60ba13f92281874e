"""How an answer reaches the person after the ack: `response_url` first, the Web API if that fails."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Final

import aiohttp
import stamina
import structlog
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.slack.client import BLOCKS_REFUSED, SLACK_ERRORS, RateLimitRetryHandler, error_code, reason
from bot.slack.interaction import Interaction
from bot.slack.reply import FieldErrors, Nothing, OpenModal, Reply, ShowMessage, UpdateModal
from bot.ui.elements import Message
from bot.ui.limits import Block
from bot.ui.notices import restarting_message, unconfirmed_message

_log = structlog.get_logger(__name__)

_UNUSABLE: Final = (404, 410, 429)
"""A plainer message would be refused just the same."""
_RESEND_AFTER: Final[list[type[Exception]]] = [aiohttp.ServerDisconnectedError, aiohttp.ClientOSError]
"""slack_sdk would send it again after a timeout, too, when Slack may be about to show it."""
_SHORT_WAIT: Final = timedelta(seconds=3)
"""How long an answer waits for a busy Slack while there are other ways to give it."""
_PLAINLY: Final = {"unfurl_links": False, "unfurl_media": False}
_TRIGGER_LIFETIME: Final = timedelta(seconds=3)
"""How long after a click Slack opens a form for it."""
_ALREADY_SO: Final = {
    "views.open": {"exchanged_trigger_id"},
    "views.push": {"exchanged_trigger_id", "duplicate_external_id"},
    "views.update": {"not_found"},
}
"""Refusals that tell of a form that is open already, and of one that was closed again."""


class Responder:
    """Brings replies to the person who asked, once they can't go with the ack.

    Args:
        session: for `response_url`, see `answer_session`; its maker closes it.
        client: for everything else.
    """

    def __init__(self, session: aiohttp.ClientSession, client: AsyncWebClient) -> None:
        self._session = session
        self._client = client

    async def deliver(self, work: Awaitable[Reply], interaction: Interaction) -> None:
        """Show the reply that some work comes to, or say that the end of this process cut it short."""
        try:
            reply = await work
        except asyncio.CancelledError:
            await self.send(restarting_message(), interaction)
            raise
        if isinstance(reply, UpdateModal) and interaction.open_view:
            view = interaction.open_view
            if await self._show_view("views.update", view_id=view, view=reply.view):
                return
        if isinstance(reply, FieldErrors | UpdateModal):  # the modal is closed by now
            reply = ShowMessage(reply.fallback)
        if not isinstance(reply, ShowMessage):
            return
        sending = asyncio.ensure_future(
            self.send(reply.message, interaction, in_place=reply.in_place, plain=reply.plain)
        )
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            await sending  # a ready answer is better than a note that it was cut short
            raise

    async def send(
        self,
        message: Message,
        interaction: Interaction,
        *,
        in_place: bool = False,
        plain: Message | None = None,
    ) -> None:
        """Show a message to the person, `in_place` of the one they clicked in.

        Where Slack refuses its blocks, the `plain` ones are shown, or its text. It goes to `response_url`,
        else to this person alone in the channel, both in the thread where they asked in one, else as a direct
        message, which it is at once for what they wrote directly; failing all, it is logged. Where
        Slack has it and does not say whether it is shown, they are told that, and it is not sent again.
        """
        versions = [message, *filter(None, [plain]), message.bare]
        try:
            try:
                if await self._respond(versions, interaction, in_place):
                    return
            except aiohttp.SocketTimeoutError:
                versions = [unconfirmed_message()]
            not_posted = await self._post_in_channel(versions, interaction)
            if not_posted is None:
                return
            not_sent: str | None = not_posted
            if not interaction.is_direct:  # else Slack may be about to show it in that very conversation
                not_sent = await self._send_direct_message(versions, interaction)
        except asyncio.CancelledError:
            _log.error("answer_undeliverable", reason="this process ends")
            raise
        if not_sent is not None:
            _log.error("answer_undeliverable", reason=not_posted, direct_message=not_sent)

    async def open_modal(
        self, reply: OpenModal, fill: Callable[[], Awaitable[Block]] | None, trigger_id: str
    ) -> Reply:
        """Open a modal, and show in it what `fill` makes; return what is left to be said."""
        method = "views.push" if reply.push else "views.open"
        if fill is None:
            is_shown = await self._show_view(method, trigger_id=trigger_id, view=reply.view)
            return Nothing() if is_shown else ShowMessage(reply.fallback)
        # The click's `trigger_id` names the view: it is known even if Slack's answer is lost.
        named = {**reply.view, "external_id": trigger_id}
        if await self._show_view(method, trigger_id=trigger_id, view=named):
            filled = {**await fill(), "external_id": trigger_id}
            if await self._show_view("views.update", external_id=trigger_id, view=filled):
                return Nothing()
        return ShowMessage(reply.fallback)

    async def _show_view(self, method: str, **arguments: Any) -> bool:  # noqa: ANN401 - as the methods take them
        try:
            async with asyncio.timeout(_TRIGGER_LIFETIME.total_seconds()):
                await self._call_with_retry(method, arguments)
        except SLACK_ERRORS as error:
            why = reason(error)
            _log.warning("form_not_shown", method=method, reason=why)
            return why in _ALREADY_SO[method]
        return True

    @stamina.retry(on=aiohttp.ClientError, attempts=2, wait_max=0)
    async def _call_with_retry(self, method: str, arguments: dict[str, Any]) -> None:
        """Call a method again if its answer was lost; none of them acts twice."""
        await self._client.api_call(method, json=arguments)

    async def _respond(self, versions: Sequence[Message], interaction: Interaction, in_place: bool) -> bool:
        """Show the first version that Slack accepts; return whether it accepted any.

        Raises:
            aiohttp.SocketTimeoutError: Slack has a version, and did not say whether it shows it.
        """
        if interaction.response_url is None:
            return False
        webhook = AsyncWebhookClient(
            interaction.response_url,
            session=self._session,
            retry_handlers=[
                AsyncConnectionErrorRetryHandler(error_types=_RESEND_AFTER),
                RateLimitRetryHandler(_SHORT_WAIT),
            ],
        )
        webhook.proxy = None  # as in `slack_client`
        payload: dict[str, Any] = {
            "text": versions[0].text,
            "response_type": "ephemeral",
            "replace_original": in_place,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if interaction.thread is not None:
            payload["thread_ts"] = interaction.thread
        try:
            # Where the blocks displease Slack, the text says the same, and is better than silence.
            for version in versions:
                body = {**payload, "blocks": version.blocks} if version.blocks else payload
                answer = await webhook.send_dict(body)
                if answer.status_code >= 500:
                    answer = await webhook.send_dict(body)
                if _accepted(answer):
                    return True
                _log.warning("response_url_refused", status=answer.status_code, reason=_refusal(answer))
                if answer.status_code >= 500 or answer.status_code in _UNUSABLE:
                    return False
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            _log.warning("response_url_unreachable", error=type(error).__name__)
            if isinstance(error, aiohttp.SocketTimeoutError):
                raise
        return False

    async def _post_in_channel(self, versions: Sequence[Message], interaction: Interaction) -> str | None:
        """Show the message where the person asked, to them alone; return None, or why Slack does not."""
        if interaction.channel is None or not interaction.user:
            return "no channel to post to"
        where = {"channel": interaction.channel}
        if interaction.thread is not None:
            where["thread_ts"] = interaction.thread
        if interaction.is_direct:
            return await self._post("chat.postMessage", versions, **where, **_PLAINLY)
        return await self._post("chat.postEphemeral", versions, user=interaction.user, **where)

    async def _send_direct_message(self, versions: Sequence[Message], interaction: Interaction) -> str | None:
        """Send the message directly to the person; return None, or why Slack does not."""
        if not interaction.user:
            return "no person to write to"
        return await self._post("chat.postMessage", versions, channel=interaction.user, **_PLAINLY)

    async def _post(self, method: str, versions: Sequence[Message], **arguments: str | bool) -> str | None:
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


def _refusal(answer: WebhookResponse) -> str:
    """Return Slack's code for a refusal, all of an answer or the `error` in it; empty without one."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = {"error": answer.body.strip()}
    return error_code(said) if isinstance(said, dict) else ""


def _accepted(answer: WebhookResponse) -> bool:
    """Return whether Slack shows it. Some refusals have the status 200, too."""
    if answer.status_code != 200:
        return False
    try:
        said = json.loads(answer.body)
    except ValueError:
        return True  # `ok`, as it stands there
    return not isinstance(said, dict) or said.get("ok") is not False
