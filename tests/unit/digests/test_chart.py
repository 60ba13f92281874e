"""News by the hour, and the bars made of them."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise, zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.chart import bars, by_hour
from bot.digests.report import NewInstance
from bot.language.durations import LONGEST_WINDOW, SHORTEST_WINDOW

NOW = datetime(2026, 11, 23, 14, 3, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)
MOST_BARS = 13

windows = st.integers(SHORTEST_WINDOW // HOUR, LONGEST_WINDOW // HOUR).map(lambda hours: hours * HOUR)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
ages = st.lists(st.integers(0, 45 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)), max_size=50)


def new_instances(until: datetime, ages: list[timedelta]) -> list[NewInstance]:
    return [NewInstance(f"{number}", until - age) for number, age in enumerate(ages)]


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


@given(moments, windows, ages)
def test_bars_add_up_to_the_news_of_the_window(
    until: datetime, window: timedelta, ages: list[timedelta]
) -> None:
    news = new_instances(until, ages)
    drawn = bars(by_hour({}, news, until), window, until)
    within = [new_instance for new_instance in news if new_instance.at >= hour_of(until - window)]
    assert sum(bar.count for bar in drawn) == len(within)
    assert bool(drawn) == bool(within)
    assert len(drawn) <= MOST_BARS


@given(moments, windows, ages.filter(bool))
def test_each_bar_counts_what_ended_in_its_time(
    until: datetime, window: timedelta, ages: list[timedelta]
) -> None:
    news = new_instances(until, ages)
    drawn = bars(by_hour({}, news, until), window, until)
    for bar, following in zip_longest(drawn, drawn[1:]):
        end = following.start if following else until + HOUR
        assert bar.count == sum(bar.start <= new_instance.at < end for new_instance in news)
    starts = [bar.start for bar in drawn]
    assert len({later - earlier for earlier, later in pairwise(starts)}) <= 1
    assert all(start == hour_of(start) for start in starts)
    if drawn:
        assert starts[0] == hour_of(until - window)
        assert starts[-1] <= until


@given(moments, st.lists(st.tuples(st.integers(1, 10 * 24 * 60), ages), max_size=8))
def test_news_of_many_digests_are_kept_as_long_as_any_window_reaches(
    until: datetime, digests: list[tuple[int, list[timedelta]]]
) -> None:
    hours: dict[datetime, int] = {}
    everything: Counter[datetime] = Counter()
    for minutes, ages_ in digests:
        until += timedelta(minutes=minutes)
        news = new_instances(until, ages_)
        hours = by_hour(hours, news, until)
        everything.update(hour_of(new_instance.at) for new_instance in news)
        oldest = hour_of(until - LONGEST_WINDOW)
        everything = Counter({hour: count for hour, count in everything.items() if hour >= oldest})
        assert hours == everything
        assert list(hours) == sorted(hours)
        assert len(hours) <= LONGEST_WINDOW // HOUR + 1


@pytest.mark.parametrize(
    ("hours", "count", "width"),
    [
        (1, 2, 1),
        (6, 7, 1),
        (12, 13, 1),
        (24, 13, 2),
        (36, 13, 3),
        (48, 13, 4),
        (7 * 24, 8, 24),
        (30 * 24, 11, 72),
    ],
)
def test_a_window_is_cut_into_round_pieces(hours: int, count: int, width: int) -> None:
    drawn = bars(by_hour({}, [NewInstance("a", NOW)], NOW), hours * HOUR, NOW)
    assert len(drawn) == count
    assert drawn[1].start - drawn[0].start == width * HOUR


def test_where_nothing_is_new_there_is_no_chart() -> None:
    assert bars({}, 24 * HOUR, NOW) == ()
    assert bars({NOW - 40 * HOUR: 5}, 24 * HOUR, NOW) == ()


def test_clocks_that_change_change_no_bar() -> None:
    """Europe changed its clocks in this night; the hours are those of UTC."""
    until = datetime(2026, 10, 25, 5, 30, tzinfo=UTC)
    drawn = bars(by_hour({}, new_instances(until, [n * HOUR for n in range(6)]), until), 6 * HOUR, until)
    assert [bar.count for bar in drawn] == [0, 1, 1, 1, 1, 1, 1]


def test_what_lies_ahead_is_not_drawn() -> None:
    """The clock was put back."""
    hours = by_hour({hour_of(NOW) + 5 * HOUR: 3}, [NewInstance("a", NOW)], NOW)
    assert sum(bar.count for bar in bars(hours, 24 * HOUR, NOW)) == 1
