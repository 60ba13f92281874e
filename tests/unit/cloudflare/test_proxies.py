"""Requests take the proxy that is set; one that fails is named with its setting, without its credentials."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.cloudflare.endpoint import ApiToken, Endpoint
from bot.cloudflare.errors import CloudflareError
from bot.cloudflare.requests import Request
from bot.cloudflare.transport import Transport
from bot.outgoing import proxy_for
from bot.upstream import cloudflare_session

PASSWORD = "canary"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


@asynccontextmanager
async def proxy(answer: str, heads: list[str] | None = None) -> AsyncIterator[int]:
    """Run a proxy that answers every request with a status line, and notes its head; give its port."""
    noted = [] if heads is None else heads

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        noted.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def failure(scheme: str, within: float = 5) -> str:
    """Return why a request to a host behind the proxy fails."""
    async with cloudflare_session() as session:
        endpoint = Endpoint(f"{scheme}://cloudflare.invalid", ApiToken("token"))
        with pytest.raises(CloudflareError) as failed:
            await Transport(session, endpoint, timedelta(seconds=within)).send(Request("GET", "/workflows"))
    assert PASSWORD not in str(failed.value)
    return str(failed.value)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_is_not_there(environment: pytest.MonkeyPatch, scheme: str) -> None:
    environment.setenv(f"{scheme}_proxy", f"http://ada:{PASSWORD}@127.0.0.1:1")
    assert await failure(scheme) == (
        f"no connection to the proxy 127.0.0.1:1 of {scheme}_proxy: connection refused"
    )


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_wants_other_credentials(environment: pytest.MonkeyPatch, scheme: str) -> None:
    setting = f"{scheme.upper()}_PROXY"
    async with proxy("407 Proxy Authentication Required") as port:
        environment.setenv(setting, f"http://ada:{PASSWORD}@127.0.0.1:{port}")
        said = await failure(scheme)
    assert said == (
        f"the proxy 127.0.0.1:{port} of {setting} wants a user name and a password: "
        f"put them into {setting}, encoded (HTTP 407)"
    )


async def test_a_proxy_that_lets_nothing_through(environment: pytest.MonkeyPatch) -> None:
    async with proxy("403 Forbidden") as port:
        environment.setenv("HTTPS_PROXY", f"http://ada:{PASSWORD}@127.0.0.1:{port}")
        assert await failure("https") == (
            f"the proxy 127.0.0.1:{port} of HTTPS_PROXY does not let requests through to cloudflare.invalid "
            "(HTTP 403)"
        )


async def test_a_proxy_whose_name_nobody_knows(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HTTPS_PROXY", f"http://ada:{PASSWORD}@proxy.invalid:3128")
    assert (await failure("https")).startswith(
        "no connection to the proxy proxy.invalid:3128 of HTTPS_PROXY: "
    )


@pytest.mark.parametrize(
    ("excepted", "taken"), [("", ["http://cloudflare.invalid/workflows"]), (".invalid", [])]
)
async def test_requests_take_the_proxy_with_its_credentials_unless_their_host_is_excepted(
    environment: pytest.MonkeyPatch, excepted: str, taken: list[str]
) -> None:
    heads: list[str] = []
    async with proxy("407 Proxy Authentication Required", heads) as port:
        environment.setenv("http_proxy", f"http://ada:{PASSWORD}@127.0.0.1:{port}")
        environment.setenv("no_proxy", excepted)
        await failure("http", within=0.5)
    assert [head.split()[1] for head in heads] == taken
    basic = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
    assert all(f"Proxy-Authorization: Basic {basic}" in head for head in heads)


def test_the_lower_case_name_wins_as_it_does_for_requests(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HTTPS_PROXY", "http://upper:1")
    environment.setenv("https_proxy", "http://lower:2")
    found = proxy_for("https://cloudflare.invalid/x")
    assert found is not None
    assert found.label == "the proxy lower:2 of https_proxy"
    environment.setenv("no_proxy", ".invalid")
    assert proxy_for("https://cloudflare.invalid/x") is None
