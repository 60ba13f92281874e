"""Statistics of runs, as they are defined here once. Pure.

A percentile is the *nearest rank*: of `n` sorted values, p% is the one at place `ceil(p * n / 100)`, counted
from 1. It is always a value that occurred, and at least p% of all are no greater. Nothing is interpolated.

Few values say little: a median needs `LEAST_FOR_MEDIAN` of them, and a 95th percentile `LEAST_FOR_P95`, below
which it would be the greatest value under another name. A rate in percent needs `LEAST_FOR_PERCENT`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import comb, sqrt
from typing import Final, TypeVar

LEAST_FOR_MEDIAN: Final = 3
LEAST_FOR_P95: Final = 20
LEAST_FOR_PERCENT: Final = 10
_UNLIKELY: Final = 0.01
"""How seldom chance alone may set two rates so far apart for their difference to be mentioned."""

_CONFIDENCE: Final = 1.96
"""Standard deviations within which a rate lies 95 times of a hundred."""

_V = TypeVar("_V", int, float, timedelta)


@dataclass(frozen=True, slots=True)
class Spread:
    """How some spans of time are spread.

    Attributes:
        count: how many there are.
        shortest: of all; None without any.
        median: the 50th percentile; None of too few.
        p95: the 95th percentile; None of too few.
        longest: of all; None without any.
    """

    count: int = 0
    shortest: timedelta | None = None
    median: timedelta | None = None
    p95: timedelta | None = None
    longest: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """A part of a whole.

    Attributes:
        part: how many of the whole; at most all.
        whole: how many there are.
    """

    part: int = 0
    whole: int = 0

    @property
    def share(self) -> float | None:
        """Return the part as a share from 0 to 1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def percent(self) -> str:
        """Return the share in words, as `1.5%`; empty of too few. It is 0% and 100% only where that is exact.

        A rate that is rounded away would say that nothing failed, or that all did.
        """
        if self.whole < LEAST_FOR_PERCENT:
            return ""
        if self.part in {0, self.whole}:
            return "0%" if not self.part else "100%"
        percent = 100 * self.part / self.whole
        if percent < 0.1:
            return "<0.1%"
        if percent > 99.9:
            return ">99.9%"
        return f"{percent:.1f}%" if percent < 10 or percent > 99 else f"{percent:.0f}%"

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(self.part + other.part, self.whole + other.whole)


def percentile(ordered: Sequence[_V], percent: int) -> _V:
    """Return the nearest rank of values that are sorted, the smallest first.

    Args:
        ordered: at least one value.
        percent: from 1 to 100.
    """
    return ordered[-(-percent * len(ordered) // 100) - 1]


def spread_of(spans: Iterable[timedelta]) -> Spread:
    """Return how some spans are spread."""
    ordered = sorted(spans)
    count = len(ordered)
    if not count:
        return Spread()
    return Spread(
        count=count,
        shortest=ordered[0],
        median=percentile(ordered, 50) if count >= LEAST_FOR_MEDIAN else None,
        p95=percentile(ordered, 95) if count >= LEAST_FOR_P95 else None,
        longest=ordered[-1],
    )


def is_greater(rate: Rate, other: Rate) -> bool:
    """Return whether a rate is greater than another by more than chance makes likely.

    It is Fisher's exact test, one-sided: if both were the same, so great a difference would come up less than
    once in a hundred times. https://en.wikipedia.org/wiki/Fisher%27s_exact_test
    """
    if not rate.whole or not other.whole:
        return False
    both = rate + other
    most = min(rate.whole, both.part)
    ways = sum(
        comb(rate.whole, part) * comb(other.whole, both.part - part) for part in range(rate.part, most + 1)
    )
    return ways / comb(both.whole, both.part) < _UNLIKELY


def least_share(rate: Rate) -> float:
    """Return the share that a rate proves at least, from 0 to 1: what is to come first is sorted by it.

    It is the lower bound of Wilson's interval, by which 1 of 1 is less than 50 of 100.
    https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval
    """
    count, share, z = rate.whole, rate.share, _CONFIDENCE
    if not share:
        return 0.0
    centre = share + z * z / (2 * count)
    margin = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max((centre - margin) / (1 + z * z / count), 0.0)
