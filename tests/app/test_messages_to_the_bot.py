"""Somebody who writes to the bot in a message is shown how to use it, and a button for what they meant."""

import asyncio

import pytest

from bot.app import Bot
from bot.playground.simulators.cloudflare import Held as HeldCloudflare
from bot.playground.simulators.cloudflare import HtmlPage, Simulation
from bot.playground.simulators.slack import ErrorCode, LocalSlack, Message, Person, RateLimited
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import ask, button_labels, click, has_button, row_ids
from tests.support.written_messages import HELP, answers, deliver, write, written


@pytest.fixture
def direct(slack: LocalSlack, bot: Bot) -> Person:  # noqa: ARG001 - there is nobody to talk to without it
    """Ada in her direct message with the bot."""
    return slack.person("ada", "@ada")


def commands(message: Message) -> list[str | None]:
    return [button.value for button in message.buttons() if button.action_id == "command_run"]


async def test_a_mention_is_answered_to_its_author_alone(ada: Person) -> None:
    message = await write(ada, "@workflows help")
    assert HELP in message.all_text()
    assert (message.channel, message.seen_only_by, message.thread_ts) == ("C0GENERAL", ada.user.id, None)


async def test_a_mention_in_a_thread_is_answered_there(ada: Person) -> None:
    await ada.say("Who knows?")
    (parent,) = ada.screen()
    message = await write(ada, "@workflows help", parent)
    assert (message.thread_ts, message.seen_only_by) == (parent.ts, ada.user.id)


async def test_a_direct_message_is_answered_by_a_message(direct: Person) -> None:
    message = await write(direct, "help")
    assert HELP in message.all_text()
    assert (message.channel, message.seen_only_by, message.thread_ts) == (direct.channel.id, None, None)


async def test_a_direct_message_in_a_thread_is_answered_there(direct: Person) -> None:
    answer = await write(direct, "help")
    message = await write(direct, "help", answer)
    assert (message.channel, message.seen_only_by, message.thread_ts) == (direct.channel.id, None, answer.ts)


@pytest.mark.parametrize(
    "text",
    [
        "@workflows order-processing errored",
        "order-processing errored @workflows",
        "@workflows, order-processing errored",
        "order-processing @workflows errored",
        "@workflows /workflows order-processing errored",
    ],
)
async def test_a_mention_that_is_a_command_carries_a_button_that_runs_it(
    ada: Person, cloudflare: Simulation, text: str
) -> None:
    cloudflare.add_instance("order-processing", id="bad", status="errored")
    cloudflare.add_instance("order-processing", id="good", status="complete")
    message = await write(ada, text)
    assert "`/workflows order-processing errored`" in message.all_text()
    assert HELP in message.all_text()
    assert row_ids(await click(ada, message, "command_run")) == ["bad"]


async def test_a_press_in_a_thread_is_answered_there(ada: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id="bad", status="errored")
    await ada.say("Who knows?")
    (parent,) = ada.screen()
    message = await write(ada, "@workflows orders errored", parent)
    shown = await click(ada, message, "command_run")
    assert row_ids(shown) == ["bad"]
    assert (shown.thread_ts, shown.seen_only_by) == (parent.ts, ada.user.id)
    refreshed = await click(ada, shown, "page_refresh")
    assert (refreshed.ts, refreshed.thread_ts) == (shown.ts, parent.ts)


async def test_a_press_in_a_direct_message_runs_the_command(direct: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("a & <b>", id="bad", status="errored")
    message = await write(direct, 'list "a & <b>" errored')
    assert row_ids(await click(direct, message, "command_run")) == ["bad"]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("digest", "digest"),
        ("digest list", "digest list"),
        ("help filters", "help filters"),
        ("digest create weekdays 09:00", "digest create weekdays 09:00"),
    ],
)
async def test_commands_about_no_single_workflow_carry_a_button_too(
    direct: Person, text: str, command: str
) -> None:
    assert commands(await write(direct, text)) == [command]


async def test_a_channel_in_a_message_is_the_one_that_was_meant(ada: Person, slack: LocalSlack) -> None:
    message = await write(ada, "@workflows digest create #ops daily 9am")
    assert "`/workflows digest create #ops daily 9am`" in message.all_text()
    made = await click(ada, message, "command_run")
    assert f"<#{slack.workspace.channel('ops').id}>" in made.all_text()


async def test_what_a_mistyped_command_may_mean_is_offered(direct: Person, cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id="bad", status="errored")
    message = await write(direct, "orders statsu:errord")
    assert commands(message) == ["orders status:errored"]
    assert row_ids(await click(direct, message, "command_run")) == ["bad"]


