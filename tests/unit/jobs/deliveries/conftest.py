"""A digest on a bench, to be delivered step by step."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, production_endpoint
from bot.cloudflare.timed_cache import CacheTimes
from bot.digests.delivery.builder import MessageBuilder
from bot.digests.delivery.late_runs import SearchedRuns, Watch
from bot.digests.delivery.model import EVENT_TYPE, Prepared, Sent
from bot.digests.delivery.posting import MessageSender, RunRecorder
from bot.digests.due import DueScheduler
from bot.digests.model import Digest, DigestRun, DigestSpec
from bot.digests.reading import ReportBuilder
from bot.digests.runs import Attempt, RunRepository
from bot.digests.store import DigestRepository
from bot.jobs.model import RetryPolicy
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import (
    DEFAULT_ACCOUNT_ID,
    DEFAULT_TOKEN,
    Simulation,
)
from bot.playground.simulators.slack import LocalSlack, Message
from bot.slack.poster import Poster
from bot.telemetry import Metrics
from tests.support.buttons import request_store
from tests.support.clock import Clock

HOURLY = Schedule("0 * * * *", "UTC")


@dataclass(frozen=True)
class FakeLease:
    """A lease with fixed answers."""

    verified: bool = True
    valid: bool = True

    def is_valid(self) -> bool:
        return self.valid

    async def verify(self) -> bool:
        return self.verified


@dataclass
class Bench:
    """One digest on a bench, to be delivered step by step."""

    slack: LocalSlack
    store: DigestRepository
    rounds: DueScheduler
    runs: RunRepository
    builder: MessageBuilder
    sender: MessageSender
    recorder: RunRecorder
    clock: Clock

    async def live(self, plan: DigestSpec) -> Digest:
        made = await self.store.create(plan, "U0ADA0001")
        return await self.store.resume(made.number)

    async def due(self, digest: Digest) -> Attempt:
        """Let an hour pass until the digest's next slot."""
        now = await self.store.get(digest.number)
        assert now.next_due is not None
        self.clock.moment = now.next_due + timedelta(seconds=1)
        await self.rounds.record_due(self.clock())
        return Attempt(digest.number, f"{now.next_due:%Y-%m-%dT%H:%MZ}", 0)

    async def prepared(self, attempt: Attempt) -> Prepared:
        prepared = await self.builder.prepare(attempt)
        assert prepared is not None
        return prepared

    async def send(self, attempt: Attempt, prepared: Prepared, lease: "FakeLease | None" = None) -> Sent:
        return await self.sender.send(attempt, prepared, lease or FakeLease())

    async def deliver(self, attempt: Attempt) -> Sent | None:
        prepared = await self.builder.prepare(attempt)
        if prepared is None:
            return None
        sent = await self.send(attempt, prepared) if prepared.message is not None else None
        await self.recorder.record(attempt, prepared, sent)
        return sent

    async def run(self, attempt: Attempt) -> DigestRun:
        return next(run for run in await self.store.list_runs(attempt.digest) if run.slot == attempt.slot)

    def messages(self) -> tuple[Message, ...]:
        return self.slack.messages("ops")

    def counted(self) -> dict[str, float]:
        """What `/metrics` tells of digests, without what never happened."""
        registry = self.recorder.metrics.registry
        outcomes = ("due", "sent", "quiet", "missed", "failed", "put_off")
        name = "workflows_bot_digests_total"
        told = {outcome: registry.get_sample_value(name, {"outcome": outcome}) for outcome in outcomes}
        return {outcome: count for outcome, count in told.items() if count}

    def late(self) -> float | None:
        return self.recorder.metrics.registry.get_sample_value("workflows_bot_digest_lateness_seconds_sum")


@pytest.fixture
def simulation(clock: Clock) -> Simulation:
    simulation = Simulation(clock=clock)
    simulation.add_instance("refunds", id="fine", status="complete", created_on=clock() - timedelta(hours=3))
    return simulation


@pytest.fixture
async def bench(
    slack: LocalSlack,
    client: AsyncWebClient,
    engine: AsyncEngine,
    simulation: Simulation,
    session: aiohttp.ClientSession,
    store: DigestRepository,
    rounds: DueScheduler,
    runs: RunRepository,
    clock: Clock,
) -> AsyncIterator[Bench]:
    async with simulation.serve() as url:
        endpoint = production_endpoint(url, DEFAULT_ACCOUNT_ID, ApiToken(DEFAULT_TOKEN.value))
        deadline = timedelta(seconds=1)
        account = CachedWorkflows(
            WorkflowsClient(session, endpoint, deadline=deadline, now=clock), CacheTimes(), clock.seconds
        )
        reader = ReportBuilder({"prod": account}, timedelta(days=7), clock)
        policy = RetryPolicy(timedelta(hours=1), timedelta(minutes=10))
        poster = Poster(client, EVENT_TYPE)
        recorder = RunRecorder(runs, poster, Metrics(), policy, clock)
        requests = request_store(engine, clock)
        searched, watch = SearchedRuns(clock), Watch(since=clock(), seen_at=clock())
        builder = MessageBuilder(runs, reader, requests, poster, recorder, clock, searched, watch)
        sender = MessageSender(runs, poster, policy, clock, searched, watch)
        yield Bench(slack, store, rounds, runs, builder, sender, recorder, clock)
        await account.close()


@pytest.fixture
async def digest(bench: Bench) -> Digest:
    return await bench.live(DigestSpec("C0OPS0001", HOURLY))


def add_failure(simulation: Simulation, workflow: str, instance: str, clock: Clock) -> None:
    simulation.add_instance(workflow, id=instance, status="errored", created_on=clock(), ended_on=clock())


def archive_channel(slack: LocalSlack) -> None:
    slack.workspace.archive("ops")
