"""Step-by-step deliveries of digests with faults of Slack and a simulated clock."""

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, production_endpoint
from bot.cloudflare.timed_cache import CacheTimes
from bot.digests.delivery.builder import MessageBuilder
from bot.digests.delivery.late_runs import SearchedRuns, Watch
from bot.digests.delivery.model import EVENT_TYPE, Sent, SentKind
from bot.digests.delivery.posting import MessageSender, RunRecorder
from bot.digests.due import DueScheduler
from bot.digests.model import Digest, DigestRun, DigestSpec
from bot.digests.reading import ReportBuilder
from bot.digests.runs import Attempt, RunRepository
from bot.digests.store import DigestRepository
from bot.jobs.model import RetryPolicy
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN, Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Workspace
from bot.settings import Settings
from bot.slack.client import slack_client
from bot.slack.poster import Poster
from bot.storage.database import migrate, open_database
from bot.storage.tables import digest_runs, digests
from bot.telemetry import Metrics
from tests.support.buttons import request_store
from tests.support.clock import Clock
from tests.support.logs import logs
from tests.support.teams import TEAM

CREATOR: Final = "U0ADA0001"
_LONG_AGO: Final = timedelta(days=60)
"""Longer than all cells take together, so that the simulated time is never in the future."""
_HOURLY: Final = Schedule("0 * * * *", "UTC")


@dataclass(frozen=True)
class FakeLease:
    """A lease that is always valid."""

    def is_valid(self) -> bool:
        return True

    async def verify(self) -> bool:
        return True


@dataclass
class DeliveryHarness:
    """Delivers the digests of a module's cells, one after the other."""

    slack: LocalSlack
    simulation: Simulation
    store: DigestRepository
    rounds: DueScheduler
    builder: MessageBuilder
    sender: MessageSender
    recorder: RunRecorder
    clock: Clock
    written: io.StringIO
    engine: AsyncEngine
    watch: Watch
    _read: int = 0

    @asynccontextmanager
    async def digest(self) -> AsyncIterator[Digest]:
        """Create an hourly digest for one cell."""
        self._read = len(self.written.getvalue().splitlines())
        channels = self.slack.workspace.channels
        made = await self.store.create(DigestSpec("C0OPS0001", _HOURLY), CREATOR)
        try:
            yield await self.store.resume(made.number)
        finally:
            self.slack.faults.clear()
            self.simulation.clear_faults()
            self.slack.workspace.channels = channels
            await self.store.delete(made.number)

    async def due(self, digest: Digest) -> Attempt:
        """Advance the clock to the digest's next slot."""
        now = await self.store.get(digest.number)
        assert now.next_due is not None
        self.clock.moment = now.next_due + timedelta(seconds=1)
        await self.rounds.record_due(self.clock())
        return Attempt(digest.number, f"{now.next_due:%Y-%m-%dT%H:%MZ}", 0)

    async def deliver(self, attempt: Attempt, pause: timedelta = timedelta(0)) -> Sent:
        """Run a delivery with its waits on the simulated clock; `pause` comes before it posts."""
        prepared = await self.builder.prepare(attempt)
        assert prepared is not None
        self.clock.moment += pause
        while True:
            sent = await self.sender.send(attempt, prepared, FakeLease())
            if sent.kind is not SentKind.RETRY:
                break
            self.clock.advance(seconds=sent.wait)
        await self.recorder.record(attempt, prepared, sent)
        return sent

    async def run(self, attempt: Attempt) -> DigestRun:
        return next(run for run in await self.store.list_runs(attempt.digest) if run.slot == attempt.slot)

    async def forget(self, attempt: Attempt) -> None:
        """Restore the run as a backup has it that was made before it began."""
        row = {"state": "due", "posting": False, "began_at": None, "ended_at": None, "ts": None, "news": None}
        async with self.engine.begin() as connection:
            same = (digest_runs.c.digest == attempt.digest) & (digest_runs.c.slot == attempt.slot)
            await connection.execute(update(digest_runs).where(same).values(row))
            own = digests.c.number == attempt.digest
            await connection.execute(update(digests).where(own).values(baseline=None))

    def posted(self, digest: Digest) -> list[Message]:
        """Return the messages of a digest in its channel."""
        return [
            message
            for message in self.slack.messages("ops")
            if message.metadata and message.metadata["event_payload"]["digest"] == digest.number
        ]

    def written_to_creator(self, digest: Digest) -> list[Message]:
        """Return the direct messages about a paused digest."""
        words = f"Digest {digest.number} has paused itself"
        return [message for message in self.slack.messages("@ada") if words in message.text]

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Return the log lines of an event in this cell."""
        lines = [json.loads(line) for line in self.written.getvalue().splitlines()[self._read :]]
        return [line for line in lines if line["event"] == event]


@asynccontextmanager
async def run_delivery_harness(folder: Path) -> AsyncIterator[DeliveryHarness]:
    """Run a delivery harness with an account without failures."""
    clock = Clock(datetime.now(UTC).replace(microsecond=0) - _LONG_AGO)
    workspace = Workspace(clock=clock.seconds)
    simulation = Simulation(clock=clock)
    simulation.add_instance("refunds", id="fine", status="complete", created_on=clock() - timedelta(hours=3))
    with logs() as written:
        async with (
            LocalSlack(workspace=workspace).serve() as slack,
            simulation.serve() as api,
            aiohttp.ClientSession() as session,
        ):
            settings = Settings(
                _env_file=None,
                slack_bot_token=slack.bot_token,
                slack_signing_secret=slack.signing_secret,
                slack_api_url=slack.api_url,
                wrangler_dev_url="http://127.0.0.1:1",
            )
            engine = open_database(f"sqlite:///{folder}/bot.sqlite3")
            await migrate(engine)
            endpoint = production_endpoint(api, DEFAULT_ACCOUNT_ID, ApiToken(DEFAULT_TOKEN.value))
            client = WorkflowsClient(session, endpoint, deadline=timedelta(seconds=1), now=clock)
            account = CachedWorkflows(client, CacheTimes(), clock.seconds)
            async with slack_client(settings) as web_api:
                runs, poster = RunRepository(engine, TEAM), Poster(web_api, EVENT_TYPE)
                policy = RetryPolicy(timedelta(hours=1), timedelta(minutes=10))
                recorder = RunRecorder(runs, poster, Metrics(), policy, clock, pause=timedelta(0))
                reader = ReportBuilder({"prod": account}, timedelta(days=7), clock)
                requests, searched = request_store(engine, clock), SearchedRuns(clock)
                watch = Watch(since=clock(), seen_at=clock())
                yield DeliveryHarness(
                    slack,
                    simulation,
                    DigestRepository(engine, TEAM, clock),
                    DueScheduler(engine, TEAM, timedelta(hours=1)),
                    MessageBuilder(runs, reader, requests, poster, recorder, clock, searched, watch),
                    MessageSender(runs, poster, policy, clock, searched, watch),
                    recorder,
                    clock,
                    written,
                    engine,
                    watch,
                )
            await account.close()
            await engine.dispose()
