"""Messages that are posted once and changed while something goes on."""

from dataclasses import dataclass

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import PlainError
from bot.slack.client import SLACK_ERRORS, reason
from bot.ui.elements import Message

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PostedMessage:
    """A message of this bot's that can be changed.

    Attributes:
        channel: Slack's id of the conversation, also where it was posted to a person.
        ts: Slack's id of the message there.
    """

    channel: str
    ts: str


class NotPosted(PlainError):
    """Slack did not take a message, or did not say so; the message is the reason, which quotes nothing."""


class EditedMessages:
    """Posts messages and changes them.

    Args:
        client: with the bot's token.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def post(self, message: Message, to: str) -> PostedMessage:
        """Post a message.

        Args:
            message: what to show.
            to: Slack's id of a channel, or of a person for a direct message.

        Raises:
            NotPosted: it is not there.
        """
        try:
            posted = await self._client.chat_postMessage(
                channel=to,
                text=message.text,
                blocks=message.blocks or None,
                unfurl_links=False,
                unfurl_media=False,
            )
        except SLACK_ERRORS as error:
            raise NotPosted(reason(error)) from error
        return PostedMessage(str(posted.get("channel")), str(posted.get("ts")))

    async def change(self, posted: PostedMessage, message: Message) -> bool:
        """Show something else in place of a message; return whether Slack does."""
        try:
            await self._client.chat_update(
                channel=posted.channel, ts=posted.ts, text=message.text, blocks=message.blocks
            )
        except SLACK_ERRORS as error:
            _log.warning("message_not_changed", reason=reason(error))
            return False
        return True
