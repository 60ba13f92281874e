"""Metrics of a running bot, read from `/metrics`."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import linear_regression
from typing import Final

from tests.system.process.bot_process import BotProcess
from tests.system.process.harness import Harness

_EVERY: Final = 1.0  # seconds
_MIB: Final = 2**20


@dataclass(frozen=True, slots=True)
class ProcessMetrics:
    """The metrics at one time, summed over all labels.

    Attributes:
        at: seconds since the start.
        rss: MiB; like the next two, zero if the system does not report it.
        cpu: seconds of CPU time so far.
        files: open file descriptors, including connections.
        tasks: asyncio tasks, including those of connections.
        calls: requests to Cloudflare so far.
        hits: answers from the cache so far.
        answers: all answers so far.
    """

    at: float
    rss: float
    cpu: float
    files: int
    tasks: int
    calls: int
    hits: int
    answers: int


async def read_metrics(harness: Harness, bot: BotProcess, at: float) -> ProcessMetrics:
    """Read the current metrics."""
    _, text = await harness.get(bot, "/metrics")
    samples = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]

    def total(name: str, label: str = "") -> float:
        return sum(float(value) for key, _, value in samples if key.split("{")[0] == name and label in key)

    return ProcessMetrics(
        at,
        rss=total("process_resident_memory_bytes") / _MIB,
        cpu=total("process_cpu_seconds_total"),
        files=int(total("process_open_fds")),
        tasks=int(total("workflows_bot_tasks")),
        calls=int(total("workflows_bot_upstream_calls_total")),
        hits=int(total("workflows_bot_pages_total", 'outcome="hit"')),
        answers=int(total("workflows_bot_pages_total")),
    )


async def sample_metrics(
    harness: Harness, bot: BotProcess, now: Callable[[], float], seen: list[ProcessMetrics]
) -> None:
    """Read the metrics once a second, until cancelled."""
    while True:
        seen.append(await read_metrics(harness, bot, now()))
        await asyncio.sleep(_EVERY)


def growth(seen: Sequence[ProcessMetrics]) -> float:
    """Return the growth of memory in the second half, in MiB per minute."""
    later = seen[len(seen) // 2 :]
    if len(later) < 3:
        return 0.0
    return linear_regression([look.at for look in later], [look.rss for look in later]).slope * 60
