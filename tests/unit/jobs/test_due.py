"""Digests come due once, whatever the clock does and however many workers look at it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.due import DueScheduler
from bot.digests.model import Digest, DigestSpec
from bot.digests.runs import Attempt, RunRepository, RunResult
from bot.digests.store import DigestRepository
from bot.language.schedule import Schedule
from bot.storage.database import open_database
from bot.storage.tables import digest_runs, digests
from tests.support.clock import Clock
from tests.support.fixtures import ReadLog
from tests.support.teams import TEAM

DAILY = Schedule("0 9 * * *", "UTC")
HALF_HOURLY = Schedule("*/30 * * * *", "UTC")


async def live(store: DigestRepository, schedule: Schedule = DAILY) -> Digest:
    made = await store.create(DigestSpec("C0OPS0001", schedule), "U0ADA0001")
    return await store.resume(made.number)


async def states(engine: AsyncEngine) -> dict[str, str]:
    """What each slot has come to."""
    async with engine.connect() as connection:
        asked = select(digest_runs.c.slot, digest_runs.c.state).order_by(digest_runs.c.due_at)
        return {row.slot: row.state for row in await connection.execute(asked)}


async def deliver(runs: RunRepository, number: int, slot: str, at: datetime) -> None:
    assert await runs.finish(Attempt(number, slot, 0), RunResult("sent", at))


async def test_a_slot_comes_due_once(
    engine: AsyncEngine, store: DigestRepository, rounds: DueScheduler, clock: Clock
) -> None:
    clock.set("2026-11-23T08:00")
    digest = await live(store)
    before = await rounds.record_due(clock.set("2026-11-23T08:59:59"))
    then = await rounds.record_due(clock.set("2026-11-23T09:00:00"))
    again = await rounds.record_due(clock.set("2026-11-23T09:00:02"))

    assert [entered.due for entered in (before, then, again)] == [0, 1, 0]
    assert await states(engine) == {"2026-11-23T09:00Z": "due"}
    assert (await store.get(digest.number)).next_due == clock.set("2026-11-24T09:00")


async def test_a_digest_that_this_version_does_not_understand_holds_up_no_other(
    engine: AsyncEngine, store: DigestRepository, rounds: DueScheduler, clock: Clock
) -> None:
    clock.set("2026-11-23T08:00")
    strange = await live(store)
    await live(store)
    async with engine.begin() as connection:
        this = digests.c.number == strange.number
        await connection.execute(
            update(digests).where(this).values(plan='{"channel": "C0OPS0001", "when": 9}')
        )
    entered = await rounds.record_due(clock.set("2026-11-23T09:00"))
    await rounds.handle_clock_rollback(clock())

    assert entered.due == 1
    assert entered.more is False
    assert await states(engine) == {"2026-11-23T09:00Z": "due"}


BAD_ROWS = [
    {"plan": '{"channel": "C0OPS0001", "when": 9}'},
    {"plan": "["},
    {"baseline": "7"},
    {"created_at": 10**17},
]


@pytest.mark.parametrize("bad", BAD_ROWS, ids=str)
async def test_two_hundred_broken_digests_at_the_head_hold_up_no_other_and_are_logged_once(
    engine: AsyncEngine,
    store: DigestRepository,
    rounds: DueScheduler,
    clock: Clock,
    read_log: ReadLog,
    bad: dict[str, Any],
) -> None:
    clock.set("2026-11-23T08:00")
    made = await live(store)
    async with engine.begin() as connection:
        (row,) = (await connection.execute(select(digests))).mappings().all()
        broken = [{**row, "number": made.number + place, **bad} for place in range(1, 211)]
        await connection.execute(insert(digests), broken)
        last = {**row, "number": made.number + 211}
        await connection.execute(insert(digests), last)
        await connection.execute(update(digests).values(next_due=digests.c.next_due - digests.c.number))
        this = digests.c.number == last["number"]
        await connection.execute(update(digests).where(this).values(next_due=row["next_due"]))
    clock.set("2026-11-23T09:00")
    for _ in range(3):
        await rounds.handle_clock_rollback(clock())
        due, place = 0, None
        while True:
            recorded = await rounds.record_due(clock(), place)
            due, place = due + recorded.due, recorded.last
            if place is None:
                break
    assert set(await states(engine)) >= {"2026-11-23T09:00Z"}
    async with engine.connect() as connection:
        asked = select(digest_runs.c.digest).where(digest_runs.c.state == "due")
        assert set((await connection.scalars(asked)).all()) == {made.number, last["number"]}
    logged = [entry["digest"] for entry in read_log() if entry["event"] == "digest_not_understood"]
    assert sorted(logged) == [row["number"] for row in broken]


async def test_a_digest_whose_run_the_database_refuses_holds_up_no_other(
    engine: AsyncEngine, store: DigestRepository, rounds: DueScheduler, clock: Clock
) -> None:
    clock.set("2026-11-23T08:00")
    refused, well = await live(store), await live(store)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE TRIGGER no_run BEFORE INSERT ON digest_runs "
                f"WHEN NEW.digest = {refused.number} BEGIN SELECT RAISE(ABORT, 'not this one'); END"
            )
        )
    recorded = await rounds.record_due(clock.set("2026-11-23T09:00"))
    assert recorded.due == 1
    assert (await store.get(well.number)).next_due == clock.set("2026-11-24T09:00")
    assert (await store.get(refused.number)).next_due == clock.set("2026-11-23T09:00"), "it stays due"


async def test_runs_that_can_t_be_claimed_hold_up_no_other(
    engine: AsyncEngine, store: DigestRepository, rounds: DueScheduler, clock: Clock
) -> None:
    made = [await store.create(DigestSpec("C0OPS0001", DAILY), "U0ADA0001") for _ in range(7)]
    for digest in made:
        await store.run_now(digest.number)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE TRIGGER no_claim BEFORE UPDATE ON digest_runs "
                "WHEN NEW.digest < 6 BEGIN SELECT RAISE(ABORT, 'not this one'); END"
            )
        )
    claimed = await rounds.claim(clock(), clock() + timedelta(seconds=30), 2)
    assert [run.attempt.digest for run in claimed] == [6]


async def test_all_runs_in_flight_are_looked_at_however_many_there_are(
    store: DigestRepository, rounds: DueScheduler, clock: Clock
) -> None:
    for _ in range(5):
        await store.run_now((await store.create(DigestSpec("C0OPS0001", DAILY), "U0ADA0001")).number)
    claimed = await rounds.claim(clock(), clock(), 10)
    await rounds.mark_enqueued(claimed, clock())
    clock.advance(minutes=2)
    seen: list[Attempt] = []
    while batch := await rounds.in_flight(clock(), 2, seen[-1] if seen else None):
        seen += batch
    assert sorted(attempt.digest for attempt in seen) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("back_at", "becomes"),
    [
        ("2026-11-24T09:59", {"2026-11-23T09:00Z": "missed", "2026-11-24T09:00Z": "due"}),
        ("2026-11-24T10:00", {"2026-11-23T09:00Z": "missed", "2026-11-24T09:00Z": "due"}),
        ("2026-11-24T10:01", {"2026-11-23T09:00Z": "missed", "2026-11-24T09:00Z": "missed"}),
        ("2026-11-24T08:59", {"2026-11-23T09:00Z": "missed"}),
    ],
)
async def test_after_a_night_off_only_a_slot_less_than_an_hour_late_is_delivered(
    engine: AsyncEngine,
    store: DigestRepository,
    rounds: DueScheduler,
    clock: Clock,
    back_at: str,
    becomes: dict[str, str],
) -> None:
    clock.set("2026-11-23T08:00")
    await live(store)
    await rounds.record_due(clock.set(back_at))
    assert await states(engine) == becomes


async def test_of_several_slots_that_are_not_too_late_the_newest_is_delivered(
    engine: AsyncEngine, store: DigestRepository, rounds: DueScheduler, clock: Clock
) -> None:
    clock.set("2026-11-23T08:45")
    await live(store, HALF_HOURLY)
    entered = await rounds.record_due(clock.set("2026-11-23T09:40"))
    assert entered.due == 1
    assert entered.missed == 1
    assert await states(engine) == {"2026-11-23T09:00Z": "missed", "2026-11-23T09:30Z": "due"}


async def test_after_a_month_off_the_latest_slots_are_recorded_and_not_a_thousand(
    engine: AsyncEngine, store: DigestRepository, rounds: DueScheduler, clock: Clock
) -> None:
    clock.set("2026-10-23T08:45")
    await live(store, HALF_HOURLY)
    entered = await rounds.record_due(clock.set("2026-11-23T09:40"))
    assert entered.due == 1
    assert entered.missed == 20
    assert list(await states(engine))[-2:] == ["2026-11-23T09:00Z", "2026-11-23T09:30Z"]


async def test_a_clock_that_goes_back_after_a_delivery_repeats_nothing(
    engine: AsyncEngine, store: DigestRepository, rounds: DueScheduler, runs: RunRepository, clock: Clock
) -> None:
    clock.set("2026-11-23T08:00")
    digest = await live(store)
    await rounds.record_due(clock.set("2026-11-23T09:00:01"))
    await deliver(runs, digest.number, "2026-11-23T09:00Z", clock())

    await rounds.handle_clock_rollback(clock.set("2026-11-23T08:30"))
    entered = await rounds.record_due(clock.set("2026-11-23T09:00:01"))

    assert entered.due == 0
    assert entered.missed == 0
    assert await states(engine) == {"2026-11-23T09:00Z": "sent"}
    assert (await store.get(digest.number)).next_due == clock.set("2026-11-24T09:00")


async def test_a_clock_that_went_a_week_ahead_for_a_moment_loses_nothing(
    engine: AsyncEngine, store: DigestRepository, rounds: DueScheduler, clock: Clock
) -> None:
    clock.set("2026-11-23T08:00")
    await live(store)
    await rounds.record_due(clock.set("2026-11-30T12:00"))
    assert set((await states(engine)).values()) == {"missed"}

    await rounds.handle_clock_rollback(clock.set("2026-11-23T08:01"))
    for day in (23, 24, 25):
        await rounds.record_due(clock.set(f"2026-11-{day}T09:00:01"))
    became = await states(engine)

    assert [became[f"2026-11-{day}T09:00Z"] for day in (23, 24, 25, 26)] == ["due", "due", "due", "missed"]


async def test_a_run_put_off_by_a_clock_ahead_of_time_does_not_wait_for_it(
    store: DigestRepository, rounds: DueScheduler, runs: RunRepository, clock: Clock
) -> None:
    clock.set("2026-11-23T08:00")
    digest = await live(store)
    await rounds.record_due(clock.set("2026-11-23T09:00:01"))
    attempt = Attempt(digest.number, "2026-11-23T09:00Z", 0)
    await runs.reschedule(attempt, clock() + timedelta(days=1), "Cloudflare is down")

    assert await rounds.claim(clock(), clock() + timedelta(seconds=30), 10) == ()
    await rounds.handle_clock_rollback(clock())
    claimed = await rounds.claim(clock(), clock() + timedelta(seconds=30), 10)
    assert [run.attempt.number for run in claimed] == [1]


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[DueScheduler]:
    """Another worker on the same database."""
    engine = open_database(database_url)
    yield DueScheduler(engine, TEAM, timedelta(hours=1))
    await engine.dispose()


async def test_workers_that_poll_at_once_record_and_claim_each_run_once(
    store: DigestRepository, rounds: DueScheduler, other: DueScheduler, clock: Clock
) -> None:
    clock.set("2026-11-23T08:00")
    for _ in range(20):
        await live(store)
    now = clock.set("2026-11-23T09:00:01")
    entered = await asyncio.gather(rounds.record_due(now), other.record_due(now))
    claimed = await asyncio.gather(
        rounds.claim(now, now + timedelta(seconds=30), 50), other.claim(now, now + timedelta(seconds=30), 50)
    )

    assert sum(one.due for one in entered) == 20
    numbers = [run.attempt.digest for one in claimed for run in one]
    assert sorted(numbers) == list(range(1, 21))


async def test_a_run_whose_worker_died_before_enqueueing_it_is_claimed_again(
    store: DigestRepository, rounds: DueScheduler, clock: Clock
) -> None:
    clock.set("2026-11-23T08:00")
    await live(store)
    now = clock.set("2026-11-23T09:00:01")
    await rounds.record_due(now)
    until = now + timedelta(seconds=30)

    first = await rounds.claim(now, until, 10)
    meanwhile = await rounds.claim(now + timedelta(seconds=29), until, 10)
    later = now + timedelta(seconds=31)
    second = await rounds.claim(later, later + timedelta(seconds=30), 10)
    await rounds.mark_enqueued(first, until)  # by the dead one: too late
    await rounds.mark_enqueued(second, later + timedelta(seconds=30))

    assert len(first) == 1
    assert meanwhile == ()
    assert second == first
    assert await rounds.claim(later + timedelta(days=1), later, 10) == ()
    assert await rounds.in_flight(later, 10) == (first[0].attempt,)


async def test_a_digest_that_was_changed_or_paused_is_not_due_any_more(
    engine: AsyncEngine, store: DigestRepository, rounds: DueScheduler, clock: Clock
) -> None:
    clock.set("2026-11-23T08:00")
    changed, paused, deleted = [await live(store) for _ in range(3)]
    await store.change(changed, DigestSpec("C0OPS0001", Schedule("0 17 * * *", "UTC")))
    await store.pause(paused.number)
    await store.delete(deleted.number)
    await rounds.record_due(clock.set("2026-11-23T09:00:01"))
    assert await states(engine) == {}


async def test_a_zone_that_is_no_more_pauses_the_digest_and_says_why(
    engine: AsyncEngine, store: DigestRepository, rounds: DueScheduler, clock: Clock
) -> None:
    clock.set("2026-11-23T08:00")
    lost, well = await live(store), await live(store)
    plan = digests.c.plan
    async with engine.begin() as connection:
        text = (await connection.scalars(select(plan).where(digests.c.number == lost.number))).one()
        await connection.execute(
            update(digests)
            .where(digests.c.number == lost.number)
            .values(plan=text.replace('"UTC"', '"Europe/Atlantis"'))
        )
    await rounds.handle_clock_rollback(clock())
    entered = await rounds.record_due(clock.set("2026-11-23T09:00:01"))

    assert entered.due == 1
    assert [digest.number for digest in entered.paused] == [lost.number]
    assert (await store.get(lost.number)).state == "paused"
    assert "Europe/Atlantis" in ((await store.get(lost.number)).pause_reason or "")
    assert (await store.get(well.number)).state == "active"


async def test_old_runs_are_purged_but_not_the_last_hundred_runs(
    engine: AsyncEngine, store: DigestRepository, rounds: DueScheduler, clock: Clock
) -> None:
    clock.set("2026-01-01T08:00")
    digest, gone = await live(store), await live(store)
    for _ in range(110):
        clock.advance(days=1)
        await rounds.record_due(clock.moment.replace(hour=9))
    await store.delete(gone.number)
    async with engine.begin() as connection:
        await connection.execute(update(digest_runs).values(state="sent"))
    clock.advance(days=29)
    await rounds.purge(clock())
    assert len(await store.list_runs(gone.number, 500)) == 100

    clock.advance(days=2)
    await rounds.purge(clock())
    assert len(await store.list_runs(digest.number, 500)) == 100
    assert await store.list_runs(gone.number, 500) == ()


async def test_a_worker_has_nothing_to_do_until_a_digest_is_active_or_asked_for(
    store: DigestRepository, rounds: DueScheduler
) -> None:
    assert not await rounds.has_work()
    made = await store.create(DigestSpec("C0OPS0001", DAILY), "U0ADA0001")
    assert await rounds.has_work()
    await store.pause(made.number)
    assert not await rounds.has_work()
    await store.run_now(made.number)
    assert await rounds.has_work()
