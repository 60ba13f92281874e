"""Actions of the page reach the real bot, and their results reach the page."""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot.playground.page.server import run_page
from bot.playground.playground import Playground
from bot.playground.simulators.slack import RESPONSE_URL, Failed, PayloadValidator
from bot.playground.simulators.slack.workspace import Draft

from .page_client import ADA, GENERAL, GRACE, GUS, FeedReader, PageClient, button


def shown(message: dict[str, Any]) -> str:
    return json.dumps(message["blocks"], ensure_ascii=False)


async def wait_for_exchange(feed: FeedReader, title: str, answers: int = 1) -> dict[str, Any]:
    """Wait for an exchange until the bot has acknowledged it and sent this many answers."""
    return await feed.next(
        "exchange",
        lambda data: data["title"] == title and data["ack"] is not None and len(data["answers"]) == answers,
    )


async def test_a_command_is_answered_by_the_real_bot_and_its_calls_are_shown(page: PageClient) -> None:
    async with page.feed() as feed:
        await feed.next("workspace")
        await page.type("/workflows list order-processing status:errored")
        started = await feed.next("exchange")
        assert (started["kind"], started["person"], started["ack"]) == ("command", ADA, None)
        message = await feed.message("order-processing · 🔴 errored")
        exchange = await wait_for_exchange(feed, "/workflows list order-processing status:errored", answers=0)
    assert message["seen_only_by"] == ADA
    assert exchange["sent"]["payload"]["text"] == "list order-processing status:errored"
    assert exchange["ack"]["status"] == 200
    assert exchange["ack"]["body"]["blocks"][0]["type"] == "header"
    assert [call["outcome"] for call in exchange["calls"]] == ["200"]
    assert "status=errored" in exchange["calls"][0]["path"]


@pytest.mark.parametrize(
    ("channel", "text", "seen_only_by"),
    [(GENERAL, "@workflows order-processing errored", ADA), ("D0ADA0001", "order-processing errored", None)],
)
async def test_a_message_to_the_bot_is_shown_and_answered(
    page: PageClient, channel: str, text: str, seen_only_by: str | None
) -> None:
    async with page.feed() as feed:
        await feed.next("workspace")
        await page.act("command", text=text, channel=channel)
        said = await feed.next("message")
        assert (said["message"]["user"], said["message"]["channel"]) == (ADA, channel)
        answer = await feed.message("order-processing errored")
        exchange = await wait_for_exchange(feed, text, answers=0)
    assert (answer["user"], answer["channel"], answer["seen_only_by"]) == (None, channel, seen_only_by)
    assert button(answer, "Run it")["value"] == "order-processing errored"
    assert (exchange["kind"], exchange["person"], exchange["channel"]) == ("message", ADA, channel)
    assert exchange["ack"]["status"] == 200


async def test_a_message_that_is_not_to_the_bot_is_shown_and_nothing_more(page: PageClient) -> None:
    before = (await page.state())["exchanges"]
    async with page.feed() as feed:
        await feed.next("workspace")
        await page.act("command", text="Good morning!")
        said = await feed.next("message")
    assert (said["message"]["text"], said["message"]["user"]) == ("Good morning!", ADA)
    assert (await page.state())["exchanges"] == before


async def test_paging_back_costs_no_call_and_updates_the_message(page: PageClient) -> None:
    async with page.feed() as feed:
        await page.type("/workflows list order-processing")
        first = await feed.message("1–10")
        await page.act("action", ts=first["ts"], action=button(first, "Older"))
        second = await feed.message("11–20")
        older = await wait_for_exchange(feed, "Older ▶")
        await page.act("action", ts=second["ts"], action=button(second, "Newer"))
        third = await feed.message("1–10")
    assert first["ts"] == second["ts"] == third["ts"]
    assert shown(first) != shown(second)
    assert older["calls"] == []
    assert [answer["via"] for answer in older["answers"]] == ["response_url"]


async def test_a_new_page_gets_the_whole_state(page: PageClient) -> None:
    await page.type("/workflows help")
    await page.type("/nothing")
    state = await page.state()
    assert "workflows" in shown(state["messages"][-1])
    assert state["notices"][-1]["text"].startswith("/nothing is not a valid command")
    (typed,) = [exchange for exchange in state["exchanges"] if exchange["title"] == "/workflows help"]
    assert typed["ack"]["seconds"] < 3


