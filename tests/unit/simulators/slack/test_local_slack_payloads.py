"""The payloads of clicks and shortcuts in the local Slack."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.playground.simulators.slack import Ack, Delivery, LocalSlack, Message, Payload
from bot.playground.simulators.slack.workspace import Draft


@dataclass
class Recorder:
    """Takes every delivery and acknowledges it."""

    payloads: list[Payload] = field(default_factory=list)

    async def deliver(self, delivery: Delivery) -> Ack:
        self.payloads.append(delivery.payload)
        return Ack(200, "", 0.0)


def details(name: str) -> dict[str, Any]:
    text = {"type": "plain_text", "text": "Details"}
    return {"type": "button", "action_id": "instance_show", "text": text, "value": name}


def raw(text: str) -> dict[str, Any]:
    return {"type": "raw_text", "text": text}


def table(*names: str) -> dict[str, Any]:
    rows = [
        [raw(name), {"type": "action", "element": details(name), "fallback": raw("Details")}]
        for name in names
    ]
    return {
        "type": "data_table",
        "block_id": "table",
        "caption": "Runs",
        "rows": [[raw("Id"), raw("More")], *rows],
    }


def container() -> dict[str, Any]:
    inside = {"type": "actions", "block_id": "inside", "elements": [details("ord-3")]}
    title = {"type": "plain_text", "text": "Output"}
    return {"type": "container", "block_id": "fold", "title": title, "child_blocks": [inside]}


def post(slack: LocalSlack, *blocks: dict[str, Any], **more: Any) -> Message:
    return slack.workspace.post(Draft("C0OPS0001", "runs", list(blocks), **more), "test")


@pytest.mark.parametrize(
    ("index", "block_id", "value"),
    [(0, "table", "ord-1"), (1, "table", "ord-2"), (2, "inside", "ord-3")],
)
async def test_a_click_says_which_button_in_a_table_or_a_container_was_pressed(
    slack: LocalSlack, index: int, block_id: str, value: str
) -> None:
    recorder = Recorder()
    message = post(slack, table("ord-1", "ord-2"), container())

    await slack.person("ada", via=recorder).click(message, "instance_show", index)

    (payload,) = recorder.payloads
    (action,) = payload["actions"]
    assert payload["type"] == "block_actions"
    assert payload["channel"] == {"id": "C0OPS0001", "name": "ops"}
    assert payload["message"]["blocks"][0]["rows"][1][1]["element"]["value"] == "ord-1"
    assert (action["type"], action["action_id"]) == ("button", "instance_show")
    assert (action["block_id"], action["value"]) == (block_id, value)


@pytest.mark.parametrize("thread_ts", [None, "1700000000.000001"])
async def test_a_shortcut_of_a_message_names_it(slack: LocalSlack, thread_ts: str | None) -> None:
    recorder = Recorder()
    message = post(slack, thread_ts=thread_ts, user="U0GRACE01")

    await slack.person("ada", via=recorder).shortcut("look_up", message)

    (payload,) = recorder.payloads
    assert (payload["type"], payload["callback_id"]) == ("message_action", "look_up")
    assert (payload["user"]["id"], payload["team"]["id"]) == ("U0ADA0001", "T0LOCAL01")
    assert payload["channel"] == {"id": "C0OPS0001", "name": "ops"}
    assert payload["message_ts"] == payload["message"]["ts"] == message.ts
    assert payload["message"]["user"] == "U0GRACE01"
    assert payload["message"].get("thread_ts") == thread_ts
    assert payload["response_url"].startswith(slack.base_url)
    assert payload["trigger_id"]


async def test_an_ephemeral_message_has_no_shortcuts(slack: LocalSlack) -> None:
    recorder = Recorder()
    message = post(slack, seen_only_by="U0ADA0001")

    with pytest.raises(LookupError, match="ephemeral"):
        await slack.person("ada", via=recorder).shortcut("look_up", message)

    assert recorder.payloads == []
