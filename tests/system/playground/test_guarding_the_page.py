"""Other web pages, and clients without the secret, can't use the playground."""

import asyncio
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from bot.playground.accounts import SimulatedAccount
from bot.playground.page.guard import SECRET_HEADER
from bot.playground.page.server import run_page
from bot.playground.playground import Playground, run_playground

from .page_client import ADA, GENERAL, PageClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

TYPED = {"kind": "command", "person": ADA, "channel": GENERAL, "text": "/workflows help"}
ENDPOINTS = [
    ("GET", "/feed", None),
    ("GET", "/files/F1", None),
    ("POST", "/actions", TYPED),
    ("POST", "/fault", {"fault": "down"}),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def playground() -> AsyncIterator[Playground]:
    """Run one playground for all tests of the module, none of which changes anything in it."""
    async with run_playground(SimulatedAccount(seed=1, instances=10)) as playground:
        yield playground
        assert not playground.slack.messages()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(playground: Playground) -> AsyncIterator[PageClient]:
    async with aiohttp.ClientSession() as session, run_page(playground, "the-secret", 0) as address:
        yield PageClient(session, URL(address))


@pytest.mark.parametrize(("method", "path", "body"), ENDPOINTS, ids=lambda part: str(part)[:8])
@pytest.mark.parametrize("secret", [None, "", "the-secre", "The-Secret", "gehe\u00efm", "\udcff"])
async def test_every_endpoint_needs_the_secret(
    page: PageClient, playground: Playground, method: str, path: str, body: object, secret: str | None
) -> None:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    async with page.session.request(method, page.at(path), json=body, headers=headers) as answer:
        assert answer.status == 401
        assert "the terminal shows" in (await answer.json())["error"]
    assert not playground.slack.messages()
    assert playground.account.faults is not None
    assert playground.account.faults.selected == "none"


@pytest.mark.parametrize(
    "path", ["/", "/static/main.js", "/feed", "/files/F1", "/actions", "/fault", "/nowhere"]
)
@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:{port}", "0.0.0.0:{port}", "[", ""],
)
async def test_a_name_that_is_not_this_machines_gets_nothing_even_with_the_secret(
    page: PageClient, path: str, host: str
) -> None:
    host = host.format(port=page.address.port)
    async with page.session.get(page.at(path), headers=page.headers | {"Host": host}) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:1", "https://127.0.0.1:{port}", ""],
)
async def test_another_page_gets_nothing_even_with_the_secret(
    page: PageClient, playground: Playground, origin: str
) -> None:
    headers = {"Origin": origin.format(port=page.address.port)}
    assert (await page.post("/actions", TYPED, **headers))[0] == 403
    assert not playground.slack.messages()


@pytest.mark.parametrize("path", ["/", "/static/main.js", "/static/favicon.svg", "/nowhere"])
async def test_public_files_have_no_secret_and_can_not_be_framed(page: PageClient, path: str) -> None:
    async with page.session.get(page.at(path)) as answer:
        assert page.address.fragment not in await answer.text()
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path", ["/static/../server.py", "/static/%2e%2e/server.py", "/static/..%2f..%2fcommand.py", "/static/"]
)
async def test_only_the_pages_own_files_are_served(page: PageClient, path: str) -> None:
    # Written by hand, as clients normalize the path.
    reader, writer = await asyncio.open_connection("127.0.0.1", page.address.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    status_line = await reader.readline()
    writer.close()
    assert status_line.split()[1] in {b"401", b"403", b"404"}


async def test_it_listens_on_loopback_only(page: PageClient) -> None:
    port = page.address.port
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)}
    for address in addresses - {"127.0.0.1"}:
        with pytest.raises(aiohttp.ClientConnectorError):
            await page.session.get(f"http://{address}:{port}/")
