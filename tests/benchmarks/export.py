"""A long list as a file: from the command until Slack has it, beside the official SDK's listing of the rows.

The bot is a process of its own. The SDK lists the rows in this process and writes none.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

from cloudflare import AsyncCloudflare

from bot.language.tokens import COMMAND
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN
from bot.playground.simulators.slack.files import UploadedFile

from .api import workflow_name
from .outcome import ROUNDS, Goal, Measured, Outcome
from .processes import cpu_seconds, peak
from .surroundings import Account, Commands, Surroundings, surroundings

INSTANCES: Final = 50_000
_LATENCY: Final = 0.05
_SHARE: Final = 10
"""The short export that memory is compared with has one of so many."""
_WITHIN: Final = 300.0
_ASK_EVERY: Final = 0.1
_SLACKS_LIMIT: Final = 3.0
"""Seconds that Slack waits for an ack."""
_BOT, _SDK = "the bot", "cloudflare SDK"


@dataclass(frozen=True, slots=True)
class _Cost:
    """What it took to list all instances.

    Attributes:
        wall: seconds.
        cpu: seconds of computing.
    """

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class _Export:
    """What an export took.

    Attributes:
        cost: of all instances.
        calls: list calls.
        slowest_ack: seconds until a command was acked meanwhile.
        peak: the most memory in MiB.
        short_peak: likewise, after an export of a tenth.
    """

    cost: _Cost
    calls: int
    slowest_ack: float
    peak: float
    short_peak: float


async def measure(rounds: int = ROUNDS, instances: int = INSTANCES) -> Outcome:
    """Export so many instances with a bot that was just started, and list them by the SDK, once a round."""
    exports: list[_Export] = []
    listed: list[_Cost] = []
    async with surroundings(Account(instances=instances, latency=_LATENCY)) as around:
        for turn in range(rounds):
            exports.append(await _export(around, turn, instances))
            listed.append(await _list_by_sdk(around, instances))
    exported = [each.cost for each in exports]
    walls = [
        Measured.of(subject, "wall time", "s", [each.wall for each in costs])
        for subject, costs in ((_BOT, exported), (_SDK, listed))
    ]
    computing = [
        Measured.of(subject, "computing", "s", [each.cpu for each in costs])
        for subject, costs in ((_BOT, exported), (_SDK, listed))
    ]
    acks = Measured.of(_BOT, "slowest ack meanwhile", "ms", [each.slowest_ack * 1000 for each in exports])
    growth = median(each.peak / each.short_peak for each in exports)
    return Outcome(
        name="export",
        work=f"{instances:,} instances as CSV until Slack has it, Cloudflare {_LATENCY * 1000:g} ms away",
        measured=(
            *walls,
            *computing,
            Measured.of(_BOT, "list calls", "calls", [each.calls for each in exports]),
            acks,
            Measured.of(_BOT, "most memory", "MiB", [each.peak for each in exports]),
            Measured.of("the bot, a tenth", "most memory", "MiB", [each.short_peak for each in exports]),
        ),
        goals=(
            Goal("wall time, the SDK to the bot", walls[1].median / walls[0].median, 5.0, at_least=True),
            Goal("slowest ack meanwhile, to Slack's limit", acks.median / 1000 / _SLACKS_LIMIT, 0.2),
            Goal("most memory to that for a tenth", growth, 1.25),
        ),
        notes=(
            "The SDK pages by number, one page after the other, as it always does, and writes no file.",
            "The bot's time ends when the local Slack shows the file; it was sorted and uploaded by then.",
            "No budget holds the bot back: by default one person's exports make 300 calls in five minutes.",
            "Computing is user and system time, which other work on the machine changes less.",
        ),
    )


async def _export(around: Surroundings, turn: int, instances: int) -> _Export:
    """Export a tenth and then all, while somebody types commands."""
    settings = {"BOT_REQUEST_BUDGET": "1000000", "BOT_PERSON_SHARE": "1"}
    since = datetime.now(UTC) - timedelta(minutes=instances // _SHARE)
    async with around.fresh_bot(f"export-{turn}", **settings) as bot:
        pid = bot.process.pid
        await _file(around, f"created:{since:%Y-%m-%dT%H:%M:%SZ}")
        short_peak = peak(pid)
        await around.api.forget()
        started, cpu_before = time.perf_counter(), cpu_seconds(pid)
        async with _asking(around.commands(bot.request_url)) as acks:
            file = await _file(around, "")
            cost = _Cost(time.perf_counter() - started, cpu_seconds(pid) - cpu_before)
        if (rows := file.content.count(b"\r\n") - 1) != instances:
            raise AssertionError(f"the file has {rows} rows")
        return _Export(cost, await around.api.calls(), max(acks), peak(pid), short_peak)


@asynccontextmanager
async def _asking(commands: Commands) -> AsyncIterator[list[float]]:
    """Have somebody type one command after the other; the seconds until each was acked."""
    acks: list[float] = []

    async def ask() -> None:
        while True:
            started = time.perf_counter()
            await commands.send("help")
            acks.append(time.perf_counter() - started)
            await asyncio.sleep(_ASK_EVERY)

    asking = asyncio.create_task(ask())
    try:
        yield acks
    finally:
        asking.cancel()
        await asyncio.wait([asking])
    if not asking.cancelled():
        asking.result()  # it failed


async def _file(around: Surroundings, filters: str) -> UploadedFile:
    """Export a list, and wait for its file."""
    slack = around.slack
    slack.files.keep(1)
    following = slack.files.follow()
    await slack.person().command(COMMAND, f"export {workflow_name(1)} {filters}")
    return await following.next(_WITHIN)


async def _list_by_sdk(around: Surroundings, instances: int) -> _Cost:
    """List all instances as the SDK's users do."""
    async with AsyncCloudflare(base_url=around.api.url, api_token=DEFAULT_TOKEN.value) as sdk:
        started, cpu_before = time.perf_counter(), time.process_time()
        rows = 0
        async for _ in sdk.workflows.instances.list(
            workflow_name(1), account_id=DEFAULT_ACCOUNT_ID, per_page=100
        ):
            rows += 1
        if rows != instances:
            raise AssertionError(f"the SDK gave {rows} rows")
        return _Cost(time.perf_counter() - started, time.process_time() - cpu_before)
