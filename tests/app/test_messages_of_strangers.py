"""People of another workspace who write to the bot are told that it is not there for them, and no more."""

from dataclasses import replace
from typing import Any

import pytest

from bot.app import Bot
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import ErrorCode, Failed, LocalSlack, Payload, Person
from bot.playground.simulators.slack.directory import MALLORY
from tests.support.fixtures import RunBot
from tests.support.teams import OTHER_TEAM, TEAM
from tests.support.written_messages import HELP, answers, deliver, with_event, write, written

REFUSAL = "This bot is installed in another workspace."
UNKNOWN = "Slack did not say which workspace you are from"
COMMAND = "<@U0BOT0001> orders errored"


@pytest.fixture
def mallory(slack: LocalSlack, bot: Bot, cloudflare: Simulation) -> Person:  # noqa: ARG001 - to talk to
    slack.workspace.connect(MALLORY)
    cloudflare.add_instance("orders", id="bad", status="errored")
    return slack.person("mallory")


@pytest.mark.parametrize("text", ["@workflows help", "@workflows orders errored", "@workflows"])
async def test_a_strangers_mention_is_refused_to_them_alone(
    mallory: Person, cloudflare: Simulation, text: str
) -> None:
    message = await write(mallory, text)
    assert REFUSAL in message.all_text()
    assert message.seen_only_by == MALLORY.id
    assert "orders" not in message.all_text()
    assert not message.buttons()
    assert not cloudflare.calls


FOREIGN: dict[str, Payload] = {
    "team": {"event": {"team": OTHER_TEAM}},
    "user_team": {"event": {"user_team": OTHER_TEAM}},
    "source_team": {"event": {"source_team": OTHER_TEAM}},
    "user_profile": {"event": {"user_profile": {"team": OTHER_TEAM}}},
    "an organisation": {"event": {"user_team": "E0OTHER01"}},
    "team_id": {"context_team_id": None, "authorizations": [], "team_id": OTHER_TEAM},
    "authorizations": {"context_team_id": None, "authorizations": [{"team_id": OTHER_TEAM}]},
    "context_team_id": {"context_team_id": OTHER_TEAM},
    "no team": {"context_team_id": None, "authorizations": None, "team_id": None},
}


def foreign(body: Payload, changed: Payload) -> Payload:
    event = changed.get("event", {})
    return with_event({**body, **{key: changed[key] for key in changed if key != "event"}}, **event)


@pytest.mark.parametrize("changed", FOREIGN.values(), ids=FOREIGN)
async def test_each_sign_of_another_workspace_is_enough(
    bot: Bot, ada: Person, slack: LocalSlack, cloudflare: Simulation, changed: Payload
) -> None:
    cloudflare.add_instance("orders", id="bad", status="errored")
    await deliver(bot, ada, foreign(written(slack, COMMAND), changed))
    (message,) = answers(slack)
    assert REFUSAL in message.all_text()
    assert not cloudflare.calls


OWN: dict[str, Payload] = {
    "all teams": {"event": {"user_team": TEAM, "source_team": TEAM, "user_profile": {"team": TEAM}}},
    "a channel of another workspace": {"team_id": OTHER_TEAM},
    "another installation beside": {"authorizations": [{"team_id": OTHER_TEAM, "user_id": "U0OTHERBOT"}]},
    "an old envelope": {"context_team_id": None},
    "a file, with which Slack names no team": {"event": {"team": None, "subtype": "file_share"}},
}


@pytest.mark.parametrize("changed", OWN.values(), ids=OWN)
async def test_people_of_the_workspace_are_answered_wherever_they_write(
    bot: Bot, ada: Person, slack: LocalSlack, cloudflare: Simulation, changed: Payload
) -> None:
    cloudflare.add_instance("orders", id="bad", status="errored")
    await deliver(bot, ada, foreign(written(slack, COMMAND), changed))
    (message,) = answers(slack)
    assert HELP in message.all_text()
    assert [button.value for button in message.buttons()] == ["orders errored"]


async def test_in_a_shared_channel_people_of_the_workspace_are_answered(
    mallory: Person, slack: LocalSlack
) -> None:
    assert mallory
    assert HELP in (await write(slack.person("ada"), "@workflows help")).all_text()


async def test_whom_slack_does_not_place_in_a_shared_channel_is_told_another_way(
    bot: Bot, mallory: Person, slack: LocalSlack, cloudflare: Simulation
) -> None:
    body = with_event(written(slack, COMMAND), team=None)
    assert body["is_ext_shared_channel"] is True
    await deliver(bot, mallory, body)
    (message,) = answers(slack)
    assert UNKNOWN in message.all_text()
    assert not message.buttons()
    assert not cloudflare.calls


async def test_strangers_are_answered_once_and_within_the_same_limits(
    bot: Bot, mallory: Person, slack: LocalSlack
) -> None:
    body = written(slack, by="mallory")
    for _ in range(3):
        await deliver(bot, mallory, body)
    assert len(answers(slack)) == 1
    for _ in range(15):
        await deliver(bot, mallory, written(slack, by="mallory"))
    said = answers(slack)
    assert len(said) == 10
    assert all(REFUSAL in message.all_text() for message in said)


@pytest.mark.parametrize("app", ["A0OTHER01", "", None, 7], ids=repr)
async def test_an_event_of_another_app_is_refused(
    bot: Bot, ada: Person, slack: LocalSlack, cloudflare: Simulation, app: Any
) -> None:
    await deliver(bot, ada, {**written(slack, COMMAND), "api_app_id": app})
    (message,) = answers(slack)
    assert "This request came through another Slack app." in message.all_text()
    assert not cloudflare.calls


async def test_while_slack_does_not_say_which_workspace_it_is_nobody_is_let_in(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="bad", status="errored")
    slack.faults.add("auth.test", Failed(503), times=50)
    async with run_bot() as bot:
        await deliver(bot, slack.person("ada"), written(slack, COMMAND))
        (message,) = answers(slack)
        assert "Slack did not say yet which workspace this bot is installed in." in message.all_text()
        assert not cloudflare.calls
        slack.faults.clear()
        await deliver(bot, slack.person("ada"), written(slack, COMMAND))
        assert HELP in answers(slack)[-1].all_text()


async def test_without_the_scope_to_know_the_app_nobody_is_locked_out(
    run_bot: RunBot, slack: LocalSlack
) -> None:
    slack.faults.add("bots.info", ErrorCode("missing_scope"))
    slack.workspace.team = replace(slack.workspace.team, app_id="A0OTHER01")
    async with run_bot():
        assert HELP in (await write(slack.person("ada"), "@workflows help")).all_text()
