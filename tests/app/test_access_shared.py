"""What is shared shows no more than the person who shared it may look at now, and its words are for all."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack
from bot.playground.simulators.slack.directory import ADA, GRACE
from bot.ui.sharing import SHARE
from tests.support.digest_actions import public_messages
from tests.support.fixtures import RunBot
from tests.support.messages import answer, ask, click

SHOWN = {
    "": "page_refresh",
    "list *": "page_refresh",
    "list orders": "page_refresh",
    "show orders latest": "instance_refresh",
    "failures": "failures_refresh",
    "stats *": "stats_refresh",
}
"""What can be shared, and the button that reads it anew."""


def _rules(*allowed: tuple[str, str]) -> str:
    return json.dumps([{"who": [who], "workflows": [names], "rights": ["view"]} for who, names in allowed])


@pytest.fixture(autouse=True)
def _account(cloudflare: Simulation) -> None:
    now = datetime.now(UTC)
    for workflow, prefix in (("orders", "ord"), ("payroll", "pay")):
        for number in range(3):
            ended = now - timedelta(minutes=5 - number)
            cloudflare.add_instance(
                workflow, id=f"{prefix}-{1000 + number}", status="errored", created_on=ended, ended_on=ended
            )


async def test_what_its_sharer_may_no_longer_look_at_is_shown_to_nobody_anew(
    run_bot: RunBot, slack: LocalSlack
) -> None:
    async with run_bot(bot_access=_rules((ADA.id, "*"), (GRACE.id, "*"))):
        grace = slack.person("grace")
        shared = {text: await answer(await grace.click(await ask(grace, text), SHARE)) for text in SHOWN}
    before = public_messages(slack)
    async with run_bot(bot_access=_rules((ADA.id, "*")), bot_refresh_pause=0.0):
        ada = slack.person("ada")
        for text, button in SHOWN.items():
            told = await click(ada, shared[text], button)
            assert "Who shared this may no longer look at it here" in told.all_text(), text
            assert told.seen_only_by == ADA.id, text
    assert public_messages(slack) == before


async def test_a_shared_message_says_to_nobody_what_they_may_look_at(
    run_bot: RunBot, slack: LocalSlack
) -> None:
    some = "Without the workflows that not everyone may look at: `/workflows access`"
    async with run_bot(bot_access=_rules((ADA.id, "orders"), (GRACE.id, "*")), bot_refresh_pause=0.0):
        ada, grace = slack.person("ada"), slack.person("grace")
        for text in ("", "list *", "failures", "stats *"):
            own = await ask(ada, text)
            assert "that you may look at" in own.all_text(), text
            shared = await answer(await ada.click(own, SHARE))
            assert some in shared.all_text(), text
            anew = await click(grace, shared, SHOWN[text])
            assert anew.ts == shared.ts, text
            for message in (shared, anew):
                assert some in message.all_text(), text
                assert "you may" not in message.all_text(), text
                assert "payroll" not in json.dumps(message.blocks), text
        assert some not in (await click(grace, await ask(grace, "list *"), SHARE)).all_text()


async def test_a_shared_list_says_to_nobody_that_they_have_used_up_their_share(
    run_bot: RunBot, slack: LocalSlack
) -> None:
    async with run_bot(bot_request_budget=40, bot_person_share=0.05, bot_refresh_pause=0.0):
        ada = slack.person("ada")
        listed = await ask(ada, "list orders,payroll")
        assert "could not be read" in listed.all_text(), "a list of workflows, and one of two lists"
        shared = await click(ada, listed, SHARE)
    assert "One person's share of the requests to Cloudflare is used up." in shared.all_text()
    assert "You have" not in shared.all_text()
    assert "Until then you" not in shared.all_text()
