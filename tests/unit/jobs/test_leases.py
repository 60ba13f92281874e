"""Leases of workers that share a PostgreSQL."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.delivery.model import EVENT_TYPE
from bot.digests.delivery.running import run_worker
from bot.digests.model import DigestSpec
from bot.digests.reading import ReportBuilder
from bot.digests.store import DigestRepository
from bot.jobs.lease import Lease
from bot.language.schedule import Schedule
from bot.playground.simulators.slack import LocalSlack, Slow
from bot.settings import Settings
from bot.slack.poster import Poster
from bot.storage.tables import digest_runs, workers
from bot.telemetry import Metrics
from tests.support.buttons import request_store
from tests.support.clock import Clock
from tests.support.postgres import create_database
from tests.support.teams import TEAM, team


@pytest.fixture
def database_url(postgres_server: str) -> str:
    return create_database(postgres_server)


@asynccontextmanager
async def run_without_grace(
    settings: Settings, engine: AsyncEngine, client: AsyncWebClient, clock: Clock
) -> AsyncIterator[None]:
    """Run a worker that does not wait for running deliveries when it stops."""
    settings = settings.model_copy(update={"bot_shutdown_seconds": 0.0})
    reader = ReportBuilder({}, settings.digest_lookback, clock)  # which digests say that they can't read
    requests = request_store(engine, clock)
    async with run_worker(
        settings, engine, team, Poster(client, EVENT_TYPE), reader, requests, Metrics(), clock
    ):
        yield


async def test_a_worker_keeps_its_lease_while_a_request_to_slack_is_under_way(
    settings: Settings,
    engine: AsyncEngine,
    client: AsyncWebClient,
    slack: LocalSlack,
    store: DigestRepository,
    clock: Clock,
) -> None:
    plan = DigestSpec("C0OPS0001", Schedule("0 9 * * *", "UTC"), account="gone")
    await store.run_now((await store.create(plan, "U0ADA0001")).number)
    slack.faults.add("chat.postMessage", Slow(2.0))
    other = Lease(engine, TEAM, "other", timedelta(seconds=30), time.monotonic)

    async with run_without_grace(settings, engine, client, clock), asyncio.timeout(15):
        while not await _is_posting(engine):  # noqa: ASYNC110 - what it waits for is in a database
            await asyncio.sleep(0.05)

    async with engine.connect() as connection:
        left = (await connection.scalars(select(workers.c.executor))).all()
    assert len(left) == 1
    assert await other.expired_executors() == ()


async def _is_posting(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        return bool(await connection.scalar(select(digest_runs.c.posting)))


async def test_a_late_renewal_starts_a_new_epoch(engine: AsyncEngine) -> None:
    clock = Clock()
    lease = Lease(engine, TEAM, "one", timedelta(seconds=30), clock.seconds)
    assert lease.epoch is None, "there was no heartbeat yet"
    await lease.renew()
    first = lease.epoch
    clock.advance(seconds=15)
    await lease.renew()
    assert lease.epoch == first is not None
    clock.advance(seconds=25)
    assert lease.epoch is None, "another worker may take over soon"
    await lease.renew()
    assert lease.epoch not in (None, first), "another worker may have taken over meanwhile"
