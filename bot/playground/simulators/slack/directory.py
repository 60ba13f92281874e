"""Who and what is in a workspace: its people, its groups of people, and where they talk."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo


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
    """Somebody with an account; ``tz`` is an IANA name, as in ``users.info``.

    ``team`` is the id of their workspace where that is another one: a stranger, who meets the bot in channels
    that both workspaces share.
    """

    id: str
    name: str
    real_name: str = ""
    tz: str = "Europe/Lisbon"
    is_admin: bool = False
    team: str = ""

    def offset_at(self, moment: float) -> int:
        """Seconds east of UTC at a Unix time, as ``users.info`` gives them under ``tz_offset``."""
        offset = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(self.tz)).utcoffset()
        return int(offset.total_seconds()) if offset else 0


@dataclass(frozen=True, slots=True)
class Group:
    """People who are called together: Slack's user group. ``handle`` is what stands after the ``@``."""

    id: str
    handle: str


@dataclass(frozen=True, slots=True)
class Channel:
    """Somewhere to talk. The bot posts where it is a member, or in public with ``chat:write.public``.

    ``members`` are the ids of the people in it, or None for everybody. ``is_im`` is a direct message between
    the bot and the one person in it.
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
        """What a picker's filter calls it."""
        if self.is_im:
            return "im"
        return "private" if self.is_private else "public"

    def has(self, user: User) -> bool:
        """Whether somebody is in it."""
        return self.members is None or user.id in self.members


def direct_message(user: User) -> Channel:
    """Where the bot and somebody talk with nobody else: it is there for everybody, from the start."""
    members = frozenset({user.id})
    return Channel(f"D{user.id[1:]}", f"@{user.name}", is_private=True, members=members, is_im=True)


ADA = User("U0ADA0001", "ada", "Ada Lovelace", tz="Europe/London")
GRACE = User("U0GRACE01", "grace", "Grace Hopper", tz="America/New_York", is_admin=True)
MALLORY = User("U0MALLORY", "mallory", "Mallory of another company", team="T0OTHER01")
ONCALL = Group("S0ONCALL1", "oncall")
GENERAL = Channel("C0GENERAL", "general")
OPS = Channel("C0OPS0001", "ops")
QUIET = Channel("C0QUIET01", "quiet", bot_is_member=False)
SECRET = Channel("G0SECRET1", "secret", is_private=True, bot_is_member=False)

SCOPES = frozenset({"commands", "chat:write", "users:read", "channels:history", "groups:history"})
