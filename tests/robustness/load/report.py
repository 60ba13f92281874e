"""What a run comes to: a line of figures, and what broke."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tests.robustness.load.soak import POOLS, Run
from tests.robustness.load.tally import Act, percentile
from tests.robustness.load.vitals import growth

ACK_LIMIT: Final = 3.0
"""Seconds; Slack waits no longer (docs.slack.dev, "Acknowledgment response")."""

_ON_ITS_WAY: Final = 0.5
"""Seconds before SIGTERM: what was sent so long before it has been taken in."""

_AT_ONCE: Final = 1.0  # seconds
_RESTARTING: Final = "is being restarted"
_FAULT: Final = "went wrong inside this bot"
_SHARES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
_WARM: Final = 0.25  # of the time
_GROWN: Final = 1.3
"""By how much memory may be more at the end than warm: its caches fill for five to ten minutes."""

_SLACK: Final = 12.0
"""Seconds that a stop may take beyond `BOT_SHUTDOWN_SECONDS`: acks that are due, last words, and digests."""


@dataclass(frozen=True, slots=True)
class Report:
    """A run in figures.

    Attributes:
        figures: by name, for tools.
        line: the same for people.
        broken: what should not have been, a sentence each.
    """

    figures: dict[str, Any]
    line: str
    broken: tuple[str, ...]


def report(run: Run) -> Report:
    """Judge a run."""
    figures = _figures(run)
    return Report(figures, _line(run, figures), tuple(_broken(run)))


def _figures(run: Run) -> dict[str, Any]:
    browsing = [act for act in run.acts if act.at < run.stop.at and act not in run.stop.waiting]
    refused = [act for act in run.acts if _was_refused(act, run)]
    told = [act for act in run.stop.waiting if _RESTARTING in act.text]
    before, after = run.before, run.after
    return {
        "people": run.plan.people,
        "seconds": run.plan.seconds,
        "seed": run.plan.seed,
        "trouble": _share(run),
        "requests": len(run.acts) - len(refused),
        "by_kind": dict(Counter(act.kind for act in run.acts).most_common()),
        "unacknowledged": len([act for act in run.acts if act.failed and not _was_refused(act, run)]),
        "refused_after_sigterm": len(refused),
        "without_answer": len(_lost(run)),
        "answered_twice": len(_twice(run)),
        "problems_told": sum("⚠️" in act.text for act in run.acts),
        "ack_ms": _milliseconds(act.ack for act in browsing if act.ack is not None),
        "answer_ms": _milliseconds(act.seconds for act in browsing if act.seconds and not act.failed),
        "calls": after.calls - before.calls,
        "calls_in_trouble": run.afflicted,
        "from_cache": (after.hits - before.hits) / max(after.answers - before.answers, 1),
        "calls_per_request": (after.calls - before.calls) / max(len(browsing), 1),
        "rss_mib": {
            "before": before.rss,
            "warm": _warm(run),
            "end": run.vitals[-1].rss if run.vitals else 0.0,
            "a_minute": growth(run.vitals),
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


def _broken(run: Run) -> Iterator[str]:
    for act in run.acts:
        if act.failed and not _was_refused(act, run):
            yield f"no ack: {_said(act)}: {act.failed}"
        elif act.ack is not None and act.ack > ACK_LIMIT:
            yield f"a late ack: {_said(act)}: {act.ack:.2f} s"
        elif _FAULT in act.text:
            yield f"a fault of the bot's own: {_said(act)}"
    yield from (f"no answer: {_said(act)}" for act in _lost(run))
    yield from (f"{len(act.shown)} answers: {_said(act)}" for act in _twice(run))
    faults = (entry for entry in run.log if entry["level"] in {"error", "critical"})
    yield from (f"in the log: {str(entry)[:500]}" for entry in faults)
    yield from (f"digest {mark} stands there {n} times" for mark, n in Counter(run.digests).items() if n > 1)
    yield from _badly_stopped(run)
    if run.plan.calm:
        yield from _kept(run)


def _badly_stopped(run: Run) -> Iterator[str]:
    if run.stop.code != 0:
        yield f"exit code {run.stop.code}"
    if run.stop.seconds > run.plan.grace + _SLACK:
        yield f"the stop took {run.stop.seconds:.1f} s"
    if not run.stop.waiting:
        yield "nobody waited at SIGTERM, so it proves nothing"


def _kept(run: Run) -> Iterator[str]:
    """What the bot still holds once nobody wants anything."""
    before, after = run.before, run.after
    if after.tasks > before.tasks:
        yield f"tasks: {before.tasks} before, {after.tasks} after"
    if after.files > before.files + POOLS:
        yield f"open files: {before.files} before, {after.files} after"
    warm = _warm(run)
    if warm and run.vitals[-1].rss > warm * _GROWN:
        yield f"memory: {warm:.0f} MiB warm, {run.vitals[-1].rss:.0f} at the end"


def _warm(run: Run) -> float:
    """MiB once the first of the time was over."""
    return run.vitals[int(len(run.vitals) * _WARM)].rss if run.vitals else 0.0


def _lost(run: Run) -> list[Act]:
    return [act for act in run.acts if act.ack is not None and not act.shown]


def _twice(run: Run) -> list[Act]:
    return [act for act in run.acts if len(act.shown) > 1]


def _was_refused(act: Act, run: Run) -> bool:
    """Whether Slack could not even reach the bot any more, as it had been told to stop.

    A connection that breaks later than at once carried a request that was taken in, and dropped.
    """
    at_once = (act.seconds or 0) < _AT_ONCE
    reached_nobody = act.failed.startswith("dispatch_failed") and "HTTP" not in act.failed and at_once
    if run.plan.socket_mode:  # where Slack hears of a closed connection only after it has sent
        reached_nobody = reached_nobody or act.failed.startswith("operation_timeout")
    return reached_nobody and act.at > run.stop.at - _ON_ITS_WAY


def _said(act: Act) -> str:
    return f"{act.kind} at {act.at:.1f} s, {act.text[:100]!r}"


def _share(run: Run) -> float:
    """Of the time, how much had trouble on either side; looked at every twentieth of a second."""
    ticks = [tick / 20 for tick in range(int(run.plan.seconds * 20))]
    return sum(any(b.begins <= tick < b.ends for b in run.bursts) for tick in ticks) / max(len(ticks), 1)


def _milliseconds(values: Iterator[float]) -> dict[str, float]:
    seconds = list(values)
    return {name: 1000 * percentile(seconds, share) for name, share in _SHARES.items()}
