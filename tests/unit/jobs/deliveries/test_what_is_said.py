"""What a delivery tells of, and when it says nothing: late, quiet, paused, in part, or second in a day."""

from datetime import timedelta

import pytest

from bot.digests.model import Digest, DigestSpec
from bot.digests.runs import Attempt
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import (
    Simulation,
    TooManyRequests,
)
from bot.playground.simulators.cloudflare.faults import Challenge
from bot.playground.simulators.slack import ErrorCode
from tests.support.digest_account import Only

from .conftest import HOURLY, Bench, add_failure


async def test_a_quiet_digest_without_news_says_nothing_unless_asked(bench: Bench) -> None:
    digest = await bench.live(DigestSpec("C0OPS0001", HOURLY, quiet=True))
    attempt = await bench.due(digest)
    assert await bench.deliver(attempt) is None
    assert bench.messages() == ()
    run = await bench.run(attempt)
    assert run.state == "quiet"
    assert run.news == 0
    assert bench.counted() == {"quiet": 1}
    assert (await bench.store.get(digest.number)).baseline is not None

    asked_for = (await bench.store.run_now(digest.number)).run
    await bench.deliver(Attempt(digest.number, asked_for.slot, 0))
    assert len(bench.messages()) == 1


async def test_while_cloudflare_is_down_a_run_is_put_off_for_ten_minutes_and_then_says_so(
    bench: Bench, digest: Digest, simulation: Simulation
) -> None:
    simulation.inject(Challenge(), times=None)
    attempt = await bench.due(digest)
    tries = 0
    while await bench.deliver(Attempt(attempt.digest, attempt.slot, tries)) is None:
        tries += 1
        bench.clock.advance(seconds=31)
        (handed,) = await bench.rounds.claim(bench.clock(), bench.clock() + timedelta(minutes=1), 5)
        assert handed.attempt.number == tries
        await bench.rounds.mark_enqueued([handed], bench.clock() + timedelta(minutes=1))

    assert 18 <= tries <= 21
    (message,) = bench.messages()
    assert "could not be made" in message.all_text()
    run = await bench.run(attempt)
    assert run.state == "failed"
    assert run.ended_at is not None
    assert timedelta(minutes=9, seconds=30) < run.ended_at - run.due_at < timedelta(minutes=10, seconds=45)
    assert bench.counted() == {"put_off": tries, "failed": 1}


async def test_a_run_that_waited_in_line_until_it_was_too_late_is_missed_and_the_next_says_so(
    bench: Bench, digest: Digest
) -> None:
    late = await bench.due(digest)
    bench.clock.advance(minutes=61)
    assert await bench.deliver(late) is None
    assert (await bench.run(late)).state == "missed"
    await bench.deliver(await bench.due(digest))
    assert "Missed" in bench.messages()[0].all_text()


