"""The whole bot, as `tests/support/fixtures.py` runs it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.app import Bot
from bot.export.job import Intervals
from bot.export.plan import Bounds
from bot.export.service import Exports
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import LocalSlack
from tests.support.servers import PATIENCE, bot_settings, serve_bot


@pytest.fixture(autouse=True)
def _only_our_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _forget_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)


def _forget_settings(environment: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "HTTP_PROXY", "HTTPS_PROXY"):
        environment.delenv(name, raising=False)


@dataclass(frozen=True)
class Servers:
    """A bot between its simulators, and the folder of its database."""

    slack: LocalSlack
    cloudflare: Simulation
    bot: Bot
    folder: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    """Run one bot for all tests of a module that leave it as it was; their loop is the module's, too."""
    cloudflare, folder = Simulation(), tmp_path_factory.mktemp("bot")
    with pytest.MonkeyPatch.context() as environment:
        _forget_settings(environment)
        async with (
            LocalSlack(ack_seconds=PATIENCE).serve() as slack,
            cloudflare.serve() as api,
            serve_bot(bot_settings(slack, api, folder), slack) as bot,
        ):
            yield Servers(slack, cloudflare, bot, folder)


@pytest.fixture
def short_export_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell of exports more often than people need it, and wait for less."""
    short = timedelta(seconds=0.1)
    init: Any = Exports.__init__

    def with_short_times(self: Exports, *args: Any) -> None:
        init(self, *args, Intervals(short, short, short, (short, short), sending=timedelta(seconds=2)))

    monkeypatch.setattr(Exports, "__init__", with_short_times)
    monkeypatch.setattr("bot.app.Bounds", lambda time, rows: Bounds(time, rows, retries=(short, short)))
