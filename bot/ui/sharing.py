"""A message that somebody shared, as everybody in the channel sees it.

Who shared it stands above it and, for the bot, in the id of that block: Slack sends a public message back
with each click in it, so that no button has to carry it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.ui.elements import Message, actions, button, message
from bot.ui.limits import Block
from bot.ui.mrkdwn import code

SHARE: Final = "share"
"""The action id of the button that shares a message."""
DELETE_SHARED: Final = "share_delete"
"""The action id of the button that deletes a shared one."""

_BLOCK: Final = "shared"
_SEPARATOR: Final = "/"
_LONGEST_NAME: Final = 80
"""Characters of a name; Slack's own limit."""


@dataclass(frozen=True, slots=True)
class Sharer:
    """The person who shared a message.

    Attributes:
        id: Slack's.
        name: as Slack sends it; empty where it sends none.
    """

    id: str
    name: str = ""

    def __str__(self) -> str:
        """Return the name in code, which notifies nobody."""
        return code(f"@{self.name or self.id}", _LONGEST_NAME)


def share(shown: Message, sharer: Sharer) -> Message:
    """Return a message as it is shared: with who shares it, and a button to delete it in place of `Share`."""
    said = f"Shared by {sharer}"
    above = {
        "type": "context",
        "block_id": _SEPARATOR.join((_BLOCK, sharer.id, sharer.name[:_LONGEST_NAME])),
        "elements": [{"type": "mrkdwn", "text": said, "verbatim": True}],
    }
    return message(f"{said}: {shown.text}", [above, *_with_delete(shown.blocks)])


def read_sharer(clicked: Mapping[str, Any]) -> Sharer | None:
    """Return who shared a message, from what Slack sends of it; None if nobody did."""
    blocks = clicked.get("blocks")
    first = blocks[0] if isinstance(blocks, list) and blocks else None
    block_id = first.get("block_id") if isinstance(first, dict) else None
    kind, _, who = (block_id if isinstance(block_id, str) else "").partition(_SEPARATOR)
    user, _, name = who.partition(_SEPARATOR)
    return Sharer(user, name) if kind == _BLOCK and user else None


def _with_delete(blocks: list[Block]) -> list[Block]:
    """Return blocks without the buttons that share, and with one that deletes behind the last ones."""
    delete = button("Delete", DELETE_SHARED, "delete", "Delete this shared message")
    kept = [left for block in blocks if (left := _without_share(block)) is not None]
    rows = [place for place, block in enumerate(kept) if block["type"] == "actions"]
    if not rows:
        return [*kept, *actions([delete])]
    last = kept[rows[-1]]
    return [*kept[: rows[-1]], {**last, "elements": [*last["elements"], delete]}, *kept[rows[-1] + 1 :]]


def _without_share(block: Block) -> Block | None:
    if block["type"] != "actions":
        return block
    left = [element for element in block["elements"] if element["action_id"] != SHARE]
    return {**block, "elements": left} if left else None
