"""A list of instances as Slack's own table: dense, and sorted in the client by a click on a column."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.browse.messages.details import LABEL, ValueOf
from bot.browse.messages.rows import row_button
from bot.browse.screen import Row, Screen
from bot.cloudflare.causes import Cause
from bot.cloudflare.models import ACTIVE_STATUSES, Instance
from bot.ui import limits
from bot.ui.elements import with_number
from bot.ui.limits import Block
from bot.ui.mrkdwn import plain
from bot.ui.statuses import appearance
from bot.ui.table_cells import NOTHING, Cell, number_cell, span_cell, text_cell

_ROWS_AT_ONCE: Final = 20
_INSTANCE: Final = "Instance"
_WORKFLOW: Final = "Workflow"
_GIVING_WAY: Final = ((), ("Step", "Error"), ("Step", "Error", "Trigger", "Version"))
"""Columns of a list of several workflows that go where not all of its rows have room beside them."""
_LONGEST_STEP: Final = 40
_LONGEST_ERROR: Final = 60
_VERSION: Final = 8
"""Characters of a version's id, as Cloudflare's dashboard shows."""


def table(screen: Screen, value_of: ValueOf, caption: str, room: int) -> list[Block]:
    """Build a `data_table` of as many rows as fit, and no block if none does.

    A column stands there only if it tells anything: not the status that all were asked for, and nothing that
    the local engine leaves out. Times are in UTC, as a cell has no zone of each reader's own.

    Args:
        screen: with the rows.
        value_of: writes the buttons' values.
        caption: for screen readers.
        room: for how many characters the message has room.
    """
    room = min(room, limits.TABLE_TEXT)
    rows = [_cells(row, number, screen, value_of) for number, row in enumerate(screen.rows, 1)]
    several = not screen.query.workflow or any(row.cause for row in screen.rows)
    lines: list[list[Cell]] = []
    for left_out in _GIVING_WAY if several else _GIVING_WAY[:1]:
        names = [name for name in _columns(screen, rows) if name not in left_out]
        lines = _lines(rows, names, room)
        if len(lines) > len(rows):
            break
    if len(lines) <= 1:
        return []
    return [
        {
            "type": "data_table",
            "caption": caption,
            "page_size": _ROWS_AT_ONCE,
            "row_header_column_index": names.index(_INSTANCE),
            "rows": lines,
        }
    ]


def _columns(screen: Screen, rows: Sequence[dict[str, Cell]]) -> list[str]:
    """Return the names of the columns that tell anything."""
    names = [
        name
        for name in (rows[0] if rows else ())
        if name == _INSTANCE or any(_text_of(row[name]) != NOTHING for row in rows)
    ]
    if screen.query.workflow and _WORKFLOW in names:
        names.remove(_WORKFLOW)
    status = screen.query.status
    if status is not None and all(row.instance.status == status for row in screen.rows):
        names.remove("Status")
    return names


def _lines(rows: Sequence[dict[str, Cell]], names: Sequence[str], room: int) -> list[list[Cell]]:
    """Return the columns' names, and below them as many rows as there is room for."""
    lines: list[list[Cell]] = [[text_cell(name) for name in names]]
    room -= sum(map(len, names))
    for row in rows[: limits.TABLE_ROWS - 1]:
        line = [row[name] for name in names]
        room -= sum(_characters(cell) for cell in line)
        if room < 0:
            break
        lines.append(line)
    return lines


def _cells(listed: Row, number: int, screen: Screen, value_of: ValueOf) -> dict[str, Cell]:
    row = listed.instance
    looks = appearance(row.status)
    why = listed.cause or Cause()
    pressed = row_button(listed, screen, value_of)
    return {
        "Status": text_cell(f"{looks.emoji} {looks.word}"),
        _INSTANCE: text_cell(plain(row.id)),
        _WORKFLOW: text_cell(plain(listed.workflow)),
        "Created (UTC)": _time(row.created_on, screen.fetched_at),
        "Ended (UTC)": _time(row.ended_on, screen.fetched_at),
        "Ran": span_cell(_ran(row, screen.fetched_at)),
        "Step": text_cell(_cut(why.step, _LONGEST_STEP)),
        "Error": text_cell(_cut(": ".join(filter(None, (why.name, why.message))), _LONGEST_ERROR)),
        "Trigger": text_cell(plain(row.trigger_source or "").removeprefix("unknown")),
        "Version": text_cell(plain(row.version_id or "")[:_VERSION]),
        LABEL: text_cell("") if pressed is None else _action(with_number(pressed, number)),
    }


def _cut(text: str | None, most: int) -> str:
    """Return a text in one line of at most so many characters."""
    return limits.shorten(" ".join(plain(text or "").split()), most)


def _ran(row: Instance, now: datetime) -> timedelta | None:
    """Return how long an instance ran, or has been running; None if that is not known."""
    if row.started_on is None:
        return None
    if row.ended_on is not None:
        return row.ended_on - row.started_on
    return now - row.started_on if row.status in ACTIVE_STATUSES else None


def _action(pressed: Block) -> Cell:
    """Build a cell with a button; clients that show none there show nothing."""
    return {"type": "action", "element": pressed, "fallback": text_cell("")}


def _time(at: datetime | None, now: datetime) -> Cell:
    """Build the cell of a time, with its year if that is another one than now."""
    if at is None:
        return number_cell(0, NOTHING)
    form = "%d %b %H:%M" if at.astimezone(UTC).year == now.astimezone(UTC).year else "%d %b %Y %H:%M"
    return number_cell(int(at.timestamp()), at.astimezone(UTC).strftime(form))


def _text_of(cell: Cell) -> str:
    text: str = cell["element"]["text"]["text"] if cell["type"] == "action" else cell["text"]
    return text


def _characters(cell: Cell) -> int:
    """Count what people read of a cell, in clients that show buttons and in those that do not."""
    return len(_text_of(cell)) + (len(cell["fallback"]["text"]) if cell["type"] == "action" else 0)
