"""Every limit of Slack's that this bot can meet, and how a text that is too long says so.

The numbers of blocks (50), context elements (10) and buttons (25) are out of reach: a message has twenty
rows, one element in a context line, seven buttons.

Figures are from Slack's Block Kit reference. The total of a message is not documented: others met
`msg_blocks_too_long` at about 13,200 characters, and once near 11,300, so ours are counted as JSON, which
is more than any of them counted.
"""

import json
from typing import Any, Final

from pydantic_core import PydanticSerializationError, to_json

Block = dict[str, Any]

MESSAGE: Final = 12_000
TEXT: Final = 4_000
SECTION: Final = 3_000
HEADER: Final = 150
CONTEXT: Final = 2_000
BUTTON: Final = 75
VALUE: Final = 2_000
OPTIONS: Final = 100
OPTION: Final = 75
CONTAINER_TITLE: Final = 150
TITLE: Final = 24
METADATA: Final = 3_000
CONFIRM_TITLE: Final = 100
CONFIRM_TEXT: Final = 300
CONFIRM_BUTTON: Final = 30
OPTION_VALUE: Final = 150
TABLE_ROWS: Final = 101
"""The one with the columns' names among them."""
TABLE_TEXT: Final = 10_000
CHART_TITLE: Final = 50
CHART_LABEL: Final = 20
CHART_POINTS: Final = 20

_CUT: Final = "…"


def shorten(text: str, most: int) -> str:
    """Shorten a text to at most so many characters; a shortened text ends in an ellipsis."""
    return text if len(text) <= most else text[: most - len(_CUT)] + _CUT


def shorten_markup(text: str, most: int) -> str:
    """Shorten mrkdwn without cutting inside an entity or a `<…>`, and without leaving code open."""
    if len(text) <= most:
        return text
    kept = text[: most - len(_CUT) - 1]
    for opening, closing in (("<", ">"), ("&", ";")):
        start = kept.rfind(opening)
        if start >= 0 and closing not in kept[start:]:
            kept = kept[:start]
    if kept.count("`") % 2:
        # Slack shows two backticks in a row as they are, so code that would be empty is left out.
        kept = kept[:-1] if kept.endswith("`") else f"{kept}`"
    return kept + _CUT


def fits(blocks: list[Block]) -> bool:
    """Return whether a message can hold these blocks."""
    try:
        written = to_json(blocks)
    except PydanticSerializationError:  # half a surrogate pair, which UTF-8 has no bytes for
        return size(blocks) <= MESSAGE
    # At most that much once a space stands after each comma and colon, and quickly found: most messages are
    # far from the limit.
    at_most = len(written) + written.count(b",") + written.count(b":")
    return at_most <= MESSAGE or size(blocks) <= MESSAGE


def size(blocks: list[Block]) -> int:
    """Count the characters of a message's blocks as JSON, which is an upper bound of Slack's count."""
    return len(json.dumps(blocks, ensure_ascii=False))
