"""The members of a workspace: people, user groups and channels."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Team:
    """The workspace and its installed app."""

    id: str = "T0LOCAL01"
    domain: str = "local"
    app_id: str = "A0LOCAL01"
    bot_id: str = "B0LOCAL01"
    bot_user_id: str = "U0BOT0001"
    bot_name: str = "workflows"


@dataclass(frozen=True, slots=True)
class User:
    """A user account; ``tz`` is an IANA name, as in ``users.info``, or empty where the profile has none.

    ``team`` is the id of their workspace where that is another one: a stranger, who meets the bot in channels
    that both workspaces share. ``guest`` says in how many channels a guest may be; it is empty for full
    members. ``known_as_of`` is the id of another workspace that ``users.info`` alone tells.
    """

    id: str
    name: str
    real_name: str = ""
    tz: str = "Europe/Lisbon"
    is_admin: bool = False
    team: str = ""
    guest: Literal["", "channels", "channel"] = ""
    is_bot: bool = False
    is_deleted: bool = False
    known_as_of: str = ""

    def offset_at(self, moment: float) -> int:
        """Return the seconds east of UTC at a Unix time, ``tz_offset`` of ``users.info``."""
        offset = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(self.tz)).utcoffset()
        return int(offset.total_seconds()) if offset else 0


@dataclass(frozen=True, slots=True)
class Group:
    """A user group; ``handle`` is its name after the ``@``, ``members`` are the ids of its people."""

    id: str
    handle: str
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel. The bot may post as a member, or in public channels with ``chat:write.public``.

    ``members`` are the ids of its members, or None for everyone. ``is_im`` marks a direct message between
    the bot and one person.
    """

    id: str
    name: str
    is_private: bool = False
    bot_is_member: bool = True
    members: frozenset[str] | None = None
    is_archived: bool = False
    is_im: bool = False

    @property
    def kind(self) -> Literal["public", "private", "im"]:
        """The channel type in a picker's filter."""
        if self.is_im:
            return "im"
        return "private" if self.is_private else "public"

    def has(self, user: User) -> bool:
        """Return whether a user is a member."""
        return self.members is None or user.id in self.members


def direct_message(user: User) -> Channel:
    """Return a user's direct message with the bot, which always exists."""
    members = frozenset({user.id})
    return Channel(f"D{user.id[1:]}", f"@{user.name}", is_private=True, members=members, is_im=True)


ADA = User("U0ADA0001", "ada", "Ada Lovelace", tz="Europe/London")
GRACE = User("U0GRACE01", "grace", "Grace Hopper", tz="America/New_York", is_admin=True)
MALLORY = User("U0MALLORY", "mallory", "Mallory of another company", team="T0OTHER01")
GUS = User("U0GUS0001", "gus", "Gus, a contractor", guest="channels")
GINA = User("U0GINA001", "gina", "Gina, a guest of one channel", guest="channel")
ROBOT = User("U0ROBOT01", "robot", "Another app", is_bot=True)
ONCALL = Group("S0ONCALL1", "oncall")
GENERAL = Channel("C0GENERAL", "general")
OPS = Channel("C0OPS0001", "ops")
QUIET = Channel("C0QUIET01", "quiet", bot_is_member=False)
SECRET = Channel("G0SECRET1", "secret", is_private=True, bot_is_member=False)

SCOPES = frozenset(
    {
        "commands",
        "chat:write",
        "users:read",
        "channels:history",
        "groups:history",
        "app_mentions:read",
        "im:history",
        "files:write",
        "usergroups:read",
    }
)
EVENTS = frozenset({"app_mention", "message.im"})
