"""Every request of Slack's gets its ack in time, and every person an answer."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.app import Bot
from bot.playground.simulators.cloudflare import Failure, Held, Simulation
from bot.playground.simulators.slack import (
    RESPONSE_URL,
    AckError,
    ErrorCode,
    Failed,
    LocalSlack,
    Person,
    RateLimited,
    Signer,
    Unsigned,
)
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import answer, ask, click, is_asking, row_ids


async def test_what_is_at_hand_comes_in_the_ack(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id="fine")
    reply = await ada.command("/workflows", "orders")
    assert reply.ack_message is not None
    assert row_ids(reply.ack_message) == ["fine"]


async def test_what_takes_long_comes_after_the_ack(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.inject(held := Held())
    async with run_bot(bot_ack_within=0.2):
        reply = await slack.person("ada").command("/workflows", "orders")
        assert is_asking(reply.ack_message)
        assert reply.ack.seconds > 0.15
        held.released.set()
        message = await answer(reply)
    assert row_ids(message) == ["fine"]
    assert message.is_ephemeral


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "2 workflows"),
        ("list orders errored", "ord-5001"),
        ("list * errored,terminated since:24h", "ord-5001"),
        ("list ord* error:declined", "ord-5001"),
        ("ordrs errored", "Did you mean `orders`?"),
        ("failures", "card declined"),
        ("stats *", "1 of 2 failed"),
        ("find ord-5001", "card declined"),
        ("find please look at ord-5001 as it seems to be broken", "ord-5001"),
        ("why did orders fail", "card declined"),
        ("export * errored", "The export has begun"),
    ],
)
async def test_every_question_gets_an_ack_that_says_so_while_cloudflare_does_not_answer(
    text: str, says: str, run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_instance(
        "orders", id="ord-5001", status="errored", error=Failure("CardError", "card declined")
    )
    cloudflare.add_instance("emails", id="mail-5002", status="complete")
    cloudflare.inject(held := Held(), times=None)
    async with run_bot(bot_ack_within=0.05):
        reply = await slack.person("ada").command("/workflows", text)
        assert is_asking(reply.ack_message)
        held.released.set()
        assert says in (await answer(reply)).all_text()


@pytest.mark.parametrize("fault", [Failed(404, "expired_url"), Failed(500), RateLimited(1)], ids=str)
async def test_an_answer_finds_another_way_when_response_url_fails(
    fault: Failed | RateLimited, run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.inject(held := Held())
    slack.faults.add(RESPONSE_URL, fault, times=9 if isinstance(fault, Failed) else 1)
    async with run_bot(bot_ack_within=0.1):
        reply = await slack.person("ada").command("/workflows", "orders")
        assert is_asking(await reply.seen())
        held.released.set()
        assert row_ids(await reply.seen()) == ["fine"]
    assert bool(slack.calls_of("chat.postEphemeral")) is isinstance(fault, Failed)


async def test_blocks_that_slack_refuses_become_plain_text(
    ada: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    for _ in range(20):
        cloudflare.add_instance("orders")
    message = await ask(ada, "orders")
    slack.faults.add(RESPONSE_URL, Failed(400, "invalid_blocks"))
    turned = await click(ada, message, "page_next")
    assert not turned.blocks
    assert "orders: 11–20" in turned.text


async def test_an_answer_that_can_go_nowhere_is_logged_and_harms_nobody(
    ada: Person, slack: LocalSlack, cloudflare: Simulation, read_log: ReadLog
) -> None:
    cloudflare.add_instance("orders", id="fine")
    message = await ask(ada, "orders")
    slack.faults.add(RESPONSE_URL, Failed(404, "used_url"), times=2)
    slack.faults.add("chat.postEphemeral", ErrorCode("channel_not_found"))
    slack.faults.add("chat.postMessage", ErrorCode("channel_not_found"))
    posted = slack.calls.follow(lambda call: call.method == "chat.postMessage")
    await ada.click(message, "page_refresh")
    await posted.next()
    assert row_ids(await ask(ada, "orders")) == ["fine"]
    assert "channel_not_found" in [line.get("reason") for line in read_log()]


async def test_an_unknown_button_gets_its_ack_and_an_explanation(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders")
    message = await ask(ada, "orders")
    reply = await ada.act(
        message, {"type": "button", "action_id": "launch_rockets", "block_id": "b", "value": "x"}
    )
    assert reply.ack.status == 200
    assert "from an older version of the bot" in (await reply.message()).text


@pytest.mark.parametrize(
    "payload",
    [
        {
            "type": "view_submission",
            "view": {"type": "modal", "callback_id": "unknown", "state": {"values": {}}},
        },
        {"type": "view_closed", "view": {"type": "modal", "callback_id": "unknown"}},
        {"type": "shortcut", "callback_id": "unknown"},
        {"type": "message_action", "callback_id": "unknown", "message": {"ts": "1", "text": "x"}},
        {"type": "block_suggestion", "action_id": "unknown", "block_id": "b", "value": "x"},
        {"type": "something_new"},
    ],
    ids=lambda payload: str(payload["type"]),
)
async def test_every_kind_of_interaction_gets_its_ack(payload: dict[str, object], ada: Person) -> None:
    assert (await ada.send(payload)).ack.status == 200


async def test_an_event_that_nobody_asked_for_gets_its_ack(ada: Person) -> None:
    event = {"type": "event_callback", "event": {"type": "app_mention", "text": "hi", "user": ada.user.id}}
    assert (await ada.send(event, "events_api")).ack.status == 200


async def test_another_command_gets_its_ack_and_an_explanation(ada: Person) -> None:
    reply = await ada.command("/elsewhere", "x")
    assert reply.ack_message is not None
    assert "`/elsewhere` is not one of this bot's commands." in reply.ack_message.text


@pytest.mark.parametrize("signer", [Unsigned(), Signer("wrong-secret")], ids=["unsigned", "wrong"])
async def test_a_request_that_slack_did_not_sign_is_refused(
    signer: Unsigned | Signer, bot: Bot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    assert bot
    stranger = slack.person("ada", via=slack.http(slack.request_url, signer))
    with pytest.raises(AckError) as refused:
        await stranger.command("/workflows", "orders")
    assert refused.value.ack is not None
    assert refused.value.ack.status == 401
    assert not cloudflare.calls


async def test_a_fault_of_our_own_is_told_with_a_reference_that_stands_in_the_log(
    ada: Person, cloudflare: Simulation, tmp_path: Path, read_log: ReadLog
) -> None:
    cloudflare.add_instance("orders")
    message = await ask(ada, "orders")
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3")) as database:
        database.execute("DROP TABLE bookmarks")
    button = message.button("page_refresh")
    reply = await ada.act(message, {**button.element, "block_id": button.block_id, "value": "s1.key.command"})
    told = await reply.message()
    assert "Something went wrong inside this bot." in told.text
    reference = told.text.split("`")[1]
    [failure] = [line for line in read_log() if line["event"] == "unexpected_error"]
    assert failure["reference"] == reference
    assert "no such table: bookmarks" in failure["exception"]


async def test_cancelled_askers_do_not_take_others_down(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.inject(held := Held())
    impatient = asyncio.ensure_future(ask(ada, "orders"))
    patient = asyncio.ensure_future(ask(ada, "orders"))
    await held.reached.wait()
    impatient.cancel()
    held.released.set()
    assert row_ids(await patient) == ["fine"]
    assert cloudflare.list_calls == 1
