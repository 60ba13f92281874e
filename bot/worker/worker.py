"""A worker: looks for what is due, hands it over to be delivered, and watches over the other workers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.due import DueScheduler
from bot.digests.reading import ReportBuilder
from bot.digests.runs import RunRepository
from bot.settings import Settings
from bot.slack.requests import RequestStore
from bot.storage.database import first_line
from bot.telemetry import Metrics, bind_request_id
from bot.worker.closing import Closing, Patience
from bot.worker.posting import Poster
from bot.worker.preparing import Preparing
from bot.worker.sending import Sending
from bot.worker.steps import StandingBy, Steps

if TYPE_CHECKING:
    from bot.worker.place import Place

_log = structlog.get_logger(__name__)

_LOOK_EVERY: Final = 2.0  # seconds
_A_HANDFUL: Final = 50  # runs that are handed over at once
_ABANDONED_EVERY: Final = 30  # rounds, as is the next
_FORGET_EVERY: Final = 1800
_A_MINUTE: Final = timedelta(minutes=1)
_MOST_WATCHED: Final = 500
_CLOCK_WENT_BACK: Final = timedelta(seconds=30)


@asynccontextmanager
async def working(  # noqa: PLR0913, PLR0917 - all that a digest is made with comes together here
    settings: Settings,
    engine: AsyncEngine,
    client: AsyncWebClient,
    reader: ReportBuilder,
    requests: RequestStore,
    metrics: Metrics,
    now: Callable[[], datetime],
) -> AsyncIterator["Worker"]:
    """A worker until the block is left: then running deliveries may end, and others go on with the rest.

    Args:
        settings: all of them.
        engine: the database, with its tables up to date.
        client: Slack's Web API, with the bot's token and a session.
        reader: reads what digests tell.
        requests: keeps what their buttons carry.
        metrics: counts digests.
        now: the clock.
    """
    patience = Patience(settings.digest_lateness, settings.digest_retry)
    runs, poster = RunRepository(engine), Poster(client)
    closing = Closing(runs, poster, metrics, patience, now)
    preparing = Preparing(runs, reader, requests, poster, closing, now)
    sending = Sending(runs, poster, patience, now)

    async def open_place() -> "Place":
        place = (await asyncio.to_thread(_load_place))(
            engine, settings.takeover, timedelta(seconds=settings.bot_shutdown_seconds)
        )
        await place.open(lambda life: Steps(preparing, sending, closing, life))
        return place

    rounds = DueScheduler(engine, settings.digest_lateness)
    worker = Worker(rounds, open_place, settings.takeover, closing, metrics, now)
    looking = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await worker.stop()


def _load_place() -> type["Place"]:
    """DBOS is half a second of imports, which nobody waits for who has no digest."""
    from bot.worker.place import Place  # noqa: PLC0415 - see above

    return Place


@dataclass
class Worker:
    """The clockwork. Whatever goes wrong in a round is logged, told by `fault`, and tried in the next."""

    rounds: DueScheduler
    open_place: Callable[[], Awaitable["Place"]]
    takeover: timedelta
    closing: Closing
    metrics: Metrics
    now: Callable[[], datetime]
    _place: "Place | None" = None
    _fault: str | None = None
    _seen: datetime | None = None
    _turn: int = 0
    _is_standing_by: bool = False

    async def fault(self) -> str | None:
        """Why nothing is delivered here, or None. Standing by for another worker is no fault."""
        return self._fault

    async def run(self) -> None:
        """Look, again and again."""
        while True:
            try:
                await self._round(self.now())
                self._fault = None
            except StandingBy as reason:
                self._standing_by(str(reason))
            except (SQLAlchemyError, OSError) as error:
                self._fault = first_line(error)
                _log.warning("worker_round_failed", reason=self._fault)
            except Exception as error:  # noqa: BLE001 - one round must not be the last, whatever DBOS raises
                self._fault = type(error).__name__
                _log.exception("worker_round_failed")
            await asyncio.sleep(_LOOK_EVERY)

    async def stop(self) -> None:
        """Begin nothing more, and let what runs end."""
        if self._place is not None:
            await self._place.close()

    async def _round(self, now: datetime) -> None:
        if self._place is None:
            if not await self.rounds.has_work():
                return
            self._place = await self.open_place()
        if self._seen is None or now < self._seen - _CLOCK_WENT_BACK:
            await self.rounds.handle_clock_rollback(now)
        self._seen = now
        await self._enter(now)
        await self._hand_over(self._place, now)
        if self._turn % _ABANDONED_EVERY == 0:
            watched = await self.rounds.in_flight(now - _A_MINUTE, _MOST_WATCHED)
            for attempt in await self._place.abandoned(watched, now):
                with bind_request_id(attempt.reference):
                    await self.closing.give_up(attempt)
        if self._turn % _FORGET_EVERY == 0:
            await self.rounds.forget(now)
            await self._place.forget(now)
        self._turn += 1

    async def _enter(self, now: datetime) -> None:
        more = True
        while more:
            entered = await self.rounds.record_due(now)
            more = entered.more
            self.metrics.digests.labels("due").inc(entered.due)
            self.metrics.digests.labels("missed").inc(entered.missed)
            for digest in entered.paused:
                await self.closing.tell_creator(digest, digest.pause_reason or "")

    async def _hand_over(self, place: "Place", now: datetime) -> None:
        """Have runs delivered; what a worker does not get to, as it dies, is handed over by another."""
        until = now + self.takeover
        while runs := await self.rounds.claim(now, until, _A_HANDFUL):
            await place.enqueue(runs)
            await self.rounds.mark_enqueued(runs, until)

    def _standing_by(self, reason: str) -> None:
        if not self._is_standing_by:
            _log.info("worker_stands_by", reason=reason)
        self._is_standing_by = True
        self._fault = None
