"""Two workspaces in one database: neither sees what the other has, nor changes it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.browse.requests import TurnPage
from bot.digests.due import DueScheduler
from bot.digests.model import Baseline, Digest, DigestSpec
from bot.digests.runs import Attempt, RunRepository, RunResult
from bot.digests.store import DigestRepository, NoSuchDigest, teams_with_digests
from bot.language.schedule import Schedule
from bot.slack.requests import ExpiredButton
from bot.storage.tables import digest_runs, metadata
from tests.support.buttons import request_store
from tests.support.clock import Clock
from tests.support.commands import NOW
from tests.support.teams import OTHER_TEAM, TEAM

from .test_request_store import KEEP, long_bookmark

PLAN = DigestSpec("C0SHARED1", Schedule("0 9 * * *", "UTC"))
MOVED = DigestSpec("C0OPS0001", Schedule("0 10 * * *", "UTC"))
SLOT = "2026-11-24T09:00Z"
LATER = datetime(2026, 11, 24, 9, 0, 1, tzinfo=UTC)


@dataclass
class Workspace:
    """What one workspace has to do with digests."""

    digests: DigestRepository
    runs: RunRepository
    rounds: DueScheduler


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def ours(engine: AsyncEngine, clock: Clock) -> Workspace:
    return _workspace(engine, TEAM, clock)


@pytest.fixture
def theirs(engine: AsyncEngine, clock: Clock) -> Workspace:
    return _workspace(engine, OTHER_TEAM, clock)


def _workspace(engine: AsyncEngine, team: str, clock: Clock) -> Workspace:
    return Workspace(
        DigestRepository(engine, team, clock),
        RunRepository(engine, team),
        DueScheduler(engine, team, timedelta(hours=1)),
    )


@pytest.fixture
async def digest(ours: Workspace, clock: Clock) -> Digest:
    """A digest of ours with a run that is due."""
    made = await ours.digests.create(PLAN, "U0ADA0001")
    await ours.digests.resume(made.number)
    clock.moment = LATER
    await ours.rounds.record_due(LATER)
    return await ours.digests.get(made.number)


async def rows(engine: AsyncEngine) -> dict[str, list[Any]]:
    """Everything in the database."""
    async with engine.connect() as connection:
        return {
            name: [tuple(row) for row in await connection.execute(select(table))]
            for name, table in metadata.tables.items()
        }


async def test_all_that_is_written_has_its_team(
    ours: Workspace, theirs: Workspace, engine: AsyncEngine
) -> None:
    for workspace in (ours, theirs):
        made = await workspace.digests.create(PLAN, "U0ADA0001")
        await workspace.digests.run_now(made.number)
    assert await teams_with_digests(engine) == (TEAM, OTHER_TEAM)
    async with engine.connect() as connection:
        for name in ("digests", "digest_runs"):
            written = await connection.scalars(select(metadata.tables[name].c.team_id))
            assert sorted(written) == sorted((TEAM, OTHER_TEAM)), name
    assert [found.team for found in await ours.digests.list_all()] == [TEAM]


async def test_a_workspace_finds_no_digest_of_another(theirs: Workspace, digest: Digest) -> None:
    assert await theirs.digests.list_all() == ()
    assert await theirs.digests.list_of_channel(PLAN.channel) == ()
    assert await theirs.digests.list_of_creator("U0ADA0001") == ()
    assert await theirs.digests.list_runs(digest.number) == ()
    assert await theirs.digests.is_served()
    assert not await theirs.rounds.has_work()


async def test_a_workspace_knows_only_its_own_workers_are_late(
    ours: Workspace, theirs: Workspace, digest: Digest, clock: Clock
) -> None:
    clock.moment = LATER + timedelta(hours=1)
    assert digest.state == "active"
    assert not await ours.digests.is_served(), "a run was not begun"
    assert await theirs.digests.is_served()
    await ours.runs.begin(Attempt(digest.number, SLOT, 0), clock.moment)
    assert await ours.digests.is_served()
    clock.moment += timedelta(days=1)
    assert not await ours.digests.is_served(), "a slot was not recorded"
    assert await theirs.digests.is_served()


Change = Callable[[DigestRepository, Digest], Awaitable[object]]


@pytest.mark.parametrize(
    "change",
    [
        lambda store, digest: store.get(digest.number),
        lambda store, digest: store.change(digest, MOVED),
        lambda store, digest: store.pause(digest.number),
        lambda store, digest: store.resume(digest.number),
        lambda store, digest: store.delete(digest.number),
        lambda store, digest: store.restore(digest.number),
        lambda store, digest: store.run_now(digest.number),
    ],
    ids=["get", "change", "pause", "resume", "delete", "restore", "run_now"],
)
async def test_a_digest_of_another_workspace_does_not_exist(
    theirs: Workspace, digest: Digest, engine: AsyncEngine, change: Change
) -> None:
    before = await rows(engine)
    with pytest.raises(NoSuchDigest):
        await change(theirs.digests, digest)
    assert await rows(engine) == before


async def test_a_run_of_another_workspace_does_not_exist(
    ours: Workspace, theirs: Workspace, digest: Digest, engine: AsyncEngine
) -> None:
    attempt = Attempt(digest.number, SLOT, 0)
    before = await rows(engine)
    assert await theirs.runs.begin(attempt, LATER) is None
    assert await theirs.runs.find(attempt) is None
    assert not await theirs.runs.mark_posting(attempt, PLAN.channel, LATER)
    assert not await theirs.runs.unmark_posting(attempt)
    assert not await theirs.runs.reschedule(attempt, LATER, "no reason")
    result = RunResult("sent", LATER, channel=PLAN.channel, ts="1.2", plan=PLAN, baseline=Baseline(LATER))
    assert not await theirs.runs.finish(attempt, result)
    assert not await theirs.runs.pause(digest.number, "no reason", LATER)
    assert await rows(engine) == before

    assert await ours.runs.finish(attempt, result)
    (run,) = await ours.digests.list_runs(digest.number)
    assert await ours.runs.find_thread(digest, run) == "1.2"
    assert await theirs.runs.find_thread(digest, run) is None


async def test_only_its_own_missed_slots_are_told(
    ours: Workspace, theirs: Workspace, digest: Digest, clock: Clock
) -> None:
    clock.moment = LATER + timedelta(days=2)
    await ours.rounds.record_due(clock.moment)
    run = (await ours.digests.list_runs(digest.number))[0]
    assert await ours.runs.list_missed_since(run)
    assert await theirs.runs.list_missed_since(run) == ()


async def test_a_worker_schedules_only_the_digests_of_its_workspace(
    ours: Workspace, theirs: Workspace, digest: Digest, engine: AsyncEngine
) -> None:
    tomorrow = LATER + timedelta(days=1)
    before = await rows(engine)
    recorded = await theirs.rounds.record_due(tomorrow)
    assert recorded.due == 0
    assert recorded.missed == 0
    assert await theirs.rounds.claim(tomorrow, tomorrow, 10) == ()
    await theirs.rounds.handle_clock_rollback(LATER - timedelta(days=30))
    assert await rows(engine) == before

    claimed = await ours.rounds.claim(tomorrow, tomorrow, 10)
    assert [run.attempt.digest for run in claimed] == [digest.number]
    await ours.rounds.mark_enqueued(claimed, tomorrow)
    assert await ours.rounds.in_flight(tomorrow, 10)
    assert await theirs.rounds.in_flight(tomorrow, 10) == ()


async def test_a_worker_throws_away_only_what_its_workspace_no_longer_needs(
    ours: Workspace, theirs: Workspace, digest: Digest
) -> None:
    await ours.digests.delete(digest.number)
    years_later = LATER + timedelta(days=1000)
    await theirs.rounds.purge(years_later)
    assert (await ours.digests.get(digest.number)).state == "deleted"
    await ours.rounds.purge(years_later)
    with pytest.raises(NoSuchDigest):
        await ours.digests.get(digest.number)


async def test_a_worker_throws_away_only_old_runs_of_its_workspace(
    ours: Workspace, theirs: Workspace, digest: Digest, engine: AsyncEngine
) -> None:
    run = {"team_id": TEAM, "digest": digest.number, "state": "sent", "attempt": 0, "posting": False}
    old = [{**run, "slot": f"old {number}", "due_at": number} for number in range(150)]
    async with engine.begin() as connection:
        await connection.execute(insert(digest_runs), old)
    await theirs.rounds.purge(LATER)
    assert len(await ours.digests.list_runs(digest.number, 200)) == 151
    await ours.rounds.purge(LATER)
    assert len(await ours.digests.list_runs(digest.number, 200)) == 100


async def test_a_button_of_another_workspace_has_expired(engine: AsyncEngine, clock: Clock) -> None:
    requests = request_store(engine, clock, KEEP)
    value = await requests.save(TurnPage(long_bookmark()), TEAM)
    with pytest.raises(ExpiredButton):
        await requests.load(value, OTHER_TEAM, _refuse)
    assert await requests.load(value, TEAM, _refuse) == TurnPage(long_bookmark())


async def test_a_workspace_throws_away_only_its_own_expired_buttons(
    engine: AsyncEngine, clock: Clock
) -> None:
    requests = request_store(engine, clock, KEEP)
    await requests.save(TurnPage(long_bookmark()), TEAM)
    clock.moment += KEEP
    await requests.save(TurnPage(long_bookmark()), OTHER_TEAM)
    await requests.purge(OTHER_TEAM)
    assert sorted(row[-1] for row in (await rows(engine))["bookmarks"]) == sorted((TEAM, OTHER_TEAM))


def _refuse(text: str) -> TurnPage:
    raise AssertionError(f"version 1 did not write {text}")
