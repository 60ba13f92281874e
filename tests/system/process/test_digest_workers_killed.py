"""Workers are killed with -9 again and again: every digest is delivered, and none twice."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.playground.simulators.cloudflare import Simulation
from bot.storage.tables import digest_runs
from tests.support.databases import migrated_database
from tests.support.pgbouncer import run_pgbouncer
from tests.support.postgres import create_database

from .harness import Harness
from .killing import Crowd, SlowSlack, delivered, let_come_due, plan_digests, slow_slack

SLOTS = 200
POSTS_WITHIN = 5.0  # seconds; longer than others take to find that a worker has died
WITHIN = 90.0
WORKER = ("serve", "--role", "worker")


@pytest.fixture
async def slack() -> AsyncIterator[SlowSlack]:
    async with slow_slack(POSTS_WITHIN).serve() as slack:
        yield slack


@pytest.fixture
async def settings(slack: SlowSlack, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    cloudflare = Simulation()
    cloudflare.seed(1, instances=100)
    async with cloudflare.serve() as api, aiohttp.ClientSession() as session:
        yield Harness(slack, cloudflare, api, tmp_path, session).settings(BOT_TAKEOVER_SECONDS="3")


async def _done(engine: AsyncEngine) -> int:
    asked = select(func.count()).select_from(digest_runs).where(digest_runs.c.state == "sent")
    async with engine.connect() as connection:
        return int(await connection.scalar(asked) or 0)


async def _kill_until_done(
    crowd: Crowd,
    slack: SlowSlack,
    engine: AsyncEngine,
    *,
    kills: int,
    frozen: float = 0.0,
    slots: int = SLOTS,
) -> None:
    """Kill one whenever a message has been posted whose sender does not know so yet, or may have."""
    deadline = time.monotonic() + WITHIN
    while (done := await _done(engine)) < slots:
        assert time.monotonic() < deadline, f"{done} of {slots} are delivered. Said last:\n{crowd.said()}"
        await asyncio.sleep(random.uniform(0.0, 0.3))  # noqa: S311 - nobody has to guess it
        if slack.unanswered and crowd.kills < kills:
            await crowd.kill()
            if crowd.kills == kills // 2:
                await crowd.freeze(frozen)
            await asyncio.sleep(0.5)


def _report(kind: str, crowd: Crowd, slack: SlowSlack, began: float, slots: int = SLOTS) -> None:
    posts = [call for call in slack.calls_of("chat.postMessage") if call.error is None]
    begun_twice = slack.calls_of("conversations.history")
    found = crowd.logged("digest_found")
    print(  # noqa: T201 - the figures are what this is for
        f"{kind}: {slots} slots, {crowd.kills} kills, {len(posts)} posts; {len(begun_twice)} times posting "
        f"was begun again, {len(found)} times the message stood there already; "
        f"{len(crowd.logged('took_over'))} takings over; {time.monotonic() - began:.1f} s"
    )


async def _deliver_with_workers(
    crowd: Crowd,
    slack: SlowSlack,
    *,
    workers: int,
    slots: int,
    within: float,
    kills: int,
    frozen: float = 0.0,
) -> None:
    """Let some workers deliver slots that come due within so many seconds, while they are killed."""
    began = time.monotonic()
    async with migrated_database(crowd.settings["DATABASE_URL"]) as engine, crowd:
        slot = await plan_digests(engine, slots)
        for _ in range(workers):
            await crowd.add()
        coming = asyncio.create_task(let_come_due(engine, slot, within))
        await _kill_until_done(crowd, slack, engine, kills=kills, frozen=frozen, slots=slots)
        await coming
        _report(f"PostgreSQL, {workers} workers", crowd, slack, began, slots)


class TestOnPostgreSQL:  # a class each, for they take long and may run beside each other
    async def test_three_workers_deliver_every_slot_once_while_they_are_killed(
        self, slack: SlowSlack, settings: dict[str, str], tmp_path: Path, postgres_server: str
    ) -> None:
        url = create_database(postgres_server)
        crowd = Crowd(tmp_path, settings | {"DATABASE_URL": url}, WORKER)
        await _deliver_with_workers(crowd, slack, workers=3, slots=SLOTS, within=12.0, kills=10, frozen=4.5)

        assert len(delivered(slack)) == SLOTS
        assert set(delivered(slack).values()) == {1}
        assert crowd.kills >= 3
        assert crowd.logged("digest_found")


class TestThroughPgBouncer:
    async def test_two_workers_deliver_every_slot_once_though_each_transaction_may_have_another_session(
        self, slack: SlowSlack, settings: dict[str, str], tmp_path: Path, postgres_server: str
    ) -> None:
        with run_pgbouncer(create_database(postgres_server)) as url:
            crowd = Crowd(tmp_path, settings | {"DATABASE_URL": url}, WORKER)
            await _deliver_with_workers(crowd, slack, workers=2, slots=50, within=3.0, kills=2)

        assert len(delivered(slack)) == 50
        assert set(delivered(slack).values()) == {1}
        assert crowd.kills >= 1
        assert "prepared statement" not in crowd.said()


class TestOnSQLite:
    async def test_one_process_delivers_every_slot_once_while_it_is_killed(
        self, slack: SlowSlack, settings: dict[str, str], tmp_path: Path
    ) -> None:
        began = time.monotonic()
        url = f"sqlite:///{tmp_path / 'bot.sqlite3'}"
        async with (
            migrated_database(url) as engine,
            Crowd(tmp_path, settings | {"DATABASE_URL": url}, ("serve",)) as crowd,
        ):
            slot = await plan_digests(engine, SLOTS)
            await crowd.add()
            coming = asyncio.create_task(let_come_due(engine, slot, 8.0))
            await _kill_until_done(crowd, slack, engine, kills=4)
            await coming
            _report("SQLite, one process", crowd, slack, began)

        assert len(delivered(slack)) == SLOTS
        assert set(delivered(slack).values()) == {1}
        assert crowd.kills >= 3
        assert crowd.logged("digest_found")
