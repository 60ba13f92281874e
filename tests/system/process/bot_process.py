"""The bot as its users run it: a process of its own, with these settings and no others.

Most are forked from a process that has imported the bot, and find their tables up to date. Tests of starting
and ending have an interpreter of their own, and make their tables.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tests.support.databases import place_tables
from tests.support.forked import ForkedProcess, fork_command

START_SECONDS = 30
STOP_SECONDS = 15
_LOOK_EVERY = 0.02
_KEPT = ("PATH", "PYTHONPATH", "LANG", "TMPDIR", "SYSTEMROOT")

Process = asyncio.subprocess.Process | ForkedProcess


@dataclass(frozen=True)
class Ended:
    """How a command line ended, and what it said."""

    code: int
    stdout: str
    stderr: str


class DidNotStart(Exception):
    """The bot ended, or took too long, before it was ready."""


@dataclass(frozen=True)
class BotProcess:
    """A bot that said it is ready.

    Attributes:
        port: where it listens.
        folder: where it runs and keeps what it writes.
    """

    process: Process
    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def request_url(self) -> str:
        """What stands in the Slack app's settings."""
        return f"{self.url}/slack/events"

    @property
    def stdout(self) -> str:
        return _read(self.folder / "stdout.txt")

    @property
    def stderr(self) -> str:
        return _read(self.folder / "stderr.txt")

    @property
    def log(self) -> list[dict[str, Any]]:
        """Every event so far; a line that is no JSON is a failure of the test that looks."""
        return [json.loads(line) for line in _whole_lines(self.stderr)]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [entry for entry in self.log if entry["event"] == name]

    async def logged(self, name: str, within: float = 5.0) -> dict[str, Any]:
        """The first event of that name, waiting for it if need be; TimeoutError if none comes."""
        async with asyncio.timeout(within):
            while True:
                if found := self.events(name):
                    return found[0]
                await asyncio.sleep(_LOOK_EVERY)

    def signal(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    async def ended(self, within: float = STOP_SECONDS) -> int:
        """The exit code, waiting for it; TimeoutError if the process lives on."""
        return await asyncio.wait_for(self.process.wait(), within)

    async def terminate(self) -> int:
        """Ask it to stop, and give its exit code."""
        self.signal()
        return await self.ended()


@asynccontextmanager
async def running_bot(
    folder: Path, settings: Mapping[str, str], *options: str, own_interpreter: bool = False
) -> AsyncIterator[BotProcess]:
    """A bot on a free port, its files in `folder`; ended at the end, whatever happened.

    Args:
        folder: made if need be.
        settings: these and no others.
        options: of `serve`.
        own_interpreter: whether it is started as a shell would.

    Raises:
        DidNotStart: it was not ready in time; says what it said.
    """
    command = ("serve", *options)
    async with started(folder, *command, settings=settings, own_interpreter=own_interpreter) as process:
        yield BotProcess(process, await _port(process, folder), folder)


@asynccontextmanager
async def started(
    folder: Path, *arguments: str, settings: Mapping[str, str], own_interpreter: bool = False
) -> AsyncIterator[Process]:
    """A command line that goes on until the end of the block, whatever it says kept in `folder`."""
    environment = environment_of(settings)
    process: Process
    if own_interpreter:
        process = await _interpret(arguments, folder, environment)
    else:
        process = await asyncio.to_thread(_fork, arguments, folder, environment)
    try:
        yield process
    finally:
        await _end(process)


async def run(
    folder: Path,
    *arguments: str,
    settings: Mapping[str, str],
    within: float = START_SECONDS,
    own_interpreter: bool = False,
) -> Ended:
    """Run a command line in a folder to its end; TimeoutError if it has none."""
    command = started(folder, *arguments, settings=settings, own_interpreter=own_interpreter)
    async with command as process:
        code = await asyncio.wait_for(process.wait(), within)
    return Ended(code, _read(folder / "stdout.txt"), _read(folder / "stderr.txt"))


async def _interpret(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> asyncio.subprocess.Process:
    with _file(folder, "stdout.txt") as stdout, _file(folder, "stderr.txt") as stderr:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )


def _fork(arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> ForkedProcess:
    folder.mkdir(parents=True, exist_ok=True)
    if "playground" not in arguments:  # it keeps its tables in a folder that it makes and removes
        place_tables(f"sqlite:///{folder}/workflows-bot.sqlite3")  # the settings' default
    return fork_command(arguments, folder, environment)


def environment_of(settings: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the tests' own environment that could be taken for a setting."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PORT": "0", "BOT_HOST": "127.0.0.1", **settings}


async def _port(process: Process, folder: Path) -> int:
    deadline = time.monotonic() + START_SECONDS
    while process.returncode is None and time.monotonic() < deadline:
        for line in _whole_lines(_read(folder / "stderr.txt")):
            if line.startswith("{") and (entry := json.loads(line))["event"] == "ready":
                return int(entry["port"])
        await asyncio.sleep(_LOOK_EVERY)
    ending = "is not ready" if process.returncode is None else f"ended with {process.returncode}"
    raise DidNotStart(f"the bot {ending}. It said:\n{_read(folder / 'stderr.txt')[-3000:]}")


async def _end(process: Process) -> None:
    """End this one process if it still runs: politely, then not."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _file(folder: Path, name: str) -> BinaryIO:
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / name).open("wb")


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _whole_lines(text: str) -> list[str]:
    return text[: text.rfind("\n") + 1].splitlines()
