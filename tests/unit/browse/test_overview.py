"""Every workflow of an account, ten a screen, with its counts."""

import pytest

from bot.browse.bookmark import OverviewBookmark
from bot.browse.messages.overview import overview_message
from bot.browse.model import OverviewQuery
from bot.browse.overview.reader import OverviewReader
from bot.browse.overview.trouble import WorkflowRow
from bot.browse.screen import Overview
from bot.cloudflare.errors import NotAuthorized, UnknownAccount
from bot.cloudflare.models import Status
from bot.playground.simulators.cloudflare import Changed, JsonError, Simulation, WrongShape
from bot.ui.elements import Controls
from tests.support.buttons import decode, encode
from tests.support.screens import mrkdwn_texts, row_buttons, visible_text

START = OverviewBookmark(OverviewQuery())
TEAM = "T1"


async def turn(overviews: OverviewReader, mark: OverviewBookmark | None) -> Overview:
    assert mark is not None
    read = decode(encode(mark))
    assert isinstance(read, OverviewBookmark)
    return await overviews.read(read, TEAM)


def names(*screens: Overview) -> list[str]:
    return [row.name for screen in screens for row in screen.rows]


async def test_workflows_come_by_name_ten_a_screen(overviews: OverviewReader, simulation: Simulation) -> None:
    for number in range(25):
        simulation.add_workflow(f"{'Flow' if number % 2 else 'flow'}-{number:02}")
    first = await overviews.read(START, TEAM)
    second = await turn(overviews, first.next)
    third = await turn(overviews, second.next)
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
    assert names(await turn(overviews, third.previous)) == names(second)
    assert simulation.workflow_calls == 1


async def test_counts_by_status_come_with_the_list(overviews: OverviewReader, simulation: Simulation) -> None:
    simulation.add_instance("orders", status="errored")
    simulation.add_instance("orders", status="errored")
    simulation.add_instance("orders", status="complete")
    (row,) = (await overviews.read(START, TEAM)).rows
    assert row.workflow.instances is not None
    assert {status: count for status, count in row.workflow.instances.items() if count} == {
        "errored": 2,
        "complete": 1,
    }
    assert simulation.count("get_workflow") == 0


async def test_missing_counts_are_asked_for_one_by_one_for_as_many_as_the_order_needs(
    overviews: OverviewReader, simulation: Simulation
) -> None:
    """As with the local engine."""
    for number in range(62):
        simulation.add_instance(f"flow-{number:02}", status="errored")
    uncounted = [{"name": f"flow-{number:02}"} for number in range(62)]
    simulation.inject(Changed({"result": uncounted, "result_info": {}}), operation="list_workflows")
    first = await overviews.read(START, TEAM)
    assert [_errored(row) for row in first.rows] == [1] * 10
    assert simulation.count("get_workflow") == 50
    screen = first
    while screen.next is not None:
        screen = await turn(overviews, screen.next)
    assert [_errored(row) for row in screen.rows] == [1] * 2
    assert simulation.count("get_workflow") == 62
    assert [_errored(row) for row in (await turn(overviews, screen.previous)).rows] == [1] * 10
    assert simulation.count("get_workflow") == 62


async def test_a_workflow_deleted_before_it_was_counted_does_not_hide_the_others(
    overviews: OverviewReader, simulation: Simulation
) -> None:
    simulation.add_instance("orders")
    rows = [{"name": "orders"}, {"name": "gone"}]
    simulation.inject(Changed({"result": rows, "result_info": {}}), operation="list_workflows")
    overview = await overviews.read(START, TEAM)
    assert "orders" in names(overview)


async def test_a_workflow_that_can_t_be_counted_is_named_with_why_beside_the_others(
    overviews: OverviewReader, simulation: Simulation
) -> None:
    for name in ("orders", "refunds"):
        simulation.add_instance(name, status="errored")
    rows = [{"name": "orders"}, {"name": "refunds"}]
    simulation.inject(Changed({"result": rows, "result_info": {}}), operation="list_workflows", times=2)
    simulation.inject(JsonError(403, 10000), operation="get_workflow")
    overview = await overviews.read(START, TEAM)
    assert sorted(_errored(row) or 0 for row in overview.rows) == [0, 1]
    ((name, error),) = overview.uncounted.items()
    assert isinstance(error, NotAuthorized)
    said = "\n".join(
        mrkdwn_texts(overview_message(overview, Controls(None, None, "1"), row_buttons(overview)))
    )
    assert f"⚪ `{name}`  ⚠️ not counted: Cloudflare does not let this bot read Workflows." in said

    simulation.inject(JsonError(403, 10000), operation="get_workflow", times=2)
    with pytest.raises(NotAuthorized):
        await overviews.read(START, TEAM, fresh=True)


