"""Which port shows what, and to whom."""

import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from pydantic import ValidationError

from bot.errors import StartupError
from bot.playground.simulators.slack import LocalSlack
from bot.serve import ALL_ADDRESSES, run_bot
from bot.settings import LOOPBACK, Settings
from bot.storage.tables import workers
from tests.support.servers import bot_settings

NEIGHBOUR = "127.0.0.2"
"""Another address of this machine: what listens on 127.0.0.1 alone does not answer there."""


@pytest.fixture
def choose(slack: LocalSlack, api: str, tmp_path: Path) -> Callable[..., Settings]:
    """Return a function that makes settings, with free ports."""
    return partial(bot_settings, slack, api, tmp_path, port=0, bot_shutdown_seconds=0)


async def get(port: int, path: str) -> tuple[int, str]:
    url = f"http://{LOOPBACK}:{port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


def listens(host: str, port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex((host, port)) == 0


async def test_one_port_shows_everything(choose: Callable[..., Settings]) -> None:
    async with run_bot(choose()) as running:
        assert running.metrics_port is None
        assert await get(running.port, "/readyz") == (200, '{"status": "ready"}')
        assert (await get(running.port, "/metrics"))[0] == 200
        assert listens(NEIGHBOUR, running.port), "Slack comes from elsewhere"


async def test_a_port_for_metrics_keeps_them_and_the_details_off_the_other(
    choose: Callable[..., Settings], tmp_path: Path
) -> None:
    async with run_bot(choose(bot_metrics_port=0)) as running:
        assert running.metrics_port is not None
        for port in (running.port, running.metrics_port):
            assert await get(port, "/healthz") == (200, '{"status": "up"}')
            assert await get(port, "/readyz") == (200, '{"status": "ready"}')
        assert (await get(running.port, "/metrics"))[0] == 404
        assert (await get(running.port, "/slack/events"))[0] == 405
        assert "workflows_bot_ready" in (await get(running.metrics_port, "/metrics"))[1]
        assert (await get(running.metrics_port, "/slack/events"))[0] == 404
        assert listens(NEIGHBOUR, running.port)
        assert not listens(NEIGHBOUR, running.metrics_port)

        with closing(sqlite3.connect(tmp_path / "bot.sqlite3")) as database:
            database.execute(f"DROP TABLE {workers.name}")
        assert await get(running.port, "/readyz") == (503, '{"status": "not ready"}')
        status, text = await get(running.metrics_port, "/readyz")
        assert status == 503
        assert '"faults": {"database": ' in text


async def test_the_port_for_metrics_listens_where_it_is_told_to(choose: Callable[..., Settings]) -> None:
    told = choose(bot_metrics_port=0, bot_metrics_host=ALL_ADDRESSES)
    async with run_bot(told) as running:
        assert running.metrics_port is not None
        assert listens(NEIGHBOUR, running.metrics_port)


@pytest.mark.parametrize(("host", "is_open"), [(None, False), (ALL_ADDRESSES, True), (LOOPBACK, False)])
async def test_in_socket_mode_only_this_machine_is_answered_unless_told_otherwise(
    choose: Callable[..., Settings], slack: LocalSlack, host: str | None, is_open: bool
) -> None:
    told = choose(slack_app_token=slack.app_token, bot_host=host)
    async with run_bot(told) as running:
        assert (await get(running.port, "/readyz"))[0] == 200
        assert listens(NEIGHBOUR, running.port) is is_open


async def test_a_port_that_is_taken_is_named(choose: Callable[..., Settings]) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        told = choose(bot_metrics_port=taken.getsockname()[1])
        with pytest.raises(
            StartupError, match=r"BOT_METRICS_HOST 127\.0\.0\.1, BOT_METRICS_PORT \d+: .*: Address"
        ):
            async with run_bot(told):
                pass


def test_one_port_can_not_be_both(choose: Callable[..., Settings]) -> None:
    with pytest.raises(ValidationError, match="BOT_METRICS_PORT is PORT: set another one, or leave it out"):
        choose(port=3000, bot_metrics_port=3000)
