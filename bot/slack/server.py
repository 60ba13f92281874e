"""The bot's own HTTP server: aiohttp's, within limits, and with a log that strangers can't fill."""

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from bot.slack.connections import Connections, connection_of

_OUT_OF_DESCRIPTORS: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_MOST_ACCEPTED: Final = 256
"""Connections that are accepted at once, before any of them is looked at."""
_LINGER: Final = timedelta(seconds=1)
"""How long the rest of a refused body is read, so that its sender sees the answer."""


@asynccontextmanager
async def serve_http(
    app: web.Application,
    connections: Connections,
    host: str,
    port: int,
    shutdown: timedelta = timedelta(seconds=60),
) -> AsyncIterator[int]:
    """Serve an application until the block is left; give its port.

    Args:
        app: what to serve.
        connections: all of the process.
        host: the address to listen on.
        port: 0 for a free one.
        shutdown: how long running requests may take to end.

    Raises:
        OSError: nothing can listen there.
    """
    app.middlewares.append(_watch_request)
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=_ServerLog(connections),
        lingering_time=_LINGER.total_seconds(),
        shutdown_timeout=shutdown.total_seconds(),
    )
    async with AsyncExitStack() as stack:
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        if runner.server is None:
            raise AssertionError("setup makes it")
        make = partial(connections.make, runner.server)
        backlog = min(_MOST_ACCEPTED, connections.most)
        server = await asyncio.get_running_loop().create_server(make, host, port, backlog=backlog)
        stack.callback(server.close)
        yield int(server.sockets[0].getsockname()[1])


@contextmanager
def handle_loop_errors(connections: Connections) -> Iterator[None]:
    """Make room where no connection can be accepted for want of file descriptors, and log it once a minute.

    asyncio itself would log a hundred tracebacks each second.
    """
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in _OUT_OF_DESCRIPTORS and "socket" in context:
            connections.make_room()
        elif before is None:
            loop.default_exception_handler(context)
        else:
            before(loop, context)

    loop.set_exception_handler(handle)
    try:
        yield
    finally:
        loop.set_exception_handler(before)


@web.middleware
async def _watch_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    connection = connection_of(request)
    if connection is None:  # it is closed by now
        return await handler(request)
    connection.begin_exchange()
    try:
        return await handler(request)
    finally:
        connection.end_exchange()


class _ServerLog(logging.LoggerAdapter[logging.Logger]):
    """aiohttp's log, without what its parser quotes of strangers, and without a line for each of them."""

    def __init__(self, connections: Connections) -> None:
        super().__init__(logging.getLogger("aiohttp.server"), {})
        self._connections = connections

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:  # noqa: ANN401 - as logging has it
        """Count requests that can't be read or do not come whole, and log all else."""
        error = kwargs.get("exc_info")
        if isinstance(error, HttpProcessingError | ConnectionError):
            self._connections.add_refusal(f"the request can't be read ({type(error).__name__})", 400)
        else:
            super().log(level, msg, *args, **kwargs)
