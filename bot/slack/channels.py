"""Whether a person may have this bot post in a channel: both have to be in it.

Looking up who is in a channel would take another scope. Slack shows a message to one person alone only where
that person and the bot both are: so a line that says nothing but what was asked is the proof, before anything
is done. What was done is announced afterwards, in the same way.
"""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Final, Literal

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import BLOCKS_REFUSED, SLACK_ERRORS, reason
from bot.ui.elements import Message

Reason = Literal["person", "bot", "direct", "archived"]
"""Who is not in the channel; that it is a direct message between others; or that nobody can post there."""

_DIRECT_MESSAGE: Final = "D"
"""So begin the ids of direct messages, into which nobody can be invited."""

UNAVAILABLE: Final[dict[str, Reason]] = {
    "user_not_in_channel": "person",
    "not_in_channel": "bot",
    "channel_not_found": "bot",
    "is_archived": "archived",
}
"""By Slack's error."""
_TIMEOUT: Final = timedelta(seconds=8)


class ChannelUnavailable(Exception):
    """The person or the bot is not in the channel, or it is archived.

    Attributes:
        channel: Slack's id of it.
        reason: which of these.
    """

    def __init__(self, channel: str, reason: Reason) -> None:
        super().__init__(f"{channel}: {reason}")
        self.channel = channel
        self.reason = reason


class ChannelUnknown(Exception):
    """Slack did not say whether both are in the channel.

    Attributes:
        reason: Slack's word for why.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChannelAccess:
    """Shows people messages in channels, which proves that they and the bot are there.

    Args:
        client: with the bot's token.
        timeout: how long a person waits for Slack, which may ask for a minute when it is busy.
    """

    def __init__(self, client: AsyncWebClient, timeout: timedelta = _TIMEOUT) -> None:
        self._client = client
        self._timeout = timeout

    async def show(self, message: Message, channel: str, user: str) -> None:
        """Show a person a message in a channel, which they alone see: it is a proof that both are there.

        Raises:
            ChannelUnavailable: they or the bot are not there.
            ChannelUnknown: Slack does not say.
        """
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                await self._post(message, channel, user)
        except SLACK_ERRORS as error:
            why = reason(error)
            if why in UNAVAILABLE:
                missing = UNAVAILABLE[why]
                if missing == "bot" and channel.startswith(_DIRECT_MESSAGE):
                    missing = "direct"
                raise ChannelUnavailable(channel, missing) from error
            raise ChannelUnknown(why) from error

    async def _post(self, message: Message, channel: str, user: str) -> None:
        post = partial(self._client.chat_postEphemeral, channel=channel, user=user, text=message.text)
        try:
            await post(blocks=message.blocks)
        except SlackApiError as error:
            if reason(error) not in BLOCKS_REFUSED:
                raise
            await post()
