"""What an API may do that nobody promised it would not."""

from datetime import timedelta

import pytest

from bot.browse.bookmark import Bookmark
from bot.browse.browser import Browser
from bot.browse.errors import CursorRefused, NoSuchWorkflow
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import InvalidParameter, NotAuthorized, Unavailable, UnknownAccount
from bot.playground.simulators.cloudflare import Changed, JsonError, Simulation, WrongShape
from tests.support.bookmarks import bookmark_of
from tests.support.clock import Clock
from tests.support.list_commands import read_list
from tests.unit.browse.turning import orders_down_from, row_ids, turn_older, turn_to_end, turn_to_start

from .conftest import fill


async def test_a_cursor_that_repeats_itself_ends_the_walk(browser: Browser, orders: Simulation) -> None:
    orders.change(repeat_cursor=True)
    screens = await turn_to_end(browser, await browser.open(read_list("orders")))
    assert row_ids(*screens) == orders_down_from(1000, 801)
    assert [screen.cursor_loop for screen in screens] == [False] * 10 + [True] * 10
    assert orders.list_calls == 2


def page(*names: str, **info: object) -> WrongShape:
    """A whole answer with these rows."""
    return WrongShape({"success": True, "result": [{"id": name} for name in names], "result_info": info})


async def test_cursors_that_lead_round_in_a_larger_circle_end_the_walk(
    browser: Browser, simulation: Simulation
) -> None:
    for name, following in (("a", "1"), ("b", "2"), ("c", "3"), ("d", "2")):
        simulation.inject(page(name, cursor=following))
    screens = await turn_to_end(browser, await browser.open(read_list("orders")))
    assert row_ids(*screens) == ["a", "b", "c", "d"]
    assert [screen.cursor_loop for screen in screens] == [False, False, False, True]
    assert [row_ids(screen) for screen in reversed(await turn_to_start(browser, screens[-1]))] == [
        ["a"],
        ["b"],
        ["c"],
        ["d"],
    ]


async def test_empty_pages_with_a_cursor_are_passed_over(browser: Browser, simulation: Simulation) -> None:
    simulation.inject(page("a", cursor="1"))
    for number in range(1, 5):
        simulation.inject(page(cursor=str(number + 1)))
    simulation.inject(page("b"))
    first = await browser.open(read_list("orders"))
    second = await turn_older(browser, first)
    assert row_ids(second) == ["b"]
    assert second.first == 2
    assert second.next is None
    assert row_ids(*await turn_to_start(browser, second)) == ["b", "a"]
    assert simulation.list_calls == 6


async def test_a_list_may_begin_with_empty_pages(browser: Browser, simulation: Simulation) -> None:
    simulation.inject(page(cursor="1"))
    simulation.inject(page("a"))
    screen = await browser.open(read_list("orders"))
    assert row_ids(screen) == ["a"]
    assert screen.first == 1
    assert screen.previous is None
    assert screen.next is None


async def test_endless_empty_pages_are_given_up_but_not_for_good(
    browser: Browser, simulation: Simulation
) -> None:
    for number in range(100):
        simulation.inject(page(cursor=str(number)))
    screen = await browser.open(read_list("orders"))
    assert not screen.rows
    assert simulation.list_calls < 10
    assert not (await turn_older(browser, screen)).rows


async def test_an_empty_page_that_repeats_its_cursor_ends_the_walk(
    browser: Browser, simulation: Simulation
) -> None:
    simulation.inject(page("a", cursor="1"))
    simulation.inject(page(cursor="1"))
    screen = await turn_older(browser, await browser.open(read_list("orders")))
    assert row_ids(screen) == []
    assert screen.next is None
    assert screen.cursor_loop is True
    assert simulation.list_calls == 2


async def test_a_refused_cursor_offers_the_same_list_from_its_start(
    browser: Browser, orders: Simulation
) -> None:
    query = read_list("orders complete rows:20 cursor:expired direction:asc")
    with pytest.raises(CursorRefused) as refused:
        await browser.open(query)
    assert refused.value.restart == read_list("orders complete rows:20")
    assert orders.list_calls == 1


async def test_a_cursor_that_expired_on_the_way_is_refused(
    browser: Browser, orders: Simulation, clock: Clock
) -> None:
    orders.change(cursor_lifetime=timedelta(minutes=10))
    query = read_list("orders since:1d", now=clock())
    screens = await turn_to_end(browser, await browser.open(query))
    clock.advance(3600)
    with pytest.raises(CursorRefused) as refused:
        await browser.turn(screens[50].here)
    assert refused.value.restart == query
    assert row_ids(await browser.open(refused.value.restart)) == orders_down_from(1000, 991)


async def test_a_refused_parameter_that_is_no_cursor_is_said_as_it_is(
    browser: Browser, simulation: Simulation
) -> None:
    simulation.add_workflow("orders")
    with pytest.raises(InvalidParameter) as refused:
        await browser.open(read_list('orders status:"zzz"'))
    assert "invalid_status" in refused.value.reason


@pytest.mark.parametrize("kind", ["keyset", "offset"])
async def test_cursors_that_are_bound_to_their_filters_are_walked_all_the_same(
    browser: Browser, simulation: Simulation, clock: Clock, kind: str
) -> None:
    simulation.change(cursor_binds_filters=True, cursor_kind=kind)
    fill(simulation, clock, 430)
    screens = await turn_to_end(browser, await browser.open(read_list("orders")))
    assert row_ids(*screens) == orders_down_from(430)
    back = await turn_to_start(browser, screens[-1])
    assert [row_ids(screen) for screen in reversed(back)] == [row_ids(screen) for screen in screens]


