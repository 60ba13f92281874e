"""A worker from its start to its end, with DBOS in it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from filelock import Timeout
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import make_url, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, production_endpoint
from bot.cloudflare.timed_cache import CacheTimes
from bot.digests.delivery import worker as worker_module
from bot.digests.delivery import workflow
from bot.digests.delivery.model import EVENT_TYPE
from bot.digests.delivery.running import run_worker
from bot.digests.delivery.worker import Worker
from bot.digests.due import DueScheduler
from bot.digests.model import Digest, DigestSpec
from bot.digests.reading import ReportBuilder
from bot.digests.store import DigestRepository
from bot.jobs.dbos_runtime import sibling_path, system_database_url
from bot.jobs.runtime import worker_lock
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN, Simulation
from bot.playground.simulators.slack import AnswerLost, LocalSlack, RateLimited
from bot.settings import Settings
from bot.slack.client import SlackUnreachable
from bot.slack.poster import Poster
from bot.storage.tables import digest_runs, digests
from bot.telemetry import Metrics
from tests.support.buttons import request_store
from tests.support.clock import Clock
from tests.support.fixtures import ReadLog
from tests.support.teams import team

from .test_progress import end_jobs

PLACES = ("C0GENERAL", "C0OPS0001", "C0OPS0001")
DAILY = Schedule("0 9 * * *", "UTC")

Start = Callable[..., AbstractAsyncContextManager[Worker]]


@pytest.fixture
async def start(
    settings: Settings,
    engine: AsyncEngine,
    client: AsyncWebClient,
    session: aiohttp.ClientSession,
    clock: Clock,
) -> AsyncIterator[Start]:
    simulation = Simulation()
    simulation.seed(1, instances=20)
    async with simulation.serve() as url:
        endpoint = production_endpoint(url, DEFAULT_ACCOUNT_ID, ApiToken(DEFAULT_TOKEN.value))
        account = CachedWorkflows(WorkflowsClient(session, endpoint), CacheTimes(), clock.seconds)
        reader = ReportBuilder({"prod": account}, settings.digest_lookback, clock)
        requests = request_store(engine, clock)
        poster = Poster(client, EVENT_TYPE)

        def start(
            of: Callable[[], Awaitable[str]] = team, metrics: Metrics | None = None, **changes: object
        ) -> AbstractAsyncContextManager[Worker]:
            chosen = settings.model_copy(update=changes)
            return run_worker(chosen, engine, of, poster, reader, requests, metrics or Metrics(), clock)

        yield start
        await account.close()


async def test_without_digests_nothing_is_started(start: Start, tmp_path: Path) -> None:
    threads = threading.active_count()
    async with start() as worker:
        await asyncio.sleep(0.2)
        assert await worker.fault() is None
        assert threading.active_count() <= threads + 1  # aiosqlite's
    assert sorted(_files(tmp_path)) == ["bot.sqlite3", "bot.sqlite3-shm", "bot.sqlite3-wal"]


async def test_a_worker_delivers_what_is_due_and_what_nobody_goes_on_with_and_stops_in_order(
    start: Start, store: DigestRepository, rounds: DueScheduler, slack: LocalSlack, clock: Clock
) -> None:
    lost = await store.create(DigestSpec("C0GENERAL", DAILY), "U0ADA0001")
    await store.run_now(lost.number)
    claimed = await rounds.claim(clock(), clock(), 1)
    await rounds.mark_enqueued(claimed, clock())  # and DBOS knows nothing of it
    clock.advance(minutes=2)
    made = await store.create(DigestSpec("C0OPS0001", DAILY), "U0ADA0001")
    await store.run_now(made.number)
    slack.faults.add("chat.postMessage", RateLimited(1))

    async with start() as worker, start() as second:
        assert await _comes(lambda: _both_have_one(slack))
        assert await worker.fault() is None
        assert await second.fault() is None

    runs = [(await store.list_runs(number))[0] for number in (made.number, lost.number)]
    assert [(run.state, run.attempt) for run in runs] == [("sent", 0), ("sent", 1)]
    assert len(slack.messages("general")) == len(slack.messages("ops")) == 1
    assert await asyncio.to_thread(lambda: "threads still work") == "threads still work"


async def test_a_database_that_fails_is_told_and_ends_no_worker(
    start: Start, engine: AsyncEngine, clock: Clock
) -> None:
    async with start() as worker:
        assert await _comes(lambda: _has_seen_its_database(worker, clock))
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE digests RENAME TO lost"))
        assert await _comes(worker.fault)
        assert not worker.watch.has_seen(clock()), "what was posted may be forgotten"
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE lost RENAME TO digests"))
        assert await _comes(lambda: _is_well(worker))
        assert await _comes(lambda: _has_seen_its_database(worker, clock))


async def test_jobs_that_can_not_be_kept_are_told_once_and_not_at_each_round(
    start: Start,
    store: DigestRepository,
    tmp_path: Path,
    read_log: ReadLog,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_module, "_POLL", 0.02)
    file = tmp_path / "bot.sqlite3.dbos.sqlite3"
    file.write_text("no database " * 100)
    await store.create(DigestSpec("C0OPS0001", DAILY), "U0ADA0001")
    async with start() as worker:
        assert await _comes(worker.fault)
        await asyncio.sleep(0.5)
        assert worker.outage == "file is not a database", "people read no path of the host"
    faults = [line for line in read_log() if line["level"] != "info"]
    assert [(line["event"], line["reason"]) for line in faults] == [
        ("worker_round_failed", f"file is not a database: {file}")
    ]


async def test_a_worker_waits_until_it_is_known_whose_digests_it_delivers(
    start: Start, store: DigestRepository, slack: LocalSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "_POLL", 0.05)
    made = await store.create(DigestSpec("C0OPS0001", DAILY), "U0ADA0001")
    await store.run_now(made.number)
    is_reachable = asyncio.Event()

    async def late_team() -> str:
        if not is_reachable.is_set():
            raise SlackUnreachable("Slack can't be reached")
        return await team()

    async with start(late_team) as worker:
        assert await _comes(worker.fault)
        assert await worker.fault() == "Slack can't be reached"
        await asyncio.sleep(0.3)
        assert [run.began_at for run in await store.list_runs(made.number)] == [None]
        is_reachable.set()
        assert await _comes(lambda: _has_one(slack, "ops"))
        assert await worker.fault() is None


async def test_a_worker_adopts_what_the_version_before_still_writes(
    start: Start, store: DigestRepository, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "_POLL", 0.01)
    made = await store.create(DigestSpec("C0OPS0001", DAILY), "U0ADA0001")
    async with start():
        async with engine.begin() as connection:
            await connection.execute(update(digests).values(team_id=""))
        assert await store.list_all() == ()
        assert await _comes(store.list_all)
    assert await store.get(made.number) == made


async def test_a_new_version_of_the_steps_delivers_what_the_old_one_left_and_nothing_twice(
    start: Start,
    store: DigestRepository,
    slack: LocalSlack,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_module, "_POLL", 0.1)
    digests = [await store.create(DigestSpec(channel, DAILY), "U0ADA0001") for channel in PLACES]
    posted, refused, waiting = digests
    slack.faults.add("chat.postMessage", AnswerLost())
    async with start(bot_shutdown_seconds=0.0):
        await store.run_now(posted.number)
        assert await _comes(lambda: _has_one(slack, "general"))
        slack.faults.add("chat.postMessage", RateLimited(60))
        await store.run_now(refused.number)
        assert await _comes(lambda: _was_called(slack, "chat.postMessage", 2))
        await store.run_now(waiting.number)
        await asyncio.sleep(0.5)  # in which it is enqueued behind the one before
    await end_jobs()

    monkeypatch.setattr(workflow, "VERSION", "2")
    clock.advance(minutes=2)
    async with start():
        assert await _comes(lambda: _have_ended(store, digests), within=30)

    assert [(await store.list_runs(digest.number))[0].state for digest in digests] == ["sent"] * 3
    assert len(slack.messages("general")) == 1
    assert len(slack.messages("ops")) == 2


async def test_an_overdue_delivery_is_a_fault_and_counted(
    start: Start, store: DigestRepository, slack: LocalSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "_LOOK_EVERY", timedelta(seconds=0.2))
    monkeypatch.setattr(workflow, "_BEYOND_RETRIES", timedelta(minutes=-9, seconds=-59))
    slack.faults.add("chat.postMessage", RateLimited(4))
    made = await store.create(DigestSpec("C0OPS0001", DAILY), "U0ADA0001")
    await store.run_now(made.number)
    metrics = Metrics()
    overdue = partial(metrics.registry.get_sample_value, "workflows_bot_jobs_overdue")
    async with start(metrics=metrics) as worker:
        assert overdue() == 0
        assert await _comes(worker.fault)
        assert await worker.fault() == "overdue deliveries: 1"
        assert overdue() == 1
        assert await _comes(lambda: _has_one(slack, "ops"))
        assert await _comes(lambda: _is_well(worker))
        assert overdue() == 0


async def test_what_fails_in_a_round_or_for_one_digest_stops_nothing_else(
    start: Start,
    store: DigestRepository,
    slack: LocalSlack,
    engine: AsyncEngine,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    read_log: ReadLog,
) -> None:
    """In each round reading one digest fails, and recording of another; a third is delivered all the same."""
    monkeypatch.setattr(worker_module, "_POLL", 0.05)
    await store.resume((await store.create(DigestSpec("C0OPS0001", DAILY), "U0ADA0001")).number)
    clock.advance(days=1)
    strange = await store.create(DigestSpec("C0GENERAL", DAILY), "U0ADA0001")
    await store.run_now(strange.number)
    made = await store.create(DigestSpec("C0OPS0001", DAILY), "U0ADA0001")
    await store.run_now(made.number)
    async with engine.begin() as connection:
        await connection.execute(update(digests).where(digests.c.number == strange.number).values(plan="{}"))
        await connection.execute(
            text(
                "CREATE TRIGGER no_plan BEFORE UPDATE OF next_due ON digests "
                "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
            )
        )
    async with start() as worker:
        assert await _comes(lambda: _has_one(slack, "ops"))
        await asyncio.sleep(0.5)  # ten rounds more
        assert await worker.fault() is None
    assert (await store.list_runs(made.number))[0].state == "sent"
    lines = [(entry["event"], entry["digest"]) for entry in read_log() if entry["level"] == "error"]
    assert sorted(lines) == [("digest_not_understood", 1), ("digest_not_understood", 2)], "each once"
    async with engine.begin() as connection:
        asked = select(digest_runs.c.attempt, digest_runs.c.state).where(
            digest_runs.c.digest == strange.number
        )
        assert (await connection.execute(asked)).all() == [(1, "due")], "it is tried again later"


async def test_a_part_of_a_round_that_fails_is_told_and_stops_no_delivery(
    start: Start,
    store: DigestRepository,
    slack: LocalSlack,
    engine: AsyncEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_module, "_ADOPT_EVERY", 1)
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE workers RENAME TO lost"))  # in which rows are adopted
    made = await store.create(DigestSpec("C0OPS0001", DAILY), "U0ADA0001")
    await store.run_now(made.number)
    async with start() as worker:
        assert await _comes(lambda: _has_one(slack, "ops"))
        assert "workers" in (await worker.fault() or "")


async def _was_called(slack: LocalSlack, method: str, times: int) -> bool:
    return len(slack.calls_of(method)) >= times


async def _have_ended(store: DigestRepository, digests: Sequence[Digest]) -> bool:
    return all([(await store.list_runs(digest.number))[0].state != "due" for digest in digests])


async def _has_one(slack: LocalSlack, channel: str) -> bool:
    return bool(slack.messages(channel))


async def _has_seen_its_database(worker: Worker, clock: Clock) -> bool:
    return worker.watch.has_seen(clock())


def _files(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


async def _both_have_one(slack: LocalSlack) -> bool:
    return bool(slack.messages("general") and slack.messages("ops"))


async def _is_well(worker: Worker) -> bool:
    return await worker.fault() is None


async def _comes(condition: Callable[[], Awaitable[object]], within: float = 15.0) -> bool:
    """Whether something comes to be so."""
    for _ in range(round(within / 0.05)):
        if await condition():
            return True
        await asyncio.sleep(0.05)
    return False


def test_one_worker_at_a_time_holds_the_lock_beside_an_sqlite_file(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    first, second = worker_lock(engine), worker_lock(engine)
    first.acquire()
    with pytest.raises(Timeout):
        second.acquire()
    first.release()
    second.acquire()
    second.release()
    assert (tmp_path / "bot.sqlite3.worker.lock").exists(), "another process may be about to lock it"


def test_databases_that_lie_side_by_side_share_nothing(tmp_path: Path) -> None:
    names = ("bot", "bot.sqlite3", "bot.db", "bot.staging", "bot.prod")
    urls = [make_url(f"sqlite:///{tmp_path / name}") for name in names]
    assert len({system_database_url(url) for url in urls}) == len(names)
    assert len({sibling_path(url, ".worker.lock") for url in urls}) == len(names)
