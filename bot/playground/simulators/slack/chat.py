"""The methods ``chat.*``, which post messages.

Source: https://docs.slack.dev/reference/methods/chat.postMessage and related pages
"""

from dataclasses import dataclass

from bot.playground.simulators.slack.access import (
    find_channel,
    find_channel_for_ephemeral,
    find_channel_to_post,
)
from bot.playground.simulators.slack.directory import Channel
from bot.playground.simulators.slack.shapes import Payload, RefusedError
from bot.playground.simulators.slack.wire import is_true, message_json
from bot.playground.simulators.slack.workspace import Draft, Workspace

WEB_API = "web_api"


@dataclass(frozen=True, slots=True)
class Chat:
    """The methods ``chat.*``; each raises RefusedError for calls that Slack refuses."""

    workspace: Workspace

    def post_message(self, arguments: Payload) -> Payload:
        """Post to a channel or a thread: ``chat.postMessage``."""
        channel = find_channel_to_post(self.workspace, arguments)
        thread = self._thread(channel, arguments)
        is_broadcast = thread is not None and is_true(arguments.get("reply_broadcast"))
        draft = _draft(channel, arguments, thread_ts=thread, is_broadcast=is_broadcast)
        message = self.workspace.post(draft, WEB_API)
        return {
            "channel": channel.id,
            "ts": message.ts,
            "message": message_json(message, self.workspace.team),
        }

    def post_ephemeral(self, arguments: Payload) -> Payload:
        """Post for one member of a channel: ``chat.postEphemeral``."""
        channel = find_channel_for_ephemeral(self.workspace, arguments)
        reader = self.workspace.user(str(arguments.get("user")))
        thread = self._thread(channel, arguments)
        draft = _draft(channel, arguments, thread_ts=thread, seen_only_by=reader.id)
        return {"message_ts": self.workspace.post(draft, WEB_API).ts}

    def update(self, arguments: Payload) -> Payload:
        """Replace a message: ``chat.update``."""
        channel = find_channel(self.workspace, arguments)
        message = self.workspace.message(str(arguments.get("ts")))
        if message is None or message.channel != channel.id or message.is_ephemeral:
            raise RefusedError("message_not_found")
        updated = self.workspace.replace(message, _draft(channel, arguments), WEB_API)
        return {
            "channel": channel.id,
            "ts": updated.ts,
            "text": updated.text,
            "message": message_json(updated, self.workspace.team),
        }

    def _thread(self, channel: Channel, arguments: Payload) -> str | None:
        """Return the thread to reply in; a reply to a reply goes to the same thread.

        Slack documents no error for a deleted parent; users report ``thread_not_found``
        (slackapi/bolt-js#2307).
        """
        ts = arguments.get("thread_ts")
        if not ts:
            return None
        parent = self.workspace.message(str(ts))
        if parent is None or parent.channel != channel.id:
            raise RefusedError("thread_not_found")
        if parent.is_ephemeral:
            raise RefusedError("cannot_reply_to_message")
        return parent.thread_ts or parent.ts


def _draft(
    channel: Channel,
    arguments: Payload,
    *,
    thread_ts: str | None = None,
    is_broadcast: bool = False,
    seen_only_by: str | None = None,
) -> Draft:
    return Draft(
        channel=channel.id,
        text=str(arguments.get("text") or ""),
        blocks=arguments.get("blocks"),
        seen_only_by=seen_only_by,
        thread_ts=thread_ts,
        is_broadcast=is_broadcast,
        metadata=_metadata(arguments),
    )


def _metadata(arguments: Payload) -> Payload | None:
    metadata = arguments.get("metadata")
    if metadata is None or metadata == {}:
        return metadata  # in an update, None keeps the metadata and an empty object removes it
    if not isinstance(metadata, dict):
        raise RefusedError("invalid_metadata_format")
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not kind or not isinstance(payload, dict):
        raise RefusedError("invalid_metadata_schema")
    return metadata
