"""A small Slack workspace: who is in it, which channels it has, and what has been said."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from bot.playground.slack.journal import Journal
from bot.playground.slack.message import Message, with_ids
from bot.playground.slack.refusals import Censor
from bot.playground.slack.shapes import Payload, RefusedError


@dataclass(frozen=True, slots=True)
class Team:
    """The workspace itself and the app installed in it."""

    id: str = "T0LOCAL01"
    domain: str = "local"
    app_id: str = "A0LOCAL01"
    bot_id: str = "B0LOCAL01"
    bot_user_id: str = "U0BOT0001"
    bot_name: str = "workflows"


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with an account; ``tz`` is an IANA name, as in ``users.info``."""

    id: str
    name: str
    real_name: str = ""
    tz: str = "Europe/Lisbon"
    is_admin: bool = False

    def offset_at(self, moment: float) -> int:
        """Seconds east of UTC at a Unix time, as ``users.info`` gives them under ``tz_offset``."""
        offset = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(self.tz)).utcoffset()
        return int(offset.total_seconds()) if offset else 0


@dataclass(frozen=True, slots=True)
class Channel:
    """Somewhere to talk. The bot posts where it is a member, or in public with ``chat:write.public``."""

    id: str
    name: str
    is_private: bool = False
    bot_is_member: bool = True


ADA = User("U0ADA0001", "ada", "Ada Lovelace", tz="Europe/London")
GRACE = User("U0GRACE01", "grace", "Grace Hopper", tz="America/New_York", is_admin=True)
GENERAL = Channel("C0GENERAL", "general")
OPS = Channel("C0OPS0001", "ops")
QUIET = Channel("C0QUIET01", "quiet", bot_is_member=False)
SECRET = Channel("G0SECRET1", "secret", is_private=True, bot_is_member=False)

SCOPES = frozenset({"commands", "chat:write", "users:read"})


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to a message.

    ``cause`` is the id of the interaction whose ack or ``response_url`` did it, or ``"web_api"``.
    """

    kind: Literal["posted", "updated", "deleted"]
    message: Message
    cause: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants shown, before Slack has looked at it."""

    channel: str
    text: str = ""
    blocks: list[Payload] | None = None
    seen_only_by: str | None = None
    thread_ts: str | None = None
    metadata: Payload | None = None


@dataclass
class Workspace:
    """The state behind the API; ``changes`` tells how it came about.

    ``scopes`` are what the bot token was granted. ``clock`` gives Unix time and dates messages and expiries.
    """

    team: Team = field(default_factory=Team)
    people: tuple[User, ...] = (ADA, GRACE)
    channels: tuple[Channel, ...] = (GENERAL, OPS, QUIET, SECRET)
    scopes: frozenset[str] = SCOPES
    censor: Censor = field(default_factory=Censor)
    clock: Callable[[], float] = time.time
    changes: Journal[Change] = field(default_factory=Journal)

    def __post_init__(self) -> None:
        self._messages: dict[str, Message] = {}
        self._count = itertools.count(100)
        self._latest = 0

    def user(self, name_or_id: str) -> User:
        """Somebody by id or by name; a LookupError says who there is."""
        for user in self.people:
            if name_or_id in {user.id, user.name}:
                return user
        raise LookupError(f"nobody is called {name_or_id!r}: {[user.name for user in self.people]}")

    def channel(self, name_or_id: str) -> Channel:
        """A channel by id, name or ``#name``; a LookupError says which there are."""
        for channel in self.channels:
            if name_or_id.removeprefix("#") in {channel.id, channel.name}:
                return channel
        raise LookupError(f"no channel {name_or_id!r}: {[channel.name for channel in self.channels]}")

    def timeline(self, channel: str, seen_by: str | None = None) -> tuple[Message, ...]:
        """What stands in a channel now, oldest first; all of it, or what one person sees."""
        where = self.channel(channel).id
        viewer = self.user(seen_by).id if seen_by else None
        return tuple(
            message
            for message in self._messages.values()
            if message.channel == where and (viewer is None or message.seen_only_by in {None, viewer})
        )

    def message(self, ts: str) -> Message | None:
        """A message as it stands now, or None if it never was or has been deleted."""
        return self._messages.get(ts)

    def post(self, draft: Draft, cause: str) -> Message:
        """Show a new message.

        Raises:
            RefusedError: Slack would not show it.
        """
        self.censor.check_message(draft.text, draft.blocks)
        message = Message(
            ts=self.next_ts(),
            channel=draft.channel,
            text=draft.text,
            blocks=with_ids(draft.blocks),
            seen_only_by=draft.seen_only_by,
            thread_ts=draft.thread_ts,
            metadata=draft.metadata,
        )
        self._messages[message.ts] = message
        self.changes.add(Change("posted", message, cause))
        return message

    def replace(self, message: Message, draft: Draft, cause: str) -> Message:
        """Show something else in a message's place; who sees it stays as it was.

        ``blocks=None`` removes the blocks, as ``chat.update`` does with ``text`` alone.

        Raises:
            RefusedError: Slack would not show it, or the message is gone (``message_not_found``).
        """
        if message.ts not in self._messages:
            raise RefusedError("message_not_found")
        self.censor.check_message(draft.text, draft.blocks)
        updated = replace(
            self._messages[message.ts],
            text=draft.text,
            blocks=with_ids(draft.blocks),
            metadata=draft.metadata,
        )
        self._messages[message.ts] = updated
        self.changes.add(Change("updated", updated, cause))
        return updated

    def delete(self, message: Message, cause: str) -> None:
        """Take a message away; RefusedError ``message_not_found`` if it is gone already."""
        if self._messages.pop(message.ts, None) is None:
            raise RefusedError("message_not_found")
        self.changes.add(Change("deleted", message, cause))

    def next_ts(self) -> str:
        """A time stamp in Slack's form, later than any before: seconds, a dot, six digits."""
        self._latest = max(self._latest, int(self.clock()))
        return f"{self._latest}.{next(self._count):06d}"
