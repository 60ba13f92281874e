"""The response_url of the local Slack, used with slack_sdk's webhook client."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.playground.simulators.slack import (
    RESPONSE_URL,
    Ack,
    Delivery,
    Failed,
    LocalSlack,
    Message,
    RateLimited,
    Reply,
    Slow,
    Workspace,
)
from tests.support.clock import Clock

BUTTONS = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "action_id": "page_next",
            "text": {"type": "plain_text", "text": "Older"},
            "value": "2",
        }
    ],
}


@dataclass
class Deaf:
    """A bot that only acknowledges; the test answers for it."""

    deliveries: list[Delivery] = field(default_factory=list)

    async def deliver(self, delivery: Delivery) -> Ack:
        self.deliveries.append(delivery)
        return Ack(200, "", 0.0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(workspace=Workspace(clock=clock.seconds)).serve() as slack:
        yield slack


@pytest.fixture
async def reply(slack: LocalSlack) -> Reply:
    return await slack.person("ada", via=Deaf()).command("/workflows", "list orders")


async def click(slack: LocalSlack, message: Message) -> Reply:
    return await slack.person("ada", via=Deaf()).click(message, "page_next")


async def posted(reply: Reply, *, in_channel: bool = False) -> Message:
    webhook = AsyncWebhookClient(reply.response_url)
    kind = "in_channel" if in_channel else None
    await webhook.send(text="fallback", blocks=[BUTTONS], response_type=kind)
    return await reply.message()


async def test_an_answer_is_shown_to_the_person_only(slack: LocalSlack, reply: Reply) -> None:
    answer = await AsyncWebhookClient(reply.response_url).send(text="three errored")
    message = await reply.message()

    assert (answer.status_code, answer.body) == (200, "ok")
    assert (message.text, message.seen_only_by) == ("three errored", "U0ADA0001")
    assert slack.person("grace").screen() == ()


async def test_an_answer_in_channel_is_seen_by_everybody(slack: LocalSlack, reply: Reply) -> None:
    await AsyncWebhookClient(reply.response_url).send(text="for all", response_type="in_channel")

    assert [message.text for message in slack.person("grace").screen()] == ["for all"]


async def test_the_sixth_use_is_refused(slack: LocalSlack, reply: Reply) -> None:
    webhook = AsyncWebhookClient(reply.response_url)
    answers = [await webhook.send(text=f"number {number}") for number in range(1, 7)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 404]
    assert answers[-1].body == "used_url"
    assert len(slack.messages()) == 5


async def test_after_thirty_minutes_the_address_has_expired(clock: Clock, reply: Reply) -> None:
    webhook = AsyncWebhookClient(reply.response_url)
    clock.advance(minutes=30)
    assert (await webhook.send(text="just in time")).status_code == 200
    clock.advance(1)
    late = await webhook.send(text="too late")

    assert (late.status_code, late.body) == (404, "expired_url")


async def test_a_guessed_address_leads_nowhere(slack: LocalSlack, reply: Reply) -> None:
    guessed = reply.response_url[:-1] + ("A" if reply.response_url[-1] != "A" else "B")
    answer = await AsyncWebhookClient(guessed).send(text="boo")

    assert (answer.status_code, slack.messages()) == (404, ())


async def test_a_click_replaces_its_message_in_place(slack: LocalSlack, reply: Reply) -> None:
    message = await posted(reply)
    clicked = await click(slack, message)
    await AsyncWebhookClient(clicked.response_url).send(text="page two", replace_original=True)
    replaced = await clicked.message()

    assert (replaced.ts, replaced.text, replaced.blocks) == (message.ts, "page two", ())
    assert slack.messages() == (replaced,)


async def test_a_replaced_message_keeps_its_readers(slack: LocalSlack, reply: Reply) -> None:
    clicked = await click(slack, await posted(reply))
    webhook = AsyncWebhookClient(clicked.response_url)
    await webhook.send(text="page two", replace_original=True, response_type="in_channel")

    assert (await clicked.message()).seen_only_by == "U0ADA0001"


async def test_a_click_answered_without_replace_original_adds_a_message(
    slack: LocalSlack, reply: Reply
) -> None:
    clicked = await click(slack, await posted(reply))
    await AsyncWebhookClient(clicked.response_url).send(text="by the way")

    assert [message.text for message in slack.messages()] == ["fallback", "by the way"]


async def test_an_in_channel_answer_to_a_click_replaces_the_message_by_default(
    slack: LocalSlack, reply: Reply
) -> None:
    message = await posted(reply, in_channel=True)
    webhook = AsyncWebhookClient((await click(slack, message)).response_url)
    await webhook.send(text="kept", response_type="in_channel", replace_original=False)
    assert [each.text for each in slack.messages()] == ["fallback", "kept"]

    await webhook.send(text="overwritten", response_type="in_channel")
    assert [each.text for each in slack.messages()] == ["overwritten", "kept"]


async def test_a_click_can_delete_its_message(slack: LocalSlack, reply: Reply) -> None:
    message = await posted(reply)
    webhook = AsyncWebhookClient((await click(slack, message)).response_url)
    await webhook.send(delete_original=True)
    again = await webhook.send(delete_original=True)

    assert slack.messages() == ()
    assert (again.status_code, again.body) == (400, "message_not_found")


async def test_after_a_command_there_is_nothing_to_replace(slack: LocalSlack, reply: Reply) -> None:
    webhook = AsyncWebhookClient(reply.response_url)
    await webhook.send(text="working…")
    await webhook.send(text="done", replace_original=True)

    assert [message.text for message in slack.messages()] == ["working…", "done"]


async def test_limits_hold_here_too(slack: LocalSlack, reply: Reply) -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    answer = await AsyncWebhookClient(reply.response_url).send(text="fallback", blocks=[long])
    empty = await AsyncWebhookClient(reply.response_url).send(text="")

    assert (answer.status_code, answer.body) == (400, "invalid_blocks")
    assert (empty.status_code, empty.body) == (400, "no_text")
    assert slack.messages() == ()


async def test_faults_come_in_the_order_they_were_laid(slack: LocalSlack, reply: Reply) -> None:
    webhook = AsyncWebhookClient(reply.response_url, retry_handlers=[])
    slack.faults.add(RESPONSE_URL, Failed(500))
    slack.faults.add(RESPONSE_URL, Failed(404, "used_url"))
    slack.faults.add(RESPONSE_URL, RateLimited(retry_after=3))
    slack.faults.add(RESPONSE_URL, Slow(0.01))
    answers = [await webhook.send(text="hello") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [500, 404, 429, 200]
    assert answers[2].headers["Retry-After"] == "3"
    assert [response.status for response in slack.responses] == [500, 404, 429, 200]


async def test_a_message_that_is_gone_cannot_be_replaced(slack: LocalSlack, reply: Reply) -> None:
    webhook = AsyncWebhookClient((await click(slack, await posted(reply))).response_url)
    await webhook.send(delete_original=True)
    answer = await webhook.send(text="page two", replace_original=True)

    assert (answer.status_code, answer.body) == (400, "message_not_found")


async def test_flags_may_come_in_quotes_as_in_slacks_examples(slack: LocalSlack, reply: Reply) -> None:
    webhook = AsyncWebhookClient((await click(slack, await posted(reply))).response_url)
    await webhook.send_dict({"text": "added", "replace_original": "false"})
    await webhook.send_dict({"text": "replaced", "replace_original": "true"})

    assert [message.text for message in slack.messages()] == ["replaced", "added"]
