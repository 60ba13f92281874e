"""Whatever people of another workspace do, or other apps, the bot does nothing but refuse it.

All tests share a bot: that each leaves it as it was is what they are about.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person
from bot.playground.simulators.slack.directory import ADA, MALLORY
from tests.support.digest_actions import ask_digest, public_messages, send_digest_command, stored_states
from tests.support.filter_form import add_orders, open_filter
from tests.support.fixtures import ReadLog
from tests.support.form_values import fill_form
from tests.support.messages import ask
from tests.support.teams import TEAM

from .conftest import Servers

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSAL = "This bot is installed in another workspace."
OTHER_APP = "A0OTHER01"
NOT_OURS = "This request came through another Slack app."
COMMANDS = ("", "list orders", "orders", "help", "digest", "digest create weekdays 09:00", "digest delete 1")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shown(servers: Servers) -> Message:
    """A list that Ada looks at, which is in the bot's memory now; she has a digest, too.

    It is paused, so that the bot does not load what delivers it.
    """
    add_orders(servers.cloudflare)
    servers.slack.workspace.connect(MALLORY)
    shown = await ask(servers.slack.person("ada"), "list orders")
    await ask_digest(servers.slack.person("ada"), "create weekdays 09:00")
    await ask_digest(servers.slack.person("ada"), "pause 1")
    return shown


class Watch:
    """What the bot asked of Cloudflare and keeps in its database, since this was made."""

    def __init__(self, cloudflare: Simulation, folder: Path) -> None:
        self._cloudflare = cloudflare
        self._folder = folder
        self._before = len(cloudflare.calls), stored_states(folder)

    def saw_nothing(self) -> bool:
        return (len(self._cloudflare.calls), stored_states(self._folder)) == self._before


@pytest.fixture
def watch(servers: Servers, shown: Message) -> Iterator[Watch]:  # noqa: ARG001 - after what Ada asks
    yield Watch(servers.cloudflare, servers.folder)
    for user in (ADA, MALLORY):
        servers.slack.views.close_all(user.id)


@pytest.fixture
def slack(servers: Servers) -> LocalSlack:
    return servers.slack


@pytest.fixture
def ada(servers: Servers) -> Person:
    return servers.slack.person("ada")


@pytest.fixture
def mallory(servers: Servers, shown: Message) -> Person:  # noqa: ARG001 - she is no member before
    return servers.slack.person("mallory")


@pytest.mark.parametrize("text", COMMANDS)
async def test_a_strangers_command_is_refused(mallory: Person, watch: Watch, text: str) -> None:
    reply = await mallory.command("/workflows", text)
    message = await reply.message()
    assert message == reply.ack_message
    assert message.seen_only_by == MALLORY.id
    assert REFUSAL in message.all_text()
    await reply.nothing()
    assert watch.saw_nothing()


@pytest.mark.parametrize("action_id", ["page_next", "page_refresh", "filter_open"])
async def test_a_strangers_click_in_a_list_is_refused(
    mallory: Person, watch: Watch, shown: Message, slack: LocalSlack, action_id: str
) -> None:
    reply = await mallory.click(shown, action_id)
    message = await reply.message()
    assert REFUSAL in message.all_text()
    assert message.seen_only_by == MALLORY.id
    assert (message.ts == shown.ts) is False
    assert not slack.views.open_now()
    assert watch.saw_nothing()


@pytest.mark.parametrize("action_id", ["digest_show", "digest_preview", "digest_run", "digest_delete"])
async def test_a_strangers_click_on_a_digest_is_refused(
    mallory: Person, watch: Watch, shown: Message, slack: LocalSlack, action_id: str
) -> None:
    reply = await mallory.act(
        shown, {"type": "button", "action_id": action_id, "block_id": "b", "value": "1"}
    )
    assert REFUSAL in (await reply.message()).all_text()
    await reply.nothing()
    assert len(public_messages(slack)) == 0
    assert watch.saw_nothing()


async def test_a_strangers_filter_form_is_refused(
    ada: Person, mallory: Person, watch: Watch, shown: Message, slack: LocalSlack
) -> None:
    view = await open_filter(ada, shown)
    reply = await mallory.submit(view, fill_form(view.payload, status="🔴 Errored"))
    after = slack.views.current(view)
    assert after is not None
    assert REFUSAL in after.all_text()
    await reply.nothing()
    assert slack.workspace.message(shown.ts) == shown, "the list stays as it was"
    assert watch.saw_nothing()


async def test_a_strangers_digest_form_is_refused(
    ada: Person, mallory: Person, watch: Watch, slack: LocalSlack
) -> None:
    view = await (await send_digest_command(ada)).view()
    await mallory.submit(view, fill_form(view.payload))
    after = slack.views.current(view)
    assert after is not None
    assert REFUSAL in after.all_text()
    assert watch.saw_nothing()


async def test_a_strangers_click_in_a_form_is_refused_in_a_direct_message(
    ada: Person, mallory: Person, watch: Watch, slack: LocalSlack
) -> None:
    view = await (await send_digest_command(ada)).view()
    button = {"type": "button", "action_id": "digest_form_preview", "block_id": "b", "value": "form"}
    reply = await mallory.act_in_view(view, button, fill_form(view.payload))
    message = await reply.seen()
    assert REFUSAL in message.all_text()
    assert message.channel == slack.workspace.channel("@mallory").id
    assert watch.saw_nothing()


@pytest.mark.parametrize("menu", ["digest_workflows", "digest_zone"])
async def test_a_strangers_menu_offers_nothing_but_the_refusal(
    ada: Person, mallory: Person, watch: Watch, menu: str
) -> None:
    view = await (await send_digest_command(ada)).view()
    for place in (view, None):
        options = (await mallory.type_into_menu(menu, "o", place))["options"]
        assert [option["text"]["text"] for option in options] == [REFUSAL.removesuffix(".")]
    assert watch.saw_nothing()


async def test_a_stranger_is_refused_whatever_they_use(mallory: Person, watch: Watch, shown: Message) -> None:
    button = {"type": "button", "action_id": "of_another_version", "block_id": "b", "value": "x"}
    assert REFUSAL in (await (await mallory.act(shown, button)).message()).all_text()
    assert (await mallory.shortcut("anything")).ack.status == 200
    assert (await mallory.send({"type": "view_closed", "view": {}})).ack.status == 200
    assert watch.saw_nothing()


async def test_a_request_without_any_team_is_refused(ada: Person, watch: Watch) -> None:
    button = {"type": "button", "action_id": "page_next", "block_id": "b", "value": "x"}
    teamless: dict[str, Any] = {"team": None, "user": {"id": ada.user.id}}
    reply = await ada.send({"type": "block_actions", "actions": [button], **teamless})
    assert REFUSAL in (await reply.seen()).all_text()
    assert watch.saw_nothing()


@pytest.mark.parametrize("app", [OTHER_APP, "", None, 7], ids=repr)
@pytest.mark.parametrize(
    "payload",
    [
        {"type": "block_actions", "actions": [{"action_id": "page_next", "block_id": "b", "value": "x"}]},
        {"type": "block_actions", "actions": [{"action_id": "digest_delete", "block_id": "b", "value": "1"}]},
        {"type": "view_submission", "view": {"type": "modal", "callback_id": "digest", "state": {}}},
        {"type": "view_closed", "view": {"type": "modal", "callback_id": "digest"}},
        {"type": "block_suggestion", "action_id": "digest_workflows", "block_id": "b", "value": "o"},
        {"type": "shortcut", "callback_id": "anything"},
        {"type": "unheard_of"},
    ],
    ids=lambda payload: payload["type"],
)
async def test_a_request_of_another_app_is_refused(
    ada: Person, watch: Watch, read_log: ReadLog, payload: dict[str, Any], app: object
) -> None:
    reply = await ada.send({**payload, "api_app_id": app})
    if payload["type"] == "block_actions":
        assert NOT_OURS in (await reply.seen()).all_text()
    elif payload["type"] in {"view_submission", "block_suggestion"}:
        assert NOT_OURS.removesuffix(".") in str(reply.ack.as_json())
    refused = [event for event in read_log() if event["event"] == "other_app_refused"]
    assert [event["expected"] for event in refused] == ["A0LOCAL01"]
    assert watch.saw_nothing()


async def test_a_command_of_another_app_is_refused(
    ada: Person, watch: Watch, slack: LocalSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack.workspace, "team", replace(slack.workspace.team, app_id=OTHER_APP))
    reply = await ada.command("/workflows", "list orders")
    assert reply.ack_message is not None
    assert NOT_OURS in reply.ack_message.all_text()
    assert watch.saw_nothing()


async def test_a_request_without_any_person_is_refused(ada: Person, watch: Watch) -> None:
    button = {"type": "button", "action_id": "page_next", "block_id": "b", "value": "x"}
    for user in (None, {}, {"id": ""}, {"id": 7}, {"team_id": TEAM}, "U0ADA0001"):
        assert (
            await ada.send({"type": "block_actions", "actions": [button], "user": user})
        ).ack.status == 200
    assert watch.saw_nothing()
