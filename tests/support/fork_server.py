"""Fork, for each request, a process that has loaded the bot: `python -m tests.support.fork_server PATH`.

All workers of a run ask one server, as it takes seconds to load the bot. They find it at `PATH`; who starts
it holds the lock beside that. It runs nothing itself, and ends with the last of its connections.

A request is a pickled function with its arguments, to the end of what is sent. The answers are the id of the
process that runs it, and its exit code once it has ended. A connection without a request keeps the server.
"""

import gc
import pickle
import signal
import socketserver
import sys
from contextlib import suppress
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from bot.digests.command.requests import DIGEST_CODEC
from bot.routing.controls import request_codec
from bot.slack.requests import adapter

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


class ForkServer(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    """Forks for those who connect; each connection has a process that waits for what it asked for."""

    max_children = 1_000
    request_queue_size = 100
    timeout = 0.5  # seconds, after which it looks which connections have ended

    def serve(self) -> None:
        """Serve until no connection is left; there has to be one."""
        self.handle_request()
        while self.active_children:
            self.handle_request()


class _Connection(socketserver.StreamRequestHandler):
    server: ForkServer

    def handle(self) -> None:
        request = self.rfile.read()
        if not request:
            return
        process = _FORK.Process(target=self._run, args=(request,))
        process.start()
        self._tell(process.pid)
        process.join()
        self._tell(process.exitcode)

    def _run(self, request: bytes) -> None:
        """Do in a new process what was asked for."""
        self.server.socket.close()
        self.connection.close()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        function, arguments = pickle.loads(request)  # noqa: S301 - our own tests sent it
        function(*arguments)

    def _tell(self, number: int | None) -> None:
        if number is None:
            raise AssertionError("a process that was started has an id, and one that has ended a code")
        with suppress(OSError):  # who asked may have ended meanwhile
            self.wfile.write(number.to_bytes(BYTES, signed=True))


def main() -> None:
    """Load the bot, and serve."""
    path = Path(sys.argv[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever presses Ctrl+C ends the tests, and they end this
    with ForkServer(str(path), _Connection) as server:
        gc.disable()
        for name in LOADED:
            import_module(name)
        for request in (*request_codec().kinds, *DIGEST_CODEC.kinds):
            adapter(request)  # or each process makes those of the buttons that it shows
        gc.freeze()  # no process copies what is loaded only because its garbage collector looks at it
        gc.enable()
        server.serve()
    for left in (path, Path(f"{path}.lock")):
        left.unlink()


if __name__ == "__main__":
    main()
