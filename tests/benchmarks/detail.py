"""An instance of 25,000 steps, read by the bot's client, beside one bare request for it."""

import asyncio
import gc
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.details import size_of
from bot.cloudflare.endpoint import ApiToken, production_endpoint
from bot.cloudflare.timed_cache import CacheTimes
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN, MOST_STEPS

from .api import LONG_RUN, workflow_name
from .outcome import ROUNDS, Goal, Measured, Outcome
from .rounds import numbers
from .surroundings import Account, Surroundings, surroundings

_BOT, _BARE = "the bot's client", "bare aiohttp GET"
_WALL, _HELD = "wall time", "longest hold of the event loop"
_LONGEST_HOLD: Final = 50
"""Milliseconds. A command that comes meanwhile has three seconds for its ack."""
_LOOK: Final = 0.001
"""Seconds between two looks at how late the event loop is."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Taken(Generic[_T]):
    """What some work gave, and the milliseconds that it took and held the event loop for."""

    result: _T
    wall: float
    held: float


async def measure(rounds: int = ROUNDS, steps: int = MOST_STEPS) -> Outcome:
    """Read the detail in turns, and see for how long the event loop is held meanwhile."""
    values: dict[tuple[str, str], list[float]] = {
        (subject, quantity): [] for quantity in (_WALL, _HELD) for subject in (_BOT, _BARE)
    }
    async with surroundings(Account(instances=1, steps=steps)) as around:
        workflows = _workflows(around)
        url = around.api.instance_url(workflow_name(1), LONG_RUN)
        for number in numbers("detail", rounds):
            gc.collect()
            bare = await _timed(around.api.get(url))
            read = await _timed(workflows.get_detail(workflow_name(1), LONG_RUN, fresh=True))
            if len(read.result.steps) != steps:
                raise AssertionError(f"{len(read.result.steps)} of {steps} steps were read")
            if number:
                for subject, taken in ((_BOT, read), (_BARE, bare)):
                    values[subject, _WALL].append(taken.wall)
                    values[subject, _HELD].append(taken.held)
        await workflows.close()
    return _outcome(values, steps, len(bare.result), size_of(read.result))


def _workflows(around: Surroundings) -> CachedWorkflows:
    endpoint = production_endpoint(around.api.url, DEFAULT_ACCOUNT_ID, ApiToken(DEFAULT_TOKEN.value))
    return CachedWorkflows(WorkflowsClient(around.session, endpoint), CacheTimes(), time.monotonic)


async def _timed(work: Awaitable[_T]) -> _Taken[_T]:
    longest = 0.0

    async def look() -> None:
        nonlocal longest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_LOOK)
            longest = max(longest, time.perf_counter() - before - _LOOK)

    looking = asyncio.create_task(look())
    started = time.perf_counter()
    try:
        result = await work
        wall = time.perf_counter() - started
        await asyncio.sleep(0)
    finally:
        looking.cancel()
    return _Taken(result, wall * 1000, longest * 1000)


def _outcome(values: dict[tuple[str, str], list[float]], steps: int, size: int, kept: int) -> Outcome:
    measured = {key: Measured.of(*key, "ms", each) for key, each in values.items()}
    wall = measured[_BOT, _WALL].median / measured[_BARE, _WALL].median
    held = measured[_BOT, _HELD].median / _LONGEST_HOLD
    return Outcome(
        name="detail",
        work=f"an instance of {steps:,} steps ({size:,} bytes) → models",
        measured=tuple(measured.values()),
        goals=(
            Goal("wall time, the client to one bare request", wall, 1.5),
            Goal(f"longest hold of the event loop, to {_LONGEST_HOLD} ms", held, 1.0),
        ),
        notes=(
            f"The models take {kept / 1024 / 1024:.0f} MiB in the cache, by its own estimate.",
            "Half of a bare request's time is the simulated API's, which makes the steps when it is asked.",
        ),
    )
