"""Lists by the end: all rows that ended within a time, whenever they were created, newest end first."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.browse.bookmark import EndBookmark
from bot.browse.model import ListQuery
from bot.browse.selection import Conditions, Selection, Stream
from bot.browse.several.reading import Limits
from bot.cloudflare.errors import Unavailable
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Instance, PageQuery
from tests.support.many_lists import START, ManyLists, instance
from tests.unit.browse.by_end import (
    ERRORED,
    LOOKBACK,
    RUNNING,
    accounts,
    expected,
    failed_since,
    long_list,
    search_on,
)
from tests.unit.browse.turning import round_trip, row_ids, turn_to_end


@given(accounts(), st.integers(0, 120), st.none() | st.integers(1, 60), st.booleans(), st.integers(1, 5))
@settings(max_examples=120)
def test_a_list_by_the_end_equals_sorting_all_that_ended_within_its_times(
    account: ManyLists, since: int, window: int | None, with_running: bool, rows: int
) -> None:
    statuses = (ERRORED, RUNNING) if with_running else (ERRORED,)
    selection = failed_since(since, None if window is None else since + window, *statuses)
    wanted = expected(account, selection)

    async def walk() -> None:
        browser = account.browser(lookback=LOOKBACK)
        first = await browser.open(ListQuery(selection, rows))
        # What fails from now on stays out, though it was created before.
        account.workflows["orders"] = [
            *account.workflows.get("orders", ()),
            instance("late", since, "errored", 400_000_000),
        ]
        whole = await search_on(browser, first)
        screens = await turn_to_end(browser, whole)
        assert row_ids(*screens) == wanted
        assert [screen.first for screen in screens if screen.rows] == list(range(1, len(wanted) + 1, rows))
        assert screens[-1].is_last
        assert screens[-1].searched is not None
        assert (screens[-1].searched.complete, screens[-1].searched.found) == (True, len(wanted))
        back = [screens[-1]]
        while back[-1].previous is not None:
            back.append(await browser.turn(round_trip(back[-1].previous)))
        assert [row_ids(screen) for screen in reversed(back)] == [row_ids(screen) for screen in screens]

    asyncio.run(walk())


@given(accounts(), st.integers(1, 4), st.sets(st.integers(0, 25), min_size=1, max_size=3))
@settings(max_examples=80)
def test_a_list_that_fails_while_it_is_read_back_is_named_and_costs_no_other_row(
    account: ManyLists, rows: int, failing: set[int]
) -> None:
    selection = failed_since(50)
    wanted = expected(account, selection)
    failed: set[Stream] = set()

    def fails(query: PageQuery) -> Exception | None:
        if len(account.calls) - 1 not in failing:
            return None
        failed.add(Stream(query.workflow, query.filter.status))
        return Unavailable("it does not answer")

    account.fails = fails

    async def walk() -> None:
        browser = account.browser(lookback=LOOKBACK)
        try:
            whole = await search_on(browser, await browser.open(ListQuery(selection, rows)))
        except Unavailable:
            return  # there was nothing else to show
        screens = await turn_to_end(browser, whole)
        assert set(screens[-1].unread) == failed
        assert screens[-1].is_last == (not failed)
        names = {stream.workflow for stream in failed}
        assert [id_ for id_ in row_ids(*screens) if id_.partition("-")[0] not in names] == [
            id_ for id_ in wanted if id_.partition("-")[0] not in names
        ]
        assert set(row_ids(*screens)) <= set(wanted)
        account.fails = lambda _: None
        again = await search_on(browser, await browser.refresh(round_trip(screens[0].here)))
        assert row_ids(*await turn_to_end(browser, again)) == wanted

    asyncio.run(walk())


@pytest.mark.parametrize("of_workflows", [True, False])
async def test_rows_that_could_not_be_parsed_make_no_list_whole(of_workflows: bool) -> None:
    account = ManyLists({"orders": [instance("a", 1)]})
    list_workflows, list_instances = account.list_workflows, account.list_instances

    async def workflows(search: str | None = None, priority: Priority = Priority.INTERACTIVE) -> object:
        return replace(await list_workflows(search, priority), incomplete_rows=int(of_workflows))

    async def instances(query: PageQuery, priority: Priority = Priority.INTERACTIVE) -> object:
        return replace(await list_instances(query, priority), incomplete_rows=int(not of_workflows))

    account.list_workflows, account.list_instances = workflows, instances  # type: ignore[method-assign,assignment]
    found = await account.browser().read_back(Selection(("*",)))
    assert (found.unlisted, found.incomplete_rows) == (of_workflows, int(not of_workflows))
    assert found.searched.complete
    assert not found.is_complete


async def test_ended_lists_are_read_from_before_since_and_active_ones_are_not() -> None:
    account = long_list(5)
    browser = account.browser(lookback=timedelta(seconds=30))
    await browser.open(ListQuery(failed_since(100, 200, ERRORED, RUNNING), 10))
    asked = {query.filter.status: query.filter for query in account.calls}
    assert asked[ERRORED].date_start == START + timedelta(seconds=70)
    assert asked[RUNNING].date_start == START + timedelta(seconds=100)
    assert {each.date_end for each in asked.values()} == {START + timedelta(seconds=200)}


async def test_rows_of_the_local_engine_which_tell_no_end_count_where_that_is_certain() -> None:
    rows = [
        Instance(id=f"row-{at}", status=ERRORED, created_on=START + timedelta(seconds=at)) for at in (5, 50)
    ]
    browser = ManyLists({"orders": rows}, numbered=True).browser(lookback=timedelta(days=1))
    since = await browser.open(ListQuery(failed_since(20)))
    assert row_ids(since) == ["row-50"]
    assert since.searched is not None
    assert since.searched.unknown == 1
    until = await browser.open(ListQuery(failed_since(20, 60)))
    assert row_ids(until) == []
    assert until.searched is not None
    assert until.searched.unknown == 2


async def test_an_instance_that_fails_while_it_is_read_is_listed_once() -> None:
    row = instance("a", 10)
    account = ManyLists({"orders": [row]})
    answer = account.list_instances

    async def fails_meanwhile(query: PageQuery, priority: Priority = Priority.INTERACTIVE) -> object:
        if query.filter.status == ERRORED:
            account.workflows["orders"] = [instance("a", 10, "errored", 20)]
            page = await answer(query, priority)
            account.workflows["orders"] = [row]
            return page
        return await answer(query, priority)

    account.list_instances = fails_meanwhile  # type: ignore[method-assign,assignment]
    screen = await account.browser(lookback=timedelta(days=1)).open(
        ListQuery(failed_since(5, None, ERRORED, RUNNING))
    )
    assert [(row.instance.id, row.instance.status) for row in screen.rows] == [("a", ERRORED)]


async def test_reading_back_returns_every_row_or_says_that_it_did_not() -> None:
    account = long_list(250)
    browser = account.browser(lookback=timedelta(days=1))
    found = await browser.read_back(failed_since(0))
    assert found.searched.complete
    assert found.searched.bounded_at == START - timedelta(days=1)
    assert found.is_complete
    assert [row.instance.id for row in found.rows] == [f"orders-{at:03}" for at in range(250)]
    assert set(account.priorities) == {Priority.BACKGROUND}
    assert len(account.calls) == 25
    some = (
        await long_list(250)
        .browser(lookback=timedelta(days=1))
        .read_back(failed_since(0), limits=Limits(3, 9))
    )
    assert not some.is_complete
    assert (len(some.rows), some.searched.rows) == (40, 40)
    by_creation = await browser.read_back(Selection(("orders",), statuses=(ERRORED,)))
    assert by_creation.is_complete
    assert [row.instance.id for row in by_creation.rows] == [f"orders-{at:03}" for at in reversed(range(250))]


async def test_reading_back_applies_conditions() -> None:
    account = long_list(30)
    where = Conditions(id="orders-01")
    found = await account.browser(lookback=timedelta(days=1)).read_back(replace(failed_since(0), where=where))
    assert found.is_complete
    assert len(found.rows) == 10


async def test_a_refreshed_first_screen_shows_what_ended_meanwhile() -> None:
    account = long_list(5)
    browser = account.browser(lookback=timedelta(days=1))
    first = await browser.open(ListQuery(failed_since(0), 2))
    account.workflows["orders"].append(instance("late", 3, "errored", 400_000_000))
    assert isinstance(first.here, EndBookmark)
    assert row_ids(await browser.turn(round_trip(first.here))) == row_ids(first)
    assert row_ids(await browser.refresh(round_trip(first.here)))[0] == "late"


async def test_rows_of_a_list_that_fails_later_stay_on_every_screen() -> None:
    account = long_list(50)
    account.fails = lambda query: Unavailable("down") if query.position is not None else None
    browser = account.browser(lookback=timedelta(days=1))
    screens = await turn_to_end(browser, await browser.open(ListQuery(failed_since(0), 4)))
    assert row_ids(*screens) == [f"orders-{at:03}" for at in range(40, 50)]
    assert all(screen.unread and not screen.is_last for screen in screens)


async def test_a_page_that_can_t_be_read_again_is_named() -> None:
    account = long_list(50)
    first = await account.browser(lookback=timedelta(days=1)).open(ListQuery(failed_since(0), 4))
    middle = account.calls[2].position
    account.fails = lambda query: Unavailable("down") if query.position == middle else None
    assert first.next is not None
    later = await account.browser(lookback=timedelta(days=1)).turn(round_trip(first.next))  # another replica
    assert Stream("orders", ERRORED) in later.unread
    assert not later.is_last


async def test_rows_that_go_before_a_screen_make_it_skip_none() -> None:
    account = long_list(30)
    first = await account.browser(lookback=timedelta(days=1)).open(ListQuery(failed_since(0), 5))
    assert row_ids(first) == [f"orders-{number:03}" for number in range(5)]
    assert first.next is not None
    # Two of its rows are restarted before the next screen is shown.
    account.workflows["orders"] = [
        row for row in account.workflows["orders"] if row.id not in row_ids(first)[:2]
    ]
    second = await account.browser(lookback=timedelta(days=1)).turn(round_trip(first.next))
    assert row_ids(second) == [f"orders-{number:03}" for number in range(5, 10)]
    assert second.first == 6
    assert second.next is not None
    assert second.previous is not None
    third = await account.browser(lookback=timedelta(days=1)).turn(round_trip(second.next))
    assert third.previous is not None
    back = await account.browser(lookback=timedelta(days=1)).turn(round_trip(third.previous))
    assert (row_ids(back), back.first) == (row_ids(second), 6)


async def test_rows_of_a_list_that_can_t_be_read_again_make_a_screen_skip_none_of_others() -> None:
    rows = {
        name: [
            instance(f"{name}-{number}", number, "errored", 100 - 2 * number + shift) for number in range(6)
        ]
        for shift, name in enumerate("ab")
    }
    account = ManyLists(rows)
    first = await account.browser(lookback=timedelta(days=1)).open(ListQuery(failed_since(0), 4))
    assert row_ids(first) == ["b-0", "a-0", "b-1", "a-1"]
    account.fails = lambda query: Unavailable("down") if query.workflow == "a" else None
    assert first.next is not None
    second = await account.browser(lookback=timedelta(days=1)).turn(round_trip(first.next))
    assert row_ids(second) == ["b-2", "b-3", "b-4", "b-5"]
    assert Stream("a", ERRORED) in second.unread


async def test_an_answer_is_as_old_as_the_list_of_workflows_that_chose_its_lists() -> None:
    account = ManyLists({"orders": [instance("a", 1, "errored", 2)]}, counted=True)
    browser = account.browser(lookback=timedelta(days=1))
    assert await browser.workflow_names(None) == ("orders",)
    listed_at, account.now = account.now, account.now + timedelta(seconds=10)
    screen = await browser.open(ListQuery(failed_since(0), 1))
    assert screen.fetched_at == listed_at
    assert (await browser.turn(round_trip(screen.here))).fetched_at == listed_at
    assert (await browser.read_back(failed_since(0))).fetched_at == listed_at
    assert (await browser.open(ListQuery(replace(failed_since(0), workflows=("orders",))))).fetched_at == (
        listed_at + timedelta(seconds=10)
    )
