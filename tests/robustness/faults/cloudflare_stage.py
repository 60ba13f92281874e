"""The bot between a local Slack and a Cloudflare that can be made to fail; one cell of the matrix on it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app import build_bot
from bot.digests.model import DigestSpec
from bot.digests.store import DigestRepository
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, ApiToken, Failure, Operation, Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person, Reply
from bot.settings import Settings
from bot.storage.database import open_database
from tests.support.messages import mask_times as timeless

from .cloudflare_faults import Failure as Case
from .cloudflare_faults import NobodyListens

ACCOUNTS = 300
"""More than there are cells."""

DEADLINE = 1.0
ACK_WITHIN = 0.4
SLACK_WAITS = 3.0
INSTANCES = 125
"""More than one answer of the API holds."""
FAILED = 2


class Elsewhere:
    """Another host: counts who comes to it."""

    def __init__(self) -> None:
        self.visitors = 0

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        async def visited(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.visitors += 1
            writer.close()

        async with await asyncio.start_server(visited, "127.0.0.1", 0) as server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@dataclass
class Line:
    """The way to an account: while it is cut, nobody listens at its port."""

    cloudflare: Simulation
    url: str = ""
    _port: int = 0
    _served: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def open(self) -> None:
        self.url = await self._served.enter_async_context(self.cloudflare.serve(self._port))
        self._port = int(self.url.split(":")[2].split("/")[0])

    async def cut(self) -> None:
        await self._served.aclose()


@dataclass
class Stage:
    """What all cells share.

    Attributes:
        line: the way to Cloudflare.
        elsewhere: the address of another host.
        visitors: how many have come there.
        engine: the bot's database.
    """

    slack: LocalSlack
    cloudflare: Simulation
    line: Line
    elsewhere: str
    other_host: Elsewhere
    engine: AsyncEngine
    _unused: Iterator[int] = field(default_factory=itertools.count)

    def cell(self) -> "Cell":
        """A fresh account with a workflow of its own: 125 instances, of which the two newest failed."""
        number = next(self._unused)
        cell = Cell(self, f"a{number}", token_of(number), f"flow-{number}")
        now = datetime.now(UTC)
        for age in range(INSTANCES, 0, -1):
            began = now - timedelta(minutes=5, seconds=age)
            self.cloudflare.add_instance(
                cell.workflow,
                id=f"{cell.workflow}-{age}",
                status="errored" if age <= FAILED else "complete",
                error=Failure("TimeoutError", "no answer") if age <= FAILED else None,
                created_on=began,
                started_on=began,
            )
        return cell

    @asynccontextmanager
    async def failing(self, case: Case, operation: Operation | None = None) -> AsyncIterator[None]:
        """Every request meets a fault until the block is left."""
        fault = case.led_to(f"{self.elsewhere}/client/v4")
        if isinstance(fault, NobodyListens):
            await self.line.cut()
        else:
            self.cloudflare.inject(fault, times=None, operation=operation)
        try:
            yield
        finally:
            if isinstance(fault, NobodyListens):
                await self.line.open()
            self.cloudflare.heal()


@dataclass(frozen=True)
class Cell:
    """One account, one workflow, and somebody who asks about them."""

    stage: Stage
    account: str
    token: str
    workflow: str

    @property
    def ada(self) -> Person:
        return self.stage.slack.person("ada")

    def ids(self, newest: int, oldest: int) -> list[str]:
        """Instances by their age, 1 for the newest."""
        return [f"{self.workflow}-{age}" for age in range(newest, oldest + 1)]

    async def asked(self, text: str) -> Reply:
        """Type a command; it has to be acknowledged in time."""
        reply = await self.ada.command("/workflows", text)
        assert reply.ack.status == 200
        assert reply.ack.seconds < SLACK_WAITS
        return reply

    async def list(self) -> Message:
        return await (await self.asked(self.list_command)).message()

    @property
    def list_command(self) -> str:
        return f"{self.workflow} rows:20 account:{self.account}"

    @property
    def overview_command(self) -> str:
        return f"search:{self.workflow} account:{self.account}"

    async def pressed(self, message: Message, action_id: str) -> Reply:
        """Press a button; that has to be acknowledged at once."""
        reply = await self.ada.click(message, action_id)
        assert reply.ack.status == 200
        assert reply.ack.seconds < 1.0
        return reply

    def still(self, message: Message) -> Message:
        """What stands now where a message stood."""
        return next(now for now in self.ada.screen() if now.ts == message.ts)

    def nameless(self, message: Message) -> str:
        """What a message says, without what differs from cell to cell."""
        text = timeless(message.all_text())
        return text.replace(self.workflow, "WORKFLOW").replace(self.account, "ACCOUNT")

    async def digest(self) -> int:
        """A digest of this workflow; it is paused, so that no worker has anything to do."""
        plan = DigestSpec("C0GENERAL", Schedule("0 9 * * *", "UTC"), self.account, (self.workflow,))
        store = DigestRepository(self.stage.engine, lambda: datetime.now(UTC))
        return (await store.create(plan, self.ada.user.id)).number


def token_of(number: int) -> str:
    return f"token-{number}"


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    """The bot, with more accounts than there are cells, all of them at one Cloudflare."""
    cloudflare = Simulation(credentials=tuple(ApiToken(token_of(number)) for number in range(ACCOUNTS)))
    line, other_host = Line(cloudflare), Elsewhere()
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LocalSlack().serve())
        await line.open()
        stack.push_async_callback(line.cut)
        elsewhere = await stack.enter_async_context(other_host.serve())
        settings = settings_of(slack, line.url, folder)
        bot = await stack.enter_async_context(build_bot(settings))
        runner = web.AppRunner(bot.web, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        engine = open_database(settings.database_url.get_secret_value())
        stack.push_async_callback(engine.dispose)
        yield Stage(slack, cloudflare, line, elsewhere, other_host, engine)


def settings_of(slack: LocalSlack, api: str, folder: Path) -> Settings:
    chosen: dict[str, Any] = {
        "slack_bot_token": slack.bot_token,
        "slack_signing_secret": slack.signing_secret,
        "slack_api_url": slack.api_url,
        "cloudflare_accounts": {
            f"a{number}": {
                "account_id": DEFAULT_ACCOUNT_ID,
                "api_token": token_of(number),
                "api_base_url": api,
            }
            for number in range(ACCOUNTS)
        },
        "database_url": f"sqlite:///{folder}/bot.sqlite3",
        "bot_request_deadline": DEADLINE,
        "bot_ack_within": ACK_WITHIN,
    }
    return Settings(_env_file=None, **chosen)
