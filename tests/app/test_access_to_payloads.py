"""Params and outputs are for those with the right to them, wherever rules are set."""

import json
from collections.abc import Awaitable

import pytest

from bot.inspect.model import InstanceRef
from bot.inspect.payload_requests import SharePayload, ShowPayload
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person, Reply
from bot.playground.simulators.slack.directory import ADA, GRACE
from tests.support.buttons import CODEC
from tests.support.fixtures import RunBot
from tests.support.messages import answer, ask, click

CANARY = "canary-4711"
RULES = json.dumps(
    [
        {"who": [ADA.id], "rights": ["view"]},
        {"who": [GRACE.id], "rights": ["view", "payloads"]},
    ]
)


@pytest.fixture(autouse=True)
def _account(cloudflare: Simulation) -> None:
    cloudflare.add_instance("orders", id="ord-1", status="complete", params={"note": CANARY}, output=CANARY)


def press_payload(person: Person, message: Message) -> Awaitable[Reply]:
    """Press a button that opens the params."""
    carried = CODEC.encode(ShowPayload(InstanceRef("orders", "ord-1"), "params"))
    action = {"type": "button", "action_id": "payload_params", "block_id": "b", "value": carried}
    return person.act(message, action)


def texts(message: Message) -> str:
    return json.dumps([message.text, *message.blocks], ensure_ascii=False)


async def test_who_may_look_at_an_instance_only_reads_no_params_and_output(
    run_bot: RunBot, slack: LocalSlack
) -> None:
    async with run_bot(bot_access=RULES):
        ada, grace = slack.person("ada"), slack.person("grace")
        of_grace = await ask(grace, "show orders ord-1")
        assert CANARY in texts(of_grace)
        of_ada = await ask(ada, "show orders ord-1")
        assert CANARY not in texts(of_ada)
        assert "those with the right `payloads`: `/workflows access`" in of_ada.all_text()
        reply = await ada.click(await ask(ada, "orders"), "instance_show")
        await reply.view()
        assert CANARY not in (await reply.view()).all_text()
        for button in of_grace.buttons():
            if button.action_id.startswith(("payload", "outputs")):
                refused = await click(ada, of_grace, button.action_id)
                assert "You may not" in refused.all_text()
                assert CANARY not in texts(refused)


async def test_without_rules_who_may_look_at_an_instance_reads_them(
    run_bot: RunBot, slack: LocalSlack
) -> None:
    async with run_bot():
        assert CANARY in texts(await ask(slack.person("ada"), "show orders ord-1"))


SHARED = SharePayload(InstanceRef("orders", "ord-1"), "params")


def press_share(person: Person, message: Message) -> Awaitable[Reply]:
    """Press a button that shares the params, as an older message may have one."""
    action = {"type": "button", "action_id": "share", "block_id": "b", "value": CODEC.encode(SHARED)}
    return person.act(message, action)


def in_channel(slack: LocalSlack, person: Person) -> list[Message]:
    return [message for message in slack.messages(person.channel.id) if not message.is_ephemeral]


async def test_who_has_the_right_shares_params_without_their_secrets(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    secret = {"note": CANARY, "password": "hunter2-canary"}
    cloudflare.add_instance("orders", id="ord-1", status="complete", params=secret)
    async with run_bot(bot_access=RULES):
        grace = slack.person("grace")
        shown = await ask(grace, "show orders ord-1")
        (posted,) = [await answer(await press_share(grace, shown))]
        assert [posted] == in_channel(slack, grace)
        assert "Shared by `@grace`" in posted.all_text()
        assert CANARY in texts(posted)
        assert "hunter2" not in texts(posted)
        assert "[hidden: password]" in texts(posted)


async def test_the_modal_of_params_has_a_button_to_share_them_for_those_alone_who_may(
    run_bot: RunBot, slack: LocalSlack
) -> None:
    for rules, may_share in ((RULES, True), (None, False)):
        async with run_bot(**({} if rules is None else {"bot_access": rules})):
            grace = slack.person("grace")
            reply = await press_payload(grace, await ask(grace, "show orders ord-1"))
            view = await reply.view()
            while "Looking it up" in view.all_text():
                view = await reply.view()
            assert ("Share" in json.dumps(view.payload["blocks"])) == may_share


@pytest.mark.parametrize("settings", [{}, {"bot_access": RULES}, {"bot_payloads": "hide"}])
async def test_an_old_button_shares_nothing_for_those_who_may_not(
    run_bot: RunBot, slack: LocalSlack, settings: dict[str, str]
) -> None:
    async with run_bot(**settings):
        ada = slack.person("ada")
        said = await answer(await press_share(ada, await ask(ada, "show orders ord-1")))
        assert said.is_ephemeral
        assert CANARY not in texts(said)
        assert "You may not" in said.all_text()
        assert not in_channel(slack, ada)


async def test_hidden_payloads_are_shared_by_nobody(run_bot: RunBot, slack: LocalSlack) -> None:
    async with run_bot(bot_access=RULES, bot_payloads="hide"):
        grace = slack.person("grace")
        said = await answer(await press_share(grace, await ask(grace, "show orders ord-1")))
        assert "hidden by this bot's settings" in said.all_text()
        assert not in_channel(slack, grace)
