"""A small Slack workspace: its people, its channels and its messages."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.playground.simulators.slack.directory import (
    ADA,
    EVENTS,
    GENERAL,
    GRACE,
    ONCALL,
    OPS,
    QUIET,
    SCOPES,
    SECRET,
    Channel,
    Group,
    Team,
    User,
    direct_message,
)
from bot.playground.simulators.slack.journal import Journal
from bot.playground.simulators.slack.message import Message, with_ids
from bot.playground.simulators.slack.payload_validator import PayloadValidator
from bot.playground.simulators.slack.shapes import Payload, RefusedError


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a message.

    ``cause`` is the id of the interaction whose ack or ``response_url`` caused it, or ``"web_api"``.
    """

    kind: Literal["posted", "updated", "deleted"]
    message: Message
    cause: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before validation."""

    channel: str
    text: str = ""
    blocks: list[Payload] | None = None
    seen_only_by: str | None = None
    thread_ts: str | None = None
    is_broadcast: bool = False
    metadata: Payload | None = None
    user: str | None = None
    files: tuple[Payload, ...] = ()


@dataclass
class Workspace:
    """The state behind the API; ``changes`` is the journal of changes of messages.

    ``scopes`` are those of the bot token, and ``events`` those that the app subscribes to.
    ``should_escape`` is the setting of the app's command with which Slack replaces names of channels and
    people by ids. ``clock`` returns Unix time for messages and expiries. ``channel_changes`` is the journal
    of changed channels.
    """

    team: Team = field(default_factory=Team)
    people: tuple[User, ...] = (ADA, GRACE)
    groups: tuple[Group, ...] = (ONCALL,)
    channels: tuple[Channel, ...] = (GENERAL, OPS, QUIET, SECRET)
    scopes: frozenset[str] = SCOPES
    events: frozenset[str] = EVENTS
    should_escape: bool = True
    validator: PayloadValidator = field(default_factory=PayloadValidator)
    clock: Callable[[], float] = time.time
    changes: Journal[Change] = field(default_factory=Journal)
    channel_changes: Journal[Channel] = field(default_factory=Journal)

    def __post_init__(self) -> None:
        self._messages: dict[str, Message] = {}
        self._count = itertools.count(100)
        self._latest = 0

    def user(self, name_or_id: str) -> User:
        """Return a person by id or name; a LookupError lists the people."""
        for user in self.people:
            if name_or_id in {user.id, user.name}:
                return user
        raise LookupError(f"no person {name_or_id!r}: {[user.name for user in self.people]}")

    @property
    def conversations(self) -> tuple[Channel, ...]:
        """All channels, and a direct message with each person."""
        return (*self.channels, *(direct_message(user) for user in self.people))

    def channel(self, name_or_id: str) -> Channel:
        """Return a channel by id, name or ``#name``, or a direct message by id, ``@name`` or the person's id.

        A LookupError lists the channels.
        """
        wanted = name_or_id.removeprefix("#")
        for channel in self.conversations:
            names = {channel.id, channel.name, *((channel.members or ()) if channel.is_im else ())}
            if wanted in names:
                return channel
        raise LookupError(f"no channel {name_or_id!r}: {[channel.name for channel in self.conversations]}")

    def connect(self, stranger: User) -> None:
        """Have somebody of another workspace in the channels: those are shared with it from now on."""
        self.people = (*self.people, stranger)

    def add(self, user: User) -> None:
        """Add somebody to the workspace, or change who they are."""
        self.people = (*(known for known in self.people if known.id != user.id), user)

    def set_members(self, group: str, *members: User) -> None:
        """Say who is in a user group."""
        ids = frozenset(member.id for member in members)
        self.groups = tuple(
            replace(known, members=ids) if known.id == group else known for known in self.groups
        )

    def archive(self, channel: str) -> None:
        """Archive a channel, so that posting there is not possible."""
        self._replace_channel(replace(self.channel(channel), is_archived=True))

    def invite(self, channel: str, name_or_id: str) -> None:
        """Add a person, or the bot by its name or id, to a channel."""
        now = self.channel(channel)
        if self._is_bot(name_or_id):
            self._replace_channel(replace(now, bot_is_member=True))
        elif now.members is not None:
            self._replace_channel(replace(now, members=now.members | {self.user(name_or_id).id}))

    def kick(self, channel: str, name_or_id: str) -> None:
        """Remove a person, or the bot by its name or id, from a channel."""
        now = self.channel(channel)
        if self._is_bot(name_or_id):
            self._replace_channel(replace(now, bot_is_member=False))
        else:
            members = {user.id for user in self.people} if now.members is None else now.members
            self._replace_channel(replace(now, members=frozenset(members - {self.user(name_or_id).id})))

    def delete_channel(self, channel: str) -> None:
        """Delete a channel with its messages."""
        gone = self.channel(channel)
        self._messages = {ts: said for ts, said in self._messages.items() if said.channel != gone.id}
        self.channels = tuple(kept for kept in self.channels if kept.id != gone.id)
        self.channel_changes.add(gone)

    def _is_bot(self, name_or_id: str) -> bool:
        return name_or_id in {self.team.bot_name, self.team.bot_user_id}

    def _replace_channel(self, channel: Channel) -> None:
        if channel.is_im:
            raise LookupError(f"{channel.name} is a direct message and can't be changed")
        self.channels = tuple(channel if kept.id == channel.id else kept for kept in self.channels)
        self.channel_changes.add(channel)

    def timeline(self, channel: str, seen_by: str | None = None) -> tuple[Message, ...]:
        """Return the messages of a channel, oldest first: all, or those that one person sees."""
        where = self.channel(channel).id
        viewer = self.user(seen_by).id if seen_by else None
        return tuple(
            message
            for message in self._messages.values()
            if message.channel == where and (viewer is None or message.seen_only_by in {None, viewer})
        )

    def message(self, ts: str) -> Message | None:
        """Return the current state of a message, or None if it does not exist."""
        return self._messages.get(ts)

    def replies(self, message: Message) -> tuple[Message, ...]:
        """Return the replies in a message's thread that everyone sees, oldest first."""
        return tuple(
            reply
            for reply in self._messages.values()
            if reply.thread_ts == message.ts and not reply.is_ephemeral
        )

    def post(self, draft: Draft, cause: str) -> Message:
        """Post a message.

        Raises:
            RefusedError: Slack refuses it.
        """
        if draft.text or draft.blocks or not draft.files:
            self.validator.check_message(draft.text, draft.blocks)
        message = Message(
            ts=self.next_ts(),
            channel=draft.channel,
            text=draft.text,
            blocks=with_ids(draft.blocks),
            seen_only_by=draft.seen_only_by,
            thread_ts=draft.thread_ts,
            is_broadcast=draft.is_broadcast,
            metadata=draft.metadata or None,
            user=draft.user,
            files=draft.files,
        )
        self._messages[message.ts] = message
        self.changes.add(Change("posted", message, cause))
        return message

    def replace(self, message: Message, draft: Draft, cause: str) -> Message:
        """Replace the content of a message; its audience stays the same.

        As with ``chat.update``, ``blocks=None`` removes the blocks, and ``metadata=None`` keeps the metadata.

        Raises:
            RefusedError: Slack refuses it, or the message does not exist (``message_not_found``).
        """
        if message.ts not in self._messages:
            raise RefusedError("message_not_found")
        self.validator.check_message(draft.text, draft.blocks)
        current = self._messages[message.ts]
        updated = replace(
            current,
            text=draft.text,
            blocks=with_ids(draft.blocks),
            metadata=current.metadata if draft.metadata is None else draft.metadata or None,
        )
        self._messages[message.ts] = updated
        self.changes.add(Change("updated", updated, cause))
        return updated

    def delete(self, message: Message, cause: str) -> None:
        """Delete a message; RefusedError ``message_not_found`` if it does not exist."""
        if self._messages.pop(message.ts, None) is None:
            raise RefusedError("message_not_found")
        self.changes.add(Change("deleted", message, cause))

    def next_ts(self) -> str:
        """Return a new, increasing timestamp in Slack's format: seconds, a dot, six digits."""
        self._latest = max(self._latest, int(self.clock()))
        return f"{self._latest}.{next(self._count):06d}"
