"""Messages as people see them: texts and buttons."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.playground.simulators.slack.shapes import Payload, kind_of

# In the JSON, but not visible until a menu is opened or a button is pressed.
HIDDEN = frozenset({"confirm", "options", "option_groups", "value", "url", "hint_text", "fallback"})
READABLE = frozenset({"text", "title", "caption", "label", "name"})

ACTION_CELL = "action"
"""The type of a cell with a button in a ``data_table``; ``fallback`` is for clients that can't show it.

Source: https://docs.rs/slack-morphism/2.30.0/slack_morphism/prelude/struct.SlackDataTableActionCell.html
"""


def visible_strings(node: object) -> Iterator[str]:
    """Yield the visible strings of blocks in reading order."""
    if isinstance(node, list | tuple):
        for item in node:
            yield from visible_strings(item)
    elif isinstance(node, dict):
        yield from _strings_of(node)


def _strings_of(node: Payload) -> Iterator[str]:
    if node.get("type") == "link" and "text" not in node:
        yield str(node.get("url", ""))
    for key, value in node.items():
        if key in HIDDEN:
            continue
        if isinstance(value, str) and key in READABLE:
            yield value
        elif not isinstance(value, str):
            yield from visible_strings(value)


@dataclass(frozen=True, slots=True)
class Button:
    """A button; ``element`` is its stored JSON."""

    label: str
    action_id: str
    value: str | None
    block_id: str
    element: Payload


@dataclass(frozen=True, slots=True)
class Message:
    """A message at one time; an update creates a new object with the same ``ts``.

    ``user`` is the id of the person who wrote it, or None for the bot.
    ``seen_only_by`` is the id of the person who sees an ephemeral message, or None for everyone.
    ``thread_ts`` is the parent message of a reply, or None; ``is_broadcast`` also shows it in the channel.
    ``files`` are those that were shared with it.
    """

    ts: str
    channel: str
    text: str
    blocks: tuple[Payload, ...]
    seen_only_by: str | None = None
    thread_ts: str | None = None
    is_broadcast: bool = False
    metadata: Payload | None = None
    user: str | None = None
    files: tuple[Payload, ...] = ()

    @property
    def is_ephemeral(self) -> bool:
        """Whether one person sees it only, and ``chat.update`` can't change it."""
        return self.seen_only_by is not None

    def all_text(self) -> str:
        """Return the visible strings, one per line; if there are blocks, Slack hides the top-level text."""
        return "\n".join(visible_strings(self.blocks)) if self.blocks else self.text

    def elements(self) -> Iterator[tuple[str, Payload]]:
        """Yield every interactive element with the id of its block, from top to bottom."""
        yield from elements_of(self.blocks)

    def buttons(self) -> tuple[Button, ...]:
        """Return all buttons from top to bottom."""
        return tuple(
            Button(
                label=element["text"]["text"],
                action_id=element["action_id"],
                value=element.get("value"),
                block_id=block_id,
                element=element,
            )
            for block_id, element in self.elements()
            if element["type"] == "button"
        )

    def button(self, action_id: str, index: int = 0) -> Button:
        """Return the ``index``-th button with this action id; a LookupError lists the buttons."""
        found = [button for button in self.buttons() if button.action_id == action_id]
        if not -len(found) <= index < len(found):
            have = ", ".join(button.action_id for button in self.buttons()) or "none"
            raise LookupError(f"no button {action_id!r} number {index}; the message has: {have}")
        return found[index]


def children_of(block: Payload) -> list[Any]:
    """Return the blocks inside of a block; only a ``container`` has some."""
    children = block.get("child_blocks") if block.get("type") == "container" else None
    return children if isinstance(children, list) else []


def action_cells(block: Payload) -> Iterator[Payload]:
    """Yield the cells of a ``data_table`` that hold a button, row by row."""
    rows = block.get("rows") if block.get("type") == "data_table" else None
    for row in rows if isinstance(rows, list) else ():
        yield from (cell for cell in row if kind_of(cell) == ACTION_CELL) if isinstance(row, list) else ()


def elements_of(blocks: Iterable[Payload]) -> Iterator[tuple[str, Payload]]:
    """Yield the interactive elements of stored blocks with the id of their block, from top to bottom."""
    for block in blocks:
        candidates = [block.get("accessory"), block.get("element")]
        if block.get("type") == "actions":
            candidates += block["elements"]
        candidates += [cell["element"] for cell in action_cells(block)]
        for candidate in candidates:
            if isinstance(candidate, dict) and candidate.get("type") != "image":
                yield block["block_id"], candidate
        yield from elements_of(children_of(block))


def with_ids(blocks: list[Payload] | None) -> tuple[Payload, ...]:
    """Return the blocks with generated ids where a ``block_id`` or ``action_id`` is missing."""
    return tuple(_with_id(block) for block in blocks or ())


def _with_id(block: Payload) -> Payload:
    stored: dict[str, Any] = {"block_id": secrets.token_urlsafe(4), **block}
    for key in ("accessory", "element"):
        if isinstance(stored.get(key), dict):
            stored[key] = _with_action_id(stored[key])
    match stored["type"]:
        case "actions":
            stored["elements"] = [_with_action_id(element) for element in stored["elements"]]
        case "container":
            stored["child_blocks"] = list(with_ids(stored["child_blocks"]))
        case "data_table":
            stored["rows"] = [[_cell_with_id(cell) for cell in row] for row in stored["rows"]]
    return stored


def _cell_with_id(cell: Payload) -> Payload:
    return {**cell, "element": _with_action_id(cell["element"])} if cell["type"] == ACTION_CELL else cell


def _with_action_id(element: Payload) -> Payload:
    return element if element.get("type") == "image" else {"action_id": secrets.token_urlsafe(4), **element}
