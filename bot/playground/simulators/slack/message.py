"""Messages as people see them: texts and buttons."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.playground.simulators.slack.shapes import Payload

# In the JSON, but not visible until a menu is opened or a button is pressed.
HIDDEN = frozenset({"confirm", "options", "option_groups", "value", "url", "hint_text"})
READABLE = frozenset({"text", "title", "caption", "label", "name"})


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

    @property
    def is_ephemeral(self) -> bool:
        """Whether one person sees it only, and ``chat.update`` can't change it."""
        return self.seen_only_by is not None

    def all_text(self) -> str:
        """Return the visible strings, one per line; if there are blocks, Slack hides the top-level text."""
        return "\n".join(visible_strings(self.blocks)) if self.blocks else self.text

    def elements(self) -> Iterator[tuple[str, Payload]]:
        """Yield every interactive element with the id of its block, from top to bottom."""
        for block in self.blocks:
            for element in elements_of(block):
                yield block["block_id"], element

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


def elements_of(block: Payload) -> Iterator[Payload]:
    """Yield the interactive elements of a stored block, from left to right."""
    candidates = [block.get("accessory"), block.get("element")]
    if block.get("type") == "actions":
        candidates += block["elements"]
    for candidate in candidates:
        if isinstance(candidate, dict) and candidate.get("type") != "image":
            yield candidate


def with_ids(blocks: list[Payload] | None) -> tuple[Payload, ...]:
    """Return the blocks with generated ids where a ``block_id`` or ``action_id`` is missing."""
    return tuple(_with_id(block) for block in blocks or ())


def _with_id(block: Payload) -> Payload:
    stored: dict[str, Any] = {"block_id": secrets.token_urlsafe(4), **block}
    for key in ("accessory", "element"):
        if isinstance(stored.get(key), dict):
            stored[key] = _with_action_id(stored[key])
    if stored.get("type") == "actions":
        stored["elements"] = [_with_action_id(element) for element in stored["elements"]]
    return stored


def _with_action_id(element: Payload) -> Payload:
    return element if element.get("type") == "image" else {"action_id": secrets.token_urlsafe(4), **element}
