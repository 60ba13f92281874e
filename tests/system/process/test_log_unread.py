"""Nobody reads the log: the bot answers, and ends in time."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.playground.simulators.cloudflare import HtmlPage
from tests.support.messages import ask, row_ids

from .bot_process import STOP_SECONDS, environment_of
from .harness import Harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

FULL = 64 * 1024
"""Bytes that a pipe of Linux's takes before its writer has to wait."""


@asynccontextmanager
async def unread(
    folder: Path, settings: Mapping[str, str]
) -> AsyncIterator[tuple[asyncio.subprocess.Process, int, str]]:
    """A bot whose standard error is a pipe; gives it, the end to read, and what it has said."""
    reading, writing = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve"), cwd=folder, env=environment_of(settings), stderr=writing
    )
    os.close(writing)
    said = ""
    try:
        async with asyncio.timeout(30):
            while '"event":"ready"' not in said or not said.endswith("\n"):
                said += (await asyncio.to_thread(os.read, reading, FULL)).decode()
        yield process, reading, said
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        os.close(reading)


async def test_commands_are_answered_and_the_end_is_in_time_while_nobody_reads_the_log(
    harness: Harness, tmp_path: Path
) -> None:
    settings = harness.settings(BOT_LOG_LEVEL="debug", BOT_REFRESH_PAUSE="0")
    async with unread(tmp_path, settings) as (process, reading, said):
        (ready,) = (line for line in map(json.loads, said.splitlines()) if line["event"] == "ready")
        harness.slack.request_url = f"http://127.0.0.1:{ready['port']}/slack/events"
        await ask(harness.ada, "list order-processing")
        slowest = 0.0
        for _ in range(FULL // 150 + 50):  # a line each fills the pipe
            started = time.monotonic()
            reply = await harness.ada.command("/workflows", "list order-processing")
            slowest = max(slowest, time.monotonic() - started)
            assert reply.ack_message is not None
        assert slowest < 2.5, "Slack waits three seconds"
        harness.cloudflare.inject(HtmlPage(503), times=3)  # lines of warnings, too
        await ask(harness.ada, "list order-processing since:3d")
        assert len(row_ids(await ask(harness.ada, "list order-processing"))) == 10

        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), STOP_SECONDS) == 0
        assert time.monotonic() - started < 5

        left = bytearray()
        while chunk := os.read(reading, FULL):
            left += chunk
        assert len(left) > FULL - 4096, "the pipe was full"
        assert {json.loads(line)["event"] for line in left.splitlines()} >= {"request"}
