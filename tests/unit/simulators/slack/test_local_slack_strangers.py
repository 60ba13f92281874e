"""What Slack sends when somebody of another workspace uses the bot in a shared channel.

Sources: slackapi/java-slack-sdk#1041 for messages, slackapi/bolt-js#1614 for modals.
"""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.simulators.slack import Ack, Delivery, LocalSlack, Person
from bot.playground.simulators.slack.directory import ADA, MALLORY, Team
from bot.playground.simulators.slack.workspace import Draft

OURS, THEIRS = Team().id, MALLORY.team
BUTTON = {"type": "button", "action_id": "a", "block_id": "b", "value": "x"}
VIEW = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Filter"},
    "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "words"}}],
    "notify_on_close": True,
}


class Notebook:
    """Takes what Slack sends to the app."""

    last: dict[str, Any]

    async def deliver(self, delivery: Delivery) -> Ack:
        self.last = delivery.payload
        return Ack(200, "", 0.0)

    def teams(self) -> tuple[str, str]:
        return self.last["team"]["id"], self.last["user"]["team_id"]


@pytest.fixture
def app() -> Notebook:
    return Notebook()


@pytest.fixture(params=[ADA.name, MALLORY.name])
def person(request: pytest.FixtureRequest, slack: LocalSlack, app: Notebook) -> Person:
    slack.workspace.connect(MALLORY)
    return slack.person(request.param, via=app)


def own_team(person: Person) -> str:
    return person.user.team or OURS


async def test_a_command_comes_from_the_persons_own_workspace(person: Person, app: Notebook) -> None:
    await person.command("/workflows")
    assert app.last["team_id"] == own_team(person)


async def test_in_a_message_the_team_is_the_bots(person: Person, app: Notebook, slack: LocalSlack) -> None:
    message = slack.workspace.post(Draft(person.channel.id, "words"), "test")
    await person.act(message, BUTTON)
    assert app.teams() == (OURS, own_team(person))
    await person.type_into_menu("a", "o", message)
    assert app.teams() == (OURS, own_team(person))


async def test_in_a_modal_the_team_is_the_persons_own(
    person: Person, app: Notebook, slack: LocalSlack
) -> None:
    view = slack.views.open(VIEW, slack.interactions.start("other", person.user, person.channel))
    await person.type_into_menu("a", "o", view)
    assert app.teams() == (own_team(person), own_team(person))
    await person.act_in_view(view, BUTTON)
    assert app.teams() == (own_team(person), own_team(person))
    await person.submit(view)
    assert app.teams() == (own_team(person), own_team(person))
    assert app.last["view"]["app_installed_team_id"] == OURS
    await person.close(view)
    assert app.teams() == (own_team(person), own_team(person))


async def test_what_slack_tells_of_a_stranger(client: AsyncWebClient, slack: LocalSlack) -> None:
    slack.workspace.connect(MALLORY)
    told = [(await client.users_info(user=user.id))["user"] for user in (ADA, MALLORY)]
    assert [(user["team_id"], user["is_stranger"]) for user in told] == [(OURS, False), (THEIRS, True)]
