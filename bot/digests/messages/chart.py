"""The chart of a digest: Slack's own, and one made of characters for where Slack refuses that."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.digests.messages.phrases import newly, span_in_words
from bot.digests.report import Bar, Report
from bot.ui import charts, limits
from bot.ui.elements import section
from bot.ui.limits import Block
from bot.ui.mrkdwn import duration, escape, moment_after

_MOST_CHARACTERS: Final = 48


def chart(report: Report) -> list[Block]:
    """Build a `data_visualization` in the digest's zone, as a chart can't have each reader's own.

    Slack takes 20 points, so bars are put together where there are more.
    """
    if not report.chart:
        return []
    bars = _put_together(report.chart, limits.CHART_POINTS)
    zone = report.plan.schedule.zone
    labels = charts.time_labels([bar.start.astimezone(ZoneInfo(zone)) for bar in bars])
    name = newly(report.plan.status).capitalize()
    series = {name: [bar.count for bar in bars]}
    return [charts.bar_chart(_title(report), labels, series, zone, "Instances")]


def sparkline(report: Report) -> list[Block]:
    """Build the chart as a line of characters, with its range in words."""
    if not report.chart:
        return []
    bars, drawn = drawing(report)
    highest = max(bars, key=lambda bar: bar.count)
    peak = f"0 to {highest.count:,}, {moment_after('most from', highest.start)}" if highest.count else "none"
    each = f"{duration(_width(bars, report.until))} each"
    return [section(f"*{escape(_title(report))}*\n`{drawn}`  {each}, {peak}")]


def drawing(report: Report) -> tuple[Sequence[Bar], str]:
    """Return the bars of a chart that has any, and a character for each."""
    bars = _put_together(report.chart, _MOST_CHARACTERS)
    return bars, charts.sparkline([bar.count for bar in bars])


def _title(report: Report) -> str:
    return f"{newly(report.plan.status).capitalize()} in the last {span_in_words(report.plan.window)}"


def _put_together(bars: Sequence[Bar], most: int) -> list[Bar]:
    """Merge bars into at most so many; each merges the same number, except perhaps the last."""
    step = -(-len(bars) // most)
    return [
        Bar(bars[first].start, sum(bar.count for bar in bars[first : first + step]))
        for first in range(0, len(bars), step)
    ]


def _width(bars: Sequence[Bar], until: datetime) -> timedelta:
    return (bars[1].start if len(bars) > 1 else until) - bars[0].start
