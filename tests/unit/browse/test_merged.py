"""Several lists in one, by creation: the same as sorting all rows, forward, back and forward again."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.browse.browser import Browser
from bot.browse.errors import CursorRefused, NoSuchWorkflow, NoSuchWorkflows
from bot.browse.model import ListQuery
from bot.browse.screen import Screen
from bot.browse.selection import Conditions, Selection, Stream
from bot.cloudflare.errors import (
    AccountNotFound,
    CloudflareError,
    InvalidParameter,
    InvalidResponse,
    NotAuthorized,
    QueueFull,
    RateLimited,
    ShareUsedUp,
    TLSError,
    Unavailable,
    WorkflowNotFound,
)
from bot.cloudflare.limiter import Priority
from bot.cloudflare.models import Cursor, Instance, PageQuery, Status
from bot.ui.explanations import explain
from tests.support.many_lists import START, ManyLists, instance, newest_first, refused_cursor
from tests.unit.browse.turning import round_trip, turn_newer, turn_older

NAMES = ("billing", "emails", "orders")
STATUSES = ("errored", "running")
STREAMS = [(name, status) for name in NAMES for status in STATUSES]
EVERYTHING = Selection()

moments = st.integers(0, 12)  # few, so that many rows are created at the same time


some_names = st.sets(st.sampled_from(NAMES), min_size=1).map(sorted)
some_rows = st.lists(st.tuples(moments, st.sampled_from(STATUSES)), max_size=14)


@st.composite
def accounts(draw: st.DrawFn) -> ManyLists:
    workflows: dict[str, list[Instance]] = {}
    for name in draw(some_names):
        rows = draw(some_rows)
        workflows[name] = [
            instance(f"{name}-{at:03}", created, status) for at, (created, status) in enumerate(rows)
        ]
    return ManyLists(
        workflows,
        page_size=draw(st.integers(1, 5)),
        numbered=draw(st.booleans()),
        ends_empty=draw(st.booleans()),
        counted=draw(st.booleans()),
    )


selections = st.sampled_from(
    [
        EVERYTHING,
        Selection(("*",), statuses=(Status("errored"), Status("running"))),
        Selection(("*",), statuses=(Status("errored"),)),
    ]
)


def rows_in_order(account: ManyLists, selection: Selection) -> list[str]:
    """Return the ids of all rows of a selection: the oracle."""
    streams = [(name, status) for name in account.workflows for status in selection.statuses or (None,)]
    found = [
        (name, status or "", row)
        for name, status in streams
        for row in account.workflows[name]
        if status is None or row.status == status
    ]
    found.sort(key=lambda each: (each[0], each[1], each[2].id))
    found.sort(key=lambda each: each[2].created_on or START, reverse=True)
    return [row.id for _, _, row in found]


def ids(*screens: Screen) -> list[str]:
    return [row.instance.id for screen in screens for row in screen.rows]


async def forward(browser: Browser, screen: Screen, account: ManyLists | None = None) -> list[Screen]:
    """Return all screens from one on; with an account, a row arrives there before each click."""
    screens = [screen]
    while (following := screens[-1].next or screens[-1].further) is not None:
        assert len(screens) < 500, "the list has no end"
        if account is not None:
            arrive(account, len(screens))
        screens.append(await browser.turn(round_trip(following)))
    return screens


async def back(browser: Browser, screen: Screen) -> list[Screen]:
    screens = [screen]
    while screens[-1].previous is not None:
        assert len(screens) < 500, "the way back has no end"
        screens.append(await turn_newer(browser, screens[-1]))
    return screens


def arrive(account: ManyLists, number: int) -> None:
    for name, rows in account.workflows.items():
        rows.append(instance(f"late-{name}-{number}", 100 + number, STATUSES[number % 2]))


@given(accounts(), selections, st.integers(1, 5))
@settings(max_examples=150)
def test_a_merged_list_equals_sorting_everything_there_back_and_there_again(
    account: ManyLists, selection: Selection, rows: int
) -> None:
    expected = rows_in_order(account, selection)

    async def walk() -> None:
        browser = account.browser()
        there = await forward(browser, await browser.open(ListQuery(selection, rows)), account)
        assert ids(*there) == expected
        full = [screen for screen in there if screen.rows]
        assert all(len(screen.rows) == rows for screen in full[:-1])
        assert [screen.first for screen in full] == list(range(1, len(expected) + 1, rows))
        assert there[-1].is_last
        assert there[-1].known == len(expected)
        assert not there[-1].unread
        turned = await back(browser, there[-1])
        assert [ids(screen) for screen in reversed(turned) if screen.rows] == [ids(screen) for screen in full]
        again = await forward(browser, turned[-1], account)
        assert [ids(screen) for screen in again if screen.rows] == [ids(screen) for screen in full]
        assert again[-1].is_last

    asyncio.run(walk())


@given(accounts(), st.integers(1, 4))
@settings(max_examples=60)
def test_each_page_is_asked_for_once_and_only_if_its_rows_are_next(account: ManyLists, rows: int) -> None:
    async def walk() -> None:
        browser = account.browser()
        screens = [await browser.open(ListQuery(EVERYTHING, rows))]
        first = [query.position for query in account.calls]
        assert first.count(None) == len({query.workflow for query in account.calls})
        while screens[-1].next is not None:
            before, shown = len(account.calls), {row.workflow for row in screens[-1].rows}
            screens.append(await turn_older(browser, screens[-1]))
            new = {query.workflow for query in account.calls[before:]}
            # A list whose page was used up is one of those whose rows were last, or are next.
            assert new <= shown | {row.workflow for row in screens[-1].rows} | _on(screens[:-1])
        assert len(account.calls) == len(set(account.calls))
        if not account.numbered:  # lists without cursors go on by times
            asked = [(query.workflow, query.position) for query in account.calls]
            assert len(asked) == len(set(asked))

    asyncio.run(walk())


def _on(screens: Sequence[Screen]) -> set[str]:
    return {row.workflow for screen in screens for row in screen.rows}


@given(accounts(), st.integers(1, 4), st.lists(st.integers(0, 30), min_size=1, max_size=4))
@settings(max_examples=100)
def test_lists_that_fail_at_any_moment_are_named_and_cost_no_other_row(
    account: ManyLists, rows: int, failing: list[int]
) -> None:
    selection = Selection(("*",), statuses=(Status("errored"), Status("running")))
    expected = rows_in_order(account, selection)
    failed: set[Stream] = set()

    def fails(query: PageQuery) -> Exception | None:
        if len(account.calls) - 1 not in failing:
            return None
        failed.add(Stream(query.workflow, query.filter.status))
        return Unavailable("it does not answer")

    account.fails = fails

    async def walk() -> None:
        browser = account.browser()
        try:
            there = await forward(browser, await browser.open(ListQuery(selection, rows)))
        except Unavailable:
            return  # there was nothing else to show
        shown = ids(*there)
        assert len(shown) == len(set(shown))
        assert set(there[-1].unread) == failed
        assert there[-1].is_last == (not failed)
        missing = [id_ for id_ in expected if id_ not in shown]
        assert shown == [id_ for id_ in expected if id_ in shown]
        assert {stream_of(account, id_) for id_ in missing} <= failed
        account.fails = lambda _: None
        again = await forward(browser, await browser.refresh(round_trip(there[-1].here)))
        assert not again[-1].unread
        assert again[-1].is_last
        assert set(ids(*there, *again)) == set(expected)
        turned = await back(browser, again[-1])
        whole = ids(*reversed(turned))
        assert sorted(whole) == sorted(expected)

    asyncio.run(walk())


def stream_of(account: ManyLists, id_: str) -> Stream:
    name = id_.partition("-")[0]
    return Stream(name, next(row.status for row in account.workflows[name] if row.id == id_))


def three_lists(**changes: object) -> ManyLists:
    """Return an account of three workflows with 30 instances each, one created each second in turn."""
    rows = {
        name: [instance(f"{name}-{at:02}", 3 * at + number) for at in range(30)]
        for number, name in enumerate(NAMES)
    }
    return replace(ManyLists(rows, page_size=10), **changes)  # type: ignore[arg-type]


async def test_a_cursor_that_is_too_old_ends_its_list_visibly() -> None:
    account = three_lists()
    account.fails = lambda query: (
        refused_cursor() if query.workflow == "emails" and isinstance(query.position, Cursor) else None
    )
    browser = account.browser()
    screens = await forward(browser, await browser.open(ListQuery(EVERYTHING, 10)))
    assert isinstance(screens[-1].unread[Stream("emails")], CursorRefused)
    assert len(ids(*screens)) == 30 + 10 + 30
    assert not screens[-1].is_last
    assert not any(screen.is_last for screen in screens)


async def test_a_cursor_that_came_before_ends_its_list_visibly() -> None:
    account = three_lists()
    answer = account.list_instances

    async def loops(query: PageQuery, priority: Priority = Priority.INTERACTIVE) -> object:
        page = await answer(query, priority)
        turns_back = query.workflow == "emails" and query.position is not None
        return replace(page, next=query.position) if turns_back else page

    account.list_instances = loops  # type: ignore[method-assign,assignment]
    browser = account.browser()
    screens = await forward(browser, await browser.open(ListQuery(EVERYTHING, 10)))
    assert len(ids(*screens)) == 30 + 20 + 30
    assert screens[-1].cursor_loop
    assert not any(screen.is_last for screen in screens)
    assert not screens[0].cursor_loop


async def test_a_cursor_that_can_t_be_used_ends_its_list_visibly() -> None:
    account = three_lists()
    answer = account.list_instances

    async def cut(query: PageQuery, priority: Priority = Priority.INTERACTIVE) -> object:
        page = await answer(query, priority)
        return replace(page, next=None, cut_short=True) if query.workflow == "emails" else page

    account.list_instances = cut  # type: ignore[method-assign,assignment]
    browser = account.browser()
    screens = await forward(browser, await browser.open(ListQuery(EVERYTHING, 10)))
    assert len(ids(*screens)) == 30 + 10 + 30
    assert screens[-1].cut_short
    assert not any(screen.is_last for screen in screens)


async def test_empty_pages_with_a_cursor_lose_nothing() -> None:
    account = three_lists(empty_pages=7)
    browser = account.browser()
    screens = await forward(browser, await browser.open(ListQuery(EVERYTHING, 10)))
    assert ids(*screens) == rows_in_order(account, EVERYTHING)
    assert screens[-1].is_last
    turned = await back(browser, screens[-1])
    assert ids(*reversed(turned)) == rows_in_order(account, EVERYTHING)


async def test_rows_without_a_time_do_not_break_the_order() -> None:
    account = three_lists()
    phantom = Instance(id="f" * 64)
    account.workflows["emails"] += [phantom, Instance(id="no-time", status=Status("running"))]
    browser = account.browser()
    screens = await forward(browser, await browser.open(ListQuery(EVERYTHING, 10)))
    assert ids(*screens) == [
        row.id
        for row in newest_first(row for rows in account.workflows.values() for row in rows)
        if row.created_on is not None
    ]
    assert ids(*reversed(await back(browser, screens[-1]))) == ids(*screens)


async def test_a_list_of_nothing_but_phantoms_shows_none() -> None:
    account = three_lists()
    account.workflows["ghosts"] = [Instance(id=digit * 64) for digit in "abc"]
    browser = account.browser()
    screens = await forward(browser, await browser.open(ListQuery(EVERYTHING, 10)))
    assert len(ids(*screens)) == 90
    assert screens[-1].is_last


async def test_a_list_that_is_not_in_order_is_shown_once_whole() -> None:
    account = three_lists()
    answer = account.list_instances

    async def turned(query: PageQuery, priority: Priority = Priority.INTERACTIVE) -> object:
        page = await answer(query, priority)
        return replace(page, rows=tuple(reversed(page.rows)))

    account.list_instances = turned  # type: ignore[method-assign,assignment]
    browser = account.browser()
    screens = await forward(browser, await browser.open(ListQuery(EVERYTHING, 10)))
    assert sorted(ids(*screens)) == sorted(rows_in_order(account, EVERYTHING))
    assert [ids(screen) for screen in reversed(await back(browser, screens[-1]))] == [
        ids(screen) for screen in screens
    ]


async def test_no_screen_is_offered_behind_the_last_row_that_was_asked_for() -> None:
    account = replace(three_lists(), page_size=100)
    selection = replace(EVERYTHING, where=Conditions(id=f"{NAMES[0]}-1"))  # ten of ninety
    screen = await account.browser().open(ListQuery(selection, 10))
    assert len(screen.rows) == 10
    assert screen.next is screen.further is None
    assert screen.is_last


async def test_the_next_screen_after_the_cache_has_expired_reads_only_lists_whose_rows_are_next() -> None:
    account = three_lists()
    quiet = [instance(f"quiet-{at}", -1000 - at) for at in range(30)]
    account.workflows["quiet"] = quiet
    first = await account.browser().open(ListQuery(EVERYTHING, 10))
    assert len(account.calls) == 4
    account.calls.clear()
    second = await turn_older(account.browser(), first)  # another replica
    assert {query.workflow for query in account.calls} == set(NAMES)
    account.calls.clear()
    await turn_newer(account.browser(), second)
    assert {query.workflow for query in account.calls} == set(NAMES)


async def test_what_may_not_be_seen_is_not_read_even_from_another_s_bookmark() -> None:
    account = three_lists()
    first = await account.browser().open(ListQuery(EVERYTHING, 10))
    account.calls.clear()
    assert first.next is not None
    for place in (first.here, first.next):
        seen = await account.browser().turn(round_trip(place), allows=lambda name: name != "emails")
        assert {row.workflow for row in seen.rows} == {"billing", "orders"}
        assert Stream("emails") not in seen.streams
    assert "emails" not in {query.workflow for query in account.calls}


async def test_a_refreshed_first_screen_begins_anew_and_a_later_one_does_not() -> None:
    account = three_lists()
    browser = account.browser()
    first = await browser.open(ListQuery(EVERYTHING, 10))
    second = await turn_older(browser, first)
    arrive(account, 1)
    assert ids(await browser.refresh(round_trip(second.here))) == ids(second)
    assert ids(await browser.refresh(round_trip(first.here)))[0].startswith("late-")


async def test_if_no_list_can_be_read_the_error_says_why() -> None:
    account = three_lists(fails=lambda _: Unavailable("it does not answer"))
    with pytest.raises(Unavailable):
        await account.browser().open(ListQuery(EVERYTHING))


async def test_a_failure_that_a_bookmark_carries_is_of_the_same_kind() -> None:
    account = three_lists()
    account.fails = lambda query: Unavailable("down") if query.workflow == "emails" else None
    browser = account.browser()
    first = await browser.open(ListQuery(EVERYTHING, 10))
    error = (await turn_older(browser, first)).unread[Stream("emails")]
    assert (type(error), error.reason) == (Unavailable, "down")
    limited = RateLimited("slow down", retry_after=timedelta(seconds=9))
    account.fails = lambda query: limited if query.workflow == "emails" else None
    first = await account.browser().open(ListQuery(EVERYTHING, 10))
    assert first.unread[Stream("emails")] is limited
    error = (await turn_older(account.browser(), first)).unread[Stream("emails")]
    assert isinstance(error, RateLimited)
    assert (error.reason, error.retry_after) == ("slow down", timedelta(seconds=9))


@pytest.mark.parametrize(
    "error",
    [
        RateLimited("slow down", retry_after=timedelta(seconds=9.5)),
        ShareUsedUp("", 300, timedelta(minutes=4)),
        QueueFull(timedelta(seconds=3)),
        NotAuthorized("wrong token"),
        AccountNotFound("no such account"),
        WorkflowNotFound("there is none"),
        InvalidParameter("bad status"),
        Unavailable("down"),
        TLSError("self-signed"),
        InvalidResponse("no JSON"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_why_a_list_could_not_be_read_is_said_alike_on_the_next_screen(error: CloudflareError) -> None:
    account = three_lists()
    account.fails = lambda query: error if query.workflow == "emails" else None
    first = await account.browser().open(ListQuery(EVERYTHING, 10))
    assert explain(first.unread[Stream("emails")]) == explain(error)
    second = await turn_older(account.browser(), first)
    assert explain(second.unread[Stream("emails")]) == explain(error)


async def test_unknown_names_among_several_are_named() -> None:
    account = three_lists()
    with pytest.raises(NoSuchWorkflows) as caught:
        await account.browser().open(ListQuery(Selection(("orders", "emials", "ship-*"))))
    assert caught.value.missing == ("emials", "ship-*")
    assert caught.value.similar("emials") == ("emails",)
    with pytest.raises(NoSuchWorkflows) as caught:
        await account.browser().open(
            ListQuery(Selection(("orders", "emails"))), allows=lambda name: name == "orders"
        )
    assert (caught.value.missing, caught.value.existing) == (("emails",), ("orders",))


async def test_one_unknown_name_is_told_as_ever() -> None:
    two = Selection(("emials",), statuses=(Status("errored"), Status("running")))
    with pytest.raises(NoSuchWorkflow) as caught:
        await three_lists().browser().open(ListQuery(two))
    assert caught.value.similar == ("emails",)


async def test_an_account_without_workflows_has_an_empty_list() -> None:
    screen = await ManyLists({}).browser().open(ListQuery(EVERYTHING))
    assert not screen.rows
    assert screen.is_last
    assert (await ManyLists({}).browser().turn(round_trip(screen.here))).is_last
