"""How many digests there may be and how often they call everybody, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.limits import CALLS_WITHIN, CallLimits, ChannelCalls, DigestLimits, TooManyDigests
from bot.digests.model import Digest, DigestSpec, Mention
from bot.digests.runs import Attempt
from bot.digests.store import DigestRepository
from bot.language.schedule import Schedule
from tests.support.clock import Clock
from tests.support.teams import OTHER_TEAM, TEAM

ADA, GRACE = "U0ADA0001", "U0GRACE01"
PLAN = DigestSpec(
    "C0OPS0001", Schedule("0 9 * * 1-5", "Europe/Berlin"), mentions=(Mention("everybody", "channel"),)
)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 23, 14, 3, 22, tzinfo=UTC))


@pytest.fixture
def store(engine: AsyncEngine, clock: Clock) -> DigestRepository:
    return DigestRepository(engine, TEAM, clock, DigestLimits(per_person=3, per_channel=4))


def plan(channel: str) -> DigestSpec:
    return replace(PLAN, channel=channel)


async def made(store: DigestRepository, channel: str, creator: str = ADA) -> Digest:
    return await store.create(plan(channel), creator)


async def refusal(store: DigestRepository, channel: str, creator: str = ADA) -> TooManyDigests:
    with pytest.raises(TooManyDigests) as refused:
        await store.create(plan(channel), creator)
    return refused.value


async def test_a_person_may_have_so_many_digests_and_others_still_theirs(store: DigestRepository) -> None:
    for number in range(3):
        await made(store, f"C{number}")
    refused = await refusal(store, "C9")
    assert (refused.whose, refused.limit) == ("person", 3)
    assert len(await store.list_all()) == 3, "nothing of it is kept"
    await made(store, "C0", GRACE)


async def test_a_channel_may_have_so_many_digests_whoever_made_them(store: DigestRepository) -> None:
    for creator in ("U1", "U2", "U3", "U4"):
        await made(store, "C1", creator)
    refused = await refusal(store, "C1", "U5")
    assert (refused.whose, refused.channel, refused.limit) == ("channel", "C1", 4)


async def test_a_paused_digest_counts_and_a_deleted_one_makes_room(store: DigestRepository) -> None:
    first, *_ = [await made(store, "C1") for _ in range(3)]
    await store.pause(first.number)
    await refusal(store, "C1")
    await store.delete(first.number)
    await made(store, "C1")


async def test_a_deleted_digest_comes_back_only_where_there_is_room(store: DigestRepository) -> None:
    active = await store.resume((await made(store, "C1")).number)
    paused = await made(store, "C1")
    for digest in (active, paused):
        await store.delete(digest.number)
    others = [await made(store, "C1") for _ in range(3)]
    for digest in (active, paused):
        with pytest.raises(TooManyDigests):
            await store.restore(digest.number)
        assert (await store.get(digest.number)).state == "deleted"
    await store.delete(others[0].number)
    assert (await store.restore(active.number)).state == "active"


async def test_a_digest_moves_only_to_a_channel_with_room(store: DigestRepository) -> None:
    for creator in ("U1", "U2", "U3", "U4"):
        await made(store, "C1", creator)
    elsewhere = await made(store, "C2")
    with pytest.raises(TooManyDigests):
        await store.change(elsewhere, plan("C1"))
    assert (await store.get(elsewhere.number)).plan.channel == "C2"
    changed = await store.change(elsewhere, replace(plan("C2"), quiet=True))
    assert changed.plan.quiet


async def test_a_lower_limit_takes_nothing_away(
    store: DigestRepository, engine: AsyncEngine, clock: Clock
) -> None:
    first, *_ = [await made(store, "C1") for _ in range(3)]
    strict = DigestRepository(engine, TEAM, clock, DigestLimits(1, 1))
    assert (await strict.resume(first.number)).state == "active"
    assert (await strict.change(first, replace(plan("C1"), quiet=True))).plan.quiet


async def test_digests_made_at_once_are_no_more_either(store: DigestRepository) -> None:
    answers = await asyncio.gather(*(made(store, f"C{n}") for n in range(12)), return_exceptions=True)
    assert sum(isinstance(answer, Digest) for answer in answers) == 3
    assert sum(isinstance(answer, TooManyDigests) for answer in answers) == 9
    assert len(await store.list_of_creator(ADA)) == 3


async def test_a_refused_digest_takes_no_number(store: DigestRepository) -> None:
    last = [await made(store, f"C{number}") for number in range(3)][-1]
    for _ in range(3):
        await refusal(store, "C9")
    assert (await made(store, "C9", GRACE)).number == last.number + 1


async def test_digests_of_another_workspace_do_not_count(
    store: DigestRepository, engine: AsyncEngine, clock: Clock
) -> None:
    other = DigestRepository(engine, OTHER_TEAM, clock)
    for _ in range(5):
        await made(other, "C1")
    await made(store, "C1")


class Calls:
    """Runs of digests that would call everybody."""

    def __init__(self, store: DigestRepository, calls: ChannelCalls, clock: Clock) -> None:
        self._store, self._calls, self._clock = store, calls, clock

    async def run(self, channel: str, creator: str = ADA) -> tuple[Digest, Attempt]:
        digest = await made(self._store, channel, creator)
        run = (await self._store.run_now(digest.number)).run
        return digest, Attempt(digest.number, run.slot, 0)

    async def claim(self, run: tuple[Digest, Attempt]) -> bool:
        return await self._calls.claim(*run, self._clock())


@pytest.fixture
def calls(engine: AsyncEngine, clock: Clock) -> Calls:
    counted = ChannelCalls(engine, TEAM, CallLimits(per_channel=2, per_person=3))
    return Calls(DigestRepository(engine, TEAM, clock), counted, clock)


async def test_a_channel_is_called_so_often_in_an_hour(calls: Calls, clock: Clock) -> None:
    runs = [await calls.run("C1", f"U{number}") for number in range(4)]
    assert [await calls.claim(run) for run in runs[:3]] == [True, True, False]
    assert await calls.claim(await calls.run("C2", "U9")), "another channel is none of it"
    clock.advance(CALLS_WITHIN.total_seconds())
    assert await calls.claim(runs[3])


async def test_the_digests_of_one_person_call_so_often_in_all_channels(calls: Calls) -> None:
    runs = [await calls.run(f"C{number}") for number in range(4)]
    assert [await calls.claim(run) for run in runs] == [True, True, True, False]
    assert await calls.claim(await calls.run("C3", GRACE))


async def test_a_call_that_was_refused_is_not_counted(calls: Calls, clock: Clock) -> None:
    runs = [await calls.run("C1", f"U{number}") for number in range(2)]
    assert [await calls.claim(run) for run in runs] == [True, True]
    for number in range(2, 5):
        clock.advance(CALLS_WITHIN.total_seconds() / 4)
        assert not await calls.claim(await calls.run("C1", f"U{number}"))
    clock.advance(CALLS_WITHIN.total_seconds() / 4)
    assert await calls.claim(await calls.run("C1", "U5"))


async def test_a_run_that_is_made_again_calls_again_and_counts_once(calls: Calls, clock: Clock) -> None:
    first, second = await calls.run("C1", "U1"), await calls.run("C1", "U2")
    for _ in range(4):
        clock.advance(timedelta(minutes=1).total_seconds())
        assert await calls.claim(first)
    assert await calls.claim(second)


async def test_runs_at_once_call_no_more_often(calls: Calls) -> None:
    runs = [await calls.run("C1", f"U{number}") for number in range(8)]
    assert sum(await asyncio.gather(*map(calls.claim, runs))) == 2


async def test_what_a_deleted_digest_called_counts_still(
    calls: Calls, engine: AsyncEngine, clock: Clock
) -> None:
    store = DigestRepository(engine, TEAM, clock)
    for number in range(2):
        run = await calls.run("C1", f"U{number}")
        assert await calls.claim(run)
        await store.delete(run[0].number)
    assert not await calls.claim(await calls.run("C1", "U9"))
