"""A list of a thousand instances, forward and back."""

import pytest

from bot.browse.browser import Browser
from bot.cloudflare.models import Cursor, PageNumber
from bot.language.tokens import quote
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


async def test_a_thousand_rows_cost_ten_requests_forward_and_none_back(
    browser: Browser, orders: Simulation
) -> None:
    screens = await turn_to_end(browser, await browser.open(read_list("orders")))
    assert row_ids(*screens) == orders_down_from(1000)
    assert len(screens) == 100
    assert orders.list_calls == 10
    back = await turn_to_start(browser, screens[-1])
    assert [row_ids(screen) for screen in back] == [row_ids(screen) for screen in reversed(screens)]
    assert orders.list_calls == 10


@pytest.mark.parametrize("rows", [1, 3, 7, 10, 19, 20])
async def test_each_number_of_rows_shows_every_row_once(
    browser: Browser, simulation: Simulation, clock: Clock, rows: int
) -> None:
    fill(simulation, clock, 215)
    screens = await turn_to_end(browser, await browser.open(read_list(f"orders rows:{rows}")))
    assert row_ids(*screens) == orders_down_from(215)
    assert all(len(screen.rows) == rows for screen in screens[:-1])
    assert simulation.list_calls == 3
    back = await turn_to_start(browser, screens[-1])
    assert [row_ids(screen) for screen in reversed(back)] == [row_ids(screen) for screen in screens]
    assert simulation.list_calls == 3


async def test_rows_are_numbered_from_the_first(browser: Browser, orders: Simulation) -> None:
    assert orders.list_calls == 0
    screens = await turn_to_end(browser, await browser.open(read_list("orders rows:7")))
    assert [screen.first for screen in screens] == list(range(1, 1001, 7))


@pytest.mark.parametrize("query", ["orders", "orders rows:7", "orders page:3", "orders page:3 rows:7"])
async def test_what_is_known_of_a_list_s_length_grows_until_its_end_is_read(
    browser: Browser, simulation: Simulation, clock: Clock, query: str
) -> None:
    fill(simulation, clock, 215)
    screens = await turn_to_end(browser, await browser.open(read_list(query)))
    known = []
    for screen in screens:
        assert screen.first is not None
        assert screen.known is not None
        assert screen.first + len(screen.rows) - 1 <= screen.known <= 215
        assert screen.is_last == (screen.known == 215)
        known.append(screen.known)
    assert known == sorted(known)
    assert screens[-1].is_last
    assert not screens[0].is_last
    back = await turn_to_start(browser, screens[-1])
    again = [(screen.known, screen.is_last) for screen in reversed(back)][-len(screens) :]
    assert again == [(screen.known, screen.is_last) for screen in screens]


async def test_behind_a_typed_cursor_no_length_is_known(browser: Browser, orders: Simulation) -> None:
    assert orders.list_calls == 0
    first = await browser.open(read_list("orders"))
    assert first.source is not None
    assert isinstance(first.source.page.next, Cursor)
    behind = await browser.open(read_list(f"orders cursor:{quote(first.source.page.next.token)}"))
    assert (behind.first, behind.known, behind.is_last) == (None, None, False)


async def test_a_click_here_and_there_shows_what_it_showed(browser: Browser, orders: Simulation) -> None:
    first = await browser.open(read_list("orders rows:20"))
    screen = first
    for _ in range(6):
        screen = await turn_older(browser, screen)
    assert row_ids(screen) == orders_down_from(880, 861)
    screen = await turn_newer(browser, await turn_newer(browser, screen))
    assert row_ids(screen) == orders_down_from(920, 901)
    assert orders.list_calls == 2


async def test_a_short_list_has_one_screen(browser: Browser, simulation: Simulation, clock: Clock) -> None:
    fill(simulation, clock, 10)
    screen = await browser.open(read_list("orders"))
    assert len(screen.rows) == 10
    assert screen.first == 1
    assert screen.previous is None
    assert screen.next is None


async def test_an_empty_list_has_one_screen(browser: Browser, simulation: Simulation) -> None:
    simulation.add_workflow("orders")
    screen = await browser.open(read_list("orders"))
    assert screen.previous is None
    assert screen.next is None
    assert screen.cursor_loop is False
    assert not screen.rows


@pytest.mark.parametrize("count", [99, 100, 101, 200])
@pytest.mark.parametrize("end", ["absent", "null", "empty"])
async def test_the_list_ends_however_the_api_says_so(
    browser: Browser, simulation: Simulation, clock: Clock, end: str, count: int
) -> None:
    simulation.change(end_of_list=end)
    fill(simulation, clock, count)
    screens = await turn_to_end(browser, await browser.open(read_list("orders")))
    assert row_ids(*screens) == orders_down_from(count)
    assert not screens[-1].cursor_loop


