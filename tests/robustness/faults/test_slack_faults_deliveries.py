"""Despite faults of Slack, a digest is posted once, or it pauses with a message, or the log tells why."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.playground.simulators.cloudflare.faults import Challenge
from bot.playground.simulators.slack import (
    AnswerLost,
    Dropped,
    ErrorCode,
    Failed,
    Fault,
    LocalSlack,
    RateLimited,
    Slow,
)

from .slack_deliveries import DeliveryHarness, run_delivery_harness

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def harness(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DeliveryHarness]:
    async with run_delivery_harness(tmp_path_factory.mktemp("bot")) as harness:
        yield harness


JSON = "application/json"
POST = "chat.postMessage"
LOOK = "conversations.history"
ALWAYS = 999

PASSES: dict[str, Fault] = {
    "rate limited for a second": RateLimited(1),
    "rate limited for two minutes": RateLimited(120),
    "rate limited until some date": Failed(429, "slow down"),
    "ratelimited": ErrorCode("ratelimited"),
    "message_limit_exceeded": ErrorCode("message_limit_exceeded"),
    "internal_error": ErrorCode("internal_error"),
    "fatal_error": ErrorCode("fatal_error"),
    "service_unavailable": ErrorCode("service_unavailable"),
    "500": Failed(500),
    "503": Failed(503, "<html>"),
    "404 of a proxy": Failed(404, "<html>"),
    "html with 200": Failed(200, "<html>"),
    "text with 200": Failed(200, "hello", "text/plain"),
    "JSON that is cut": Failed(200, '{"ok": tr', JSON),
    "JSON that is no object": Failed(200, "[1]", JSON),
    "connection broken": Dropped(),
    "answer lost": AnswerLost(),
    "slow": Slow(0.05),
}
"""Temporary faults."""

PLAINER = ("invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long")

TOKEN = ("token_revoked", "invalid_auth", "account_inactive", "not_authed", "token_expired", "missing_scope")

GONE: dict[str, Callable[[LocalSlack], None]] = {
    "is_archived": lambda slack: slack.workspace.archive("ops"),
    "not_in_channel": lambda slack: slack.workspace.kick("ops", "workflows"),
    "channel_not_found": lambda slack: slack.workspace.delete_channel("ops"),
    "restricted_action": lambda slack: slack.faults.add(POST, ErrorCode("restricted_action")),
}


@pytest.mark.parametrize("look", ["a look works", "a look fails, too"])
@pytest.mark.parametrize("fault", PASSES)
async def test_a_digest_is_posted_once_after(fault: str, look: str, harness: DeliveryHarness) -> None:
    async with harness.digest() as digest:
        attempt = await harness.due(digest)
        harness.slack.faults.add(POST, PASSES[fault], times=2)
        if look == "a look fails, too" and fault != "answer lost":
            harness.slack.faults.add(LOOK, PASSES[fault], times=2)
        sent = await harness.deliver(attempt)
        assert sent.kind == "posted"
        assert [message.ts for message in harness.posted(digest)] == [sent.ts]
        assert (await harness.run(attempt)).state == "sent"
        harness.slack.faults.clear()
        await harness.deliver(await harness.due(digest))
        assert len(harness.posted(digest)) == 2


@pytest.mark.parametrize("fault", [name for name in PASSES if name not in {"answer lost", "slow"}])
async def test_a_digest_is_given_up_after_ten_minutes_and_the_next_one_tells_its_news(
    fault: str, harness: DeliveryHarness
) -> None:
    async with harness.digest() as digest:
        attempt = await harness.due(digest)
        failed = f"failed-{digest.number}"
        created_on = harness.clock() - timedelta(minutes=20)
        harness.simulation.add_instance("refunds", id=failed, status="errored", created_on=created_on)
        harness.slack.faults.add(POST, PASSES[fault], times=ALWAYS)
        assert (await harness.deliver(attempt, timedelta(minutes=9, seconds=50))).kind == "refused"
        run = await harness.run(attempt)
        assert run.state == "failed"
        assert str(run.detail).endswith("again and again")
        assert [line["digest"] for line in harness.logged("digest_refused")] == [digest.number]
        assert (await harness.store.get(digest.number)).state == "active"

        harness.slack.faults.clear()
        await harness.deliver(await harness.due(digest))
        (message,) = harness.posted(digest)
        assert failed in message.all_text()


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("word", PLAINER)
async def test_a_digest_is_posted_plainer_where_slack_says(
    word: str, times: int, harness: DeliveryHarness
) -> None:
    async with harness.digest() as digest:
        attempt = await harness.due(digest)
        harness.slack.faults.add(POST, ErrorCode(word), times=times)
        assert (await harness.deliver(attempt)).kind == "posted"
        (message,) = harness.posted(digest)
        assert bool(message.blocks) is (times == 1)


@pytest.mark.parametrize("word", PLAINER)
async def test_a_digest_that_can_not_be_made_says_so_as_text_where_slack_says(
    word: str, harness: DeliveryHarness
) -> None:
    async with harness.digest() as digest:
        attempt = await harness.due(digest)
        harness.clock.advance(minutes=11)
        begun = await harness.recorder.runs.begin(attempt, harness.clock() - timedelta(minutes=11))
        assert begun is not None
        harness.simulation.inject(Challenge(), times=None)
        harness.slack.faults.add(POST, ErrorCode(word))
        assert (await harness.deliver(attempt)).kind == "posted"
        (message,) = harness.posted(digest)
        assert message.blocks == ()
        assert "could not be made" in message.text


@pytest.mark.parametrize("word", TOKEN)
async def test_a_digest_of_a_bot_that_may_not_post_is_not_lost(word: str, harness: DeliveryHarness) -> None:
    async with harness.digest() as digest:
        attempt = await harness.due(digest)
        failed = f"failed-{digest.number}"
        created_on = harness.clock() - timedelta(minutes=20)
        harness.simulation.add_instance("refunds", id=failed, status="errored", created_on=created_on)
        harness.slack.faults.add(POST, ErrorCode(word))
        assert (await harness.deliver(attempt)).kind == "refused"
        (line,) = harness.logged("digest_refused")
        assert (line["level"], line["reason"], line["digest"]) == ("error", word, digest.number)
        run = await harness.run(attempt)
        assert (run.state, run.detail) == ("failed", f"Slack: {word}")
        assert (await harness.store.get(digest.number)).state == "active"

        await harness.deliver(await harness.due(digest))
        (message,) = harness.posted(digest)
        assert failed in message.all_text()


REACHED: dict[str, tuple[Fault, int] | None] = {
    "at once": None,
    "rate limited twice": (RateLimited(0), 2),
    "ratelimited once": (ErrorCode("ratelimited"), 1),
    "500 twice": (Failed(500), 2),
    "JSON that is cut": (Failed(200, '{"ok": tr', JSON), 1),
    "connection broken": (Dropped(), 1),
    "answer lost": (AnswerLost(), 1),
    "blocks refused": (ErrorCode("invalid_blocks"), 1),
}
"""Faults of a direct message that is still delivered."""

UNREACHED: dict[str, Fault] = {
    "token_revoked": ErrorCode("token_revoked"),
    "user_not_found": ErrorCode("user_not_found"),
    "cannot_dm_bot": ErrorCode("cannot_dm_bot"),
    "500": Failed(500),
    "blocks and text refused": ErrorCode("invalid_blocks"),
}


@pytest.mark.parametrize("reached", REACHED)
@pytest.mark.parametrize("gone", GONE)
async def test_a_digest_whose_channel_is_gone_pauses_and_its_creator_is_told(
    gone: str, reached: str, harness: DeliveryHarness
) -> None:
    async with harness.digest() as digest:
        attempt = await harness.due(digest)
        await _fail_to_post(harness, digest.number, gone, REACHED[reached])
        assert (await harness.deliver(attempt)).kind == "gone"
        kept, run = await harness.store.get(digest.number), await harness.run(attempt)
        assert (kept.state, run.state, run.detail) == ("paused", "failed", kept.pause_reason)
        assert kept.pause_reason
        messages = harness.written_to_creator(digest)
        assert len(messages) == (2 if reached == "answer lost" else 1)
        assert not harness.logged("creator_not_told")


@pytest.mark.parametrize("fault", UNREACHED)
@pytest.mark.parametrize("gone", GONE)
async def test_a_digest_whose_channel_is_gone_pauses_though_its_creator_can_not_be_told(
    gone: str, fault: str, harness: DeliveryHarness
) -> None:
    async with harness.digest() as digest:
        attempt = await harness.due(digest)
        await _fail_to_post(harness, digest.number, gone, (UNREACHED[fault], ALWAYS))
        await harness.deliver(attempt)
        assert (await harness.store.get(digest.number)).state == "paused"
        assert not harness.written_to_creator(digest)
        (line,) = harness.logged("creator_not_told")
        assert line["digest"] == digest.number
        assert line["reason"]


async def _fail_to_post(
    harness: DeliveryHarness, number: int, gone: str, then: tuple[Fault, int] | None
) -> None:
    """Deliver a digest to an unavailable channel, with another fault for the direct message."""
    harness.slack.faults.add(POST, ErrorCode(gone)) if then else GONE[gone](harness.slack)
    if then is not None:
        harness.slack.faults.add(POST, then[0], times=then[1])
    assert (await harness.store.get(number)).state == "active"
