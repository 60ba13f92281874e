"""Strangers open connections and ask for metrics, as many as they can, and slow nobody."""

import asyncio
import resource
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.playground.simulators.cloudflare import Simulation, Slow
from bot.playground.simulators.slack import LocalSlack
from tests.support.fixtures import ReadLog, RunBot
from tests.support.messages import ask, row_ids
from tests.support.metrics import sample_value, scrape
from tests.support.sockets import connect_many
from tests.system.process.harness import Harness, run_harness

STRANGERS = 1_100
"""Seconds. Slack waits three for an ack; that of this command takes some milliseconds."""
UNSIGNED = b"\r\n".join(
    (
        b"POST /slack/events HTTP/1.1",
        b"Host: x",
        b"Content-Type: application/x-www-form-urlencoded",
        b"X-Slack-Request-Timestamp: 1",
        b"X-Slack-Signature: v0=" + b"0" * 64,
        b"Content-Length: 900000",
        b"",
        b"half of a body",
    )
)
WAYS = {
    "idle": b"",
    "half a head": b"POST /slack/events HTTP/1.1\r\nHost: x\r\nX-Half: ",
    "half a body": UNSIGNED,
    "no answer read": b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
    "no HTTP": b"\x16\x03\x01 a-strangers-words\r\n\r\n",
}


def port_of(slack: LocalSlack) -> int:
    return int(slack.request_url.removesuffix("/slack/events").rpartition(":")[2])


async def answers_meanwhile(slack: LocalSlack) -> None:
    assert len(row_ids(await ask(slack.person("ada"), "list orders"))) == 10


@pytest.mark.parametrize("way", WAYS)
async def test_many_connections_keep_nobody_waiting_and_fill_no_log(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation, read_log: ReadLog, way: str
) -> None:
    for number in range(20):
        cloudflare.add_instance("orders", id=f"ord-{number}")
    async with run_bot(bot_max_connections=300, bot_max_connections_per_address=250):
        await answers_meanwhile(slack)
        async with connect_many(port_of(slack), STRANGERS, WAYS[way]):
            for _ in range(5):
                await answers_meanwhile(slack)
            assert sample_value(await scrape(slack), "connections", {}) <= 300
        lines = [line for line in read_log() if line["event"] != "request"]
        assert len(lines) <= 2, lines
        assert "a-strangers-words" not in str(lines)


async def test_a_command_that_takes_its_time_is_answered_on_its_connection(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    cloudflare.add_instance("orders", id="ord-1")
    cloudflare.inject(Slow(0.5), times=1)
    async with run_bot(bot_max_connections=20):
        reply = asyncio.ensure_future(slack.person("ada").command("/workflows", "list orders"))
        await asyncio.sleep(0.1)
        async with connect_many(port_of(slack), 200):
            assert (await reply).ack_message is not None


async def test_many_who_ask_for_metrics_slow_nobody(
    run_bot: RunBot, slack: LocalSlack, cloudflare: Simulation
) -> None:
    for number in range(20):
        cloudflare.add_instance("orders", id=f"ord-{number}")
    async with run_bot(), aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        url = f"http://127.0.0.1:{port_of(slack)}"

        async def ask_again_and_again(path: str) -> int:
            asked = 0
            while not stop.is_set():
                async with session.get(f"{url}{path}") as answer:
                    assert answer.status == 200
                asked += 1
            return asked

        stop = asyncio.Event()
        paths = ["/metrics", "/readyz"] * 100
        asking = [asyncio.ensure_future(ask_again_and_again(path)) for path in paths]
        for _ in range(10):
            await answers_meanwhile(slack)
            await asyncio.sleep(0.1)
        stop.set()
        assert min(await asyncio.gather(*asking)) >= 1


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[Harness]:
    async with run_harness(tmp_path) as harness:
        yield harness


async def test_without_file_descriptors_the_bot_makes_room_and_fills_no_log(harness: Harness) -> None:
    async with harness.bot("bot") as bot:
        assert bot.process.pid is not None
        await ask(harness.ada, "list order-processing")
        open_now = int(await harness.metric(bot, "process_open_fds"))
        _, most = resource.prlimit(bot.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(bot.process.pid, resource.RLIMIT_NOFILE, (open_now + 20, most))
        async with connect_many(bot.port, 200):
            await asyncio.sleep(0.2)
            await ask(harness.ada, "list order-processing status:paused")
        assert bot.events("request_refused")[0]["reason"].startswith(
            "the process has no file descriptor left"
        )
        assert await harness.metric(bot, 'workflows_bot_connections_closed_total{reason="descriptors"}') > 0
        assert len(bot.log) < 20, "no line for each connection"
