"""How many connections may be open, how long each may take, and which one makes room."""

import asyncio
import resource
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web

from bot.settings import LOOPBACK
from bot.slack.connections import ConnectionLimits, Connections, _network, connection_of
from bot.slack.refusals import Refusals
from bot.slack.server import serve_http
from bot.telemetry import Metrics
from tests.support.fixtures import ReadLog
from tests.support.sockets import connect, connect_many, count_open

GET = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"
HALF_A_HEAD = b"GET /quick HTTP/1.1\r\nHost: x\r\nX-Half"
HALF_A_BODY = b"POST /reading HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"
SOON = timedelta(seconds=0.2)
SWEEP = timedelta(seconds=0.05)


@dataclass
class Server:
    """A server of three kinds of requests: answered at once, answered late, and late as one of Slack's."""

    port: int = 0
    metrics: Metrics = field(default_factory=Metrics)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    begun: int = 0

    async def quick(self, _: web.Request) -> web.Response:
        return web.Response(text="x")

    async def late(self, _: web.Request) -> web.Response:
        self.begun += 1
        await self.go_on.wait()
        return web.Response(text="x")

    async def proved(self, request: web.Request) -> web.Response:
        connection = connection_of(request)
        assert connection is not None
        connection.keep_open()
        return await self.late(request)

    async def reading(self, request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    async def broken(self, _: web.Request) -> web.Response:
        raise KeyError("a bug")

    async def large(self, _: web.Request) -> web.Response:
        return web.Response(body=b"x" * 5_000_000)

    def closed(self, reason: str) -> float:
        return self._value("workflows_bot_connections_closed_total", {"reason": reason})

    def open(self) -> float:
        return self._value("workflows_bot_connections", {})

    def _value(self, name: str, labels: dict[str, str]) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


Serve = Callable[[ConnectionLimits], AbstractAsyncContextManager[Server]]


@asynccontextmanager
async def serve(limits: ConnectionLimits) -> AsyncIterator[Server]:
    server, application = Server(), web.Application()
    for name in ("quick", "late", "proved", "large", "broken"):
        application.router.add_get(f"/{name}", getattr(server, name))
    application.router.add_post("/reading", server.reading)
    refusals = Refusals()
    connections = Connections(limits, refusals, server.metrics)
    async with serve_http(application, connections, LOOPBACK, 0, timedelta(seconds=0.1)) as server.port:
        yield server
    refusals.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(2):
        while True:
            if condition():
                return
            await asyncio.sleep(0.01)


def limits(
    total: int = 50,
    per_address: int = 1000,
    head: timedelta = timedelta(minutes=1),
    exchange: timedelta = timedelta(minutes=1),
    keep_alive: timedelta = timedelta(minutes=1),
) -> ConnectionLimits:
    return ConnectionLimits(total, per_address, head, exchange, keep_alive, SWEEP)


@pytest.mark.parametrize("data", [b"", HALF_A_HEAD, HALF_A_BODY, GET % b"quick", GET % b"late"], ids=repr)
async def test_of_too_many_that_wait_the_oldest_make_room(data: bytes) -> None:
    async with serve(limits(total=50)) as server, connect_many(server.port, 200, data) as connections:
        async with connect(server.port) as one_more:
            await one_more.send(GET % b"quick")
            assert await one_more.status() == 200
        await asyncio.sleep(0.1)
        assert await count_open(connections[:150]) == 0
        assert await count_open(connections) == 49
        assert server.open() == 49
        assert server.closed("all") == 151


async def test_one_whose_request_is_proved_makes_no_room() -> None:
    async with serve(limits(total=10)) as server, connect(server.port) as proved:
        await proved.send(GET % b"proved")
        async with connect_many(server.port, 100):
            server.go_on.set()
            assert await proved.status() == 200
            assert await proved.reader.read(1) == b"x"


async def test_where_none_can_make_room_the_new_one_is_closed() -> None:
    async with serve(limits(total=10)) as server, connect_many(server.port, 10, GET % b"proved") as proved:
        await until(lambda: server.begun == 10)
        async with connect(server.port) as one_more:
            await one_more.closed()
        server.go_on.set()
        assert [await one.status() for one in proved] == [200] * 10
        async with connect(server.port) as one_more:  # those wait for another request now
            await one_more.send(GET % b"quick")
            assert await one_more.status() == 200


async def test_one_that_brought_a_request_of_slacks_makes_room_last() -> None:
    async with serve(limits(total=10, per_address=5)) as server, connect(server.port) as proved:
        server.go_on.set()
        await proved.send(GET % b"proved")
        assert await proved.status() == 200
        async with connect_many(server.port, 100):
            await proved.send(GET % b"proved")
            assert await proved.reader.read(1) == b"x"
            assert await proved.status() == 200


async def test_one_address_takes_nothing_from_the_others() -> None:
    async with (
        serve(limits(total=50, per_address=20)) as server,
        connect(server.port, source="127.0.0.2") as other,
        connect_many(server.port, 100, source="127.0.0.3") as many,
    ):
        await asyncio.sleep(0.1)
        assert await count_open(many) == 20
        assert server.closed("address") == 80
        assert server.closed("all") == 0
        await other.send(GET % b"quick")
        assert await other.status() == 200


async def test_requests_that_are_proved_do_not_count_for_their_address() -> None:
    many = connect_many
    async with serve(limits(per_address=5)) as server, many(server.port, 5, GET % b"proved") as first:
        await until(lambda: server.begun == 5)
        async with many(server.port, 5, GET % b"proved") as second:
            await until(lambda: server.begun == 10)
            server.go_on.set()
            assert [await one.status() for one in (*first, *second)] == [200] * 10
    assert server.closed("address") == 0


@pytest.mark.parametrize("data", [b"", HALF_A_HEAD], ids=["idle", "half-sent"])
async def test_a_head_that_takes_too_long_is_given_up(data: bytes, read_log: ReadLog) -> None:
    async with serve(limits(head=SOON)) as server, connect(server.port) as slow:
        await slow.send(data)
        await slow.closed(within=2)
        assert server.closed("deadline") == 1
        assert [line["reason"] for line in read_log()] == ["the request takes too long"]


async def test_a_head_that_drips_is_given_up() -> None:
    async with serve(limits(head=SOON)) as server, connect(server.port) as slow:
        closed = asyncio.ensure_future(slow.closed(within=2))
        for byte in HALF_A_HEAD * 10:
            if closed.done():
                break
            slow.writer.write(bytes([byte]))
            await asyncio.sleep(0.02)
        await closed
        assert server.closed("deadline") == 1


async def test_a_second_head_that_takes_too_long_is_given_up() -> None:
    async with serve(limits(head=SOON)) as server, connect(server.port) as slow:
        await slow.send(GET % b"quick")
        assert await slow.status() == 200
        await asyncio.sleep(0.4)
        assert await slow.is_open(), "between two requests there is more time"
        await slow.send(HALF_A_HEAD)
        await slow.closed(within=2)


async def test_a_body_that_takes_too_long_is_given_up() -> None:
    async with serve(limits(exchange=SOON)) as server, connect(server.port) as slow:
        await slow.send(HALF_A_BODY)
        await slow.closed(within=2)
        assert server.closed("deadline") == 1


async def test_an_answer_that_nobody_reads_is_given_up() -> None:
    async with serve(limits(keep_alive=SOON)) as server, connect(server.port) as slow:
        slow.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a stream's transport can
        await slow.send(GET % b"large" * 3)
        await until(lambda: not server.open())


async def test_an_idle_connection_is_closed_without_a_word(read_log: ReadLog) -> None:
    async with serve(limits(keep_alive=SOON)) as server, connect(server.port) as idle:
        for _ in range(3):
            await idle.send(GET % b"quick")
            assert await idle.status() == 200
            await asyncio.sleep(0.1)
        await idle.closed(within=2)
        assert server.closed("deadline") == 0
    assert read_log() == []


async def test_a_proved_request_has_the_time_that_it_takes() -> None:
    async with serve(limits(exchange=SOON)) as server, connect(server.port) as proved:
        await proved.send(GET % b"proved")
        await asyncio.sleep(0.5)
        server.go_on.set()
        assert await proved.status() == 200


async def test_requests_in_one_packet_are_all_answered() -> None:
    async with serve(limits(head=SOON)) as server, connect(server.port) as connection:
        await connection.send(GET % b"quick" * 200)
        for _ in range(200):
            assert await connection.status() == 200
            assert await connection.reader.read(1) == b"x"


async def test_bytes_that_are_no_http_are_refused_with_few_lines(read_log: ReadLog) -> None:
    words = b"GET / HTTP/1.1\r\nHost: a-strangers-words\r\n\x00a-strangers-words: \x01\r\n\r\n"
    async with serve(limits()) as server:
        for _ in range(50):
            async with connect(server.port) as stranger:
                await stranger.send(words)
                assert await stranger.status() == 400
        counts = server.metrics.registry.get_sample_value(
            "workflows_bot_requests_total", {"kind": "other", "outcome": "400"}
        )
        assert counts == 50
    first, rest = read_log()
    assert (first["status"], rest["count"]) == (400, 49)
    assert "a-strangers-words" not in str(read_log())


async def test_a_fault_of_a_handler_is_still_logged(read_log: ReadLog) -> None:
    async with serve(limits()) as server, connect(server.port) as connection:
        await connection.send(GET % b"broken")
        assert await connection.status() == 500
    (line,) = read_log()
    assert line["level"] == "error"
    # The line is the source's; the error's text, which may quote what a stranger sent, is left out.
    assert line["exception"].endswith('raise KeyError("a bug")\nKeyError')


async def test_those_who_hang_up_are_no_faults(read_log: ReadLog) -> None:
    async with serve(limits()) as server:
        async with connect_many(server.port, 20, HALF_A_BODY):
            await until(lambda: server.open() == 20)
        await until(lambda: not server.open())
    assert {line["level"] for line in read_log()} <= {"warning"}
    assert len(read_log()) <= 2


def test_half_of_the_open_files_is_kept_for_other_things() -> None:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert ConnectionLimits(total=10**9).possible_total == files // 2
    assert ConnectionLimits(total=7).possible_total == 7


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1, 0, 0), "20010db800010002"),
        (("2001:db8:1:2::9", 1, 0, 0), "20010db800010002"),
        (("fe80::1%eth0", 1, 0, 2), "fe80000000000000"),
        (("::ffff:192.0.2.7", 1, 0, 0), "192.0.2.7"),
        ("", ""),
        (None, ""),
    ],
)
def test_neighbours_of_an_ipv6_network_are_one_address(peer: object, network: str) -> None:
    assert _network(peer) == network