async def test_two_people_see_their_own_answers(page: PageClient) -> None:
    async with page.feed() as feed:
        await page.type("/workflows help", person=ADA)
        assert (await feed.message())["seen_only_by"] == ADA
        await page.type("/workflows help", person=GRACE)
        assert (await feed.message())["seen_only_by"] == GRACE


@pytest.mark.parametrize(
    ("act", "says"),
    [
        ({"kind": "command", "text": " "}, "There is nothing to send."),
        ({"kind": "command", "text": "/workflows", "person": "U0NOBODY"}, "no person 'U0NOBODY'"),
        ({"kind": "command", "text": "/workflows", "channel": "C0NOWHERE"}, "no channel 'C0NOWHERE'"),
        ({"kind": "action", "ts": "1.000001", "action": {}}, "This message no longer exists."),
        ({"kind": "submit", "view": "V1", "values": {}}, "This modal is closed"),
        ({"kind": "dance"}, "this is not an action: "),
        ({}, "this is not an action: "),
        ({"kind": "command", "text": "/workflows", "secret": 1}, "this is not an action: command.secret"),
    ],
)
async def test_actions_that_slack_does_not_allow_are_rejected_in_one_line(
    page: PageClient, act: dict[str, Any], says: str
) -> None:
    status, answer = await page.post("/actions", {"person": ADA, "channel": GENERAL} | act)
    assert (status, answer["ok"]) == (400, False)
    assert answer["error"].startswith(says)
    assert "\n" not in answer["error"]


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ("C0OPS0001", "This channel is archived: posting is disabled."),
        ("G0SECRET1", "Only members of this channel can post here."),
        ("D0GRACE01", "Only members of this channel can post here."),
    ],
)
async def test_posting_needs_an_active_channel_and_membership(
    page: PageClient, playground: Playground, channel: str, says: str
) -> None:
    playground.slack.workspace.archive("ops")
    playground.slack.workspace.kick("secret", "ada")
    body = {"kind": "command", "person": ADA, "channel": channel, "text": "/workflows help"}
    assert await page.post("/actions", body) == (400, {"ok": False, "error": says})


async def test_a_command_is_shown_as_it_was_typed_though_slack_adds_ids(page: PageClient) -> None:
    typed = "/workflows digest in #nowhere @ada <x>"
    async with page.feed() as feed:
        await page.type(typed)
        exchange = await feed.next("exchange", lambda data: data["ack"] is not None)
    assert exchange["title"] == typed
    assert exchange["sent"]["payload"]["text"] == "digest in #nowhere <@U0ADA0001|ada> &lt;x&gt;"


async def test_a_page_receives_changes_of_channels(page: PageClient, playground: Playground) -> None:
    async with page.feed() as feed:
        before = (await feed.next("workspace"))["channels"]
        playground.slack.workspace.kick("ops", "grace")
        playground.slack.workspace.archive("ops")
        playground.slack.workspace.delete_channel("ops")
        events = [(await feed.next("channels"))["channels"] for _ in range(3)]
    kicked, archived = (next(c for c in event if c["name"] == "ops") for event in events[:2])
    assert [channel["kind"] for channel in before] == ["public"] * 3 + ["private"] + ["im"] * 3
    assert (kicked["members"], archived["is_archived"]) == ([ADA, GUS], True)
    assert "ops" not in {channel["name"] for channel in events[2]}


async def test_a_new_page_gets_earlier_ephemeral_messages(page: PageClient, playground: Playground) -> None:
    playground.slack.workspace.post(Draft("D0ADA0001", "for Ada"), "web_api")
    (message,) = (await page.state())["messages"]
    assert (message["channel"], message["text"]) == ("D0ADA0001", "for Ada")


async def test_an_element_must_be_visible(page: PageClient) -> None:
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
        assert (await page.post("/actions", body))[0] == 400


