"""Connection errors are retried if that is safe, within one deadline."""

import asyncio
import gzip
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import trustme
from aiohttp import web

from bot.cloudflare.client import Call, WorkflowsClient
from bot.cloudflare.concurrency import ConcurrencyLimit
from bot.cloudflare.endpoint import ApiToken, Endpoint
from bot.cloudflare.errors import (
    CloudflareError,
    InvalidParameter,
    InvalidResponse,
    QueueFull,
    RateLimited,
    TLSError,
    Unavailable,
)
from bot.cloudflare.limiter import Budget, Priority
from bot.cloudflare.models import Cursor
from bot.cloudflare.requests import MOST_ANSWERED
from bot.playground.simulators.cloudflare import (
    Challenge,
    CutOff,
    Dropped,
    Fault,
    HtmlPage,
    JsonError,
    PlainText,
    RateLimit,
    Redirected,
    Simulation,
    Slow,
    TruncatedJson,
    WrongShape,
)
from bot.playground.simulators.cloudflare import TooManyRequests as Refuses
from tests.support.clock import Clock
from tests.unit.cloudflare.responses import page_query

from .conftest import MakeClient

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serve(handler: Handler) -> AsyncIterator[str]:
    """Run a second server on loopback and yield its address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def speaking(raw: bytes) -> AsyncIterator[str]:
    """Run a server that answers each connection with these bytes, and yield its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(raw)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "fault",
    [
        JsonError(),
        JsonError(503, 4711, "x"),
        HtmlPage(),
        PlainText(),
        CutOff(),
        Slow(0, JsonError(502, 1, "x")),
    ],
)
async def test_a_temporary_error_is_tried_three_times(
    client: WorkflowsClient, orders: Simulation, fault: Fault
) -> None:
    orders.inject(fault, times=2)
    assert len((await client.list_instances(page_query())).rows) == 100
    assert len(orders.calls) == 3
    orders.inject(fault, times=None)
    with pytest.raises(Unavailable):
        await client.list_instances(page_query())
    assert len(orders.calls) == 6


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (JsonError(400, 10001, "workflows.api.error.invalid_status"), InvalidParameter),
        (JsonError(200, 4711, "x"), InvalidResponse),
        (HtmlPage(200), InvalidResponse),
        (HtmlPage(403), InvalidResponse),
        (Challenge(), InvalidResponse),
        (Challenge(503), InvalidResponse),
        (TruncatedJson(), InvalidResponse),
        (WrongShape(), InvalidResponse),
        (WrongShape({"result": None}), InvalidResponse),
        (PlainText(404), InvalidResponse),
    ],
)
async def test_a_permanent_error_is_not_retried(
    client: WorkflowsClient, orders: Simulation, fault: Fault, kind: type[CloudflareError]
) -> None:
    orders.inject(fault, times=None)
    with pytest.raises(kind) as caught:
        await client.list_instances(page_query())
    assert len(orders.calls) == 1
    assert caught.value.ray is not None


@pytest.mark.usefixtures("at_once")
async def test_a_connection_that_breaks_is_tried_again(client: WorkflowsClient, orders: Simulation) -> None:
    orders.inject(Dropped(), times=2)  # aiohttp itself retries once when a kept connection was closed.
    assert len((await client.list_instances(page_query())).rows) == 100
    orders.inject(Dropped(), times=None)
    with pytest.raises(Unavailable, match="connection broke"):
        await client.list_instances(page_query())


@pytest.mark.usefixtures("at_once")
async def test_a_refused_connection_names_the_host(make_client: MakeClient) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        client = make_client(Endpoint(f"http://127.0.0.1:{port}", ApiToken("secret-token")))
        with pytest.raises(Unavailable, match=r"no connection to 127\.0\.0\.1") as refused:
            await client.list_workflows()
    assert refused.value.http_status is None
    assert refused.value.__cause__ is not None


@pytest.mark.usefixtures("at_once")
async def test_the_deadline_is_for_the_whole_even_where_a_try_ends_at_the_same_moment(
    make_client: MakeClient, orders: Simulation
) -> None:
    orders.inject(Slow(30), times=None)
    for _ in range(10):
        with pytest.raises(Unavailable, match=r"no answer within 0\.06 s"):
            await make_client(deadline=0.06).list_instances(page_query())


async def test_one_slow_answer_leaves_time_for_another_try(
    make_client: MakeClient, orders: Simulation
) -> None:
    orders.inject(Slow(30))
    assert len((await make_client(deadline=3).list_instances(page_query())).rows) == 100
    assert len(orders.calls) == 2


async def test_a_short_pause_is_waited_for(client: WorkflowsClient, orders: Simulation) -> None:
    orders.inject(Refuses(1))
    started = time.monotonic()
    assert len((await client.list_instances(page_query())).rows) == 100
    assert time.monotonic() - started >= 1
    assert len(orders.calls) == 2


async def test_a_retry_after_of_zero_does_not_delay(client: WorkflowsClient, orders: Simulation) -> None:
    orders.inject(Refuses(0))
    assert len((await client.list_instances(page_query())).rows) == 100


