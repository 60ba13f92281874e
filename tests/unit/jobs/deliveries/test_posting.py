"""The three steps of a delivery, each begun again as after a death: the channel has one message."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.delivery.model import Sent, SentKind
from bot.digests.model import Digest
from bot.digests.runs import Attempt
from bot.jobs.model import LeaseLost
from bot.playground.simulators.slack import AnswerLost, ErrorCode, Failed, LocalSlack, RateLimited
from bot.storage.tables import digest_runs, digests

from .conftest import Bench, FakeLease, archive_channel


async def test_a_digest_is_delivered_and_the_next_one_goes_on_from_it(bench: Bench, digest: Digest) -> None:
    first, second = [await bench.deliver(await bench.due(digest)) for _ in range(2)]
    assert first is not None
    assert second is not None
    assert [message.ts for message in bench.messages()] == [first.ts, second.ts]
    kept = await bench.store.get(digest.number)
    assert kept.baseline is not None
    assert [run.state for run in await bench.store.list_runs(digest.number)] == ["sent", "sent"]


async def test_a_digest_counts_once_and_its_lateness_from_when_it_was_due(
    bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    bench.clock.advance(seconds=40)
    prepared = await bench.prepared(attempt)
    sent = await bench.send(attempt, prepared)
    bench.clock.advance(seconds=10)
    for _ in range(2):
        await bench.recorder.record(attempt, prepared, sent)
    assert bench.counted() == {"sent": 1}
    assert bench.late() == 51


async def test_a_step_that_is_begun_again_finds_its_message_and_posts_no_other(
    bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    once = await bench.send(attempt, prepared)
    again = await bench.send(attempt, prepared)
    await bench.recorder.record(attempt, prepared, again)
    afterwards = await bench.send(attempt, prepared)

    assert once == again
    assert afterwards == Sent(SentKind.SUPERSEDED)
    assert len(bench.messages()) == 1
    assert (await bench.run(attempt)).state == "sent"


async def test_an_answer_that_was_lost_is_looked_for_before_another_try(bench: Bench, digest: Digest) -> None:
    bench.slack.faults.add("chat.postMessage", AnswerLost())
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    first = await bench.send(attempt, prepared)
    second = await bench.send(attempt, prepared)
    assert first.kind == "again"
    assert first.wait == 5.0
    assert second.kind == "posted"
    assert len(bench.messages()) == 1


async def test_while_slack_is_down_the_same_message_is_tried_again_and_posted_once(
    bench: Bench, digest: Digest
) -> None:
    bench.slack.faults.add("chat.postMessage", Failed(503))
    bench.slack.faults.add("conversations.history", Failed(503))
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    sent = [await bench.send(attempt, prepared)]
    while sent[-1].kind is SentKind.RETRY:
        bench.clock.advance(seconds=sent[-1].wait)
        sent.append(await bench.send(attempt, prepared))
    assert [one.kind for one in sent] == ["again", "again", "again", "posted"]
    assert sum(one.wait for one in sent) == 15, "Slack may have taken the first one"
    assert len(bench.messages()) == 1


async def test_slack_says_how_long_to_wait(bench: Bench, digest: Digest) -> None:
    bench.slack.faults.add("chat.postMessage", RateLimited(17))
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    assert (await bench.send(attempt, prepared)).wait == 17.0
    assert (await bench.send(attempt, prepared)).kind == "posted"
    assert not bench.slack.calls_of("conversations.history")  # it was certainly not posted


async def test_after_ten_minutes_without_slack_the_run_has_failed(bench: Bench, digest: Digest) -> None:
    bench.slack.faults.add("chat.postMessage", RateLimited(1), times=9)
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    bench.clock.advance(minutes=9, seconds=30)
    last = await bench.send(attempt, prepared)
    bench.clock.advance(seconds=30)
    sent = await bench.send(attempt, prepared)
    await bench.recorder.record(attempt, prepared, sent)
    assert last.kind == "again"
    assert sent.kind == "refused"
    run = await bench.run(attempt)
    assert run.state == "failed"
    assert run.detail == "Slack: ratelimited, again and again"


async def test_where_the_bot_may_not_look_it_posts_again_and_says_so(bench: Bench, digest: Digest) -> None:
    bench.slack.workspace.scopes -= {"channels:history"}
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    await bench.send(attempt, prepared)
    assert (await bench.send(attempt, prepared)).kind == "posted"
    first, second = bench.messages()
    assert "may be here twice" not in first.all_text()
    assert "may be here twice" in second.all_text()


async def test_a_worker_whose_lease_is_lost_posts_nothing(bench: Bench, digest: Digest) -> None:
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    with pytest.raises(LeaseLost):
        await bench.send(attempt, prepared, FakeLease(verified=False))
    assert bench.messages() == ()
    begun = await bench.runs.find(attempt)
    assert begun is not None
    assert not begun.posting


async def test_a_worker_paused_past_its_lease_posts_nothing(bench: Bench, digest: Digest) -> None:
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    assert (await bench.send(attempt, prepared, FakeLease(valid=False))).kind == "again"
    assert bench.messages() == ()
    assert (await bench.send(attempt, prepared)).kind == "posted", "after the lease is verified again"


@dataclass
class LeaseLostLater:
    """A lease that is lost while Slack answers the first request."""

    asked: int = 0

    def is_valid(self) -> bool:
        self.asked += 1
        return self.asked <= 2  # before the note and behind it

    async def verify(self) -> bool:
        return True


async def test_a_worker_that_loses_its_lease_while_slack_refuses_blocks_posts_nothing_plainer(
    bench: Bench, digest: Digest
) -> None:
    bench.slack.faults.add("chat.postMessage", ErrorCode("invalid_blocks"))
    attempt = await bench.due(digest)
    prepared = await bench.prepared(attempt)
    sent = await bench.sender.send(attempt, prepared, LeaseLostLater())
    assert sent.kind == "again"
    assert [call.error for call in bench.slack.calls_of("chat.postMessage")] == ["invalid_blocks"]
    assert bench.messages() == ()
    kept = await bench.runs.find(attempt)
    assert kept is not None
    assert kept.posting, "another worker may be posting: its note stays"


async def test_an_attempt_begun_anew_after_its_text_was_lost_finds_what_the_first_one_posted(
    bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    await bench.send(attempt, await bench.prepared(attempt))
    await bench.recorder.give_up(attempt)
    another = Attempt(attempt.digest, attempt.slot, 1)
    assert await bench.deliver(another) is None
    assert len(bench.messages()) == 1
    run = await bench.run(attempt)
    assert run.state == "sent"
    assert run.attempt == 1
    # What it said is not known: the next one tells it once more rather than never.
    assert (await bench.store.get(digest.number)).baseline is None


async def test_what_goes_wrong_for_ten_minutes_inside_the_bot_is_given_up(
    bench: Bench, digest: Digest
) -> None:
    attempt = await bench.due(digest)
    await bench.prepared(attempt)
    bench.clock.advance(minutes=11)
    await bench.recorder.give_up(attempt)
    assert (await bench.run(attempt)).state == "failed"


@pytest.mark.parametrize("broken", ["plan", "baseline"])
async def test_a_run_whose_digest_can_t_be_read_is_tried_again_and_then_given_up(
    bench: Bench, digest: Digest, engine: AsyncEngine, broken: str
) -> None:
    attempt = await bench.due(digest)
    async with engine.begin() as connection:
        await connection.execute(update(digests).values({broken: '{"what people typed": 1}'}))
    assert await bench.builder.prepare(attempt) is None
    assert await bench.run(attempt) == await bench.run(Attempt(attempt.digest, attempt.slot, 1))
    bench.clock.advance(minutes=11)
    assert await bench.builder.prepare(Attempt(attempt.digest, attempt.slot, 1)) is None
    assert (await bench.run(attempt)).state == "failed"
    assert bench.messages() == ()


async def test_a_run_that_can_t_be_read_is_given_up(
    bench: Bench, digest: Digest, engine: AsyncEngine
) -> None:
    attempt = await bench.due(digest)
    async with engine.begin() as connection:
        await connection.execute(update(digest_runs).values(began_at=10**17))
    await bench.recorder.give_up(attempt)
    async with engine.connect() as connection:
        assert await connection.scalar(select(digest_runs.c.state)) == "failed"


async def test_a_run_that_never_began_is_given_up_once_it_is_too_late(bench: Bench, digest: Digest) -> None:
    attempt = await bench.due(digest)
    bench.clock.advance(minutes=69)
    await bench.recorder.give_up(attempt)
    assert (await bench.run(attempt)).state == "due"
    bench.clock.advance(minutes=2)
    await bench.recorder.give_up(Attempt(attempt.digest, attempt.slot, 1))
    assert (await bench.run(attempt)).state == "failed"


def _kick(slack: LocalSlack) -> None:
    slack.workspace.kick("ops", "workflows")


def _delete(slack: LocalSlack) -> None:
    slack.workspace.delete_channel("ops")


@pytest.mark.parametrize("gone", [archive_channel, _kick, _delete])
async def test_a_channel_that_is_gone_pauses_the_digest_and_its_creator_is_told_once(
    bench: Bench, digest: Digest, gone: Callable[[LocalSlack], None]
) -> None:
    gone(bench.slack)
    attempt = await bench.due(digest)
    sent = await bench.deliver(attempt)
    assert sent is not None
    assert sent.kind == "gone"
    kept = await bench.store.get(digest.number)
    run = await bench.run(attempt)
    assert kept.state == "paused"
    assert run.state == "failed"
    assert run.detail == kept.pause_reason
    told = [
        call.arguments["text"]
        for call in bench.slack.calls_of("chat.postMessage")
        if call.arguments["channel"] == "U0ADA0001"
    ]
    assert len(told) == 1
    assert f"Digest {digest.number}" in told[0]
    bench.clock.advance(days=1)
    assert (await bench.rounds.record_due(bench.clock())).due == 0


async def test_a_revoked_token_pauses_nothing(bench: Bench, digest: Digest) -> None:
    bench.slack.faults.add("chat.postMessage", ErrorCode("token_revoked"))
    attempt = await bench.due(digest)
    await bench.deliver(attempt)
    run = await bench.run(attempt)
    assert run.state == "failed"
    assert run.detail == "Slack: token_revoked"
    assert (await bench.store.get(digest.number)).state == "active"
