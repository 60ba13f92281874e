"""A digest that is paused, deleted, moved or changed while its post waits for Slack."""

from datetime import timedelta

import pytest

from bot.digests.delivery.model import Prepared, Sent, SentKind
from bot.digests.model import Digest, DigestSpec
from bot.digests.runs import Attempt
from bot.playground.simulators.cloudflare import (
    Simulation,
)
from bot.playground.simulators.cloudflare.faults import JsonError
from bot.playground.simulators.slack import Failed, RateLimited

from .conftest import HOURLY, Bench, archive_channel


async def _waits(bench: Bench, digest: Digest) -> tuple[Attempt, Prepared]:
    """A run whose post Slack has put off."""
    bench.slack.faults.add("chat.postMessage", RateLimited(2))
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    assert (await bench.send(attempt, prepared)).kind == "again"
    return attempt, prepared


@pytest.mark.parametrize("asked_for", [False, True])
@pytest.mark.parametrize("word", ["pause", "delete"])
async def test_what_is_paused_or_deleted_while_its_post_waits_is_not_posted(
    word: str, asked_for: bool, bench: Bench, digest: Digest
) -> None:
    if asked_for:
        bench.slack.faults.add("chat.postMessage", RateLimited(2))
        run = (await bench.store.run_now(digest.number)).run
        attempt = Attempt(digest.number, run.slot, 0)
        prepared = await bench.prepared(attempt)
        assert (await bench.send(attempt, prepared)).kind == "again"
    else:
        attempt, prepared = await _waits(bench, digest)
    await (bench.store.pause if word == "pause" else bench.store.delete)(digest.number)
    await bench.recorder.record(attempt, prepared, await bench.send(attempt, prepared))
    assert bench.messages() == ()
    run = await bench.run(attempt)
    assert (run.state, run.detail) == ("missed", f"the digest was {word}d")
    assert bench.counted() == {"missed": 1}


async def test_what_was_paused_and_is_active_again_by_the_next_try_is_posted(
    bench: Bench, digest: Digest
) -> None:
    attempt, prepared = await _waits(bench, digest)
    await bench.store.pause(digest.number)
    await bench.store.resume(digest.number)
    assert (await bench.send(attempt, prepared)).kind == "posted"


@pytest.mark.parametrize(
    "plan",
    [DigestSpec("C0GENERAL", HOURLY), DigestSpec("C0OPS0001", HOURLY, workflows=("refunds",))],
    ids=["moved", "changed"],
)
async def test_what_is_moved_or_changed_while_its_post_waits_is_made_anew_for_where_it_goes(
    plan: DigestSpec, bench: Bench, digest: Digest
) -> None:
    attempt, prepared = await _waits(bench, digest)
    await bench.store.change(digest, plan)
    sent = await bench.send(attempt, prepared)
    await bench.recorder.record(attempt, prepared, sent)
    assert sent == Sent(SentKind.SUPERSEDED)
    assert bench.messages() == ()
    (handed,) = await bench.rounds.claim(bench.clock(), bench.clock() + timedelta(minutes=1), 5)
    assert handed.channel == plan.channel
    assert handed.attempt.number == 1
    assert (await bench.deliver(handed.attempt)) is not None
    (message,) = bench.slack.messages(plan.channel)
    subject = "refunds" if plan.workflows else "all workflows"
    assert message.all_text().split("\n")[1].startswith(f"Digest 1 · {subject} · ")
    run = await bench.run(attempt)
    assert (run.state, run.attempt) == ("sent", 1)
    assert len(bench.slack.calls_of("chat.postMessage")) == 2, "the one that was put off, and this one"


async def test_a_notice_that_nothing_could_be_read_goes_to_no_old_channel_either(
    bench: Bench, digest: Digest, simulation: Simulation
) -> None:
    simulation.inject(JsonError(403, 10000), times=None)
    attempt, prepared = await _waits(bench, digest)
    assert prepared.state == "failed"
    await bench.store.change(digest, DigestSpec("C0GENERAL", HOURLY))
    assert (await bench.send(attempt, prepared)).kind == "over"
    assert bench.messages() == ()


async def test_what_was_posted_before_it_moved_is_found_where_it_was_posted(
    bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    await bench.send(attempt, prepared)
    await bench.store.change(digest, DigestSpec("C0GENERAL", HOURLY))
    again = await bench.send(attempt, prepared)
    assert again.kind == "posted"
    await bench.recorder.give_up(attempt)
    assert await bench.deliver(Attempt(attempt.digest, attempt.slot, 1)) is None
    assert (await bench.run(attempt)).state == "sent"
    assert len(bench.messages()) == 1
    assert bench.slack.messages("general") == ()


async def test_an_unsure_post_of_a_digest_that_moved_is_made_anew(bench: Bench, digest: Digest) -> None:
    bench.slack.faults.add("chat.postMessage", Failed(503))
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    assert (await bench.send(attempt, prepared)).kind == "again"
    await bench.store.change(digest, DigestSpec("C0GENERAL", HOURLY))
    bench.clock.advance(seconds=15)
    assert (await bench.send(attempt, prepared)).kind == "over"
    await bench.deliver(Attempt(attempt.digest, attempt.slot, 1))
    (message,) = bench.slack.messages("general")
    assert "may be here twice" not in message.all_text()
    assert bench.messages() == ()


@pytest.mark.parametrize("word", ["move", "pause", "delete"])
async def test_a_digest_that_a_person_changed_before_its_channel_was_found_gone_has_not_paused_itself(
    word: str, bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    archive_channel(bench.slack)
    gone = await bench.send(attempt, prepared)
    if word == "move":
        await bench.store.change(digest, DigestSpec("C0GENERAL", HOURLY))
    else:
        await (bench.store.pause if word == "pause" else bench.store.delete)(digest.number)
    before = await bench.store.get(digest.number)
    await bench.recorder.record(attempt, prepared, gone)
    assert await bench.store.get(digest.number) == before
    told = [call for call in bench.slack.calls_of("chat.postMessage") if call.arguments["channel"][0] == "U"]
    assert not told, "its creator is not told what is not so"
    if word == "move":
        await bench.deliver(Attempt(attempt.digest, attempt.slot, 1))
        assert len(bench.slack.messages("general")) == 1
