"""The report of a run: figures and failures."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tests.robustness.load.process_metrics import growth
from tests.robustness.load.recorder import Interaction, percentile
from tests.robustness.load.soak import POOLS, Run

ACK_LIMIT: Final = 3.0
"""Slack's timeout in seconds (docs.slack.dev, "Acknowledgment response")."""

_ON_ITS_WAY: Final = 0.5
"""Seconds before SIGTERM after which a request has arrived."""

_AT_ONCE: Final = 1.0  # seconds
_RESTARTING: Final = "is being restarted"
_FAULT: Final = "went wrong inside this bot"
_SHARES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
_WARM: Final = 0.25  # of the time
_GROWN: Final = 1.3
"""The allowed growth of memory after the warm-up, as caches fill for five to ten minutes."""

_SLACK: Final = 12.0
"""Seconds that a stop may take beyond `BOT_SHUTDOWN_SECONDS`, for acks, last messages and digests."""


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a run.

    Attributes:
        figures: by name, for tools.
        line: the same for people.
        failures: one sentence each.
    """

    figures: dict[str, Any]
    line: str
    failures: tuple[str, ...]


def build_report(run: Run) -> Report:
    """Build the report of a run."""
    figures = _figures(run)
    return Report(figures, _line(run, figures), tuple(_failures(run)))


def _figures(run: Run) -> dict[str, Any]:
    browsing = [
        interaction
        for interaction in run.interactions
        if interaction.at < run.stop.at and interaction not in run.stop.waiting
    ]
    refused = [interaction for interaction in run.interactions if _was_refused(interaction, run)]
    told = [interaction for interaction in run.stop.waiting if _RESTARTING in interaction.text]
    before, after = run.before, run.after
    return {
        "people": run.plan.people,
        "seconds": run.plan.seconds,
        "seed": run.plan.seed,
        "trouble": _share(run),
        "requests": len(run.interactions) - len(refused),
        "by_kind": dict(Counter(interaction.kind for interaction in run.interactions).most_common()),
        "unacknowledged": len(
            [
                interaction
                for interaction in run.interactions
                if interaction.failure and not _was_refused(interaction, run)
            ]
        ),
        "refused_after_sigterm": len(refused),
        "without_answer": len(_unanswered(run)),
        "answered_twice": len(_answered_twice(run)),
        "problems_told": sum("⚠️" in interaction.text for interaction in run.interactions),
        "ack_ms": _milliseconds(interaction.ack for interaction in browsing if interaction.ack is not None),
        "answer_ms": _milliseconds(
            interaction.seconds for interaction in browsing if interaction.seconds and not interaction.failure
        ),
        "calls": after.calls - before.calls,
        "calls_in_trouble": run.afflicted,
        "from_cache": (after.hits - before.hits) / max(after.answers - before.answers, 1),
        "calls_per_request": (after.calls - before.calls) / max(len(browsing), 1),
        "rss_mib": {
            "before": before.rss,
            "warm": _warm(run),
            "end": run.metrics[-1].rss if run.metrics else 0.0,
            "a_minute": growth(run.metrics),
        },
        "files": [before.files, after.files],
        "tasks": [before.tasks, after.tasks],
        "processor": {
            "bot": (after.cpu - before.cpu) / max(after.at, 1),
            "driver": run.driver,
        },
        "digests": len(run.digests),
        "stop": {
            "waiting": len(run.stop.waiting),
            "in_full": len(run.stop.waiting) - len(told),
            "told_of_restart": len(told),
            "seconds": run.stop.seconds,
            "code": run.stop.code,
        },
    }


def _line(run: Run, figures: dict[str, Any]) -> str:
    ack, rss, stop = figures["ack_ms"], figures["rss_mib"], figures["stop"]
    return (
        f"{run.plan.people} people, {run.plan.seconds:g} s, faults at Cloudflare or Slack for "
        f"{figures['trouble']:.0%} of it: {figures['requests']:,} requests, "
        f"{figures['unacknowledged']} without an ack, {figures['without_answer']} without an answer, "
        f"{figures['answered_twice']} answered twice; "
        f"ack p50 {ack['p50']:.0f}, p95 {ack['p95']:.0f}, p99 {ack['p99']:.0f}, max {ack['max']:.0f} ms; "
        f"{figures['calls_per_request']:.2f} calls to Cloudflare a request; "
        f"memory {rss['warm']:.0f} MiB warm, {rss['end']:.0f} at the end; "
        f"files {figures['files'][0]} → {figures['files'][1]}, "
        f"tasks {figures['tasks'][0]} → {figures['tasks'][1]}; "
        f"SIGTERM while {stop['waiting']} waited: {stop['in_full']} had their answer, "
        f"{stop['told_of_restart']} were told of the restart, "
        f"exit {stop['code']} after {stop['seconds']:.1f} s"
    )


def _failures(run: Run) -> Iterator[str]:
    for interaction in run.interactions:
        if interaction.failure and not _was_refused(interaction, run):
            yield f"no ack: {_describe(interaction)}: {interaction.failure}"
        elif interaction.ack is not None and interaction.ack > ACK_LIMIT:
            yield f"a late ack: {_describe(interaction)}: {interaction.ack:.2f} s"
        elif _FAULT in interaction.text:
            yield f"a fault of the bot's own: {_describe(interaction)}"
    yield from (f"no answer: {_describe(interaction)}" for interaction in _unanswered(run))
    yield from (
        f"{len(interaction.shown)} answers: {_describe(interaction)}" for interaction in _answered_twice(run)
    )
    faults = (entry for entry in run.log if entry["level"] in {"error", "critical"})
    yield from (f"in the log: {str(entry)[:500]}" for entry in faults)
    yield from (f"digest {mark} was posted {n} times" for mark, n in Counter(run.digests).items() if n > 1)
    yield from _stop_failures(run)
    if run.plan.calm:
        yield from _leaks(run)


def _stop_failures(run: Run) -> Iterator[str]:
    if run.stop.code != 0:
        yield f"exit code {run.stop.code}"
    if run.stop.seconds > run.plan.grace + _SLACK:
        yield f"the stop took {run.stop.seconds:.1f} s"
    if not run.stop.waiting:
        yield "no interaction waited at SIGTERM, so it proves nothing"


def _leaks(run: Run) -> Iterator[str]:
    """Yield resources that an idle bot still holds."""
    before, after = run.before, run.after
    if after.tasks > before.tasks:
        yield f"tasks: {before.tasks} before, {after.tasks} after"
    if after.files > before.files + POOLS:
        yield f"open files: {before.files} before, {after.files} after"
    warm = _warm(run)
    if warm and run.metrics[-1].rss > warm * _GROWN:
        yield f"memory: {warm:.0f} MiB warm, {run.metrics[-1].rss:.0f} at the end"


def _warm(run: Run) -> float:
    """Return the memory in MiB after the warm-up."""
    return run.metrics[int(len(run.metrics) * _WARM)].rss if run.metrics else 0.0


def _unanswered(run: Run) -> list[Interaction]:
    return [
        interaction
        for interaction in run.interactions
        if interaction.ack is not None and not interaction.shown
    ]


def _answered_twice(run: Run) -> list[Interaction]:
    return [interaction for interaction in run.interactions if len(interaction.shown) > 1]


def _was_refused(interaction: Interaction, run: Run) -> bool:
    """Return whether Slack could not reach the stopping bot.

    If a connection breaks later, the bot had accepted the request and dropped it.
    """
    at_once = (interaction.seconds or 0) < _AT_ONCE
    reached_nobody = (
        interaction.failure.startswith("dispatch_failed") and "HTTP" not in interaction.failure and at_once
    )
    if run.plan.socket_mode:  # Slack notices a closed connection only after sending
        reached_nobody = reached_nobody or interaction.failure.startswith("operation_timeout")
    return reached_nobody and interaction.at > run.stop.at - _ON_ITS_WAY


def _describe(interaction: Interaction) -> str:
    return f"{interaction.kind} at {interaction.at:.1f} s, {interaction.text[:100]!r}"


def _share(run: Run) -> float:
    """Return the share of the time with a fault on either side, in steps of 50 ms."""
    ticks = [tick / 20 for tick in range(int(run.plan.seconds * 20))]
    return sum(any(b.begins <= tick < b.ends for b in run.bursts) for tick in ticks) / max(len(ticks), 1)


def _milliseconds(values: Iterator[float]) -> dict[str, float]:
    seconds = list(values)
    return {name: 1000 * percentile(seconds, share) for name, share in _SHARES.items()}
