"""Requests as fast as a server takes them, over connections that stay open, each answer timed."""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Final

_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_OK: Final = b"HTTP/1.1 200 "


class NotAnswered(Exception):
    """A server gave another answer than the benchmark is about."""


@dataclass(frozen=True, slots=True)
class Load:
    """What some requests took.

    Attributes:
        seconds: from the first request to the last answer.
        latencies: seconds of each, in no order.
    """

    seconds: float
    latencies: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    @property
    def p99(self) -> float:
        """Seconds within which 99 of 100 were answered."""
        return quantiles(self.latencies, n=100, method="inclusive")[98]


def post(path: str, headers: dict[str, str], body: str) -> bytes:
    """A request as it goes over the wire."""
    lines = {"Host": "127.0.0.1", **headers, "Content-Length": str(len(body.encode()))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n{body}".encode()


async def send(port: int, requests: Sequence[bytes], at_once: int, holds: bytes) -> Load:
    """Send all, so many at once: whoever has an answer asks the next.

    Args:
        port: on loopback.
        requests: as `post` makes them.
        at_once: connections.
        holds: what every answer's body holds.

    Raises:
        NotAnswered: an answer is not 200, or lacks that.
    """
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(at_once)]
    waiting = iter(requests)
    started = time.perf_counter()
    try:
        answered = await asyncio.gather(*(_ask(*line, waiting, holds) for line in lines))
        seconds = time.perf_counter() - started
    finally:
        for _, writer in lines:
            writer.close()
    return Load(seconds, tuple(latency for one in answered for latency in one))


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, waiting: Iterator[bytes], holds: bytes
) -> list[float]:
    latencies = []
    for request in waiting:
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length[1])) if length else b""
        latencies.append(time.perf_counter() - started)
        if not head.startswith(_OK) or holds not in body:
            raise NotAnswered(f"{head[:40]!r}: {body[:200]!r}")
    return latencies
