"""A bot between a Slack that fails on demand and a Cloudflare, shared by the cells of a module."""

import io
import itertools
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web

from bot.app import Bot, build_bot
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN, Simulation
from bot.playground.simulators.slack import Fault, LocalSlack, Message, Person, Reply, Transport
from bot.settings import Settings
from tests.support.logs import logs
from tests.support.messages import row_ids as ids

AT_ONCE: Final = 1.0
"""Seconds in which an ack is there that nothing slow stands in the way of."""
ALWAYS: Final = 9
"""So often is nothing asked."""
_A_CELL: Final = timedelta(seconds=5)
_ROWS: Final = 25

Act = Callable[[], Awaitable[Reply]]


@dataclass
class Stage:
    """What the cells of a module have in common."""

    slack: LocalSlack
    cloudflare: Simulation
    bot: Bot
    folder: Path
    written: io.StringIO
    _count: Iterator[int] = field(default_factory=itertools.count)
    _digest: int | None = None
    _read: int = 0
    _called: int = 0

    def ada(self, channel: str = "general", via: Transport | None = None) -> Person:
        return self.slack.person("ada", channel, via)

    def workflow(self) -> str:
        """A workflow that no other cell asks for, so that no cache answers for it."""
        name = f"orders-{next(self._count)}"
        for number in range(_ROWS):
            status = "errored" if number % 5 == 0 else "complete"
            self.cloudflare.add_instance(name, id=f"{name}-{number:02}", status=status)
        return name

    async def digest(self) -> int:
        """The number of a digest of hers, for all cells the same."""
        if self._digest is None:
            made = await told(await self.ada().command("/workflows", "digest create daily 09:00"), "is made")
            self._digest = int(made.all_text().split("Digest ")[1].split("*")[0])
        return self._digest

    def fails(self, target: str, fault: Fault, times: int = ALWAYS) -> None:
        """Have the next calls of a method, or of any `response_url`, meet a fault."""
        self.slack.faults.add(target, fault, times=times)
        self._called = len(self.slack.calls)

    def logged(self, *levels: str) -> list[dict[str, Any]]:
        """What was logged in this cell, of some levels or of all."""
        lines = [json.loads(line) for line in self.written.getvalue().splitlines()[self._read :]]
        return [line for line in lines if not levels or line["level"] in levels]

    @asynccontextmanager
    async def cell(self) -> AsyncIterator[None]:
        """One cell: it leaves no work behind, and the next request is well."""
        self._read = len(self.written.getvalue().splitlines())
        channels, scopes, clock = (
            self.slack.workspace.channels,
            self.slack.workspace.scopes,
            self.slack.interactions.clock,
        )
        try:
            yield
            await self.settled()
        finally:
            self.slack.faults.clear()
            self.cloudflare.heal()
            self.slack.workspace.channels, self.slack.workspace.scopes = channels, scopes
            self.slack.interactions.clock = clock
            self.slack.views.close_all(self.ada().user.id)
        assert "background_work_failed" not in self.events()
        assert "listener_failed" not in self.events()
        assert "unexpected_error" not in self.events()
        name = self.workflow()
        reply = await self.ada().command("/workflows", name)
        assert ids(await reply.message()) == [f"{name}-{row:02}" for row in reversed(range(15, _ROWS))]

    async def settled(self) -> None:
        """Once all is done that was begun."""
        assert await self.bot.background.drain(_A_CELL) == 0, "no task is left"

    def asked_of_slack(self) -> list[str]:
        """The methods that were called since the last fault was set up, in order."""
        return [call.method for call in list(self.slack.calls)[self._called :]]

    def events(self) -> list[str]:
        return [line["event"] for line in self.logged()]


@asynccontextmanager
async def on_stage(folder: Path) -> AsyncIterator[Stage]:
    """A bot that has no answer in time for an ack, so that every answer takes the way after it."""
    cloudflare = Simulation()
    with logs() as written, pytest.MonkeyPatch.context() as patch:
        for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "HTTP_PROXY", "HTTPS_PROXY"):
            patch.delenv(name, raising=False)
        async with LocalSlack().serve() as slack, cloudflare.serve() as api:
            settings = Settings(
                _env_file=None,
                slack_bot_token=slack.bot_token,
                slack_signing_secret=slack.signing_secret,
                slack_api_url=slack.api_url,
                cloudflare_account_id=DEFAULT_ACCOUNT_ID,
                cloudflare_api_token=DEFAULT_TOKEN.value,
                cloudflare_api_base_url=api,
                database_url=f"sqlite:///{folder}/bot.sqlite3",
                bot_ack_within=1e-6,
                bot_request_budget=100_000,
            )
            async with build_bot(settings) as bot:
                runner = web.AppRunner(bot.web, access_log=None)
                await runner.setup()
                await web.TCPSite(runner, "127.0.0.1", 0).start()
                slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
                try:
                    yield Stage(slack, cloudflare, bot, folder, written)
                finally:
                    await runner.cleanup()


async def told(reply: Reply, words: str) -> Message:
    """The first message with some words in it that the person sees after an act, whichever way it comes."""
    assert reply.ack.status == 200
    assert reply.ack.seconds < AT_ONCE
    deadline = time.monotonic() + 5
    seen: list[str] = []
    while True:
        try:
            message = await reply.seen(max(deadline - time.monotonic(), 0.01))
        except TimeoutError:
            raise AssertionError(f"expected {words!r}, saw {seen}") from None
        if words in message.all_text():
            return message
        seen.append(message.all_text())
