"""A database restored from a backup knows nothing of what was posted since; the channel does."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.playground.simulators.slack import ErrorCode

from .slack_deliveries import DeliveryHarness, FakeLease, run_delivery_harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOOK = "conversations.history"
AN_OUTAGE = timedelta(minutes=10)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def harness(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DeliveryHarness]:
    async with run_delivery_harness(tmp_path_factory.mktemp("bot")) as harness:
        yield harness


@pytest.mark.parametrize("after", [timedelta(minutes=1), AN_OUTAGE, timedelta(minutes=55)])
async def test_what_was_posted_since_the_backup_is_found_and_not_posted_again(
    after: timedelta, harness: DeliveryHarness
) -> None:
    async with harness.digest() as digest:
        attempt = await harness.due(digest)
        first = await harness.deliver(attempt)
        await harness.forget(attempt)
        harness.clock.moment += after

        assert await harness.builder.prepare(attempt) is None

        assert [message.ts for message in harness.posted(digest)] == [first.ts]
        assert (await harness.run(attempt)).state == "sent"


@pytest.mark.parametrize("after", [timedelta(seconds=2), timedelta(seconds=50)])
async def test_a_backup_restored_within_the_minute_posts_nothing_again(
    after: timedelta, harness: DeliveryHarness
) -> None:
    async with harness.digest() as digest:
        attempt = await harness.due(digest)
        prepared = await harness.builder.prepare(attempt)
        assert prepared is not None
        first = await harness.deliver(attempt)
        await harness.forget(attempt)
        harness.clock.moment += after
        harness.watch.note_failure()  # as long as the database is away
        harness.watch.note(harness.clock())
        try:
            again = await harness.sender.send(attempt, prepared, FakeLease())
            assert await harness.builder.prepare(attempt) is None
        finally:
            harness.watch.since = harness.clock() - AN_OUTAGE

        assert (again.kind, again.ts) == ("posted", first.ts)
        assert [message.ts for message in harness.posted(digest)] == [first.ts]


async def test_news_of_the_time_between_are_told_by_the_next_digest(harness: DeliveryHarness) -> None:
    async with harness.digest() as digest:
        attempt = await harness.due(digest)
        await harness.deliver(attempt)
        await harness.forget(attempt)
        failed = f"failed-{digest.number}"
        harness.simulation.add_instance("refunds", id=failed, status="errored", created_on=harness.clock())
        harness.clock.moment += AN_OUTAGE
        assert await harness.builder.prepare(attempt) is None

        await harness.deliver(await harness.due(digest))

        assert failed in harness.posted(digest)[0].all_text() + harness.posted(digest)[-1].all_text()


async def test_a_message_that_the_backup_had_ready_is_not_posted_again(harness: DeliveryHarness) -> None:
    async with harness.digest() as digest:
        attempt = await harness.due(digest)
        prepared = await harness.builder.prepare(attempt)
        assert prepared is not None
        first = await harness.sender.send(attempt, prepared, FakeLease())
        await harness.forget(attempt)
        harness.clock.moment += AN_OUTAGE

        again = await harness.sender.send(attempt, prepared, FakeLease())

        assert (again.kind, again.ts) == ("posted", first.ts)
        assert len(harness.posted(digest)) == 1


@pytest.mark.parametrize("fault", ["missing_scope", "ratelimited", "internal_error"])
async def test_a_late_digest_is_posted_without_a_note_where_the_channel_cannot_be_searched(
    fault: str, harness: DeliveryHarness
) -> None:
    async with harness.digest() as digest:
        attempt = await harness.due(digest)
        harness.clock.moment += AN_OUTAGE
        harness.slack.faults.add(LOOK, ErrorCode(fault), times=100)
        assert (await harness.deliver(attempt)).kind == "posted"
        (message,) = harness.posted(digest)
        assert "twice" not in message.all_text()


async def test_a_late_digest_costs_one_search(harness: DeliveryHarness) -> None:
    async with harness.digest() as digest:
        attempt = await harness.due(digest)
        harness.clock.moment += AN_OUTAGE
        before = len(harness.slack.calls_of(LOOK))
        await harness.deliver(attempt)
        assert len(harness.slack.calls_of(LOOK)) == before + 1


async def test_a_late_digest_that_is_posted_long_after_it_was_built_is_looked_for_again(
    harness: DeliveryHarness,
) -> None:
    async with harness.digest() as digest:
        attempt = await harness.due(digest)
        harness.clock.moment += AN_OUTAGE
        before = len(harness.slack.calls_of(LOOK))
        await harness.deliver(attempt, pause=timedelta(minutes=1, seconds=1))
        assert len(harness.slack.calls_of(LOOK)) == before + 2


async def test_a_digest_in_time_costs_no_search(harness: DeliveryHarness) -> None:
    async with harness.digest() as digest:
        before = len(harness.slack.calls_of(LOOK))
        await harness.deliver(await harness.due(digest))
        assert len(harness.slack.calls_of(LOOK)) == before
