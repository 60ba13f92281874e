"""Posting to Slack where it must be known what became of it: posted, not posted, or nobody knows."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.client import BLOCKS_REFUSED, SLACK_ERRORS, SlackClient, http_status, reason, retry_after
from bot.ui.elements import Message
from bot.worker.letters import ChannelGone, Letter, NotYet, Outcome, Posted, Refused, Unclear

_log = structlog.get_logger(__name__)

EVENT_TYPE: Final = "workflows_digest"
"""Of the metadata by which a digest's message is known again."""

_NO_CHANNEL: Final = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "user_not_found",
        "cannot_dm_bot",
    }
)
_NO_THREAD: Final = frozenset(
    {
        "thread_not_found",
        "cannot_reply_to_message",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
    }
)
_LATER: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_UNCLEAR: Final = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)
_CLOCKS_APART: Final = timedelta(minutes=15)
"""By how much our clock may be ahead of Slack's, for a message to be found behind many others."""
_A_PAGE: Final = 200  # messages
_MOST_PAGES: Final = 20


class Poster:
    """Slack's channels.

    Args:
        client: with the bot's token and a session. Its own ways of trying again are left aside here: each of
            them would make a second message of one whose answer was lost.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = SlackClient(
            token=client.token, base_url=client.base_url, session=client.session, retry_handlers=[]
        )
        self._client.proxy = client.proxy

    async def post(self, letter: Letter) -> Outcome:
        """Send a letter once; a plainer variant follows where Slack does not take the blocks."""
        outcome: Outcome = Refused("there is nothing to post")
        for variant in letter.variants:
            outcome = await self._send(letter, variant)
            if isinstance(outcome, Refused) and outcome.why in _NO_THREAD and letter.thread is not None:
                outcome = await self._send(replace(letter, thread=None), variant)
            if not isinstance(outcome, Refused) or outcome.why not in BLOCKS_REFUSED:
                return outcome
            _log.warning("blocks_refused", channel=letter.channel, reason=outcome.why)
        return outcome

    async def find(self, letter: Letter, since: datetime) -> Posted | NotYet | Unclear | Refused:
        """Look for a letter where it may have been posted since a moment.

        Returns:
            Where it stands; `NotYet` if it stands nowhere; `Unclear` if Slack does not say just now;
            `Refused` if the bot may not look.
        """
        try:
            looked = await self._look(letter, since - _CLOCKS_APART)
            if letter.thread is None or not isinstance(looked, NotYet):
                return looked
            return await self.find(replace(letter, thread=None), since)  # the thread may have been shut
        except SlackApiError as error:
            outcome = _outcome(error)
        except SLACK_ERRORS as error:
            outcome = Unclear(reason(error))
        if letter.thread is not None and outcome.why in _NO_THREAD:
            return await self.find(replace(letter, thread=None), since)
        return Unclear(outcome.why) if isinstance(outcome, NotYet | Unclear) else Refused(outcome.why)

    async def _look(self, letter: Letter, since: datetime) -> Posted | NotYet | Refused:
        try:
            async for message in self._messages(letter, since):
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload") == letter.mark:
                    return Posted(str(message["ts"]))
        except _Endless:
            return Refused("too many messages")
        return NotYet("not found")

    async def _send(self, letter: Letter, variant: Message) -> Outcome:
        metadata = {"event_type": EVENT_TYPE, "event_payload": dict(letter.mark)} if letter.mark else None
        try:
            answer = await self._client.chat_postMessage(
                channel=letter.channel,
                text=variant.text,
                blocks=variant.blocks or None,
                thread_ts=letter.thread,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackApiError as error:
            return _outcome(error)
        except aiohttp.ClientConnectorError as error:
            return NotYet(reason(error))  # there was no connection that could have carried it
        except SLACK_ERRORS as error:
            return Unclear(reason(error))
        return Posted(str(answer["ts"]))

    async def _messages(self, letter: Letter, since: datetime) -> AsyncIterator[dict[str, Any]]:
        """What was said where the letter goes, at least since a moment, page by page.

        The first page is read whatever the clocks say, so that two that differ do no harm in most channels.
        """
        cursor = ""
        for _ in range(_MOST_PAGES):
            answer = await self._page(letter, cursor)
            messages = answer["messages"]
            for message in messages:
                yield message
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
            newest_first = letter.thread is None
            if newest_first and messages and float(messages[-1]["ts"]) < since.timestamp():
                return
        raise _Endless

    async def _page(self, letter: Letter, cursor: str) -> AsyncSlackResponse:
        given: dict[str, Any] = {"include_all_metadata": True, "limit": _A_PAGE}
        if cursor:
            given["cursor"] = cursor
        if letter.thread is None:
            return await self._client.conversations_history(channel=letter.channel, **given)
        return await self._client.conversations_replies(channel=letter.channel, ts=letter.thread, **given)


class _Endless(Exception):
    """More has been said than can be looked through."""


def _outcome(error: SlackApiError) -> NotYet | Unclear | ChannelGone | Refused:
    why = reason(error)
    status = http_status(error)
    if status == 429 or why in _LATER:
        return NotYet("ratelimited", retry_after(error.response.headers))
    if status >= 500 or why in _UNCLEAR or why.startswith("HTTP "):
        return Unclear(why)
    if why in _NO_CHANNEL:
        return ChannelGone(why)
    return Refused(why)
