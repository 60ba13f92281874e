"""A message as a person meets it: what can be read and what can be clicked."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.playground.simulators.slack.shapes import Payload

# Present in the JSON, yet not on the screen until a menu is opened or a button pressed.
HIDDEN = frozenset({"confirm", "options", "option_groups", "value", "url", "hint_text"})
READABLE = frozenset({"text", "title", "caption", "label", "alt_text", "name"})


def visible_strings(node: object) -> Iterator[str]:
    """Every string of these blocks that somebody can read, in reading order."""
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
    """Something to press; ``element`` is its JSON as Slack stores it."""

    label: str
    action_id: str
    value: str | None
    block_id: str
    element: Payload


@dataclass(frozen=True, slots=True)
class Message:
    """One message at one moment; an update gives a new value with the same ``ts``.

    ``seen_only_by`` is the id of the one person an ephemeral message is shown to, or None for everybody.
    ``thread_ts`` is the message it replies to, or None; one that ``is_broadcast`` stands in the channel, too.
    """

    ts: str
    channel: str
    text: str
    blocks: tuple[Payload, ...]
    seen_only_by: str | None = None
    thread_ts: str | None = None
    is_broadcast: bool = False
    metadata: Payload | None = None

    @property
    def is_ephemeral(self) -> bool:
        """Whether it vanishes with the session and cannot be reached by ``chat.update``."""
        return self.seen_only_by is not None

    def all_text(self) -> str:
        """All visible strings, one a line; where there are blocks Slack does not show the top-level text."""
        return "\n".join(visible_strings(self.blocks)) if self.blocks else self.text

    def elements(self) -> Iterator[tuple[str, Payload]]:
        """Every interactive element with the id of its block, from top to bottom."""
        for block in self.blocks:
            for element in elements_of(block):
                yield block["block_id"], element

    def buttons(self) -> tuple[Button, ...]:
        """Every button, from top to bottom."""
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
        """Return the ``index``-th button with this action id; a LookupError names the ones there are."""
        found = [button for button in self.buttons() if button.action_id == action_id]
        if not -len(found) <= index < len(found):
            have = ", ".join(button.action_id for button in self.buttons()) or "none"
            raise LookupError(f"no button {action_id!r} number {index}; the message has: {have}")
        return found[index]


def elements_of(block: Payload) -> Iterator[Payload]:
    """Every interactive element of a stored block, from left to right."""
    candidates = [block.get("accessory"), block.get("element")]
    if block.get("type") == "actions":
        candidates += block["elements"]
    for candidate in candidates:
        if isinstance(candidate, dict) and candidate.get("type") != "image":
            yield candidate


def with_ids(blocks: list[Payload] | None) -> tuple[Payload, ...]:
    """Return the blocks as Slack stores them: those without a ``block_id`` or ``action_id`` are given one."""
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
