"""The worker: records due digests, enqueues their runs and restarts abandoned ones."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.delivery.builder import MessageBuilder
from bot.digests.delivery.recorder import RunRecorder
from bot.digests.delivery.sender import MessageSender
from bot.digests.due import DueScheduler
from bot.digests.limits import CallLimits, ChannelCalls
from bot.digests.reading import ReportBuilder
from bot.digests.runs import RunRepository
from bot.errors import StartupError
from bot.jobs.model import RetryPolicy, Standby
from bot.settings import Settings
from bot.slack.poster import Poster
from bot.slack.requests import RequestStore
from bot.storage.database import DatabaseUnusable, adopt_rows, first_line
from bot.telemetry import Metrics, bind_request_id

if TYPE_CHECKING:
    from bot.digests.delivery.workflow import DeliveryRuntime

_log = structlog.get_logger(__name__)

_POLL: Final = 2.0  # seconds
_ENQUEUE_BATCH: Final = 50
_ADOPT_EVERY: Final = 30  # rounds, as are the next
_ABANDONED_EVERY: Final = 30
_PURGE_EVERY: Final = 1800
_ABANDONED_AFTER: Final = timedelta(minutes=1)
_MAX_WATCHED: Final = 500
_CLOCK_ROLLBACK: Final = timedelta(seconds=30)


@asynccontextmanager
async def run_worker(  # noqa: PLR0913, PLR0917 - all that makes a digest comes together here
    settings: Settings,
    engine: AsyncEngine,
    team: Callable[[], Awaitable[str]],
    poster: Poster,
    reader: ReportBuilder,
    requests: RequestStore,
    metrics: Metrics,
    now: Callable[[], datetime],
) -> AsyncIterator["Worker"]:
    """Run a worker until the block is left; running deliveries may end then, other workers do the rest.

    Args:
        settings: all of them.
        engine: the database, with its tables up to date.
        team: returns Slack's id of the workspace whose digests are delivered, or raises `StartupError` while
            it is not known.
        poster: posts with the event type of digests.
        reader: reads what digests report.
        requests: keeps what their buttons carry.
        metrics: counts digests.
        now: the clock.
    """
    policy = RetryPolicy(settings.digest_lateness, settings.digest_retry)

    async def open_team() -> TeamDeliveries:
        team_id = await team()
        runs = RunRepository(engine, team_id)
        recorder = RunRecorder(runs, poster, metrics, policy, now)
        limits = CallLimits(settings.bot_calls_per_channel, settings.bot_calls_per_person)
        calls = ChannelCalls(engine, team_id, limits)
        builder = MessageBuilder(runs, reader, requests, poster, recorder, now, calls)
        sender = MessageSender(runs, poster, policy, now)

        async def start_runtime() -> "DeliveryRuntime":
            workflow = await asyncio.to_thread(_load_workflow)
            grace = timedelta(seconds=settings.bot_shutdown_seconds)
            runtime: DeliveryRuntime = workflow.DeliveryRuntime(engine, team_id, settings.takeover, grace)
            await runtime.start(workflow.DeliverySteps(builder, sender, recorder))
            return runtime

        scheduler = DueScheduler(engine, team_id, settings.digest_lateness)
        return TeamDeliveries(scheduler, recorder, start_runtime, partial(adopt_rows, engine, team_id))

    worker = Worker(open_team, settings.takeover, metrics, now)
    polling = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await worker.stop()


def _load_workflow() -> ModuleType:
    """Import DBOS, which takes half a second; load it only when there are digests."""
    from bot.digests.delivery import workflow  # noqa: PLC0415 - see above

    return workflow


@dataclass(frozen=True, slots=True)
class TeamDeliveries:
    """What it takes to deliver the digests of one workspace.

    Attributes:
        scheduler: knows which are due.
        recorder: ends runs that no worker continues.
        start_runtime: starts delivering.
        adopt: gives the workspace the rows that have none: while the bot is updated, processes of the version
            before still write some.
    """

    scheduler: DueScheduler
    recorder: RunRecorder
    start_runtime: Callable[[], Awaitable["DeliveryRuntime"]]
    adopt: Callable[[], Awaitable[None]]


@dataclass
class Worker:
    """Polls the database. An error in one round is logged, reported by `fault` and retried in the next."""

    open_team: Callable[[], Awaitable[TeamDeliveries]]
    takeover: timedelta
    metrics: Metrics
    now: Callable[[], datetime]
    _team: TeamDeliveries | None = None
    _runtime: "DeliveryRuntime | None" = None
    _fault: str | None = None
    _last_round: datetime | None = None
    _polls: int = 0
    _rounds: int = 0
    _is_standby: bool = False

    async def fault(self) -> str | None:
        """Return why this worker delivers nothing, or None. Standing by for another worker is no fault."""
        return self._fault

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            try:
                if self._team is None:
                    self._team = await self.open_team()
                await self._round(self._team, self.now())
                self._fault = None
            except Standby as reason:
                self._stand_by(str(reason))
            except (SQLAlchemyError, OSError, DatabaseUnusable, StartupError) as error:
                self._fault = first_line(error)
                _log.warning("worker_round_failed", reason=self._fault)
            except Exception as error:  # noqa: BLE001 - one round must not be the last, whatever DBOS raises
                self._fault = type(error).__name__
                _log.exception("worker_round_failed")
            await asyncio.sleep(_POLL)

    async def stop(self) -> None:
        """Start no more deliveries and let running ones end."""
        if self._runtime is not None:
            await self._runtime.stop()

    async def _round(self, team: TeamDeliveries, now: datetime) -> None:
        self._polls += 1
        if self._polls % _ADOPT_EVERY == 0:
            await team.adopt()
        if self._runtime is None:
            if not await team.scheduler.has_work():
                return
            self._runtime = await team.start_runtime()
        if self._last_round is None or now < self._last_round - _CLOCK_ROLLBACK:
            await team.scheduler.handle_clock_rollback(now)
        self._last_round = now
        await self._record_due(team, now)
        await self._enqueue(team, self._runtime, now)
        if self._rounds % _ABANDONED_EVERY == 0:
            watched = await team.scheduler.in_flight(now - _ABANDONED_AFTER, _MAX_WATCHED)
            for attempt in await self._runtime.abandoned(watched, now):
                with bind_request_id(attempt.request_id):
                    await team.recorder.give_up(attempt)
        if self._rounds % _PURGE_EVERY == 0:
            await team.scheduler.purge(now)
            await self._runtime.purge(now)
        self._rounds += 1

    async def _record_due(self, team: TeamDeliveries, now: datetime) -> None:
        more = True
        while more:
            recorded = await team.scheduler.record_due(now)
            more = recorded.more
            self.metrics.digests.labels("due").inc(recorded.due)
            self.metrics.digests.labels("missed").inc(recorded.missed)
            for digest in recorded.paused:
                await team.recorder.notify_creator(digest, digest.pause_reason or "")

    async def _enqueue(self, team: TeamDeliveries, runtime: "DeliveryRuntime", now: datetime) -> None:
        """Enqueue due runs; if this worker dies meanwhile, another claims them after the takeover time."""
        until = now + self.takeover
        while runs := await team.scheduler.claim(now, until, _ENQUEUE_BATCH):
            await runtime.enqueue(runs)
            await team.scheduler.mark_enqueued(runs, until)

    def _stand_by(self, reason: str) -> None:
        if not self._is_standby:
            _log.info("worker_stands_by", reason=reason)
        self._is_standby = True
        self._fault = None
