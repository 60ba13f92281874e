"""People in the local Slack use a Bolt app over Socket Mode."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.simulators.slack import AckError, LocalSlack

BLOCKS = [
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "older",
                "text": {"type": "plain_text", "text": "Older"},
                "value": "2",
            }
        ],
    }
]


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack().serve() as slack:
        yield slack


@pytest.fixture
async def handler(slack: LocalSlack) -> AsyncIterator[AsyncSocketModeHandler]:
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(name="app", token=slack.bot_token, signing_secret="unused", client=client)

    @app.command("/workflows")
    async def workflows(ack: Any, command: Any) -> None:
        await ack(text=f"you typed {command['text']}", blocks=BLOCKS)

    @app.command("/quiet")
    async def quiet(ack: Any, respond: Any) -> None:
        await ack()
        await respond("later")

    @app.command("/sleepy")
    async def sleepy(ack: Any) -> None:
        await asyncio.sleep(0.3)
        await ack("too late")

    @app.action("older")
    async def older(ack: Any, respond: Any, action: Any) -> None:
        await ack()
        await respond(text=f"page {action['value']}", replace_original=True)

    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.socket_mode.wait_for_connection()
    yield handler
    await handler.close_async()  # type: ignore[no-untyped-call]


@pytest.mark.usefixtures("handler")
async def test_a_command_is_answered_in_the_ack(slack: LocalSlack) -> None:
    reply = await slack.person("ada").command("/workflows", "list orders")
    message = await reply.message()

    assert (message.text, message.seen_only_by) == ("you typed list orders", "U0ADA0001")
    assert [button.label for button in message.buttons()] == ["Older"]


@pytest.mark.usefixtures("handler")
async def test_a_command_is_answered_through_the_response_url(slack: LocalSlack) -> None:
    reply = await slack.person("ada").command("/quiet")

    assert (reply.ack.body, (await reply.message()).text) == ("", "later")


@pytest.mark.usefixtures("handler")
async def test_a_click_replaces_the_message(slack: LocalSlack) -> None:
    ada = slack.person("ada")
    message = await (await ada.command("/workflows", "list")).message()
    replaced = await (await ada.click(message, "older")).message()

    assert (replaced.ts, replaced.text) == (message.ts, "page 2")


@pytest.mark.usefixtures("handler")
async def test_a_command_without_a_listener_is_not_acknowledged(slack: LocalSlack) -> None:
    slack.socket_mode.ack_seconds = 0.1

    with pytest.raises(AckError, match="operation_timeout"):
        await slack.person("ada").command("/unheard")


@pytest.mark.usefixtures("handler")
async def test_an_ack_after_the_deadline_changes_nothing(slack: LocalSlack) -> None:
    slack.socket_mode.ack_seconds = 0.1
    with pytest.raises(AckError):
        await slack.person("ada").command("/sleepy")
    await asyncio.sleep(0.4)

    assert slack.messages() == ()


async def test_without_a_connection_nothing_can_be_delivered(slack: LocalSlack) -> None:
    with pytest.raises(AckError, match="no Socket Mode connection"):
        await slack.person("ada").command("/workflows")


@pytest.mark.usefixtures("handler")
@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_after_a_disconnect_the_bot_comes_back_with_a_new_ticket(
    slack: LocalSlack, reason: Any
) -> None:
    again = slack.socket_mode.opened.follow()
    await slack.socket_mode.disconnect(reason)
    await again.next()

    reply = await slack.person("ada").command("/workflows", "still there?")
    assert (await reply.message()).text == "you typed still there?"
    assert len(slack.calls_of("apps.connections.open")) == len(slack.socket_mode.opened) == 2
    assert slack.socket_mode.refused == 0


@pytest.mark.usefixtures("handler")
async def test_after_a_lost_connection_the_bot_comes_back(slack: LocalSlack) -> None:
    again = slack.socket_mode.opened.follow()
    await slack.socket_mode.close()
    await again.next()

    assert await (await slack.person("ada").command("/workflows", "hello")).message()


async def test_a_ticket_opens_one_connection(slack: LocalSlack) -> None:
    client = AsyncWebClient(base_url=slack.api_url)
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        hello = await socket.receive_json()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(url)

    assert refused.value.status == 403
    assert (len(slack.socket_mode.opened), slack.socket_mode.refused) == (1, 1)


@pytest.mark.parametrize(
    ("token", "error"), [("xapp-wrong", "invalid_auth"), ("xoxb-local", "not_allowed_token_type")]
)
async def test_a_wrong_app_token_gets_no_address(slack: LocalSlack, token: str, error: str) -> None:
    client = AsyncWebClient(base_url=slack.api_url)
    with pytest.raises(SlackApiError) as refused:
        await client.apps_connections_open(app_token=token)

    assert refused.value.response["error"] == error


async def test_an_envelope_has_accepts_response_payload(slack: LocalSlack) -> None:
    client = AsyncWebClient(base_url=slack.api_url)
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    ada = slack.person("ada")
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await socket.receive_json()
        answers = {}
        for payload in ({"type": "block_actions"}, {"type": "view_submission"}):
            sent = asyncio.create_task(ada.send(payload))
            envelope = await socket.receive_json()
            answers[envelope["payload"]["type"]] = envelope["accepts_response_payload"]
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            await sent

    assert answers == {"block_actions": False, "view_submission": True}
