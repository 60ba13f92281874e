"""Which time zone a person lives in, by `users.info`."""

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
_SOON: Final = timedelta(seconds=1)
_PATIENCE: Final = timedelta(seconds=5)
_WILL_STAY_SO: Final = frozenset({"missing_scope", "user_not_found", "user_not_visible"})


@dataclass(frozen=True, slots=True)
class Zone:
    """A person's zone; `known` is False where UTC stands in for it."""

    info: tzinfo = UTC
    known: bool = False

    @property
    def name(self) -> str:
        """Its IANA name; UTC where it has none."""
        return self.info.key if isinstance(self.info, ZoneInfo) else "UTC"


class Zones:
    """Asks once an hour for each person, and only when it matters.

    Args:
        client: with the scope `users:read`, or everybody lives in UTC.
        now: a monotonic clock in seconds.
    """

    def __init__(self, client: AsyncWebClient, now: Callable[[], float]) -> None:
        self._client = client
        self._zones: TTLCache[str, Zone] = TTLCache(10_000, _REMEMBER.total_seconds(), timer=now)

    async def of(self, user: str) -> Zone:
        """A person's zone; never fails. One that Slack does not give within five seconds is not known."""
        return await self._within(_PATIENCE, user)

    async def soon(self, user: str) -> Zone:
        """The same for who can't wait: one that is not at hand within a second is not known."""
        return await self._within(_SOON, user)

    async def _within(self, patience: timedelta, user: str) -> Zone:
        zone = self._zones.get(user)
        if zone is not None:
            return zone
        try:
            async with asyncio.timeout(patience.total_seconds()):
                answer = await self._client.users_info(user=user)
        except SLACK_ERRORS as error:
            why = reason(error)
            _log.warning("time_zone_unknown", user=user, reason=why)
            if why in _WILL_STAY_SO:
                self._zones[user] = Zone()
            return Zone()
        zone = self._zones[user] = _zone(answer.get("user") or {})
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
