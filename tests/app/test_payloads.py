"""Params and outputs from end to end: who sees what of them, and where nothing of them is left."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import Bot
from bot.browse.requests import ShowInstance
from bot.inspect.model import InstanceRef
from bot.inspect.payload_requests import SendPayload, ShowOutputs, ShowPayload
from bot.playground.simulators.cloudflare import JsonError, Simulation
from bot.playground.simulators.cloudflare.steps import Attempt, Failure, Step, WaitForEvent
from bot.playground.simulators.slack import (
    ErrorCode,
    LocalSlack,
    Message,
    PayloadValidator,
    Person,
    Reply,
    View,
    Workspace,
)
from bot.playground.simulators.slack.directory import SCOPES
from tests.support.buttons import CODEC
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import answer, ask, button_labels

SECRET = "hunter2-Zq9-canary"
PARAMS = {
    "order": 59603,
    "note": "plain-canary",
    "password": SECRET,
    "headers": {"Authorization": f"Bearer {SECRET}"},
}
OUTPUT = json.dumps({"receipt": "receipt-canary", "card": "4111 1111 1111 1111"})
LONG = json.dumps({"rows": [f"row-canary-{number:05}" for number in range(5_000)], "token": SECRET})
START = datetime.now(UTC) - timedelta(hours=1)
SUBJECT = InstanceRef("orders", "ord-1")


def step(name: str, output: str | None, error: Failure | None = None) -> Step:
    attempt = Attempt(START, START + timedelta(seconds=1), success=error is None, error=error)
    return Step(name, (attempt,), output)


@pytest.fixture(autouse=True)
def _instances(cloudflare: Simulation) -> None:
    steps = (
        step("price-1", json.dumps({"price": 12, "api_key": SECRET})),
        step("export-1", LONG),
        step("sealed-1", '"[REDACTED]"'),
        WaitForEvent("approval-1", START, START, "approved", output=json.dumps({"by": "ada", "otp": SECRET})),
        step("charge-1", None, Failure("Error", f"401 for https://u:{SECRET}@pay.example token={SECRET}")),
    )
    cloudflare.add_instance("orders", id="ord-1", created_on=START, params=PARAMS, output=OUTPUT, steps=steps)
    cloudflare.add_instance("orders", id="ord-2", created_on=START, params=json.loads(LONG), steps=())
    cloudflare.add_instance("orders", id="ord-3", created_on=START, params=None, output=None, steps=())


async def press(person: Person, where: View | Message, action_id: str) -> View:
    """Press a button of a message or a modal, and return the modal that is shown in the end."""
    reply = await _press(person, where, action_id)
    view = await reply.view()
    while "Looking it up" in view.all_text():
        view = await reply.view()
    return view


async def _press(person: Person, where: View | Message, action_id: str) -> Reply:
    if isinstance(where, Message):
        return await person.click(where, action_id)
    buttons = _elements(where.payload["blocks"])
    carried = next(each["value"] for each in buttons if each["action_id"] == action_id)
    action = {"type": "button", "action_id": action_id, "block_id": "b", "value": carried}
    return await person.act_in_view(where, action)


def _elements(node: Any) -> list[dict[str, Any]]:
    """Return all buttons in some blocks."""
    if isinstance(node, list):
        return [found for each in node for found in _elements(each)]
    if not isinstance(node, dict):
        return []
    found = [node] if node.get("type") == "button" else []
    return found + [each for held in node.values() for each in _elements(held)]


async def press_value(person: Person, action_id: str, request: Any) -> View | Message:
    """Press a button of an older message that carries this, and return what is shown."""
    message = await ask(person, "help")
    action = {"type": "button", "action_id": action_id, "block_id": "b", "value": CODEC.encode(request)}
    reply = await person.act(message, action)
    if action_id == "payload_send":
        return await answer(reply)
    view = await reply.view()
    while "Looking it up" in view.all_text():
        view = await reply.view()
    return view


def assert_nothing_left(slack: LocalSlack, log: list[dict[str, Any]], folder: Path) -> None:
    """Check that no payload, masked or not, is in a channel, in the log or in the database."""
    for channel in slack.workspace.channels:
        for message in slack.messages(channel.id):
            assert message.is_ephemeral or "canary" not in json.dumps(message.blocks) + message.text
    assert "canary" not in json.dumps(log)
    for file in folder.glob("*.sqlite3*"):
        assert b"canary" not in file.read_bytes()
    with closing(sqlite3.connect(folder / "bot.sqlite3")) as database:
        dump = "\n".join(database.iterdump())
    assert "canary" not in dump


async def test_a_message_folds_params_and_output_without_secrets(
    ada: Person, slack: LocalSlack, read_log: ReadLog, tmp_path: Path
) -> None:
    message = await ask(ada, "show orders ord-1")
    folds = [block for block in message.blocks if block["type"] == "container"]
    assert [fold["title"]["text"].partition(" · ")[0] for fold in folds] == ["Params", "Output"]
    assert all(fold["is_collapsible"] and fold["default_collapsed"] for fold in folds)
    text = message.all_text()
    assert '"note": "plain-canary"' in text
    assert '"password": "[hidden: password]"' in text
    assert '"card": "[hidden: card number]"' in text
    assert SECRET not in json.dumps(message.blocks) + message.text
    assert message.seen_only_by == ada.user.id
    assert_nothing_left(slack, read_log(), tmp_path)


class TestOlderSlack:
    @pytest.fixture
    def workspace(self) -> Workspace:
        return Workspace(validator=PayloadValidator(unsupported=frozenset({"container"})))

    async def test_where_slack_takes_no_folds_buttons_open_them(self, ada: Person) -> None:
        message = await ask(ada, "show orders ord-1")
        assert not any(block["type"] == "container" for block in message.blocks)
        assert {"Params", "Output", "Outputs of these steps"} <= set(button_labels(message))
        view = await press(ada, message, "payload_params")
        assert '"note": "plain-canary"' in view.all_text()
        assert SECRET not in json.dumps(view.payload["blocks"])


async def test_a_modal_opens_payloads_over_itself(ada: Person, slack: LocalSlack) -> None:
    modal = await press_value(ada, "instance_show", ShowInstance("orders", "ord-1"))
    assert isinstance(modal, View)
    params = await press(ada, modal, "payload_params")
    assert "plain-canary" in params.all_text()
    assert len(slack.views.open_now()) == 2
    await ada.close(params)
    output = await press(ada, modal, "payload_output")
    assert "receipt-canary" in output.all_text()
    assert "4111" not in json.dumps(output.payload["blocks"])


async def test_the_outputs_of_steps_and_one_of_them_whole(
    ada: Person, cloudflare: Simulation, slack: LocalSlack, read_log: ReadLog, tmp_path: Path
) -> None:
    modal = await press_value(ada, "instance_show", ShowInstance("orders", "ord-1"))
    assert isinstance(modal, View)
    outputs = await press(ada, modal, "outputs_show")
    text = outputs.all_text()
    assert '"price": 12' in text
    assert "Hidden by the workflow" in text
    assert SECRET not in json.dumps(outputs.payload["blocks"])
    whole = await press(ada, outputs, "payload_step")
    assert cloudflare.calls[-1].operation == "get_step"
    assert cloudflare.calls[-1].query == {"name": "price-1", "type": "step"}, "the name has its counter"
    assert "Output of step `price-1`" in whole.all_text()
    assert '"api_key": "[hidden: api_key]"' in whole.all_text()
    assert SECRET not in json.dumps(whole.payload["blocks"])
    assert_nothing_left(slack, read_log(), tmp_path)


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("export-1", "step", "The first "),
        ("approval-1", "waitForEvent", '"otp": "[hidden: otp]"'),
        ("charge-1", "step", "It has no output, as it failed:"),
        ("nowhere-1", "step", "no such step"),
    ],
)
async def test_whatever_a_step_came_to_is_said(ada: Person, name: str, kind: str, said: str) -> None:
    view = await press_value(ada, "payload_step", ShowPayload(SUBJECT, "step", name, kind))
    assert said in view.all_text()
    assert SECRET not in view.all_text()


async def test_errors_are_shown_without_secrets(ada: Person, cloudflare: Simulation) -> None:
    failure = Failure("Error", f"401 for https://u:{SECRET}@pay.example, customer=canary-bob, token={SECRET}")
    steps = (step("charge-1", None, failure),)
    cloudflare.add_instance("orders", id="ord-4", status="errored", error=failure, steps=steps)
    message = await ask(ada, "show orders ord-4")
    assert "https://[hidden: user and password]@pay.example" in message.all_text()
    assert "canary-bob" in message.all_text()
    assert SECRET not in json.dumps(message.blocks) + message.text
    modal = await press_value(ada, "instance_show", ShowInstance("orders", "ord-4"))
    assert SECRET not in json.dumps(modal.blocks if isinstance(modal, Message) else modal.payload["blocks"])


@pytest.mark.parametrize("is_local", [False, True])
async def test_names_of_steps_are_shown_without_secrets_and_their_outputs_are_there(
    is_local: bool, ada: Person, cloudflare: Simulation
) -> None:
    failed = Failure("Error", "refused")
    steps = (
        step("load-1", '"fine"'),
        step(f"sign in with token={SECRET}-1", '"of it"'),
        step("ship-1", None, failed),
    )
    cloudflare.add_instance("orders", id="ord-5", status="errored", error=failed, steps=steps)
    cloudflare.add_instance(
        "orders", id="ord-6", status="errored", steps=(step(f"token={SECRET}-1", None, failed),), error=failed
    )
    if is_local:
        cloudflare.inject(JsonError(404, 99, "no such route"), times=None, operation="get_step")
    message, broken = await ask(ada, "show orders ord-5"), await ask(ada, "show orders ord-6")
    assert "sign in with token=[hidden: token]" in message.all_text()
    assert "token=[hidden: token]" in broken.all_text()
    view = await press(ada, message, "outputs_show")
    assert "token=[hidden: token]" in view.all_text()
    opens = [
        each["value"] for each in _elements(view.payload["blocks"]) if each["action_id"] == "payload_step"
    ]
    whole = await press_value(ada, "payload_step", CODEC.decode(opens[1]))
    assert "Output of step `2`" in whole.all_text()
    assert "of it" in whole.all_text()
    shown = [
        message.blocks,
        message.text,
        broken.blocks,
        broken.text,
        view.payload["blocks"],
        whole.all_text(),
    ]
    assert SECRET not in json.dumps(shown)


async def test_an_instance_without_params_and_output_says_so(ada: Person) -> None:
    message = await ask(ada, "show orders ord-3")
    assert "*Params and output*: none." in message.all_text()
    assert not any(button.action_id.startswith("payload") for button in message.buttons())


async def test_the_whole_comes_as_a_file_to_the_one_who_asks_alone(
    ada: Person, slack: LocalSlack, read_log: ReadLog, tmp_path: Path
) -> None:
    message = await ask(ada, "show orders ord-2")
    assert "The first " in message.all_text()
    said = await answer(await ada.click(message, "payload_send"))
    assert said.seen_only_by == ada.user.id
    assert "Sent to you in a direct message, as `orders_ord-2_params.json`." in said.all_text()
    [file] = slack.files
    assert file.channel == slack.workspace.channel(ada.user.id).id
    sent = json.loads(file.content)
    assert sent == {**json.loads(LONG), "token": "[hidden: token]"}
    posted = [change.message for change in slack.changes if not change.message.is_ephemeral]
    assert {each.channel for each in posted} == {file.channel}
    assert_nothing_left(slack, read_log(), tmp_path)


async def test_of_a_hidden_output_there_is_no_file(ada: Person, slack: LocalSlack) -> None:
    said = await press_value(ada, "payload_send", SendPayload(SUBJECT, "step", "sealed-1", "step"))
    assert said.all_text() == "Hidden by the workflow: it calls this output sensitive."
    assert not slack.files


async def test_in_a_modal_the_answer_stands_in_it(ada: Person, slack: LocalSlack) -> None:
    view = await press_value(ada, "payload_params", ShowPayload(InstanceRef("orders", "ord-2"), "params"))
    assert isinstance(view, View)
    updates = slack.views.shown.follow(lambda shown: shown.id == view.id)
    await _press(ada, view, "payload_send")
    said = await updates.next()
    assert "Sent to you in a direct message" in said.all_text()
    assert "row-canary-00001" in said.all_text()
    assert len(slack.files) == 1


async def test_a_click_that_comes_twice_sends_one_file(ada: Person, slack: LocalSlack) -> None:
    message = await ask(ada, "show orders ord-2")
    reply = await ada.click(message, "payload_send")
    await answer(reply)
    assert len(slack.files) == 1
    request = SendPayload(InstanceRef("orders", "ord-2"), "params")
    await press_value(ada, "payload_send", request)
    assert len(slack.files) == 2, "another click is another file"


class TestWithoutTheScope:
    @pytest.fixture
    def workspace(self) -> Workspace:
        return Workspace(scopes=SCOPES - {"files:write"})

    async def test_it_is_said_what_to_do_and_shown_what_fits(
        self, ada: Person, slack: LocalSlack, read_log: ReadLog, tmp_path: Path
    ) -> None:
        message = await ask(ada, "show orders ord-2")
        said = await answer(await ada.click(message, "payload_send"))
        assert "`files:write`" in said.all_text()
        assert "row-canary-00001" in said.all_text()
        assert SECRET not in said.all_text()
        assert said.seen_only_by == ada.user.id
        assert not slack.files
        assert not slack.messages("@ada"), "nothing was posted before the scope was known to be there"
        assert_nothing_left(slack, read_log(), tmp_path)


@pytest.mark.parametrize(
    "method", ["files.getUploadURLExternal", "files.completeUploadExternal", "chat.postMessage"]
)
async def test_a_slack_that_refuses_the_file_is_said(
    ada: Person, slack: LocalSlack, read_log: ReadLog, tmp_path: Path, method: str
) -> None:
    message = await ask(ada, "show orders ord-2")
    slack.faults.add(method, ErrorCode("fatal_error"))
    said = await answer(await ada.click(message, "payload_send"))
    assert "Slack did not take the file (fatal" in said.all_text()
    assert "row-canary-00001" in said.all_text()
    assert not slack.files
    assert_nothing_left(slack, read_log(), tmp_path)


class TestHiddenBySettings:
    @pytest.fixture
    async def ada(self, run_bot: RunBot, slack: LocalSlack) -> AsyncIterator[Person]:
        async with run_bot(bot_payloads="hide"):
            yield slack.person("ada")

    async def test_nothing_is_shown_and_no_button_leads_to_it(self, ada: Person) -> None:
        message = await ask(ada, "show orders ord-1")
        assert "*Params and output*: Hidden by this bot's settings." in message.all_text()
        assert "canary" not in json.dumps(message.blocks)
        actions = {button.action_id for button in message.buttons()}
        assert not {each for each in actions if each.startswith(("payload", "outputs"))}

    @pytest.mark.parametrize(
        ("action_id", "request_"),
        [
            ("payload_params", ShowPayload(SUBJECT, "params")),
            ("payload_output", ShowPayload(SUBJECT, "output")),
            ("payload_step", ShowPayload(SUBJECT, "step", "price-1", "step")),
            ("outputs_show", ShowOutputs(SUBJECT)),
            ("payload_send", SendPayload(SUBJECT, "params")),
            ("payload_send", SendPayload(SUBJECT, "step", "price-1", "step")),
        ],
    )
    async def test_a_button_from_before_leads_round_nothing(
        self, ada: Person, slack: LocalSlack, cloudflare: Simulation, action_id: str, request_: Any
    ) -> None:
        shown = await press_value(ada, action_id, request_)
        assert "idden by this bot's settings" in shown.all_text()
        assert not slack.files
        assert not cloudflare.calls, "what is not shown is not asked for"


async def test_keys_of_the_settings_are_hidden_in_messages_modals_and_files(
    run_bot: RunBot, slack: LocalSlack
) -> None:
    async with run_bot(bot_redact="note,RE*PT"):
        ada = slack.person("ada")
        message = await ask(ada, "show orders ord-1")
        assert '"note": "[hidden: note]"' in message.all_text()
        assert "canary" not in json.dumps(message.blocks)
        for what in ("params", "output"):
            view = await press_value(ada, f"payload_{what}", ShowPayload(SUBJECT, what))
            assert "canary" not in view.all_text()
            await press_value(ada, "payload_send", SendPayload(SUBJECT, what))
        assert [b"canary" in file.content for file in slack.files] == [False, False]


async def test_the_detail_is_asked_for_once(ada: Person, bot: Bot, cloudflare: Simulation) -> None:
    assert bot
    message = await ask(ada, "show orders ord-2")
    await answer(await ada.click(message, "payload_send"))
    assert [call.operation for call in cloudflare.calls].count("get_instance") == 1
