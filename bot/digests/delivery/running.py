"""Run a worker: put together what its deliveries are made with, and end them with the block."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.delivery.builder import MessageBuilder
from bot.digests.delivery.late_runs import SearchedRuns, Watch
from bot.digests.delivery.posting import MessageSender, RunRecorder
from bot.digests.delivery.worker import TeamDeliveries, Worker
from bot.digests.due import DueScheduler
from bot.digests.limits import CallLimits, ChannelCalls
from bot.digests.reading import ReportBuilder
from bot.digests.runs import RunRepository
from bot.digests.scope import DigestScope
from bot.jobs.model import RetryPolicy
from bot.jobs.presence import WorkerPresence
from bot.settings import Settings
from bot.slack.poster import Poster
from bot.slack.requests import RequestStore
from bot.storage.database import adopt_rows
from bot.telemetry import Metrics

if TYPE_CHECKING:
    from bot.digests.delivery.workflow import DeliveryRuntime

_LAST_ROUND: Final = 3.0  # seconds that a round may still take when the worker ends


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
    scope: DigestScope | None = None,
) -> AsyncIterator[Worker]:
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
        scope: says what digests may tell; None for everything.
    """
    policy = RetryPolicy(settings.digest_lateness, settings.digest_retry)
    watch = Watch()

    async def open_team() -> TeamDeliveries:
        team_id = await team()
        runs = RunRepository(engine, team_id)
        recorder = RunRecorder(runs, poster, metrics, policy, now)
        limits = CallLimits(settings.bot_calls_per_channel, settings.bot_calls_per_person)
        calls = ChannelCalls(engine, team_id, limits)
        searched = SearchedRuns(now)
        builder = MessageBuilder(runs, reader, requests, poster, recorder, now, searched, watch, calls, scope)
        sender = MessageSender(runs, poster, policy, now, searched, watch)

        async def start_runtime() -> "DeliveryRuntime":
            workflow = await asyncio.to_thread(_load_workflow)
            grace = timedelta(seconds=settings.bot_shutdown_seconds)
            runtime: DeliveryRuntime = workflow.DeliveryRuntime(
                engine, team_id, settings.takeover, grace, settings.digest_retry
            )
            await runtime.start(workflow.DeliverySteps(builder, sender, recorder))
            return runtime

        scheduler = DueScheduler(engine, team_id, settings.digest_lateness)
        adopt = partial(adopt_rows, engine, team_id)
        return TeamDeliveries(scheduler, recorder, start_runtime, adopt, WorkerPresence(engine, team_id))

    worker = Worker(open_team, settings.takeover, metrics, now, watch)
    polling = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_ROUND), worker.busy:  # its connections are closed with it
                pass
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await worker.stop()


def _load_workflow() -> ModuleType:
    """Import DBOS, which takes half a second; load it only when there are digests."""
    from bot.digests.delivery import workflow  # noqa: PLC0415 - only where there are digests

    return workflow
