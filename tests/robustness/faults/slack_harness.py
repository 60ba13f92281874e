"""A bot between a faulty Slack and a Cloudflare, shared by the cells of a module."""

import io
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from bot.app import Bot
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN, Simulation
from bot.playground.simulators.slack import Fault, LocalSlack, Message, Person, Reply, Transport
from bot.settings import Settings
from tests.support.clock import far_schedule
from tests.support.logs import logs
from tests.support.messages import ask, row_ids
from tests.support.servers import PATIENCE, serve_bot

ALWAYS: Final = 9
"""More calls than any cell makes."""
_A_CELL: Final = timedelta(seconds=PATIENCE)
_ROWS: Final = 25

Act = Callable[[], Awaitable[Reply]]


@dataclass
class Harness:
    """The servers that the cells of a module share."""

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
        """Create a workflow that no other cell uses, so that it is not cached."""
        name = f"orders-{next(self._count)}"
        for number in range(_ROWS):
            status = "errored" if number % 5 == 0 else "complete"
            self.cloudflare.add_instance(name, id=f"{name}-{number:02}", status=status)
        return name

    async def digest(self) -> int:
        """Return the number of a digest that all cells share."""
        if self._digest is None:
            made = await wait_for_message(
                await self.ada().command("/workflows", f"digest create {far_schedule()}"), "is made"
            )
            self._digest = int(made.all_text().split("Digest ")[1].split("*")[0])
        return self._digest

    def fails(self, target: str, fault: Fault, times: int = ALWAYS) -> None:
        """Inject a fault into the next calls of a method or of any `response_url`."""
        self.slack.faults.add(target, fault, times=times)
        self._called = len(self.slack.calls)

    def logged(self, *levels: str) -> list[dict[str, Any]]:
        """Return the log lines of this cell, optionally of some levels."""
        lines = [json.loads(line) for line in self.written.getvalue()[self._read :].splitlines()]
        return [line for line in lines if not levels or line["level"] in levels]

    @asynccontextmanager
    async def cell(self) -> AsyncIterator[None]:
        """Run one cell, and check that no task is left and that the next request works."""
        self._read = len(self.written.getvalue())
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
            self.cloudflare.clear_faults()
            self.slack.workspace.channels, self.slack.workspace.scopes = channels, scopes
            self.slack.interactions.clock = clock
            self.slack.views.close_all(self.ada().user.id)
        assert "background_work_failed" not in self.events()
        assert "listener_failed" not in self.events()
        assert "unexpected_error" not in self.events()
        name = self.workflow()
        shown = row_ids(await ask(self.ada(), name))
        assert shown == [f"{name}-{row:02}" for row in reversed(range(15, _ROWS))]

    async def settled(self) -> None:
        """Wait until no task is left."""
        assert await self.bot.background.drain(_A_CELL) == 0, "no task is left"

    def asked_of_slack(self) -> list[str]:
        """Return the methods called since the last fault was injected, in order."""
        return [call.method for call in list(self.slack.calls)[self._called :]]

    def events(self) -> list[str]:
        return [line["event"] for line in self.logged()]


@asynccontextmanager
async def run_harness(folder: Path) -> AsyncIterator[Harness]:
    """Run a bot whose ack deadline is so short that every answer follows the ack."""
    cloudflare = Simulation()
    with logs() as written, pytest.MonkeyPatch.context() as patch:
        for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "HTTP_PROXY", "HTTPS_PROXY"):
            patch.delenv(name, raising=False)
        async with LocalSlack(ack_seconds=PATIENCE).serve() as slack, cloudflare.serve() as api:
            settings = Settings(
                bot_admins="U0ADA0001",  # whose forms need no proof by Slack: the faults are of the answers
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
            async with serve_bot(settings, slack) as bot:
                harness = Harness(slack, cloudflare, bot, folder, written)
                await ask(harness.ada(), "version")  # Slack says once who she is
                yield harness


async def wait_for_message(reply: Reply, words: str) -> Message:
    """Return the first message with some words that the person sees after an interaction."""
    assert reply.ack.status == 200
    seen: list[str] = []
    while True:
        try:
            message = await reply.seen()
        except TimeoutError:
            raise AssertionError(f"expected {words!r}, saw {seen}") from None
        if words in message.all_text():
            return message
        seen.append(message.all_text())
