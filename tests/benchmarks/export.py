"""A long list as a file: from the command until Slack has it, beside the official SDK's listing of the rows.

The bot is a process of its own. The SDK lists the rows in this process and writes none.
"""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Final

from cloudflare import AsyncCloudflare

from bot.language.tokens import COMMAND
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN
from bot.playground.simulators.slack.files import UploadedFile

from .api import workflow_name
from .outcome import ROUNDS, Goal, Measured, Outcome
from .surroundings import Account, Surroundings, surroundings

INSTANCES: Final = 50_000
_LATENCY: Final = 0.05
_SHARE: Final = 10
"""The short export that memory is compared with has one of so many."""
_WITHIN: Final = 300.0
_PEAK: Final = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
_BOT, _SDK = "the bot", "cloudflare SDK"


async def measure(rounds: int = ROUNDS, instances: int = INSTANCES) -> Outcome:
    """Export so many instances with a bot that was just started, and list them by the SDK, once a round."""
    exported: list[float] = []
    listed: list[float] = []
    calls: list[float] = []
    peaks: list[tuple[float, float]] = []
    async with surroundings(Account(instances=instances, latency=_LATENCY)) as around:
        for turn in range(rounds):
            short_peak, seconds, peak = await _export(around, turn, instances)
            calls.append(await around.api.calls())
            exported.append(seconds)
            peaks.append((short_peak, peak))
            listed.append(await _list_by_sdk(around, instances))
    return Outcome(
        name="export",
        work=f"{instances:,} instances as CSV until Slack has it, Cloudflare {_LATENCY * 1000:g} ms away",
        measured=(
            Measured.of(_BOT, "wall time", "s", exported),
            Measured.of(_SDK, "wall time", "s", listed),
            Measured.of(_BOT, "list calls", "calls", calls),
            Measured.of(_BOT, "most memory", "MiB", [peak for _, peak in peaks]),
            Measured.of("the bot, a tenth", "most memory", "MiB", [short for short, _ in peaks]),
        ),
        goals=(
            Goal("wall time, the SDK to the bot", median(listed) / median(exported), 5.0, at_least=True),
            Goal("most memory to that for a tenth", median(peak / short for short, peak in peaks), 1.25),
        ),
        notes=(
            "The SDK pages by number, one page after the other, as it always does, and writes no file.",
            "The bot's time ends when the local Slack shows the file; it was sorted and uploaded by then.",
        ),
    )


async def _export(around: Surroundings, turn: int, instances: int) -> tuple[float, float, float]:
    """Export a tenth and then all; return the first one's memory, and the second one's seconds and memory."""
    settings = {"BOT_REQUEST_BUDGET": "1000000", "BOT_PERSON_SHARE": "1"}
    since = datetime.now(UTC) - timedelta(minutes=instances // _SHARE)
    async with around.bot(f"export-{turn}", **settings) as bot:
        await _file(around, f"created:{since:%Y-%m-%dT%H:%M:%SZ}")
        short = _peak(bot.process.pid)
        await around.api.forget()
        started = time.perf_counter()
        file = await _file(around, "")
        seconds = time.perf_counter() - started
        if (rows := file.content.count(b"\r\n") - 1) != instances:
            raise AssertionError(f"the file has {rows} rows")
        return short, seconds, _peak(bot.process.pid)


async def _file(around: Surroundings, filters: str) -> UploadedFile:
    """Export a list, and wait for its file."""
    slack = around.slack
    slack.files.keep(1)
    following = slack.files.follow()
    await slack.person().command(COMMAND, f"export {workflow_name(1)} {filters}")
    return await following.next(_WITHIN)


async def _list_by_sdk(around: Surroundings, instances: int) -> float:
    """List all instances as the SDK's users do; return the seconds."""
    async with AsyncCloudflare(base_url=around.api.url, api_token=DEFAULT_TOKEN.value) as sdk:
        started = time.perf_counter()
        rows = 0
        async for _ in sdk.workflows.instances.list(
            workflow_name(1), account_id=DEFAULT_ACCOUNT_ID, per_page=100
        ):
            rows += 1
        if rows != instances:
            raise AssertionError(f"the SDK gave {rows} rows")
        return time.perf_counter() - started


def _peak(pid: int) -> float:
    """Return the most memory in MiB that a process has had."""
    found = _PEAK.search(Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    if found is None:
        raise RuntimeError(f"process {pid} has no memory any more")
    return int(found[1]) / 1024
