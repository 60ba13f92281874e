"""Windows cover a list once, whatever its rows are like, and whatever the API counts into its bounds."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.browse.selection import Stream
from bot.cloudflare.errors import InvalidParameter, Unavailable
from bot.cloudflare.models import (
    Cursor,
    Instance,
    InstanceFilter,
    InstancePage,
    PageNumber,
    PageQuery,
    Position,
    ResultInfo,
    Status,
)
from bot.cloudflare.requests import timestamp
from bot.export.reader import ListReader
from bot.export.windows import NO_END, Density, Window, divide

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ORDERS = Stream("orders", Status("errored"))
MILLISECONDS = st.integers(0, 60 * 86_400_000)


_written = lru_cache(maxsize=50_000)(timestamp)


@lru_cache(maxsize=50_000)
def _key(at: datetime, id_: str) -> str:
    return f"{at.isoformat(timespec='microseconds')} {id_}"


def row(number: int, created_on: datetime | None) -> Instance:
    return Instance(id=f"i{number}", created_on=created_on)


@dataclass
class ListApi:
    """A list as the API has it, with what it does not promise.

    Attributes:
        rows: in any order.
        end_is_in: `date_end` is inclusive.
        start_is_in: `date_start` is.
        total: what it says of how many there are: "true", "none" or "wrong".
        cursors_last: how many pages a cursor's walk has before the API takes it no more.
        numbers: it has page numbers and no cursors.
        arriving: instances that come while it is read, one a request.
        fails: pages that fail, by the number of the request.
        newest_first: its order.
        listed_as_of: rows that stand elsewhere, as if they were created then.
    """

    rows: list[Instance]
    end_is_in: bool = True
    start_is_in: bool = True
    total: str = "true"
    cursors_last: int = 10_000
    numbers: bool = False
    arriving: list[Instance] = field(default_factory=list)
    fails: frozenset[int] = frozenset()
    newest_first: bool = True
    listed_as_of: dict[str, datetime] = field(default_factory=dict)
    asked: list[PageQuery] = field(default_factory=list)

    async def ask(self, query: PageQuery) -> InstancePage:
        self.asked.append(query)
        asked = len(self.asked)
        await asyncio.sleep(0)
        if asked in self.fails:
            raise Unavailable("down")
        if self.arriving:
            self.rows.append(self.arriving.pop())
        admitted = self._admitted(query.filter)
        admitted.sort(key=self._key, reverse=self.newest_first)
        start = 0
        if isinstance(query.position, Cursor):
            key, _, pages = query.position.token.rpartition("/")
            if int(pages) >= self.cursors_last:
                raise InvalidParameter("cursor_expired")
            keys = [self._key(each) for each in admitted]
            start = next((place for place, each in enumerate(keys) if self._is_behind(each, key)), len(keys))
            number = int(pages) + 1
        else:
            number = 1
            start = (query.position.number - 1) * query.per_page if query.position else 0
        shown = admitted[start : start + query.per_page]
        following: Position | None = None
        if start + len(shown) < len(admitted):
            page = start // query.per_page + 2
            following = PageNumber(page) if self.numbers else Cursor(f"{self._key(shown[-1])}/{number}")
        total = {"true": len(admitted), "none": None, "wrong": max(0, len(admitted) // 3 - 50)}[self.total]
        return InstancePage(tuple(shown), following, ResultInfo(total_count=total), (), NOW)

    def _key(self, each: Instance) -> str:
        return _key(self.listed_as_of.get(each.id) or each.created_on or NOW, each.id)

    def _is_behind(self, one: str, other: str) -> bool:
        return one < other if self.newest_first else one > other

    def _admitted(self, filter_: InstanceFilter) -> list[Instance]:
        start = timestamp(filter_.date_start) if filter_.date_start else ""
        end = timestamp(filter_.date_end) if filter_.date_end else "~"

        def admits(each: Instance) -> bool:
            if self.numbers or each.created_on is None:
                return True
            at = _written(each.created_on)
            return (at >= start if self.start_is_in else at > start) and (
                at <= end if self.end_is_in else at < end
            )

        return [each for each in self.rows if admits(each)]


async def read(api: ListApi, window: Window, at_once: int = 8) -> tuple[Counter[str], ListReader]:
    """Read a window; return how often each row was taken, and the reader."""
    taken: Counter[str] = Counter()

    async def take(stream: Stream, rows: Sequence[Instance]) -> None:
        assert stream == ORDERS
        taken.update(each.id for each in rows)

    reader = ListReader(api.ask, take, at_once=at_once)
    await reader.read([window])
    return taken, reader


def wanted(rows: Sequence[Instance], window: Window) -> set[str]:
    return {each.id for each in rows if window.has(each.created_on)}


@st.composite
def spread(draw: st.DrawFn) -> list[Instance]:
    """Rows evenly spread, in bursts, in one millisecond, or any mixture; with ties and microseconds."""
    ages: list[timedelta] = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(MILLISECONDS)
        step = draw(st.sampled_from([0, 1, 7, 60_000, 3_600_000]))
        count = draw(st.sampled_from([1, 3, 99, 100, 101, 250, 420]))
        micro = draw(st.sampled_from([0, 1, 400]))
        ages += [
            timedelta(milliseconds=start + step * number, microseconds=micro * number)
            for number in range(count)
        ]
    return [row(number, NOW - age) for number, age in enumerate(ages)]


windows = st.builds(
    lambda since, span: Window(
        ORDERS,
        None if since is None else NOW - timedelta(milliseconds=since + span),
        NO_END if since is None or not since else NOW - timedelta(milliseconds=since),
    ),
    st.none() | MILLISECONDS,
    st.integers(1, 60 * 86_400_000),
)


@settings(max_examples=60, deadline=None)
@given(
    rows=spread(),
    window=windows,
    end_is_in=st.booleans(),
    start_is_in=st.booleans(),
    total=st.sampled_from(["true", "none", "wrong"]),
    cursors_last=st.sampled_from([1, 2, 10_000]),
    at_once=st.sampled_from([1, 3, 8]),
    later=st.integers(0, 300),
)
def test_windows_have_each_row_once_whatever_the_density(
    rows: list[Instance],
    window: Window,
    end_is_in: bool,
    start_is_in: bool,
    total: str,
    cursors_last: int,
    at_once: int,
    later: int,
) -> None:
    arriving = [row(10_000 + number, NOW + timedelta(milliseconds=number // 3)) for number in range(later)]
    api = ListApi(
        list(rows),
        end_is_in=end_is_in,
        start_is_in=start_is_in,
        total=total,
        cursors_last=cursors_last,
        arriving=arriving[::-1],
    )
    taken, reader = asyncio.run(read(api, window, at_once))
    if reader.gaps:
        # More rows in one millisecond than cursors lead through: it is said, and all newer ones are there.
        assert cursors_last < 10_000
        assert all(gap.error is not None for gap in reader.gaps)
        missing = wanted(rows, window) - taken.keys()
        assert all(
            any(gap.window.has(each.created_on) for gap in reader.gaps) for each in rows if each.id in missing
        )
    else:
        assert wanted(rows, window) <= taken.keys()
    assert taken.keys() <= wanted([*rows, *arriving], window)
    if cursors_last == 10_000:
        assert set(taken.values()) <= {1}, "on the seams, too"


@settings(max_examples=150)
@given(
    window=windows,
    parts=st.integers(1, 12),
    rows=st.integers(0, 100),
    span=st.timedeltas(timedelta(0), timedelta(days=4000)),
    left=st.none() | st.integers(0, 10**7),
)
def test_parts_of_a_window_are_exactly_that_window(
    window: Window, parts: int, rows: int, span: timedelta, left: int | None
) -> None:
    found = divide(window, parts, Density(rows, span, left))
    assert 1 <= len(found) <= parts
    assert (found[0].until, found[-1].since) == (window.until, window.since)
    for newer, older in pairwise(found):
        assert newer.since == older.until
    assert window.is_empty or not any(part.is_empty for part in found)


@pytest.mark.parametrize("total", ["true", "none"])
async def test_a_long_list_is_read_at_the_same_time_and_costs_few_more_calls_than_it_has_pages(
    total: str,
) -> None:
    rows = [row(number, NOW - timedelta(minutes=number)) for number in range(5_000)]
    api = ListApi(rows, total=total)
    taken, _ = await read(api, Window(ORDERS, None, NO_END))
    assert len(taken) == 5_000
    assert len(api.asked) <= 50 * 1.5
    assert sum(query.position is None for query in api.asked) >= 8


async def test_rows_in_one_burst_are_found_with_a_bounded_number_of_empty_windows() -> None:
    burst = [row(number, NOW - timedelta(days=20, milliseconds=number)) for number in range(3_000)]
    api = ListApi([*burst, row(9_999, NOW)], total="none")
    taken, _ = await read(api, Window(ORDERS, NOW - timedelta(days=30), NO_END))
    assert len(taken) == 3_001
    assert len(api.asked) <= 30 + 100


async def test_a_list_in_another_order_is_read_whole() -> None:
    rows = [row(number, NOW - timedelta(minutes=number)) for number in range(1_000)]
    api = ListApi(rows, newest_first=False)
    taken, reader = await read(api, Window(ORDERS, NOW - timedelta(minutes=700), NOW - timedelta(minutes=50)))
    assert not reader.gaps
    assert taken.keys() == wanted(
        rows, Window(ORDERS, NOW - timedelta(minutes=700), NOW - timedelta(minutes=50))
    )


async def test_a_list_with_page_numbers_is_read_one_page_after_the_other_and_without_times() -> None:
    rows = [row(number, NOW - timedelta(minutes=number)) for number in range(450)]
    api = ListApi(rows, numbers=True)
    window = Window(ORDERS, NOW - timedelta(minutes=300), NO_END)
    taken, reader = await read(api, window)
    assert taken.keys() == wanted(rows, window)
    assert not reader.gaps
    assert [query.position for query in api.asked] == [None, *map(PageNumber, range(1, 6))]
    assert {query.filter for query in api.asked[1:]} == {InstanceFilter(status=ORDERS.status)}


async def test_a_window_that_fails_costs_no_other_and_is_named() -> None:
    rows = [row(number, NOW - timedelta(minutes=number)) for number in range(3_000)]
    api = ListApi(rows, fails=frozenset({6}))
    taken, reader = await read(api, Window(ORDERS, None, NO_END))
    [gap] = reader.gaps
    assert isinstance(gap.error, Unavailable)
    missing = [each for each in rows if each.id not in taken]
    assert missing
    assert all(gap.window.has(each.created_on) for each in missing)


async def test_a_reading_that_is_ended_says_what_is_left() -> None:
    rows = [row(number, NOW - timedelta(minutes=number)) for number in range(5_000)]
    api = ListApi(rows)
    taken: set[str] = set()

    async def take(_: Stream, found: Sequence[Instance]) -> None:
        taken.update(each.id for each in found)
        if len(taken) > 1_500:
            raise TimeoutError

    reader = ListReader(api.ask, take)
    with pytest.raises(TimeoutError):
        await reader.read([Window(ORDERS, None, NO_END)])
    assert 1_500 < len(taken) < 3_000
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling(), "or what follows may be taken for cancelled"
    missing = [each for each in rows if each.id not in taken]
    assert all(any(gap.window.has(each.created_on) for gap in reader.gaps) for each in missing)


async def test_rows_that_stand_out_of_order_are_found_once_the_order_is_seen_to_be_none() -> None:
    rows = [row(number, NOW - timedelta(minutes=number)) for number in range(1_000)]
    moved = {"i950": rows[150].created_on, "i210": rows[900].created_on}
    api = ListApi(rows, listed_as_of={name: at for name, at in moved.items() if at is not None})
    taken, reader = await read(api, Window(ORDERS, None, NO_END), at_once=2)
    assert not reader.gaps
    assert len(taken) == 1_000


@pytest.mark.timeout(20)
async def test_more_rows_in_a_millisecond_than_cursors_lead_through_end_in_a_gap() -> None:
    rows = [row(number, NOW - timedelta(days=1)) for number in range(500)]
    api = ListApi([*rows, row(9_998, NOW), row(9_999, NOW - timedelta(days=2))], cursors_last=1)
    taken, reader = await read(api, Window(ORDERS, None, NO_END))
    [gap] = reader.gaps
    assert gap.window.has(NOW - timedelta(days=1))
    assert isinstance(gap.error, InvalidParameter)
    assert "i9998" in taken
