"""Validation of messages and views."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.playground.simulators.slack import limits
from bot.playground.simulators.slack.blocks import IN_MESSAGES, IN_MODALS, block_problems
from bot.playground.simulators.slack.message import children_of, visible_strings
from bot.playground.simulators.slack.shapes import (
    Payload,
    Problem,
    Problems,
    RefusedError,
    StringField,
    TextField,
    kind_of,
    problems_of,
    repeated,
)

MOST_OF_A_KIND = {
    "table": 1,
    "data_visualization": limits.MESSAGE_DATA_VISUALIZATIONS_MAX_ITEMS,
}
VIEW_RULES = (
    TextField("title", limits.VIEW_TITLE_MAX_LENGTH, required=True),
    TextField("submit", limits.VIEW_SUBMIT_MAX_LENGTH),
    TextField("close", limits.VIEW_CLOSE_MAX_LENGTH),
)
# Unlike texts, these may be empty: slack_sdk and Slack send "" for none.
VIEW_STRINGS = (
    StringField("private_metadata", limits.VIEW_PRIVATE_METADATA_MAX_LENGTH),
    StringField("callback_id", limits.VIEW_CALLBACK_ID_MAX_LENGTH),
    StringField("external_id", limits.VIEW_EXTERNAL_ID_MAX_LENGTH),
)


@dataclass(frozen=True, slots=True)
class PayloadValidator:
    """Validates messages and views as Slack does.

    ``unsupported`` are documented kinds of block that it refuses, as in workspaces in which
    a newer block is not available yet; ``"action"`` refuses cells with a button.
    """

    unsupported: frozenset[str] = frozenset()

    def check_message(self, text: str | None, blocks: object) -> None:
        """Check a message.

        Raises:
            RefusedError: ``no_text``, ``msg_too_long``, ``invalid_blocks`` or ``msg_blocks_too_long``.
        """
        if not text and not blocks:
            raise RefusedError("no_text")
        if text and len(text) > limits.MESSAGE_TEXT_MAX_LENGTH:
            raise RefusedError("msg_too_long")
        if blocks is not None:
            self._check_blocks(blocks)

    def _check_blocks(self, blocks: object) -> None:
        if not isinstance(blocks, list):
            raise RefusedError("invalid_blocks", (Problem("/blocks", "must be an array"),))
        problems = (
            *_problems_in(blocks, IN_MESSAGES, self.unsupported, limits.MESSAGE_BLOCKS_MAX_ITEMS),
            *_problems_together(blocks),
        )
        if problems:
            raise RefusedError("invalid_blocks", problems)
        counted = (block for block in blocks if kind_of(block) != "data_table")  # it has a limit of its own
        if _characters(counted) > limits.MESSAGE_BLOCKS_MAX_CHARACTERS:
            raise RefusedError("msg_blocks_too_long")

    def check_view(self, view: object) -> None:
        """Check a view; RefusedError with ``invalid_arguments`` or ``view_too_large``."""
        if not isinstance(view, dict):
            raise RefusedError("invalid_arguments", (Problem("/view", "must be an object"),))
        problems = tuple(_view_problems(view, self.unsupported))
        if problems:
            raise RefusedError("invalid_arguments", problems)
        if len(json.dumps(view).encode()) > limits.VIEW_MAX_BYTES:
            raise RefusedError("view_too_large")


def _problems_in(
    blocks: list[Any], allowed: frozenset[str], unsupported: frozenset[str], most: int
) -> Problems:
    everything = _all_in(blocks)
    # Slack counts the blocks inside of a `layout`; for a `container` it does not say.
    if len(everything) > most:
        yield Problem("/blocks", f"no more than {most} items allowed")
    for index, block in enumerate(blocks):
        yield from block_problems(block, f"/blocks/{index}", allowed, unsupported)
    for block_id in repeated(everything, "block_id"):
        yield Problem("/blocks", f"block_id already exists: {block_id}")


def _problems_together(blocks: list[Any]) -> Problems:
    everything = _all_in(blocks)
    kinds = Counter(kind_of(block) for block in everything)
    for kind, most in MOST_OF_A_KIND.items():
        if kinds[kind] > most:
            yield Problem("/blocks", f"no more than {most} {kind} blocks allowed")
    most = limits.DATA_TABLE_TOTAL_CONTENT_MAX_LENGTH
    if _characters(block.get("rows") for block in everything if kind_of(block) == "data_table") > most:
        yield Problem("/blocks", f"data_table cells must be less than {most + 1} characters")


def _all_in(blocks: list[Any]) -> list[Any]:
    """Return the blocks, each followed by the blocks inside of it."""
    return [
        nested
        for block in blocks
        for nested in (block, *(_all_in(children_of(block)) if isinstance(block, dict) else ()))
    ]


def _characters(nodes: Iterable[object]) -> int:
    return sum(len(string) for node in nodes for string in visible_strings(node))


def _view_problems(view: Payload, unsupported: frozenset[str]) -> Problems:
    if view.get("type") != "modal":
        yield Problem("/view/type", "must be modal")
    yield from problems_of(
        VIEW_RULES, {key: value for key, value in view.items() if value is not None}, "/view"
    )
    yield from problems_of(VIEW_STRINGS, {key: value for key, value in view.items() if value}, "/view")
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or not blocks:
        yield Problem("/view", "missing required field: blocks")
        return
    yield from _problems_in(blocks, IN_MODALS, unsupported, limits.VIEW_BLOCKS_MAX_ITEMS)
    if "submit" not in view and any(kind_of(block) == "input" for block in blocks):
        yield Problem("/view", "missing required field: submit")
