"""Step-by-step deliveries of digests with faults of Cloudflare and a simulated clock."""

from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, production_endpoint
from bot.cloudflare.limiter import Budget
from bot.cloudflare.timed_cache import CacheTimes
from bot.digests.delivery.builder import MessageBuilder
from bot.digests.delivery.late_runs import SearchedRuns, Watch
from bot.digests.delivery.model import EVENT_TYPE
from bot.digests.delivery.posting import MessageSender, RunRecorder
from bot.digests.due import DueScheduler
from bot.digests.model import Digest, DigestRun, DigestSpec
from bot.digests.reading import ReportBuilder
from bot.digests.runs import Attempt, RunRepository
from bot.digests.store import DigestRepository
from bot.jobs.model import RetryPolicy
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID
from bot.playground.simulators.slack import LocalSlack, Message
from bot.slack.poster import Poster
from bot.telemetry import Metrics
from tests.support.buttons import request_store
from tests.support.clock import Clock
from tests.support.teams import TEAM

from .cloudflare_harness import DEADLINE, Cell

LATENESS = timedelta(hours=1)


class FakeLease:
    """A lease that is always valid."""

    def is_valid(self) -> bool:
        return True

    async def verify(self) -> bool:
        return True


@dataclass(frozen=True)
class SharedServices:
    """The services that all deliveries of a module share."""

    slack: LocalSlack
    engine: AsyncEngine
    client: AsyncWebClient
    session: aiohttp.ClientSession


class DigestDelivery:
    """The hourly digest of a cell's workflow, and its delivery.

    Args:
        works: shared with other cells.
        cell: its account and its workflow.
        retry: how long it is tried.
        deadline: seconds for an answer of Cloudflare's.
    """

    def __init__(
        self, services: SharedServices, cell: Cell, retry: timedelta, deadline: float = DEADLINE
    ) -> None:
        self._services = services
        self.clock = clock = Clock()
        endpoint = production_endpoint(cell.harness.line.url, DEFAULT_ACCOUNT_ID, ApiToken(cell.token))
        client = WorkflowsClient(
            services.session,
            endpoint,
            budget=Budget(1200, 0.2, clock.seconds),
            deadline=timedelta(seconds=deadline),
            now=clock,
        )
        account = CachedWorkflows(client, CacheTimes(), clock.seconds)
        runs, poster, policy = (
            RunRepository(services.engine, TEAM),
            Poster(services.client, EVENT_TYPE),
            RetryPolicy(LATENESS, retry),
        )
        recorder = RunRecorder(runs, poster, Metrics(), policy, clock)
        requests = request_store(services.engine, clock)
        reader = ReportBuilder({cell.account: account}, timedelta(days=7), clock)
        searched, watch = SearchedRuns(clock), Watch(since=clock(), seen_at=clock())
        self._builder = MessageBuilder(runs, reader, requests, poster, recorder, clock, searched, watch)
        self._sender = MessageSender(runs, poster, policy, clock, searched, watch)
        self._recorder = recorder
        self._store = DigestRepository(services.engine, TEAM, clock)
        self._rounds = DueScheduler(services.engine, TEAM, LATENESS)
        self._plan = DigestSpec("C0OPS0001", Schedule("0 * * * *", "UTC"), cell.account, (cell.workflow,))
        self._digest: Digest | None = None

    async def due(self) -> DigestRun:
        """Advance the clock until the digest is due, and return its run."""
        if self._digest is None:
            made = await self._store.create(self._plan, "U0ADA0001")
            self._digest = await self._store.resume(made.number)
        upcoming = (await self._store.get(self._digest.number)).next_due
        assert upcoming is not None
        self.clock.moment = upcoming + timedelta(seconds=1)
        await self._rounds.record_due(self.clock())
        return await self.run()

    async def run(self) -> DigestRun:
        """Return the latest stored run."""
        assert self._digest is not None
        return (await self._store.list_runs(self._digest.number))[0]

    async def deliver(self) -> DigestRun:
        """Make one attempt, and return the run after it."""
        run = await self.run()
        attempt = Attempt(run.digest, run.slot, run.attempt)
        prepared = await self._builder.prepare(attempt)
        if prepared is not None:
            sent = None
            if prepared.message is not None:
                sent = await self._sender.send(attempt, prepared, FakeLease())
            await self._recorder.record(attempt, prepared, sent)
        return await self.run()

    async def wait(self) -> timedelta:
        """Advance the clock until the run is retried, and return the wait."""
        before = self.clock()
        while not await self._is_handed_over():
            self.clock.moment += timedelta(seconds=5)
        return self.clock() - before

    def messages(self) -> tuple[Message, ...]:
        """Return the messages of this digest in its channel."""
        assert self._digest is not None
        return tuple(
            message
            for message in self._services.slack.messages("ops")
            if message.metadata and message.metadata["event_payload"]["digest"] == self._digest.number
        )

    async def end(self) -> None:
        """Delete the digest."""
        if self._digest is not None:
            await self._store.delete(self._digest.number)

    async def _is_handed_over(self) -> bool:
        until = self.clock() + timedelta(minutes=1)
        claimed = await self._rounds.claim(self.clock(), until, 5)
        if not claimed:
            return False
        await self._rounds.mark_enqueued(claimed, until)
        run = await self.run()
        return any(one.attempt == Attempt(run.digest, run.slot, run.attempt) for one in claimed)
