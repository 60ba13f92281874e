"""A small Slack on loopback: start it, connect the bot, and act as a person."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from bot.playground.loopback import LOOPBACK, reject_browsers
from bot.playground.simulators.slack.delivery import ACK_SECONDS, HttpTransport, Transport
from bot.playground.simulators.slack.faults import FaultQueue
from bot.playground.simulators.slack.files import MOST_BYTES, Files, UploadedFile
from bot.playground.simulators.slack.interactions import Interactions
from bot.playground.simulators.slack.journal import WAIT_SECONDS, Journal
from bot.playground.simulators.slack.message import Message
from bot.playground.simulators.slack.payloads import Payloads
from bot.playground.simulators.slack.person import Person
from bot.playground.simulators.slack.reply import Services, has_message, wait_for_message
from bot.playground.simulators.slack.response_url import Response, ResponseUrls
from bot.playground.simulators.slack.signing import RequestSigner, Signer
from bot.playground.simulators.slack.socket_mode import SocketMode
from bot.playground.simulators.slack.views import Views
from bot.playground.simulators.slack.web_api import ApiCall, Tokens, WebApi
from bot.playground.simulators.slack.workspace import Change, Workspace


@dataclass
class LocalSlack:
    """A local Slack for one app in one workspace.

    Use it as ``async with LocalSlack(…).serve() as slack``. Set ``request_url`` to the bot's
    ``/slack/events`` to deliver interactions there; while it is empty, they use Socket Mode, as in an
    app's settings in Slack. People see an error where an ack takes longer than ``ack_seconds``.
    """

    signing_secret: str = "5ec7e75ec7e75ec7e75ec7e75ec7e75e"  # noqa: S105 - valid for this Slack only, as the next two
    bot_token: str = "xoxb-local"  # noqa: S105
    app_token: str = "xapp-local"  # noqa: S105
    workspace: Workspace = field(default_factory=Workspace)
    request_url: str = ""
    ack_seconds: float = ACK_SECONDS

    def __post_init__(self) -> None:
        self.base_url = ""
        self.faults = FaultQueue()
        self.interactions = Interactions(self.workspace.clock)
        self.views = Views(self.workspace)
        self.socket_mode = SocketMode(self.workspace.team.app_id, self.ack_seconds)
        self._responses = ResponseUrls(self.workspace, self.interactions, self.faults)
        self._files = Files(self.workspace, lambda: self.base_url)
        self._web_api = WebApi(
            self.workspace,
            Tokens(self.bot_token, self.app_token),
            self.interactions,
            self.views,
            self.faults,
            self._open_socket,
            self._files,
        )
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[Self]:
        """Serve on 127.0.0.1 until the block ends; port 0 selects a free port."""
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, LOOPBACK, port)
            await site.start()
            self.base_url = f"http://{LOOPBACK}:{runner.addresses[0][1]}"
            # Without a limit, as waiting for a connection would count against the ack timeout.
            connector = aiohttp.TCPConnector(limit=0)
            async with aiohttp.ClientSession(connector=connector) as self._session:
                yield self
        finally:
            await self.socket_mode.close()
            await runner.cleanup()

    def application(self) -> web.Application:
        """Build the application that ``serve`` runs."""
        app = web.Application(middlewares=[reject_browsers], client_max_size=MOST_BYTES)
        app.add_routes(
            [
                *self._web_api.routes(),
                *self._files.routes(),
                *self._responses.routes(),
                *self.socket_mode.routes(),
            ]
        )
        return app

    @property
    def api_url(self) -> str:
        """The value for ``SLACK_API_URL`` and slack_sdk's ``base_url``."""
        return f"{self.base_url}/api/"

    @property
    def calls(self) -> Journal[ApiCall]:
        """The journal of Web API calls."""
        return self._web_api.calls

    @property
    def responses(self) -> Journal[Response]:
        """The journal of requests to a ``response_url``."""
        return self._responses.responses

    @property
    def files(self) -> Journal[UploadedFile]:
        """The journal of uploaded files."""
        return self._files.shared

    @property
    def changes(self) -> Journal[Change]:
        """The journal of changes of messages."""
        return self.workspace.changes

    def calls_of(self, method: str) -> tuple[ApiCall, ...]:
        """Return the calls of a method."""
        return tuple(call for call in self.calls if call.method == method)

    def messages(self, channel: str = "general") -> tuple[Message, ...]:
        """Return the current messages of a channel, including ephemeral ones."""
        return self.workspace.timeline(channel)

    def next_message(self, timeout: float = WAIT_SECONDS) -> Coroutine[Any, Any, Message]:
        """Wait for the next message that is posted or updated; TimeoutError if none comes."""
        return wait_for_message(self.workspace.changes.follow(has_message), timeout)

    def person(self, name: str = "ada", channel: str = "general", via: Transport | None = None) -> Person:
        """Return a person in a channel; ``via`` overrides the transport."""
        return Person(
            user=self.workspace.user(name),
            channel=self.workspace.channel(channel),
            transport=via or self._transport(),
            services=Services(
                self.workspace,
                self.interactions,
                self._responses,
                self.views,
                Payloads(self.workspace, self.base_url),
            ),
        )

    def http(self, request_url: str, signer: RequestSigner | None = None) -> HttpTransport:
        """Return a transport to a Request URL; this Slack signs unless another signer is given."""
        if self._session is None:
            raise RuntimeError("use a LocalSlack inside `async with LocalSlack(…).serve()`")
        signer = signer or Signer(self.signing_secret)
        return HttpTransport(self._session, request_url, signer, self.ack_seconds)

    def _transport(self) -> Transport:
        return self.http(self.request_url) if self.request_url else self.socket_mode

    def _open_socket(self) -> str:
        ticket = self.socket_mode.issue_ticket()
        address = self.base_url.replace("http://", "ws://")
        return f"{address}/link/?ticket={ticket}&app_id={self.workspace.team.app_id}"
