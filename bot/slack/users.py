"""People's profiles, by `users.info`: their time zone, and whether they are members, guests or no people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.lookups import LookupFailed, Lookups

_log = structlog.get_logger(__name__)

_REMEMBER: Final = timedelta(hours=1)
ZONE_TIMEOUT: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Zone:
    """A person's zone; `known` is False where UTC stands in for it."""

    info: tzinfo = UTC
    known: bool = False

    @property
    def name(self) -> str:
        """Its IANA name; UTC stands in where it has none."""
        return self.info.key if isinstance(self.info, ZoneInfo) else "UTC"

    @property
    def is_named(self) -> bool:
        """Return whether the name is the person's zone. An offset has none, and is right half of the year."""
        return self.known and isinstance(self.info, ZoneInfo)


@dataclass(frozen=True, slots=True)
class Profile:
    """What Slack says of a user account.

    Attributes:
        zone: their time zone.
        teams: Slack's ids of the workspaces that they belong to; on Enterprise Grid there may be several.
        is_guest: a guest of one channel or of several.
        is_stranger: somebody of another workspace.
        is_bot: an app's, or Slackbot's.
        is_deleted: deactivated.
    """

    zone: Zone
    teams: frozenset[str]
    is_guest: bool
    is_stranger: bool
    is_bot: bool
    is_deleted: bool


class UserProfiles:
    """Looks people up, each at most once an hour.

    Args:
        client: with the scope `users:read`.
        now: a monotonic clock in seconds.
    """

    def __init__(self, client: AsyncWebClient, now: Callable[[], float]) -> None:
        self._client = client
        self._profiles: Lookups[tuple[str, str], Profile] = Lookups(self._ask, _REMEMBER, now)

    def known(self, team: str, user: str) -> Profile | None:
        """Return a person's profile if it is in memory."""
        known = self._profiles.known((team, user))
        return known if isinstance(known, Profile) else None

    async def get(
        self,
        team: str,
        user: str,
        timeout: timedelta = ZONE_TIMEOUT,  # noqa: ASYNC109 - as `Lookups`
        *,
        anew: bool = False,
    ) -> Profile:
        """Return a person's profile; one of up to a day ago stands in while Slack gives none.

        Args:
            team: Slack's id of the workspace that they act in.
            user: Slack's id of them.
            timeout: how long to wait for Slack.
            anew: ask even if it is known.

        Raises:
            LookupFailed: Slack did not tell.
        """
        return await self._profiles.get((team, user), timeout, anew=anew)

    async def close(self) -> None:
        """End the calls that are still under way."""
        await self._profiles.close()

    async def _ask(self, key: tuple[str, str]) -> Profile:
        _, user = key
        answer = await self._client.users_info(user=user)
        return _profile(answer.get("user"))


class UserTimeZones:
    """Tells people's time zones; one that is not known is asked for again.

    Args:
        profiles: has them.
    """

    def __init__(self, profiles: UserProfiles) -> None:
        self._profiles = profiles

    async def get(
        self,
        team: str,
        user: str,
        timeout: timedelta = ZONE_TIMEOUT,  # noqa: ASYNC109 - it never raises
    ) -> Zone:
        """Return a person's zone; one that Slack does not give in time is unknown. Never fails."""
        known = self._profiles.known(team, user)
        if known is not None and known.zone.known:
            return known.zone
        try:  # a profile without one says nothing of the next
            zone = (await self._profiles.get(team, user, timeout, anew=known is not None)).zone
        except LookupFailed as error:
            _log.warning("time_zone_unknown", user=user, reason=error.reason)
            return Zone()
        if not zone.known:
            _log.warning("time_zone_unknown", user=user, reason="it is not in the profile")
        return zone


def _profile(user: object) -> Profile:
    """Read a user object: https://docs.slack.dev/reference/objects/user-object.

    Raises:
        SlackClientError: it does not say whether it is a guest's.
    """
    if not isinstance(user, dict):
        raise SlackClientError("the answer is not one of Slack's")
    is_deleted, is_bot = user.get("deleted") is True, user.get("is_bot") is True
    is_guest = user.get("is_restricted")
    if not isinstance(is_guest, bool):
        if not (is_deleted or is_bot):  # of those Slack leaves it out
            raise SlackClientError("the answer is not one of Slack's")
        is_guest = False
    enterprise = user.get("enterprise_user")
    others = enterprise.get("teams") if isinstance(enterprise, dict) else None
    teams = (user.get("team_id"), *(others if isinstance(others, list) else ()))
    return Profile(
        zone=_zone(user),
        teams=frozenset(team for team in teams if isinstance(team, str)),
        is_guest=is_guest or user.get("is_ultra_restricted") is True,
        is_stranger=user.get("is_stranger") is True,
        is_bot=is_bot,
        is_deleted=is_deleted,
    )


def _zone(user: dict[str, Any]) -> Zone:
    try:
        return Zone(ZoneInfo(user["tz"]), known=True)
    except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError):
        pass  # a zone newer than our tables: its offset is right until the clocks change
    offset = user.get("tz_offset")
    if isinstance(offset, int) and abs(offset) < 86_400:
        return Zone(timezone(timedelta(seconds=offset)), known=True)
    return Zone()
