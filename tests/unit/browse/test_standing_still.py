"""A list stands still while it is browsed, whatever is created meanwhile."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.browse.browser import Browser
from bot.playground.simulators.cloudflare import Simulation
from tests.support.bookmarks import bookmark_of
from tests.support.clock import Clock
from tests.support.list_commands import read_list
from tests.unit.browse.turning import (
    orders_down_from,
    row_ids,
    turn_newer,
    turn_older,
    turn_to_end,
    turn_to_start,
)

from .conftest import fill


def arrivals(simulation: Simulation, clock: Clock) -> Callable[[int], None]:
    """Before each click some time passes, and three instances are created."""

    def between(click: int) -> None:
        clock.advance(20)
        for number in range(3):
            created_on = clock() - timedelta(milliseconds=number)
            simulation.add_instance("orders", id=f"new-{click}-{number}", created_on=created_on)

    return between


@pytest.mark.parametrize("kind", ["keyset", "offset"])
@pytest.mark.parametrize("query", ["orders", "orders rows:7", "orders page:1", "orders until:now"])
async def test_instances_created_meanwhile_neither_repeat_nor_skip_a_row(
    browser: Browser, simulation: Simulation, clock: Clock, query: str, kind: str
) -> None:
    simulation.change(cursor_kind=kind)
    fill(simulation, clock, 430)
    opened = await browser.open(read_list(query, now=clock()))
    screens = await turn_to_end(browser, opened, arrivals(simulation, clock))
    assert row_ids(*screens) == orders_down_from(430)
    back = await turn_to_start(browser, screens[-1])
    assert [row_ids(screen) for screen in reversed(back)] == [row_ids(screen) for screen in screens]


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("kind", ["keyset", "offset"])
async def test_the_way_back_shows_the_same_after_everything_was_forgotten(
    browser: Browser, simulation: Simulation, clock: Clock, kind: str, *, inclusive: bool
) -> None:
    simulation.change(cursor_kind=kind, date_end_inclusive=inclusive)
    fill(simulation, clock, 430)
    screens = await turn_to_end(browser, await browser.open(read_list("orders")), arrivals(simulation, clock))
    assert row_ids(*screens) == orders_down_from(430)
    arrivals(simulation, clock)(1000)
    clock.advance(86_400)
    back = await turn_to_start(browser, screens[-1])
    assert [row_ids(screen) for screen in reversed(back)] == [row_ids(screen) for screen in screens]


async def test_a_walk_that_began_at_a_page_stands_still_too(
    browser: Browser, simulation: Simulation, clock: Clock
) -> None:
    fill(simulation, clock, 100)
    screens = await turn_to_end(
        browser, await browser.open(read_list("orders page:3")), arrivals(simulation, clock)
    )
    assert row_ids(*screens) == orders_down_from(80)


async def test_an_instance_of_the_very_same_moment_stays_within_the_walk(
    browser: Browser, simulation: Simulation, clock: Clock
) -> None:
    for number in range(30):
        simulation.add_instance("orders", id=f"twin-{number:02}", created_on=clock())
    screens = await turn_to_end(browser, await browser.open(read_list("orders")))
    assert row_ids(*screens) == [f"twin-{number:02}" for number in range(29, -1, -1)]


async def test_a_refresh_of_the_first_page_lets_new_instances_in(
    browser: Browser, simulation: Simulation, clock: Clock
) -> None:
    fill(simulation, clock, 150)
    first = await browser.open(read_list("orders"))
    clock.advance(5)
    simulation.add_instance("orders", id="new")
    assert row_ids(await turn_newer(browser, await turn_older(browser, first))) == row_ids(first)
    refreshed = await browser.refresh(first.here)
    assert row_ids(refreshed) == ["new", *orders_down_from(150, 142)]
    assert refreshed.fetched_at >= first.fetched_at
    screens = await turn_to_end(browser, refreshed, arrivals(simulation, clock))
    assert row_ids(*screens) == ["new", *orders_down_from(150)]


async def test_a_refresh_of_a_later_page_keeps_its_place(
    browser: Browser, simulation: Simulation, clock: Clock
) -> None:
    fill(simulation, clock, 150)
    screens = await turn_to_end(browser, await browser.open(read_list("orders")))
    arrivals(simulation, clock)(0)
    calls = simulation.list_calls
    simulation.set_status("orders", "order-50", "errored")
    refreshed = await browser.refresh(screens[10].here)
    assert row_ids(refreshed) == row_ids(screens[10])
    assert refreshed.rows[0].instance.status == "errored"
    assert simulation.list_calls == calls + 1
    assert row_ids(await turn_newer(browser, refreshed)) == row_ids(screens[9])


async def test_a_refresh_shows_the_status_of_now(browser: Browser, simulation: Simulation) -> None:
    simulation.add_instance("orders", id="a", status="running")
    screen = await browser.open(read_list("orders"))
    simulation.set_status("orders", "a", "errored")
    assert (await browser.open(read_list("orders"))).rows[0].instance.status == "running"
    assert (await browser.refresh(screen.here)).rows[0].instance.status == "errored"


async def test_a_refresh_of_a_list_that_has_become_shorter_shows_its_last_rows(
    browser: Browser, simulation: Simulation, clock: Clock
) -> None:
    fill(simulation, clock, 50)
    screens = await turn_to_end(browser, await browser.open(read_list("orders")))
    for number in range(1, 36):
        simulation.remove_instance("orders", f"order-{number}")
    refreshed = await browser.refresh(screens[-1].here)
    assert row_ids(refreshed) == orders_down_from(40, 36)
    assert refreshed.first == 11
    assert refreshed.next is None
    assert row_ids(await turn_newer(browser, refreshed)) == orders_down_from(50, 41)


async def test_rows_that_went_past_their_retention_do_not_end_the_walk(
    browser: Browser, simulation: Simulation, clock: Clock
) -> None:
    fill(simulation, clock, 250)
    first = await browser.open(read_list("orders"))
    for number in range(140, 160):
        simulation.remove_instance("orders", f"order-{number}")
    screens = await turn_to_end(browser, first)
    kept = [order for order in orders_down_from(250) if not 140 <= int(order[6:]) < 160]
    assert set(kept) <= set(row_ids(*screens))
    assert len(row_ids(*screens)) == len(set(row_ids(*screens)))


async def test_a_list_with_its_own_latest_time_gets_no_other(
    browser: Browser, simulation: Simulation, clock: Clock
) -> None:
    fill(simulation, clock, 150)
    screens = await turn_to_end(browser, await browser.open(read_list("orders until:1m", now=clock())))
    assert all(bookmark_of(screen).anchor is None for screen in screens)
    assert {call.query["date_end"] for call in simulation.calls} == {"2026-11-23T14:02:00.000Z"}
