"""Several lists in one, while instances leave them and change their status: nothing that stays is skipped."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.browse.bookmark import KeptPlace, ListBookmark
from bot.browse.model import ListQuery
from bot.browse.screen import Screen
from bot.browse.selection import Selection
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Instance, PageQuery, Status
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


@st.composite
def changing(draw: st.DrawFn) -> Changing:
    workflows: dict[str, list[Instance]] = {name: [] for name in NAMES}
    created = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(STATUSES)), max_size=14))
    for at, (name, status) in enumerate(created):
        workflows[name].append(instance(f"{name}-{at:03}", at, status))
    kinds = st.sampled_from(("leave", "arrive", *STATUSES))
    return Changing(
        ManyLists(workflows, page_size=draw(st.integers(1, 6))),
        draw(st.lists(st.tuples(kinds, st.integers(0, 13)), max_size=12)),
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
        # The way back goes by the numbers of rows: it has an end, but shows what was shown only if they stay.
        await changing.turn(screens[-1], lambda screen: screen.previous)

    asyncio.run(walk())
