"""Post to Slack and say with certainty what happened: posted, not posted, or unknown."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import aiohttp
import structlog
from pydantic import Field
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.client import BLOCKS_REFUSED, SLACK_ERRORS, SlackClient, http_status, reason, retry_after
from bot.ui.elements import Message

_log = structlog.get_logger(__name__)

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
_RETRY_LATER: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_UNKNOWN: Final = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)
_CLOCK_SKEW: Final = timedelta(minutes=15)
"""How far the bot's clock may be ahead of Slack's; a search still finds a message behind many others."""
_PAGE_SIZE: Final = 200  # messages
_MAX_PAGES: Final = 20


@dataclass(frozen=True, slots=True)
class Posted:
    """The message is in the channel; `ts` is Slack's id of it."""

    ts: str


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Slack did not accept the message and may do so later: after `wait`, if Slack said how long."""

    why: str
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer says whether Slack accepted the message."""

    why: str


@dataclass(frozen=True, slots=True)
class ChannelGone:
    """The bot can't post to the channel until its members or admins change that."""

    why: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Slack does not accept the message, now or later."""

    why: str


Outcome = Posted | RetryLater | Unknown | ChannelGone | Rejected


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message and its destination. Jobs store it as JSON; the aliases are the stored keys.

    Attributes:
        channel: channel id, or user id for a direct message.
        variants: the same message, from the richest to the plainest.
        thread: `ts` of the message that it replies to.
        metadata: event payload by which `Poster.find` recognises it; None for a message that is not searched.
        maybe_posted: it may be in the channel already, and the bot may not read the channel.
    """

    channel: str
    variants: tuple[Message, ...]
    thread: str | None = None
    metadata: Annotated[Mapping[str, str | int] | None, Field(alias="mark")] = None
    maybe_posted: Annotated[bool, Field(alias="unsure")] = False


class Poster:
    """Posts to Slack's channels and searches them for its messages.

    Args:
        client: with the bot's token and a session. Its retry handlers are not used: a retry would post a
            second message when only the answer to the first was lost.
        event_type: of the metadata of its messages; empty for one that posts none with metadata.
    """

    def __init__(self, client: AsyncWebClient, event_type: str = "") -> None:
        self._event_type = event_type
        self._client = SlackClient(
            token=client.token, base_url=client.base_url, session=client.session, retry_handlers=[]
        )
        self._client.proxy = client.proxy

    async def post(
        self,
        outgoing: OutgoingMessage,
        may_post: Callable[[], Awaitable[bool]] | None = None,
        *,
        stay_in_thread: bool = False,
    ) -> Outcome:
        """Post a message once; send a plainer variant if Slack rejects the blocks.

        Args:
            outgoing: the message.
            may_post: asked before each request; if it says no, the message is not posted.
            stay_in_thread: do not post it to the channel where Slack refuses its thread.
        """
        outcome: Outcome = Rejected("there is nothing to post")
        for variant in outgoing.variants:
            for message in (outgoing, replace(outgoing, thread=None)):
                if may_post is not None and not await may_post():
                    return RetryLater("not allowed now")
                outcome = await self._send(message, variant)
                if stay_in_thread or message.thread is None or not _is_thread_refused(outcome):
                    break
            if not isinstance(outcome, Rejected) or outcome.why not in BLOCKS_REFUSED:
                return outcome
            _log.warning("blocks_refused", channel=outgoing.channel, reason=outcome.why)
        return outcome

    async def find(
        self, outgoing: OutgoingMessage, since: datetime
    ) -> Posted | RetryLater | Unknown | Rejected:
        """Search for a message that may have been posted since a moment.

        Returns:
            `Posted` if it is there; `RetryLater` if it is not; `Unknown` if Slack does not answer now;
            `Rejected` if the bot may not read the channel.
        """
        try:
            found = await self._search(outgoing, since - _CLOCK_SKEW)
            if outgoing.thread is None or not isinstance(found, RetryLater):
                return found
            # Slack may have rejected the thread, so that `post` used the channel.
            return await self.find(replace(outgoing, thread=None), since)
        except SlackApiError as error:
            outcome = _outcome(error)
        except SLACK_ERRORS as error:
            outcome = Unknown(reason(error))
        if outgoing.thread is not None and outcome.why in _NO_THREAD:
            return await self.find(replace(outgoing, thread=None), since)
        return Unknown(outcome.why) if isinstance(outcome, RetryLater | Unknown) else Rejected(outcome.why)

    async def _search(self, outgoing: OutgoingMessage, since: datetime) -> Posted | RetryLater | Rejected:
        try:
            async for message in self._read_messages(outgoing, since):
                metadata = message.get("metadata") or {}
                is_own_kind = metadata.get("event_type") == self._event_type
                if is_own_kind and metadata.get("event_payload") == outgoing.metadata:
                    return Posted(str(message["ts"]))
        except _TooManyMessages:
            return Rejected("too many messages")
        return RetryLater("not found")

    async def _send(self, outgoing: OutgoingMessage, variant: Message) -> Outcome:
        metadata = None
        if outgoing.metadata:
            metadata = {"event_type": self._event_type, "event_payload": dict(outgoing.metadata)}
        try:
            answer = await self._client.chat_postMessage(
                channel=outgoing.channel,
                text=variant.text,
                blocks=variant.blocks or None,
                thread_ts=outgoing.thread,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackApiError as error:
            return _outcome(error)
        except aiohttp.ClientConnectorError as error:
            return RetryLater(reason(error))  # without a connection, Slack received nothing
        except SLACK_ERRORS as error:
            return Unknown(reason(error))
        return Posted(str(answer["ts"]))

    async def _read_messages(
        self, outgoing: OutgoingMessage, since: datetime
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield the messages of the channel or thread back to a moment at least.

        The first page is read whatever the clocks say, so that clock skew does no harm in most channels.
        """
        cursor = ""
        for _ in range(_MAX_PAGES):
            answer = await self._read_page(outgoing, cursor)
            messages = answer["messages"]
            for message in messages:
                yield message
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
            newest_first = outgoing.thread is None
            if newest_first and messages and float(messages[-1]["ts"]) < since.timestamp():
                return
        raise _TooManyMessages

    async def _read_page(self, outgoing: OutgoingMessage, cursor: str) -> AsyncSlackResponse:
        arguments: dict[str, Any] = {"include_all_metadata": True, "limit": _PAGE_SIZE}
        if cursor:
            arguments["cursor"] = cursor
        if outgoing.thread is None:
            return await self._client.conversations_history(channel=outgoing.channel, **arguments)
        return await self._client.conversations_replies(
            channel=outgoing.channel, ts=outgoing.thread, **arguments
        )


def _is_thread_refused(outcome: Outcome) -> bool:
    return isinstance(outcome, Rejected) and outcome.why in _NO_THREAD


class _TooManyMessages(Exception):
    """The channel has more messages than a search reads."""


def _outcome(error: SlackApiError) -> RetryLater | Unknown | ChannelGone | Rejected:
    why = reason(error)
    status = http_status(error)
    if status == 429 or why in _RETRY_LATER:
        return RetryLater("ratelimited", retry_after(error.response.headers))
    if status >= 500 or why in _UNKNOWN or why.startswith("HTTP "):
        return Unknown(why)
    if why in _NO_CHANNEL:
        return ChannelGone(why)
    return Rejected(why)
