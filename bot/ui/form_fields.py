"""The fields of a form, each with what stands in it already, and the modal around them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.cloudflare.models import Status
from bot.language.errors import FormErrors
from bot.language.options import Field, Option
from bot.ui import limits
from bot.ui.elements import modal, plain_text
from bot.ui.limits import Block
from bot.ui.mrkdwn import plain
from bot.ui.statuses import URGENCY, appearance

_LONGEST_WORD: Final = 40


def form_view(title: str, blocks: list[Block], *, callback: str, submit: str, metadata: str) -> Block:
    """Build a modal with fields; `metadata` comes back with the submission.

    Raises:
        ValueError: the metadata does not fit, and cutting it would break it.
    """
    if len(metadata) > limits.METADATA:
        raise ValueError(f"a form's metadata has {len(metadata)} characters")
    return {
        **modal(title, blocks, close="Cancel"),
        "callback_id": callback,
        "submit": plain_text(submit, limits.TITLE),
        "private_metadata": metadata,
    }


def input_field(key: str, field: Field, element: Block, *, optional: bool = False) -> Block:
    """Build a field; its element is called as the block is, unless it has a name of its own."""
    block: Block = {
        "type": "input",
        "block_id": key,
        "label": plain_text(field.label, limits.BUTTON),
        "element": {"action_id": key, **element},
        "optional": optional,
    }
    if field.hint:
        block["hint"] = plain_text(field.hint, limits.CONTEXT)
    return block


def option_field(option: Option[Any], element: Block, *, key: str = "", optional: bool = False) -> Block:
    """Build the field of an option that forms have; its key is the option's, unless another is given."""
    return input_field(key or option.key, option.field, element, optional=optional)


def text_input(text: str, placeholder: str, longest: int) -> Block:
    """Build an element for a line of text."""
    element: Block = {
        "type": "plain_text_input",
        "max_length": longest,
        "placeholder": plain_text(placeholder, limits.BUTTON),
    }
    return {**element, "initial_value": text} if text else element


def number_input(text: str, most: int) -> Block:
    """Build an element for a whole number from 1."""
    return {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": "1",
        "max_value": str(most),
        "initial_value": text,
    }


def time_input(time: str) -> Block:
    """Build an element for a time of day, as `HH:MM`."""
    return {"type": "timepicker", **({"initial_time": time} if time else {})}


def menu(options: list[Block], selected: str | None) -> Block:
    """Build a menu; `selected` is the value of one of its options; None where none is chosen yet."""
    element: Block = {"type": "static_select", "options": options}
    if selected is None:
        return element
    (initial,) = (option for option in options if option["value"] == selected)
    return {**element, "initial_option": initial}


def multi_menu(options: list[Block], selected: Sequence[str], placeholder: str) -> Block:
    """Build a menu of which several options may be chosen; `selected` are the values of those that are."""
    by_value = {option["value"]: option for option in options}
    initial = [by_value[value] for value in selected]
    element: Block = {
        "type": "multi_static_select",
        "options": options,
        "placeholder": plain_text(placeholder, limits.BUTTON),
    }
    return {**element, "initial_options": initial} if initial else element


def menu_option(text: str, value: str, *, emoji: bool = True) -> Block:
    """Build an option of a menu.

    Raises:
        ValueError: the value does not fit, and cutting it would break it.
    """
    if len(value) > limits.OPTION_VALUE:
        raise ValueError(f"an option's value has {len(value)} characters")
    return {"text": plain_text(text, limits.OPTION, emoji=emoji), "value": value}


def status_options(present: Status | None, *, value: str = "") -> list[Block]:
    """Build an option for each status, the most urgent first; an unknown one that is present comes last.

    Args:
        present: the status that is selected now.
        value: stands for an unknown status that is present; without it that status stands for itself.
    """
    options = [_status_option(Status(status), status) for status in URGENCY]
    if present is not None and present not in URGENCY:
        options.append(_status_option(present, value or present))
    return options


def checkboxes(texts: Mapping[str, str], selected_options: Sequence[str]) -> Block:
    """Build boxes to tick; `texts` are by value."""
    options = {value: menu_option(text, value) for value, text in texts.items()}
    element: Block = {"type": "checkboxes", "options": [*options.values()]}
    initial = [option for value, option in options.items() if value in selected_options]
    return {**element, "initial_options": initial} if initial else element


def field_errors(errors: FormErrors) -> dict[str, str]:
    """Return the error at each field, as plain text without the keys and the code that only commands have."""
    texts = {}
    for key, error in errors.by_field.items():
        word = limits.shorten(plain(error.word.removeprefix(f"{key}:")), _LONGEST_WORD)
        advice = plain(f"{error.problem}. Expected: {error.expected}.")
        text = f"“{word}” " + re.sub(r"`(?:[a-z]+:(?=[^`]))?([^`]*?):?`", r"\1", advice)
        right = plain((error.nearest or "").removeprefix(f"{key}:"))
        texts[key] = text + (f" Did you mean “{right}”?" if right else "")
    return texts


def _status_option(status: Status, value: str) -> Block:
    looks = appearance(status)
    return menu_option(f"{looks.emoji} {looks.word}", value)