@pytest.mark.parametrize("pause", [4, 30, None, "soon", "Fri, 31 Dec 2100 23:59:59 GMT"])
async def test_a_long_pause_is_not_waited_for(
    client: WorkflowsClient, orders: Simulation, pause: int | str | None
) -> None:
    orders.inject(Refuses(pause), times=None)
    with pytest.raises(RateLimited) as refused:
        await client.list_instances(page_query())
    assert refused.value.retry_after.total_seconds() >= 4
    assert len(orders.calls) == 1
    assert refused.value.codes == (971,)


async def test_a_429_blocks_the_budget(make_client: MakeClient, orders: Simulation, clock: Clock) -> None:
    client = make_client(budget=Budget(1200, 0.2, clock.seconds))
    orders.inject(Refuses(30))
    for _ in range(3):
        with pytest.raises(RateLimited):
            await client.list_instances(page_query())
    assert len(orders.calls) == 1
    clock.advance(30)
    assert len((await client.list_instances(page_query())).rows) == 100


async def test_the_ratelimit_headers_prevent_a_ban(
    make_client: MakeClient, orders: Simulation, clock: Clock
) -> None:
    orders.rate_limiter.limit = RateLimit(quota=10)
    orders.acquire(7)  # as the same user's dashboard would
    client = make_client(budget=Budget(1200, 0.2, clock.seconds))
    await client.list_instances(page_query())
    with pytest.raises(RateLimited):
        await client.list_instances(page_query(), Priority.BACKGROUND)
    await client.list_instances(page_query())
    await client.list_instances(page_query())
    with pytest.raises(RateLimited, match="our own"):
        await client.list_instances(page_query())
    assert len(orders.calls) == 3


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_credentials_never_follow_a_redirect(
    client: WorkflowsClient, orders: Simulation, status: int
) -> None:
    asked: list[web.Request] = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request)
        return web.json_response({"result": []})

    async with serve(elsewhere) as url:
        orders.inject(Redirected(f"{url}/client/v4", status), times=None)
        with pytest.raises(InvalidResponse, match="redirect"):
            await client.list_instances(page_query())
    assert asked == []
    assert len(orders.calls) == 1


async def gzipped(_: web.Request) -> web.Response:
    return web.Response(body=gzip.compress(b" " * 200_000_000), headers={"Content-Encoding": "gzip"})


async def endless(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    while request.transport is not None and not request.transport.is_closing():
        await answer.write(b" " * 1_000_000)
    return answer


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("handler", [endless, gzipped])
async def test_an_oversized_answer_is_not_read_to_its_end(make_client: MakeClient, handler: Handler) -> None:
    async with serve(handler) as url:
        with pytest.raises(InvalidResponse, match=f"larger than {MOST_ANSWERED // 1024 // 1024} MiB"):
            await make_client(Endpoint(url, ApiToken("x"))).list_workflows()


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 999 Odd\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nSet-Cookie: \xff\r\nContent-Length: 2\r\n\r\n{}",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_any_bytes_are_a_cloudflare_error(make_client: MakeClient, raw: bytes) -> None:
    async with speaking(raw) as url:
        with pytest.raises(CloudflareError):
            await make_client(Endpoint(url, ApiToken("x")), deadline=3).list_workflows()


@pytest.mark.usefixtures("at_once")
async def test_tls_that_fails_is_not_tried_again(make_client: MakeClient, calls: list[Call]) -> None:
    async with speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        with pytest.raises(TLSError):
            await make_client(Endpoint(url.replace("http:", "https:"), ApiToken("x"))).list_workflows()
    assert len(calls) == 1


@pytest.mark.usefixtures("at_once")
async def test_a_server_with_an_untrusted_certificate_gets_no_credentials(
    make_client: MakeClient, calls: list[Call]
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    received: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=context)
    async with server:
        root = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(TLSError):
            await make_client(Endpoint(root, ApiToken("x"))).list_workflows()
    assert len(calls) == 1
    assert not b"".join(received)


@pytest.mark.usefixtures("at_once")
async def test_each_try_is_reported(client: WorkflowsClient, orders: Simulation, calls: list[Call]) -> None:
    orders.inject(JsonError(503, 1, "x"))
    orders.inject(CutOff())
    await client.list_instances(page_query())
    assert [call.outcome for call in calls] == ["503", "unavailable", "200"]


async def test_nobody_waits_for_a_turn_that_the_budget_leaves_no_request_for(
    make_client: MakeClient, orders: Simulation, clock: Clock
) -> None:
    turns = ConcurrencyLimit(1, timedelta(seconds=20))
    client = make_client(budget=Budget(1, 0, clock.seconds), concurrency=turns)
    orders.inject(Slow(0.5))
    first = asyncio.ensure_future(client.list_instances(page_query()))
    await asyncio.sleep(0.1)
    with pytest.raises(RateLimited, match="our own"):
        await client.list_instances(page_query(Cursor("x")))
    assert not first.done()
    await first


async def test_a_request_that_waits_takes_nothing_from_the_budget(
    make_client: MakeClient, orders: Simulation, clock: Clock
) -> None:
    budget, turns = Budget(10, 0, clock.seconds), ConcurrencyLimit(1, timedelta(seconds=0.3))
    client = make_client(budget=budget, concurrency=turns)
    orders.inject(Slow(0.6))
    first = asyncio.ensure_future(client.list_instances(page_query()))
    await asyncio.sleep(0.1)
    with pytest.raises(QueueFull):
        await client.list_workflows()
    await first
    assert budget.left == 9
