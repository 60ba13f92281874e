"""A worker dies with its post under way: Slack may take it after the next worker has searched the channel."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.digests.delivery.model import Prepared, Sent, SentKind
from bot.digests.model import Digest
from bot.digests.runs import Attempt
from bot.slack.poster import Posted

from .slack_deliveries import DeliveryHarness, FakeLease, run_delivery_harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECOND = timedelta(seconds=1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def harness(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DeliveryHarness]:
    async with run_delivery_harness(tmp_path_factory.mktemp("bot")) as harness:
        yield harness


async def _dies_while_posting(harness: DeliveryHarness, digest: Digest) -> tuple[Attempt, Prepared]:
    """Note a message that is about to be posted, as a worker does that dies then."""
    attempt = await harness.due(digest)
    prepared = await harness.builder.prepare(attempt)
    assert prepared is not None
    assert await harness.sender.runs.mark_posting(attempt, digest.plan.channel, harness.clock())
    return attempt, prepared


async def _arrive(harness: DeliveryHarness, prepared: Prepared) -> str:
    """Post what a dead worker has sent, whose answer nobody waits for."""
    assert prepared.message is not None
    posted = await harness.sender.poster.post(prepared.message)
    assert isinstance(posted, Posted)
    return posted.ts


async def _send(harness: DeliveryHarness, attempt: Attempt, prepared: Prepared) -> Sent:
    return await harness.sender.send(attempt, prepared, FakeLease())


async def _is_claimed(harness: DeliveryHarness, digest: Digest, after: timedelta) -> bool:
    claimed = await harness.rounds.claim(harness.clock() + after, harness.clock() + after, 100)
    return digest.number in [run.attempt.digest for run in claimed]


async def test_what_slack_takes_after_the_first_search_is_found_by_the_second(
    harness: DeliveryHarness,
) -> None:
    async with harness.digest() as digest:
        attempt, prepared = await _dies_while_posting(harness, digest)
        harness.clock.advance(seconds=4)
        first = await _send(harness, attempt, prepared)
        assert (first.kind, first.wait) == ("again", 11)
        ts = await _arrive(harness, prepared)
        harness.clock.advance(seconds=first.wait)

        assert await _send(harness, attempt, prepared) == Sent(SentKind.POSTED, ts=ts)
        assert len(harness.posted(digest)) == 1


async def test_what_was_never_sent_is_posted_once_it_can_not_be_on_its_way(harness: DeliveryHarness) -> None:
    async with harness.digest() as digest:
        attempt, prepared = await _dies_while_posting(harness, digest)
        harness.clock.advance(seconds=15)
        assert (await _send(harness, attempt, prepared)).kind == "posted"
        assert len(harness.posted(digest)) == 1


@pytest.mark.parametrize(
    ("behind", "waits"), [(timedelta(seconds=5), 20), (timedelta(hours=1), 0)], ids=["skew", "put back"]
)
async def test_a_clock_behind_the_dead_worker_s_delays_a_post_by_seconds_at_most(
    behind: timedelta, waits: int, harness: DeliveryHarness
) -> None:
    async with harness.digest() as digest:
        attempt, prepared = await _dies_while_posting(harness, digest)
        harness.clock.moment -= behind
        began = harness.clock()
        sent = await _send(harness, attempt, prepared)
        while sent.kind is SentKind.RETRY:
            harness.clock.advance(seconds=sent.wait)
            sent = await _send(harness, attempt, prepared)
        assert sent.ts is not None
        assert harness.clock() - began == waits * SECOND
        harness.clock.moment += behind


async def test_an_attempt_begun_anew_waits_for_what_the_one_before_may_have_sent(
    harness: DeliveryHarness,
) -> None:
    async with harness.digest() as digest:
        attempt, prepared = await _dies_while_posting(harness, digest)
        await harness.recorder.give_up(attempt)
        assert await harness.builder.prepare(Attempt(attempt.digest, attempt.slot, 1)) is None
        ts = await _arrive(harness, prepared)
        assert not await _is_claimed(harness, digest, after=14 * SECOND)
        assert await _is_claimed(harness, digest, after=15 * SECOND)
        harness.clock.advance(seconds=15)

        assert await harness.builder.prepare(Attempt(attempt.digest, attempt.slot, 2)) is None
        assert [message.ts for message in harness.posted(digest)] == [ts]
        assert (await harness.run(attempt)).state == "sent"
