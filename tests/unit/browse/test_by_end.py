"""Lists by the end: all rows that ended within a time, whenever they were created, newest end first."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.browse.bookmark import EndBookmark
from bot.browse.browser import Browser
from bot.browse.model import ListQuery
from bot.browse.reading import Limits
from bot.browse.screen import Screen
from bot.browse.selection import Conditions, Selection, Stream
from bot.cloudflare.errors import RateLimited, Unavailable
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Cursor, Instance, PageQuery, Status
from bot.language.times import TimePoint
from tests.support.many_lists import START, ManyLists, instance
from tests.unit.browse.turning import round_trip

LOOKBACK = timedelta(seconds=40)
ERRORED, RUNNING = Status("errored"), Status("running")


def at(seconds: float) -> TimePoint:
    return TimePoint(f"{seconds}", START + timedelta(seconds=seconds))


def failed_since(seconds: float, until: float | None = None, *statuses: Status) -> Selection:
    return Selection(
        ("*",),
        statuses=statuses or (ERRORED,),
        since=at(seconds),
        until=None if until is None else at(until),
    )


def ids(*screens: Screen) -> list[str]:
    return [row.instance.id for screen in screens for row in screen.rows]


async def all_screens(browser: Browser, screen: Screen) -> list[Screen]:
    screens = [screen]
    while (following := screens[-1].next) is not None:
        assert len(screens) < 500, "the list has no end"
        screens.append(await browser.turn(round_trip(following)))
    return screens


async def search_on(browser: Browser, screen: Screen) -> Screen:
    """Search further until there is no more to search."""
    for _ in range(500):
        if screen.further is None:
            return screen
        screen = await browser.turn(round_trip(screen.further))
    raise AssertionError("the search has no end")


@st.composite
def accounts(draw: st.DrawFn) -> ManyLists:
    workflows: dict[str, list[Instance]] = {}
    for name in draw(st.sets(st.sampled_from(("emails", "orders")), min_size=1).map(sorted)):
        rows = draw(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 60), st.booleans()), max_size=15))
        workflows[name] = [
            instance(f"{name}-{number:03}", created, "errored", created + ran)
            if has_failed
            else instance(f"{name}-{number:03}", created)
            for number, (created, ran, has_failed) in enumerate(rows)
        ]
    return ManyLists(workflows, page_size=draw(st.integers(1, 5)), numbered=draw(st.booleans()))


def expected(account: ManyLists, selection: Selection) -> list[str]:
    """Return the ids that a list by the end has: the oracle."""
    assert selection.since is not None
    since, until = selection.since.at, selection.until.at if selection.until else None
    found = []
    for name, rows in account.workflows.items():
        for row in rows:
            moment = row.ended_on if row.status == ERRORED else row.created_on
            assert moment is not None
            assert row.created_on is not None
            if row.status not in selection.statuses or moment < since or (until and moment > until):
                continue
            found.append((moment, row.created_on, name, str(row.status), row.id))
    found.sort(key=lambda each: (each[2], each[4]), reverse=True)
    found.sort(key=lambda each: each[:2], reverse=True)
    return [each[-1] for each in found]


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
        screens = await all_screens(browser, whole)
        assert ids(*screens) == wanted
        assert [screen.first for screen in screens if screen.rows] == list(range(1, len(wanted) + 1, rows))
        assert screens[-1].is_last
        assert screens[-1].searched is not None
        assert (screens[-1].searched.complete, screens[-1].searched.found) == (True, len(wanted))
        back = [screens[-1]]
        while back[-1].previous is not None:
            back.append(await browser.turn(round_trip(back[-1].previous)))
        assert [ids(screen) for screen in reversed(back)] == [ids(screen) for screen in screens]

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
        screens = await all_screens(browser, whole)
        assert set(screens[-1].unread) == failed
        assert screens[-1].is_last == (not failed)
        names = {stream.workflow for stream in failed}
        assert [id_ for id_ in ids(*screens) if id_.partition("-")[0] not in names] == [
            id_ for id_ in wanted if id_.partition("-")[0] not in names
        ]
        assert set(ids(*screens)) <= set(wanted)
        account.fails = lambda _: None
        again = await search_on(browser, await browser.refresh(round_trip(screens[0].here)))
        assert ids(*await all_screens(browser, again)) == wanted

    asyncio.run(walk())


def long_list(count: int, **changes: object) -> ManyLists:
    """Return an account whose oldest instances failed last."""
    rows = [instance(f"orders-{at:03}", at, "errored", 10_000 - at) for at in range(count)]
    return replace(ManyLists({"orders": rows}, page_size=10), **changes)  # type: ignore[arg-type]


async def test_a_search_says_how_far_it_came_and_goes_on_from_there() -> None:
    account = long_list(250)
    browser = account.browser(lookback=timedelta(days=1))
    first = await browser.open(ListQuery(failed_since(0), 10))
    assert first.searched is not None
    assert (first.searched.rows, first.searched.found, first.searched.complete) == (110, 110, False)
    assert first.searched.back_to == START + timedelta(seconds=140)
    assert ids(first)[0] == "orders-140"
    assert not first.is_last
    assert len(account.calls) == 11
    assert set(account.priorities[1:]) == {Priority.BACKGROUND}
    second = await browser.turn(round_trip(first.next or first.here))
    assert ids(second)[0] == "orders-150"
    assert len(account.calls) == 11, "screens are cut from the same pages"
    assert first.further is not None
    further = await browser.turn(round_trip(first.further))
    assert ids(further)[0] == "orders-040"
    assert len(account.calls) == 21
    assert not further.is_last
    last = await search_on(browser, further)
    assert ids(last)[0] == "orders-000"
    assert (await all_screens(browser, last))[-1].is_last


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
    assert len(ids(*await all_screens(browser, await search_on(browser, first)))) == 250


async def test_an_old_cursor_ends_a_search_visibly() -> None:
    account = long_list(50)
    account.fails = lambda query: Unavailable("down") if isinstance(query.position, Cursor) else None
    screen = await account.browser(lookback=timedelta(days=1)).open(ListQuery(failed_since(0), 10))
    assert Stream("orders", ERRORED) in screen.unread
    assert not screen.is_last
    assert not any(each.is_last for each in await all_screens(account.browser(), screen))


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
    assert ids(first) == ["new"]
    assert first.searched is not None
    assert first.searched.bounded_at == first.searched.back_to == START + timedelta(seconds=955)
    assert not first.is_last
    assert first.further is not None
    further = await browser.turn(round_trip(first.further))
    assert ids(further) == ["old", "new"]
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
    assert (ids(until), until.is_last) == (["old"], True)
    since = await browser.open(ListQuery(replace(failed_since(995), created_since=at(980))))
    assert (ids(since), since.is_last) == (["new"], True)
    both = await browser.open(ListQuery(replace(failed_since(995), created_since=at(-5))))
    assert both.further is not None
    assert (ids(both), ids(await browser.turn(both.further))) == (["new"], ["old", "new"])


async def test_what_was_read_is_no_more_than_the_lists_that_came_to_their_end() -> None:
    account = long_list(50)
    account.fails = lambda query: Unavailable("down") if isinstance(query.position, Cursor) else None
    browser = account.browser(lookback=timedelta(days=1))
    found = await browser.read_back(failed_since(0))
    assert (found.searched.complete, found.searched.back_to) == (False, START + timedelta(seconds=40))


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
    assert ids(since) == ["row-50"]
    assert since.searched is not None
    assert since.searched.unknown == 1
    until = await browser.open(ListQuery(failed_since(20, 60)))
    assert ids(until) == []
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
    assert ids(await browser.turn(round_trip(first.here))) == ids(first)
    assert ids(await browser.refresh(round_trip(first.here)))[0] == "late"


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
    screens = await all_screens(browser, await search_on(browser, first))
    assert ids(*screens) == [f"orders-{at:03}" for at in range(250)]


async def test_the_bound_of_pages_is_for_all_lists_together() -> None:
    rows = {
        name: [instance(f"{name}-{at}", at, "errored", at + 1) for at in range(40)] for name in "abcdefghijkl"
    }
    account = ManyLists(rows, page_size=10)
    await account.browser(lookback=timedelta(days=1)).open(ListQuery(failed_since(0)))
    assert len(account.calls) == 12 + 10


async def test_rows_of_a_list_that_fails_later_stay_on_every_screen() -> None:
    account = long_list(50)
    account.fails = lambda query: Unavailable("down") if query.position is not None else None
    browser = account.browser(lookback=timedelta(days=1))
    screens = await all_screens(browser, await browser.open(ListQuery(failed_since(0), 4)))
    assert ids(*screens) == [f"orders-{at:03}" for at in range(40, 50)]
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
    assert ids(first) == [f"orders-{number:03}" for number in range(5)]
    assert first.next is not None
    # Two of its rows are restarted before the next screen is shown.
    account.workflows["orders"] = [row for row in account.workflows["orders"] if row.id not in ids(first)[:2]]
    second = await account.browser(lookback=timedelta(days=1)).turn(round_trip(first.next))
    assert ids(second) == [f"orders-{number:03}" for number in range(5, 10)]
    assert second.first == 6
    assert second.next is not None
    assert second.previous is not None
    third = await account.browser(lookback=timedelta(days=1)).turn(round_trip(second.next))
    assert third.previous is not None
    back = await account.browser(lookback=timedelta(days=1)).turn(round_trip(third.previous))
    assert (ids(back), back.first) == (ids(second), 6)


async def test_rows_of_a_list_that_can_t_be_read_again_make_a_screen_skip_none_of_others() -> None:
    rows = {
        name: [
            instance(f"{name}-{number}", number, "errored", 100 - 2 * number + shift) for number in range(6)
        ]
        for shift, name in enumerate("ab")
    }
    account = ManyLists(rows)
    first = await account.browser(lookback=timedelta(days=1)).open(ListQuery(failed_since(0), 4))
    assert ids(first) == ["b-0", "a-0", "b-1", "a-1"]
    account.fails = lambda query: Unavailable("down") if query.workflow == "a" else None
    assert first.next is not None
    second = await account.browser(lookback=timedelta(days=1)).turn(round_trip(first.next))
    assert ids(second) == ["b-2", "b-3", "b-4", "b-5"]
    assert Stream("a", ERRORED) in second.unread


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
    assert len(ids(*await all_screens(account.browser(limits=Limits(100, 9)), whole))) == 250


async def test_a_budget_that_is_used_up_at_the_first_pages_stops_the_search_and_blames_no_list() -> None:
    limited = RateLimited("slow down", retry_after=timedelta(seconds=9))
    account = ManyLists({name: [instance(name, 1, "errored", 2)] for name in ("a", "b")})
    account.fails = lambda query: limited if query.workflow == "b" else None
    browser = account.browser(lookback=timedelta(days=1))
    screen = await browser.open(ListQuery(failed_since(0)))
    assert (ids(screen), screen.unread) == (["a"], {})
    assert screen.searched is not None
    assert screen.searched.stopped is limited
    assert screen.further is not None
    assert set(account.priorities) == {Priority.BACKGROUND}
    account.fails = lambda _: limited
    with pytest.raises(RateLimited):
        await account.browser().open(ListQuery(failed_since(0)))
    account.fails = lambda _: None
    assert ids(await search_on(browser, screen)) == ["b", "a"]


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
    assert ids(fresh) == ids(whole)
    assert ids(fresh)[0] == "old"
    assert fresh.is_last
    assert whole.next is not None
    later = await browser.turn(round_trip(whole.next))
    again = await browser.refresh(round_trip(later.here))
    assert (ids(again), again.is_last) == (ids(later), True)


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
