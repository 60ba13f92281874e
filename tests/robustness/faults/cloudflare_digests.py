"""Deliveries of digests, step by step and by a clock of their own, of an account that can be made to fail."""

from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cloudflare.cache import CachedWorkflows, CacheTimes
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, production_endpoint
from bot.cloudflare.limiter import Budget
from bot.digests.delivery.builder import MessageBuilder
from bot.digests.delivery.model import EVENT_TYPE
from bot.digests.delivery.recorder import RunRecorder
from bot.digests.delivery.sender import MessageSender
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

from .cloudflare_stage import DEADLINE, Cell

LATENESS = timedelta(hours=1)


class FakeLease:
    """No other worker is there to take a run over."""

    def is_valid(self) -> bool:
        return True

    async def verify(self) -> bool:
        return True


@dataclass(frozen=True)
class Works:
    """What all deliveries of a module share."""

    slack: LocalSlack
    engine: AsyncEngine
    client: AsyncWebClient
    session: aiohttp.ClientSession


class Post:
    """One digest of one cell's workflow, due at every full hour, and what delivers it.

    Args:
        works: shared with other cells.
        cell: its account and its workflow.
        retry: how long it is tried.
        deadline: seconds for an answer of Cloudflare's.
    """

    def __init__(self, works: Works, cell: Cell, retry: timedelta, deadline: float = DEADLINE) -> None:
        self._works = works
        self.clock = clock = Clock()
        endpoint = production_endpoint(cell.stage.line.url, DEFAULT_ACCOUNT_ID, ApiToken(cell.token))
        client = WorkflowsClient(
            works.session,
            endpoint,
            budget=Budget(1200, 0.2, clock.seconds),
            deadline=timedelta(seconds=deadline),
            now=clock,
        )
        account = CachedWorkflows(client, CacheTimes(), clock.seconds)
        runs, poster, policy = (
            RunRepository(works.engine),
            Poster(works.client, EVENT_TYPE),
            RetryPolicy(LATENESS, retry),
        )
        recorder = RunRecorder(runs, poster, Metrics(), policy, clock)
        requests = request_store(works.engine, clock)
        reader = ReportBuilder({cell.account: account}, timedelta(days=7), clock)
        self._builder = MessageBuilder(runs, reader, requests, poster, recorder, clock)
        self._sender = MessageSender(runs, poster, policy, clock)
        self._recorder = recorder
        self._store = DigestRepository(works.engine, clock)
        self._rounds = DueScheduler(works.engine, LATENESS)
        self._plan = DigestSpec("C0OPS0001", Schedule("0 * * * *", "UTC"), cell.account, (cell.workflow,))
        self._digest: Digest | None = None

    async def due(self) -> DigestRun:
        """Let time pass until the digest is due; gives its run."""
        if self._digest is None:
            made = await self._store.create(self._plan, "U0ADA0001")
            self._digest = await self._store.resume(made.number)
        upcoming = (await self._store.get(self._digest.number)).next_due
        assert upcoming is not None
        self.clock.moment = upcoming + timedelta(seconds=1)
        await self._rounds.record_due(self.clock())
        return await self.run()

    async def run(self) -> DigestRun:
        """The latest run as it is kept."""
        assert self._digest is not None
        return (await self._store.runs(self._digest.number))[0]

    async def deliver(self) -> DigestRun:
        """Try once; gives what has become of the run."""
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
        """Let time pass until the run is to be tried again; gives how long that took."""
        before = self.clock()
        while not await self._is_handed_over():
            self.clock.moment += timedelta(seconds=5)
        return self.clock() - before

    def messages(self) -> tuple[Message, ...]:
        """What stands in the channel of this digest."""
        assert self._digest is not None
        return tuple(
            message
            for message in self._works.slack.messages("ops")
            if message.metadata and message.metadata["event_payload"]["digest"] == self._digest.number
        )

    async def end(self) -> None:
        """Have no worker look at it any more."""
        if self._digest is not None:
            await self._store.discard(self._digest.number)

    async def _is_handed_over(self) -> bool:
        until = self.clock() + timedelta(minutes=1)
        claimed = await self._rounds.claim(self.clock(), until, 5)
        await self._rounds.mark_enqueued(claimed, until)
        run = await self.run()
        return any(one.attempt == Attempt(run.digest, run.slot, run.attempt) for one in claimed)
