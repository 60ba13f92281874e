"""Accounts and questions for lists by the end."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from bot.browse.browser import Browser
from bot.browse.screen import Screen
from bot.browse.selection import Selection
from bot.cloudflare.models import Instance, Status
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


async def search_on(browser: Browser, screen: Screen) -> Screen:
    """Search further until there is no more to search."""
    for _ in range(500):
        if screen.further is None:
            return screen
        screen = await browser.turn(round_trip(screen.further))
    raise AssertionError("the search has no end")


names = st.sets(st.sampled_from(("emails", "orders")), min_size=1).map(sorted)
runs = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 60), st.booleans()), max_size=15)
"""Of a workflow: when each began and how long it ran, in seconds, and whether it has failed."""


@st.composite
def accounts(draw: st.DrawFn) -> ManyLists:
    workflows: dict[str, list[Instance]] = {}
    for name in draw(names):
        rows = draw(runs)
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


def long_list(count: int, **changes: object) -> ManyLists:
    """Return an account whose oldest instances failed last."""
    rows = [instance(f"orders-{at:03}", at, "errored", 10_000 - at) for at in range(count)]
    return replace(ManyLists({"orders": rows}, page_size=10), **changes)  # type: ignore[arg-type]
