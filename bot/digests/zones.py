"""Time zones that Slack did not tell when a digest was made: it is asked for them until it does.

UTC stands in for such a zone, and the plan says that it does. A Slack that was down for a moment must not
have a digest come at the wrong hour for good.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.digests.store import DigestChanged, DigestRepository, NoSuchDigest
from bot.errors import StartupError
from bot.reasons import reason_of
from bot.slack.users import UserTimeZones
from bot.storage.database import DatabaseUnusable

_log = structlog.get_logger(__name__)

_EVERY: Final = timedelta(minutes=1)
_PAUSE: Final = timedelta(seconds=1)
_GRACE: Final = 3.0  # seconds


@dataclass(slots=True)
class AssumedZones:
    """Replaces the zones that UTC stands in for.

    Attributes:
        team: returns Slack's id of the workspace, or raises `StartupError` while it is not known.
        stores: has the digests of each workspace, by that id.
        zones: people's time zones.
        every: the pause between two looks at all digests.
        pause: the pause between two people, as Slack is asked for each.
    """

    team: Callable[[], Awaitable[str]]
    stores: Callable[[str], DigestRepository]
    zones: UserTimeZones
    every: timedelta = _EVERY
    pause: timedelta = _PAUSE
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Look at the digests again and again until the block is left."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._stop.set()
            await asyncio.wait({task}, timeout=_GRACE)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def settle(self) -> None:
        """Ask Slack for each zone that is missing, once.

        Raises:
            StartupError, DatabaseUnusable, SQLAlchemyError, OSError: the next look may be luckier.
        """
        team = await self.team()
        store = self.stores(team)
        for digest in await store.list_with_assumed_zone():
            if self._stop.is_set():
                return
            zone = await self.zones.get(team, digest.creator)
            if zone.is_named:
                try:
                    await store.set_zone(digest, zone.name)
                except (DigestChanged, NoSuchDigest):
                    continue  # the next look sees what it is now
                _log.info("digest_zone_told", digest=digest.number, zone=zone.name)
            await asyncio.sleep(self.pause.total_seconds())

    async def _run(self) -> None:
        while not await self._stops_within(self.every):
            try:
                await self.settle()
            except (StartupError, DatabaseUnusable, SQLAlchemyError, OSError) as error:
                _log.warning("zones_not_settled", reason=reason_of(error))

    async def _stops_within(self, span: timedelta) -> bool:
        try:
            async with asyncio.timeout(span.total_seconds()):
                return await self._stop.wait()
        except TimeoutError:
            return False