async def test_what_was_prepared_before_a_long_absence_is_not_posted_after_it(
    bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    bench.clock.advance(hours=9)
    sent = await bench.send(attempt, prepared)
    await bench.recorder.record(attempt, prepared, sent)
    assert sent.kind == "late"
    assert bench.messages() == ()
    assert (await bench.run(attempt)).state == "missed"


async def test_a_digest_paused_after_it_came_due_says_nothing_but_runs_when_asked(
    bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    await bench.store.pause(digest.number)
    assert await bench.deliver(attempt) is None
    assert (await bench.run(attempt)).detail == "the digest was paused"

    asked_for = (await bench.store.run_now(digest.number)).run
    await bench.deliver(Attempt(digest.number, asked_for.slot, 0))
    assert len(bench.messages()) == 1


async def test_what_was_asked_for_moves_nothing_and_the_next_one_counts_from_the_last_scheduled_one(
    bench: Bench, digest: Digest, simulation: Simulation
) -> None:
    await bench.deliver(await bench.due(digest))
    scheduled = (await bench.store.get(digest.number)).baseline
    bench.clock.advance(minutes=10)
    add_failure(simulation, "orders", "ord-1", bench.clock)
    bench.clock.advance(minutes=10)
    for _ in range(2):
        asked = await bench.store.run_now(digest.number)
        await bench.deliver(Attempt(digest.number, asked.run.slot, 0))
        bench.clock.advance(minutes=1)
        assert (await bench.store.get(digest.number)).baseline == scheduled
        assert "ord-1" in bench.messages()[-1].all_text()
    await bench.deliver(await bench.due(digest))
    assert "ord-1" in bench.messages()[-1].all_text()
    await bench.deliver(await bench.due(digest))
    assert "ord-1" not in bench.messages()[-1].all_text()


async def test_a_missed_slot_is_named_by_the_next_scheduled_one_whatever_was_asked_for_between(
    bench: Bench, digest: Digest
) -> None:
    late = await bench.due(digest)
    bench.clock.advance(minutes=61)
    assert await bench.deliver(late) is None
    asked = await bench.store.run_now(digest.number)
    await bench.deliver(Attempt(digest.number, asked.run.slot, 0))
    await bench.deliver(await bench.due(digest))
    assert ["Missed" in message.all_text() for message in bench.messages()] == [True, True]


@pytest.mark.parametrize("quiet", [False, True])
async def test_workflows_that_answer_are_told_of_at_once_and_the_others_with_the_next_digest(
    quiet: bool, bench: Bench, simulation: Simulation
) -> None:
    digest = await bench.live(DigestSpec("C0OPS0001", HOURLY, quiet=quiet))
    add_failure(simulation, "orders", "ord-1", bench.clock)
    if not quiet:
        add_failure(simulation, "bills", "bill-1", bench.clock)
    else:
        simulation.add_instance("bills", id="old", status="errored", created_on=bench.clock.ago(3 * 86_400))
    simulation.inject(Only("orders", Challenge()), times=None)
    attempt = await bench.due(digest)
    await bench.deliver(attempt)
    simulation.clear_faults()
    await bench.deliver(await bench.due(digest))
    first, second = (message.all_text() for message in bench.messages())
    assert "• `orders`: Cloudflare sent a response this bot can't read." in first
    assert ("bill-1" in first) is not quiet
    assert "ord-1" not in first
    assert "ord-1" in second
    assert "bill-1" not in second
    run = await bench.run(attempt)
    assert (run.state, run.attempt, run.detail) == ("sent", 0, "could not be read: orders")


async def test_what_cloudflare_throttles_is_waited_for_and_left_out_in_the_end(
    bench: Bench, digest: Digest, simulation: Simulation
) -> None:
    add_failure(simulation, "orders", "ord-1", bench.clock)
    add_failure(simulation, "bills", "bill-1", bench.clock)
    simulation.inject(Only("orders", TooManyRequests(30)), times=None)
    attempt = await bench.due(digest)
    assert await bench.deliver(attempt) is None
    assert bench.messages() == ()
    bench.clock.advance(minutes=10)
    assert await bench.deliver(Attempt(attempt.digest, attempt.slot, 1)) is not None
    (message,) = bench.messages()
    assert "bill-1" in message.all_text()
    assert "• `orders`: Too many requests to Cloudflare just now." in message.all_text()


async def test_the_later_digests_of_a_day_answer_the_first_one(bench: Bench) -> None:
    digest = await bench.live(DigestSpec("C0OPS0001", Schedule("0 9,15 * * *", "UTC"), daily_thread=True))
    if (digest.next_due or bench.clock()).hour != 9:
        await bench.deliver(await bench.due(digest))
    day, next_day = [[await bench.deliver(await bench.due(digest)) for _ in range(2)] for _ in range(2)]
    threads = {message.ts: message.thread_ts for message in bench.messages()}
    for first, second in (day, next_day):
        assert first is not None
        assert second is not None
        assert threads[str(first.ts)] is None
        assert threads[str(second.ts)] == first.ts


async def test_where_slack_refuses_the_table_and_the_chart_a_plain_digest_stands(
    bench: Bench, digest: Digest
) -> None:
    bench.slack.faults.add("chat.postMessage", ErrorCode("invalid_blocks"))
    await bench.deliver(await bench.due(digest))
    (message,) = bench.messages()
    assert {block["type"] for block in message.blocks} <= {
        "header",
        "context",
        "section",
        "actions",
        "divider",
    }
