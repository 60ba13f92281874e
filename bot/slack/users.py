"""People's time zones, by `users.info`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from cachetools import TTLCache
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import SLACK_ERRORS, reason

_log = structlog.get_logger(__name__)

_REMEMBER: Final = timedelta(hours=1)
_TIMEOUT: Final = timedelta(seconds=5)
_PERMANENT: Final = frozenset({"missing_scope", "user_not_found", "user_not_visible"})


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


class UserTimeZones:
    """Look up people's time zones, and remember each for an hour; one that is not known is asked for again.

    Args:
        client: with the scope `users:read`; without it, every zone is unknown.
        now: a monotonic clock in seconds.
    """

    def __init__(self, client: AsyncWebClient, now: Callable[[], float]) -> None:
        self._client = client
        self._zones: TTLCache[tuple[str, str], Zone] = TTLCache(10_000, _REMEMBER.total_seconds(), timer=now)

    async def get(
        self,
        team: str,
        user: str,
        timeout: timedelta = _TIMEOUT,  # noqa: ASYNC109 - it never raises
    ) -> Zone:
        """Return a person's zone; one that Slack does not give in time is unknown. Never fails."""
        zone = self._zones.get((team, user))
        if zone is not None:
            return zone
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                answer = await self._client.users_info(user=user)
        except SLACK_ERRORS as error:
            why = reason(error)
            _log.warning("time_zone_unknown", user=user, reason=why)
            if why in _PERMANENT:
                self._zones[team, user] = Zone()
            return Zone()
        zone = _zone(answer.get("user") or {})
        if zone.known:  # an answer without one says nothing of the next
            self._zones[team, user] = zone
        return zone


def _zone(user: dict[str, Any]) -> Zone:
    try:
        return Zone(ZoneInfo(user["tz"]), known=True)
    except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError):
        pass  # a zone newer than our tables: its offset is right until the clocks change
    offset = user.get("tz_offset")
    if isinstance(offset, int) and abs(offset) < 86_400:
        return Zone(timezone(timedelta(seconds=offset)), known=True)
    return Zone()
