"""What was filled into a form, as Slack sends it; what it never sends counts as left empty."""

from collections.abc import Mapping
from typing import Any

State = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""What a submission carries: block id → action id → the element's state. Each block here has one element."""


def text_value(state: State, block_id: str, kind: str = "value") -> str:
    """Return a typed text or a picked id; empty if there is none."""
    text = _element(state, block_id).get(kind)
    return text if isinstance(text, str) else ""


def selected_option(state: State, block_id: str) -> str | None:
    """Return the value of a menu's option; None if none is chosen or the menu was not shown."""
    return _value(_element(state, block_id).get("selected_option"))


def selected_options(state: State, block_id: str) -> tuple[str, ...]:
    """Return the values of the chosen options."""
    options = _element(state, block_id).get("selected_options")
    values = map(_value, options if isinstance(options, list) else ())
    return tuple(value for value in values if value is not None)


def selected_users(state: State, block_id: str) -> tuple[str, ...]:
    """Return the ids of the picked people."""
    users = _element(state, block_id).get("selected_users")
    return tuple(user for user in users if isinstance(user, str)) if isinstance(users, list) else ()


def _element(state: State, block_id: str) -> Mapping[str, Any]:
    elements = state.get(block_id)
    element = next(iter(elements.values()), None) if isinstance(elements, Mapping) else None
    return element if isinstance(element, Mapping) else {}


def _value(option: object) -> str | None:
    value = option.get("value") if isinstance(option, Mapping) else None
    return value if isinstance(value, str) else None
