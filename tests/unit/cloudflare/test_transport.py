"""The transport sends a request's method and body, and returns the response whatever its status."""

from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.cloudflare.endpoint import ApiToken, Endpoint
from bot.cloudflare.requests import Request
from bot.cloudflare.transport import Transport


async def echo(request: web.Request) -> web.Response:
    seen = {
        "X-Method": request.method,
        "X-Query": request.query_string,
        "X-Type": request.headers.get("Content-Type", "none"),
        "X-Authorization": request.headers["Authorization"],
    }
    return web.Response(status=409, headers=seen, body=await request.read())


@pytest.fixture
async def transport(session: aiohttp.ClientSession) -> AsyncIterator[Transport]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", echo)
    async with TestServer(app) as server:
        endpoint = Endpoint(str(server.make_url("")).rstrip("/"), ApiToken("token"))
        yield Transport(session, endpoint, timedelta(seconds=5))


async def test_a_request_with_a_body_is_sent_as_json(transport: Transport) -> None:
    body = b'{"status":"pause"}'
    response = await transport.send(Request("PATCH", "/workflows/orders/instances/o-1/status", body=body))
    assert response.status == 409
    assert response.body == body
    assert response.headers["x-method"] == "PATCH"
    assert response.headers["x-type"] == "application/json"
    assert response.headers["x-authorization"] == "Bearer token"


async def test_a_request_without_a_body_has_no_content_type(transport: Transport) -> None:
    response = await transport.send(Request("GET", "/workflows", "page=1"))
    assert response.body == b""
    assert response.headers["x-query"] == "page=1"
    assert response.headers["x-type"] == "none"


@pytest.mark.parametrize(("method", "is_safe"), [("GET", True), ("PATCH", False), ("POST", False)])
def test_only_a_request_that_changes_nothing_is_safe(method: str, is_safe: bool) -> None:
    assert Request(method, "/workflows").is_safe is is_safe
