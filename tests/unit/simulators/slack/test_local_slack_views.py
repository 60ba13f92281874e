"""Modals in the local Slack, opened and updated with slack_sdk's client."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.simulators.slack import (
    Ack,
    AckError,
    Delivery,
    LocalSlack,
    Person,
    Reply,
    View,
    Workspace,
)
from tests.support.clock import Clock

from .errors import error_of


@dataclass
class Bot:
    """A bot with a fixed ack; the test calls the Web API for it."""

    says: str = ""
    last: Delivery | None = None

    async def deliver(self, delivery: Delivery) -> Ack:
        self.last = delivery
        return Ack(200, self.says, 0.0, "application/json")


def modal(title: str = "Filter", **more: Any) -> dict[str, Any]:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "words"}}
    return {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": [block], **more}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(workspace=Workspace(clock=clock.seconds)).serve() as slack:
        yield slack


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
def ada(slack: LocalSlack, bot: Bot) -> Person:
    return slack.person("ada", via=bot)


@pytest.fixture
async def reply(ada: Person) -> Reply:
    return await ada.command("/workflows")


async def test_a_trigger_opens_one_modal(client: AsyncWebClient, reply: Reply) -> None:
    answer = await client.views_open(
        trigger_id=reply.interaction.trigger_id, view=modal(callback_id="filter")
    )
    view = await reply.view()

    assert (view.id, view.callback_id) == (answer["view"]["id"], "filter")
    again = client.views_open(trigger_id=reply.interaction.trigger_id, view=modal())
    assert await error_of(again) == "exchanged_trigger_id"


async def test_a_trigger_is_good_for_three_seconds(
    clock: Clock, client: AsyncWebClient, reply: Reply
) -> None:
    clock.advance(3.1)

    late = client.views_open(trigger_id=reply.interaction.trigger_id, view=modal())
    assert await error_of(late) == "expired_trigger_id"


async def test_a_made_up_trigger_opens_nothing(client: AsyncWebClient) -> None:
    assert await error_of(client.views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"


async def test_a_modal_beyond_the_limits_is_refused(client: AsyncWebClient, reply: Reply) -> None:
    view = modal("x" * 25)

    assert (
        await error_of(client.views_open(trigger_id=reply.interaction.trigger_id, view=view))
        == "invalid_arguments"
    )


async def test_a_modal_is_updated_by_id_unless_it_has_changed_since(
    client: AsyncWebClient, reply: Reply
) -> None:
    await client.views_open(trigger_id=reply.interaction.trigger_id, view=modal(external_id="mine"))
    view = await reply.view()
    await client.views_update(view_id=view.id, view=modal("Second", external_id="mine"))
    second = await reply.view()
    await client.views_update(external_id="mine", view=modal("Third"))

    assert second.payload["title"]["text"] == "Second"
    assert (await reply.view()).payload["title"]["text"] == "Third"
    stale = client.views_update(view_id=view.id, view=modal(), hash=view.payload["hash"])
    assert await error_of(stale) == "hash_conflict"
    assert await error_of(client.views_update(view_id="V1", view=modal())) == "not_found"


async def test_a_submission_contains_the_modal_and_its_values(
    slack: LocalSlack, client: AsyncWebClient, ada: Person, bot: Bot, reply: Reply
) -> None:
    view = modal(callback_id="filter", private_metadata="bookmark")
    await client.views_open(trigger_id=reply.interaction.trigger_id, view=view)
    values = {"status": {"word": {"type": "plain_text_input", "value": "errored"}}}
    opened = await reply.view()
    await ada.submit(opened, values)

    assert bot.last is not None
    sent = bot.last.payload
    assert (sent["type"], sent["user"]["id"]) == ("view_submission", "U0ADA0001")
    assert sent["view"]["state"]["values"] == values
    assert sent["view"]["private_metadata"] == "bookmark"
    assert slack.views.current(opened) is None


async def test_a_modal_in_the_ack_is_held_to_the_limits_too(
    client: AsyncWebClient, ada: Person, bot: Bot, reply: Reply
) -> None:
    await client.views_open(trigger_id=reply.interaction.trigger_id, view=modal())
    bot.says = '{"response_action": "update", "view": {"type": "modal"}}'

    with pytest.raises(AckError, match="missing required field: title"):
        await ada.submit(await reply.view())


async def test_a_dismissed_modal_is_reported_only_if_it_asked_to_be(
    client: AsyncWebClient, ada: Person, bot: Bot, reply: Reply
) -> None:
    await client.views_open(trigger_id=reply.interaction.trigger_id, view=modal())
    assert await ada.close(await reply.view()) is None

    reply = await ada.command("/workflows")
    await client.views_open(trigger_id=reply.interaction.trigger_id, view=modal(notify_on_close=True))
    assert await ada.close(await reply.view()) is not None
    assert bot.last is not None
    assert bot.last.payload["type"] == "view_closed"


async def test_a_modal_lies_on_another_until_one_of_them_clears_all(
    slack: LocalSlack, client: AsyncWebClient, ada: Person, bot: Bot
) -> None:
    views = []
    for view in (modal(), modal(clear_on_close=True, notify_on_close=True)):
        opening = await ada.command("/workflows")
        await client.views_open(trigger_id=opening.interaction.trigger_id, view=view)
        views.append(await opening.view())
    below, above = views
    assert slack.views.top(ada.user.id) == above
    stack = {key: above.payload[key] for key in ("previous_view_id", "root_view_id")}
    assert stack == {"previous_view_id": below.id, "root_view_id": below.id}

    await ada.close(above)

    assert bot.last is not None
    assert bot.last.payload["is_cleared"] is True
    assert slack.views.open_now() == ()
    assert [view.id for view in slack.views.closed] == [below.id, above.id]


async def press_in(ada: Person, view: View) -> str:
    """Press a button in a modal, and return its trigger id."""
    return (await ada.act_in_view(view, {"action_id": "more", "block_id": "b"})).interaction.trigger_id


async def test_modals_are_pushed_three_high_and_no_higher(
    slack: LocalSlack, client: AsyncWebClient, ada: Person, reply: Reply
) -> None:
    await client.views_open(trigger_id=reply.interaction.trigger_id, view=modal("1"))
    for title in ("2", "3"):
        below = slack.views.open_now()[-1]
        pushed = await client.views_push(trigger_id=await press_in(ada, below), view=modal(title))
        assert pushed["view"]["previous_view_id"] == below.id
    _, _, top = slack.views.open_now()
    assert top.payload["root_view_id"] == slack.views.open_now()[0].id

    beyond = client.views_push(trigger_id=await press_in(ada, top), view=modal("4"))
    assert await error_of(beyond) == "push_limit_reached"
    await ada.close(top)
    assert slack.views.top(ada.user.id) == slack.views.open_now()[1]


async def test_a_modal_below_another_is_updated_and_stays_below(
    slack: LocalSlack, client: AsyncWebClient, ada: Person, reply: Reply
) -> None:
    root = (await client.views_open(trigger_id=reply.interaction.trigger_id, view=modal("Form")))["view"]
    trigger = await press_in(ada, slack.views.open_now()[0])
    above = (await client.views_push(trigger_id=trigger, view=modal("Reading")))["view"]
    await client.views_update(view_id=above["id"], hash=above["hash"], view=modal("Preview"))
    await client.views_update(view_id=root["id"], hash=root["hash"], view=modal("Changed"))

    titles = [view.payload["title"]["text"] for view in slack.views.open_now()]
    assert titles == ["Changed", "Preview"]
    late = client.views_update(view_id=above["id"], hash=above["hash"], view=modal("Late"))
    assert await error_of(late) == "hash_conflict"


async def test_nothing_is_pushed_where_no_modal_is_open(client: AsyncWebClient, reply: Reply) -> None:
    push = client.views_push(trigger_id=reply.interaction.trigger_id, view=modal())
    assert await error_of(push) == "not_found"


async def test_a_command_carries_all_of_slacks_fields(bot: Bot, reply: Reply) -> None:
    assert bot.last is not None
    assert bot.last.kind == "slash_commands"
    assert bot.last.payload == {
        "token": "deprecated-verification-token",
        "team_id": "T0LOCAL01",
        "team_domain": "local",
        "channel_id": "C0GENERAL",
        "channel_name": "general",
        "user_id": "U0ADA0001",
        "user_name": "ada",
        "command": "/workflows",
        "text": "",
        "api_app_id": "A0LOCAL01",
        "is_enterprise_install": "false",
        "response_url": reply.response_url,
        "trigger_id": reply.interaction.trigger_id,
    }


@pytest.mark.parametrize("everybody", [True, False])
async def test_a_click_carries_its_message_unless_it_is_ephemeral(
    slack: LocalSlack, client: AsyncWebClient, ada: Person, bot: Bot, *, everybody: bool
) -> None:
    button = {
        "type": "button",
        "action_id": "older",
        "text": {"type": "plain_text", "text": "Older"},
        "value": "2",
    }
    blocks = [{"type": "actions", "block_id": "paging", "elements": [button]}]
    if everybody:
        await client.chat_postMessage(channel="general", text="fallback", blocks=blocks)
    else:
        await client.chat_postEphemeral(channel="general", user="ada", text="fallback", blocks=blocks)
    (message,) = slack.messages()
    reply = await ada.click(message, "older")

    assert bot.last is not None
    sent = bot.last.payload
    assert ("message" in sent) is everybody
    assert sent["container"]["is_ephemeral"] is not everybody
    assert (sent["container"]["message_ts"], sent["response_url"]) == (message.ts, reply.response_url)
    (action,) = sent["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("older", "paging", "2")
