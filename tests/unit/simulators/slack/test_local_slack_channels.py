"""Channels and direct messages of the local Slack, and the bot's access to them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.simulators.slack import Ack, Delivery, LocalSlack, Workspace
from bot.playground.simulators.slack.directory import OPS, SECRET

from .errors import error_of

HOME = replace(SECRET, bot_is_member=True, members=frozenset({"U0ADA0001"}))


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(workspace=Workspace(channels=(OPS, HOME))).serve() as slack:
        yield slack


async def test_ephemeral_messages_need_a_member(slack: LocalSlack, client: AsyncWebClient) -> None:
    def post_ephemeral(user: str) -> Any:
        return client.chat_postEphemeral(channel="G0SECRET1", user=user, text="psst")

    assert await error_of(post_ephemeral("U0GRACE01")) == "user_not_in_channel"
    assert await error_of(post_ephemeral("U0NOBODY1")) == "user_not_in_channel"
    slack.workspace.invite("secret", "grace")
    await client.chat_postEphemeral(channel="G0SECRET1", user="U0GRACE01", text="psst")
    slack.workspace.kick("secret", "ada")
    assert await error_of(post_ephemeral("U0ADA0001")) == "user_not_in_channel"
    assert [message.text for message in slack.messages("secret")] == ["psst"]


@pytest.mark.parametrize(
    ("channel", "change", "error"),
    [
        ("ops", "archive", "is_archived"),
        ("ops", "kick", "not_in_channel"),
        ("ops", "delete", "channel_not_found"),
        ("secret", "archive", "is_archived"),
        ("secret", "kick", "channel_not_found"),
    ],
)
async def test_a_channel_changes_while_the_bot_runs(
    slack: LocalSlack, client: AsyncWebClient, channel: str, change: str, error: str
) -> None:
    where = slack.workspace.channel(channel).id
    await client.chat_postMessage(channel=where, text="before")
    match change:
        case "archive":
            slack.workspace.archive(channel)
        case "kick":
            slack.workspace.kick(channel, "workflows")
        case _:
            slack.workspace.delete_channel(channel)

    assert await error_of(client.chat_postMessage(channel=where, text="after")) == error
    post_ephemeral = client.chat_postEphemeral(channel=where, user="U0ADA0001", text="after")
    assert await error_of(post_ephemeral) == error
    assert [changed.id for changed in slack.workspace.channel_changes] == [where]


async def test_the_bot_speaks_again_where_it_is_invited_again(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    slack.workspace.kick("ops", "U0BOT0001")
    slack.workspace.invite("ops", "U0BOT0001")

    assert (await client.chat_postMessage(channel="C0OPS0001", text="back"))["ok"]


async def test_a_message_to_a_person_stands_in_their_direct_messages(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    answer = await client.chat_postMessage(channel="U0ADA0001", text="for you")
    await client.chat_postMessage(channel=str(answer["channel"]), text="again")

    assert answer["channel"] == "D0ADA0001"
    for place in ("D0ADA0001", "@ada", "U0ADA0001"):
        assert [message.text for message in slack.messages(place)] == ["for you", "again"]
    assert slack.messages("@grace") == ()
    assert await error_of(client.chat_postMessage(channel="U0NOBODY1", text="hello")) == "channel_not_found"
    post_ephemeral = client.chat_postEphemeral(channel="D0ADA0001", user="U0GRACE01", text="psst")
    assert await error_of(post_ephemeral) == "user_not_in_channel"


async def test_a_command_in_a_direct_message_names_the_channel_directmessage(slack: LocalSlack) -> None:
    class Bot:
        async def deliver(self, delivery: Delivery) -> Ack:
            assert delivery.payload["channel_id"] == "D0ADA0001"
            assert delivery.payload["channel_name"] == "directmessage"
            return Ack(200, "hello", 0.0)

    ada = slack.person("ada", "@ada", via=Bot())
    await ada.command("/workflows")

    assert [message.text for message in ada.screen()] == ["hello"]
