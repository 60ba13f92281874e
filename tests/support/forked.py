"""The bot's command line in processes that are forked from one that has imported it, see `fork_server.py`.

Each has its own settings, folder, output, signals and exit code, as if a shell had started it. They share the
import and nothing else; it is most of what a short command takes.
"""

import asyncio
import os
import pickle
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from filelock import FileLock

from .fork_server import BYTES

ROOT: Final = Path(__file__).parents[2]
OUTPUT: Final = ("stdout.txt", "stderr.txt")
"""The files in its folder that keep what a process says."""
_LOOK_EVERY: Final = 0.02  # seconds
_servers: Final[list[subprocess.Popen[bytes]]] = []
"""Those that this process started; they end by themselves."""


class ForkedProcess:
    """A function in a process of its own, with what the tests use of `asyncio.subprocess.Process`.

    Args:
        function: one that can be pickled.
        arguments: its own.
        folder: where it runs; made if need be.
        environment: these variables and no others.
    """

    def __init__(
        self,
        function: Callable[..., None],
        arguments: tuple[Any, ...],
        folder: Path,
        environment: Mapping[str, str],
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in OUTPUT:
            (folder / name).write_bytes(b"")
        _keep_server()
        self._answers = _connect()
        self._answers.sendall(pickle.dumps((_run, (function, arguments, folder, dict(environment)))))
        self._answers.shutdown(socket.SHUT_WR)
        self.pid: Final = self._read_number()
        self._answers.setblocking(False)
        self._code: int | None = None

    @property
    def returncode(self) -> int | None:
        """The exit code; negative for the signal that ended the process; None before."""
        if self._code is None:
            try:
                self._code = self._read_number()
            except BlockingIOError:
                return None
            self._answers.close()
        return self._code

    def _read_number(self) -> int:
        answer = self._answers.recv(BYTES)
        if not answer:
            raise EOFError("the server that forks has ended")
        return int.from_bytes(answer, signed=True)

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
        loop = asyncio.get_running_loop()
        while (code := self.returncode) is None:
            ended = asyncio.Event()
            loop.add_reader(self._answers, ended.set)
            try:
                await ended.wait()
            finally:
                loop.remove_reader(self._answers)
        return code


def fork_command(arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> ForkedProcess:
    """Run a command line of the bot's."""
    return ForkedProcess(_run_command, (arguments,), folder, environment)


def _run_command(arguments: tuple[str, ...]) -> None:
    sys.argv = ["bot", *arguments]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


def _run(
    function: Callable[..., None], arguments: tuple[Any, ...], folder: Path, environment: Mapping[str, str]
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in enumerate(OUTPUT, start=1):
        file = os.open(name, os.O_WRONLY)
        os.dup2(file, number)
        os.close(file)
    function(*arguments)


@cache
def _keep_server() -> socket.socket:
    """Return a connection that keeps the server until this process ends; start it if no other worker has."""
    path = _server_path()
    with FileLock(f"{path}.lock"):
        with suppress(OSError):
            return _connect()
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.support.fork_server", path], cwd=ROOT, stdin=subprocess.DEVNULL
        )
        _servers.append(server)
        while server.poll() is None:
            with suppress(OSError):
                return _connect()
            time.sleep(_LOOK_EVERY)
    raise RuntimeError(f"the server that forks ended with {server.returncode}")


def _connect() -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(os.fspath(_server_path()))
    except OSError:
        connection.close()
        raise
    return connection


@cache
def _server_path() -> Path:
    """Return where the server of this run listens; the workers of a run have its id in common."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex)
    return Path(tempfile.gettempdir(), f"forks-{run}")
