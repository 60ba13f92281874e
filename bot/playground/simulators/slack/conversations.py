"""The methods that read messages: ``conversations.history`` and ``conversations.replies``.

Source: https://docs.slack.dev/reference/methods/conversations.history and …/conversations.replies
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.playground.simulators.slack.access import find_channel_to_read
from bot.playground.simulators.slack.directory import Channel
from bot.playground.simulators.slack.message import Message
from bot.playground.simulators.slack.shapes import Payload, RefusedError
from bot.playground.simulators.slack.wire import is_true, message_json
from bot.playground.simulators.slack.workspace import Workspace

DEFAULT_LIMIT = 100
MAX_LIMIT = 999
_CURSOR_PREFIX = "next_ts:"
_TS = re.compile(r"\d{1,12}(\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Conversations:
    """The methods ``conversations.*``; each raises RefusedError for calls that Slack refuses.

    They never return ephemeral messages.
    """

    workspace: Workspace

    def history(self, arguments: Payload) -> Payload:
        """Return the newest messages first, without replies unless broadcast: ``conversations.history``."""
        channel = find_channel_to_read(self.workspace, arguments)
        messages = [
            message
            for message in reversed(self._visible_messages(channel))
            if message.thread_ts is None or message.is_broadcast
        ]
        return self._page(_in_time_range(messages, arguments), arguments)

    def replies(self, arguments: Payload) -> Payload:
        """Return a message and its replies, oldest first: ``conversations.replies``.

        The time range does not apply to the message itself. For a reply, return only that reply.
        """
        channel = find_channel_to_read(self.workspace, arguments)
        messages = self._visible_messages(channel)
        asked = next((message for message in messages if message.ts == arguments.get("ts")), None)
        if asked is None:
            raise RefusedError("thread_not_found")
        answers = [message for message in messages if message.thread_ts == asked.ts]
        return self._page([asked, *_in_time_range(answers, arguments)], arguments)

    def _visible_messages(self, channel: Channel) -> list[Message]:
        return [message for message in self.workspace.timeline(channel.id) if not message.is_ephemeral]

    def _page(self, messages: Sequence[Message], arguments: Payload) -> Payload:
        start = _start(messages, arguments.get("cursor"))
        end = start + _limit(arguments.get("limit"))
        with_metadata = is_true(arguments.get("include_all_metadata"))
        page: Payload = {
            "messages": [self._to_json(message, with_metadata) for message in messages[start:end]],
            "has_more": end < len(messages),
        }
        if page["has_more"]:
            page["response_metadata"] = {"next_cursor": _cursor(messages[end])}
        return page

    def _author(self, message: Message) -> str:
        return message.user or self.workspace.team.bot_user_id

    def _to_json(self, message: Message, with_metadata: bool) -> Payload:
        body = message_json(message, self.workspace.team)
        answers = self.workspace.replies(message)
        if answers:
            authors = list(dict.fromkeys(self._author(answer) for answer in answers))
            body |= {
                "thread_ts": message.ts,
                "reply_count": len(answers),
                "reply_users": authors,
                "reply_users_count": len(authors),
                "latest_reply": answers[-1].ts,
            }
        if message.thread_ts:
            parent = self.workspace.message(message.thread_ts)
            body["parent_user_id"] = self._author(parent or message)
        if with_metadata and message.metadata is not None:
            body["metadata"] = message.metadata
        return body


def _in_time_range(messages: Sequence[Message], arguments: Payload) -> list[Message]:
    """Return the messages between ``oldest`` and ``latest``, including both if ``inclusive``."""
    oldest, latest = _moment("oldest", arguments), _moment("latest", arguments)
    named = {oldest, latest} if is_true(arguments.get("inclusive")) else set()
    return [
        message
        for message, at in ((message, Decimal(message.ts)) for message in messages)
        if ((oldest is None or at > oldest) and (latest is None or at < latest)) or at in named
    ]


def _moment(name: str, arguments: Payload) -> Decimal | None:
    value = arguments.get(name)
    if value is None or value in {"", "now"}:
        return None
    if not _TS.fullmatch(str(value)):
        raise RefusedError(f"invalid_ts_{name}")
    return Decimal(str(value))


def _limit(value: object) -> int:
    """Return the page size; Slack reduces values above its maximum."""
    if value in (None, "", 0, "0"):
        return DEFAULT_LIMIT
    if not str(value).isdecimal():
        raise RefusedError("invalid_limit")
    return min(int(str(value)), MAX_LIMIT)


def _cursor(message: Message) -> str:
    return base64.b64encode(f"{_CURSOR_PREFIX}{message.ts}".encode()).decode()


def _start(messages: Sequence[Message], cursor: object) -> int:
    """Return the start of a cursor's page; newer messages do not shift it."""
    if not cursor:
        return 0
    try:
        ts = base64.b64decode(str(cursor), validate=True).decode().removeprefix(_CURSOR_PREFIX)
    except ValueError:
        raise RefusedError("invalid_cursor") from None
    for place, message in enumerate(messages):
        if message.ts == ts:
            return place
    raise RefusedError("invalid_cursor")
