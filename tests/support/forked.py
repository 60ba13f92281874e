"""The bot's command line in processes that are forked from one that has imported it.

Each has its own settings, folder, output, signals and exit code, as if a shell had started it. They share the
import and nothing else; it is most of what a short command takes.
"""

import asyncio
import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

FORKSERVER: Final = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(
    [
        __name__,
        "alembic.command",  # for the tables of a playground
        "bot.check",
        "bot.cli",
        "bot.digests.delivery.workflow",
        "bot.playground.running",
        "bot.preview",
        "bot.serve",
        "bot.terminal",
    ]
)


OUTPUT: Final = ("stdout.txt", "stderr.txt")
"""The files in its folder that keep what a command says."""


class ForkedProcess:
    """A command in a process of its own, with what the tests use of `asyncio.subprocess.Process`.

    Args:
        arguments: of the command line.
        folder: where it runs; made if need be.
        environment: these variables and no others.
    """

    def __init__(self, arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in OUTPUT:
            (folder / name).write_bytes(b"")
        self._process = FORKSERVER.Process(target=_run, args=(arguments, folder, dict(environment)))
        self._process.start()

    @property
    def pid(self) -> int:
        if self._process.pid is None:
            raise AssertionError("it was started")
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Return the exit code; negative for the signal that ended the process."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        code = self.returncode
        if code is None:
            raise AssertionError("it has ended")
        return code


def _run(arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in enumerate(OUTPUT, start=1):
        file = os.open(name, os.O_WRONLY)
        os.dup2(file, number)
        os.close(file)
    sys.argv = ["bot", *arguments]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
