"""Entry points for what several workflows have: their lists, failures, statistics, searches and exports."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.browse.bookmark import Bookmark, MergedBookmark
from bot.browse.model import ListQuery
from bot.browse.requests import ShareList, ShowFailures, TurnPage
from bot.browse.selection import Selection, Stream
from bot.browse.several.places import StreamPlace
from bot.cloudflare.models import Status
from bot.failures.requests import RefreshFailures, ShareFailures
from bot.language.times import TimePoint
from bot.stats.requests import RefreshStats, ShareStats, TurnStats
from tests.support.entry_points.model import EntryPoints, Trait
from tests.support.entry_points.scenario import (
    ERRORED,
    HIDDEN,
    ROWS,
    SEEN,
    Scenario,
    press,
    text_of,
    type_command,
)
from tests.support.messages import answer, ask

ENTRY_POINTS: Final = EntryPoints()


@ENTRY_POINTS.add("a list of several", "ord-")
async def _several(scenario: Scenario) -> str:
    return await type_command(scenario, "list order-*,* errored rows:11")


@ENTRY_POINTS.add("a hidden list of several", "pay-")
async def _hidden_several(scenario: Scenario) -> str:
    return await type_command(scenario, f"list {SEEN},{HIDDEN} errored rows:20")


@ENTRY_POINTS.add_two("a place in several", "a hidden place in several", (SEEN, HIDDEN), ("ord-", "pay-"))
async def _place_in_several(scenario: Scenario, workflow: str) -> str:
    selection = Selection((workflow, SEEN), statuses=(ERRORED, Status("complete")))
    place = MergedBookmark(ListQuery(selection), (StreamPlace(Stream(workflow, ERRORED)),))
    return await text_of(await press(scenario, "list_further", TurnPage(place)))


@ENTRY_POINTS.add_two(
    "several that are tried again", "hidden ones that are tried again", (SEEN, HIDDEN), ("ord-", "pay-")
)
async def _several_again(scenario: Scenario, workflow: str) -> str:
    selection = Selection((workflow, SEEN), statuses=(ERRORED, Status("complete")))
    return await text_of(await press(scenario, "list_retry", TurnPage(Bookmark(ListQuery(selection)))))


@ENTRY_POINTS.add("a share of several", "ord-")
async def _share_several(scenario: Scenario) -> str:
    place = Bookmark(ListQuery(Selection(("*",), statuses=(ERRORED,)), rows=11))
    return await text_of(await press(scenario, "share", ShareList(place)))


@ENTRY_POINTS.add("a page of several that are shared", "ord-")
async def _page_of_several(scenario: Scenario) -> str:
    listed = await ask(scenario.grace, "list * errored")
    shared = await answer(await scenario.grace.click(listed, "share"))
    return await text_of(await scenario.who.click(shared, "page_next"))


@ENTRY_POINTS.add("a status", SEEN)
async def _status(scenario: Scenario) -> str:
    return await type_command(scenario, "errored")


@ENTRY_POINTS.add("a verb to come", f"/workflows list {SEEN}", Trait.BLANK)
async def _not_yet(scenario: Scenario) -> str:
    return await type_command(scenario, f"restart {SEEN}")


@ENTRY_POINTS.add("an export", "ord-")
async def _export(scenario: Scenario) -> str:
    return await _exported(scenario, SEEN)


@ENTRY_POINTS.add("a hidden export", "pay-")
async def _hidden_export(scenario: Scenario) -> str:
    return await _exported(scenario, HIDDEN)


async def _exported(scenario: Scenario, workflow: str) -> str:
    """Return the file that comes, or why none does."""
    begun = await type_command(scenario, f"export {workflow}")
    if "has begun" not in begun:
        return begun
    async with asyncio.timeout(5):
        while not (sent := [file for file in scenario.slack.files if file.name.startswith(workflow)]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return sent[0].content.decode()


@ENTRY_POINTS.add("instances that are found", "ord-1003")
async def _found(scenario: Scenario) -> str:
    return await type_command(scenario, "find ord*")


@ENTRY_POINTS.add("hidden instances that are found", "pay-1003", Trait.SEARCHED)
async def _hidden_found(scenario: Scenario) -> str:
    return await type_command(scenario, "find pay*")


@ENTRY_POINTS.add("a verb to come for a hidden instance", "pay-1003", Trait.SEARCHED, Trait.BLANK)
async def _hidden_not_yet(scenario: Scenario) -> str:
    return await type_command(scenario, "restart pay-1003")


@ENTRY_POINTS.add_two(
    "statistics",
    "hidden statistics",
    (SEEN, HIDDEN),
    (f"{SEEN}: {ROWS} of {ROWS} failed", f"{HIDDEN}: {ROWS} of {ROWS} failed"),
)
async def _stats(scenario: Scenario, workflow: str) -> str:
    return await type_command(scenario, f"stats {workflow}")


@ENTRY_POINTS.add("statistics of all", SEEN)
async def _all_stats(scenario: Scenario) -> str:
    return await type_command(scenario, "how are all doing")


def _of(workflow: str) -> Selection:
    return Selection((workflow,), since=TimePoint("7d", datetime.now(UTC) - timedelta(days=7)))


@ENTRY_POINTS.add_two(
    "another time of statistics",
    "another time of hidden statistics",
    (SEEN, HIDDEN),
    (f"{SEEN}: {ROWS} of {ROWS} failed", f"{HIDDEN}: {ROWS} of {ROWS} failed"),
)
async def _turn_stats(scenario: Scenario, workflow: str) -> str:
    return await text_of(await press(scenario, "stats_turn", TurnStats(_of(workflow))))


@ENTRY_POINTS.add_two(
    "a refresh of statistics",
    "a refresh of hidden statistics",
    (SEEN, HIDDEN),
    (f"{SEEN}: {ROWS} of {ROWS} failed", f"{HIDDEN}: {ROWS} of {ROWS} failed"),
)
async def _refresh_stats(scenario: Scenario, workflow: str) -> str:
    return await text_of(await press(scenario, "stats_refresh", RefreshStats(_of(workflow))))


@ENTRY_POINTS.add_two(
    "a share of statistics",
    "a share of hidden statistics",
    (SEEN, HIDDEN),
    (f"{SEEN}: {ROWS} of {ROWS} failed", f"{HIDDEN}: {ROWS} of {ROWS} failed"),
)
async def _share_stats(scenario: Scenario, workflow: str) -> str:
    return await text_of(await press(scenario, "share", ShareStats(_of(workflow))))


@ENTRY_POINTS.add_two(
    "failures", "hidden failures", (SEEN, HIDDEN), (f"{SEEN}: {ROWS} failed", f"{HIDDEN}: {ROWS} failed")
)
async def _failures(scenario: Scenario, workflow: str) -> str:
    return await type_command(scenario, f"failures {workflow} since:7d")


@ENTRY_POINTS.add("failures of all", SEEN)
async def _all_failures(scenario: Scenario) -> str:
    return await type_command(scenario, "what failed since:7d")


@ENTRY_POINTS.add_two(
    "failures by a button",
    "hidden failures by a button",
    (SEEN, HIDDEN),
    (f"{SEEN}: {ROWS} failed", f"{HIDDEN}: {ROWS} failed"),
)
async def _show_failures(scenario: Scenario, workflow: str) -> str:
    return await text_of(await press(scenario, "failures_show", ShowFailures(_of(workflow))))


@ENTRY_POINTS.add_two(
    "a refresh of failures",
    "a refresh of hidden failures",
    (SEEN, HIDDEN),
    (f"{SEEN}: {ROWS} failed", f"{HIDDEN}: {ROWS} failed"),
)
async def _refresh_failures(scenario: Scenario, workflow: str) -> str:
    return await text_of(await press(scenario, "failures_refresh", RefreshFailures(_failed(workflow))))


@ENTRY_POINTS.add_two(
    "a share of failures",
    "a share of hidden failures",
    (SEEN, HIDDEN),
    (f"{SEEN}: {ROWS} failed", f"{HIDDEN}: {ROWS} failed"),
)
async def _share_failures(scenario: Scenario, workflow: str) -> str:
    return await text_of(await press(scenario, "share", ShareFailures(_failed(workflow))))


def _failed(workflow: str) -> Selection:
    return replace(_of(workflow), statuses=(ERRORED,))
