"""Every workflow of an account, ten a screen, with its counts."""

import pytest

from bot.browse.bookmark import OverviewBookmark
from bot.browse.browser import Browser
from bot.browse.messages.overview import overview_message
from bot.browse.model import OverviewQuery
from bot.browse.screen import Overview
from bot.cloudflare.errors import NotAuthorized, UnknownAccount
from bot.cloudflare.models import Status, Workflow
from bot.playground.simulators.cloudflare import Changed, JsonError, Simulation, WrongShape
from bot.ui.elements import Controls
from tests.support.buttons import decode, encode
from tests.support.screens import mrkdwn_texts, visible_text

START = OverviewBookmark(OverviewQuery())


async def turn(browser: Browser, mark: OverviewBookmark | None) -> Overview:
    assert mark is not None
    read = decode(encode(mark))
    assert isinstance(read, OverviewBookmark)
    return await browser.overview(read)


def names(*screens: Overview) -> list[str]:
    return [row.name for screen in screens for row in screen.rows]


async def test_workflows_come_by_name_ten_a_screen(browser: Browser, simulation: Simulation) -> None:
    for number in range(25):
        simulation.add_workflow(f"{'Flow' if number % 2 else 'flow'}-{number:02}")
    first = await browser.overview(START)
    second = await turn(browser, first.next)
    third = await turn(browser, second.next)
    assert [name.lower() for name in names(first, second, third)] == [
        f"flow-{number:02}" for number in range(25)
    ]
    assert [(screen.first, len(screen.rows), screen.total) for screen in (first, second, third)] == [
        (1, 10, 25),
        (11, 10, 25),
        (21, 5, 25),
    ]
    assert first.previous is None
    assert third.next is None
    assert names(await turn(browser, third.previous)) == names(second)
    assert simulation.workflow_calls == 1


async def test_counts_by_status_come_with_the_list(browser: Browser, simulation: Simulation) -> None:
    simulation.add_instance("orders", status="errored")
    simulation.add_instance("orders", status="errored")
    simulation.add_instance("orders", status="complete")
    (row,) = (await browser.overview(START)).rows
    assert row.instances is not None
    assert {status: count for status, count in row.instances.items() if count} == {
        "errored": 2,
        "complete": 1,
    }
    assert simulation.count("get_workflow") == 0


async def test_missing_counts_are_asked_for_one_by_one_and_only_where_shown(
    browser: Browser, simulation: Simulation
) -> None:
    """As with the local engine."""
    for number in range(12):
        simulation.add_instance(f"flow-{number:02}", status="errored")
    uncounted = [{"name": f"flow-{number:02}"} for number in range(12)]
    simulation.inject(Changed({"result": uncounted, "result_info": {}}), operation="list_workflows")
    first = await browser.overview(START)
    assert [_errored(row) for row in first.rows] == [1] * 10
    assert simulation.count("get_workflow") == 10
    await turn(browser, first.next)
    assert simulation.count("get_workflow") == 12
    await turn(browser, first.here)
    assert simulation.count("get_workflow") == 12


async def test_a_workflow_deleted_before_it_was_counted_does_not_hide_the_others(
    browser: Browser, simulation: Simulation
) -> None:
    simulation.add_instance("orders")
    rows = [{"name": "orders"}, {"name": "gone"}]
    simulation.inject(Changed({"result": rows, "result_info": {}}), operation="list_workflows")
    overview = await browser.overview(START)
    assert "orders" in names(overview)


