"""Fork, for each request, a process that has loaded the bot: `python -m tests.support.fork_server`.

All workers of a run ask one server, as it computes for seconds until it is there. It shares nothing with
them but what it has loaded, runs nothing itself, and ends with the last of its connections. Its arguments are
the number of the file on which it listens, and where others find that.

A request is a pickled function with its arguments, to the end of what is sent. The answers are the id of the
process that runs it, and its exit code once it has ended. A connection without a request keeps the server.
"""

import gc
import pickle
import selectors
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

LOADED: Final = (
    "bot.check",
    "bot.cli",
    "bot.digests.delivery.workflow",
    "bot.jobs.check",
    "bot.playground.running",
    "bot.preview",
    "bot.serve",
    "bot.terminal",
    "tests.support.forked",
)
BYTES: Final = 4
"""Of an answer, a signed number."""
_FORK: Final = get_context("fork")
_MOST_READ: Final = 65_536  # bytes at once


class ForkServer:
    """Forks for those who connect.

    Args:
        listener: where they connect.
        path: where they find it; removed at the end.
    """

    def __init__(self, listener: socket.socket, path: Path) -> None:
        self._listener = listener
        self._path = path
        self._open: dict[socket.socket, bytes] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ, self._accept)

    def serve(self) -> None:
        """Serve until no connection is left; there has to be one."""
        self._accept()
        while self._open or self._is_asked_at_last():
            for key, _ in self._selector.select():
                key.data()

    def _is_asked_at_last(self) -> bool:
        """Let nobody else connect, and return whether somebody just did."""
        self._path.unlink(missing_ok=True)
        self._listener.setblocking(False)
        with suppress(BlockingIOError):
            self._accept()
        return bool(self._open)

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        connection.setblocking(True)
        self._open[connection] = b""
        self._selector.register(connection, selectors.EVENT_READ, partial(self._read, connection))

    def _read(self, connection: socket.socket) -> None:
        received = connection.recv(_MOST_READ)
        self._open[connection] += received
        if received:
            return
        self._selector.unregister(connection)
        if self._open[connection]:
            self._fork(connection)
        else:
            self._close(connection)

    def _fork(self, connection: socket.socket) -> None:
        process = _FORK.Process(target=self._run, args=(self._open[connection],))
        process.start()
        _tell(connection, process.pid)
        end = partial(self._end, connection, process)
        self._selector.register(process.sentinel, selectors.EVENT_READ, end)

    def _run(self, request: bytes) -> None:
        """Do in a new process what was asked for."""
        self._selector.close()
        for inherited in (self._listener, *self._open):
            inherited.close()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        function, arguments = pickle.loads(request)  # noqa: S301 - our own tests sent it
        function(*arguments)

    def _end(self, connection: socket.socket, process: BaseProcess) -> None:
        self._selector.unregister(process.sentinel)
        process.join()
        _tell(connection, process.exitcode)
        process.close()
        self._close(connection)

    def _close(self, connection: socket.socket) -> None:
        del self._open[connection]
        connection.close()


def _tell(connection: socket.socket, number: int | None) -> None:
    if number is None:
        raise AssertionError("a process that was started has an id, and one that has ended a code")
    with suppress(OSError):  # who asked may have ended meanwhile
        connection.sendall(number.to_bytes(BYTES, signed=True))


def main() -> None:
    """Load the bot, and serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever presses Ctrl+C ends the tests, and they end this
    gc.disable()
    for name in LOADED:
        import_module(name)
    gc.freeze()  # no process copies what is loaded only because its garbage collector looks at it
    gc.enable()
    ForkServer(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])).serve()


if __name__ == "__main__":
    main()
