"""Anomalous answers are shown with all readable values and no made-up ones."""

from datetime import UTC, datetime

import pytest

from bot.playground.simulators.cloudflare import Operation, WrongShape
from bot.playground.simulators.slack import Message
from tests.support.messages import answer, has_button, row_ids

from .cloudflare_faults import ODDITIES
from .cloudflare_harness import Cell, Harness

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("at_once")]


def page(cell: Cell, newest: int, oldest: int, cursor: str | None = None) -> WrongShape:
    """Return an answer with these instances and a cursor."""
    rows = [{"id": name, "status": "complete"} for name in cell.ids(newest, oldest)]
    return WrongShape({"success": True, "result": rows, "result_info": {"cursor": cursor}})


async def older(cell: Cell, shown: Message, clicks: int) -> Message:
    for _ in range(clicks):
        shown = await (await cell.pressed(shown, "page_next")).message()
    return shown


@pytest.mark.parametrize("name", ODDITIES)
async def test_a_list_is_shown_with_what_can_be_read_of_an_odd_row(
    name: str, cell: Cell, cloudflare_harness: Harness
) -> None:
    odd = ODDITIES[name]
    expected = cell.ids(1 + odd.lost, 20 + odd.lost)
    cloudflare_harness.cloudflare.inject(odd.fault, times=None)
    shown = await cell.list()
    assert row_ids(shown) == expected
    assert odd.says in shown.all_text()
    again = await (await cell.pressed(shown, "page_refresh")).message()
    assert (again.ts, row_ids(again)) == (shown.ts, expected)
    assert odd.says in again.all_text()

    cloudflare_harness.cloudflare.clear_faults()
    shown = await (await cell.pressed(shown, "page_refresh")).message()
    assert row_ids(shown) == cell.ids(1, 20)
    assert odd.says not in shown.all_text()


@pytest.mark.parametrize("name", ODDITIES)
async def test_older_rows_are_shown_with_what_can_be_read_of_an_odd_one(
    name: str, cell: Cell, cloudflare_harness: Harness
) -> None:
    odd = ODDITIES[name]
    fifth = await older(cell, await cell.list(), 4)
    cloudflare_harness.cloudflare.inject(odd.fault, times=None)
    shown = await older(cell, fifth, 1)
    assert row_ids(shown) == cell.ids(101 + odd.lost, 120 + odd.lost)
    assert odd.says in shown.all_text()
    cloudflare_harness.cloudflare.clear_faults()
    shown = await (await cell.pressed(shown, "page_refresh")).message()
    assert row_ids(shown) == cell.ids(101, 120)
    assert odd.says not in shown.all_text()


@pytest.mark.parametrize("name", ODDITIES)
async def test_workflows_are_shown_with_what_can_be_read_of_them(
    name: str, cell: Cell, cloudflare_harness: Harness
) -> None:
    odd = ODDITIES[name]
    newest = f"{cell.workflow}-next"
    for _ in range(2):
        cloudflare_harness.cloudflare.add_instance(newest, status="errored")
    command = cell.overview_command
    cloudflare_harness.cloudflare.inject(odd.fault, times=None)
    text = (await answer(await cell.asked(command))).all_text()
    assert odd.counted in text
    assert f"`{cell.workflow}`" in text
    assert (f"`{newest}`" in text) is not odd.lost
    cloudflare_harness.cloudflare.clear_faults()
    well = await answer(await cell.asked(command))
    well = await (await cell.pressed(well, "page_refresh")).message()
    assert well.all_text().count("2 errored") == 2


@pytest.mark.parametrize("operation", ["list_workflows", "list_instances", "get_instance"])
@pytest.mark.parametrize("name", ODDITIES)
async def test_a_preview_says_when_it_may_lack_something(
    name: str, operation: Operation, cell: Cell, cloudflare_harness: Harness
) -> None:
    odd = ODDITIES[name]
    cloudflare_harness.cloudflare.add_workflow("another", created_on=datetime(2026, 1, 1, tzinfo=UTC))
    command = f"digest preview {await cell.digest()}"
    cloudflare_harness.cloudflare.inject(odd.fault, times=None, operation=operation)
    text = (await answer(await cell.asked(command))).all_text()
    assert odd.reported[operation] in text


@pytest.mark.parametrize("clicks", [0, 4])
async def test_an_empty_page_with_a_cursor_is_passed_over(
    clicks: int, cell: Cell, cloudflare_harness: Harness
) -> None:
    before = await older(cell, await cell.list(), clicks)
    cloudflare_harness.cloudflare.inject(page(cell, 1, 0, "behind"))
    cloudflare_harness.cloudflare.inject(page(cell, 1, 1), times=None)
    shown = await (await cell.pressed(before, "page_next" if clicks else "page_refresh")).message()
    assert row_ids(shown) == cell.ids(1, 1)
    assert not has_button(shown, "page_next")
    cloudflare_harness.cloudflare.clear_faults()
    shown = await (await cell.pressed(shown, "page_previous" if clicks else "page_refresh")).message()
    assert row_ids(shown) == row_ids(before)


async def test_empty_pages_without_an_end_are_given_up_and_said(
    cell: Cell, cloudflare_harness: Harness
) -> None:
    for number in range(20):
        cloudflare_harness.cloudflare.inject(page(cell, 1, 0, f"behind-{number}"))
    shown = await cell.list()
    assert "Cloudflare says there is more" in shown.all_text()
    cloudflare_harness.cloudflare.clear_faults()
    assert row_ids(await (await cell.pressed(shown, "page_refresh")).message()) == cell.ids(1, 20)


@pytest.mark.parametrize("clicks", [0, 4])
async def test_a_cursor_that_leads_to_itself_ends_the_list_and_it_is_said(
    clicks: int, cell: Cell, cloudflare_harness: Harness
) -> None:
    shown = await older(cell, await cell.list(), clicks)
    cloudflare_harness.cloudflare.inject(page(cell, 31, 32, "again"), times=None)
    shown = await (await cell.pressed(shown, "page_next" if clicks else "page_refresh")).message()
    assert row_ids(shown) == cell.ids(31, 32)
    shown = await older(cell, shown, 1)
    assert "a cursor it had sent before" in shown.all_text()
    assert not has_button(shown, "page_next")
    cloudflare_harness.cloudflare.clear_faults()
    assert row_ids(await (await cell.pressed(await cell.list(), "page_refresh")).message()) == cell.ids(1, 20)
