"""A minimal, fast HTTP server with canned answers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

Answering = Callable[[str, bytes], bytes]
"""Returns the JSON for a path with query, and a body."""


class _Connection(asyncio.Protocol):
    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (request := self._next()) is not None:
            body = self._answering(*request)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            assert self._transport is not None
            self._transport.write(head.encode() + body)

    def _next(self) -> tuple[str, bytes] | None:
        """Return the next complete request; aiohttp's client sends the length of each body."""
        head, end, rest = self._received.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        if not end or len(rest) < length:
            return None
        self._received = rest[length:]
        return head.split(b" ", 2)[1].decode(), rest[:length]


@asynccontextmanager
async def canned(answering: Answering) -> AsyncIterator[str]:
    """Serve on loopback until the end of the block, and yield the base URL."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(answering), "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
