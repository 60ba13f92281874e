"""Slack's rules for block elements: buttons, menus, pickers and inputs.

Source: https://docs.slack.dev/reference/block-kit/block-elements
"""

from bot.playground.simulators.slack import limits
from bot.playground.simulators.slack.shapes import (
    ACTION_ID,
    ListField,
    ObjectField,
    OneOf,
    Payload,
    Problem,
    Problems,
    Rule,
    StringField,
    TextField,
    kind_of,
    problems_of,
)

BOTH_KINDS = ("plain_text", "mrkdwn")

CONFIRM = ObjectField(
    "confirm",
    (
        TextField("title", limits.CONFIRMATION_TITLE_MAX_LENGTH, required=True),
        TextField("text", limits.CONFIRMATION_TEXT_MAX_LENGTH, BOTH_KINDS, required=True),
        TextField("confirm", limits.CONFIRMATION_CONFIRM_MAX_LENGTH, required=True),
        TextField("deny", limits.CONFIRMATION_DENY_MAX_LENGTH, required=True),
    ),
)
PLACEHOLDER = TextField("placeholder", limits.SELECT_PLACEHOLDER_MAX_LENGTH)
COMMON: tuple[Rule, ...] = (ACTION_ID, CONFIRM, PLACEHOLDER)


def _option_rules(kinds: tuple[str, ...]) -> tuple[Rule, ...]:
    return (
        TextField("text", limits.OPTION_TEXT_MAX_LENGTH, kinds, required=True),
        StringField("value", limits.OPTION_VALUE_MAX_LENGTH, required=True),
        TextField("description", limits.OPTION_DESCRIPTION_MAX_LENGTH, kinds),
    )


# Menus support plain text only; checkboxes and radio buttons support both kinds.
MENU_OPTION = _option_rules(("plain_text",))
CHOICE = _option_rules(BOTH_KINDS)


def _menu_option(option: Payload, at: str) -> Problems:
    yield from problems_of(MENU_OPTION, option, at)


def _choice(option: Payload, at: str) -> Problems:
    yield from problems_of(CHOICE, option, at)


def _options(most: int) -> ListField:
    return ListField("options", most, _menu_option, required=True)


def _choices(most: int) -> ListField:
    return ListField("options", most, _choice, required=True)


def _option_group(group: Payload, at: str) -> Problems:
    yield from TextField("label", limits.OPTION_GROUP_LABEL_MAX_LENGTH, required=True).problems(group, at)
    yield from _options(limits.OPTION_GROUP_OPTIONS_MAX_ITEMS).problems(group, at)


class _OptionsOrGroups:
    """A menu lists either options or option groups."""

    def problems(self, holder: Payload, at: str) -> Problems:
        if "options" in holder and "option_groups" in holder:
            yield Problem(at, "cannot provide both `options` and `option_groups`")
        if "option_groups" in holder:
            yield from ListField(
                "option_groups", limits.SELECT_OPTION_GROUPS_MAX_ITEMS, _option_group
            ).problems(holder, at)
        else:
            yield from _options(limits.SELECT_OPTIONS_MAX_ITEMS).problems(holder, at)


BUTTON: tuple[Rule, ...] = (
    TextField("text", limits.BUTTON_TEXT_MAX_LENGTH, required=True),
    StringField("value", limits.BUTTON_VALUE_MAX_LENGTH),
    StringField("url", limits.BUTTON_URL_MAX_LENGTH),
    StringField("accessibility_label", limits.BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH),
    OneOf("style", ("primary", "danger")),
    ACTION_ID,
    CONFIRM,
)
STATIC_MENU: tuple[Rule, ...] = (*COMMON, _OptionsOrGroups())
IMAGE: tuple[Rule, ...] = (
    StringField("image_url", limits.IMAGE_IMAGE_URL_MAX_LENGTH),
    StringField("alt_text", limits.IMAGE_ALT_TEXT_MAX_LENGTH, required=True),
)

INTERACTIVE: dict[str, tuple[Rule, ...]] = {
    "button": BUTTON,
    "static_select": STATIC_MENU,
    "multi_static_select": STATIC_MENU,
    "overflow": (ACTION_ID, CONFIRM, _options(limits.OVERFLOW_OPTIONS_MAX_ITEMS)),
    "checkboxes": (*COMMON, _choices(limits.CHECKBOXES_OPTIONS_MAX_ITEMS)),
    "radio_buttons": (*COMMON, _choices(limits.RADIO_BUTTONS_OPTIONS_MAX_ITEMS)),
    **dict.fromkeys(
        (
            f"{many}{what}_select"
            for many in ("", "multi_")
            for what in ("external", "users", "conversations", "channels")
        ),
        COMMON,
    ),
    **dict.fromkeys(("datepicker", "timepicker", "datetimepicker", "workflow_button"), COMMON),
}
INPUTS: dict[str, tuple[Rule, ...]] = {
    **{kind: rules for kind, rules in INTERACTIVE.items() if kind not in {"button", "overflow"}},
    **dict.fromkeys(
        (
            "plain_text_input",
            "rich_text_input",
            "email_text_input",
            "url_text_input",
            "number_input",
            "file_input",
        ),
        COMMON,
    ),
}
ACCESSORIES: dict[str, tuple[Rule, ...]] = {**INTERACTIVE, "image": IMAGE}


def element_problems(element: object, at: str, allowed: dict[str, tuple[Rule, ...]]) -> Problems:
    """Yield the problems of an element; only the ``allowed`` kinds are valid."""
    kind = kind_of(element)
    if not isinstance(element, dict) or kind not in allowed:
        yield Problem(f"{at}/type", f"unsupported type: {kind}")
        return
    yield from problems_of(allowed[kind], element, at)
