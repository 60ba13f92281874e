"""Send text files in direct messages.

How: https://docs.slack.dev/messaging/working-with-files
"""

import asyncio
from datetime import timedelta
from typing import Final

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import PlainError
from bot.slack.client import SLACK_ERRORS, reason

_log = structlog.get_logger(__name__)

MOST_BYTES: Final = 8 * 1024 * 1024
"""The largest file that is sent. Slack takes much more; a text of this bot's has two million characters."""
_TIMEOUT: Final = timedelta(seconds=30)
"""For all of a file's calls together."""
_MISSING_SCOPE: Final = frozenset({"missing_scope", "not_allowed_token_type", "no_permission"})


class FilesNotAllowed(PlainError):
    """The bot's token lacks the scope `files:write`."""


class FileNotSent(PlainError):
    """Slack did not take a file; the message is the reason, which quotes nothing."""


class FileSender:
    """Sends text files to people.

    It does without `files_upload_v2` of slack_sdk, which has no way to ask for the scope before anything is
    posted, and logs what it uploads.

    Args:
        client: with the bot's token and a session of its own.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def send(self, user: str, name: str, text: str, introduction: str) -> None:
        """Send a text as a file to one person, in a direct message below an introduction.

        Args:
            user: Slack's id of the person.
            name: of the file, safe for every system.
            text: at most `MOST_BYTES` of UTF-8.
            introduction: mrkdwn.

        Raises:
            FilesNotAllowed: the bot may not send files; nothing was posted.
            FileNotSent: Slack did not take it, or did not say so.
        """
        content = text.encode(errors="replace")
        if len(content) > MOST_BYTES:
            raise FileNotSent("too large")
        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                await self._send(user, name, content, introduction)
        except SLACK_ERRORS as error:
            why = reason(error)
            _log.warning("file_not_sent", reason=why)
            raise (FilesNotAllowed if why in _MISSING_SCOPE else FileNotSent)(why) from error

    async def _send(self, user: str, name: str, content: bytes, introduction: str) -> None:
        where = await self._client.files_getUploadURLExternal(filename=name, length=len(content))
        await self._upload(str(where.get("upload_url")), content)
        posted = await self._client.chat_postMessage(
            channel=user, text=introduction, unfurl_links=False, unfurl_media=False
        )
        # A person's id is no channel for a file: the post above says which their conversation is.
        await self._client.files_completeUploadExternal(
            files=[{"id": str(where.get("file_id")), "title": name}], channel_id=str(posted.get("channel"))
        )

    async def _upload(self, url: str, content: bytes) -> None:
        session = self._client.session
        if session is None:
            raise SlackClientError("the client has no session")
        async with session.post(url, data=content) as answer:
            if answer.status != 200:
                raise aiohttp.ClientResponseError(answer.request_info, (), status=answer.status)
