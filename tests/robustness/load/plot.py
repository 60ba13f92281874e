"""Plots a run: ack times and memory, with the bursts of faults."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from tests.robustness.load.recorder import percentile
from tests.robustness.load.report import ACK_LIMIT, Report
from tests.robustness.load.soak import Run

_WIDTH: Final = 760
_LEFT: Final = 64
_RIGHT: Final = 744
_STEP: Final = 2.0  # seconds that a point of a line stands for
_STYLE: Final = """
text { font: 12px system-ui, sans-serif; fill: #57606a }
.title { fill: #1f2328; font-weight: 600 }
.frame { stroke: #d0d7de; fill: none }
.cloudflare { fill: #bf8700; opacity: .25 }
.slack { fill: #8250df; opacity: .25 }
.p50, .memory { stroke: #0969da; fill: none; stroke-width: 1.5 }
.max { stroke: #cf222e; fill: none; stroke-width: 1.5 }
.limit { stroke: #cf222e; fill: none; stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1 }
  .title { fill: #f0f6fc }
  .frame { stroke: #3d444d }
  .cloudflare { fill: #d29922 }
  .slack { fill: #a371f7 }
  .p50, .memory { stroke: #4493f8 }
  .max, .limit { stroke: #f85149 }
}
"""

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Panel:
    """A panel with its own scale; `top` and `bottom` are pixels, `most` is the value at the top."""

    top: float
    bottom: float
    seconds: float
    most: float

    def x(self, at: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * at / self.seconds

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * value / self.most

    def line(self, kind: str, points: Points) -> str:
        where = " ".join(f"{self.x(at):.1f},{self.y(value):.1f}" for at, value in points)
        return f'<polyline class="{kind}" points="{where}"/>'

    def frame(self, title: str, marks: Iterable[tuple[float, str]]) -> str:
        size = f'width="{_RIGHT - _LEFT}" height="{self.bottom - self.top}"'
        labels = "".join(
            f'<text x="{_LEFT - 8}" y="{self.y(value) + 4:.1f}" text-anchor="end">{escape(label)}</text>'
            for value, label in marks
        )
        return (
            f'<rect class="frame" x="{_LEFT}" y="{self.top}" {size}/>{labels}'
            f'<text class="title" x="{_LEFT}" y="{self.top - 8}">{escape(title)}</text>'
        )


def plot(run: Run, found: Report) -> str:
    """Return the plot as SVG with a description, for light and dark pages."""
    seconds = run.plan.seconds
    acks = _Panel(44, 184, seconds, ACK_LIMIT * 1.05)
    memory = _Panel(232, 312, seconds, max((look.rss for look in run.metrics), default=1.0) * 1.2)
    full = _whole(memory.most)
    drawn = [
        *_bursts(run, memory),
        acks.frame("Time until the ack", [(0, "0 s"), (1.5, "1.5 s"), (ACK_LIMIT, "3 s")]),
        acks.line("limit", [(0, ACK_LIMIT), (seconds, ACK_LIMIT)]),
        acks.line("max", _over_time(run, 1.0)),
        acks.line("p50", _over_time(run, 0.5)),
        memory.frame("Memory", [(0, "0"), (full, f"{full:.0f} MiB")]),
        memory.line("memory", [(look.at, look.rss) for look in run.metrics if look.at <= seconds]),
        f'<text x="{_LEFT}" y="330">0 s</text>',
        f'<text x="{_RIGHT}" y="330" text-anchor="end">{seconds:g} s</text>',
        _legend(),
    ]
    title = f"{run.plan.people} people, and trouble on both sides"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} 362" role="img" '
        f'aria-labelledby="load-title load-says"><title id="load-title">{title}</title>'
        f'<desc id="load-says">{escape(found.line)}</desc><style>{_STYLE}</style>'
    )
    return "\n".join((head, *drawn, "</svg>\n"))


def _bursts(run: Run, panel: _Panel) -> Iterable[str]:
    for burst in run.bursts:
        width = panel.x(burst.ends) - panel.x(burst.begins)
        yield (
            f'<rect class="{burst.where.lower()}" x="{panel.x(burst.begins):.1f}" y="44" '
            f'width="{width:.1f}" height="268"><title>{escape(f"{burst.where}: {burst.name}")}</title></rect>'
        )


def _over_time(run: Run, share: float) -> Points:
    """Return a percentile of the ack times per interval."""
    times: dict[int, list[float]] = {}
    for interaction in run.interactions:
        if interaction.ack is not None and interaction.at < run.plan.seconds:
            times.setdefault(int(interaction.at / _STEP), []).append(interaction.ack)
    return [((place + 0.5) * _STEP, percentile(acks, share)) for place, acks in sorted(times.items())]


def _legend() -> str:
    shown = (
        ("p50", "half of the acks"),
        ("max", "the slowest"),
        ("limit", "Slack's limit"),
        ("cloudflare", "fault at Cloudflare"),
        ("slack", "fault at Slack"),
    )
    return "".join(
        f'<rect class="{kind}" x="{_LEFT + 140 * place}" y="344" width="12" height="8"/>'
        f'<text x="{_LEFT + 140 * place + 18}" y="352">{escape(text)}</text>'
        for place, (kind, text) in enumerate(shown)
    )


def _whole(most: float) -> float:
    """Return a round number near the top of a scale."""
    return most // 50 * 50 or most
