"""A command whose page nobody has asked for yet, beside one bare request for that page."""

import gc
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Final

from .api import workflow_name
from .outcome import ROUNDS, Goal, Measured, Outcome
from .rounds import numbers
from .surroundings import Account, surroundings

COMMANDS: Final = 20
"""How many a round; the median of them is the round's value."""

LATENCY: Final = 0.05

_BOT, _BARE, _CACHED = "the bot, uncached", "bare aiohttp GET", "the bot, cached"


async def measure(rounds: int = ROUNDS, commands: int = COMMANDS) -> Outcome:
    """Send commands one after the other, each for a workflow of its own."""
    account = Account(workflows=(rounds + 1) * commands, instances=200, latency=LATENCY)
    values: dict[str, list[float]] = {_BOT: [], _BARE: [], _CACHED: []}
    async with surroundings(account) as around, around.bot() as bot:
        send = around.commands(bot.request_url).send

        async def command(workflow: str) -> None:
            answer = await send(f"list {workflow}")
            if b"page_next" not in answer:
                raise AssertionError(f"the bot did not answer with a list: {answer[:200]!r}")

        async def bare(workflow: str) -> None:
            await around.api.get(around.api.instances_url(workflow, "per_page=100"))

        for number in numbers("cold", rounds):
            gc.collect()
            taken: dict[str, list[float]] = {subject: [] for subject in values}
            for turn in range(commands):
                workflow = workflow_name(number * commands + turn + 1)
                taken[_BARE].append(await _milliseconds(bare, workflow))
                taken[_BOT].append(await _milliseconds(command, workflow))
                taken[_CACHED].append(await _milliseconds(command, workflow))
            if number:
                for subject, each in taken.items():
                    values[subject].append(median(each))
    return _outcome(values)


async def _milliseconds(work: Callable[[str], Awaitable[None]], workflow: str) -> float:
    started = time.perf_counter()
    await work(workflow)
    return (time.perf_counter() - started) * 1000


def _outcome(values: dict[str, list[float]]) -> Outcome:
    measured = {subject: Measured.of(subject, "wall time", "ms", each) for subject, each in values.items()}
    bot, bare, cached = (measured[subject].median for subject in (_BOT, _BARE, _CACHED))
    return Outcome(
        name="cold",
        work=f"an uncached /workflows list, {LATENCY * 1000:.0f} ms upstream: signed HTTP to answer",
        measured=tuple(measured.values()),
        goals=(Goal("wall time, the bot to one bare request", bot / bare, 1.3),),
        notes=(
            f"Of the {bot - bare:.1f} ms between the two, {cached:.1f} are those of a cached command.",
            "The rest is the page's decoding, and what else the bot does when it asks.",
        ),
    )
