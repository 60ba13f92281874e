"""Starting: what `workflows-bot serve` imports, and the whole way to its line `ready`, beside Bolt alone.

Each start is a fresh interpreter, which is part of all figures. The database is an SQLite file whose tables
are up to date; Slack, on loopback, is asked whether the token is good.
"""

import asyncio
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .outcome import ROUNDS, Goal, Measured, Outcome
from .processes import cpu_seconds
from .rounds import in_turns
from .surroundings import Account, Surroundings, surroundings

BOLT: Final = "import slack_bolt.async_app"
BOT: Final = "import bot.cli, bot.serve"
_IMPORT: Final = re.compile(r"import time:\s*(\d+) \|\s*\d+ \|\s*(\w+)")
_HEAVIEST: Final = 6
_DONE: Final = "imported"
_READY: Final = '"event":"ready"'


@dataclass(frozen=True, slots=True)
class _Start:
    """What a start took, in seconds.

    Attributes:
        wall: until it was there.
        computing: user and system time until then.
    """

    wall: float
    computing: float


class DidNotStart(Exception):
    """What was started ended before it was there."""


async def measure(rounds: int = ROUNDS, instances: int = 10) -> Outcome:
    """Start each of them once a round."""
    async with surroundings(Account(instances=instances)) as around:
        taken = await in_turns(
            "start",
            rounds,
            {
                "Bolt": lambda _: _import_time(BOLT, around),
                "the bot's imports": lambda _: _import_time(BOT, around),
                "the bot, ready": lambda _: _time_to_ready(around),
            },
        )
        heaviest = await _heaviest(around)
    bolt, imports, ready = (
        Measured.of(subject, "wall time", "s", [each.wall for each in starts])
        for subject, starts in taken.items()
    )
    computing = [
        Measured.of(subject, "computing", "s", [each.computing for each in starts])
        for subject, starts in taken.items()
    ]
    return Outcome(
        name="start",
        work="a fresh interpreter, until it has imported what it serves with, and until it says it is ready",
        measured=(bolt, imports, ready, *computing),
        goals=(
            Goal(f"the bot's imports to `{BOLT}`", imports.median / bolt.median, 2.0),
            Goal(f"until it is ready to `{BOLT}`", ready.median / bolt.median, 2.0),
        ),
        notes=(
            "Computing is user and system time, which other work on the machine changes less.",
            "Modules are compiled and in the system's memory, and the database's tables are up to date.",
            f"Of the bot's imports by package (-X importtime, which slows them): {heaviest}.",
        ),
    )


async def _import_time(statement: str, around: Surroundings) -> _Start:
    code = f"{statement}, sys; print({_DONE!r}, file=sys.stderr, flush=True); sys.stdin.read()"
    return await _time_to(f"{_DONE}\n", around, {}, "-c", code)


async def _time_to_ready(around: Surroundings) -> _Start:
    return await _time_to(_READY, around, around.settings(), "-m", "bot", "serve")


async def _time_to(said: str, around: Surroundings, settings: Mapping[str, str], *arguments: str) -> _Start:
    """What an interpreter takes until it says something; how long it takes to end is not counted."""
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *arguments),
        env=_environment(settings),
        cwd=around.folder,
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        if process.stderr is None:
            raise AssertionError("it was asked for")
        while line := await process.stderr.readline():
            if said in line.decode():
                return _Start(time.perf_counter() - started, cpu_seconds(process.pid))
        raise DidNotStart(" ".join(arguments))
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _heaviest(around: Surroundings) -> str:
    """The packages that take the most time to import, without what they import in their turn."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-X", "importtime", "-c", BOT),
        env=_environment({}),
        cwd=around.folder,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    microseconds: Counter[str] = Counter()
    for own, package in _IMPORT.findall(said.decode()):
        microseconds[package] += int(own)
    return ", ".join(
        f"{package} {spent / 1000:.0f} ms" for package, spent in microseconds.most_common(_HEAVIEST)
    )


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings, and nothing of this process's own that could be taken for one."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**kept, "PORT": "0", "BOT_HOST": "127.0.0.1", **settings}