async def test_cursors_that_are_bound_to_their_filters_cost_one_try_more_a_page_and_not_a_screen(
    browser: Browser, orders: Simulation
) -> None:
    orders.change(cursor_binds_filters=True)
    screens = await turn_to_end(browser, await browser.open(read_list("orders")))
    await turn_to_start(browser, screens[-1])
    assert orders.list_calls <= 1 + 2 * 9


async def test_bound_cursors_keep_new_instances_out_too(
    browser: Browser, simulation: Simulation, clock: Clock
) -> None:
    simulation.change(cursor_binds_filters=True)
    fill(simulation, clock, 250)

    def between(click: int) -> None:
        clock.advance(1)
        simulation.add_instance("orders", id=f"new-{click}")

    screens = await turn_to_end(browser, await browser.open(read_list("orders")), between)
    assert row_ids(*screens) == orders_down_from(250)


async def test_rows_without_dates_are_shown_once_and_hold_up_nothing(
    browser: Browser, simulation: Simulation, clock: Clock
) -> None:
    """The local engine's rows of ids that were asked for and never existed."""
    fill(simulation, clock, 30)
    rows = [{"id": f"order-{number}", "created_on": clock().isoformat()} for number in range(3)]
    simulation.inject(Changed({"result": [{"id": "phantom"}, *rows], "result_info": {}}))
    screen = await browser.open(read_list("orders"))
    assert "phantom" not in row_ids(screen)
    assert len(row_ids(screen)) == len(set(row_ids(screen))) == 10


async def test_a_list_of_nothing_but_rows_without_dates_is_shown(
    browser: Browser, simulation: Simulation
) -> None:
    simulation.add_workflow("orders")
    simulation.inject(Changed({"result": [{"id": "a"}, {"id": "b"}]}), times=None)
    screen = await browser.open(read_list("orders"))
    assert row_ids(screen) == ["a", "b"]
    assert bookmark_of(screen).anchor is None


async def test_a_cursor_behind_a_page_by_number_goes_on_counting(
    browser: Browser, simulation: Simulation
) -> None:
    simulation.inject(page(*"abcdefghij", cursor="1"))
    simulation.inject(page("k"))
    third = await browser.open(read_list("orders page:3 until:now"))
    assert third.first == 21
    assert (await turn_older(browser, third)).first == 31


async def test_what_the_api_says_beside_its_rows_is_passed_on(
    browser: Browser, simulation: Simulation
) -> None:
    simulation.add_workflow("orders")
    simulation.inject(Changed({"messages": [{"code": 1, "message": "soon gone"}]}))
    assert (await browser.open(read_list("orders"))).messages[0].message == "soon gone"


async def test_an_unknown_account_is_named_with_those_there_are(browser: Browser) -> None:
    with pytest.raises(UnknownAccount) as unknown:
        await browser.open(read_list("orders account:Staging-EU"))
    assert unknown.value.name == "Staging-EU"
    assert unknown.value.known == ("prod",)


async def test_each_account_is_asked_for_its_own(workflows: CachedWorkflows, simulation: Simulation) -> None:
    simulation.add_instance("orders", id="a")
    browser = Browser({"Staging-EU": workflows, "prod": workflows})
    assert browser.accounts == ("Staging-EU", "prod")
    assert (await browser.open(read_list("orders"))).account == "Staging-EU"
    assert (await browser.open(read_list("orders account:prod"))).account == "prod"


@pytest.mark.parametrize(
    ("name", "similar"),
    [
        ("order-procesing", ("order-processing",)),
        ("ORDER-PROCESSING", ("order-processing",)),
        ("order", ("orders", "order-processing")),
        ("processing", ("order-processing",)),
        ("xyzzy", ()),
    ],
)
async def test_a_workflow_that_is_not_there_is_answered_with_those_like_it(
    browser: Browser, simulation: Simulation, name: str, similar: tuple[str, ...]
) -> None:
    for known in ("order-processing", "orders", "invoice-run"):
        simulation.add_workflow(known)
    with pytest.raises(NoSuchWorkflow) as missing:
        await browser.open(read_list(f"list {name}"))
    assert missing.value.similar[: len(similar)] == similar
    assert bool(missing.value.similar) == bool(similar)
    assert missing.value.account == "prod"
    assert missing.value.query.workflow == name
    assert missing.value.answer.codes == (10200,)


async def test_without_a_list_of_workflows_none_is_proposed(browser: Browser, simulation: Simulation) -> None:
    simulation.inject(JsonError(403, 10000, "x"), times=None, operation="list_workflows")
    with pytest.raises(NoSuchWorkflow) as missing:
        await browser.open(read_list("orders"))
    assert missing.value.similar == ()


@pytest.mark.parametrize(("status", "code", "kind"), [(403, 10000, NotAuthorized)])
async def test_the_api_s_own_errors_pass_through(
    browser: Browser, simulation: Simulation, status: int, code: int, kind: type[Exception]
) -> None:
    simulation.inject(JsonError(status, code, "x"), times=None)
    with pytest.raises(kind):
        await browser.open(read_list("orders"))


async def test_a_fault_on_the_way_leaves_the_bookmark_usable(browser: Browser, orders: Simulation) -> None:
    first = await browser.open(read_list("orders rows:20"))
    fifth = (await turn_to_end(browser, first))[4]
    orders.inject(JsonError(), times=3)
    with pytest.raises(Unavailable):
        await browser.refresh(fifth.here)
    orders.clear_faults()
    assert row_ids(await turn_older(browser, fifth)) == orders_down_from(900, 881)
    assert isinstance(fifth.here, Bookmark)
