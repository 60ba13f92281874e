"""A connection that is lost for good is noticed: slack_sdk would try in silence for ever."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.simulators.slack import AnswerLost, ErrorCode, Failed, LocalSlack
from bot.slack.bolt import SlackApp
from bot.slack.client import SlackUnreachable, TokenRefused
from bot.slack.socket_mode import SocketMode, SocketModeFailed
from bot.telemetry import Metrics


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack().serve() as slack:
        yield slack


@pytest.fixture
async def client(slack: LocalSlack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)


@pytest.fixture
async def connection(slack: LocalSlack, client: AsyncWebClient) -> AsyncIterator[SocketMode]:
    """A connection that may be gone for a fifth of a second."""
    app = SlackApp(client, Metrics())
    connection = SocketMode(app, client, slack.app_token, lost_after=timedelta(seconds=0.2))
    try:
        yield connection
    finally:
        await connection.close()


async def test_before_it_connects_it_is_not_connected(connection: SocketMode) -> None:
    assert not await connection.is_connected()


async def test_a_connection_that_holds_is_watched_without_a_word(
    slack: LocalSlack, connection: SocketMode
) -> None:
    await connection.connect()
    await slack.socket_mode.wait_for_connection()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(connection.watch(), 1.5)


async def test_a_connection_that_is_lost_for_good_raises(slack: LocalSlack, connection: SocketMode) -> None:
    await connection.connect()
    await slack.socket_mode.wait_for_connection()
    slack.faults.add("apps.connections.open", Failed(503), times=1000)
    watching = asyncio.create_task(connection.watch())

    await slack.socket_mode.close()

    with pytest.raises(SocketModeFailed, match=r"connection was gone for 0\.2 s"):
        await asyncio.wait_for(watching, 10)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (ErrorCode("invalid_auth"), r"Slack refuses SLACK_APP_TOKEN \(invalid_auth\)"),
        (ErrorCode("missing_scope"), r"\(missing_scope\).*connections:write"),
        (AnswerLost(), "Slack can't be reached"),
    ],
    ids=["wrong token", "missing scope", "no answer"],
)
async def test_no_connection_at_the_start_says_why(
    slack: LocalSlack, connection: SocketMode, fault: ErrorCode | AnswerLost, said: str
) -> None:
    slack.faults.add("apps.connections.open", fault, times=5)

    with pytest.raises((TokenRefused, SlackUnreachable), match=said):
        await connection.connect()


async def test_closing_leaves_no_task_and_no_connection(slack: LocalSlack, connection: SocketMode) -> None:
    before = asyncio.all_tasks()
    await connection.connect()
    await slack.socket_mode.wait_for_connection()

    await connection.close()
    async with asyncio.timeout(5):
        while slack.socket_mode.connections:  # noqa: ASYNC110 - the server has no event for an end
            await asyncio.sleep(0.01)

    left = {getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks() - before}
    assert left <= {"RequestHandler.start"}, "only the local Slack's own server may still run"
    assert not await connection.is_connected()
