"""Doors of what several workflows have: their lists, failures, statistics, searches and exports."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.browse.bookmark import Bookmark, MergedBookmark
from bot.browse.model import ListQuery
from bot.browse.places import StreamPlace
from bot.browse.requests import ShareList, ShowFailures, TurnPage
from bot.browse.selection import Selection, Stream
from bot.cloudflare.models import Status
from bot.failures.requests import RefreshFailures, ShareFailures
from bot.language.times import TimePoint
from bot.stats.requests import RefreshStats, ShareStats, TurnStats
from tests.support.doors.table import Doors, Trait
from tests.support.doors.world import ERRORED, HIDDEN, ROWS, SEEN, World, press, text_of, type_command
from tests.support.messages import answer, ask

DOORS: Final = Doors()


@DOORS.add("a list of several", "ord-")
async def _several(world: World) -> str:
    return await type_command(world, "list order-*,* errored rows:11")


@DOORS.add("a hidden list of several", "pay-")
async def _hidden_several(world: World) -> str:
    return await type_command(world, f"list {SEEN},{HIDDEN} errored rows:20")


@DOORS.add_two("a place in several", "a hidden place in several", (SEEN, HIDDEN), ("ord-", "pay-"))
async def _place_in_several(world: World, workflow: str) -> str:
    selection = Selection((workflow, SEEN), statuses=(ERRORED, Status("complete")))
    place = MergedBookmark(ListQuery(selection), (StreamPlace(Stream(workflow, ERRORED)),))
    return await text_of(await press(world, "list_further", TurnPage(place)))


@DOORS.add_two(
    "several that are tried again", "hidden ones that are tried again", (SEEN, HIDDEN), ("ord-", "pay-")
)
async def _several_again(world: World, workflow: str) -> str:
    selection = Selection((workflow, SEEN), statuses=(ERRORED, Status("complete")))
    return await text_of(await press(world, "list_retry", TurnPage(Bookmark(ListQuery(selection)))))


@DOORS.add("a share of several", "ord-")
async def _share_several(world: World) -> str:
    place = Bookmark(ListQuery(Selection(("*",), statuses=(ERRORED,)), rows=11))
    return await text_of(await press(world, "share", ShareList(place)))


@DOORS.add("a page of several that are shared", "ord-")
async def _page_of_several(world: World) -> str:
    listed = await ask(world.grace, "list * errored")
    shared = await answer(await world.grace.click(listed, "share"))
    return await text_of(await world.who.click(shared, "page_next"))


@DOORS.add("a status", SEEN)
async def _status(world: World) -> str:
    return await type_command(world, "errored")


@DOORS.add("a verb to come", f"/workflows list {SEEN}", Trait.BLANK)
async def _not_yet(world: World) -> str:
    return await type_command(world, f"restart {SEEN}")


@DOORS.add("an export", "ord-")
async def _export(world: World) -> str:
    return await _exported(world, SEEN)


@DOORS.add("a hidden export", "pay-")
async def _hidden_export(world: World) -> str:
    return await _exported(world, HIDDEN)


async def _exported(world: World, workflow: str) -> str:
    """Return the file that comes, or why none does."""
    begun = await type_command(world, f"export {workflow}")
    if "has begun" not in begun:
        return begun
    async with asyncio.timeout(5):
        while not (sent := [file for file in world.slack.files if file.name.startswith(workflow)]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return sent[0].content.decode()


@DOORS.add("instances that are found", "ord-1003")
async def _found(world: World) -> str:
    return await type_command(world, "find ord*")


@DOORS.add("hidden instances that are found", "pay-1003", Trait.SEARCHED)
async def _hidden_found(world: World) -> str:
    return await type_command(world, "find pay*")


@DOORS.add("a verb to come for a hidden instance", "pay-1003", Trait.SEARCHED, Trait.BLANK)
async def _hidden_not_yet(world: World) -> str:
    return await type_command(world, "restart pay-1003")


@DOORS.add_two(
    "statistics",
    "hidden statistics",
    (SEEN, HIDDEN),
    (f"{SEEN}: {ROWS} of {ROWS} failed", f"{HIDDEN}: {ROWS} of {ROWS} failed"),
)
async def _stats(world: World, workflow: str) -> str:
    return await type_command(world, f"stats {workflow}")


@DOORS.add("statistics of all", SEEN)
async def _all_stats(world: World) -> str:
    return await type_command(world, "how are all doing")


def _of(workflow: str) -> Selection:
    return Selection((workflow,), since=TimePoint("7d", datetime.now(UTC) - timedelta(days=7)))


@DOORS.add_two(
    "another time of statistics",
    "another time of hidden statistics",
    (SEEN, HIDDEN),
    (f"{SEEN}: {ROWS} of {ROWS} failed", f"{HIDDEN}: {ROWS} of {ROWS} failed"),
)
async def _turn_stats(world: World, workflow: str) -> str:
    return await text_of(await press(world, "stats_turn", TurnStats(_of(workflow))))


@DOORS.add_two(
    "a refresh of statistics",
    "a refresh of hidden statistics",
    (SEEN, HIDDEN),
    (f"{SEEN}: {ROWS} of {ROWS} failed", f"{HIDDEN}: {ROWS} of {ROWS} failed"),
)
async def _refresh_stats(world: World, workflow: str) -> str:
    return await text_of(await press(world, "stats_refresh", RefreshStats(_of(workflow))))


@DOORS.add_two(
    "a share of statistics",
    "a share of hidden statistics",
    (SEEN, HIDDEN),
    (f"{SEEN}: {ROWS} of {ROWS} failed", f"{HIDDEN}: {ROWS} of {ROWS} failed"),
)
async def _share_stats(world: World, workflow: str) -> str:
    return await text_of(await press(world, "share", ShareStats(_of(workflow))))


@DOORS.add_two(
    "failures", "hidden failures", (SEEN, HIDDEN), (f"{SEEN}: {ROWS} failed", f"{HIDDEN}: {ROWS} failed")
)
async def _failures(world: World, workflow: str) -> str:
    return await type_command(world, f"failures {workflow} since:7d")


@DOORS.add("failures of all", SEEN)
async def _all_failures(world: World) -> str:
    return await type_command(world, "what failed since:7d")


@DOORS.add_two(
    "failures by a button",
    "hidden failures by a button",
    (SEEN, HIDDEN),
    (f"{SEEN}: {ROWS} failed", f"{HIDDEN}: {ROWS} failed"),
)
async def _show_failures(world: World, workflow: str) -> str:
    return await text_of(await press(world, "failures_show", ShowFailures(_of(workflow))))


@DOORS.add_two(
    "a refresh of failures",
    "a refresh of hidden failures",
    (SEEN, HIDDEN),
    (f"{SEEN}: {ROWS} failed", f"{HIDDEN}: {ROWS} failed"),
)
async def _refresh_failures(world: World, workflow: str) -> str:
    return await text_of(await press(world, "failures_refresh", RefreshFailures(_failed(workflow))))


@DOORS.add_two(
    "a share of failures",
    "a share of hidden failures",
    (SEEN, HIDDEN),
    (f"{SEEN}: {ROWS} failed", f"{HIDDEN}: {ROWS} failed"),
)
async def _share_failures(world: World, workflow: str) -> str:
    return await text_of(await press(world, "share", ShareFailures(_failed(workflow))))


def _failed(workflow: str) -> Selection:
    return replace(_of(workflow), statuses=(ERRORED,))
