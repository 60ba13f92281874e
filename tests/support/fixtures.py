"""The servers of a test: `slack`, `cloudflare` and the `bot` between them, each on a socket of its own."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from bot.app import Bot
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack, Person, Workspace

from .compiled_statements import share_compiled_statements
from .logs import log_briefly, logs
from .postgres import run_postgres
from .servers import PATIENCE, bot_settings, serve_bot

ReadLog = Callable[[], list[dict[str, Any]]]
RunBot = Callable[..., AbstractAsyncContextManager[Bot]]


def pytest_configure() -> None:
    share_compiled_statements()
    log_briefly()


@pytest.fixture
def read_log() -> Iterator[ReadLog]:
    """Log as in production; a call returns all events so far."""
    with logs() as written:
        yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Run a PostgreSQL, in which tests make databases of their own, and give its URL."""
    with run_postgres() as url:
        yield url


@pytest.fixture
def workspace() -> Workspace:
    """Return what `slack` has; a module that needs more people or channels overrides it."""
    return Workspace()


@pytest.fixture
async def slack(workspace: Workspace) -> AsyncIterator[LocalSlack]:
    async with LocalSlack(workspace=workspace, ack_seconds=PATIENCE).serve() as slack:
        yield slack


@pytest.fixture
def cloudflare() -> Simulation:
    """Return an empty account."""
    return Simulation()


@pytest.fixture
async def api(cloudflare: Simulation) -> AsyncIterator[str]:
    """Serve the account, and give its base URL."""
    async with cloudflare.serve() as url:
        yield url


@pytest.fixture
def run_bot(slack: LocalSlack, api: str, tmp_path: Path) -> RunBot:
    """Return a function that runs a bot with settings of the test's choice."""
    return lambda **settings: serve_bot(bot_settings(slack, api, tmp_path, **settings), slack)


@pytest.fixture
async def bot(run_bot: RunBot) -> AsyncIterator[Bot]:
    """Run a bot with the usual settings."""
    async with run_bot() as bot:
        yield bot


@pytest.fixture
def ada(slack: LocalSlack, bot: Bot) -> Person:  # noqa: ARG001 - she has nobody to talk to without it
    return slack.person("ada")