async def test_a_list_may_end_in_an_empty_page(
    browser: Browser, simulation: Simulation, clock: Clock
) -> None:
    simulation.change(cursor_after_last_row=True)
    fill(simulation, clock, 100)
    screens = await turn_to_end(browser, await browser.open(read_list("orders")))
    assert row_ids(*screens) == orders_down_from(100)
    assert not screens[-1].rows
    back = await turn_to_start(browser, screens[-1])
    assert row_ids(*reversed(back)) == orders_down_from(100)


async def test_filters_stay_on_for_the_whole_walk(
    browser: Browser, simulation: Simulation, clock: Clock
) -> None:
    fill(simulation, clock, 300)
    for number in range(1, 301, 2):
        simulation.set_status("orders", f"order-{number}", "errored")
    screens = await turn_to_end(
        browser, await browser.open(read_list("orders errored created:1h", now=clock()))
    )
    assert row_ids(*screens) == [f"order-{number}" for number in range(299, 0, -2)]
    assert {call.query["status"] for call in simulation.calls} == {"errored"}
    assert len({call.query["date_start"] for call in simulation.calls}) == 1


async def test_a_page_number_counts_pages_of_as_many_rows_as_are_shown(
    browser: Browser, orders: Simulation
) -> None:
    screen = await browser.open(read_list("orders page:3 rows:7"))
    assert row_ids(screen) == orders_down_from(986, 980)
    assert screen.first == 15
    assert orders.calls[-1].query.items() >= {"per_page": "7", "page": "3"}.items()
    assert row_ids(await turn_older(browser, screen)) == orders_down_from(979, 973)
    before = await turn_newer(browser, screen)
    assert row_ids(before) == orders_down_from(993, 987)
    assert before.first == 8
    assert (await turn_newer(browser, before)).previous is None


async def test_the_whole_list_is_walked_by_page_numbers(
    browser: Browser, simulation: Simulation, clock: Clock
) -> None:
    fill(simulation, clock, 45)
    screens = await turn_to_end(browser, await browser.open(read_list("orders page:1")))
    assert row_ids(*screens) == orders_down_from(45)
    back = await turn_to_start(browser, screens[-1])
    assert [row_ids(screen) for screen in reversed(back)] == [row_ids(screen) for screen in screens]


async def test_a_page_behind_the_end_is_empty_and_has_a_way_back(
    browser: Browser, orders: Simulation
) -> None:
    assert orders.list_calls == 0
    screen = await browser.open(read_list("orders page:101"))
    assert not screen.rows
    assert screen.next is None
    assert row_ids(await turn_newer(browser, screen)) == orders_down_from(10)


async def test_a_typed_cursor_is_where_the_list_starts(browser: Browser, orders: Simulation) -> None:
    assert orders.list_calls == 0
    screens = await turn_to_end(browser, await browser.open(read_list("orders rows:20")))
    page_two = bookmark_of(screens[5]).position
    assert page_two is not None
    assert not isinstance(page_two, PageNumber)
    screen = await browser.open(read_list(f'orders cursor:"{page_two.token}"'))
    assert row_ids(screen) == orders_down_from(900, 891)
    assert screen.first is None
    assert screen.previous is None
    rest = await turn_to_end(browser, screen)
    assert row_ids(*rest) == orders_down_from(900)
    assert row_ids(*reversed(await turn_to_start(browser, rest[-1]))) == orders_down_from(900)


async def test_a_typed_cursor_can_be_turned_round(browser: Browser, orders: Simulation) -> None:
    screens = await turn_to_end(browser, await browser.open(read_list("orders rows:20")))
    cursor = bookmark_of(screens[5]).position
    assert cursor is not None
    assert not isinstance(cursor, PageNumber)
    turned = await browser.open(read_list(f'orders cursor:"{cursor.token}" direction:asc'))
    assert row_ids(turned) == [f"order-{number}" for number in range(902, 912)]
    assert orders.calls[-1].query["direction"] == "asc"
    forward = await turn_to_end(browser, turned)
    assert row_ids(*forward) == [f"order-{number}" for number in range(902, 1001)]


async def test_offset_cursors_are_walked_too(browser: Browser, orders: Simulation) -> None:
    orders.change(cursor_kind="offset")
    assert row_ids(*await turn_to_end(browser, await browser.open(read_list("orders")))) == orders_down_from(
        1000
    )