async def test_a_search_finds_names_in_any_case(overviews: OverviewReader, simulation: Simulation) -> None:
    for name in ("order-processing", "Orders", "invoices"):
        simulation.add_workflow(name)
    overview = await overviews.read(OverviewBookmark(OverviewQuery(search="ORDER")), TEAM)
    assert names(overview) == ["order-processing", "Orders"]
    assert overview.total == 2
    assert overview.query.search == "ORDER"


@pytest.mark.parametrize(
    ("search", "account", "proposed"),
    [
        ("ord-", None, "`/workflows find ord-*`"),
        ("4F2", "prod", "`/workflows find 4F2* account:prod`"),
        ("two words", None, None),
        ("-ord", None, None),
        ("ord*", None, None),
        ("o" * 101, None, None),
    ],
)
async def test_a_search_that_may_begin_an_id_proposes_to_find_it(
    overviews: OverviewReader, search: str, account: str | None, proposed: str | None
) -> None:
    overview = await overviews.read(OverviewBookmark(OverviewQuery(account, search)), TEAM)
    said = "\n".join(mrkdwn_texts(overview_message(overview, Controls(None, None, "1"), {})))
    all_ = "/workflows account:prod" if account else "/workflows"
    assert f"*No workflow's name holds that.* All of them: `{all_}`" in said
    assert (proposed in said) if proposed else ("find" not in said)


async def test_an_engine_that_ignores_the_search_is_searched_here(
    overviews: OverviewReader, simulation: Simulation
) -> None:
    rows: list[dict[str, object]] = [{"name": name, "instances": {}} for name in ("orders", "invoices")]
    simulation.inject(WrongShape({"result": rows, "result_info": {"total_pages": 1}}))
    assert names(await overviews.read(OverviewBookmark(OverviewQuery(search="inv")), TEAM)) == ["invoices"]


async def test_an_account_without_workflows_has_an_empty_overview(overviews: OverviewReader) -> None:
    overview = await overviews.read(START, TEAM)
    assert names(overview) == []
    assert overview.total == 0
    assert overview.previous is None
    assert overview.next is None


async def test_a_place_behind_the_end_shows_the_last_screen(
    overviews: OverviewReader, simulation: Simulation
) -> None:
    for number in range(12):
        simulation.add_workflow(f"flow-{number:02}")
    overview = await overviews.read(OverviewBookmark(OverviewQuery(), offset=90), TEAM)
    assert names(overview) == ["flow-10", "flow-11"]
    assert overview.first == 11
    assert overview.here.after == "flow-09"


async def test_a_refresh_shows_what_is_there_now(overviews: OverviewReader, simulation: Simulation) -> None:
    simulation.add_workflow("orders")
    first = await overviews.read(START, TEAM)
    simulation.add_instance("orders", status="errored")
    simulation.add_workflow("invoices")
    assert names(await overviews.read(first.here, TEAM)) == ["orders"]
    refreshed = await overviews.read(first.here, TEAM, fresh=True)
    assert names(refreshed) == ["orders", "invoices"]
    assert _errored(refreshed.rows[0]) == 1


async def test_what_the_api_says_beside_its_rows_is_passed_on(
    overviews: OverviewReader, simulation: Simulation
) -> None:
    simulation.inject(Changed({"messages": [{"message": "soon gone"}]}))
    assert [said.message for said in (await overviews.read(START, TEAM)).messages] == ["soon gone"]


async def test_an_unknown_account_is_named(overviews: OverviewReader) -> None:
    with pytest.raises(UnknownAccount):
        await overviews.read(OverviewBookmark(OverviewQuery(account="staging")), TEAM)


def _errored(row: WorkflowRow) -> int | None:
    return (row.workflow.instances or {}).get(Status("errored"))


async def test_an_overview_of_a_list_that_was_cut_says_that_there_may_be_more(
    overviews: OverviewReader, simulation: Simulation
) -> None:
    page = {"result": [{"name": "orders", "instances": {}}], "result_info": {"total_pages": 9}}
    simulation.inject(Changed(page), times=None)
    shown = await overviews.read(START, TEAM)
    assert shown.cut_short
    text = visible_text(overview_message(shown, Controls(None, None, None), {}))
    assert "1 of 1+ ·" in text
    assert "Cloudflare's list of workflows did not come to an end, so there may be more." in text
    assert "`/workflows search:TEXT` narrows it down." in text
