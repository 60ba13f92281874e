"""What the page does reaches the real bot, and what comes of it reaches the page."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot.playground.accounts import SimulatedAccount
from bot.playground.page.server import serving_page
from bot.playground.slack import RESPONSE_URL, Failed
from bot.playground.stage import Stage, staged

from .page_client import ADA, GENERAL, GRACE, FeedReader, PageClient, button


def shown(message: dict[str, Any]) -> str:
    return json.dumps(message["blocks"], ensure_ascii=False)


async def settled(feed: FeedReader, title: str, answers: int = 1) -> dict[str, Any]:
    """The exchange of that name once the bot has acknowledged it and answered so often beside the ack."""
    return await feed.next(
        "exchange",
        lambda data: data["title"] == title and data["ack"] is not None and len(data["answers"]) == answers,
    )


async def test_a_command_is_answered_by_the_real_bot_and_shows_what_it_cost(page: PageClient) -> None:
    async with page.feed() as feed:
        await feed.next("workspace")
        await page.type("/workflows list order-processing status:errored")
        started = await feed.next("exchange")
        assert (started["kind"], started["person"], started["ack"]) == ("command", ADA, None)
        message = await feed.message("order-processing · errored")
        exchange = await settled(feed, "/workflows list order-processing status:errored", answers=0)
    assert message["seen_only_by"] == ADA
    assert exchange["sent"]["payload"]["text"] == "list order-processing status:errored"
    assert exchange["ack"]["status"] == 200
    assert exchange["ack"]["body"]["blocks"][0]["type"] == "header"
    assert [call["outcome"] for call in exchange["calls"]] == ["200"]
    assert "status=errored" in exchange["calls"][0]["path"]


async def test_flipping_costs_no_call_and_changes_the_message_in_its_place(page: PageClient) -> None:
    async with page.feed() as feed:
        await page.type("/workflows list order-processing")
        first = await feed.message("1–10")
        await page.act("action", ts=first["ts"], action=button(first, "Older"))
        second = await feed.message("11–20")
        older = await settled(feed, "Older ▶")
        await page.act("action", ts=second["ts"], action=button(second, "Newer"))
        third = await feed.message("1–10")
    assert first["ts"] == second["ts"] == third["ts"]
    assert shown(first) != shown(second)
    assert older["calls"] == []
    assert [answer["via"] for answer in older["answers"]] == ["response_url"]


async def test_a_page_that_comes_later_sees_everything_that_happened(page: PageClient) -> None:
    await page.type("/workflows help")
    await page.type("/nothing")
    picture = await page.picture()
    assert "workflows" in shown(picture["messages"][-1])
    assert picture["notices"][-1]["text"].startswith("/nothing is not a valid command")
    assert picture["exchanges"][-1]["title"] == "/workflows help"
    assert picture["exchanges"][-1]["ack"]["seconds"] < 3


async def test_two_people_see_their_own_answers(page: PageClient) -> None:
    async with page.feed() as feed:
        await page.type("/workflows help", person=ADA)
        assert (await feed.message())["seen_only_by"] == ADA
        await page.type("/workflows help", person=GRACE)
        assert (await feed.message())["seen_only_by"] == GRACE


@pytest.mark.parametrize(
    ("act", "says"),
    [
        ({"kind": "command", "text": "hello"}, "Only commands are answered here: try /workflows."),
        ({"kind": "command", "text": "/workflows", "person": "U0NOBODY"}, "nobody is called 'U0NOBODY'"),
        ({"kind": "command", "text": "/workflows", "channel": "C0NOWHERE"}, "no channel 'C0NOWHERE'"),
        ({"kind": "action", "ts": "1.000001", "action": {}}, "This message is gone."),
        ({"kind": "submit", "view": "V1", "values": {}}, "This modal is closed."),
        ({"kind": "dance"}, "this is no act: "),
        ({}, "this is no act: "),
        ({"kind": "command", "text": "/workflows", "secret": 1}, "this is no act: command.secret"),
    ],
)
async def test_what_slacks_own_screen_would_not_allow_is_refused_in_one_line(
    page: PageClient, act: dict[str, Any], says: str
) -> None:
    status, answer = await page.post("/acts", {"person": ADA, "channel": GENERAL} | act)
    assert (status, answer["ok"]) == (400, False)
    assert answer["error"].startswith(says)
    assert "\n" not in answer["error"]


async def test_nobody_presses_what_is_not_on_their_screen(page: PageClient) -> None:
    async with page.feed() as feed:
        await page.type("/workflows list order-processing", person=ADA)
        message = await feed.message()
    older = button(message, "Older")
    for person, action in ((ADA, older | {"block_id": "other"}), (GRACE, older)):
        body = {
            "kind": "action",
            "person": person,
            "channel": GENERAL,
            "ts": message["ts"],
            "action": action,
        }
        assert (await page.post("/acts", body))[0] == 400


async def test_a_bot_that_does_not_answer_is_told_of_as_slack_does(page: PageClient, stage: Stage) -> None:
    stage.slack.request_url = "http://127.0.0.1:9/slack/events"
    async with page.feed() as feed:
        await page.type("/workflows")
        failed = await feed.next("exchange", lambda data: data["failed"] is not None)
        notice = await feed.next("notice")
    assert failed["ack"] is None
    assert notice["person"] == ADA
    assert notice["text"].startswith("/workflows failed: dispatch_failed: ")


async def test_an_answer_that_slack_refuses_is_told_of(page: PageClient, stage: Stage) -> None:
    async with page.feed() as feed:
        await page.type("/workflows list order-processing")
        message = await feed.message()
        stage.slack.faults.add(RESPONSE_URL, Failed(404, "no_service"))
        await page.act("action", ts=message["ts"], action=button(message, "Older"))
        notice = await feed.next("notice")
    assert notice["text"] == "Slack refused what the bot sent by response_url: no_service"


FAULTS = {
    "throttled": "Too many requests to Cloudflare just now.",
    "down": "The connection broke",
    "html": "The answer is not JSON.",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_injected_fault_becomes_a_readable_message_and_goes_away(
    page: PageClient, fault: str
) -> None:
    async with page.feed() as feed:
        assert await page.post("/fault", {"fault": fault}) == (200, {"ok": True})
        assert (await feed.next("fault")) == {"fault": fault}
        await page.type("/workflows list order-processing")
        message = await feed.message()
        assert FAULTS[fault] in shown(message)
        await page.post("/fault", {"fault": "none"})
        await page.type("/workflows list image-pipeline")
        message = await feed.message()
        # After a 429 the bot asks nothing before the time it was told, whatever the switch says.
        assert message["text"].startswith("image-pipeline") == (fault != "throttled")


async def test_a_slow_cloudflare_is_waited_for_after_the_ack(page: PageClient) -> None:
    await page.post("/fault", {"fault": "slow"})
    async with page.feed() as feed:
        await page.type("/workflows list order-processing")
        exchange = await settled(feed, "/workflows list order-processing")
    assert 1.4 < exchange["ack"]["seconds"] < 2.5
    assert 5 <= exchange["answers"][0]["after"] < 7
    assert exchange["calls"][0]["seconds"] >= 5


@pytest.mark.parametrize("body", [{"fault": "rain"}, {}, [], "down", 7])
async def test_a_fault_that_does_not_exist_is_refused(page: PageClient, body: object) -> None:
    status, answer = await page.post("/fault", body)
    assert (status, answer["ok"]) == (400, False)


async def test_pages_are_let_go_at_once_when_the_playground_ends() -> None:
    async with staged(SimulatedAccount(seed=1, instances=10)) as stage, aiohttp.ClientSession() as session:
        async with serving_page(stage, "s", 0) as address:
            page = PageClient(session, URL(address))
            async with page.feed() as feed:
                await feed.next("workspace")
                ended = asyncio.get_running_loop().time()
                await asyncio.sleep(0)
        assert asyncio.get_running_loop().time() - ended < 5
