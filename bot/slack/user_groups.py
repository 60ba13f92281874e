"""Who is in a user group, by `usergroups.users.list`."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.lookups import LookupFailed, Lookups

_REMEMBER: Final = timedelta(minutes=5)
_USABLE: Final = timedelta(minutes=15)
"""A group gives rights, and who has left it must not keep them for long because Slack is busy."""


class UserGroups:
    """Looks up who is in user groups, each at most once in five minutes.

    Args:
        client: with the scope `usergroups:read`.
        now: a monotonic clock in seconds.
    """

    def __init__(self, client: AsyncWebClient, now: Callable[[], float]) -> None:
        self._client = client
        self._members: Lookups[str, frozenset[str]] = Lookups(self._ask, _REMEMBER, now, _USABLE)

    def known(self, group: str) -> frozenset[str] | LookupFailed | None:
        """Return Slack's ids of a group's people, or why they can't be told; None where it is to be asked."""
        return self._members.known(group)

    async def get(self, group: str, timeout: timedelta) -> frozenset[str]:  # noqa: ASYNC109 - as `Lookups`
        """Return Slack's ids of a group's people; those of a quarter of an hour ago may stand in for them.

        Raises:
            LookupFailed: Slack did not tell.
        """
        return await self._members.get(group, timeout)

    async def close(self) -> None:
        """End the calls that are still under way."""
        await self._members.close()

    async def _ask(self, group: str) -> frozenset[str]:
        users = (await self._client.usergroups_users_list(usergroup=group)).get("users")
        if not isinstance(users, list):
            raise SlackClientError("the answer is not one of Slack's")
        return frozenset(user for user in users if isinstance(user, str))
