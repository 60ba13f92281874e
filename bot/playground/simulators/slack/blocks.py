"""Slack's rules for each kind of block.

Source: https://docs.slack.dev/reference/block-kit/blocks
"""

from bot.playground.simulators.slack import limits
from bot.playground.simulators.slack.data_blocks import DATA_TABLE, DATA_VISUALIZATION, TABLE
from bot.playground.simulators.slack.elements import (
    ACCESSORIES,
    BOTH_KINDS,
    IMAGE,
    INPUTS,
    INTERACTIVE,
    element_problems,
)
from bot.playground.simulators.slack.shapes import (
    CustomRule,
    ListField,
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
        yield from element_problems(block["accessory"], f"{at}/accessory", ACCESSORIES)


def _section_field(field: Payload, at: str) -> Problems:
    yield from text_problems(field, at, limits.SECTION_FIELDS_ITEM_MAX_LENGTH)


def _context_element(element: Payload, at: str) -> Problems:
    if element.get("type") == "image":
        yield from problems_of(IMAGE, element, at)
    else:
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
    "image": (*IMAGE, TextField("title", limits.IMAGE_TITLE_MAX_LENGTH)),
    "input": (
        TextField("label", limits.INPUT_LABEL_MAX_LENGTH, required=True),
        TextField("hint", limits.INPUT_HINT_MAX_LENGTH),
        CustomRule(_input_element),
    ),
    "markdown": (StringField("text", limits.MARKDOWN_TEXT_MAX_LENGTH, required=True),),
    "rich_text": (CustomRule(_needs_elements),),
    "table": TABLE,
    "data_table": DATA_TABLE,
    "data_visualization": DATA_VISUALIZATION,
    "alert": (TextField("text", limits.ALERT_TEXT_MAX_LENGTH, BOTH_KINDS, required=True),),
    **dict.fromkeys(
        ("card", "carousel", "container", "context_actions", "file", "plan", "task_card", "video"), ANYTHING
    ),
}

IN_MESSAGES = frozenset(RULES) - {"alert"}
IN_MODALS = frozenset(
    {"actions", "alert", "context", "divider", "header", "image", "input", "rich_text", "section", "video"}
)
BLOCK_ID = StringField("block_id", limits.BLOCK_ID_MAX_LENGTH)


def block_problems(block: object, at: str, allowed: frozenset[str]) -> Problems:
    """Yield the problems of a block on a surface that supports only the ``allowed`` kinds."""
    kind = kind_of(block)
    if not isinstance(block, dict) or kind not in allowed:
        yield Problem(f"{at}/type", f"unsupported type: {kind}")
        return
    yield from BLOCK_ID.problems(block, at)
    yield from problems_of(RULES[kind], block, at)
