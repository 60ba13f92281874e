"""Limits of the bot's own ports: how many connections are open, and how long each may take.

When there are too many, the one that has waited for the longest time makes room for a new one. Those that
brought a request of Slack's come last, and never while it is answered: strangers can't keep Slack out,
however many they are.
"""

import asyncio
import resource
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from itertools import chain
from typing import Final, Literal

from aiohttp import web

from bot.slack.refusals import Refusals
from bot.telemetry import Metrics

Reason = Literal["all", "address", "deadline", "descriptors"]

_SAID: Final[dict[Reason, str]] = {
    "all": "too many connections",
    "address": "too many connections from one address",
    "deadline": "the request takes too long",
    "descriptors": "the process has no file descriptor left for a connection",
}


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What a process lets strangers have.

    Attributes:
        total: open connections.
        per_address: those from one address that wait or send, and whose request is not proved to be Slack's.
        head: for the head of a request, from its first byte; for a new connection's, from its beginning.
        exchange: from a request's head to its answer.
        keep_alive: for the first byte of another request.
        sweep: the time between two looks for what is late.
    """

    total: int = 2000
    per_address: int = 1000
    head: timedelta = timedelta(seconds=5)
    exchange: timedelta = timedelta(seconds=15)
    keep_alive: timedelta = timedelta(seconds=130)
    sweep: timedelta = timedelta(seconds=1)

    @property
    def possible_total(self) -> int:
        """At most half of the files that the process may open; its other connections need some, too."""
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return self.total if files == resource.RLIM_INFINITY else min(self.total, max(files // 2, 1))


class Connections:
    """The open connections of all servers of a process.

    Args:
        limits: for all of them.
        refusals: logs what is closed.
        metrics: counts it.

    Attributes:
        most: how many may be open.
    """

    def __init__(self, limits: ConnectionLimits, refusals: Refusals, metrics: Metrics) -> None:
        self._limits = limits
        self.most = limits.possible_total
        self._refusals = refusals
        self._metrics = metrics
        self._open: set[Connection] = set()
        # Those that make room, the oldest first.
        self._waiting: dict[Connection, None] = {}
        self._waiting_again: dict[Connection, None] = {}
        self._by_address: dict[str, dict[Connection, None]] = {}
        self._next_sweep: asyncio.TimerHandle | None = None
        metrics.connections.set_function(lambda: len(self._open))

    def make(self, protocol: Callable[[], asyncio.Protocol]) -> "Connection":
        """Return a new connection, with a protocol behind it once it is let in."""
        return Connection(protocol, self, self._limits)

    def add(self, connection: "Connection") -> bool:
        """Let a connection in, if need be in place of one that waits; return False if none does."""
        same = self._by_address.get(connection.address, {})
        if len(same) >= self._limits.per_address:
            self._close_oldest(same, "address")
        if len(self._open) >= self.most and not self._close_oldest(
            self._waiting or self._waiting_again, "all"
        ):
            return False
        self._open.add(connection)
        self.let_wait(connection)
        if self._next_sweep is None:
            self._plan_sweep()
        return True

    def add_refusal(self, reason: str, status: int) -> None:
        """Count and log a request that is no HTTP."""
        self._metrics.requests.labels("other", str(status)).inc()
        self._refusals.add(reason, status)

    def make_room(self) -> None:
        """Close a stranger's connection, as the process has no file descriptor left.

        asyncio accepts no other for a second then, so that those of Slack's are kept.
        """
        self._close_oldest(self._waiting, "descriptors")

    def remove(self, connection: "Connection") -> None:
        """Forget a connection that is closed."""
        self._open.discard(connection)
        self.hold(connection)

    def hold(self, connection: "Connection") -> None:
        """Keep a connection, whatever else comes."""
        self._waiting_again.pop(connection, None)
        if connection not in self._waiting:
            return
        del self._waiting[connection]
        same = self._by_address[connection.address]
        del same[connection]
        if not same:
            del self._by_address[connection.address]

    def let_wait(self, connection: "Connection") -> None:
        """Have a connection make room after all others that wait now."""
        self.hold(connection)
        if connection not in self._open:
            return
        if connection.is_proved:
            self._waiting_again[connection] = None
        else:
            self._waiting[connection] = None
            self._by_address.setdefault(connection.address, {})[connection] = None

    def _close_oldest(self, candidates: dict["Connection", None], reason: Reason) -> bool:
        """Close the one that has waited for the longest time; return False if there is none."""
        self._count(reason)
        oldest = next(iter(candidates), None)
        if oldest is not None:
            self._close(oldest)
        return oldest is not None

    def _close(self, connection: "Connection") -> None:
        self.remove(connection)
        connection.abort()

    def _count(self, reason: Reason) -> None:
        self._metrics.connections_closed.labels(reason).inc()
        self._refusals.add(_SAID[reason])

    def _plan_sweep(self) -> None:
        loop = asyncio.get_running_loop()
        self._next_sweep = loop.call_later(self._limits.sweep.total_seconds(), self._sweep)

    def _sweep(self) -> None:
        """Close what is late, and look again for as long as any connection is open."""
        now = asyncio.get_running_loop().time()
        both = chain(self._waiting, self._waiting_again)
        for connection in [one for one in both if one.deadline < now]:
            if not connection.is_idle:
                self._count("deadline")
            self._close(connection)
        self._next_sweep = None
        if self._open:
            self._plan_sweep()


class Connection(asyncio.Protocol):
    """A connection to the port; aiohttp's own protocol behind it does the work.

    Args:
        make: makes that, once the connection is let in.
        connections: where it belongs.
        limits: how long it may take.

    Attributes:
        address: where it comes from; of IPv6 the network, of which each home has one.
        deadline: on the loop's clock.
        is_idle: whether it was answered and has sent nothing since.
        is_proved: whether it brought a request of Slack's.
    """

    __slots__ = (
        "_connections",
        "_inner",
        "_limits",
        "_loop",
        "_make",
        "_transport",
        "address",
        "deadline",
        "is_idle",
        "is_proved",
    )

    def __init__(
        self, make: Callable[[], asyncio.Protocol], connections: Connections, limits: ConnectionLimits
    ) -> None:
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._make = make
        self._connections = connections
        self._inner: asyncio.Protocol | None = None
        self._transport: asyncio.Transport | None = None
        self.address = ""
        self.deadline = 0.0
        self.is_idle = False
        self.is_proved = False

    def begin_exchange(self) -> None:
        """Note that the head of a request is there."""
        self._set_deadline(self._limits.exchange)

    def end_exchange(self) -> None:
        """Note that a request has its answer."""
        self._set_deadline(self._limits.keep_alive)
        self.is_idle = True
        self._connections.let_wait(self)

    def keep_open(self) -> None:
        """Close this connection for no other until its request, proved to be Slack's, has its answer."""
        self.is_proved = True
        self._connections.hold(self)

    def abort(self) -> None:
        """Close it now."""
        if self._transport is not None:
            self._transport.abort()

    def _set_deadline(self, limit: timedelta) -> None:
        self.is_idle = False
        self.deadline = self._loop.time() + limit.total_seconds()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in, or close it."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a connection has a transport of both directions")
        self._transport = transport
        self.address = _network(transport.get_extra_info("peername"))
        self._set_deadline(self._limits.head)
        if not self._connections.add(self):
            transport.abort()
            return
        self._inner = self._make()
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._connections.remove(self)
        self._transport = None
        if self._inner is not None:
            self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take the first bytes of a head, or some others."""
        if self.is_idle:
            self._set_deadline(self._limits.head)
        if self._inner is not None:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Take the end of what is sent."""
        return self._inner.eof_received() if self._inner is not None else None

    def pause_writing(self) -> None:
        """Hand this on: what is written is not taken as fast."""
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Hand this on, too."""
        if self._inner is not None:
            self._inner.resume_writing()


def connection_of(request: web.Request) -> Connection | None:
    """Return the connection of a request; None where it is closed, or another server's."""
    protocol = None if request.transport is None else request.transport.get_protocol()
    return protocol if isinstance(protocol, Connection) else None


def _network(peer: object) -> str:
    """Return the address of a peer; of IPv6 the first 64 bits."""
    host = str(peer[0]) if isinstance(peer, tuple) and peer else ""
    if ":" not in host:
        return host
    address = ip_address(host.partition("%")[0])
    if not isinstance(address, IPv6Address):
        return host
    mapped = address.ipv4_mapped
    return str(mapped) if mapped is not None else address.packed[:8].hex()
