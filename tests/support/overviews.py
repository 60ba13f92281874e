"""The menu of the overview, as a person uses it."""

from typing import Any

from bot.playground.simulators.slack import Message, Person, Reply
from tests.support.messages import answer

MENU = "workflow_open"


async def offered(person: Person, overview: Message, typed: str = "") -> list[dict[str, Any]]:
    """Return the options of the menu that opens a workflow."""
    (block,) = (block_id for block_id, element in overview.elements() if element["action_id"] == MENU)
    options: list[dict[str, Any]] = (await person.type_into_menu(MENU, typed, overview, block))["options"]
    return options


async def choose(person: Person, overview: Message, option: dict[str, Any]) -> Reply:
    """Choose one of them."""
    (block,) = (block_id for block_id, element in overview.elements() if element["action_id"] == MENU)
    action = {"type": "external_select", "action_id": MENU, "block_id": block, "selected_option": option}
    return await person.act(overview, action)


async def open_workflow(person: Person, overview: Message, number: int = 0) -> Message:
    """Choose a workflow by its number in the menu, and return its list."""
    options = await offered(person, overview)
    return await answer(await choose(person, overview, options[number]))