async def test_a_workflow_that_can_t_be_counted_is_named_with_why_beside_the_others(
    browser: Browser, simulation: Simulation
) -> None:
    for name in ("orders", "refunds"):
        simulation.add_instance(name, status="errored")
    rows = [{"name": "orders"}, {"name": "refunds"}]
    simulation.inject(Changed({"result": rows, "result_info": {}}), operation="list_workflows", times=2)
    simulation.inject(JsonError(403, 10000), operation="get_workflow")
    overview = await browser.overview(START)
    assert sorted(_errored(row) or 0 for row in overview.rows) == [0, 1]
    ((name, error),) = overview.uncounted.items()
    assert isinstance(error, NotAuthorized)
    said = "\n".join(mrkdwn_texts(overview_message(overview, Controls(None, None, "1"), ["1", "2"])))
    assert f"*`{name}`*\n⚠️ not counted: Cloudflare does not let this bot read Workflows." in said

    simulation.inject(JsonError(403, 10000), operation="get_workflow", times=2)
    with pytest.raises(NotAuthorized):
        await browser.overview(START, fresh=True)


async def test_a_search_finds_names_in_any_case(browser: Browser, simulation: Simulation) -> None:
    for name in ("order-processing", "Orders", "invoices"):
        simulation.add_workflow(name)
    overview = await browser.overview(OverviewBookmark(OverviewQuery(search="ORDER")))
    assert names(overview) == ["order-processing", "Orders"]
    assert overview.total == 2
    assert overview.query.search == "ORDER"


async def test_an_engine_that_ignores_the_search_is_searched_here(
    browser: Browser, simulation: Simulation
) -> None:
    rows: list[dict[str, object]] = [{"name": name, "instances": {}} for name in ("orders", "invoices")]
    simulation.inject(WrongShape({"result": rows, "result_info": {"total_pages": 1}}))
    assert names(await browser.overview(OverviewBookmark(OverviewQuery(search="inv")))) == ["invoices"]


async def test_an_account_without_workflows_has_an_empty_overview(browser: Browser) -> None:
    overview = await browser.overview(START)
    assert names(overview) == []
    assert overview.total == 0
    assert overview.previous is None
    assert overview.next is None


async def test_a_place_behind_the_end_shows_the_last_screen(browser: Browser, simulation: Simulation) -> None:
    for number in range(12):
        simulation.add_workflow(f"flow-{number:02}")
    overview = await browser.overview(OverviewBookmark(OverviewQuery(), offset=90))
    assert names(overview) == ["flow-10", "flow-11"]
    assert overview.first == 11
    assert overview.here.offset == 10


async def test_a_refresh_shows_what_is_there_now(browser: Browser, simulation: Simulation) -> None:
    simulation.add_workflow("orders")
    first = await browser.overview(START)
    simulation.add_instance("orders", status="errored")
    simulation.add_workflow("invoices")
    assert names(await browser.overview(first.here)) == ["orders"]
    refreshed = await browser.overview(first.here, fresh=True)
    assert names(refreshed) == ["invoices", "orders"]
    assert _errored(refreshed.rows[1]) == 1


async def test_what_the_api_says_beside_its_rows_is_passed_on(
    browser: Browser, simulation: Simulation
) -> None:
    simulation.inject(Changed({"messages": [{"message": "soon gone"}]}))
    assert [said.message for said in (await browser.overview(START)).messages] == ["soon gone"]


async def test_an_unknown_account_is_named(browser: Browser) -> None:
    with pytest.raises(UnknownAccount):
        await browser.overview(OverviewBookmark(OverviewQuery(account="staging")))


def _errored(workflow: Workflow) -> int | None:
    return (workflow.instances or {}).get(Status("errored"))


async def test_an_overview_of_a_list_that_was_cut_says_that_there_may_be_more(
    browser: Browser, simulation: Simulation
) -> None:
    page = {"result": [{"name": "orders", "instances": {}}], "result_info": {"total_pages": 9}}
    simulation.inject(Changed(page), times=None)
    shown = await browser.overview(START)
    assert shown.cut_short
    text = visible_text(overview_message(shown, Controls(None, None, None), ["value"]))
    assert "1 of 1+ ·" in text
    assert "Cloudflare's list of workflows did not come to an end, so there may be more." in text
    assert "`/workflows search:TEXT` narrows it down." in text
