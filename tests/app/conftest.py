"""The real bot over real sockets, between a local Slack and a simulated Cloudflare."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.app import Bot, build_bot
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN, Simulation
from bot.playground.simulators.slack import LocalSlack, Person
from bot.settings import Settings
from tests.support.logs import logs

Logged = Callable[[], list[dict[str, Any]]]
Running = Callable[..., AbstractAsyncContextManager[Bot]]


@pytest.fixture(autouse=True)
def _only_our_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def logged() -> Iterator[Logged]:
    """Logs as in production; gives every event so far."""
    with logs() as written:
        yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack().serve() as slack:
        yield slack


@pytest.fixture
def cloudflare() -> Simulation:
    return Simulation()


@pytest.fixture
async def api(cloudflare: Simulation) -> AsyncIterator[str]:
    async with cloudflare.serve() as url:
        yield url


@pytest.fixture
def running(slack: LocalSlack, api: str, tmp_path: Path) -> Running:
    """Starts a bot with these settings and puts Slack through to it."""

    @asynccontextmanager
    async def run(**settings: Any) -> AsyncIterator[Bot]:
        chosen: dict[str, Any] = {
            "slack_bot_token": slack.bot_token,
            "slack_signing_secret": slack.signing_secret,
            "slack_api_url": f"{slack.base_url}/api/",
            "cloudflare_account_id": DEFAULT_ACCOUNT_ID,
            "cloudflare_api_token": DEFAULT_TOKEN.value,
            "cloudflare_api_base_url": api,
            "database_url": f"sqlite:///{tmp_path}/bot.sqlite3",
            "bot_request_deadline": 2.0,
        } | settings
        async with build_bot(Settings(_env_file=None, **chosen)) as bot:
            runner = web.AppRunner(bot.web, access_log=None)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
            try:
                yield bot
            finally:
                await runner.cleanup()

    return run


@pytest.fixture
async def bot(running: Running) -> AsyncIterator[Bot]:
    async with running() as bot:
        yield bot


@pytest.fixture
def ada(slack: LocalSlack, bot: Bot) -> Person:  # noqa: ARG001 - she has nobody to talk to without it
    return slack.person("ada")
