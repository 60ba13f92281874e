"""Several lists in one, while instances leave them and change their status: nothing that stays is skipped."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.browse.bookmark import KeptPlace, ListBookmark
from bot.browse.model import ListQuery
from bot.browse.screen import Screen
from bot.browse.selection import Selection
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Instance, InstancePage, PageQuery, Status
from bot.language.times import TimePoint
from tests.support.many_lists import START, ManyLists, instance
from tests.unit.browse.test_merged import (
    EVERYTHING,
    NAMES,
    STATUSES,
    arrive,
    back,
    forward,
    ids,
    rows_in_order,
    selections,
    three_lists,
)
from tests.unit.browse.turning import round_trip, turn_older


async def test_rows_that_leave_a_list_take_none_of_the_others_with_them() -> None:
    account = three_lists()
    first = await account.browser().open(ListQuery(EVERYTHING, 10))
    gone = {row.instance.id for row in first.rows if row.workflow == "orders"}
    expected = [id_ for id_ in rows_in_order(account, EVERYTHING) if id_ not in ids(first)]
    account.workflows["orders"] = [row for row in account.workflows["orders"] if row.id not in gone]
    second = await turn_older(account.browser(), first)
    assert ids(second) == expected[:10]
    assert second.known is not None
    assert second.known >= 20
    rest = await forward(account.browser(), second)
    assert ids(*rest) == expected
    assert rest[-1].is_last


async def test_an_instance_whose_status_changes_between_two_readings_is_shown_once() -> None:
    account = ManyLists({"orders": [instance(f"o-{at:02}", at) for at in range(12)]})
    answer = account.list_instances
    running, errored = Status("running"), Status("errored")

    async def changes(query: PageQuery, priority: Priority = Priority.INTERACTIVE) -> object:
        page = await answer(query, priority)
        if query.filter.status == running:  # it fails as soon as the running ones were read
            account.workflows["orders"][9] = instance("o-09", 9, "errored")
        return page

    account.list_instances = changes  # type: ignore[method-assign,assignment]
    both = Selection(("orders",), statuses=(running, errored))
    browser = account.browser()
    await browser.open(ListQuery(Selection(("orders",), statuses=(running,)), 5))
    screens = await forward(browser, await browser.open(ListQuery(both, 5)))
    assert ids(*screens) == [f"o-{at:02}" for at in reversed(range(12))]
    assert ids(*reversed(await back(browser, screens[-1]))) == ids(*screens)


Place = Callable[[Screen], ListBookmark | KeptPlace | None]


@dataclass
class Changing:
    """An account that changes before each click.

    Attributes:
        account: the account; each of its instances was created in another second.
        changes: what is to come, each with the second of the instance that it happens to.
        is_cached: the bot that answers the clicks is always the same one.
        touched: the ids of what has changed.
    """

    account: ManyLists
    changes: list[tuple[str, int]]
    is_cached: bool
    touched: set[str] = field(default_factory=set)

    async def turn(
        self, screen: Screen, place: Callable[[Screen], ListBookmark | KeptPlace | None]
    ) -> list[Screen]:
        """Return all screens from one on, in the direction of a place."""
        screens, browser = [screen], self.account.browser()
        while (following := place(screens[-1])) is not None:
            assert len(screens) < 500, "the list has no end"
            if self.changes:
                self._change(*self.changes.pop(0))
            browser = browser if self.is_cached else self.account.browser()
            screens.append(await browser.turn(round_trip(following)))
        return screens

    def _change(self, kind: str, number: int) -> None:
        if kind == "arrive":
            return arrive(self.account, 100 + len(self.changes))
        for rows in self.account.workflows.values():
            for at, row in enumerate(rows):
                if row.created_on == START + timedelta(seconds=number):
                    self.touched.add(row.id)
                    rows[at : at + 1] = [] if kind == "leave" else [instance(row.id, number, kind)]
                    return None
        return None


created_rows = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(STATUSES)), max_size=14)
some_changes = st.lists(
    st.tuples(st.sampled_from(("leave", "arrive", *STATUSES)), st.integers(0, 13)), max_size=12
)


@st.composite
def changing(draw: st.DrawFn) -> Changing:
    workflows: dict[str, list[Instance]] = {name: [] for name in NAMES}
    for at, (name, status) in enumerate(draw(created_rows)):
        workflows[name].append(instance(f"{name}-{at:03}", at, status))
    return Changing(
        ManyLists(workflows, page_size=draw(st.integers(1, 6))),
        draw(some_changes),
        draw(st.booleans()),
    )


@given(changing(), selections, st.integers(1, 5))
@settings(max_examples=200)
def test_nothing_that_stays_is_skipped_and_nothing_comes_twice(
    changing: Changing, selection: Selection, rows: int
) -> None:
    expected = rows_in_order(changing.account, selection)

    async def walk() -> None:
        first = await changing.account.browser().open(ListQuery(selection, rows))
        screens = await changing.turn(first, lambda screen: screen.next)
        shown = [id_ for id_ in ids(*screens) if not id_.startswith("late-")]
        assert len(shown) == len(set(shown))
        stay = [id_ for id_ in expected if id_ not in changing.touched]
        assert [id_ for id_ in shown if id_ in stay] == stay
        turned = await changing.turn(screens[-1], lambda screen: screen.previous)
        # Where all of the first screens has gone, the last click shows what follows once more.
        assert len(ids(*turned[:-1])) == len(set(ids(*turned[:-1])))
        back_again = dict.fromkeys(ids(*reversed(turned)))
        stay = [id_ for id_ in expected if id_ not in changing.touched]
        assert [id_ for id_ in back_again if id_ in stay] == stay

    asyncio.run(walk())


async def walk_to_end(account: ManyLists, selection: Selection = EVERYTHING) -> list[Screen]:
    return await forward(account.browser(), await account.browser().open(ListQuery(selection, 10)))


async def walk_back(account: ManyLists, screen: Screen) -> list[Screen]:
    """Return the screens from one back in the order of the list, each of another replica."""
    screens = [screen]
    while screens[0].previous is not None:
        screens.insert(0, await account.browser().turn(round_trip(screens[0].previous)))
    return screens


@pytest.mark.parametrize("numbered", [False, True])
async def test_the_way_back_has_all_that_is_left_of_each_screen(*, numbered: bool) -> None:
    account = three_lists(numbered=numbered)
    screens = await walk_to_end(account)
    gone = {row.instance.id for screen in screens[:5] for row in screen.rows[:7:2]}
    for name, rows in account.workflows.items():
        account.workflows[name] = [row for row in rows if row.id not in gone]
    back_again = await walk_back(account, screens[-1])
    assert [ids(screen) for screen in back_again] == [
        [id_ for id_ in ids(screen) if id_ not in gone] for screen in screens
    ]
    again = await forward(account.browser(), back_again[0])
    assert ids(*again) == ids(*back_again)
    assert again[-1].is_last


async def test_a_screen_of_which_all_is_gone_is_passed_over_on_the_way_back() -> None:
    account = three_lists()
    screens = await walk_to_end(account)
    gone = ids(screens[0], screens[3])
    for name, rows in account.workflows.items():
        account.workflows[name] = [row for row in rows if row.id not in gone]
    assert screens[4].previous is not None
    third = await account.browser().turn(round_trip(screens[4].previous))
    assert ids(third) == ids(screens[2])
    assert third.next is not None
    assert ids(await account.browser().turn(round_trip(third.next))) == ids(screens[4])
    assert screens[1].previous is not None
    first = await account.browser().turn(round_trip(screens[1].previous))
    assert (ids(first), first.first, first.previous) == (ids(screens[1]), 1, None)


async def test_what_has_come_between_makes_one_more_screen_on_the_way_back() -> None:
    account = three_lists()
    running = Selection(("*",), statuses=(Status("running"),))
    account.workflows["orders"][25:28] = [
        row.model_copy(update={"status": Status("queued")}) for row in account.workflows["orders"][25:28]
    ]
    screens = await walk_to_end(account, running)
    account.workflows["orders"][25:28] = [
        row.model_copy(update={"status": Status("running")}) for row in account.workflows["orders"][25:28]
    ]
    back_again = await walk_back(account, screens[-1])
    assert ids(*back_again) == rows_in_order(account, running)
    assert all(len(screen.rows) <= 10 for screen in back_again)
    again = await forward(account.browser(), back_again[0])
    assert ids(*again) == rows_in_order(account, running)
    assert [screen.first for screen in again] == [1, 3, *range(13, 91, 10)]


async def test_an_instance_whose_status_has_changed_is_there_on_the_way_back() -> None:
    account = three_lists()
    account.workflows["orders"].append(instance("orders-old", -100, "errored"))
    both = Selection(("*",), statuses=(Status("errored"), Status("running")))
    screens = await walk_to_end(account, both)
    account.workflows["orders"][25] = instance("orders-25", 77, "errored")
    account.calls.clear()
    back_again = await walk_back(account, screens[-1])
    assert [sorted(ids(screen)) for screen in back_again] == [sorted(ids(screen)) for screen in screens]
    asked = [
        query for query in account.calls if query.workflow == "orders" and query.filter.status == "errored"
    ]
    # Only where one is missing are other lists of its workflow asked.
    assert len(asked) == 1


async def test_instances_of_one_millisecond_come_once_whatever_becomes_of_them() -> None:
    def batch(name: str, status: str) -> list[Instance]:
        return [instance(f"{name}-{status}-{at:02}", 5 + at / 1e6, status) for at in range(12)]

    account = ManyLists(
        {name: [*batch(name, "errored"), *batch(name, "running")] for name in ("emails", "orders")},
        page_size=5,
    )
    both = Selection(("*",), statuses=(Status("errored"), Status("running")))
    screens = [await account.browser().open(ListQuery(both, 7))]
    everything = set(rows_in_order(account, both))
    while screens[-1].next is not None:
        last = screens[-1].rows[-1]
        rows = account.workflows[last.workflow]
        at = next(at for at, row in enumerate(rows) if row.id == last.instance.id)
        other = "running" if rows[at].status == "errored" else "errored"
        rows[at] = rows[at].model_copy(update={"status": Status(other)})
        screens.append(await turn_older(account.browser(), screens[-1]))
    assert sorted(ids(*screens)) == sorted(everything)
    back_again = await walk_back(account, screens[-1])
    assert sorted(ids(*back_again)) == sorted(everything)


async def test_an_instance_that_is_shown_in_another_list_hides_none_of_its_millisecond() -> None:
    account = ManyLists({"orders": [instance(f"o-{at}", 5, "running") for at in "abcd"]}, page_size=4)
    account.workflows["orders"] += [instance("new", 9, "errored"), instance("mid", 6, "errored")]
    both = Selection(("orders",), statuses=(Status("errored"), Status("running")))
    first = await account.browser().open(ListQuery(both, 1))
    account.workflows["orders"][3] = instance("o-d", 5, "errored")  # the last one of its page
    screens = [first, *(await forward(account.browser(), await turn_older(account.browser(), first)))]
    assert ids(*screens) == ["new", "mid", "o-d", "o-a", "o-b", "o-c"]


async def test_rows_that_move_to_an_earlier_page_are_read_even_so() -> None:
    rows = [instance(f"orders-{at:02}", at, "errored", at + 1) for at in range(40)]
    account = ManyLists({"orders": rows}, page_size=10, numbered=True)
    answer = account.list_instances

    async def goes_meanwhile(query: PageQuery, priority: Priority = Priority.INTERACTIVE) -> InstancePage:
        page = await answer(query, priority)
        gone = {row.id for row in page.rows[1:2]}
        account.workflows["orders"] = [row for row in account.workflows["orders"] if row.id not in gone]
        return page

    account.list_instances = goes_meanwhile  # type: ignore[method-assign]
    failed = Selection(("*",), statuses=(Status("errored"),))
    wanted = [f"orders-{at:02}" for at in reversed(range(40))]
    assert ids(*await walk_to_end(account, failed)) == wanted
    account.workflows["orders"] = rows
    found = await account.browser(lookback=timedelta(days=1)).read_back(
        replace(failed, since=TimePoint("", START))
    )
    assert [row.instance.id for row in found.rows] == wanted
    assert found.searched.rows == 40


async def test_without_cursors_a_list_takes_a_call_for_a_page() -> None:
    rows = [instance(f"orders-{at:02}", at) for at in range(46)]
    account = ManyLists({"orders": rows}, page_size=10, numbered=True)
    assert len(ids(*await walk_to_end(account, Selection(("order*",))))) == 46
    assert len(account.calls) == 5


async def test_more_instances_of_one_millisecond_than_a_page_has_are_read_without_cursors() -> None:
    rows = [instance(f"orders-{at:02}", at // 35) for at in range(70)]
    account = ManyLists({"orders": rows}, page_size=10, numbered=True)
    screens = await walk_to_end(account)
    assert ids(*screens) == rows_in_order(account, EVERYTHING)
    assert ids(*await walk_back(account, screens[-1])) == ids(*screens)
