"""Several lists of the simulated API, over a real socket: the oddities of one of the API's lists, in each."""

from datetime import timedelta
from typing import Any

import pytest

from bot.browse.browser import Browser
from bot.browse.model import ListQuery
from bot.browse.selection import Selection
from bot.cloudflare.models import Status
from bot.language.times import TimePoint
from bot.playground.simulators.cloudflare import Simulation
from tests.support.clock import Clock
from tests.unit.browse.turning import row_ids, turn_to_end, turn_to_start

NAMES = ("billing", "emails", "orders")
ODDITIES: tuple[dict[str, Any], ...] = (
    {},
    {"cursor_binds_filters": True},
    {"cursor_after_last_row": True},
    {"end_of_list": "empty"},
    {"date_end_inclusive": False},
    {"total_count_error": -40},
)


def fill(simulation: Simulation, clock: Clock) -> None:
    """Add 130 instances to each workflow, one a second in turn; every second of them errored."""
    for number in range(390):
        simulation.add_instance(
            NAMES[number % 3],
            id=f"row-{number:03}",
            status="errored" if number % 2 else "running",
            created_on=clock() - timedelta(seconds=1000 - number),
        )


@pytest.mark.parametrize("oddity", ODDITIES, ids=str)
async def test_merged_lists_show_every_row_once_there_and_back(
    browser: Browser, simulation: Simulation, clock: Clock, oddity: dict[str, Any]
) -> None:
    simulation.change(**oddity)
    fill(simulation, clock)

    def arrive(number: int) -> None:
        clock.moment += timedelta(seconds=1)
        simulation.add_instance(NAMES[number % 3], id=f"late-{number}", created_on=clock())

    query = ListQuery(Selection(("*",)), 20)
    screens = await turn_to_end(browser, await browser.open(query), arrive)
    assert row_ids(*screens) == [f"row-{number:03}" for number in reversed(range(390))]
    assert screens[-1].is_last
    refused = (
        3 if "cursor_binds_filters" in oddity else 0
    )  # once for each list, which is then asked otherwise
    assert simulation.list_calls == 6 + refused
    back = await turn_to_start(browser, screens[-1])
    assert row_ids(*reversed(back)) == row_ids(*screens)


async def test_a_list_by_the_end_has_what_ended_since_whenever_it_was_created(
    browser: Browser, simulation: Simulation, clock: Clock
) -> None:
    fill(simulation, clock)
    clock.moment += timedelta(hours=2)
    simulation.set_status("orders", "row-002", "errored")
    since = TimePoint("1h", clock() - timedelta(hours=1))
    failed = Selection(("*",), statuses=(Status("errored"),), since=since)
    screen = await browser.open(ListQuery(failed))
    assert row_ids(screen) == ["row-002"]
    assert not screen.is_last
    assert simulation.list_calls == 3
    assert screen.further is not None
    further = await browser.turn(screen.further)
    assert row_ids(further) == ["row-002"]
    assert further.is_last
