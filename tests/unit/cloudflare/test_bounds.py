"""Lists of an engine that may ignore bounds hold each row within them once, whatever is created meanwhile."""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloudflare.bounds import BoundedLists
from bot.cloudflare.models import (
    Instance,
    InstanceFilter,
    InstancePage,
    PageNumber,
    PageQuery,
    ResultInfo,
    Status,
)

START = datetime(2026, 11, 29, 9, tzinfo=UTC)


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def row(second: int) -> Instance:
    return Instance(id=f"order-{second}", status=Status("complete"), created_on=at(second))


@dataclass
class Engine:
    """Lists by page number, newest first, with or without bounds; instances are created between requests."""

    rows: list[Instance]
    honours_bounds: bool
    created_before_request: list[int] = field(default_factory=list)
    requests: int = 0

    async def ask(self, query: PageQuery) -> InstancePage:
        self.requests += 1
        self.create(self.created_before_request.pop(0) if self.created_before_request else 0)
        rows = self.rows
        if self.honours_bounds:
            rows = [each for each in rows if each.created_on and is_within(each.created_on, query.filter)]
        number = query.position.number if isinstance(query.position, PageNumber) else 1
        pages = max(-(-len(rows) // query.per_page), 1)
        return InstancePage(
            rows=tuple(rows[(number - 1) * query.per_page : number * query.per_page]),
            next=PageNumber(number + 1) if number < pages else None,
            info=ResultInfo(total_count=len(rows), total_pages=pages),
            messages=(),
            fetched_at=START,
        )

    def create(self, count: int) -> None:
        for _ in range(count):
            dated = [each.created_on for each in self.rows if each.created_on]
            second = int((max(dated) - START).total_seconds()) + 1 if dated else 0
            self.rows.insert(0, row(second))


def is_within(moment: datetime, filter_: InstanceFilter) -> bool:
    return (filter_.date_start is None or moment >= filter_.date_start) and (
        filter_.date_end is None or moment <= filter_.date_end
    )


async def walk(engine: Engine, filter_: InstanceFilter, per_page: int, created: Sequence[int]) -> list[str]:
    """Return the ids of all pages, with some instances created before each page but the first."""
    ids: list[str] = []
    position: PageNumber | None = None
    lists = BoundedLists()
    for number in range(100):
        page = await lists.list(PageQuery("orders", filter_, position, per_page), engine.ask)
        ids += [each.id for each in page.rows]
        if page.next is None:
            return ids
        assert isinstance(page.next, PageNumber)
        position = page.next
        engine.create(created[number] if number < len(created) else 0)
    raise AssertionError("the list does not end")


def run(coroutine: Coroutine[Any, Any, list[str]]) -> list[str]:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as ended:
        result: list[str] = ended.value
        return result
    raise AssertionError("it waits")


@given(
    st.integers(0, 30),
    st.integers(1, 7),
    st.none() | st.integers(-2, 32),
    st.integers(-2, 32),
    st.booleans(),
    st.lists(st.integers(0, 15), max_size=8),
)
def test_a_walk_holds_each_row_within_its_bounds_once(
    count: int, per_page: int, first: int | None, last: int, honours_bounds: bool, created: list[int]
) -> None:
    last = min(last, count - 1)
    engine = Engine([row(second) for second in reversed(range(count))], honours_bounds)
    filter_ = InstanceFilter(date_start=None if first is None else at(first), date_end=at(last))
    expected = [f"order-{second}" for second in range(last, max(first or 0, 0) - 1, -1)]
    assert run(walk(engine, filter_, per_page, created)) == expected


async def test_seven_instances_created_before_the_second_page_shift_nothing() -> None:
    engine = Engine([row(second) for second in reversed(range(20))], honours_bounds=False)
    ids = await walk(engine, InstanceFilter(date_end=at(19)), 10, [7])
    assert ids == [f"order-{second}" for second in reversed(range(20))]


async def test_instances_created_between_the_requests_of_a_page_shift_nothing() -> None:
    engine = Engine([row(second) for second in reversed(range(20))], honours_bounds=False)
    query = PageQuery("orders", InstanceFilter(date_end=at(19)), PageNumber(2), 10)
    engine.created_before_request = [3, 4]
    page = await BoundedLists().list(query, engine.ask)
    assert [each.id for each in page.rows] == [f"order-{second}" for second in reversed(range(10))]


@pytest.mark.parametrize("honours_bounds", [False, True])
async def test_a_list_without_bounds_takes_one_request_as_asked(honours_bounds: bool) -> None:
    engine = Engine([row(second) for second in reversed(range(20))], honours_bounds)
    page = await BoundedLists().list(PageQuery("orders", InstanceFilter(), PageNumber(2), 10), engine.ask)
    assert (len(page.rows), engine.requests) == (10, 1)


async def test_an_engine_that_honours_bounds_is_asked_once_more_and_never_again() -> None:
    engine = Engine([row(second) for second in reversed(range(20))], honours_bounds=True)
    lists, bounds = BoundedLists(), InstanceFilter(date_start=at(3), date_end=at(19))
    requests = []
    for number in (1, 2, 1):
        await lists.list(PageQuery("orders", bounds, PageNumber(number), 10), engine.ask)
        requests.append(engine.requests)
    assert requests == [2, 3, 4]


async def test_an_empty_list_tells_nothing_about_an_engine() -> None:
    engine = Engine([], honours_bounds=False)
    lists, query = BoundedLists(), PageQuery("orders", InstanceFilter(date_end=at(0)), None, 10)
    await lists.list(query, engine.ask)
    assert engine.requests == 1
    engine.create(3)
    assert [each.id for each in (await lists.list(query, engine.ask)).rows] == ["order-0"]


async def test_an_older_engine_in_the_place_of_a_newer_one_is_noticed() -> None:
    engine = Engine([row(second) for second in reversed(range(20))], honours_bounds=True)
    lists, query = BoundedLists(), PageQuery("orders", InstanceFilter(date_end=at(4)), None, 10)
    expected = [f"order-{second}" for second in (4, 3, 2, 1, 0)]
    assert [each.id for each in (await lists.list(query, engine.ask)).rows] == expected
    engine.honours_bounds = False
    assert [each.id for each in (await lists.list(query, engine.ask)).rows] == expected


async def test_the_engine_s_ids_that_never_existed_are_within_no_bounds() -> None:
    engine = Engine([Instance(id="6f3a"), Instance(id="odd", status=Status("errored")), row(1)], False)
    assert await walk(engine, InstanceFilter(date_end=at(5)), 10, []) == ["odd", "order-1"]
    assert (
        len((await BoundedLists().list(PageQuery("orders", InstanceFilter(), None, 10), engine.ask)).rows)
        == 3
    )


async def test_bounds_are_whole_milliseconds_as_the_api_gets_them() -> None:
    created = at(1) + timedelta(microseconds=500_900)
    engine = Engine([Instance(id="a", status=Status("complete"), created_on=created)], False)
    bound = at(1) + timedelta(microseconds=500_100)
    for filter_ in (InstanceFilter(date_end=bound), InstanceFilter(date_start=created, date_end=created)):
        assert await walk(engine, filter_, 10, []) == ["a"]
    before = InstanceFilter(date_end=bound - timedelta(milliseconds=1))
    assert await walk(engine, before, 10, []) == []
