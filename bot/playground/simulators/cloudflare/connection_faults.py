"""Faults of the connection: broken connections, slow bodies, corrupt bytes."""

import asyncio
import gzip
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web

from bot.playground.simulators.cloudflare.envelope import body_of
from bot.playground.simulators.cloudflare.faults import HealthyHandler

_RESET_AT_CLOSE = struct.pack("ii", 1, 0)
"""`SO_LINGER` with a timeout of 0: closing the socket sends a reset."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Close the connection without an answer.

    aiohttp's client retries once, so it hides a single fault: inject two.
    """

    async def answer(self, request: web.Request, _healthy: HealthyHandler) -> web.Response:
        """Close the connection; the returned response is not sent."""
        if request.transport is not None:
            request.transport.close()
        return web.Response()


@dataclass(frozen=True, slots=True)
class CutOff:
    """Close the connection halfway through the body."""

    async def answer(self, request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Send half of the promised ``Content-Length``, then close."""
        body = body_of(await healthy())
        half = web.StreamResponse(
            headers={"Content-Length": str(len(body)), "Content-Type": "application/json"}
        )
        await half.prepare(request)
        await half.write(body[: len(body) // 2])
        return await Dropped().answer(request, healthy)


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection without an answer. As with `Dropped`, inject two."""

    async def answer(self, request: web.Request, _healthy: HealthyHandler) -> web.Response:
        """Reset the connection; the returned response is not sent."""
        if request.transport is not None:
            connection: socket.socket = request.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
            request.transport.abort()
        return web.Response()


@dataclass(frozen=True, slots=True)
class SlowBody:
    """Send the headers at once and the body in ``pieces``, with a pause of ``seconds`` before each."""

    pieces: int
    seconds: float

    async def answer(self, _request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Send the healthy answer slowly."""
        body = body_of(await healthy())
        return web.Response(body=self._trickle(body), content_type="application/json")

    async def _trickle(self, body: bytes) -> AsyncIterator[bytes]:
        size = len(body) // self.pieces + 1
        for start in range(0, len(body), size):
            await asyncio.sleep(self.seconds)
            yield body[start : start + size]


@dataclass(frozen=True, slots=True)
class CorruptGzip:
    """Compress the healthy answer, and corrupt a byte of it."""

    async def answer(self, _request: web.Request, healthy: HealthyHandler) -> web.Response:
        """Send an answer that can't be decompressed."""
        packed = bytearray(gzip.compress(body_of(await healthy())))
        packed[len(packed) // 2] ^= 0xFF
        headers = {"Content-Encoding": "gzip"}
        return web.Response(body=bytes(packed), headers=headers, content_type="application/json")