async def test_a_bot_that_does_not_answer_is_reported_as_slack_does(
    page: PageClient, playground: Playground
) -> None:
    playground.slack.request_url = "http://127.0.0.1:9/slack/events"
    async with page.feed() as feed:
        await page.type("/workflows")
        failed = await feed.next("exchange", lambda data: data["failure"] is not None)
        notice = await feed.next("notice")
    assert failed["ack"] is None
    assert notice["person"] == ADA
    assert notice["text"].startswith("/workflows failed: dispatch_failed: ")


async def test_a_refused_answer_is_reported(page: PageClient, playground: Playground) -> None:
    async with page.feed() as feed:
        await page.type("/workflows list order-processing")
        message = await feed.message()
        playground.slack.faults.add(RESPONSE_URL, Failed(404, "no_service"))
        await page.act("action", ts=message["ts"], action=button(message, "Older"))
        notice = await feed.next("notice")
    assert notice["text"] == "Slack refused what the bot sent by response_url: no_service"


FAULTS = {
    "rate_limited": "Too many requests to Cloudflare just now.",
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
        # After a 429 the bot waits for the given time, even if the fault is removed.
        assert message["text"].startswith("image-pipeline") == (fault != "rate_limited")


async def test_a_slow_cloudflare_is_waited_for_after_the_ack(page: PageClient) -> None:
    await page.post("/fault", {"fault": "slow"})
    async with page.feed() as feed:
        await page.type("/workflows list order-processing")
        exchange = await wait_for_exchange(feed, "/workflows list order-processing")
    assert 1.4 < exchange["ack"]["seconds"] < 2.5
    assert 5 <= exchange["answers"][0]["after"] < 7
    assert exchange["calls"][0]["seconds"] >= 5


@pytest.mark.parametrize("body", [{"fault": "rain"}, {}, [], "down", 7])
async def test_a_fault_that_does_not_exist_is_refused(page: PageClient, body: object) -> None:
    status, answer = await page.post("/fault", body)
    assert (status, answer["ok"]) == (400, False)


async def test_actions_include_the_values_of_inputs(page: PageClient) -> None:
    async with page.feed() as feed:
        await page.type("/workflows list order-processing")
        message = await feed.message()
        values = {"some": {"input": {"type": "datepicker", "selected_date": "2026-11-23"}}}
        await page.act("action", ts=message["ts"], action=button(message, "Filter…"), values=values)
        opened = (await feed.next("view"))["view"]
        clicked = await wait_for_exchange(feed, "Filter…")
        action = {"type": "static_select", "block_id": "status", "action_id": "status"}
        await page.act("view_action", view=opened["id"], action=action, values=values)
        chosen = await feed.next("exchange", lambda data: data["kind"] == "view_action")
    assert clicked["sent"]["payload"]["state"]["values"] == values
    assert chosen["sent"]["payload"]["view"]["state"]["values"] == values
    assert [answer["via"] for answer in clicked["answers"]] == ["views.open"]


async def test_only_the_person_can_submit_the_top_modal(page: PageClient) -> None:
    async with page.feed() as feed:
        await page.type("/workflows list order-processing")
        message = await feed.message()
        for _ in range(2):
            await page.act("action", ts=message["ts"], action=button(message, "Filter…"))
        below = (await feed.next("view"))["view"]
        above = (await feed.next("view"))["view"]
    assert above["payload"]["previous_view_id"] == below["id"]
    submit = {"kind": "submit", "channel": GENERAL, "values": {}}
    for person, view in ((GRACE, above), (ADA, below)):
        status, answer = await page.post("/actions", submit | {"person": person, "view": view["id"]})
        assert (status, answer["error"]) == (400, "This modal is closed, or another modal covers it.")
    assert await page.act("close", view=above["id"])
    assert (await page.act("submit", view=below["id"], values={}))["errors"] == {}


async def test_a_menu_that_is_not_there_is_not_asked_for(page: PageClient, playground: Playground) -> None:
    await page.type("/workflows")
    ts = playground.slack.messages()[-1].ts
    body = {"kind": "suggest", "person": ADA, "channel": GENERAL, "typed": "x"}
    for place in ({"ts": ts}, {"ts": "1.000001"}, {"view": "V1"}, {}):
        status, _ = await page.post("/actions", {**body, **place, "action_id": "a", "block_id": "b"})
        assert status == 400


async def test_a_refused_message_in_an_ack_is_reported(page: PageClient, playground: Playground) -> None:
    playground.slack.workspace.validator = PayloadValidator(unsupported=frozenset({"header"}))
    async with page.feed() as feed:
        await page.type("/workflows help")
        failed = await feed.next("exchange", lambda data: data["failure"] is not None)
        notice = await feed.next("notice")
    assert failed["ack"]["status"] == 200
    assert "invalid_blocks" in failed["failure"]
    assert "unsupported type: header" in notice["text"]


@pytest.mark.parametrize("text", ["/workflows\nhelp", "/workflows\thelp", "  /workflows  help  "])
async def test_any_space_separates_a_command(page: PageClient, playground: Playground, text: str) -> None:
    await page.type(text)
    assert playground.slack.messages()[-1].text.startswith("/workflows · help")


async def test_the_panel_forgets_the_oldest_first(page: PageClient, playground: Playground) -> None:
    for number in range(210):
        playground.exchange_log.notify(GENERAL, None, f"notice {number}")
        await page.type("/workflows help")
    state = await page.state()
    ids = [exchange["id"] for exchange in state["exchanges"]]
    assert ids == [f"I{number:05d}" for number in range(11, 211)]
    assert len(state["notices"]) <= 200
    assert len(state["messages"]) == 210


async def test_a_page_gets_the_newest_of_very_many_messages(page: PageClient, playground: Playground) -> None:
    for number in range(310):
        playground.slack.workspace.post(Draft(GENERAL, f"message {number}"), "a test")
    messages = (await page.state())["messages"]
    assert [message["text"] for message in messages] == [f"message {number}" for number in range(10, 310)]


async def test_a_page_that_does_not_read_is_let_go(page: PageClient, playground: Playground) -> None:
    async with page.feed() as feed:
        for number in range(1_500):
            playground.exchange_log.notify(GENERAL, None, f"{number} " + "x" * 50_000)
            if number % 100 == 0:
                await asyncio.sleep(0)
        with pytest.raises(EOFError):
            await feed.next("nothing is called so", within=30)
    assert (await page.state())["notices"]


async def test_pages_are_let_go_when_the_playground_ends(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    async with AsyncExitStack() as reading:
        async with run_page(playground, "s", 0) as address:
            feed = await reading.enter_async_context(PageClient(session, URL(address)).feed())
            await feed.next("workspace")
        with pytest.raises(EOFError):  # in good order; a connection cut off would be another error
            await feed.event()


async def test_a_shortcut_of_a_message_reaches_the_bot(page: PageClient, playground: Playground) -> None:
    message = playground.slack.workspace.post(Draft(GENERAL, "What is ord-1?", user=GRACE), "a test")
    async with page.feed() as feed:
        (shortcut, *_) = (await feed.next("workspace"))["shortcuts"]
        await page.act("shortcut", ts=message.ts, callback_id=shortcut["callback_id"])
        exchange = await feed.next("exchange", lambda data: data["kind"] == "shortcut")
    assert (exchange["title"], exchange["person"], exchange["channel"]) == (shortcut["name"], ADA, GENERAL)
    assert exchange["sent"]["payload"]["type"] == "message_action"
    assert exchange["sent"]["payload"]["message"]["ts"] == message.ts


@pytest.mark.parametrize(
    ("seen_only_by", "channel", "callback_id", "why"),
    [
        (ADA, GENERAL, "look_up", "no such shortcut"),
        (GRACE, GENERAL, "look_up", "no longer exists"),
        (None, "C0OPS0001", "look_up", "no longer exists"),
        (None, GENERAL, "delete_everything", "no such shortcut"),
    ],
    ids=["ephemeral", "of somebody else", "another channel", "unknown"],
)
async def test_a_shortcut_that_slack_does_not_offer_is_rejected(
    page: PageClient,
    playground: Playground,
    seen_only_by: str | None,
    channel: str,
    callback_id: str,
    why: str,
) -> None:
    draft = Draft(GENERAL, "ord-1", user=GRACE, seen_only_by=seen_only_by)
    ts = playground.slack.workspace.post(draft, "a test").ts
    body = {"kind": "shortcut", "person": ADA, "channel": channel, "ts": ts, "callback_id": callback_id}
    status, answer = await page.post("/actions", body)
    assert (status, why in answer["error"]) == (400, True), answer
