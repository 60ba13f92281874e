"""Runs over time: Slack's own chart, and two lines of characters for where Slack refuses that."""

from collections.abc import Sequence
from datetime import UTC, timedelta, tzinfo
from typing import Final

from bot.stats.messages.source import seen_by_analytics
from bot.stats.model import Bucket, Stats
from bot.ui import charts
from bot.ui.elements import section
from bot.ui.limits import Block
from bot.ui.mrkdwn import code, duration, moment_after

_DAY: Final = timedelta(days=1)
_DAYS: Final = ("%a %d %b", "%d %b %Y")
_SHORT_DAYS: Final = ("%d %b", "%d %b %Y")
_LONGEST_WEEK: Final = 10
"""Days whose weekdays have room below the bars."""


def chart(stats: Stats) -> list[Block]:
    """Build a `data_visualization` in the zone of the person who asked; none of a single bar."""
    buckets = buckets_of(stats)
    if not _is_drawn(buckets):
        return []
    zone = stats.asked.zone
    starts = [bucket.start.astimezone(zone) for bucket in buckets]
    if _width(buckets) < _DAY - timedelta(hours=2):  # a day is an hour shorter once a year
        labels = charts.time_labels(starts)
    else:
        labels = charts.time_labels(starts, _DAYS if len(starts) <= _LONGEST_WEEK else _SHORT_DAYS)
    series = {
        "Created": [bucket.runs for bucket in buckets],
        "Failed": [bucket.failed for bucket in buckets],
    }
    return [charts.bar_chart(_title(stats), labels, series, zone_name(zone), "Instances")]


def sparklines(stats: Stats) -> list[Block]:
    """Build the chart as lines of characters, with their ranges in words."""
    buckets = buckets_of(stats)
    if not _is_drawn(buckets):
        return []
    lines = [f"*{_title(stats)}*, {duration(_width(buckets))} each"]
    for name, values in (
        ("created", [bucket.runs for bucket in buckets]),
        ("failed", [bucket.failed for bucket in buckets]),
    ):
        most = max(values)
        at = buckets[values.index(most)].start
        peak = f"0 to {most:,}, {moment_after('most from', at)}" if most else "none"
        lines.append(f"{code(charts.sparkline(values))}  {name}: {peak}")
    return [section("\n".join(lines))]


def buckets_of(stats: Stats) -> Sequence[Bucket]:
    """Return the stretches of the chart: as analytics counted them, if they saw more than the list."""
    estimate = seen_by_analytics(stats)
    return stats.buckets if estimate is None else estimate.buckets


def zone_name(zone: tzinfo) -> str:
    """Return the name of a zone."""
    return "UTC" if zone is UTC else str(zone)


def _is_drawn(buckets: Sequence[Bucket]) -> bool:
    return len(buckets) > 1 and any(bucket.runs or bucket.failed for bucket in buckets)


def _title(stats: Stats) -> str:
    return "About how many, over time" if seen_by_analytics(stats) else "Instances by their creation"


def _width(buckets: Sequence[Bucket]) -> timedelta:
    """Return how long a stretch is; the first may be longer than the rest of its day."""
    return buckets[1].start - buckets[0].start
