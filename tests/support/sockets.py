"""Bare connections to a port, as strangers make them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.settings import LOOPBACK


@dataclass(frozen=True)
class Connection:
    """A connection that sends what a test likes, and reads what comes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def status(self) -> int:
        """Return the status of an answer whose head comes next."""
        return int((await self.reader.readuntil(b"\r\n\r\n")).split()[1])

    async def is_open(self) -> bool:
        """Return whether the server has not closed it, up to now; what it has sent is dropped."""
        try:
            await self.closed(within=0.01)
        except TimeoutError:
            return True
        return False

    async def closed(self, within: float = 5.0) -> None:
        """Wait until the server closes it; TimeoutError if it does not."""
        async with asyncio.timeout(within):
            try:
                while await self.reader.read(65536):
                    pass
            except ConnectionError:
                return


@asynccontextmanager
async def connect(port: int, host: str = LOOPBACK, source: str | None = None) -> AsyncIterator[Connection]:
    """Open a connection; `source` is the address that it comes from."""
    local = None if source is None else (source, 0)
    reader, writer = await asyncio.open_connection(host, port, local_addr=local)
    try:
        yield Connection(reader, writer)
    finally:
        writer.transport.abort()


@asynccontextmanager
async def connect_many(
    port: int, count: int, data: bytes = b"", source: str | None = None
) -> AsyncIterator[Sequence[Connection]]:
    """Open many connections, each of which sends the same and nothing else."""
    opened: list[Connection] = []
    local = None if source is None else (source, 0)
    try:
        for _ in range(count):
            reader, writer = await asyncio.open_connection(LOOPBACK, port, local_addr=local)
            opened.append(Connection(reader, writer))
            writer.write(data)
        yield opened
    finally:
        for connection in opened:
            connection.writer.transport.abort()


async def count_open(connections: Sequence[Connection]) -> int:
    return sum(await asyncio.gather(*(connection.is_open() for connection in connections)))
