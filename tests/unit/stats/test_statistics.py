"""Percentiles, rates and their comparison, against definitions that count one by one."""

from datetime import timedelta
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.stats.statistics import (
    LEAST_FOR_MEDIAN,
    LEAST_FOR_P95,
    Rate,
    Spread,
    is_greater,
    least_share,
    percentile,
    spread_of,
)
from tests.support.properties import examples

spans = st.lists(st.integers(0, 10**9).map(lambda number: timedelta(microseconds=number)), max_size=60)
rates = st.integers(0, 400).flatmap(lambda whole: st.builds(Rate, st.integers(0, whole), st.just(whole)))
small_rates = st.integers(0, 6).flatmap(lambda whole: st.builds(Rate, st.integers(0, whole), st.just(whole)))


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=130), st.integers(1, 100))
def test_a_percentile_is_the_smallest_value_that_enough_are_no_greater_than(
    values: list[int], percent: int
) -> None:
    enough = [
        value
        for value in values
        if Fraction(sum(other <= value for other in values), len(values)) >= Fraction(percent, 100)
    ]
    assert percentile(sorted(values), percent) == min(enough)


@given(spans)
def test_a_spread_is_in_order_and_says_no_more_than_its_values_do(found: list[timedelta]) -> None:
    spread = spread_of(iter(found))
    assert spread.count == len(found)
    assert (spread.median is not None) == (len(found) >= LEAST_FOR_MEDIAN)
    assert (spread.p95 is not None) == (len(found) >= LEAST_FOR_P95)
    shown = (spread.shortest, spread.median, spread.p95, spread.longest)
    known = [each for each in shown if each is not None]
    assert known == sorted(known)
    assert set(known) <= set(found)
    assert spread == spread_of(reversed(found))


@pytest.mark.parametrize(("count", "place"), [(20, 19), (21, 20), (40, 38), (100, 95)])
def test_a_95th_percentile_is_not_the_greatest_of_twenty(count: int, place: int) -> None:
    seconds = [timedelta(seconds=number) for number in range(1, count + 1)]
    assert spread_of(seconds).p95 == timedelta(seconds=place)


def test_nothing_has_no_spread_and_no_rate() -> None:
    assert spread_of([]) == Spread()
    assert Rate().share is None
    assert not Rate().percent
    assert least_share(Rate()) == 0


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (1, 3, ""),
        (9, 9, ""),
        (0, 10, "0%"),
        (10, 10, "100%"),
        (1, 10, "10%"),
        (3, 203, "1.5%"),
        (1, 1_000, "0.1%"),
        (1, 1_001, "<0.1%"),
        (1, 100_000, "<0.1%"),
        (99_999, 100_000, ">99.9%"),
        (999, 1_000, "99.9%"),
        (1, 2_000, "<0.1%"),
        (66, 100, "66%"),
    ],
)
def test_a_rate_is_said_in_percent_where_there_are_enough(part: int, whole: int, said: str) -> None:
    assert Rate(part, whole).percent == said


@given(rates)
def test_only_none_and_all_are_said_to_be_0_and_100_percent(rate: Rate) -> None:
    assert (rate.percent == "0%") == (rate.part == 0 and rate.whole >= 10)
    assert (rate.percent == "100%") == (rate.part == rate.whole and rate.whole >= 10)


@given(small_rates, small_rates)
def test_a_rate_is_greater_if_chance_alone_seldom_deals_it_so(rate: Rate, other: Rate) -> None:
    """Deal the failures out to all runs in every way there is."""
    whole = range(rate.whole + other.whole)
    dealt = [
        len([each for each in failed if each < rate.whole])
        for failed in combinations(whole, rate.part + other.part)
    ]
    as_many = sum(part >= rate.part for part in dealt)
    expected = bool(rate.whole and other.whole) and Fraction(as_many, len(dealt)) < Fraction(1, 100)
    assert is_greater(rate, other) == expected


@settings(max_examples=examples(50))
@given(rates, rates)
def test_no_rate_is_greater_than_one_that_is_no_less(rate: Rate, other: Rate) -> None:
    if is_greater(rate, other):
        assert (rate.share or 0) > (other.share or 0)
        assert not is_greater(other, rate)


def test_thousands_of_runs_are_compared() -> None:
    assert is_greater(Rate(60, 1_000), Rate(10, 1_000))
    assert not is_greater(Rate(500, 1_000), Rate(500, 1_000))


@given(rates)
def test_a_rate_proves_no_more_than_it_is_and_nothing_without_any(rate: Rate) -> None:
    proved = least_share(rate)
    assert 0 <= proved <= (rate.share or 0)
    assert (proved > 0) == (rate.part > 0)


@pytest.mark.parametrize(
    ("more", "less"),
    [(Rate(50, 100), Rate(1, 1)), (Rate(10, 10), Rate(3, 3)), (Rate(2, 4), Rate(50, 100_000))],
)
def test_one_failure_of_one_run_is_no_worse_than_half_of_a_hundred(more: Rate, less: Rate) -> None:
    assert least_share(more) > least_share(less)
