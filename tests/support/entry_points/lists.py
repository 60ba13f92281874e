"""Entry points for lists, of their filter, and of all workflows."""

from typing import Final

from bot.playground.simulators.slack import Message
from tests.support.entry_points.model import EntryPoints
from tests.support.entry_points.scenario import (
    HIDDEN,
    SEEN,
    Scenario,
    first_of,
    submit,
    text_of,
    type_command,
)
from tests.support.filter_form import open_filter
from tests.support.form_values import fill_form
from tests.support.messages import answer, ask
from tests.support.overviews import choose, offered

ENTRY_POINTS: Final = EntryPoints()


@ENTRY_POINTS.add("a list", "ord-")
async def _list(scenario: Scenario) -> str:
    return await type_command(scenario, f"list {SEEN} rows:11")


@ENTRY_POINTS.add("a list that is in memory", "ord-")
async def _cached(scenario: Scenario) -> str:
    await ask(scenario.grace, f"list {SEEN}")
    return await type_command(scenario, f"list {SEEN}")


@ENTRY_POINTS.add("a list by its beginning", "ord-")
async def _beginning(scenario: Scenario) -> str:
    return await type_command(scenario, "order-proc")


@ENTRY_POINTS.add("a hidden list", "pay-")
async def _hidden_list(scenario: Scenario) -> str:
    return await type_command(scenario, f"list {HIDDEN}")


@ENTRY_POINTS.add("a hidden list by its beginning", "pay-")
async def _hidden_beginning(scenario: Scenario) -> str:
    return await type_command(scenario, "payr errored")


@ENTRY_POINTS.add("all workflows", SEEN)
async def _overview(scenario: Scenario) -> str:
    return await type_command(scenario, "")


@ENTRY_POINTS.add("a button of a mistake", "ord-")
async def _run(scenario: Scenario) -> str:
    button = {"type": "button", "action_id": "command_run", "block_id": "b", "value": f"list {SEEN}"}
    return await text_of(await scenario.who.act(scenario.listed, button))


@ENTRY_POINTS.add("the next page", "ord-")
async def _next(scenario: Scenario) -> str:
    return await text_of(await scenario.who.click(scenario.listed, "page_next"))


@ENTRY_POINTS.add("a refresh", "ord-")
async def _refresh(scenario: Scenario) -> str:
    return await text_of(await scenario.who.click(scenario.listed, "page_refresh"))


@ENTRY_POINTS.add("a hidden refresh", "pay-")
async def _hidden_refresh(scenario: Scenario) -> str:
    return await text_of(await scenario.who.click(scenario.hidden, "page_refresh"))


@ENTRY_POINTS.add("a list from all workflows", "ord-")
async def _open(scenario: Scenario) -> str:
    option, _ = await offered(scenario.grace, scenario.overview)
    return await text_of(await choose(scenario.who, scenario.overview, option))


@ENTRY_POINTS.add("a hidden list from all workflows", "pay-")
async def _open_hidden(scenario: Scenario) -> str:
    _, option = await offered(scenario.grace, scenario.overview)
    return await text_of(await choose(scenario.who, scenario.overview, option))


@ENTRY_POINTS.add("the menu of all workflows", SEEN)
async def _menu_of_workflows(scenario: Scenario) -> str:
    return "\n".join(each["text"]["text"] for each in await offered(scenario.who, scenario.overview))


@ENTRY_POINTS.add("the menu of the filter", SEEN)
async def _menu_of_filter(scenario: Scenario) -> str:
    view = await (await scenario.grace.click(scenario.listed, "filter_open")).view()
    options = (await scenario.who.type_into_menu("filter_workflows", "", view))["options"]
    return "\n".join(option["text"]["text"] for option in options)


@ENTRY_POINTS.add("the filter", "Rows")
async def _filter(scenario: Scenario) -> str:
    return await first_of(await scenario.who.click(scenario.listed, "filter_open"))


@ENTRY_POINTS.add("a submitted filter", "ord-")
async def _submit(scenario: Scenario) -> str:
    return await _submitted(scenario, scenario.listed)


@ENTRY_POINTS.add("a hidden submitted filter", "pay-")
async def _submit_hidden(scenario: Scenario) -> str:
    return await _submitted(scenario, scenario.hidden)


async def _submitted(scenario: Scenario, listed: Message) -> str:
    """Submit the form that Grace opened; what follows may be in the form, or in a message."""
    view = await open_filter(scenario.grace, listed)
    return await submit(scenario, view, fill_form(view.payload, rows="5"))


@ENTRY_POINTS.add("a share", "ord-")
async def _share(scenario: Scenario) -> str:
    return await text_of(await scenario.who.click(scenario.listed, "share"))


@ENTRY_POINTS.add("a hidden share", "pay-")
async def _hidden_share(scenario: Scenario) -> str:
    return await text_of(await scenario.who.click(scenario.hidden, "share"))


@ENTRY_POINTS.add("a page of what is shared", "ord-")
async def _page_of_share(scenario: Scenario) -> str:
    shared = await answer(await scenario.grace.click(scenario.listed, "share"))
    return await text_of(await scenario.who.click(shared, "page_next"))


@ENTRY_POINTS.add("a hidden page of what is shared", "pay-")
async def _hidden_page_of_share(scenario: Scenario) -> str:
    shared = await answer(await scenario.grace.click(scenario.hidden, "share"))
    return await text_of(await scenario.who.click(shared, "page_next"))
