"""Whether somebody may have this bot speak in a channel: both have to be in it.

Looking up who is in a channel would take another scope. Slack shows a message to one person alone only where
that person and the bot both are: so the message that confirms what was asked is the proof, too.
"""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Final, Literal

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.digests.messages.confirmations import channel_unknown_message
from bot.listeners.answers import Told
from bot.slack.client import BLOCKS_REFUSED, SLACK_ERRORS, reason
from bot.ui.elements import Message

_REASONS: Final[dict[str, Literal["person", "bot", "archived"]]] = {
    "user_not_in_channel": "person",
    "not_in_channel": "bot",
    "channel_not_found": "bot",
    "is_archived": "archived",
}
_PATIENCE: Final = timedelta(seconds=8)


class DoorShut(Exception):
    """Slack does not show it there.

    Attributes:
        channel: Slack's id of it.
        missing: who is not there, the person or the bot; `archived` where nobody can speak any more.
    """

    def __init__(self, channel: str, missing: Literal["person", "bot", "archived"]) -> None:
        super().__init__(f"{channel}: {missing}")
        self.channel = channel
        self.missing = missing


class Door:
    """The way into channels.

    Args:
        client: with the bot's token.
        patience: how long somebody waits for Slack, which may ask for a minute when it is busy.
    """

    def __init__(self, client: AsyncWebClient, patience: timedelta = _PATIENCE) -> None:
        self._client = client
        self._patience = patience

    async def show(self, message: Message, channel: str, user: str) -> None:
        """Show somebody a message in a channel, which they alone see.

        Raises:
            DoorShut: they or the bot are not there.
            Told: Slack does not say; so in words.
        """
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                await self._show(message, channel, user)
        except SLACK_ERRORS as error:
            why = reason(error)
            if why in _REASONS:
                raise DoorShut(channel, _REASONS[why]) from error
            raise Told(channel_unknown_message(why)) from error

    async def _show(self, message: Message, channel: str, user: str) -> None:
        whisper = partial(self._client.chat_postEphemeral, channel=channel, user=user, text=message.text)
        try:
            await whisper(blocks=message.blocks)
        except SlackApiError as error:
            if reason(error) not in BLOCKS_REFUSED:
                raise
            await whisper()
