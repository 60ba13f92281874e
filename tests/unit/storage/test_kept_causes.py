"""Causes in the database: by instance and end, for as long as Cloudflare has the instance; a memory only."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.browse.kept_causes import KEEP, CauseStore, to_storable
from bot.cloudflare.causes import Cause
from tests.support.clock import Clock
from tests.support.commands import NOW
from tests.support.logs import logs
from tests.support.teams import OTHER_TEAM, TEAM

from .conftest import opened

DECLINED = Cause("charge card", "CardDeclined", "insufficient funds")


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


async def test_causes_are_kept_for_every_replica_and_for_one_team(engine: AsyncEngine, clock: Clock) -> None:
    found = {"a": DECLINED, "b": Cause(), "c": to_storable(Cause("s", "E\0", "half \ud83d of one"))}
    await CauseStore(engine, clock).save({key: (cause, NOW) for key, cause in found.items()}, TEAM)
    replica = CauseStore(engine, clock)
    assert await replica.load([*found, "unknown"], TEAM) == found
    assert await replica.load(list(found), OTHER_TEAM) == {}


async def test_they_are_read_until_cloudflare_has_the_instance_no_more(
    engine: AsyncEngine, clock: Clock
) -> None:
    store = CauseStore(engine, clock)
    await store.save({"a": (DECLINED, NOW - timedelta(days=1)), "late": (DECLINED, NOW - KEEP)}, TEAM)
    clock.moment += KEEP - timedelta(days=1, seconds=1)
    assert await store.load(["a", "late"], TEAM) == {"a": DECLINED}
    clock.advance(1)
    assert await store.load(["a"], TEAM) == {}
    await store.purge(OTHER_TEAM)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM causes")) == 1
    await store.purge(TEAM)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM causes")) == 0


async def test_thousands_are_written_and_read_at_once_by_several(engine: AsyncEngine, clock: Clock) -> None:
    stores = [CauseStore(engine, clock) for _ in range(3)]
    many = {f"{number}": (Cause("s", "E", f"{number}"), NOW) for number in range(2_500)}
    await asyncio.gather(*(store.save(many, TEAM) for store in stores))
    assert await stores[0].load(list(many), TEAM) == {key: cause for key, (cause, _) in many.items()}


async def test_a_database_that_does_not_answer_costs_no_more_than_the_memory(clock: Clock) -> None:
    ticks = [100.0]
    async with opened("postgres://ada:s3cr3t@127.0.0.1:1/bot") as nowhere:
        store = CauseStore(nowhere, clock, lambda: ticks[0])
        with logs() as log:
            assert await store.load(["a"], TEAM) == {}
            await store.save({"a": (DECLINED, NOW)}, TEAM)
            ticks[0] += 29
            assert await store.load(["a"], TEAM) == {}
            assert log.getvalue().count("causes_not_") == 1, "it is left alone for half a minute"
            ticks[0] += 2
            await store.save({"a": (DECLINED, NOW)}, TEAM)
            assert log.getvalue().count("causes_not_kept") == 1
        assert "insufficient" not in log.getvalue()


async def test_what_is_read_too_late_changes_no_answer(engine: AsyncEngine, clock: Clock) -> None:
    await CauseStore(engine, clock).save({"a": (DECLINED, NOW)}, TEAM)
    store = CauseStore(engine, clock, timeout=timedelta())
    found = await store.load(["a"], TEAM)
    async with asyncio.timeout(10):
        assert await CauseStore(engine, clock).load(["a"], TEAM) == {"a": DECLINED}
    await asyncio.sleep(0.1)
    assert found == {}
    await store.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_database_that_is_busy_is_not_waited_for_long(engine: AsyncEngine, clock: Clock) -> None:
    store, other = CauseStore(engine, clock, timeout=timedelta(seconds=0.1)), CauseStore(engine, clock)
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO causes VALUES ('x', '', '', '', 0, '')"))
        async with asyncio.timeout(10):  # SQLite itself would wait for half a minute
            await store.save({"a": (DECLINED, NOW)}, TEAM)
        assert await other.load(["a"], TEAM) == {}, "reading waits for no write"
    async with asyncio.timeout(20):
        while not await other.load(["a"], TEAM):  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.01)
    await store.close()
