"""People in the local Slack use a Bolt app over HTTP."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.simulators.slack import AckError, LocalSlack, Person, Signer, Unsigned, delivery
from bot.playground.simulators.slack.workspace import Draft

MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "filter",
    "title": {"type": "plain_text", "text": "Filter"},
    "submit": {"type": "plain_text", "text": "Show"},
    "blocks": [
        {
            "type": "input",
            "block_id": "status",
            "label": {"type": "plain_text", "text": "Status"},
            "element": {"type": "plain_text_input", "action_id": "word"},
        }
    ],
}


def button(action_id: str, label: str, value: str) -> dict[str, Any]:
    text = {"type": "plain_text", "text": label}
    return {"type": "button", "action_id": action_id, "text": text, "value": value}


def page(number: int) -> list[dict[str, Any]]:
    rows = [
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": f"ord-{number}{row}"},
            "accessory": button("instance_show", "Details", f"ord-{number}{row}"),
        }
        for row in range(2)
    ]
    return [*rows, {"type": "actions", "elements": [button("page_next", "Older", str(number + 1))]}]


def small_bot(slack: LocalSlack) -> AsyncApp:
    app = AsyncApp(
        name="app",  # else Bolt looks through all modules for its caller's
        token=slack.bot_token,
        signing_secret=slack.signing_secret,
        client=AsyncWebClient(token=slack.bot_token, base_url=slack.api_url),
    )
    for register in (listen_to_commands, listen_to_buttons, listen_to_modals_and_menus):
        register(app)
    return app


def listen_to_commands(app: AsyncApp) -> None:
    @app.command("/ack")
    async def in_the_ack(ack: Any, command: Any) -> None:
        await ack(text=f"{command['user_name']} in {command['channel_name']}", blocks=page(1))

    @app.command("/plain")
    async def plain(ack: Any) -> None:
        await ack("just words")

    @app.command("/later")
    async def later(ack: Any, respond: Any, command: Any) -> None:
        await ack()
        await respond(text=command["text"], blocks=page(1))

    @app.command("/long")
    async def too_long(ack: Any) -> None:
        await ack(text="fallback", blocks=page(1) * 20)

    @app.command("/sleepy")
    async def sleepy(ack: Any) -> None:
        await asyncio.sleep(0.5)
        await ack("at last")


def listen_to_buttons(app: AsyncApp) -> None:
    @app.action("page_next")
    async def page_next(ack: Any, respond: Any, action: Any) -> None:
        await ack()
        await respond(text="fallback", blocks=page(int(action["value"])), replace_original=True)

    @app.action("instance_show")
    async def instance_show(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)


def listen_to_modals_and_menus(app: AsyncApp) -> None:
    @app.view("filter")
    async def filtered(ack: Any, view: Any) -> None:
        word = view["state"]["values"]["status"]["word"]["value"]
        if word == "nonsense":
            await ack(response_action="errors", errors={"status": "no such status"})
        else:
            await ack(response_action="update", view={**MODAL, "callback_id": "second"})

    @app.options("account")
    async def accounts(ack: Any, payload: Any) -> None:
        text = {"type": "plain_text", "text": payload["value"].upper()}
        await ack(options=[{"text": text, "value": payload["value"]}])

    @app.event("link_shared")
    async def unfurl(ack: Any, event: Any, client: Any) -> None:
        await ack()
        await client.chat_postMessage(channel="general", text=event["links"][0]["url"])

    @app.shortcut({"callback_id": "look_up", "type": "message_action"})
    async def look_up(ack: Any, shortcut: Any, respond: Any, client: Any) -> None:
        await ack()
        found = shortcut["message"]["text"]
        await respond(f"about {found}", replace_original=True, thread_ts=shortcut["message"].get("thread_ts"))
        await client.views_open(trigger_id=shortcut["trigger_id"], view=MODAL)

    @app.shortcut("overview")
    async def overview(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.chat_postEphemeral(channel="general", user=body["user"]["id"], text="all is well")


@asynccontextmanager
async def serve_bolt(bolt: AsyncApp) -> AsyncIterator[str]:
    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    app = web.Application()
    app.add_routes([web.post("/slack/events", events)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with (
        LocalSlack(signing_secret="s3cret").serve() as slack,
        serve_bolt(small_bot(slack)) as slack.request_url,
    ):
        yield slack


@pytest.fixture
def ada(slack: LocalSlack) -> Person:
    return slack.person("ada")


async def test_a_message_in_the_ack_is_shown_to_the_person_only(slack: LocalSlack, ada: Person) -> None:
    reply = await ada.command("/ack")
    message = await reply.message()

    assert message == reply.ack_message
    assert message.text == "ada in general"
    assert message.all_text() == "ord-10\nDetails\nord-11\nDetails\nOlder"
    assert reply.ack.seconds < 3
    assert slack.person("grace").screen() == ()
    await reply.nothing()


async def test_plain_words_in_the_ack_are_a_message_too(ada: Person) -> None:
    assert (await (await ada.command("/plain")).message()).text == "just words"


async def test_an_empty_ack_is_followed_through_the_response_url(ada: Person) -> None:
    reply = await ada.command("/later", "list orders")
    message = await reply.message()

    assert (reply.ack.body, reply.ack_message) == ("", None)
    assert message.text == "list orders"
    assert [each.label for each in message.buttons()] == ["Details", "Details", "Older"]
    assert message.button("instance_show", 1).value == "ord-11"


async def test_clicking_older_replaces_the_page_in_place(ada: Person) -> None:
    first = await (await ada.command("/ack")).message()
    second = await (await ada.click(first, action_id="page_next")).message()
    third = await (await ada.click(second, action_id="page_next")).message()

    assert "ord-30" in third.all_text()
    assert ada.screen() == (third,)


async def test_a_button_that_is_not_there_cannot_be_clicked(ada: Person) -> None:
    message = await (await ada.command("/ack")).message()

    with pytest.raises(LookupError, match="page_previous"):
        await ada.click(message, action_id="page_previous")
    with pytest.raises(LookupError, match="number 2"):
        await ada.click(message, action_id="instance_show", index=2)


async def test_a_modal_opens_and_answers_its_submission(ada: Person) -> None:
    message = await (await ada.command("/ack")).message()
    view = await (await ada.click(message, action_id="instance_show")).view()
    assert view.all_text() == "Filter\nStatus\nShow"

    wrong = await ada.submit(view, {"status": {"word": {"type": "plain_text_input", "value": "nonsense"}}})
    assert wrong.errors == {"status": "no such status"}

    await ada.submit(view, {"status": {"word": {"type": "plain_text_input", "value": "errored"}}})
    current = ada.services.views.current(view)
    assert current is not None
    assert current.callback_id == "second"


async def test_a_menu_loads_its_options(ada: Person) -> None:
    offered = await ada.type_into_menu("account", "pr")

    assert offered["options"] == [{"text": {"type": "plain_text", "text": "PR"}, "value": "pr"}]


async def test_a_shortcut_is_answered_through_the_web_api(ada: Person) -> None:
    reply = await ada.shortcut("overview")

    assert (await reply.seen()).text == "all is well"


async def test_a_shortcut_of_a_message_knows_the_message_and_is_answered_in_its_thread(
    slack: LocalSlack, ada: Person
) -> None:
    parent = slack.workspace.post(Draft("C0OPS0001", "What is ord-1?", user="U0GRACE01"), "test")
    answer = slack.workspace.post(Draft("C0OPS0001", "ord-2", thread_ts=parent.ts, user="U0GRACE01"), "test")

    reply = await ada.shortcut("look_up", answer)
    message = await reply.message()

    assert (message.text, message.thread_ts) == ("about ord-2", parent.ts)
    assert (message.channel, message.seen_only_by) == ("C0OPS0001", "U0ADA0001")
    assert slack.workspace.message(answer.ts) == answer
    assert (await reply.view()).callback_id == "filter"


async def test_events_arrive_too(ada: Person) -> None:
    event = {"type": "link_shared", "channel": "C0GENERAL", "links": [{"url": "https://example.com/1"}]}
    reply = await ada.send(
        {"type": "event_callback", "team_id": "T0LOCAL01", "event_id": "Ev1", "event": event}, "events_api"
    )

    assert (await reply.seen()).text == "https://example.com/1"


async def test_one_button_among_equals_is_pressed(ada: Person) -> None:
    message = await (await ada.command("/ack")).message()
    (details,) = [each for each in message.buttons() if each.value == "ord-11"]
    reply = await ada.press(message, details)

    assert (await reply.view()).callback_id == "filter"


@pytest.mark.parametrize("kind", ["block_actions", "view_submission", "shortcut", "never_heard_of"])
async def test_an_interaction_without_a_listener_fails(ada: Person, kind: str) -> None:
    payload = {
        "type": kind,
        "callback_id": "unknown",
        "actions": [{"type": "button", "action_id": "unknown", "block_id": "b"}],
        "view": {"type": "modal", "callback_id": "unknown"},
    }
    with pytest.raises(AckError, match="HTTP 404") as failed:
        await ada.send(payload)

    assert failed.value.ack is not None
    assert failed.value.ack.status == 404


async def test_an_ack_that_breaks_a_limit_fails_loudly(slack: LocalSlack, ada: Person) -> None:
    with pytest.raises(AckError, match="no more than 50 items allowed"):
        await ada.command("/long")

    assert slack.messages() == ()


async def test_a_late_ack_fails_loudly(slack: LocalSlack) -> None:
    hasty = replace(slack.http(slack.request_url), ack_seconds=0.1)

    with pytest.raises(AckError, match=r"operation_timeout: no ack within 0\.1 s"):
        await slack.person("ada", via=hasty).command("/sleepy")


def test_people_wait_three_seconds() -> None:
    assert delivery.ACK_SECONDS == 3


async def test_a_bot_that_is_not_there_fails_loudly(slack: LocalSlack) -> None:
    nowhere = slack.person("ada", via=slack.http("http://127.0.0.1:9/slack/events"))

    with pytest.raises(AckError, match="dispatch_failed"):
        await nowhere.command("/ack")


@pytest.mark.parametrize(
    "signer",
    [Unsigned(), Signer("another-secret"), Signer("s3cret", clock=lambda: time.time() - 301)],
    ids=["unsigned", "wrong secret", "stale"],
)
async def test_bolt_rejects_missing_and_old_signatures(slack: LocalSlack, signer: Signer | Unsigned) -> None:
    unauthorized = slack.person("ada", via=slack.http(slack.request_url, signer))

    with pytest.raises(AckError, match="HTTP 401"):
        await unauthorized.command("/ack")


async def test_next_message_includes_messages_before_the_await(slack: LocalSlack, ada: Person) -> None:
    coming = slack.next_message()
    await ada.command("/plain")

    assert (await coming).text == "just words"


async def test_waiting_for_a_message_that_never_comes_ends(ada: Person) -> None:
    reply = await ada.command("/plain")
    await reply.message()

    with pytest.raises(TimeoutError):
        await reply.message(timeout=0.05)
