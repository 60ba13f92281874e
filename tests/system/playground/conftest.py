"""The playground in this process, without a browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from bot.playground.accounts import SimulatedAccount
from bot.playground.page.server import run_page
from bot.playground.playground import Playground, run_playground

from .page_client import PageClient


@pytest.fixture(autouse=True)
def _only_our_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    async with run_playground(SimulatedAccount(seed=1, instances=50)) as playground:
        yield playground


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(read_bufsize=2**24) as session:  # a picture is one line, and may be long
        yield session


@pytest.fixture
async def page(playground: Playground, session: aiohttp.ClientSession) -> AsyncIterator[PageClient]:
    async with run_page(playground, "the-secret", 0) as address:
        yield PageClient(session, URL(address))
