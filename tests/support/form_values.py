"""Filling in a form as a person does: what stands there already is submitted, too."""

from collections.abc import Sequence
from typing import Any

View = dict[str, Any]
Values = dict[str, dict[str, dict[str, Any]]]
Answer = str | Sequence[str] | None

_TEXT = ("value", "initial_value")
_STATES = {
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "timepicker": ("selected_time", "initial_time"),
}
"""Where an element's state stands at a submission, and where it stood when the form was opened."""


def fill_form(view: View, /, **answers: Answer) -> Values:
    """The state of a modal's inputs at its submission.

    Args:
        view: as it was opened.
        answers: what is typed, the ids that are picked, or the texts of the options that are chosen, by block
            id; None empties a field.
    """
    inputs = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    assert set(answers) <= set(inputs), f"the form has only {list(inputs)}"
    return {
        block_id: {element["action_id"]: _state(element, answers.get(block_id, ...))}
        for block_id, element in inputs.items()
    }


def _state(element: dict[str, Any], answer: Any) -> dict[str, Any]:
    key, initial = _STATES.get(element["type"], _TEXT)
    many = key in ("selected_options", "selected_users")
    if answer is ...:
        state = element.get(initial, [] if many else None)
    elif answer is None or key not in ("selected_option", "selected_options"):
        state = [] if many and answer is None else answer
    elif many:
        state = [_option(element, text) for text in ([answer] if isinstance(answer, str) else answer)]
    else:
        state = _option(element, answer)
    return {"type": element["type"], key: state}


def _option(element: dict[str, Any], text: str) -> dict[str, Any]:
    """The option that reads so; a menu that loads as one types has none until then."""
    if "options" not in element:
        return {"text": {"type": "plain_text", "text": text, "emoji": True}, "value": text}
    (chosen,) = (option for option in element["options"] if option["text"]["text"] == text)
    found: dict[str, Any] = chosen
    return found


def shown_values(view: View) -> dict[str, str]:
    """What stands in the fields that hold anything, by block id; several things with commas between them."""
    shown = {}
    for block_id, actions in fill_form(view).items():
        (state,) = actions.values()
        (held,) = (value for key, value in state.items() if key != "type")
        if text := ", ".join(_text(item) for item in (held if isinstance(held, list) else [held]) if item):
            shown[block_id] = text
    return shown


def _text(item: dict[str, Any] | str) -> str:
    return item if isinstance(item, str) else str(item["text"]["text"])
