"""Doors of lists, of their filter, and of all workflows."""

from typing import Final

from bot.playground.simulators.slack import Message
from tests.support.doors.table import Doors
from tests.support.doors.world import HIDDEN, SEEN, World, first_of, submit, text_of, type_command
from tests.support.filter_form import open_filter
from tests.support.form_values import fill_form
from tests.support.messages import answer, ask
from tests.support.overviews import choose, offered

DOORS: Final = Doors()


@DOORS.add("a list", "ord-")
async def _list(world: World) -> str:
    return await type_command(world, f"list {SEEN} rows:11")


@DOORS.add("a list that is in memory", "ord-")
async def _cached(world: World) -> str:
    await ask(world.grace, f"list {SEEN}")
    return await type_command(world, f"list {SEEN}")


@DOORS.add("a list by its beginning", "ord-")
async def _beginning(world: World) -> str:
    return await type_command(world, "order-proc")


@DOORS.add("a hidden list", "pay-")
async def _hidden_list(world: World) -> str:
    return await type_command(world, f"list {HIDDEN}")


@DOORS.add("a hidden list by its beginning", "pay-")
async def _hidden_beginning(world: World) -> str:
    return await type_command(world, "payr errored")


@DOORS.add("all workflows", SEEN)
async def _overview(world: World) -> str:
    return await type_command(world, "")


@DOORS.add("a button of a mistake", "ord-")
async def _run(world: World) -> str:
    button = {"type": "button", "action_id": "command_run", "block_id": "b", "value": f"list {SEEN}"}
    return await text_of(await world.who.act(world.listed, button))


@DOORS.add("the next page", "ord-")
async def _next(world: World) -> str:
    return await text_of(await world.who.click(world.listed, "page_next"))


@DOORS.add("a refresh", "ord-")
async def _refresh(world: World) -> str:
    return await text_of(await world.who.click(world.listed, "page_refresh"))


@DOORS.add("a hidden refresh", "pay-")
async def _hidden_refresh(world: World) -> str:
    return await text_of(await world.who.click(world.hidden, "page_refresh"))


@DOORS.add("a list from all workflows", "ord-")
async def _open(world: World) -> str:
    option, _ = await offered(world.grace, world.overview)
    return await text_of(await choose(world.who, world.overview, option))


@DOORS.add("a hidden list from all workflows", "pay-")
async def _open_hidden(world: World) -> str:
    _, option = await offered(world.grace, world.overview)
    return await text_of(await choose(world.who, world.overview, option))


@DOORS.add("the menu of all workflows", SEEN)
async def _menu_of_workflows(world: World) -> str:
    return "\n".join(each["text"]["text"] for each in await offered(world.who, world.overview))


@DOORS.add("the menu of the filter", SEEN)
async def _menu_of_filter(world: World) -> str:
    view = await (await world.grace.click(world.listed, "filter_open")).view()
    options = (await world.who.type_into_menu("filter_workflows", "", view))["options"]
    return "\n".join(option["text"]["text"] for option in options)


@DOORS.add("the filter", "Rows")
async def _filter(world: World) -> str:
    return await first_of(await world.who.click(world.listed, "filter_open"))


@DOORS.add("a submitted filter", "ord-")
async def _submit(world: World) -> str:
    return await _submitted(world, world.listed)


@DOORS.add("a hidden submitted filter", "pay-")
async def _submit_hidden(world: World) -> str:
    return await _submitted(world, world.hidden)


async def _submitted(world: World, listed: Message) -> str:
    """Submit the form that Grace opened; what follows may be in the form, or in a message."""
    view = await open_filter(world.grace, listed)
    return await submit(world, view, fill_form(view.payload, rows="5"))


@DOORS.add("a share", "ord-")
async def _share(world: World) -> str:
    return await text_of(await world.who.click(world.listed, "share"))


@DOORS.add("a hidden share", "pay-")
async def _hidden_share(world: World) -> str:
    return await text_of(await world.who.click(world.hidden, "share"))


@DOORS.add("a page of what is shared", "ord-")
async def _page_of_share(world: World) -> str:
    shared = await answer(await world.grace.click(world.listed, "share"))
    return await text_of(await world.who.click(shared, "page_next"))


@DOORS.add("a hidden page of what is shared", "pay-")
async def _hidden_page_of_share(world: World) -> str:
    shared = await answer(await world.grace.click(world.hidden, "share"))
    return await text_of(await world.who.click(shared, "page_next"))
