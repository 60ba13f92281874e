"""What the database keeps of people's requests, and how it is thrown away again: by the clock."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.browse.kept_causes import CauseStore
from bot.browse.overview.count_samples import CountSamples
from bot.browse.walks import WalkStore
from bot.errors import StartupError
from bot.reasons import reason_of
from bot.routing.controls import request_codec
from bot.slack.handled import HandledRequests
from bot.slack.requests import RequestStore
from bot.storage.database import DatabaseUnusable

_log = structlog.get_logger(__name__)

PURGE_EVERY: Final = timedelta(minutes=10)
_FIRST_AFTER: Final = timedelta(minutes=1)
"""A process that has just started has more urgent work; one that starts often has to purge, too."""
_GRACE: Final = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class StoredRequests:
    """The stores of what people ask for.

    Attributes:
        buttons: requests that are too long for a button.
        walks: walks through lists that are too long for one.
        handled: requests that are not to be handled twice.
        causes: why instances failed that people asked about.
        counts: how many instances accounts had.
    """

    buttons: RequestStore
    walks: WalkStore
    handled: HandledRequests
    causes: CauseStore
    counts: CountSamples

    @classmethod
    def of(cls, engine: AsyncEngine, keep: timedelta, now: Callable[[], datetime]) -> "StoredRequests":
        """Return those of a database; buttons work for as long as `keep`."""
        buttons = RequestStore(engine, request_codec(), keep, now)
        walks = WalkStore(engine, buttons, keep, now)
        return cls(
            buttons, walks, HandledRequests(engine, now), CauseStore(engine, now), CountSamples(engine, now)
        )

    async def purge(self, team: str) -> None:
        """Delete what has expired of a team's.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, OSError: the database does not answer.
        """
        for store in (self.buttons, self.walks, self.handled, self.causes, self.counts):
            await store.purge(team)


@asynccontextmanager
async def open_stores(
    engine: AsyncEngine, keep: timedelta, now: Callable[[], datetime]
) -> AsyncIterator[StoredRequests]:
    """Open the stores of a database; end at the close what still waits for it."""
    stored = StoredRequests.of(engine, keep, now)
    try:
        yield stored
    finally:
        await stored.causes.close()
        await stored.counts.close()


@asynccontextmanager
async def purge_regularly(
    stored: StoredRequests, team: Callable[[], Awaitable[str]], every: timedelta = PURGE_EVERY
) -> AsyncIterator[None]:
    """Purge after a minute and then at an interval, until the block is left. Every process may do so.

    Args:
        stored: what to purge.
        team: returns Slack's id of the workspace, or raises `StartupError` while it is not known.
        every: the interval; the first purge does not wait for longer.
    """
    busy = asyncio.Lock()

    async def purge() -> None:
        await asyncio.sleep(min(_FIRST_AFTER, every).total_seconds())
        while True:
            try:
                of = await team()
                async with busy:
                    await stored.purge(of)
            except (SQLAlchemyError, OSError, DatabaseUnusable, StartupError) as error:
                _log.warning("purge_failed", reason=reason_of(error))
            await asyncio.sleep(every.total_seconds())

    purging = asyncio.create_task(purge())
    try:
        yield
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE.total_seconds()), busy:  # its connection is closed with it
                pass
        purging.cancel()
        await asyncio.gather(purging, return_exceptions=True)
