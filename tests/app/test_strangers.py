"""People of another workspace, who meet the bot in a shared channel, are told so and read nothing."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import Bot
from bot.digests.model import DigestSpec
from bot.digests.store import DigestRepository
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import ErrorCode, Failed, Held, LocalSlack, Message, Person
from bot.playground.simulators.slack.directory import MALLORY
from tests.support.databases import migrated_database
from tests.support.digest_actions import ask_digest, public_messages, send_digest_command, stored_states
from tests.support.filter_form import add_orders, open_filter
from tests.support.fixtures import ReadLog, RunBot
from tests.support.form_values import fill_form
from tests.support.messages import ask, row_ids
from tests.support.teams import OTHER_TEAM, TEAM

REFUSAL = "This bot is installed in another workspace."
NOT_YET = "Slack did not say yet which workspace this bot is installed in."
COMMANDS = ("", "list orders", "orders", "help", "digest", "digest create weekdays 09:00", "digest delete 1")


@pytest.fixture
def mallory(slack: LocalSlack, bot: Bot) -> Person:  # noqa: ARG001 - there is nobody to talk to without it
    slack.workspace.connect(MALLORY)
    return slack.person("mallory")


@pytest.fixture
async def shown(ada: Person, cloudflare: Simulation) -> Message:
    """A list that Ada looks at, which is in the bot's memory now."""
    add_orders(cloudflare)
    return await ask(ada, "list orders")


class Watch:
    """What the bot asked of Cloudflare and keeps in its database, since this was made."""

    def __init__(self, cloudflare: Simulation, folder: Path) -> None:
        self._cloudflare = cloudflare
        self._folder = folder
        self._before = len(cloudflare.calls), stored_states(folder)

    def saw_nothing(self) -> bool:
        return (len(self._cloudflare.calls), stored_states(self._folder)) == self._before


@pytest.fixture
async def watch(ada: Person, shown: Message, cloudflare: Simulation, tmp_path: Path) -> Watch:  # noqa: ARG001 - after what they ask
    """Begins once Ada has a list and a digest."""
    await ask_digest(ada, "create weekdays 09:00")
    return Watch(cloudflare, tmp_path)


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


OTHER_APP = "A0OTHER01"
NOT_OURS = "This request came through another Slack app."


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


async def test_a_command_of_another_app_is_refused(ada: Person, watch: Watch, slack: LocalSlack) -> None:
    slack.workspace.team = replace(slack.workspace.team, app_id=OTHER_APP)
    reply = await ada.command("/workflows", "list orders")
    assert reply.ack_message is not None
    assert NOT_OURS in reply.ack_message.all_text()
    assert watch.saw_nothing()


async def test_without_the_scope_to_know_the_app_nobody_is_locked_out(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    add_orders(cloudflare)
    slack.faults.add("bots.info", ErrorCode("missing_scope"))
    async with run_bot():
        assert len(row_ids(await ask(slack.person("ada"), "list orders"))) == 10


async def test_a_request_without_any_person_is_refused(ada: Person, watch: Watch) -> None:
    button = {"type": "button", "action_id": "page_next", "block_id": "b", "value": "x"}
    for user in (None, {}, {"id": ""}, {"id": 7}, {"team_id": TEAM}, "U0ADA0001"):
        assert (
            await ada.send({"type": "block_actions", "actions": [button], "user": user})
        ).ack.status == 200
    assert watch.saw_nothing()


async def test_the_log_says_which_workspace_was_refused(mallory: Person, read_log: ReadLog) -> None:
    await mallory.command("/workflows", "list orders")
    refused = [event for event in read_log() if event["event"] == "stranger_refused"]
    assert [event["team"] for event in refused] == [OTHER_TEAM]


async def test_a_start_says_that_the_database_holds_digests_of_another_workspace(
    run_bot: RunBot, tmp_path: Path, read_log: ReadLog
) -> None:
    async with migrated_database(f"sqlite:///{tmp_path}/bot.sqlite3") as engine:
        store = DigestRepository(engine, OTHER_TEAM, lambda: datetime.now(UTC))
        await store.create(DigestSpec("C0GENERAL", Schedule("0 9 * * *", "UTC")), MALLORY.id)
    async with run_bot():
        (warning,) = [event for event in read_log() if event["event"] == "digests_of_other_teams"]
    assert (warning["teams"], warning["team"]) == ([OTHER_TEAM], TEAM)


async def test_people_of_the_workspace_go_on_meanwhile(ada: Person, mallory: Person, shown: Message) -> None:
    await mallory.click(shown, "page_next")
    following = await (await ada.click(shown, "page_next")).message()
    assert len(row_ids(following)) == 10


@pytest.mark.parametrize("fault", [Failed(503), Held()])
async def test_while_slack_does_not_say_which_workspace_it_is_nobody_is_let_in(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, fault: Failed | Held
) -> None:
    add_orders(cloudflare)
    slack.workspace.connect(MALLORY)
    slack.faults.add("auth.test", Failed(503))
    async with run_bot():
        slack.faults.add("auth.test", fault, times=50)
        for name in ("ada", "mallory"):
            reply = await slack.person(name).command("/workflows", "list orders")
            assert reply.ack_message is not None
            assert NOT_YET in reply.ack_message.all_text()
        assert not cloudflare.calls
        slack.faults.clear()
        if isinstance(fault, Held):
            fault.released.set()

        assert len(row_ids(await _answered(slack.person("ada")))) == 10
        refused = await ask(slack.person("mallory"), "list orders")
        assert REFUSAL in refused.all_text()


async def _answered(person: Person) -> Message:
    """The first answer once Slack has said which workspace it is."""
    for _ in range(5):
        message = await ask(person, "list orders")
        if NOT_YET not in message.all_text():
            return message
    raise AssertionError("the bot does not ask Slack again")
