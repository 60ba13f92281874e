"""Slack's rules for each kind of block.

Source: https://docs.slack.dev/reference/block-kit/blocks
"""

from bot.playground.simulators.slack import limits
from bot.playground.simulators.slack.data_blocks import DATA_TABLE, DATA_VISUALIZATION, TABLE
from bot.playground.simulators.slack.elements import (
    BOTH_KINDS,
    INPUTS,
    INTERACTIVE,
    element_problems,
)
from bot.playground.simulators.slack.message import ACTION_CELL, action_cells, children_of
from bot.playground.simulators.slack.shapes import (
    BooleanField,
    CustomRule,
    ListField,
    OneOf,
    Payload,
    Problem,
    Problems,
    Rule,
    StringField,
    TextField,
    kind_of,
    problems_of,
    repeated,
    text_problems,
)


def _section_needs_something(block: Payload, at: str) -> Problems:
    if "text" not in block and "fields" not in block:
        yield Problem(f"{at}/type", "must define either `text` or `fields`")


def _accessory(block: Payload, at: str) -> Problems:
    if "accessory" in block:
        yield from element_problems(block["accessory"], f"{at}/accessory", INTERACTIVE)


def _section_field(field: Payload, at: str) -> Problems:
    yield from text_problems(field, at, limits.SECTION_FIELDS_ITEM_MAX_LENGTH)


def _context_element(element: Payload, at: str) -> Problems:
    yield from text_problems(element, at, limits.TEXT_MAX_LENGTH)


def _action(element: Payload, at: str) -> Problems:
    yield from element_problems(element, at, INTERACTIVE)


def _distinct_action_ids(block: Payload, at: str) -> Problems:
    for action_id in repeated(block.get("elements"), "action_id"):
        yield Problem(f"{at}/elements", f"`action_id` {action_id!r} already exists")


def _input_element(block: Payload, at: str) -> Problems:
    yield from element_problems(block.get("element"), f"{at}/element", INPUTS)


def _needs_elements(block: Payload, at: str) -> Problems:
    if not isinstance(block.get("elements"), list):
        yield Problem(at, "missing required field: elements")


def _container(block: Payload, at: str) -> Problems:
    if "title" not in block and "rich_text_title" not in block:
        yield Problem(at, "missing required field: title or rich_text_title")
    if "rich_text_title" in block and kind_of(block["rich_text_title"]) != "rich_text":
        yield Problem(f"{at}/rich_text_title", "must be a rich_text block")
    is_collapsible = block.get("is_collapsible") is True
    if block.get("default_collapsed") is True and not is_collapsible:
        yield Problem(f"{at}/default_collapsed", "requires `is_collapsible`")
    if block.get("has_header_divider") is True and is_collapsible:
        yield Problem(f"{at}/has_header_divider", "cannot be used with `is_collapsible`")


def _no_rule(_: Payload, __: str) -> Problems:
    yield from ()


ANYTHING: tuple[Rule, ...] = ()
RULES: dict[str, tuple[Rule, ...]] = {
    "header": (TextField("text", limits.HEADER_TEXT_MAX_LENGTH, required=True),),
    "section": (
        TextField("text", limits.SECTION_TEXT_MAX_LENGTH, BOTH_KINDS),
        ListField("fields", limits.SECTION_FIELDS_MAX_ITEMS, _section_field),
        CustomRule(_section_needs_something),
        CustomRule(_accessory),
    ),
    "context": (ListField("elements", limits.CONTEXT_ELEMENTS_MAX_ITEMS, _context_element, required=True),),
    "actions": (
        ListField("elements", limits.ACTIONS_ELEMENTS_MAX_ITEMS, _action, required=True),
        CustomRule(_distinct_action_ids),
    ),
    "divider": ANYTHING,
    "input": (
        TextField("label", limits.INPUT_LABEL_MAX_LENGTH, required=True),
        TextField("hint", limits.INPUT_HINT_MAX_LENGTH),
        CustomRule(_input_element),
    ),
    "rich_text": (CustomRule(_needs_elements),),
    "table": TABLE,
    "data_table": DATA_TABLE,
    "data_visualization": DATA_VISUALIZATION,
    "alert": (
        TextField("text", limits.ALERT_TEXT_MAX_LENGTH, BOTH_KINDS, required=True),
        OneOf("level", ("default", "info", "warning", "error", "success")),
    ),
    "container": (
        TextField("title", limits.CONTAINER_TITLE_MAX_LENGTH),
        TextField("subtitle", limits.CONTAINER_SUBTITLE_MAX_LENGTH, BOTH_KINDS),
        # `block_problems` checks each child, as it knows what the surface supports.
        ListField("child_blocks", limits.CONTAINER_CHILD_BLOCKS_MAX_ITEMS, _no_rule, required=True),
        BooleanField("is_collapsible"),
        BooleanField("default_collapsed"),
        BooleanField("has_header_divider"),
        OneOf("width", ("narrow", "standard", "wide", "full")),
        CustomRule(_container),
    ),
    "card": ANYTHING,
}

IN_MESSAGES = frozenset(RULES) - {"alert"}
IN_MODALS = frozenset({"actions", "alert", "context", "divider", "header", "input", "rich_text", "section"})
# Also images, files and videos, which this bot does not send.
IN_CONTAINERS = frozenset(
    {"actions", "context", "divider", "header", "input", "rich_text", "section", "table"}
)
BLOCK_ID = StringField("block_id", limits.BLOCK_ID_MAX_LENGTH)


def block_problems(
    block: object, at: str, allowed: frozenset[str], unsupported: frozenset[str] = frozenset()
) -> Problems:
    """Yield the problems of a block where only the ``allowed`` kinds may stand.

    ``unsupported`` are kinds of blocks and cells that are refused everywhere, also inside other blocks.
    """
    kind = kind_of(block)
    if not isinstance(block, dict) or kind not in allowed - unsupported:
        yield Problem(f"{at}/type", f"unsupported type: {kind}")
        return
    yield from BLOCK_ID.problems(block, at)
    yield from problems_of(RULES[kind], block, at)
    for index, child in enumerate(children_of(block)):
        yield from block_problems(child, f"{at}/child_blocks/{index}", IN_CONTAINERS, unsupported)
    if ACTION_CELL in unsupported and any(action_cells(block)):
        yield Problem(f"{at}/rows", f"unsupported type: {ACTION_CELL}")
