"""Params and outputs are for those with the right to them, wherever rules are set."""

import json

import pytest

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Message
from bot.playground.simulators.slack.directory import ADA, GRACE
from tests.support.fixtures import RunBot
from tests.support.messages import ask, click

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
