"""An answer is shown by its first, second or third method, or the failure is logged."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.playground.simulators.slack import (
    RESPONSE_URL,
    AnswerLost,
    Dropped,
    ErrorCode,
    Failed,
    Fault,
    RateLimited,
    Slow,
    Transport,
)
from tests.support.messages import is_asking

from .slack_harness import ALWAYS, Harness, run_harness, wait_for_message
from .slack_surfaces import SURFACES, Expired, Spent

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def harness(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Harness]:
    async with run_harness(tmp_path_factory.mktemp("bot")) as harness:
        yield harness


JSON = "application/json"

PASSES: dict[str, tuple[Fault, int]] = {
    "500 once": (Failed(500), 1),
    "503 once": (Failed(503, "<html>"), 1),
    "slow": (Slow(0.2), ALWAYS),
    "answer lost": (AnswerLost(), 1),
    "blocks refused": (Failed(400, "invalid_blocks"), 1),
    "blocks refused with 200": (Failed(200, '{"ok":false,"error":"invalid_blocks"}', JSON), 1),
}
"""Faults of a `response_url` that still shows the answer."""

DEAD: dict[str, Fault] = {
    "404": Failed(404, "used_url"),
    "404 JSON": Failed(404, '{"ok":false,"error":"used_url"}', JSON),
    "410": Failed(410, "gone"),
    "403": Failed(403, "action_prohibited"),
    "500": Failed(500),
    "302": Failed(302, "elsewhere"),
    "refused with 200": Failed(200, '{"ok":false,"error":"Expired url"}', JSON),
    "rate limited for an hour": RateLimited(3600),
}
"""Faults of a `response_url` that shows nothing."""

PLAINER_WOULD_DO = ("404", "404 JSON", "410", "rate limited for an hour")
"""Errors after which the text alone is not tried, though Slack would show it."""

BLOCKS: dict[str, tuple[Fault, int]] = {
    "invalid_blocks": (ErrorCode("invalid_blocks"), 1),
    "msg_too_long": (ErrorCode("msg_too_long"), 1),
    "msg_blocks_too_long": (ErrorCode("msg_blocks_too_long"), 1),
}
"""Errors of `chat.postEphemeral` for blocks; the text alone is accepted."""

REFUSED: dict[str, Fault] = {
    "channel_not_found": ErrorCode("channel_not_found"),
    "not_in_channel": ErrorCode("not_in_channel"),
    "user_not_in_channel": ErrorCode("user_not_in_channel"),
    "is_archived": ErrorCode("is_archived"),
    "ratelimited": ErrorCode("ratelimited"),
    "rate limited for an hour": RateLimited(3600),
    "rate limited until some date": Failed(429, "slow down"),
    "500": Failed(500),
    "html with 200": Failed(200, "<html>"),
    "text with 200": Failed(200, "hello", "text/plain"),
    "JSON that is cut": Failed(200, '{"ok": tr', JSON),
    "JSON that is no object": Failed(200, "[1]", JSON),
    "connection broken": Dropped(),
    "blocks and text refused": ErrorCode("invalid_blocks"),
}
"""Errors of `chat.postEphemeral` for every message."""

TOKEN: dict[str, Fault] = {
    word: ErrorCode(word) for word in ("token_revoked", "invalid_auth", "account_inactive", "missing_scope")
}
"""Errors of all calls with a token."""


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("fault", PASSES)
async def test_an_answer_is_shown_by_response_url_in_spite_of(
    fault: str, surface: str, harness: Harness
) -> None:
    async with harness.cell():
        asked = await SURFACES[surface](harness, None)
        harness.fails(RESPONSE_URL, *PASSES[fault])
        answered = len(harness.slack.responses)
        message = await wait_for_message(await asked.act(), asked.words)
        assert bool(message.blocks) is (asked.has_plainer or not fault.startswith("blocks refused"))
        assert len(harness.slack.responses) > answered
    assert harness.asked_of_slack() == []
    assert not harness.logged("error", "critical")


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("fault", [*DEAD, "used up", "expired"])
async def test_an_answer_comes_into_the_channel_where_response_url_is(
    fault: str, surface: str, harness: Harness
) -> None:
    way = harness.ada().transport
    ways: dict[str, Transport] = {"used up": Spent(way), "expired": Expired(way, harness)}
    async with harness.cell():
        asked = await SURFACES[surface](harness, ways.get(fault))
        if fault in DEAD:
            harness.fails(RESPONSE_URL, DEAD[fault], 1 if fault in PLAINER_WOULD_DO else ALWAYS)
        message = await wait_for_message(await asked.act(), asked.words)
        assert message.channel == "C0GENERAL"
        assert message.seen_only_by == harness.ada().user.id
        assert message.blocks
    assert harness.asked_of_slack()[-1] == "chat.postEphemeral"
    assert not harness.logged("error", "critical")


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("fault", BLOCKS)
async def test_an_answer_comes_into_the_channel_plainer_where_slack_says(
    fault: str, surface: str, harness: Harness
) -> None:
    async with harness.cell():
        asked = await SURFACES[surface](harness, None)
        harness.fails(RESPONSE_URL, Failed(404, "used_url"))
        harness.fails("chat.postEphemeral", *BLOCKS[fault])
        reply = await asked.act()
        message = await reply.seen()
        if is_asking(message):
            message = await reply.seen()
        assert message.channel == "C0GENERAL"
        assert bool(message.blocks) is asked.has_plainer
        assert message.text
    assert not harness.logged("error", "critical")


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("fault", REFUSED)
async def test_an_answer_is_written_to_the_person_where_the_channel_is(
    fault: str, surface: str, harness: Harness
) -> None:
    async with harness.cell():
        asked = await SURFACES[surface](harness, None)
        harness.fails(RESPONSE_URL, Failed(404, "used_url"))
        harness.fails("chat.postEphemeral", REFUSED[fault])
        message = await wait_for_message(await asked.act(), asked.words)
        assert message.channel == "D0ADA0001"
    assert not harness.logged("error", "critical")


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("fault", [*TOKEN, "rate limited for an hour", "500", "html with 200"])
async def test_an_answer_that_can_go_nowhere_stands_in_the_log_with_its_reference(
    fault: str, surface: str, harness: Harness
) -> None:
    async with harness.cell():
        asked = await SURFACES[surface](harness, None)
        harness.fails(RESPONSE_URL, Failed(404, "used_url"))
        for method in ("chat.postEphemeral", "chat.postMessage"):
            harness.fails(method, (TOKEN | REFUSED)[fault])
        reply = await asked.act()
        assert reply.ack.status == 200
    (line,) = harness.logged("error", "critical")
    assert line["event"] == "answer_undeliverable"
    assert line["reference"] == reply.ack.request_id
    assert line["reason"] == line["direct_message"]
    assert line["reason"] in {fault, "ratelimited", "HTTP 500", "HTTP 200"}


@pytest.mark.parametrize("surface", SURFACES)
async def test_a_channel_that_is_gone_is_no_end_of_an_answer(surface: str, harness: Harness) -> None:
    async with harness.cell():
        asked = await SURFACES[surface](harness, None)
        harness.fails(RESPONSE_URL, Failed(404, "used_url"))
        harness.slack.workspace.archive("general")
        message = await wait_for_message(await asked.act(), asked.words)
        assert message.channel == "D0ADA0001"


async def test_a_short_rate_limit_is_waited_for_in_the_channel(harness: Harness) -> None:
    async with harness.cell():
        asked = await SURFACES["click"](harness, None)
        harness.fails(RESPONSE_URL, Failed(404, "used_url"))
        harness.fails("chat.postEphemeral", RateLimited(0), 1)
        message = await wait_for_message(await asked.act(), asked.words)
        assert message.channel == "C0GENERAL"


async def test_a_connection_to_response_url_that_breaks_for_good_leaves_the_channel(harness: Harness) -> None:
    async with harness.cell():
        asked = await SURFACES["click"](harness, None)
        harness.fails(RESPONSE_URL, Dropped())
        message = await wait_for_message(await asked.act(), asked.words)
        assert message.channel == "C0GENERAL"
    assert "response_url_unreachable" in harness.events()


async def test_an_answer_on_its_way_when_the_process_ends_still_finds_another(harness: Harness) -> None:
    async with harness.cell():
        asked = await SURFACES["click"](harness, None)
        harness.fails(RESPONSE_URL, Failed(404, "used_url"))
        harness.fails("chat.postEphemeral", Slow(0.3))
        refused = harness.slack.responses.follow()
        reply = await asked.act()
        await refused.next()
        assert await harness.bot.background.drain(timedelta(0)) == 1
        message = await wait_for_message(reply, asked.words)
        assert message.channel == "C0GENERAL"
    assert not harness.logged("error", "critical")
