"""The bot as a process that opens the connection to Slack itself."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.playground.simulators.cloudflare import Slow
from bot.playground.simulators.slack import AckError, Failed, Reply
from bot.playground.simulators.slack import Slow as SlowSlack
from tests.support.messages import answer, ask, click, is_asking, row_ids, walk
from tests.system.process.bot_process import BotProcess, Ended
from tests.system.process.harness import Harness

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_PORT_FOR_SLACK = "SLACK_SIGNING_SECRET"


def _settings(harness: Harness, **more: str) -> dict[str, str]:
    return harness.settings(NO_PORT_FOR_SLACK, SLACK_APP_TOKEN=harness.slack.app_token, **more)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(harness: Harness) -> AsyncIterator[BotProcess]:
    async with harness.bot("socket", _settings(harness)) as bot:
        await harness.slack.socket_mode.wait_for_connection()
        yield bot


async def _until_ready(harness: Harness, bot: BotProcess, status: int) -> str:
    """The body of the first `/readyz` with this status."""
    async with asyncio.timeout(10):
        while True:
            found, body = await harness.get(bot, "/readyz")
            if found == status:
                return body
            await asyncio.sleep(0.02)


async def test_it_is_ready_once_it_is_connected(harness: Harness, bot: BotProcess) -> None:
    (ready,) = bot.events("ready")

    assert ready["mode"] == "socket"
    assert await _until_ready(harness, bot, 200) == '{"status": "ready"}'
    assert len(harness.slack.socket_mode.connections) == 1


async def test_a_healthy_start_logs_no_warning(bot: BotProcess) -> None:
    assert [entry for entry in bot.log if entry["level"] in {"warning", "error", "critical"}] == []


async def test_nobody_can_post_events_by_http(harness: Harness, bot: BotProcess) -> None:
    async with harness.session.post(bot.request_url, data={"command": "/workflows"}) as answer:
        assert answer.status == 404
    assert (await harness.get(bot, "/healthz"))[0] == 200


@pytest.mark.usefixtures("bot")
async def test_what_people_type_stays_out_of_a_talkative_log(harness: Harness) -> None:
    async with harness.bot("debug", _settings(harness, BOT_LOG_LEVEL="debug")) as bot:
        await harness.slack.socket_mode.wait_for_connection()
        for _ in range(2):  # one for each connection, whichever of them Slack takes
            reply = await harness.ada.command("/workflows", "help a-private-word")

    assert harness.slack.app_token not in bot.stderr
    assert "ticket=" not in bot.stderr
    assert reply.response_url not in bot.stderr
    assert "a-private-word" not in bot.stderr


async def test_a_command_and_clicks_walk_a_list_there_and_back(harness: Harness) -> None:
    there = await walk(harness.ada, await ask(harness.ada, "list order-processing rows:20"), "page_next")
    back = await walk(harness.ada, there[-1], "page_previous")

    newest_first = [instance.id for instance in harness.cloudflare.instances("order-processing")]
    assert [name for message in there for name in row_ids(message)] == newest_first
    assert [row_ids(message) for message in back] == [row_ids(message) for message in reversed(there)]


async def test_a_slow_answer_is_acknowledged_in_time_and_follows(harness: Harness, bot: BotProcess) -> None:
    harness.cloudflare.inject(Slow(1.8), operation="list_instances")
    reply = await harness.ada.command("/workflows", "list order-processing rows:7")

    assert is_asking(reply.ack_message)
    assert reply.ack.seconds < 2.5
    assert len(row_ids(await answer(reply))) == 7
    assert bot.process.returncode is None


@pytest.mark.usefixtures("bot")
async def test_a_button_of_before_a_reconnect_works_after_it(harness: Harness) -> None:
    before = await ask(harness.ada, "list order-processing")
    (old,) = harness.slack.socket_mode.connections
    opened = harness.slack.socket_mode.opened.follow()

    await harness.slack.socket_mode.disconnect()
    new = await opened.next()
    await old.socket.close()

    assert new.number > old.number
    after = await click(harness.ada, before, "page_next")
    assert row_ids(await ask(harness.ada, "list order-processing")) == row_ids(before)
    assert set(row_ids(after)).isdisjoint(row_ids(before))


async def test_a_connection_that_breaks_is_opened_anew_and_readiness_tells(
    harness: Harness, bot: BotProcess
) -> None:
    harness.slack.faults.add("apps.connections.open", SlowSlack(1.5))
    opened = harness.slack.socket_mode.opened.follow()
    await harness.slack.socket_mode.close()

    body = await _until_ready(harness, bot, 503)
    await opened.next(within=30)
    await _until_ready(harness, bot, 200)

    assert body == '{"status": "not ready", "faults": {"socket mode": "not connected to Slack"}}'
    assert len(row_ids(await ask(harness.ada, "list order-processing"))) == 10
    assert harness.slack.app_token not in bot.stderr
    assert "ticket=" not in bot.stderr


async def test_a_wrong_app_token_is_one_line(harness: Harness) -> None:
    settings = harness.settings(NO_PORT_FOR_SLACK, SLACK_APP_TOKEN="xapp-canary")

    assert await harness.run("wrong-token", "serve", settings) == Ended(
        1,
        "",
        "workflows-bot: Slack refuses SLACK_APP_TOKEN (invalid_auth): it must be an app-level token (xapp-…) "
        "with the scope connections:write, and Socket Mode must be on in the app's settings\n",
    )


async def test_a_bot_token_in_place_of_the_app_token_is_one_line(harness: Harness) -> None:
    settings = harness.settings(NO_PORT_FOR_SLACK, SLACK_APP_TOKEN=harness.slack.bot_token)

    ended = await harness.run("swapped-tokens", "serve", settings)

    assert ended.code == 1
    (line,) = ended.stderr.splitlines()
    assert "SLACK_APP_TOKEN holds a bot token, and needs an app-level token" in line


async def test_a_slack_that_gives_no_connection_is_one_line(harness: Harness) -> None:
    harness.slack.faults.add("apps.connections.open", Failed(503), times=10)
    try:
        ended = await harness.run("no-connection", "serve", _settings(harness))
    finally:
        harness.slack.faults.clear()

    assert ended.code == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("workflows-bot: Slack ")
    assert "refuses SLACK_APP_TOKEN" not in line, "the token is not what is wrong"
    assert "None" not in line


async def test_sigterm_ends_it_with_0_after_what_it_was_doing(harness: Harness, bot: BotProcess) -> None:
    harness.cloudflare.inject(Slow(2.0), operation="list_instances")
    reply = await harness.ada.command("/workflows", "list order-processing rows:6")
    started = time.monotonic()

    bot.signal()
    message = await answer(reply)
    code = await bot.ended(within=10)

    assert code == 0
    assert len(row_ids(message)) == 6
    assert time.monotonic() - started < 5
    assert harness.slack.socket_mode.connections == ()
    assert "Traceback" not in bot.stderr
    assert "Unclosed" not in bot.stderr


async def test_a_command_still_without_ack_when_sigterm_comes_is_answered_all_the_same(
    harness: Harness,
) -> None:
    harness.cloudflare.inject(Slow(1.0), operation="list_instances")
    async with harness.bot("before-ack", _settings(harness, BOT_ACK_WITHIN="2.5")) as bot:
        await harness.slack.socket_mode.wait_for_connection()
        calls = harness.cloudflare.list_calls
        asking = asyncio.create_task(harness.ada.command("/workflows", "list order-processing rows:9"))
        async with asyncio.timeout(5):
            while harness.cloudflare.list_calls == calls:  # noqa: ASYNC110 - the simulation has no event for it
                await asyncio.sleep(0.01)
        bot.signal()
        reply = await asking
        message = await answer(reply)

        assert len(row_ids(message)) == 9
        assert await bot.ended(within=10) == 0


async def test_sigterm_in_a_stream_of_commands_leaves_none_that_was_taken_without_its_answer(
    harness: Harness,
) -> None:
    harness.cloudflare.inject(Slow(2.0), operation="list_instances", times=None)
    asked: list[asyncio.Task[Reply]] = []

    async def ask_until_nobody_listens() -> None:
        while harness.slack.socket_mode.connections:
            text = f"list order-processing page:{len(asked) + 2}"
            asked.append(asyncio.create_task(harness.ada.command("/workflows", text)))
            await asyncio.sleep(0.1)

    async with harness.bot("stream", _settings(harness)) as bot:
        await harness.slack.socket_mode.wait_for_connection()
        asking = asyncio.create_task(ask_until_nobody_listens())
        await asyncio.sleep(0.5)
        bot.signal()
        await asking
        code = await bot.ended(within=14)
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        harness.cloudflare.clear_faults()

    taken = [outcome for outcome in outcomes if isinstance(outcome, Reply)]
    assert code == 0
    assert len(taken) >= 5
    unheard = [outcome for outcome in outcomes if not isinstance(outcome, Reply)]
    assert all(isinstance(outcome, AckError) for outcome in unheard), unheard
    assert len(unheard) <= 5, "only what came in the moment of closing"
    for reply in taken:
        await reply.message(timeout=0.5)
    assert [entry for entry in bot.log if entry["level"] == "error"] == []
