"""The worker: records due digests, enqueues their runs and restarts abandoned ones."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog
from cachetools import LRUCache
from sqlalchemy.exc import SQLAlchemyError

from bot.digests.delivery.late_runs import Watch
from bot.digests.delivery.posting import RunRecorder
from bot.digests.due import DueScheduler
from bot.digests.model import Digest
from bot.digests.runs import Attempt
from bot.errors import StartupError
from bot.jobs.model import Standby
from bot.jobs.presence import WorkerPresence
from bot.logs import FailureLog
from bot.reasons import reason_of
from bot.storage.database import DatabaseUnusable, is_outage
from bot.telemetry import Metrics, bind_request_id

if TYPE_CHECKING:
    from bot.digests.delivery.workflow import DeliveryRuntime

_log = structlog.get_logger(__name__)

_POLL: Final = 2.0  # seconds
_ENQUEUE_BATCH: Final = 50
_ANNOUNCE_EVERY: Final = 5  # rounds, as are the next
_ADOPT_EVERY: Final = 30
_ABANDONED_EVERY: Final = 10
_PURGE_EVERY: Final = 1800
_ABANDONED_AFTER: Final = timedelta(minutes=1)
_WATCH_BATCH: Final = 500
_REFUSED_WAIT: Final = timedelta(seconds=30)
_CLOCK_ROLLBACK: Final = timedelta(seconds=30)
_MOST_LOGGED: Final = 1_000  # failing runs that are not logged again


_Part = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class TeamDeliveries:
    """What it takes to deliver the digests of one workspace.

    Attributes:
        scheduler: knows which are due.
        recorder: ends runs that no worker continues.
        start_runtime: starts delivering.
        adopt: gives the workspace the rows that have none: while the bot is updated, processes of the version
            before still write some.
        presence: tells other processes that there is a worker.
    """

    scheduler: DueScheduler
    recorder: RunRecorder
    start_runtime: Callable[[], Awaitable["DeliveryRuntime"]]
    adopt: Callable[[], Awaitable[None]]
    presence: WorkerPresence


@dataclass
class Worker:
    """Polls the database. An error in one round is logged, reported by `fault` and retried in the next.

    `busy` is held by a round.
    """

    open_team: Callable[[], Awaitable[TeamDeliveries]]
    takeover: timedelta
    metrics: Metrics
    now: Callable[[], datetime]
    watch: Watch
    _team: TeamDeliveries | None = None
    _runtime: "DeliveryRuntime | None" = None
    _fault: str | None = None
    _outage: str | None = None
    _last_round: datetime | None = None
    _polls: int = 0
    _rounds: int = 0
    _is_standby: bool = False
    _notices: set[asyncio.Task[None]] = field(default_factory=set)
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    _failures: FailureLog = field(default_factory=lambda: FailureLog(_log, "worker_round_failed"))
    _logged: LRUCache[tuple[str, int, str], bool] = field(default_factory=lambda: LRUCache(_MOST_LOGGED))

    async def fault(self) -> str | None:
        """Return why this worker does not deliver all, or None. Standing by for another is no fault."""
        if self._fault is None and self._runtime is not None and self._runtime.overdue:
            return f"overdue deliveries: {self._runtime.overdue}"
        return self._fault

    @property
    def outage(self) -> str | None:
        """Why this worker delivers nothing now, for people; None if it could, or stands by for another."""
        return self._outage

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            now = self.now()
            try:
                async with self.busy:
                    if self._team is None:
                        self._team = await self.open_team()
                    await self._run_round(self._team, now)
                    if self._polls % _ANNOUNCE_EVERY == 1:
                        await self._team.presence.announce()
                self._fault = None
                self._failures.record_success()
                self.watch.note(now)
            except Standby as reason:
                self._stand_by(str(reason))
            except (SQLAlchemyError, OSError, DatabaseUnusable, StartupError) as error:
                self._report_fault(error)
                self._failures.record_failure(reason_of(error))
            except Exception as error:  # noqa: BLE001 - one round must not be the last, whatever DBOS raises
                self._report_fault(error)
                self._failures.record_failure(reason_of(error), unexpected=error)
            await asyncio.sleep(_POLL)

    async def stop(self) -> None:
        """Start no more deliveries and let running ones end."""
        for notice in self._notices:
            notice.cancel()
        await asyncio.gather(*self._notices, return_exceptions=True)
        if self._team is not None:
            await self._team.presence.withdraw()
        if self._runtime is not None:
            await self._runtime.stop()

    async def _run_round(self, team: TeamDeliveries, now: datetime) -> None:
        """Do what is due in this round. A part that fails is no reason to leave out the others.

        Raises:
            Exception: of the part that failed first.
        """
        faults: list[Exception] = []
        self._polls += 1
        if self._polls % _ADOPT_EVERY == 0:
            await _try(team.adopt, faults)
        if self._runtime is None and await team.scheduler.has_work():
            self._runtime = await team.start_runtime()
            self.metrics.jobs_overdue.set_function(partial(getattr, self._runtime, "overdue"))
        if self._runtime is not None:
            for part in self._parts(team, self._runtime, now):
                await _try(part, faults)
        if faults:
            raise faults[0]

    def _parts(self, team: TeamDeliveries, runtime: "DeliveryRuntime", now: datetime) -> Iterator[_Part]:
        """Give what is to be done in a round, in this order."""
        number, self._rounds = self._rounds, self._rounds + 1
        yield partial(self._follow_clock, team, now)
        yield partial(self._record_due, team, now)
        yield partial(self._enqueue, team, runtime, now)
        if number % _ABANDONED_EVERY == 0:
            yield partial(self._restart_abandoned, team, runtime, now)
        if number % _PURGE_EVERY == 0:
            yield partial(team.scheduler.purge, now)
            yield partial(runtime.purge, now)

    async def _follow_clock(self, team: TeamDeliveries, now: datetime) -> None:
        if self._last_round is None or now < self._last_round - _CLOCK_ROLLBACK:
            await team.scheduler.handle_clock_rollback(now)
        self._last_round = now

    async def _record_due(self, team: TeamDeliveries, now: datetime) -> None:
        last = None
        while True:
            recorded = await team.scheduler.record_due(now, last)
            self.metrics.digests.labels("due").inc(recorded.due)
            self.metrics.digests.labels("missed").inc(recorded.missed)
            if recorded.paused:
                notice = asyncio.create_task(_notify_creators(team.recorder, recorded.paused))
                self._notices.add(notice)
                notice.add_done_callback(self._notices.discard)
            last = recorded.last
            if last is None:
                return

    async def _enqueue(self, team: TeamDeliveries, runtime: "DeliveryRuntime", now: datetime) -> None:
        """Enqueue due runs; if this worker dies meanwhile, another claims them after the takeover time."""
        until = now + self.takeover
        while runs := await team.scheduler.claim(now, until, _ENQUEUE_BATCH):
            refused = await runtime.enqueue(runs)
            await team.scheduler.mark_enqueued([run for run in runs if run not in refused], until)
            for run, reason in refused.items():
                self._log_once("digest_not_enqueued", run.attempt, reason)
                await self._give_up(team, run.attempt, _REFUSED_WAIT)

    async def _restart_abandoned(
        self, team: TeamDeliveries, runtime: "DeliveryRuntime", now: datetime
    ) -> None:
        """Start again what is enqueued and what no worker runs or will run."""
        last = None
        while watched := await team.scheduler.in_flight(now - _ABANDONED_AFTER, _WATCH_BATCH, last):
            for attempt in await runtime.find_abandoned(watched):
                await self._give_up(team, attempt)
            last = watched[-1]

    async def _give_up(self, team: TeamDeliveries, attempt: Attempt, wait: timedelta = timedelta(0)) -> None:
        with bind_request_id(attempt.request_id):
            try:
                await team.recorder.give_up(attempt, wait)
            except Exception as error:
                if is_outage(error):
                    raise
                self._log_once("digest_not_given_up", attempt, type(error).__name__)

    def _log_once(self, event: str, attempt: Attempt, reason: str) -> None:
        if (event, attempt.digest, attempt.slot) not in self._logged:
            self._logged[event, attempt.digest, attempt.slot] = True
            _log.error(event, digest=attempt.digest, slot=attempt.slot, reason=reason)

    def _report_fault(self, error: Exception) -> None:
        self._fault = reason_of(error)
        self._outage = error.reason if isinstance(error, DatabaseUnusable) else self._fault
        self.watch.note_failure()

    def _stand_by(self, reason: str) -> None:
        if not self._is_standby:
            _log.info("worker_stands_by", reason=reason)
        self._is_standby = True
        self._fault = self._outage = None


async def _try(part: _Part, faults: list[Exception]) -> None:
    try:
        await part()
    except Exception as error:  # noqa: BLE001 - the caller raises it when the other parts are done
        faults.append(error)


async def _notify_creators(recorder: RunRecorder, paused: Sequence[Digest]) -> None:
    for digest in paused:
        try:
            await recorder.notify_creator(digest, digest.pause_reason or "")
        except Exception:  # noqa: BLE001 - one creator's trouble is not the next one's
            _log.exception("creator_not_told", digest=digest.number)
