"""What becomes of a run is written once, and only by the attempt that has the right to."""

from datetime import UTC, datetime, timedelta

from bot.cloudflare.models import Status
from bot.digests.due import DueScheduler
from bot.digests.model import Baseline, Digest, DigestRun, DigestSpec
from bot.digests.runs import Attempt, RunRepository, RunResult
from bot.digests.store import DigestRepository
from bot.language.schedule import Schedule
from tests.support.clock import Clock

BERLIN = Schedule("0 */6 * * *", "Europe/Berlin")
SIX, NOON, EVENING = ("2026-11-23T05:00Z", "2026-11-23T11:00Z", "2026-11-23T17:00Z")


async def live(store: DigestRepository) -> Digest:
    made = await store.create(DigestSpec("C0OPS0001", BERLIN), "U0ADA0001")
    return await store.resume(made.number)


async def due(
    store: DigestRepository, rounds: DueScheduler, clock: Clock, slot: str = SIX
) -> tuple[Digest, Attempt]:
    clock.set("2026-11-23T02:00")
    digest = await live(store)
    clock.moment = datetime.fromisoformat(slot) + timedelta(seconds=1)
    await rounds.record_due(clock())
    return digest, Attempt(digest.number, slot, 0)


async def states(store: DigestRepository, number: int) -> dict[str, str]:
    return {run.slot: run.state for run in await store.list_runs(number)}


async def test_a_run_remembers_when_it_was_first_begun(
    store: DigestRepository, rounds: DueScheduler, runs: RunRepository, clock: Clock
) -> None:
    _, attempt = await due(store, rounds, clock)
    first = await runs.begin(attempt, clock())
    again = await runs.begin(attempt, clock() + timedelta(minutes=5))
    assert first == again
    assert first is not None
    assert first.run.began_at == clock()


async def test_a_rescheduled_run_refuses_writes_of_the_earlier_attempt(
    store: DigestRepository, rounds: DueScheduler, runs: RunRepository, clock: Clock
) -> None:
    digest, attempt = await due(store, rounds, clock)
    assert await runs.reschedule(attempt, clock(), "Cloudflare is down")

    assert await runs.begin(attempt, clock()) is None
    assert not await runs.mark_posting(attempt, "C0OPS0001", clock())
    assert not await runs.reschedule(attempt, clock(), "again")
    assert not await runs.finish(attempt, RunResult("sent", clock()))
    assert await states(store, digest.number) == {SIX: "due"}
    assert await runs.begin(Attempt(digest.number, SIX, 1), clock()) is not None


async def test_a_result_is_written_once_with_its_baseline(
    store: DigestRepository, rounds: DueScheduler, runs: RunRepository, clock: Clock
) -> None:
    digest, attempt = await due(store, rounds, clock)
    first, second = Baseline(clock()), Baseline(clock() + timedelta(hours=1))
    assert await runs.finish(
        attempt, RunResult("sent", clock(), news=3, ts="1.2", plan=digest.plan, baseline=first)
    )
    assert not await runs.finish(attempt, RunResult("failed", clock(), plan=digest.plan, baseline=second))
    assert (await store.get(digest.number)).baseline == first
    assert [(run.state, run.news) for run in await store.list_runs(digest.number)] == [("sent", 3)]


async def test_a_question_that_was_changed_meanwhile_does_not_go_on_from_the_old_one(
    store: DigestRepository, rounds: DueScheduler, runs: RunRepository, clock: Clock
) -> None:
    digest, attempt = await due(store, rounds, clock)
    await store.change(digest, DigestSpec("C0OPS0001", BERLIN, status=Status("terminated")))
    assert await runs.finish(
        attempt, RunResult("sent", clock(), plan=digest.plan, baseline=Baseline(clock()))
    )
    assert (await store.get(digest.number)).baseline is None


async def test_a_message_names_the_slots_missed_since_the_last_one_that_was_sent(
    store: DigestRepository, rounds: DueScheduler, runs: RunRepository, clock: Clock
) -> None:
    digest, attempt = await due(store, rounds, clock)
    await runs.finish(attempt, RunResult("missed", clock()))
    await rounds.record_due(clock.set("2026-11-23T11:00:01"))
    noon = Attempt(digest.number, NOON, 0)
    begun = await runs.begin(noon, clock())
    assert begun is not None
    assert await runs.list_missed_since(begun.run) == (datetime.fromisoformat(SIX),)
    await runs.finish(noon, RunResult("quiet", clock()))

    await rounds.record_due(clock.set("2026-11-23T17:00:01"))
    evening = Attempt(digest.number, EVENING, 0)
    begun = await runs.begin(evening, clock())
    assert begun is not None
    assert await runs.list_missed_since(begun.run) == (datetime.fromisoformat(SIX),)
    await runs.finish(evening, RunResult("sent", clock(), ts="1.2"))
    later = DigestRun(digest.number, "now:x", clock() + timedelta(hours=1))
    assert await runs.list_missed_since(later) == ()


async def test_a_slot_skipped_on_purpose_was_not_missed(
    store: DigestRepository, rounds: DueScheduler, runs: RunRepository, clock: Clock
) -> None:
    digest, attempt = await due(store, rounds, clock)
    await runs.finish(attempt, RunResult("missed", clock(), detail="the digest was paused"))
    later = DigestRun(digest.number, "now:x", clock() + timedelta(hours=1))
    assert await runs.list_missed_since(later) == ()


async def test_the_first_message_of_a_day_in_the_digests_zone_has_the_thread(
    store: DigestRepository, rounds: DueScheduler, runs: RunRepository, clock: Clock
) -> None:
    clock.set("2026-11-22T20:00")
    digest = await live(store)
    sent = {"2026-11-22T23:00Z": "1.0", SIX: None, NOON: "3.0"}  # 23:00 is midnight in Berlin
    for slot, ts in sent.items():
        clock.moment = datetime.fromisoformat(slot) + timedelta(seconds=1)
        await rounds.record_due(clock())
        ending = RunResult("sent" if ts else "quiet", clock(), channel="C0OPS0001", ts=ts)
        assert await runs.finish(Attempt(digest.number, slot, 0), ending)

    async def thread_at(text: str) -> str | None:
        at = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return await runs.find_thread(digest, DigestRun(digest.number, "x", at))

    assert await thread_at("2026-11-23T17:00") == "1.0"
    assert await thread_at("2026-11-23T22:59") == "1.0"
    assert await thread_at("2026-11-23T23:00") is None
    assert await thread_at("2026-11-22T22:00") is None


async def test_a_digest_pauses_itself_once(
    store: DigestRepository, runs: RunRepository, clock: Clock
) -> None:
    digest = await live(store)
    assert await runs.pause(digest.number, "the channel is archived", clock())
    assert not await runs.pause(digest.number, "something else", clock())
    kept = await store.get(digest.number)
    assert kept.state == "paused"
    assert kept.pause_reason == "the channel is archived"
    assert kept.next_due is None
