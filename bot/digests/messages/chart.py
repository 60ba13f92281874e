"""The chart of a digest: Slack's own, and one made of characters for where Slack refuses that."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.digests.messages.phrases import newly, span_in_words
from bot.digests.report import Bar, Report
from bot.ui import limits
from bot.ui.elements import duration, escape, moment_after, plain, section
from bot.ui.limits import Block

_HEIGHTS: Final = "▁▂▃▄▅▆▇█"
_MOST_CHARACTERS: Final = 48
_LABELS: Final = ("%H:%M", "%a %H:%M", "%d %b %H:%M", "%d %b %H:%M%z", "%d %b %H:%M:%S%z")
"""Slack wants labels that differ; the shortest form that does is the easiest to read."""


def chart(report: Report) -> list[Block]:
    """Build a `data_visualization` in the digest's zone, as a chart can't have each reader's own.

    Slack takes 20 points, so bars are put together where there are more.
    """
    if not report.chart:
        return []
    bars = _put_together(report.chart, limits.CHART_POINTS)
    zone = report.plan.schedule.zone
    labels = _labels([bar.start.astimezone(ZoneInfo(zone)) for bar in bars])
    points = [{"label": label, "value": bar.count} for label, bar in zip(labels, bars, strict=True)]
    name = plain(newly(report.plan.status)).capitalize()
    axes = {"categories": labels, "x_label": limits.shorten(zone, limits.CHART_TITLE), "y_label": "Instances"}
    return [
        {
            "type": "data_visualization",
            "title": limits.shorten(_title(report), limits.CHART_TITLE),
            "chart": {
                "type": "bar",
                "series": [{"name": limits.shorten(name, limits.CHART_LABEL), "data": points}],
                "axis_config": axes,
            },
        }
    ]


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
    most = max(bar.count for bar in bars) or 1
    # Rounded up, so that one failure among thousands is seen.
    return bars, "".join(_HEIGHTS[-(-bar.count * (len(_HEIGHTS) - 1) // most)] for bar in bars)


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


def _labels(starts: Sequence[datetime]) -> list[str]:
    for form in _LABELS:
        labels = [start.strftime(form) for start in starts]
        if len(set(labels)) == len(labels):
            break
    return labels
