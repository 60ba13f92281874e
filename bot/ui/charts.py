"""Charts over time: Slack's own, and a line of characters for where Slack refuses that."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.ui import limits
from bot.ui.limits import Block
from bot.ui.mrkdwn import plain

_HEIGHTS: Final = "▁▂▃▄▅▆▇█"
_LABELS: Final = ("%H:%M", "%a %H:%M", "%d %b %H:%M", "%d %b %H:%M%z", "%d %b %H:%M:%S%z")
"""Slack wants labels that differ; the shortest form that does is the easiest to read."""


def bar_chart(
    title: str, labels: Sequence[str], series: Mapping[str, Sequence[int]], x_label: str, y_label: str
) -> Block:
    """Build a `data_visualization` with a bar for each label and series.

    Args:
        title: above it.
        labels: of the bars, each another one; at most `limits.CHART_POINTS`.
        series: by name, with a value for each label.
        x_label: what the labels are.
        y_label: what the values count.
    """
    drawn = [
        {
            "name": limits.shorten(plain(name), limits.CHART_LABEL),
            "data": [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)],
        }
        for name, values in series.items()
    ]
    axes = {
        "categories": list(labels),
        "x_label": limits.shorten(plain(x_label), limits.CHART_TITLE),
        "y_label": limits.shorten(plain(y_label), limits.CHART_TITLE),
    }
    return {
        "type": "data_visualization",
        "title": limits.shorten(plain(title), limits.CHART_TITLE),
        "chart": {"type": "bar", "series": drawn, "axis_config": axes},
    }


def time_labels(starts: Sequence[datetime], forms: Sequence[str] = _LABELS) -> list[str]:
    """Return a label for each time, in its own zone, in the first form by which all of them differ."""
    labels: list[str] = []
    for form in forms:
        labels = [start.strftime(form) for start in starts]
        if len(set(labels)) == len(labels):
            break
    return labels


def sparkline(values: Sequence[int]) -> str:
    """Return a character for each value, the highest of all as the tallest."""
    most = max(values, default=0) or 1
    # Rounded up, so that one failure among thousands is seen.
    return "".join(_HEIGHTS[-(-value * (len(_HEIGHTS) - 1) // most)] for value in values)
