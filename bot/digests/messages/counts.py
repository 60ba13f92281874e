"""The workflows of a digest with their counts by status: as Slack's own table, and as lines of text."""

import json
from collections.abc import Sequence
from typing import Any, Final

from bot.browse.model import overview_command
from bot.cloudflare.models import Status
from bot.digests.messages.phrases import LONGEST_NAME, changed, counts_of, named, rank
from bot.digests.report import Report, WorkflowRow
from bot.ui import limits
from bot.ui.elements import context, section
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, command, escape, plain, plural
from bot.ui.statuses import appearance

_MOST_COLUMNS: Final = 5
_LONGEST_WORD: Final = 30
_ROWS_AT_ONCE: Final = 10
_MOST_LINES: Final = 20
_LONGEST_LINE: Final = 700
_REST: Final = 400
"""Characters of JSON that the line below the workflows has at most."""

Cell = dict[str, Any]


def table(report: Report, room: int) -> list[Block]:
    """Build a `data_table` of as many workflows as fit in characters of JSON; count the others."""
    columns = _columns(report)
    block: Block = {
        "type": "data_table",
        "caption": "Instances by status" + ("" if report.first else ", and in brackets what changed"),
        "page_size": _ROWS_AT_ONCE,
        "rows": [_head(columns)],
    }
    room -= limits.size([block]) + _REST
    letters = sum(len(cell["text"]) for cell in block["rows"][0])
    for row in report.rows[: limits.TABLE_ROWS - 1]:
        cells = _cells(row, columns)
        room -= _json(cells)
        letters += sum(len(cell["text"]) for cell in cells)
        if room < 0 or letters > limits.TABLE_TEXT:
            break
        block["rows"].append(cells)
    shown = len(block["rows"]) - 1
    return [*([block] if shown else []), *_rest(report, shown)]


def lines(report: Report, room: int) -> list[Block]:
    """Build the counts as text, a line for each workflow."""
    sections: list[str] = []
    shown = 0
    room -= _REST
    for row in report.rows[:_MOST_LINES]:
        line = limits.shorten_markup(_line(row), _LONGEST_LINE)
        starts = not sections or len(sections[-1]) + len(line) >= limits.SECTION
        room -= _json(line) + (_json(section("")) if starts else 0)
        if room < 0:
            break
        if starts:
            sections.append(line)
        else:
            sections[-1] += f"\n{line}"
        shown += 1
    return [*(section(text) for text in sections), *_rest(report, shown)]


def counted(row: WorkflowRow) -> list[str]:
    """Format each status as `🔴 3 errored (+1)`, in plain text."""
    if row.counts is None:
        return ["not counted"]
    phrases = [
        f"{appearance(status).emoji} {count:,} {appearance(status).word.lower()}{changed(change)}"
        for status, count, change in counts_of(row)
    ]
    return phrases or ["no instances"]


def _line(row: WorkflowRow) -> str:
    return " · ".join((named(row.name), *map(escape, counted(row))))


def _rest(report: Report, shown: int) -> list[Block]:
    """Describe the workflows that are not shown."""
    phrases = []
    if left := len(report.rows) - shown:
        overview = overview_command(report.plan.account)
        phrases.append(f"{plural(left, 'more workflow', 'more workflows')}: {command(overview.whole())}")
    if report.empty:
        none = ("workflow has", "workflows have")
        phrases.append(f"{plural(report.empty, *none)} no instances")
    if not report.rows and not report.empty:
        phrases.append(f"no workflows in {code(report.account)}")
    return [context(*phrases)] if phrases else []


def _columns(report: Report) -> list[Status]:
    """Return the table's statuses: the one that the digest is about, then the most urgent."""
    found = {status for row in report.rows for status, _, _ in counts_of(row)} - {report.plan.status}
    return [report.plan.status, *sorted(found, key=lambda status: (rank(status), status))]


def _head(columns: Sequence[Status]) -> list[Cell]:
    looks = [appearance(status) for status in columns[:_MOST_COLUMNS]]
    names = ["Workflow", *(limits.shorten(f"{look.emoji} {look.word}", _LONGEST_WORD) for look in looks)]
    if len(columns) > _MOST_COLUMNS:
        names.append("Others")
    return [_text(name) for name in names]


def _cells(row: WorkflowRow, columns: Sequence[Status]) -> list[Cell]:
    groups = [[status] for status in columns[:_MOST_COLUMNS]]
    if others := list(columns[_MOST_COLUMNS:]):
        groups.append(others)
    return [_text(limits.shorten(plain(row.name), LONGEST_NAME)), *(_number(row, group) for group in groups)]


def _number(row: WorkflowRow, statuses: Sequence[Status]) -> Cell:
    if row.counts is None:
        return _text("not counted")
    counts, changes = row.counts, row.changes or {}
    count = sum(counts.get(status, 0) for status in statuses)
    change = sum(changes.get(status, 0) for status in statuses)
    return {"type": "raw_number", "value": count, "text": f"{count:,}{changed(change)}"}


def _text(text: str) -> Cell:
    """Build a cell; Slack refuses a whole message for an empty one."""
    return {"type": "raw_text", "text": text or "–"}


def _json(value: object) -> int:
    """Count the characters of a value among others, as `limits.size` counts them."""
    return len(json.dumps(value, ensure_ascii=False)) + len(", ")
