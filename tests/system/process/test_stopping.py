"""What SIGTERM means: take no more work, finish what runs, leave with 0."""

import asyncio
import json
import signal
import time

import aiohttp
import pytest

from bot.playground.simulators.cloudflare import Slow
from bot.playground.simulators.slack import RESPONSE_URL, Failed, Reply
from bot.playground.simulators.slack import Slow as SlackIsSlow
from tests.support.messages import answer, ask, is_asking, row_ids

from .bot_process import BotProcess
from .harness import Harness

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _until_asked(harness: Harness, calls: int) -> None:
    """Wait until Cloudflare has been asked for so many lists."""
    async with asyncio.timeout(5):
        while harness.cloudflare.list_calls < calls:  # noqa: ASYNC110 - the simulation has no event for it
            await asyncio.sleep(0.01)


async def _until_refused(bot: BotProcess) -> None:
    """Wait until nobody can connect any more."""
    async with asyncio.timeout(5):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", bot.port)
            except ConnectionRefusedError:
                return
            writer.close()
            await writer.wait_closed()
            await asyncio.sleep(0.01)


async def test_an_idle_bot_leaves_at_once_and_leaves_nothing_open(harness: Harness) -> None:
    async with harness.bot("idle", harness.settings(PYTHONWARNINGS="default"), own_interpreter=True) as bot:
        await ask(harness.ada, "list order-processing")
        started = time.monotonic()

        assert await bot.terminate() == 0

        assert time.monotonic() - started < 2
        with pytest.raises(aiohttp.ClientConnectorError):
            await harness.get(bot, "/healthz")
    for sign in ("Unclosed", "never retrieved", "never awaited", "was destroyed", "ResourceWarning"):
        assert sign not in bot.stderr
    lines = bot.stderr.splitlines()
    assert [json.loads(line)["event"] for line in lines[-2:]] == ["stopping", "stopped"]


async def test_an_interrupt_from_the_keyboard_does_the_same(harness: Harness) -> None:
    async with harness.bot("interrupted", own_interpreter=True) as bot:
        bot.signal(signal.SIGINT)

        assert await bot.ended() == 0
        assert "Traceback" not in bot.stderr


async def test_an_answer_under_way_after_its_ack_still_arrives(harness: Harness) -> None:
    harness.cloudflare.inject(Slow(1.5), operation="list_instances")
    async with harness.bot("after-ack", harness.settings(BOT_ACK_WITHIN="0.2")) as bot:
        reply = await harness.ada.command("/workflows", "list order-processing")
        assert is_asking(reply.ack_message)
        bot.signal()
        await bot.logged("stopping")
        await _until_refused(bot)
        assert bot.process.returncode is None
        message = await answer(reply)
        code = await bot.ended(within=10)

    assert len(row_ids(message)) == 10
    assert code == 0
    assert bot.events("work_cut_short") == []


async def test_a_request_under_way_before_its_ack_is_still_answered_in_it(harness: Harness) -> None:
    harness.cloudflare.inject(Slow(1.0), operation="list_instances")
    async with harness.bot("before-ack", harness.settings(BOT_ACK_WITHIN="2.5")) as bot:
        calls = harness.cloudflare.list_calls
        asking: asyncio.Task[Reply]
        asking = asyncio.create_task(harness.ada.command("/workflows", "list order-processing"))
        await _until_asked(harness, calls + 1)
        bot.signal()
        await bot.logged("stopping")
        reply = await asking
        code = await bot.ended(within=10)

    assert reply.ack_message is not None
    assert len(row_ids(reply.ack_message)) == 10
    assert code == 0


async def test_a_second_signal_changes_nothing(harness: Harness) -> None:
    harness.cloudflare.inject(Slow(1.0), operation="list_instances")
    async with harness.bot("twice", harness.settings(BOT_ACK_WITHIN="0.2")) as bot:
        reply = await harness.ada.command("/workflows", "list order-processing")
        bot.signal()
        await bot.logged("stopping")
        bot.signal()
        bot.signal(signal.SIGINT)
        message = await answer(reply)

        assert len(row_ids(message)) == 10
        assert await bot.ended(within=10) == 0


async def test_work_that_outlasts_the_grace_is_cut_short_and_the_person_hears_of_it(harness: Harness) -> None:
    harness.cloudflare.inject(Slow(8), operation="list_instances")
    settings = harness.settings(BOT_ACK_WITHIN="0.2", BOT_SHUTDOWN_SECONDS="0.5")
    async with harness.bot("cut-short", settings) as bot:
        reply = await harness.ada.command("/workflows", "list order-processing")
        started = time.monotonic()
        code = await bot.terminate()

        assert code == 0
        assert time.monotonic() - started < 4
        assert len(bot.events("work_cut_short")) == 1
    message = await answer(reply, 0.5)
    assert "again" in message.all_text()


async def test_an_answer_that_is_being_sent_when_the_grace_ends_arrives(harness: Harness) -> None:
    harness.cloudflare.inject(Slow(0.4), operation="list_instances")
    harness.slack.faults.add(RESPONSE_URL, Failed(500), times=2)
    harness.slack.faults.add("chat.postEphemeral", SlackIsSlow(1.2))
    settings = harness.settings(BOT_ACK_WITHIN="0.1", BOT_SHUTDOWN_SECONDS="0.5")
    async with harness.bot("sending", settings) as bot:
        reply = await harness.ada.command("/workflows", "list order-processing")
        code = await bot.terminate()

        assert code == 0
        assert [entry for entry in bot.log if entry["level"] == "error"] == []
    assert is_asking(await reply.seen(timeout=0.5))
    message = await reply.seen(timeout=0.5)
    assert len(row_ids(message)) == 10, message.all_text()


async def test_an_ack_that_is_due_later_than_the_grace_ends_is_still_given(harness: Harness) -> None:
    harness.cloudflare.inject(Slow(1.0), operation="list_instances")
    settings = harness.settings(BOT_ACK_WITHIN="1.5", BOT_SHUTDOWN_SECONDS="0.2")
    async with harness.bot("ack-after-grace", settings) as bot:
        calls = harness.cloudflare.list_calls
        asking = asyncio.create_task(harness.ada.command("/workflows", "list order-processing"))
        await _until_asked(harness, calls + 1)
        code = await bot.terminate()
        reply = await asking

    assert code == 0
    assert len(row_ids(await reply.message(timeout=0.5))) == 10
