"""What a person shares with everybody where they are: posted once, or they are told why not.

`response_url` takes it in every conversation, also in one that the bot is not in, as a direct message between
people: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses. Where that is used
up, `chat.postMessage` does, if the bot is in the channel.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum, auto
from typing import Any, Final

import aiohttp
import structlog
from cachetools import TTLCache
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.client import ForeignHostBlocked
from bot.slack.interaction import Interaction
from bot.slack.poster import OutgoingMessage, Posted, Poster, RetryLater, Unknown
from bot.slack.reply import PostToChannel
from bot.slack.response_url import UNUSABLE, is_accepted, message_body, open_response_url, refusal
from bot.ui.elements import Message
from bot.ui.notices import not_shared_message, sharing_unconfirmed_message
from bot.ui.sharing import Sharer, share

_log = structlog.get_logger(__name__)

_NOT_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    ForeignHostBlocked,
    ValueError,
)
"""Errors after which Slack has nothing."""
_DOUBLE_CLICK: Final = timedelta(seconds=3)
_MOST_REMEMBERED: Final = 1_000


class _Answer(Enum):
    """What became of a message to `response_url`."""

    SHOWN = auto()
    UNKNOWN = auto()
    """Slack may show it."""
    REFUSED = auto()
    """It is not shown; a plainer one may be."""
    UNUSABLE = auto()
    """None is."""


class ChannelPosts:
    """Posts what people share.

    Args:
        session: for `response_url`, see `answer_session`.
        poster: for `chat.postMessage`.
    """

    def __init__(self, session: aiohttp.ClientSession, poster: Poster) -> None:
        self._session = session
        self._poster = poster
        self._just_posted: TTLCache[tuple[str, str | None, str | None, str], bool] = TTLCache(
            _MOST_REMEMBERED, _DOUBLE_CLICK.total_seconds()
        )

    async def post(self, reply: PostToChannel, interaction: Interaction) -> Message | None:
        """Show a message to everybody where a person asked; return what to tell them if that is not so.

        The second click of a double click, which is a request of its own, posts nothing.
        """
        key = (interaction.user, interaction.channel, interaction.thread, reply.message.text)
        if key in self._just_posted:
            return None
        self._just_posted[key] = True
        sharer = Sharer(interaction.user, interaction.user_name)
        shown = [share(version, sharer) for version in (reply.message, reply.plain) if version is not None]
        problem = await self._post([*shown, shown[-1].bare], interaction)
        if problem is not None:
            self._just_posted.pop(key, None)
        return problem

    async def _post(self, versions: Sequence[Message], interaction: Interaction) -> Message | None:
        answer = await self._respond(versions, interaction)
        if answer is _Answer.SHOWN:
            return None
        if answer is _Answer.UNKNOWN:
            return sharing_unconfirmed_message()
        if interaction.channel is None:
            return not_shared_message("no channel")
        outgoing = OutgoingMessage(interaction.channel, tuple(versions), interaction.thread)
        outcome = await self._poster.post(outgoing, stay_in_thread=True)
        if isinstance(outcome, Posted):
            return None
        _log.warning("not_shared", reason=outcome.why)
        if isinstance(outcome, Unknown):
            return sharing_unconfirmed_message()
        return not_shared_message(outcome.why, may_pass=isinstance(outcome, RetryLater))

    async def _respond(self, versions: Sequence[Message], interaction: Interaction) -> _Answer:
        """Send the first version that Slack takes to `response_url`."""
        answer = _Answer.UNUSABLE
        if interaction.response_url is not None:
            webhook = open_response_url(interaction.response_url, self._session, may_repeat=False)
            for version in versions:
                answer = await _send(webhook, message_body(version, interaction.thread, for_all=True))
                if answer is not _Answer.REFUSED:
                    break
        return answer


async def _send(webhook: AsyncWebhookClient, body: dict[str, Any]) -> _Answer:
    try:
        answer = await webhook.send_dict(body)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        _log.warning("response_url_unreachable", error=type(error).__name__)
        return _Answer.UNUSABLE if isinstance(error, _NOT_SENT) else _Answer.UNKNOWN
    if is_accepted(answer):
        return _Answer.SHOWN
    _log.warning("response_url_refused", status=answer.status_code, reason=refusal(answer))
    if answer.status_code >= 500:
        return _Answer.UNKNOWN
    return _Answer.UNUSABLE if answer.status_code in UNUSABLE else _Answer.REFUSED
