"""Screens made by hand, and what Slack makes of their messages."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.browse.bookmark import Bookmark, OverviewBookmark
from bot.browse.model import ListQuery, OverviewQuery
from bot.browse.overview.trouble import WorkflowRow
from bot.browse.screen import Overview, Row, Screen
from bot.cloudflare.models import ApiMessage, Instance, Status, Workflow
from bot.playground.simulators.slack import PayloadValidator
from bot.ui import limits
from bot.ui.elements import Message
from tests.support.oracle import rebuild_blocks

NOW = datetime(2026, 11, 23, 14, 3, 22, tzinfo=UTC)


def instance(number: int, status: str = "complete", **fields: Any) -> Instance:
    created_on = NOW - timedelta(minutes=7 * number)
    started_on = None if status == "queued" else created_on + timedelta(seconds=2)
    ended = status in ("complete", "errored", "terminated")
    values: dict[str, Any] = {
        "id": f"ord-{58_800 - number}",
        "status": Status(status),
        "created_on": created_on,
        "modified_on": created_on,
        "started_on": started_on,
        "ended_on": created_on + timedelta(seconds=90 + number) if ended else None,
        "trigger_source": "api",
        **fields,
    }
    return Instance(**values)


def screen(rows: Sequence[Instance | Row], query: ListQuery | None = None, **fields: Any) -> Screen:
    """Make a screen; rows that are instances are of the query's workflow."""
    query = query or ListQuery.of("order-processing")
    here = Bookmark(query, query.start)
    values: dict[str, Any] = {
        "account": "prod",
        "first": 1,
        "previous": None,
        "next": None,
        "messages": (),
        "cursor_loop": False,
        "fetched_at": NOW,
        **fields,
    }
    first, is_last = values["first"], values["next"] is None and not values["cursor_loop"]
    values = {"known": None if first is None else first - 1 + len(rows), "is_last": is_last, **values}
    listed = [row if isinstance(row, Row) else Row(query.workflow, row) for row in rows]
    return Screen(query=query, rows=listed, here=here, **values)


def overview(
    rows: Sequence[Workflow | WorkflowRow], query: OverviewQuery | None = None, **fields: Any
) -> Overview:
    query = query or OverviewQuery()
    values: dict[str, Any] = {
        "account": "prod",
        "first": 1,
        "total": len(rows),
        "failed": None,
        "changes": None,
        "over_time": (),
        "previous": None,
        "next": None,
        "messages": (),
        "fetched_at": NOW,
        **fields,
    }
    shown = [WorkflowRow(row) if isinstance(row, Workflow) else row for row in rows]
    return Overview(query=query, rows=shown, here=OverviewBookmark(query), **values)


def row_buttons(shown: Overview, value: str = "value") -> dict[str, str]:
    """Return a value for the button of each row of an overview that has one."""
    return {row.name: value for row in shown.rows if row.trouble is not None}


def api_message(text: str, code: int | None = None) -> ApiMessage:
    return ApiMessage(code=code, message=text)


# What Slack would make of it.

_DATE = re.compile(r"<!date\^-?\d+\^[^|<>]*\|[^|<>]*>")
_CODE = re.compile(r"`[^`\n]+`")
_CODE_BLOCK = re.compile(r"```[^`]+```")
_ENTITY = re.compile(r"&(?:amp|lt|gt);")


def assert_slack_shows(message: Message) -> None:
    """Check that Slack takes the message, and that only our own markup in it is live."""
    PayloadValidator().check_message(message.text, message.blocks)
    assert [block["type"] for block in rebuild_blocks(message.blocks)] == [
        block["type"] for block in message.blocks
    ]
    assert message.text.strip()
    assert len(message.text) <= limits.TEXT
    for text in mrkdwn_texts(message):
        live = strip_code(text)
        assert "`" not in live, f"code is left open: {text!r}"
        assert not set("<>") & set(live), f"markup is alive: {text!r}"
        assert "&" not in _ENTITY.sub("", live), f"an entity is broken: {text!r}"


def strip_code(text: str) -> str:
    """Return a text of mrkdwn without its dates and its code."""
    return _CODE.sub("", _CODE_BLOCK.sub("", _DATE.sub("", text)))


def mrkdwn_texts(message: Message) -> Iterator[str]:
    """Yield every text of a message's blocks in which Slack reads markup."""
    yield from _mrkdwn(message.blocks)


def _mrkdwn(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _mrkdwn(item)
    elif isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            yield node["text"]
        for value in node.values():
            yield from _mrkdwn(value)


def visible_text(message: Message) -> str:
    """Return all text, a block a line."""
    return "\n".join(_texts(message.blocks))


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for value in node.values():
            yield from _texts(value)
