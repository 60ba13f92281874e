"""Digests as people deal with them, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cloudflare.models import Status
from bot.digests.codec import baseline_to_json
from bot.digests.model import Baseline, Digest, DigestSpec, Mention, RunState
from bot.digests.run_now import RunNowResult
from bot.digests.runs import Attempt, RunRepository, RunResult
from bot.digests.store import DigestChanged, DigestRepository, NoSuchDigest
from bot.language.schedule import Schedule
from bot.storage.tables import digests
from tests.support.clock import Clock
from tests.support.teams import TEAM

MONDAY = datetime(2026, 11, 23, 14, 3, 22, tzinfo=UTC)
PLAN = DigestSpec(
    channel="C0OPS0001",
    schedule=Schedule("0 9 * * 1-5", "Europe/Berlin"),
    workflows=("order-processing", "refunds"),
    window=timedelta(days=7),
    quiet=True,
    mentions=(Mention("group", "S0ONCALL1", "oncall"),),
)
TUESDAY_AT_NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY)


@pytest.fixture
def store(engine: AsyncEngine, clock: Clock) -> DigestRepository:
    return DigestRepository(engine, TEAM, clock)


async def live(store: DigestRepository, plan: DigestSpec = PLAN, creator: str = "U0ADA0001") -> Digest:
    made = await store.create(plan, creator)
    return await store.resume(made.number)


async def test_a_digest_keeps_its_whole_plan(store: DigestRepository) -> None:
    digest = await store.create(PLAN, "U0ADA0001")
    assert await store.get(digest.number) == digest
    assert digest.plan == PLAN
    assert digest.creator == "U0ADA0001"
    assert digest.created_at == MONDAY.replace(microsecond=0)


async def test_a_new_digest_is_due_at_its_next_slot(store: DigestRepository) -> None:
    made = await store.create(PLAN, "U0ADA0001")
    assert made.state == "active"
    assert made.next_due == TUESDAY_AT_NINE
    paused = await store.pause(made.number)
    assert paused.state == "paused"
    assert paused.next_due is None
    assert await store.resume(made.number) == made


async def test_resuming_what_is_active_skips_no_slot_that_is_just_due(
    store: DigestRepository, clock: Clock
) -> None:
    digest = await live(store)
    clock.moment = TUESDAY_AT_NINE + timedelta(seconds=1)
    assert (await store.resume(digest.number)).next_due == TUESDAY_AT_NINE


async def test_changing_anything_but_the_schedule_skips_no_slot_either(
    store: DigestRepository, clock: Clock
) -> None:
    digest = await live(store)
    clock.moment = TUESDAY_AT_NINE + timedelta(seconds=1)
    assert (await store.change(digest, DigestSpec("C0OPS0001", PLAN.schedule))).next_due == TUESDAY_AT_NINE


async def test_another_schedule_counts_from_now(store: DigestRepository) -> None:
    digest = await live(store)
    changed = await store.change(digest, DigestSpec("C0OPS0001", Schedule("0 */4 * * *", "UTC")))
    assert changed.next_due == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


async def test_a_paused_digest_that_is_changed_stays_paused(store: DigestRepository) -> None:
    digest = await store.pause((await live(store)).number)
    changed = await store.change(digest, DigestSpec("C0OPS0001", Schedule("0 */4 * * *", "UTC")))
    assert changed.state == "paused"
    assert changed.next_due is None


async def test_a_deleted_digest_is_listed_nowhere_and_can_be_restored(store: DigestRepository) -> None:
    number = (await live(store)).number
    assert (await store.delete(number)).state == "deleted"
    assert (
        await store.list_all()
        == await store.list_of_channel("C0OPS0001")
        == await store.list_of_creator("U0ADA0001")
        == ()
    )
    assert (await store.restore(number)).next_due == TUESDAY_AT_NINE
    assert [digest.number for digest in await store.list_all()] == [number]


async def test_what_was_paused_when_it_was_deleted_is_restored_as_that(store: DigestRepository) -> None:
    number = (await store.pause((await live(store)).number)).number
    await store.delete(number)
    restored = await store.restore(number)
    assert restored.state == "paused"
    assert restored.next_due is None


async def test_what_was_never_deleted_is_restored_to_what_it_is(store: DigestRepository) -> None:
    digest = await live(store)
    assert await store.restore(digest.number) == digest


async def test_what_somebody_deleted_meanwhile_is_not_brought_back(store: DigestRepository) -> None:
    digest = await live(store)
    deleted = await store.delete(digest.number)
    assert await store.pause(digest.number) == deleted
    assert await store.resume(digest.number) == deleted
    for change in (
        store.change(digest, DigestSpec("C0OPS0001", PLAN.schedule)),
        store.run_now(digest.number),
    ):
        with pytest.raises(DigestChanged):
            await change
    assert await store.get(digest.number) == deleted
    assert await store.list_runs(digest.number) == ()


async def test_of_two_changes_of_the_same_plan_the_second_is_refused(store: DigestRepository) -> None:
    digest = await live(store)
    mine, theirs = DigestSpec("C0OPS0001", PLAN.schedule), DigestSpec("C0GENERAL", PLAN.schedule)
    results = await asyncio.gather(
        store.change(digest, mine), store.change(digest, theirs), return_exceptions=True
    )
    (refused,) = (result for result in results if isinstance(result, DigestChanged))
    (changed,) = (result for result in results if isinstance(result, Digest))
    assert refused.number == digest.number
    assert await store.get(digest.number) == changed


async def test_one_that_paused_itself_is_active_again_only_where_that_is_meant(
    engine: AsyncEngine, store: DigestRepository
) -> None:
    digest = await live(store)
    runs = RunRepository(engine, TEAM)
    assert await runs.pause(digest.number, "the channel is archived", MONDAY, PLAN.channel)
    other = DigestSpec("C0GENERAL", PLAN.schedule)
    changed = await store.change(digest, other)
    assert (changed.state, changed.pause_reason) == ("paused", "the channel is archived")
    resumed = await store.change(changed, PLAN, resume=True)
    assert (resumed.state, resumed.pause_reason) == ("active", None)
    assert resumed.next_due == TUESDAY_AT_NINE


async def test_a_digest_that_has_moved_does_not_pause_itself_for_its_old_channel(
    engine: AsyncEngine, store: DigestRepository
) -> None:
    digest = await live(store)
    await store.change(digest, DigestSpec("C0GENERAL", PLAN.schedule))
    assert not await RunRepository(engine, TEAM).pause(digest.number, "archived", MONDAY, PLAN.channel)
    assert (await store.get(digest.number)).state == "active"


async def test_a_write_that_is_cancelled_ends_and_its_caller_goes_on(store: DigestRepository) -> None:
    digest = await live(store)
    for write, state in ((store.pause, "paused"), (store.resume, "active"), (store.delete, "deleted")):
        task = asyncio.create_task(write(digest.number))
        await asyncio.sleep(0)
        task.cancel()
        assert (await task).state == state
        assert (await store.get(digest.number)).state == state
    task = asyncio.create_task(store.create(PLAN, "U0ADA0001"))
    await asyncio.sleep(0)
    task.cancel()
    made = await task
    assert await store.get(made.number) == made


async def test_what_was_asked_for_though_it_is_paused_is_told_from_what_was_asked_for_before(
    store: DigestRepository, clock: Clock
) -> None:
    number = (await live(store)).number
    before = (await store.run_now(number)).run
    await store.pause(number)
    though_paused = (await store.run_now(number)).run
    clock.moment += timedelta(seconds=5)
    assert before.slot != though_paused.slot
    assert (await store.run_now(number)).run == though_paused
    assert len(though_paused.slot) <= 32, "the column has no more room"
    assert len(await store.list_runs(number)) == 2


async def test_digests_are_found_by_channel_and_by_creator(store: DigestRepository) -> None:
    ops = await live(store)
    other = await live(store, DigestSpec("C0GENERAL", PLAN.schedule), "U0GRACE01")
    assert await store.list_of_channel("C0OPS0001") == (ops,)
    assert await store.list_of_creator("U0GRACE01") == (other,)
    assert await store.list_all() == (ops, other)


async def test_a_number_is_never_given_twice(engine: AsyncEngine, store: DigestRepository) -> None:
    first = (await store.create(PLAN, "U0ADA0001")).number
    async with engine.begin() as connection:
        await connection.execute(delete(digests).where(digests.c.number == first))
    with pytest.raises(NoSuchDigest, match=f"no digest {first}"):
        await store.get(first)
    assert (await store.create(PLAN, "U0ADA0001")).number > first


async def test_asked_for_twice_at_once_a_digest_runs_once(store: DigestRepository) -> None:
    number = (await live(store)).number
    first, second = await store.run_now(number), await store.run_now(number)
    assert first.run == second.run
    assert (first.added, second.added) == (True, False), "the second person is told that no other one comes"
    assert [run.slot for run in await store.list_runs(number)] == [first.run.slot]
    assert first.run.state == "due"


async def test_pressed_by_many_at_once_a_digest_runs_once(store: DigestRepository) -> None:
    number = (await live(store)).number
    asked = await asyncio.gather(*(store.run_now(number) for _ in range(5)))
    assert len({one.run.slot for one in asked}) == len(await store.list_runs(number)) == 1
    assert sum(one.added for one in asked) == 1


async def test_what_waits_to_be_run_is_not_asked_for_again_later(
    store: DigestRepository, clock: Clock
) -> None:
    number = (await live(store)).number
    first = (await store.run_now(number)).run
    clock.moment += timedelta(seconds=5)
    asked = await store.run_now(number)
    assert (asked.run.slot, asked.added, asked.again_at) == (first.slot, False, None)


async def end_run(engine: AsyncEngine, asked: RunNowResult, now: datetime, state: RunState = "sent") -> None:
    attempt = Attempt(asked.run.digest, asked.run.slot, 0)
    assert await RunRepository(engine, TEAM).finish(attempt, RunResult(state, now))


async def test_a_digest_can_be_asked_for_again_after_a_pause_of_its_own(
    engine: AsyncEngine, clock: Clock
) -> None:
    store = DigestRepository(engine, TEAM, clock, run_pause=timedelta(seconds=60))
    number, other = (await live(store)).number, (await live(store)).number
    asked_at = clock.moment
    await end_run(engine, await store.run_now(number), clock())
    for waited in (0.0, 0.4, 1.0, 59.9):
        clock.moment = asked_at + timedelta(seconds=waited)
        again = await store.run_now(number)
        assert (again.added, again.again_at) == (False, asked_at + timedelta(seconds=60)), waited
        assert again.run.state == "sent"
    assert (await store.run_now(other)).added, "each digest has a pause of its own"
    clock.moment = asked_at + timedelta(seconds=60)
    assert (await store.run_now(number)).added
    assert len(await store.list_runs(number)) == 2


async def test_in_the_second_in_which_one_was_sent_no_other_is_promised(
    engine: AsyncEngine, store: DigestRepository, clock: Clock
) -> None:
    number = (await live(store)).number
    await end_run(engine, await store.run_now(number), clock())
    again = await store.run_now(number)
    assert (again.added, again.again_at) == (False, clock.moment + timedelta(seconds=1))
    clock.moment += timedelta(seconds=1)
    assert (await store.run_now(number)).added


async def test_a_run_that_posted_nothing_is_no_reason_to_wait(engine: AsyncEngine, clock: Clock) -> None:
    store = DigestRepository(engine, TEAM, clock, run_pause=timedelta(seconds=60))
    number = (await live(store)).number
    await end_run(engine, await store.run_now(number), clock(), "missed")
    assert (await store.run_now(number)).again_at == clock.moment + timedelta(seconds=1), "its slot is taken"
    clock.moment += timedelta(seconds=1)
    assert (await store.run_now(number)).added


async def test_that_nobody_delivers_is_noticed_after_a_minute(store: DigestRepository, clock: Clock) -> None:
    number = (await live(store)).number
    clock.moment = TUESDAY_AT_NINE + timedelta(seconds=50)
    assert await store.is_served()
    clock.moment += timedelta(seconds=20)
    assert not await store.is_served(), "nobody has seen that it is due"
    await store.pause(number)
    assert await store.is_served()
    await store.run_now(number)
    assert await store.is_served()
    clock.moment += timedelta(seconds=70)
    assert not await store.is_served(), "nobody has begun what was asked for"


async def test_another_question_forgets_what_the_last_digest_knew(
    engine: AsyncEngine, store: DigestRepository
) -> None:
    digest = await live(store)
    await known(engine, digest.number)
    kept = await store.change(
        await store.get(digest.number), DigestSpec("C0GENERAL", PLAN.schedule, workflows=PLAN.workflows)
    )
    assert kept.baseline is not None
    changed = await store.change(kept, DigestSpec("C0GENERAL", PLAN.schedule, status=Status("waiting")))
    assert changed.baseline is None


async def test_a_digest_of_a_later_version_keeps_nobody_from_the_others(
    engine: AsyncEngine, store: DigestRepository
) -> None:
    later, other = await live(store), await live(store)
    async with engine.begin() as connection:
        await connection.execute(
            update(digests).where(digests.c.number == later.number).values(plan='{"in": "verse"}')
        )
    assert [digest.number for digest in await store.list_all()] == [other.number]
    assert [digest.number for digest in await store.list_of_channel(PLAN.channel)] == [other.number]
    with pytest.raises(ValueError, match="DigestSpec"):
        await store.get(later.number)


async def known(engine: AsyncEngine, number: int) -> None:
    """The digest has a baseline."""
    async with engine.begin() as connection:
        baseline = baseline_to_json(Baseline(MONDAY, {"refunds": {Status("errored"): 2}}))
        await connection.execute(update(digests).where(digests.c.number == number).values(baseline=baseline))
