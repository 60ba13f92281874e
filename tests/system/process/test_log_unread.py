"""Nobody reads the log: the bot answers, and ends in time."""

import asyncio
import json
import os
import select
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.playground.simulators.cloudflare import HtmlPage
from tests.support.messages import ask, row_ids

from .bot_process import STOP_SECONDS, environment_of
from .harness import Harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

PIPE_PAGES = 16
"""Pages of memory in a pipe of Linux's. What does not fit into the rest of one goes into the next.

So when a writer has to wait depends on how its lines came together, and not on their bytes alone.
"""
MOST = PIPE_PAGES * os.sysconf("SC_PAGE_SIZE")  # bytes
COMMANDS_UNREAD = 50
"""After the pipe is full."""


@dataclass(frozen=True)
class Unread:
    """A bot whose standard error is a pipe, the end to read, and what was read until the bot was ready."""

    process: asyncio.subprocess.Process
    reading: int
    said: str

    def is_full(self) -> bool:
        """Return whether who writes into the pipe has to wait."""
        writing = os.open(f"/proc/self/fd/{self.reading}", os.O_WRONLY)
        waiting = select.poll()
        waiting.register(writing, select.POLLOUT)
        can_write = waiting.poll(0)
        os.close(writing)
        return not can_write

    def left(self) -> bytes:
        """Return what is in the pipe of a bot that has ended."""
        left = bytearray()
        while chunk := os.read(self.reading, MOST):
            left += chunk
        return bytes(left)


@asynccontextmanager
async def unread(folder: Path, settings: Mapping[str, str]) -> AsyncIterator[Unread]:
    """Run a bot, and read what it says until it is ready."""
    reading, writing = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve"), cwd=folder, env=environment_of(settings), stderr=writing
    )
    os.close(writing)
    said = ""
    try:
        async with asyncio.timeout(30):
            while '"event":"ready"' not in said or not said.endswith("\n"):
                chunk = await asyncio.to_thread(os.read, reading, MOST)
                assert chunk, f"it ended after {said!r}"
                said += chunk.decode()
        yield Unread(process, reading, said)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        os.close(reading)


async def test_commands_are_answered_and_the_end_is_in_time_while_nobody_reads_the_log(
    harness: Harness, tmp_path: Path
) -> None:
    settings = harness.settings(BOT_LOG_LEVEL="debug", BOT_REFRESH_PAUSE="0")
    async with unread(tmp_path, settings) as bot:
        (ready,) = (line for line in map(json.loads, bot.said.splitlines()) if line["event"] == "ready")
        harness.slack.request_url = f"http://127.0.0.1:{ready['port']}/slack/events"
        await ask(harness.ada, "list order-processing")
        slowest, unread_commands, commands = 0.0, 0, 0
        while unread_commands < COMMANDS_UNREAD:
            unread_commands += bot.is_full()
            commands += 1
            assert commands < MOST // 100, "the pipe gets full"
            started = time.monotonic()
            reply = await harness.ada.command("/workflows", "list order-processing")
            slowest = max(slowest, time.monotonic() - started)
            assert reply.ack_message is not None
        assert slowest < 2.5, "Slack waits three seconds"
        harness.cloudflare.inject(HtmlPage(503), times=3)  # lines of warnings, too
        await ask(harness.ada, "list order-processing since:3d")
        assert len(row_ids(await ask(harness.ada, "list order-processing"))) == 10

        started = time.monotonic()
        bot.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(bot.process.wait(), STOP_SECONDS) == 0
        assert time.monotonic() - started < 5

        assert {json.loads(line)["event"] for line in bot.left().splitlines()} >= {"request"}