@pytest.mark.parametrize(
    "text",
    [
        "/workflows help",
        "?",
        "thanks",
        "orders-of-nobody errored",
        "can somebody look at this?",
        "lunch at 12:30?",
        "x" * 3000,
        '"',
        "\u200b",
        "<> •",
        "`` ~",
    ],
)
async def test_what_is_no_command_for_what_there_is_carries_no_button(
    direct: Person, cloudflare: Simulation, text: str
) -> None:
    cloudflare.add_instance("order-processing", id="bad", status="errored")
    message = await write(direct, text)
    assert HELP in message.all_text()
    assert button_labels(message) == []


@pytest.mark.parametrize("text", ["@workflows", "@workflows @workflows", "@workflows help"])
async def test_a_bare_mention_carries_no_button(ada: Person, text: str) -> None:
    message = await write(ada, text)
    assert HELP in message.all_text()
    assert not has_button(message, "command_run")


async def test_while_cloudflare_is_silent_the_help_comes_all_the_same(
    direct: Person, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.inject(HtmlPage(503), times=None)
    message = await write(direct, "orders")
    assert HELP in message.all_text()
    assert not has_button(message, "command_run")


async def test_names_in_a_message_reach_nobody(direct: Person) -> None:
    message = await write(direct, "digest create <!channel> daily 9am")
    assert "<!channel>" not in message.all_text()


async def test_a_message_without_any_text_is_answered_with_help(
    bot: Bot, ada: Person, slack: LocalSlack
) -> None:
    body = written(slack)
    del body["event"]["text"]
    await deliver(bot, ada, body)
    assert [HELP in message.all_text() for message in answers(slack)] == [True]


async def test_the_ack_waits_for_nothing(direct: Person, cloudflare: Simulation, slack: LocalSlack) -> None:
    cloudflare.add_instance("orders", id="fine")
    cloudflare.inject(held := HeldCloudflare())
    reply = await direct.say("orders errored")
    assert reply is not None
    assert answers(slack) == []
    held.released.set()
    assert HELP in (await reply.seen()).all_text()


async def test_requests_that_a_message_causes_are_charged_to_its_author(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="fine")
    async with run_bot(bot_request_budget=10, bot_person_share=0.1, bot_request_reserve=0):
        direct = slack.person("ada", "@ada")
        await write(direct, "orders")
        assert len(cloudflare.calls) == 1
        told = await ask(direct, "orders errored")
    assert "One person's share of the requests to Cloudflare is used up" in told.all_text()


async def test_blocks_that_slack_refuses_become_plain_text(direct: Person, slack: LocalSlack) -> None:
    slack.faults.add("chat.postMessage", ErrorCode("invalid_blocks"))
    message = await write(direct, "help")
    assert not message.blocks
    assert HELP in message.text


async def test_a_busy_slack_is_waited_for(direct: Person, slack: LocalSlack) -> None:
    slack.faults.add("chat.postMessage", RateLimited(1))
    reply = await direct.say("help")
    assert reply is not None
    assert HELP in (await reply.seen(5)).all_text()


async def test_an_answer_that_slack_does_not_show_in_a_thread_comes_directly(
    ada: Person, slack: LocalSlack
) -> None:
    await ada.say("Who knows?")
    (parent,) = ada.screen()
    slack.faults.add("chat.postEphemeral", ErrorCode("thread_not_found"))
    message = await write(ada, "@workflows help", parent)
    assert message.channel == slack.workspace.channel("@ada").id
    assert HELP in message.all_text()


async def test_a_direct_answer_that_slack_may_have_shown_is_not_sent_again(
    bot: Bot, direct: Person, slack: LocalSlack, read_log: ReadLog
) -> None:
    slack.faults.add("chat.postMessage", ErrorCode("internal_error"))
    await deliver(bot, direct, written(slack, "help", "@ada"))
    assert len(slack.calls_of("chat.postMessage")) == 1
    assert [event["reason"] for event in read_log() if event["event"] == "answer_undeliverable"] == [
        "internal_error"
    ]


async def test_what_people_write_stays_out_of_the_log(
    bot: Bot, direct: Person, slack: LocalSlack, read_log: ReadLog
) -> None:
    for text in ("orders hunter2 errored", "list hunter2", "hunter2", "hunter2:errored"):
        await deliver(bot, direct, written(slack, text, "@ada"))
    assert len(answers(slack)) == 4
    assert "hunter2" not in str(read_log())


@pytest.mark.parametrize(
    ("channel", "text", "without"),
    [("general", "@workflows help", "app_mentions:read"), ("@ada", "help", "im:history")],
)
async def test_without_the_scope_nothing_comes_and_commands_work(
    run_bot: RunBot, slack: LocalSlack, channel: str, text: str, without: str
) -> None:
    slack.workspace.scopes -= {without}
    async with run_bot():
        person = slack.person("ada", channel)
        assert await person.say(text) is None
        await asyncio.sleep(0)
        assert answers(slack) == []
        assert "/workflows" in (await ask(person, "help")).all_text()
