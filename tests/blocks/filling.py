"""Filling in a form as a person does: what stands there already is submitted, too."""

from typing import Any

View = dict[str, Any]
Values = dict[str, dict[str, dict[str, Any]]]


def filled(view: View, **answers: str | None) -> Values:
    """The state of a modal's inputs at its submission.

    Args:
        view: as it was opened.
        answers: what is typed, or the text of the option that is chosen, by block id; None empties a field.
    """
    inputs = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    assert set(answers) <= set(inputs), f"the form has only {list(inputs)}"
    return {
        block_id: {element["action_id"]: _state(element, answers.get(block_id, ...))}
        for block_id, element in inputs.items()
    }


def _state(element: dict[str, Any], answer: Any) -> dict[str, Any]:
    kind = element["type"]
    if kind != "static_select":
        return {"type": kind, "value": element.get("initial_value") if answer is ... else answer}
    if answer is ...:
        return {"type": kind, "selected_option": element.get("initial_option")}
    (chosen,) = (option for option in element["options"] if option["text"]["text"] == answer)
    return {"type": kind, "selected_option": chosen}


def standing(view: View) -> dict[str, str]:
    """What stands in the fields that hold anything, by block id."""
    shown = {}
    for block_id, actions in filled(view).items():
        (state,) = actions.values()
        option = state.get("selected_option")
        if text := option["text"]["text"] if option else state["value"]:
            shown[block_id] = text
    return shown
