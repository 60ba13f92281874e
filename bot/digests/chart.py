"""News over time: kept by the hour, drawn as bars over a digest's window."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.digests.report import Bar, NewInstance
from bot.language.durations import LONGEST_WINDOW

_HOUR: Final = timedelta(hours=1)
_WIDTHS: Final = tuple(hours * _HOUR for hours in (1, 2, 3, 4, 6, 12, 24, 48, 72))
_MOST_BARS: Final = 12
"""Of full width; one more holds what is left of the first."""


def by_hour(
    before: Mapping[datetime, int], news: Iterable[NewInstance], until: datetime
) -> dict[datetime, int]:
    """Count the new instances of each hour, as far back as the longest window."""
    hours = Counter(before)
    hours.update(_hour(new_instance.at) for new_instance in news)
    oldest = _hour(until - LONGEST_WINDOW)
    return {hour: hours[hour] for hour in sorted(hours) if hour >= oldest}


def bars(hours: Mapping[datetime, int], window: timedelta, until: datetime) -> tuple[Bar, ...]:
    """Return a window's hours as bars of equal width; none if all hours are empty."""
    start = _hour(until - window)
    width = next(width for width in _WIDTHS if window <= _MOST_BARS * width)
    counts: Counter[int] = Counter()
    for hour, count in hours.items():
        if start <= hour <= until:
            counts[(hour - start) // width] += count
    if not counts.total():
        return ()
    last = (_hour(until) - start) // width
    return tuple(Bar(start + place * width, counts[place]) for place in range(last + 1))


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
