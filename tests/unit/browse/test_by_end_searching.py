"""How far a list by the end is read back, what stops the search, and how it goes on."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.browse.model import ListQuery
from bot.browse.selection import Conditions, Stream
from bot.browse.several.reading import Limits
from bot.cloudflare.errors import RateLimited, Unavailable
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Cursor, PageQuery
from tests.support.many_lists import START, ManyLists, instance
from tests.unit.browse.by_end import (
    ERRORED,
    LOOKBACK,
    at,
    failed_since,
    long_list,
    search_on,
)
from tests.unit.browse.turning import round_trip, row_ids, turn_to_end


async def test_a_search_says_how_far_it_came_and_goes_on_from_there() -> None:
    account = long_list(250)
    browser = account.browser(lookback=timedelta(days=1))
    first = await browser.open(ListQuery(failed_since(0), 10))
    assert first.searched is not None
    assert (first.searched.rows, first.searched.found, first.searched.complete) == (110, 110, False)
    assert first.searched.back_to == START + timedelta(seconds=140)
    assert row_ids(first)[0] == "orders-140"
    assert not first.is_last
    assert len(account.calls) == 11
    assert set(account.priorities[1:]) == {Priority.BACKGROUND}
    second = await browser.turn(round_trip(first.next or first.here))
    assert row_ids(second)[0] == "orders-150"
    assert len(account.calls) == 11, "screens are cut from the same pages"
    assert first.further is not None
    further = await browser.turn(round_trip(first.further))
    assert row_ids(further)[0] == "orders-040"
    assert len(account.calls) == 21
    assert not further.is_last
    last = await search_on(browser, further)
    assert row_ids(last)[0] == "orders-000"
    assert (await turn_to_end(browser, last))[-1].is_last


async def test_a_search_ends_when_its_time_is_up() -> None:
    account = long_list(250)
    browser = account.browser(lookback=timedelta(days=1), limits=Limits(10, 0))
    first = await browser.open(ListQuery(failed_since(0), 10))
    assert len(account.calls) == 1
    assert first.further is not None
    assert not first.is_last


async def test_a_budget_that_is_used_up_stops_a_search_and_leaves_no_list_out() -> None:
    account = long_list(250)
    limited = RateLimited("slow down", retry_after=timedelta(seconds=9))
    account.fails = lambda _: limited if len(account.calls) > 5 else None
    browser = account.browser(lookback=timedelta(days=1))
    first = await browser.open(ListQuery(failed_since(0), 10))
    assert first.searched is not None
    assert first.searched.stopped is limited
    assert not first.unread
    account.fails = lambda _: None
    assert len(row_ids(*await turn_to_end(browser, await search_on(browser, first)))) == 250


async def test_an_old_cursor_ends_a_search_visibly() -> None:
    account = long_list(50)
    account.fails = lambda query: Unavailable("down") if isinstance(query.position, Cursor) else None
    screen = await account.browser(lookback=timedelta(days=1)).open(ListQuery(failed_since(0), 10))
    assert Stream("orders", ERRORED) in screen.unread
    assert not screen.is_last
    assert not any(each.is_last for each in await turn_to_end(account.browser(), screen))


async def test_a_loop_of_cursors_ends_a_search_visibly() -> None:
    account = long_list(50)
    answer = account.list_instances

    async def loops(query: PageQuery, priority: Priority = Priority.INTERACTIVE) -> object:
        page = await answer(query, priority)
        return replace(page, next=query.position) if query.position is not None else page

    account.list_instances = loops  # type: ignore[method-assign,assignment]
    screen = await account.browser(lookback=timedelta(days=1)).open(ListQuery(failed_since(0), 100))
    assert len(screen.rows) == 20
    assert screen.cursor_loop
    assert not screen.is_last
    assert screen.searched is not None
    assert not screen.searched.complete


async def test_what_was_created_before_the_lookback_is_no_all_clear_and_is_searched_for_further() -> None:
    account = ManyLists(
        {"orders": [instance("old", 0, "errored", 1000), instance("new", 990, "errored", 999)]}
    )
    browser = account.browser(lookback=LOOKBACK)
    first = await browser.open(ListQuery(failed_since(995)))
    assert row_ids(first) == ["new"]
    assert first.searched is not None
    assert first.searched.bounded_at == first.searched.back_to == START + timedelta(seconds=955)
    assert not first.is_last
    assert first.further is not None
    further = await browser.turn(round_trip(first.further))
    assert row_ids(further) == ["old", "new"]
    assert further.searched is not None
    assert (further.searched.bounded_at, further.searched.complete, further.is_last) == (None, True, True)
    assert further.further is None
    found = await browser.read_back(failed_since(995))
    assert found.searched.bounded_at == START + timedelta(seconds=955)


async def test_a_time_of_creation_that_was_asked_for_takes_the_place_of_the_lookback() -> None:
    account = ManyLists(
        {"orders": [instance("old", 0, "errored", 1000), instance("new", 990, "errored", 999)]}
    )
    browser = account.browser(lookback=LOOKBACK)
    until = await browser.open(ListQuery(replace(failed_since(995), created_until=at(100))))
    assert (row_ids(until), until.is_last) == (["old"], True)
    since = await browser.open(ListQuery(replace(failed_since(995), created_since=at(980))))
    assert (row_ids(since), since.is_last) == (["new"], True)
    both = await browser.open(ListQuery(replace(failed_since(995), created_since=at(-5))))
    assert both.further is not None
    assert (row_ids(both), row_ids(await browser.turn(both.further))) == (["new"], ["old", "new"])


async def test_what_was_read_is_no_more_than_the_lists_that_came_to_their_end() -> None:
    account = long_list(50)
    account.fails = lambda query: Unavailable("down") if isinstance(query.position, Cursor) else None
    browser = account.browser(lookback=timedelta(days=1))
    found = await browser.read_back(failed_since(0))
    assert (found.searched.complete, found.searched.back_to) == (False, START + timedelta(seconds=40))


@pytest.mark.parametrize("since", [0, 1])
async def test_nothing_found_is_only_the_end_if_all_was_read(since: int) -> None:
    account = long_list(250)
    selection = replace(failed_since(since), where=Conditions(id="none"))
    browser = account.browser(lookback=timedelta(days=1))
    screen = await browser.open(ListQuery(selection, 10))
    assert not screen.rows
    assert not screen.is_last
    whole = await search_on(browser, screen)
    assert not whole.rows
    assert whole.is_last


async def test_what_ends_while_a_search_goes_on_stays_out() -> None:
    account = long_list(250)
    browser = account.browser(lookback=timedelta(days=1))
    first = await browser.open(ListQuery(failed_since(0), 100, view="table"))
    account.workflows["orders"].append(instance("late", 5, "errored", 400_000_000))
    screens = await turn_to_end(browser, await search_on(browser, first))
    assert row_ids(*screens) == [f"orders-{at:03}" for at in range(250)]


async def test_the_bound_of_pages_is_for_all_lists_together() -> None:
    rows = {
        name: [instance(f"{name}-{at}", at, "errored", at + 1) for at in range(40)] for name in "abcdefghijkl"
    }
    account = ManyLists(rows, page_size=10)
    await account.browser(lookback=timedelta(days=1)).open(ListQuery(failed_since(0)))
    assert len(account.calls) == 12 + 10


async def test_pages_that_are_read_again_are_background_work_within_the_same_limits() -> None:
    account = long_list(250)
    browser = account.browser(lookback=timedelta(days=1))
    further = await browser.open(ListQuery(failed_since(0), 10))
    for _ in range(2):
        assert further.further is not None
        further = await browser.turn(round_trip(further.further))
    assert further.searched is not None
    assert further.searched.rows == 250
    account.calls.clear()
    account.priorities.clear()
    assert further.next is not None
    other = await account.browser(lookback=timedelta(days=1)).turn(round_trip(further.next))
    assert len(account.calls) == 11
    assert set(account.priorities) == {Priority.BACKGROUND}
    assert other.searched is not None
    assert (other.searched.is_again, other.searched.complete, other.searched.rows) == (True, False, 110)
    assert not other.is_last
    whole = await search_on(account.browser(lookback=timedelta(days=1), limits=Limits(100, 9)), other)
    assert len(row_ids(*await turn_to_end(account.browser(limits=Limits(100, 9)), whole))) == 250


async def test_a_budget_that_is_used_up_at_the_first_pages_stops_the_search_and_blames_no_list() -> None:
    limited = RateLimited("slow down", retry_after=timedelta(seconds=9))
    account = ManyLists({name: [instance(name, 1, "errored", 2)] for name in ("a", "b")})
    account.fails = lambda query: limited if query.workflow == "b" else None
    browser = account.browser(lookback=timedelta(days=1))
    screen = await browser.open(ListQuery(failed_since(0)))
    assert (row_ids(screen), screen.unread) == (["a"], {})
    assert screen.searched is not None
    assert screen.searched.stopped is limited
    assert screen.further is not None
    assert set(account.priorities) == {Priority.BACKGROUND}
    account.fails = lambda _: limited
    with pytest.raises(RateLimited):
        await account.browser().open(ListQuery(failed_since(0)))
    account.fails = lambda _: None
    assert row_ids(await search_on(browser, screen)) == ["b", "a"]


async def test_reading_and_checking_have_one_deadline() -> None:
    account = long_list(30)
    answer = account.list_instances

    async def slowly(query: PageQuery, priority: Priority = Priority.INTERACTIVE) -> object:
        await asyncio.sleep(0.03)
        return await answer(query, priority)

    account.list_instances = slowly  # type: ignore[method-assign,assignment]
    browser = account.browser(lookback=timedelta(days=1), limits=Limits(10, 0.02))
    selection = replace(failed_since(0), where=Conditions(error="declined"))
    screen = await browser.open(ListQuery(selection))
    assert (len(account.calls), account.details) == (1, [])
    assert screen.further is not None


async def test_a_refresh_and_a_retry_keep_how_far_was_searched() -> None:
    account = long_list(250)
    account.workflows["orders"].append(instance("old", -200_000, "errored", 20_000))
    browser = account.browser(lookback=timedelta(days=1))
    whole = await search_on(browser, await browser.open(ListQuery(failed_since(0), 10)))
    assert whole.is_last
    fresh = await browser.refresh(round_trip(whole.here))
    assert row_ids(fresh) == row_ids(whole)
    assert row_ids(fresh)[0] == "old"
    assert fresh.is_last
    assert whole.next is not None
    later = await browser.turn(round_trip(whole.next))
    again = await browser.refresh(round_trip(later.here))
    assert (row_ids(again), again.is_last) == (row_ids(later), True)


async def test_a_search_that_goes_on_says_how_many_more_it_found() -> None:
    account = long_list(130)
    browser = account.browser(lookback=timedelta(days=1))
    first = await browser.open(ListQuery(failed_since(0), 10))
    assert first.searched is not None
    assert first.searched.more is None
    assert first.further is not None
    further = await browser.turn(round_trip(first.further))
    assert further.searched is not None
    assert (further.searched.found, further.searched.more) == (130, 20)
    assert further.next is not None
    later = await browser.turn(round_trip(further.next))
    assert later.searched is not None
    assert later.searched.more is None
