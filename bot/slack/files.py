"""Send files to people and channels.

How: https://docs.slack.dev/messaging/working-with-files
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import IO, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import PlainError
from bot.slack.client import SLACK_ERRORS, reason

_log = structlog.get_logger(__name__)

MOST_BYTES: Final = 8 * 1024 * 1024
"""The largest text that is sent. Slack takes much more; a text of this bot's has two million characters."""
_TIMEOUT: Final = timedelta(seconds=30)
"""For all of a text's calls together."""
_MISSING_SCOPE: Final = frozenset({"missing_scope", "not_allowed_token_type", "no_permission"})
_CHUNK: Final = 256 * 1024  # bytes of a file in memory
_UPLOAD_TIMES: Final = aiohttp.ClientTimeout(total=None, connect=30, sock_connect=5, sock_read=60)
"""The session's own times are those of a call; a file takes longer. Callers bound all of it."""


class FilesNotAllowed(PlainError):
    """The bot's token lacks the scope `files:write`."""


class FileNotSent(PlainError):
    """Slack did not take a file; the message is the reason, which quotes nothing."""


class FileSender:
    """Sends files.

    It does without `files_upload_v2` of slack_sdk, which has no way to ask for the scope before anything is
    posted, reads a file into memory, and logs what it uploads.

    Args:
        client: with the bot's token and a session of its own, which reaches no host but Slack's.
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
            raise _not_sent(error) from error

    async def require_allowed(self) -> None:
        """Require that the bot may send files: Slack is asked where one could be sent, and is sent none.

        Raises:
            FilesNotAllowed: it may not.
            FileNotSent: Slack does not say.
        """
        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                await self._client.files_getUploadURLExternal(filename="export.csv", length=1)
        except SLACK_ERRORS as error:
            raise _not_sent(error) from error

    async def upload(self, file: IO[bytes], size: int, name: str, until: float) -> str:
        """Upload a file from the disk, a part at a time; return Slack's id of it. It is not shown yet.

        Args:
            file: from its beginning.
            size: its bytes.
            name: of the file, safe for every system.
            until: when to give up, by the clock of the event loop.

        Raises:
            FilesNotAllowed: the bot may not send files.
            FileNotSent: Slack did not take it, or not in time.
        """
        try:
            async with asyncio.timeout_at(until):
                where = await self._client.files_getUploadURLExternal(filename=name, length=size)
                file.seek(0)
                await self._upload(str(where.get("upload_url")), _chunks(file), size)
        except SLACK_ERRORS as error:
            raise _not_sent(error) from error
        return str(where.get("file_id"))

    async def show(self, file_id: str, name: str, channel: str) -> None:
        """Show an uploaded file in a conversation.

        Args:
            file_id: as `upload` returns it.
            name: of the file.
            channel: Slack's id of the conversation; no person's.

        Raises:
            FilesNotAllowed: the bot may not send files.
            FileNotSent: Slack did not show it, or did not say so.
        """
        try:
            await self._client.files_completeUploadExternal(
                files=[{"id": file_id, "title": name}], channel_id=channel
            )
        except SLACK_ERRORS as error:
            raise _not_sent(error) from error

    async def _send(self, user: str, name: str, content: bytes, introduction: str) -> None:
        where = await self._client.files_getUploadURLExternal(filename=name, length=len(content))
        await self._upload(str(where.get("upload_url")), content, len(content))
        posted = await self._client.chat_postMessage(
            channel=user, text=introduction, unfurl_links=False, unfurl_media=False
        )
        # A person's id is no channel for a file: the post above says which their conversation is.
        await self._client.files_completeUploadExternal(
            files=[{"id": str(where.get("file_id")), "title": name}], channel_id=str(posted.get("channel"))
        )

    async def _upload(self, url: str, content: bytes | AsyncIterator[bytes], size: int) -> None:
        session = self._client.session
        if session is None:
            raise SlackClientError("the client has no session")
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        async with session.post(url, data=content, headers=headers, timeout=_UPLOAD_TIMES) as answer:
            if answer.status != 200:
                raise aiohttp.ClientResponseError(answer.request_info, (), status=answer.status)


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(file.read, _CHUNK):
        yield chunk


def _not_sent(error: Exception) -> FilesNotAllowed | FileNotSent:
    why = reason(error)
    _log.warning("file_not_sent", reason=why)
    return (FilesNotAllowed if why in _MISSING_SCOPE else FileNotSent)(why)
