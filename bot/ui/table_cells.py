"""Cells of Slack's `data_table`: https://docs.slack.dev/reference/block-kit/blocks/data-table-block."""

from datetime import timedelta
from typing import Any, Final

from bot.ui.mrkdwn import duration

Cell = dict[str, Any]

NOTHING: Final = "–"
"""What stands in a cell without a value: Slack refuses a whole message for an empty one."""


def text_cell(text: str) -> Cell:
    """Build a cell of plain text."""
    return {"type": "raw_text", "text": text or NOTHING}


def number_cell(value: int, text: str) -> Cell:
    """Build a cell that Slack sorts by its value if all of its column have one."""
    return {"type": "raw_number", "value": value, "text": text or NOTHING}


def span_cell(span: timedelta | None) -> Cell:
    """Build the cell of a length of time, which is sorted by it; None comes first."""
    if span is None:
        return number_cell(-1, NOTHING)
    return number_cell(max(int(span.total_seconds() * 1000), 0), duration(span))
