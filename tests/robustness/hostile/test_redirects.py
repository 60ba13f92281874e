"""Requests for Slack never go to another host, even if a payload or a redirect points there."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientProxyConnectionError, ClientSession, web
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import Bot
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import Delivery as Sent
from bot.playground.simulators.slack import LocalSlack, Person
from bot.settings import Settings
from bot.slack.client import (
    ForeignHostBlocked,
    SlackUnreachable,
    answer_session,
    check_app_token,
    check_bot_token,
    slack_client,
)
from bot.slack.interaction import Interaction
from bot.slack.responder import Responder
from bot.ui.elements import Message
from tests.support.fixtures import ReadLog
from tests.support.messages import ask

REDIRECTS = (301, 302, 303, 307, 308)
CANARY = "canary"


@dataclass
class Host:
    """An HTTP server that records its requests.

    Attributes:
        got: the path, the headers and the body of every request.
        redirect: a status and where to; None to answer.
    """

    url: str = ""
    got: list[str] = field(default_factory=list)
    redirect: tuple[int, str] | None = None

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(f"{request.path} {dict(request.headers)} {await request.text()}")
        if self.redirect is None:
            return web.json_response({"ok": True})
        status, to = self.redirect
        return web.Response(status=status, headers={"Location": f"{to}{request.path}"})


@asynccontextmanager
async def _listening(address: str) -> AsyncIterator[Host]:
    host = Host()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", host.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, address, 0).start()
    host.url = f"http://{address}:{runner.addresses[0][1]}"
    try:
        yield host
    finally:
        await runner.cleanup()


@pytest.fixture
async def elsewhere() -> AsyncIterator[Host]:
    async with _listening("127.0.0.2") as host:
        yield host


@pytest.fixture
async def api_host() -> AsyncIterator[Host]:
    async with _listening("127.0.0.1") as host:
        yield host


@pytest.fixture
def settings(api_host: Host) -> Settings:
    return Settings(
        _env_file=None,
        slack_bot_token=f"xoxb-{CANARY}",
        slack_signing_secret="x",
        slack_api_url=f"{api_host.url}/api/",
        wrangler_dev_url="http://127.0.0.1:1",
    )


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[AsyncWebClient]:
    async with slack_client(settings) as client:
        yield client


@pytest.fixture
async def answers(settings: Settings) -> AsyncIterator[ClientSession]:
    async with answer_session(settings) as answers:
        yield answers


@pytest.fixture(params=["calls", "answers"])
def session(request: pytest.FixtureRequest, client: AsyncWebClient, answers: ClientSession) -> ClientSession:
    """Each session that talks to Slack."""
    assert client.session is not None
    return answers if request.param == "answers" else client.session


CALLS: tuple[Callable[[AsyncWebClient], Awaitable[Any]], ...] = (
    check_bot_token,
    lambda client: check_app_token(client, f"xapp-{CANARY}"),
    lambda client: client.chat_postMessage(channel="C1", text=CANARY),
    lambda client: client.users_info(user="U1"),
)


@pytest.mark.parametrize("status", REDIRECTS)
@pytest.mark.parametrize("there", ["elsewhere", "back"])
async def test_no_call_of_slacks_web_api_is_redirected(
    status: int, there: str, client: AsyncWebClient, api_host: Host, elsewhere: Host
) -> None:
    api_host.redirect = (status, elsewhere.url if there == "elsewhere" else api_host.url)
    for call in CALLS:
        with pytest.raises((ForeignHostBlocked, SlackUnreachable)) as told:
            await call(client)
        assert CANARY not in str(told.value)
    assert elsewhere.got == []
    assert len(api_host.got) == len(CALLS)


@pytest.mark.parametrize("status", REDIRECTS)
async def test_no_answer_follows_a_redirect(
    status: int, client: AsyncWebClient, answers: ClientSession, api_host: Host, elsewhere: Host
) -> None:
    api_host.redirect = (status, elsewhere.url)
    interaction = Interaction("U1", "C1", f"{api_host.url}/actions/I1/secret")
    await Responder(answers, client).send(Message(CANARY, []), interaction)
    assert elsewhere.got == []
    assert [got.split()[0] for got in api_host.got][:2] == ["/actions/I1/secret", "/api/chat.postEphemeral"]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/actions/T/1/x",
        "https://hooks.slack.com.evil.example/x",
        "https://evilslack.com/x",
        "https://slack.com@127.0.0.2:1/x",
        "https://evil.example/?hooks.slack.com",
        "//hooks.slack.com/x",
        "file:///etc/passwd",
        "http://[::1",
        "nonsense",
        "",
        "http://127.0.0.2:1/\r\nX-Evil: 1",
    ],
    ids=ascii,
)
async def test_an_address_that_is_not_slacks_is_not_answered_to(
    url: str, client: AsyncWebClient, answers: ClientSession, api_host: Host, read_log: ReadLog
) -> None:
    await Responder(answers, client).send(Message(CANARY, []), Interaction("U1", "C1", url))
    (posted,) = api_host.got
    assert posted.startswith("/api/chat.postEphemeral ")
    assert CANARY not in str(read_log())


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/x",
        "https://hooks.slack.com.evil.example/x",
        "https://evilslack.com/x",
        "https://slack.com@127.0.0.2:1/x",
        "https://evil.example/?hooks.slack.com",
        "http://127.0.0.2:1/x",
    ],
)
async def test_a_host_that_is_not_slacks_is_not_even_looked_for(url: str, session: ClientSession) -> None:
    with pytest.raises(ForeignHostBlocked):
        await session.post(url, proxy="http://127.0.0.1:1")


@pytest.mark.parametrize(
    "url", ["https://hooks.slack.com/x", "https://slack.com/x", "https://a.slack-gov.com/"]
)
async def test_slacks_own_hosts_are(url: str, session: ClientSession) -> None:
    with pytest.raises(ClientProxyConnectionError):  # sent, and not blocked before
        await session.post(url, proxy="http://127.0.0.1:1")


class RedirectingTransport:
    """A transport whose payloads have a `response_url` on another host."""

    def __init__(self, transport: Any, url: str) -> None:
        self._transport, self._url = transport, url

    async def deliver(self, delivery: Sent) -> Any:
        payload = {**delivery.payload, "response_url": f"{self._url}/x"}
        if view := payload.get("view"):
            _, _, rest = str(view["private_metadata"]).partition("\n")
            payload["view"] = {**view, "private_metadata": f"{self._url}/x\n{rest}"}
        return await self._transport.deliver(
            Sent(delivery.kind, payload, delivery.interaction_id, delivery.typed)
        )


async def test_a_signed_payload_that_points_elsewhere_is_answered_where_it_came_from(
    ada: Person, slack: LocalSlack, bot: Bot, cloudflare: Simulation, elsewhere: Host
) -> None:
    assert bot
    cloudflare.add_instance("orders", id="private-id")
    message = await ask(ada, "orders")
    other = slack.person("ada", via=RedirectingTransport(slack.http(slack.request_url), elsewhere.url))
    following = slack.next_message()
    await other.click(message, "page_refresh")
    assert "private-id" in (await following).all_text()
    view = await (await ada.click(message, "filter_open")).view()
    following = slack.next_message()
    await other.submit(view, {})
    assert "private-id" in (await following).all_text()
    assert elsewhere.got == []
    assert urlsplit(elsewhere.url).hostname == "127.0.0.2"
