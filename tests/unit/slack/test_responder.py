"""Answers to a slow Slack: each is sent once, whatever this bot's own queue takes."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings
from bot.slack.client import answer_session, slack_client
from bot.slack.interaction import Interaction
from bot.slack.responder import Responder
from bot.ui.elements import Message


@dataclass
class SlowSlack:
    """A Slack that shows every answer after a delay; `shown` counts texts by how they came."""

    delay: float = 0.0
    url: str = ""
    at_once: int = 0
    most_at_once: int = 0
    shown: Counter[tuple[str, str]] = field(default_factory=Counter)

    async def show(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if request.path.startswith("/answers/"):
            await asyncio.sleep(self.delay)
        self.at_once -= 1
        self.shown[request.path.split("/")[1], body["text"]] += 1
        return web.json_response({"ok": True})

    def texts(self, way: str) -> Counter[str]:
        return Counter({text: count for (by, text), count in self.shown.items() if by == way})


@pytest.fixture
async def slack() -> AsyncIterator[SlowSlack]:
    slack = SlowSlack()
    app = web.Application()
    app.router.add_post("/{path:.*}", slack.show)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield slack
    await runner.cleanup()


@pytest.fixture
def settings(slack: SlowSlack) -> Settings:
    return Settings(
        _env_file=None,
        slack_bot_token="xoxb-made-up",
        slack_signing_secret="made-up",
        slack_api_url=f"{slack.url}/api/",
        wrangler_dev_url="http://127.0.0.1:1",
    )


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[AsyncWebClient]:
    async with slack_client(settings) as client:
        yield client


async def send(session: aiohttp.ClientSession, client: AsyncWebClient, slack: SlowSlack, texts: int) -> None:
    responder = Responder(session, client)
    await asyncio.gather(
        *(
            responder.send(Message(f"{n}", []), Interaction(f"U{n}", "C1", f"{slack.url}/answers/{n}"))
            for n in range(texts)
        )
    )


async def test_an_answer_that_waits_for_its_connection_is_neither_late_nor_sent_twice(
    settings: Settings, client: AsyncWebClient, slack: SlowSlack
) -> None:
    slack.delay = 0.2
    times = aiohttp.ClientTimeout(total=None, connect=10, sock_read=0.5)  # for Slack, and not for the queue
    async with answer_session(settings, connections=5, times=times) as session:
        await send(session, client, slack, 30)
    assert slack.texts("answers") == Counter(f"{n}" for n in range(30))
    assert not slack.texts("api")
    assert slack.most_at_once == 5


async def test_an_answer_that_has_no_connection_in_time_goes_another_way_and_only_there(
    settings: Settings, client: AsyncWebClient, slack: SlowSlack
) -> None:
    slack.delay = 0.4
    times = aiohttp.ClientTimeout(total=None, connect=0.2, sock_read=5)
    async with answer_session(settings, connections=3, times=times) as session:
        await send(session, client, slack, 9)
    assert slack.texts("answers").total() == 3
    assert slack.texts("answers") + slack.texts("api") == Counter(f"{n}" for n in range(9))


async def test_an_answer_that_slack_has_and_does_not_confirm_is_not_sent_again(
    settings: Settings, client: AsyncWebClient, slack: SlowSlack
) -> None:
    slack.delay = 0.5
    times = aiohttp.ClientTimeout(total=None, connect=5, sock_read=0.1)
    async with answer_session(settings, times=times) as session:
        await send(session, client, slack, 3)
        assert slack.texts("api") == Counter(
            {
                "Slack has your answer, and did not confirm that it shows it. "
                "If it does not appear, please ask again.": 3
            }
        )
        await asyncio.sleep(0.6)
    assert slack.texts("answers") == Counter(f"{n}" for n in range(3)), "shown late, and once"


async def test_slow_answers_hold_up_no_call_of_the_web_api(
    settings: Settings, client: AsyncWebClient, slack: SlowSlack
) -> None:
    slack.delay = 1.0
    async with answer_session(settings) as session:
        sending = asyncio.ensure_future(send(session, client, slack, 150))
        await asyncio.sleep(0.3)
        async with asyncio.timeout(0.5):
            await client.chat_postMessage(channel="C1", text="a digest")
        assert not sending.done()
        await sending
    assert slack.texts("answers").total() == 150
