"""Who a person is: what Slack says of them, and which of the user groups with a rule they are in."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog

from bot.access.model import Person, Standing
from bot.slack.lookups import LookupFailed
from bot.slack.user_groups import UserGroups
from bot.slack.users import Profile, UserProfiles

_log = structlog.get_logger(__name__)


class People:
    """Looks people up. Whom Slack told of within a day stays known while it does not answer.

    Args:
        profiles: says who is a guest.
        groups: says who is in which user group.
        named: Slack's ids of the groups with a rule; of others nothing is asked.
    """

    def __init__(self, profiles: UserProfiles, groups: UserGroups, named: Sequence[str]) -> None:
        self._profiles = profiles
        self._groups = groups
        self._named = named

    def known(self, team: str, user: str) -> Person | None:
        """Return a person if all about them is in memory."""
        profile = self._profiles.known(team, user)
        if profile is None:
            return None
        if not self._named:
            return Person(user, _standing(profile, team))
        members = {group: self._groups.known(group) for group in self._named}
        if any(found is None for found in members.values()):
            return None
        return _person(user, _standing(profile, team), members)

    async def get(self, team: str, user: str, timeout: timedelta) -> Person:  # noqa: ASYNC109 - as `Lookups`
        """Return a person. Nobody is in a group whose people Slack does not tell.

        Args:
            team: Slack's id of the bot's workspace.
            user: Slack's id of the person.
            timeout: how long to wait for Slack.

        Raises:
            LookupFailed: Slack did not tell who they are.
        """
        if (known := self.known(team, user)) is not None:
            return known
        profile, members = await asyncio.gather(
            self._profiles.get(team, user, timeout),
            asyncio.gather(*(self._members(group, timeout) for group in self._named)),
        )
        return _person(user, _standing(profile, team), dict(zip(self._named, members, strict=True)))

    async def _members(
        self,
        group: str,
        timeout: timedelta,  # noqa: ASYNC109 - as `Lookups`
    ) -> frozenset[str] | LookupFailed:
        try:
            return await self._groups.get(group, timeout)
        except LookupFailed as error:
            _log.warning("user_group_unknown", group=group, reason=error.reason)
            return error


def _person(
    user: str, standing: Standing, members: Mapping[str, frozenset[str] | LookupFailed | None]
) -> Person:
    return Person(
        user,
        standing,
        groups=frozenset(
            group for group, found in members.items() if isinstance(found, frozenset) and user in found
        ),
        unread_groups=tuple(group for group, found in members.items() if not isinstance(found, frozenset)),
    )


def _standing(profile: Profile, team: str) -> Standing:
    """Return what somebody is in a workspace.

    Slack's `is_stranger` is false for people of other workspaces with whom a channel is shared.
    """
    if profile.is_deleted:
        return Standing.DEACTIVATED
    if profile.is_bot:
        return Standing.BOT
    if profile.is_stranger or team not in profile.teams:
        return Standing.STRANGER
    return Standing.GUEST if profile.is_guest else Standing.MEMBER
