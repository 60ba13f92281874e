"""How an answer reaches the person after the ack: `response_url` first, the Web API if that fails."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import aiohttp
import stamina
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.channel_posts import ChannelPosts
from bot.slack.client import BLOCKS_REFUSED, SLACK_ERRORS, reason
from bot.slack.interaction import Interaction
from bot.slack.poster import Poster
from bot.slack.reply import (
    DeleteMessage,
    FieldErrors,
    Nothing,
    OpenModal,
    PostToChannel,
    Reply,
    ShowMessage,
    UpdateModal,
)
from bot.slack.response_url import UNUSABLE, is_accepted, message_body, open_response_url, refusal
from bot.ui.elements import Message
from bot.ui.limits import Block
from bot.ui.notices import not_deleted_message, restarting_message, shared_message, unconfirmed_message
from bot.ui.sharing import Sharer, share

_log = structlog.get_logger(__name__)

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
        self._posts = ChannelPosts(session, Poster(client))

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
        sending = asyncio.ensure_future(self._show(reply, interaction))
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            await sending  # a ready answer is better than a note that it was cut short
            raise

    async def _show(self, reply: Reply, interaction: Interaction) -> None:
        match reply:
            case ShowMessage(in_place=True) if interaction.sharer is not None and not interaction.in_modal:
                await self._replace_shared(reply, interaction.sharer, interaction)
            case ShowMessage():
                in_place = reply.in_place and interaction.sharer is None
                await self.send(reply.message, interaction, in_place=in_place, plain=reply.plain)
            case PostToChannel():
                await self._post_to_channel(reply, interaction)
            case DeleteMessage():
                if not await self._delete(interaction):
                    await self.send(not_deleted_message(), interaction)

    async def _post_to_channel(self, reply: PostToChannel, interaction: Interaction) -> None:
        """Post what a person shares; tell them if that fails, and in a modal that it is done."""
        problem = await self._posts.post(reply, interaction)
        if reply.view is not None:
            said = problem or shared_message(reply.done)
            view = {**reply.view, "blocks": [*said.blocks, *reply.view["blocks"]]}
            if await self._show_view("views.update", view_id=interaction.open_view, view=view):
                return
        if problem is not None:
            await self.send(problem, interaction)

    async def _replace_shared(self, reply: ShowMessage, sharer: Sharer, interaction: Interaction) -> None:
        """Replace a shared message for all who see it; failing that, show the reply to the person alone."""
        shown = [share(version, sharer) for version in (reply.message, reply.plain) if version is not None]
        alone = replace(interaction, response_url=None)
        try:
            if await self._respond([*shown, shown[-1].bare], interaction, in_place=True):
                return
        except aiohttp.SocketTimeoutError:
            await self.send(unconfirmed_message(), alone)
        else:
            await self.send(reply.message, alone, plain=reply.plain)

    async def _delete(self, interaction: Interaction) -> bool:
        """Delete the message that was clicked in; return whether Slack says that it is gone."""
        if interaction.response_url is None:
            return False
        webhook = open_response_url(interaction.response_url, self._session)
        try:
            answer = await webhook.send_dict({"delete_original": True})
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            _log.warning("response_url_unreachable", error=type(error).__name__)
            return False
        if not is_accepted(answer):
            _log.warning("response_url_refused", status=answer.status_code, reason=refusal(answer))
        return is_accepted(answer)

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
        webhook = open_response_url(interaction.response_url, self._session)
        for_all = in_place and interaction.sharer is not None
        try:
            # Where the blocks displease Slack, the text says the same, and is better than silence.
            for version in versions:
                body = message_body(version, interaction.thread, for_all=for_all, in_place=in_place)
                answer = await webhook.send_dict(body)
                if answer.status_code >= 500:
                    answer = await webhook.send_dict(body)
                if is_accepted(answer):
                    return True
                _log.warning("response_url_refused", status=answer.status_code, reason=refusal(answer))
                if answer.status_code >= 500 or answer.status_code in UNUSABLE:
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
