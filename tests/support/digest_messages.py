"""Digests and reports made by hand, and what Slack makes of their messages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import slackblocks

from bot.cloudflare.models import Status
from bot.digests.model import Baseline, Digest, DigestSpec, Mention
from bot.digests.report import Bar, Group, NewInstance, Report, WorkflowRow
from bot.language.schedule import Schedule
from bot.playground.simulators.slack import PayloadValidator
from bot.ui import limits
from bot.ui.elements import Message
from tests.support.oracle import rebuild_blocks
from tests.support.screens import mrkdwn_texts, strip_code

NOW = datetime(2026, 11, 23, 8, 0, 4, tzinfo=UTC)
SINCE = datetime(2026, 11, 20, 8, 0, 3, tzinfo=UTC)
WEEKDAYS = Schedule("0 9 * * 1-5", "Europe/Berlin")
ERRORED, RUNNING, COMPLETE = Status("errored"), Status("running"), Status("complete")
ONCALL = (
    Mention("person", "U1", "ana"),
    Mention("group", "S1", "oncall"),
    Mention("everybody", "here", "here"),
)


def plan(**fields: Any) -> DigestSpec:
    return DigestSpec(**{"channel": "C1", "schedule": WEEKDAYS, **fields})


def digest(number: int = 7, **fields: Any) -> Digest:
    values: dict[str, Any] = {
        "team": "T1",
        "plan": plan(),
        "creator": "U1",
        "created_at": SINCE,
        "next_due": datetime(2026, 11, 24, 8, tzinfo=UTC),
        **fields,
    }
    return Digest(number, **values)


def group(
    workflow: str = "order-processing",
    error: str | None = "PaymentDeclined",
    said: str | None = "the card was declined",
    total: int = 1,
    **fields: Any,
) -> Group:
    shown = [
        NewInstance(f"ord-{58_800 - place}", NOW - place * timedelta(minutes=7))
        for place in range(min(total, 3))
    ]
    return Group(workflow, error, said, **{"shown": shown, "total": total, **fields})


def row(name: str, changes: Mapping[Status, int] | None = None, **counts: int) -> WorkflowRow:
    return WorkflowRow(name, {Status(status): count for status, count in counts.items()}, changes)


def bars(*counts: int, width: timedelta = timedelta(hours=1)) -> list[Bar]:
    start = NOW.replace(second=0) - len(counts) * width
    return [Bar(start + place * width, count) for place, count in enumerate(counts)]


def report(groups: Sequence[Group] = (), **fields: Any) -> Report:
    total = sum(group.total for group in groups) + sum(fields.get("ungrouped", {}).values())
    values: dict[str, Any] = {
        "plan": plan(),
        "account": "prod",
        "since": SINCE,
        "until": NOW,
        "first": False,
        "total": total,
        "exact": True,
        "ungrouped": {},
        "unexplained": {},
        "rows": (),
        "empty": 0,
        "gone": (),
        "chart": (),
        "missed": (),
        "baseline": Baseline(NOW),
        **fields,
    }
    return Report(groups=groups, **values)


_MENTIONS = re.compile(r"<(?:@[^<>]+|#[^<>]+|!subteam\^[^<>]+|!here|!channel)>")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")


def assert_slack_shows(message: Message, calls: str | None = None) -> None:
    """Check that Slack takes the message, and that only our own markup in it is live.

    Args:
        message: what is sent.
        calls: the mentions that it may hold; None where any person or channel may be named, as in answers.
    """
    PayloadValidator().check_message(message.text, message.blocks)
    assert len(message.blocks) <= 50
    assert limits.size(message.blocks) <= limits.MESSAGE
    for block in message.blocks:
        assert_oracle_takes(block)
    assert message.text.strip()
    assert len(message.text) <= limits.TEXT
    for text in (*mrkdwn_texts(message), message.text):
        live = strip_code(text)
        live = _MENTIONS.sub("", live) if calls is None else live.replace(calls, "")
        assert "`" not in live, f"code is left open: {text!r}"
        assert not set("<>") & set(live), f"markup is alive: {text!r}"
        assert "&" not in _ENTITY.sub("", live), f"an entity is broken: {text!r}"


def assert_oracle_takes(block: dict[str, Any]) -> None:
    """Check that slackblocks accepts a block, and renders it alike."""
    match block["type"]:
        case "data_table":
            cells = [[_cell(cell) for cell in row] for row in block["rows"]]
            table = slackblocks.DataTableBlock(cells, block["caption"], page_size=block["page_size"])
            assert _sent(table)["rows"] == block["rows"]
        case "data_visualization":
            given = block["chart"]
            series = [
                slackblocks.DataSeries(one["name"], [slackblocks.DataPoint(**point) for point in one["data"]])
                for one in given["series"]
            ]
            drawn = slackblocks.BarChart(series, slackblocks.AxisConfig(**given["axis_config"]))
            assert _sent(slackblocks.DataVisualizationBlock(block["title"], drawn))["chart"] == given
        case "actions":
            sent = _sent(slackblocks.ActionsBlock([_button(element) for element in block["elements"]]))
            assert len(sent["elements"]) == len(block["elements"])
        case _:
            assert rebuild_blocks([block])[0]["type"] == block["type"]


def _sent(block: Any) -> dict[str, Any]:
    message = slackblocks.Message(channel="C1", text="fallback", blocks=[block])
    sent: dict[str, Any] = message.to_dict()["blocks"][0]
    return sent


def _cell(cell: dict[str, Any]) -> Any:
    if cell["type"] == "raw_number":
        return slackblocks.RawNumber(cell["value"], cell["text"])
    return slackblocks.RawText(cell["text"])


def _button(button: dict[str, Any]) -> Any:
    asked = button.get("confirm")
    confirm = None
    if asked:
        texts = {key: asked[key]["text"] for key in ("title", "text", "confirm", "deny")}
        confirm = slackblocks.ConfirmationDialogue(**texts, style=asked["style"])
    return slackblocks.Button(
        button["text"]["text"],
        action_id=button["action_id"],
        value=button["value"],
        accessibility_label=button["accessibility_label"],
        confirm=confirm,
    )


def visible_lines(message: Message) -> str:
    """Return all text, a block a line; data blocks by their numbers, buttons in brackets."""
    return "\n".join(_shown(block) for block in message.blocks)


def _shown(block: dict[str, Any]) -> str:
    match block["type"]:
        case "data_table":
            rows = (" | ".join(cell["text"] for cell in row) for row in block["rows"])
            return "\n".join((f"[table] {block['caption']}", *rows))
        case "data_visualization":
            (series,) = block["chart"]["series"]
            points = ", ".join(f"{point['label']} {point['value']}" for point in series["data"])
            return f"[chart] {block['title']}: {series['name']}: {points}"
        case "actions":
            return " ".join(f"[{element['text']['text']}]" for element in block["elements"])
        case "context":
            return "".join(element["text"] for element in block["elements"])
        case "divider":
            return "—"
        case _:
            pressed = f"  [{_label(block['accessory'])}]" if "accessory" in block else ""
            return str(block["text"]["text"]) + pressed


def _label(element: dict[str, Any]) -> str:
    if element["type"] == "overflow":
        return f"⋯ {', '.join(option['text']['text'] for option in element['options'])}"
    return str(element["text"]["text"])


def menus_of(message: Message) -> list[dict[str, str]]:
    """Return the choices of each menu of a message: what they carry by their labels."""
    found = [block["accessory"] for block in message.blocks if "accessory" in block]
    return [
        {option["text"]["text"]: option["value"] for option in element["options"]}
        for element in found
        if element["type"] == "overflow"
    ]


def all_buttons(message: Message) -> Iterator[dict[str, Any]]:
    """Yield every button of a message."""
    for block in message.blocks:
        yield from (
            block["elements"]
            if block["type"] == "actions"
            else [block["accessory"]]
            if "accessory" in block
            else []
        )
