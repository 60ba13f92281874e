"""Lists by the end while instances leave them and come: no click fails, and nothing that stays is skipped."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.browse.bookmark import EndBookmark, KeptPlace, ListBookmark
from bot.browse.browser import Browser
from bot.browse.model import ListQuery
from bot.browse.screen import Screen
from bot.browse.several.reading import Limits
from bot.cloudflare.models import Instance
from tests.support.many_lists import ManyLists, instance
from tests.support.properties import examples
from tests.unit.browse.by_end import ERRORED, LOOKBACK, RUNNING, expected, failed_since, runs
from tests.unit.browse.turning import round_trip, row_ids

BUTTONS: dict[str, Callable[[Screen], ListBookmark | KeptPlace | None]] = {
    "next": lambda screen: screen.next,
    "previous": lambda screen: screen.previous,
    "further": lambda screen: screen.further,
}
DAY = timedelta(days=1)


def a_and_b(count: int = 30) -> ManyLists:
    """Return an account with an empty list and one of several pages, whose oldest instances failed last."""
    rows = [instance(f"a-{number:02}", number, "errored", 100 - number) for number in range(count)]
    return ManyLists({"a": rows, "b": []}, page_size=10)


def without(account: ManyLists, *gone: str) -> None:
    for name, rows in account.workflows.items():
        account.workflows[name] = [row for row in rows if row.id not in gone]


@pytest.mark.parametrize("button", ["next", "previous", "further"])
@pytest.mark.parametrize("gone", [["a-20"], ["a-29", "a-15"], [f"a-{at}" for at in range(10, 30)]])
async def test_rows_that_leave_a_page_which_is_asked_for_anew_end_no_button(
    button: str, gone: list[str]
) -> None:
    account, limits = a_and_b(), Limits(2, 9)
    selection = replace(failed_since(0), workflows=("a", "b"))
    first = await account.browser(lookback=DAY, limits=limits).open(ListQuery(selection, 5))
    assert first.next is not None
    second = await account.browser(lookback=DAY, limits=limits).turn(round_trip(first.next))
    place = BUTTONS[button](second)
    assert place is not None
    without(account, *gone)
    screen = await account.browser(lookback=DAY, limits=limits).turn(round_trip(place))  # another replica
    assert not set(row_ids(screen)) & set(gone)
    rest = [f"a-{at:02}" for at in range(10 if button == "next" else 0, 30) if f"a-{at:02}" not in gone]
    assert row_ids(screen) == (rest or ["a-05", "a-06", "a-07", "a-08", "a-09"])[:5]
    assert screen.searched is not None
    assert screen.searched.rows == 30 - len(gone)


async def test_pages_behind_one_that_ends_elsewhere_are_read_as_far_as_before() -> None:
    account = a_and_b(50)
    limits = Limits(3, 9)
    first = await account.browser(lookback=DAY, limits=limits).open(ListQuery(failed_since(0), 5))
    assert first.searched is not None
    assert (first.searched.rows, first.searched.complete) == (40, False)
    assert first.next is not None
    without(account, "a-40")  # the last row of the first page
    later = await account.browser(lookback=DAY, limits=limits).turn(round_trip(first.next))
    assert later.searched is not None
    assert (later.searched.rows, later.searched.is_again) == (40, False)
    slower = await account.browser(lookback=DAY, limits=Limits(1, 9)).turn(round_trip(first.next))
    assert slower.searched is not None
    assert (slower.searched.rows, slower.searched.is_again) == (20, True)
    assert slower.further is not None


@dataclass
class Clicks:
    """Clicks on an account that changes before each.

    Attributes:
        account: the account.
        size: rows on a screen.
        limits: of what is read at once.
        lookback: how far back lists are read at first.
        clicks: for each, which instances leave, fail anew or complete before it, its button, and whether
            another replica answers it, which remembers nothing.
        gone: the ids of what is no more as it was at first.
    """

    account: ManyLists
    size: int
    limits: Limits
    lookback: timedelta
    clicks: list[tuple[list[tuple[str, str]], str, bool]]
    gone: set[str] = field(default_factory=set)

    def change(self, kind: str, id_: str) -> None:
        self.gone.add(id_)
        for rows in self.account.workflows.values():
            for at, row in enumerate(rows):
                if row.id != id_:
                    continue
                assert row.created_on is not None
                changed = instance(id_, 0, kind, 400_000_000).model_copy(
                    update={"created_on": row.created_on}
                )
                rows[at : at + 1] = [] if kind == "leaves" else [changed]

    def browser(self) -> Browser:
        return self.account.browser(lookback=self.lookback, limits=self.limits)


WORKFLOWS = ("emails", "orders")
change = st.tuples(
    st.sampled_from(("leaves", "errored", "complete")),
    st.sampled_from([f"{name}-{number:03}" for name in WORKFLOWS for number in range(15)]),
)
some_clicks = st.lists(
    st.tuples(st.lists(change, max_size=3), st.sampled_from(("next", "previous", "further")), st.booleans()),
    min_size=1,
    max_size=8,
)


@st.composite
def clicks(draw: st.DrawFn) -> Clicks:
    workflows: dict[str, list[Instance]] = {}
    for name in WORKFLOWS:
        rows = draw(runs)
        workflows[name] = [
            instance(f"{name}-{number:03}", created, "errored", created + ran)
            if has_failed
            else instance(f"{name}-{number:03}", created)
            for number, (created, ran, has_failed) in enumerate(rows)
        ]
    return Clicks(
        ManyLists(workflows, page_size=draw(st.integers(1, 5)), numbered=draw(st.booleans())),
        draw(st.integers(1, 5)),
        Limits(draw(st.sampled_from((1, 3, 100))), 9),
        draw(st.sampled_from((LOOKBACK, DAY))),
        draw(some_clicks),
    )


@given(clicks(), st.integers(0, 120), st.booleans())
@settings(max_examples=examples(150))
def test_whatever_leaves_and_comes_each_click_has_an_answer_of_what_there_was(
    clicks: Clicks, since: int, with_running: bool
) -> None:
    selection = failed_since(since, None, *((ERRORED, RUNNING) if with_running else (ERRORED,)))

    async def walk() -> None:
        wanted = expected(clicks.account, selection)
        browser = clicks.browser()
        screen = await browser.open(ListQuery(selection, clicks.size))
        for changes, button, is_cold in clicks.clicks:
            for change in changes:
                clicks.change(*change)
            if is_cold:
                browser = clicks.browser()
            place = BUTTONS[button](screen)
            screen = await browser.turn(round_trip(screen.here if place is None else place))
            shown = row_ids(screen)
            assert shown == [id_ for id_ in wanted if id_ in shown]
            assert screen.searched is not None
            # Created before the lookback is none, or that was read, too.
            is_whole = clicks.lookback == DAY or screen.searched.bounded_at is None
            if is_cold and is_whole and screen.searched.complete:
                left = [id_ for id_ in _behind(wanted, screen) if id_ not in clicks.gone]
                assert shown == left[: clicks.size]

    asyncio.run(walk())


def _behind(wanted: list[str], screen: Screen) -> list[str]:
    """Return what stood behind the row behind which a screen begins."""
    assert isinstance(screen.here, EndBookmark)
    after = screen.here.after
    return wanted if after is None else wanted[wanted.index(after.id) + 1 :]
