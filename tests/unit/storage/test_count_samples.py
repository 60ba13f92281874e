"""Samples of counts: one for each few minutes with a look, at whichever replica, and old ones go."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.browse.overview.count_samples import CountSamples
from bot.browse.overview.trouble import CountSample
from bot.cloudflare.models import Status, Workflow
from bot.storage.tables import count_samples
from tests.support.clock import Clock

TEAM, ACCOUNT = "T1", "prod"
START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
ERRORED = Status("errored")


def replica(engine: AsyncEngine, clock: Clock) -> CountSamples:
    return CountSamples(engine, clock, clock.seconds)


def sample(at: datetime, errored: int = 1, name: str = "orders") -> CountSample:
    return CountSample.of([Workflow(name=name, instances={ERRORED: errored, Status("complete"): 7})], at)


async def number(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(select(func.count()).select_from(count_samples)) or 0


async def test_a_look_is_found_by_another_replica(engine: AsyncEngine) -> None:
    clock = Clock(START)
    await replica(engine, clock).keep(TEAM, ACCOUNT, sample(clock(), 3))
    clock.advance(minutes=6)
    assert await replica(engine, clock).recent(TEAM, ACCOUNT) == [
        CountSample(START, {"orders": {ERRORED: 3}})
    ]
    assert await replica(engine, clock).recent("T2", ACCOUNT) == ()
    assert await replica(engine, clock).recent(TEAM, "staging") == ()


async def test_two_replicas_keep_one_sample_of_the_same_minutes_the_first(engine: AsyncEngine) -> None:
    clock = Clock(START)
    replicas = [replica(engine, clock) for _ in range(2)]
    for seconds in range(3):
        for each in replicas:
            await each.keep(TEAM, ACCOUNT, sample(START + timedelta(seconds=seconds), seconds))
    assert await number(engine) == 1
    clock.advance(minutes=5)
    for each in replicas:
        await each.keep(TEAM, ACCOUNT, sample(clock(), 9))
    assert await number(engine) == 2
    clock.advance(minutes=5)
    found = await replica(engine, clock).recent(TEAM, ACCOUNT)
    assert [each.counts["orders"].get(ERRORED, 0) for each in found or ()] == [0, 9]


async def test_samples_of_a_clock_that_went_back_are_left_alone(engine: AsyncEngine) -> None:
    clock = Clock(START + timedelta(hours=3))
    await replica(engine, clock).keep(TEAM, ACCOUNT, sample(clock()))
    clock = Clock(START)
    await replica(engine, clock).keep(TEAM, ACCOUNT, sample(clock(), 5))
    clock.advance(minutes=6)
    found = await replica(engine, clock).recent(TEAM, ACCOUNT)
    assert [each.at for each in found or ()] == [START]


async def test_a_day_of_looks_is_read_as_a_few(engine: AsyncEngine) -> None:
    clock = Clock(START)
    samples = replica(engine, clock)
    for _ in range(60):
        await samples.keep(TEAM, ACCOUNT, sample(clock()))
        clock.advance(minutes=30)
    found = await samples.recent(TEAM, ACCOUNT)
    assert found is not None
    ages = [clock() - each.at for each in found]
    assert len(found) == 15
    assert ages == sorted(ages, reverse=True)
    assert min(ages) == timedelta(minutes=30)
    assert timedelta(hours=1) in ages
    assert max(ages) == timedelta(hours=24)


async def test_old_samples_are_thinned_and_deleted_and_those_of_other_teams_stay(engine: AsyncEngine) -> None:
    clock = Clock(START)
    samples = replica(engine, clock)
    for _ in range(24):
        await samples.keep(TEAM, ACCOUNT, sample(clock()))
        await samples.keep(TEAM, "staging", sample(clock()))
        clock.advance(minutes=5)
    await samples.keep("T2", ACCOUNT, sample(START))
    await samples.purge(TEAM)
    assert await number(engine) == 49, "none is older than a day"
    clock.moment = START + timedelta(days=2)
    await samples.purge(TEAM)
    async with engine.connect() as connection:
        kept = (
            await connection.scalars(select(count_samples.c.at).where(count_samples.c.account == "staging"))
        ).all()
    assert sorted(kept) == [int((START + timedelta(hours=hour)).timestamp()) for hour in (0, 1)]
    assert await number(engine) == 5
    clock.moment = START + timedelta(days=9)
    await samples.purge(TEAM)
    assert await number(engine) == 1
    await samples.purge("T2")
    assert await number(engine) == 0


async def test_names_of_all_kinds_are_kept(engine: AsyncEngine) -> None:
    clock = Clock(START)
    for minutes, name in enumerate(("<!here>\0", "\ud800", "x" * 64, "'; drop table count_samples; --")):
        clock.moment = START + timedelta(minutes=10 * minutes)
        await replica(engine, clock).keep(TEAM, ACCOUNT, sample(clock(), name=name))
        clock.advance(minutes=6)
        found = await replica(engine, clock).recent(TEAM, ACCOUNT)
        assert found is not None
        assert list(found[-1].counts) == [name]


async def test_a_sample_that_can_t_be_read_costs_no_overview(engine: AsyncEngine) -> None:
    clock = Clock(START)
    await replica(engine, clock).keep(TEAM, ACCOUNT, sample(clock()))
    async with engine.begin() as connection:
        await connection.execute(update(count_samples).values(counts="{"))
    clock.advance(minutes=6)
    assert await replica(engine, clock).recent(TEAM, ACCOUNT) is None


async def test_a_database_without_an_answer_is_asked_again_a_minute_later(engine: AsyncEngine) -> None:
    clock = Clock(START)
    samples = replica(engine, clock)
    async with engine.begin() as connection:
        await connection.run_sync(count_samples.drop)
    assert await samples.recent(TEAM, ACCOUNT) is None
    await samples.keep(TEAM, ACCOUNT, sample(clock()))
    async with engine.begin() as connection:
        await connection.run_sync(count_samples.create)
    assert await samples.recent(TEAM, ACCOUNT) is None
    clock.advance(minutes=1)
    assert await samples.recent(TEAM, ACCOUNT) == ()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_busy_database_is_not_waited_for_long_and_is_not_kept_locked(engine: AsyncEngine) -> None:
    clock = Clock(START)
    samples = CountSamples(engine, clock, clock.seconds, timeout=timedelta(seconds=0.05))
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO causes VALUES ('x', '', '', '', 0, '')"))
        async with asyncio.timeout(10):  # SQLite itself would wait for half a minute
            for _ in range(3):
                await samples.keep(TEAM, ACCOUNT, sample(clock()))
        assert await number(engine) == 0
    async with asyncio.timeout(10):
        await replica(engine, clock).keep("T2", ACCOUNT, sample(clock()))
        while await number(engine) < 2:  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.01)
    await samples.close()
