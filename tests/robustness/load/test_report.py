"""The report of a soak test lists every kind of failure."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.robustness.load.process_metrics import ProcessMetrics
from tests.robustness.load.recorder import Interaction
from tests.robustness.load.report import build_report
from tests.robustness.load.soak import Plan, Run, Stop

CALM = ProcessMetrics(at=0, rss=100, cpu=1, files=20, tasks=5, calls=0, hits=0, answers=0)


def interaction(
    at: float = 1.0, ack: float | None = 0.01, shown: tuple[str, ...] = ("a list",), failure: str = ""
) -> Interaction:
    return Interaction("command", at, ack, failure, list(shown), seconds=0.02)


def run() -> Run:
    """Return a run without failures: one answer, and one interaction that waits at the stop."""
    waiting = interaction(at=9.9)
    return Run(
        Plan(people=1, seconds=10),
        bursts=(),
        before=CALM,
        after=replace(CALM, at=10, calls=3, hits=2, answers=4),
        interactions=[interaction(), waiting],
        metrics=[replace(CALM, at=second) for second in range(10)],
        stop=Stop(at=10, waiting=[waiting], seconds=1, code=0),
        digests=[(1, "09:00"), (2, "09:00")],
    )


WRONG: dict[str, tuple[Callable[[Run], None], str]] = {
    "no ack": (
        lambda run: run.interactions.append(interaction(ack=None, shown=(), failure="operation_timeout")),
        "no ack",
    ),
    "a late ack": (lambda run: run.interactions.append(interaction(ack=3.1)), "a late ack"),
    "no answer": (lambda run: run.interactions.append(interaction(shown=())), "no answer"),
    "two answers": (lambda run: run.interactions.append(interaction(shown=("a", "b"))), "2 answers"),
    "a fault": (
        lambda run: run.interactions.append(interaction(shown=("Something went wrong inside this bot.",))),
        "a fault of the bot's own",
    ),
    "an error in the log": (
        lambda run: run.log.append({"level": "error", "event": "listener_failed"}),
        "in the log",
    ),
    "a digest twice": (lambda run: run.digests.append((1, "09:00")), "was posted 2 times"),
    "an exit code": (lambda run: setattr(run.stop, "code", 1), "exit code 1"),
    "a long stop": (lambda run: setattr(run.stop, "seconds", 60.0), "the stop took"),
    "nobody at the stop": (lambda run: run.stop.waiting.clear(), "it proves nothing"),
    "a task too many": (lambda run: setattr(run, "after", replace(run.after, tasks=6)), "tasks: 5 before"),
    "files left open": (lambda run: setattr(run, "after", replace(run.after, files=60)), "open files"),
    "memory": (lambda run: run.metrics.append(replace(CALM, at=10, rss=140)), "memory: 100 MiB warm"),
}


def test_a_run_without_failures_has_an_empty_report() -> None:
    found = build_report(run())
    assert found.failures == ()
    assert "2 requests, 0 without an ack, 0 without an answer, 0 answered twice" in found.line


@pytest.mark.parametrize("name", WRONG)
def test_a_failure_is_reported(name: str) -> None:
    break_run, says = WRONG[name]
    broken_run = run()
    break_run(broken_run)
    assert [says in sentence for sentence in build_report(broken_run).failures] == [True]
