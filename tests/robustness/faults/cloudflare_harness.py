"""The bot between a local Slack and a faulty Cloudflare, and one cell of the test matrix."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.model import DigestSpec
from bot.digests.store import DigestRepository
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, ApiToken, Failure, Operation, Simulation
from bot.playground.simulators.slack import LocalSlack, Message, Person, Reply
from bot.settings import Settings
from bot.storage.database import open_database
from tests.support.messages import answer, mask_times
from tests.support.servers import PATIENCE, serve_bot
from tests.support.teams import TEAM

from .cloudflare_faults import Failure as Case
from .cloudflare_faults import NobodyListens

ACCOUNTS = 300
"""More than the number of cells."""

DEADLINE = 1.0
ACK_WITHIN = 0.4
INSTANCES = 125
"""More than one page of the API."""
FAILED = 2


class Elsewhere:
    """Another host, which counts its connections."""

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
    """The connection to Cloudflare; while it is cut, its port is closed."""

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
class Harness:
    """The servers that all cells share.

    Attributes:
        line: the connection to Cloudflare.
        elsewhere: the address of another host.
        other_host: counts the connections to it.
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
        """Create an account with its own workflow: 125 instances, of which the two newest failed."""
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
        """Inject a fault into every request until the block ends."""
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
            self.cloudflare.clear_faults()


@dataclass(frozen=True)
class Cell:
    """An account, its workflow, and a person who uses the bot."""

    harness: Harness
    account: str
    token: str
    workflow: str

    @property
    def ada(self) -> Person:
        return self.harness.slack.person("ada")

    def ids(self, newest: int, oldest: int) -> list[str]:
        """Return ids of instances by age, 1 for the newest."""
        return [f"{self.workflow}-{age}" for age in range(newest, oldest + 1)]

    async def asked(self, text: str) -> Reply:
        """Send a command, and check its ack."""
        reply = await self.ada.command("/workflows", text)
        assert reply.ack.status == 200
        return reply

    async def list(self) -> Message:
        return await answer(await self.asked(self.list_command))

    @property
    def list_command(self) -> str:
        return f"{self.workflow} rows:20 account:{self.account}"

    @property
    def overview_command(self) -> str:
        return f"search:{self.workflow} account:{self.account}"

    async def pressed(self, message: Message, action_id: str) -> Reply:
        """Press a button, and check its ack."""
        reply = await self.ada.click(message, action_id)
        assert reply.ack.status == 200
        return reply

    def still(self, message: Message) -> Message:
        """Return the current state of a message."""
        return next(now for now in self.ada.screen() if now.ts == message.ts)

    def nameless(self, message: Message) -> str:
        """Return the text of a message with placeholders for the cell's names."""
        text = mask_times(message.all_text())
        return text.replace(self.workflow, "WORKFLOW").replace(self.account, "ACCOUNT")

    async def digest(self) -> int:
        """Create a paused digest of this workflow, which no worker delivers."""
        plan = DigestSpec("C0GENERAL", Schedule("0 9 * * *", "UTC"), self.account, (self.workflow,))
        store = DigestRepository(self.harness.engine, TEAM, lambda: datetime.now(UTC))
        return (await store.create(plan, self.ada.user.id)).number


def token_of(number: int) -> str:
    return f"token-{number}"


@asynccontextmanager
async def run_harness(folder: Path) -> AsyncIterator[Harness]:
    """Run the bot with an account for each cell, all on one simulated Cloudflare."""
    cloudflare = Simulation(credentials=tuple(ApiToken(token_of(number)) for number in range(ACCOUNTS)))
    line, other_host = Line(cloudflare), Elsewhere()
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LocalSlack(ack_seconds=PATIENCE).serve())
        await line.open()
        stack.push_async_callback(line.cut)
        elsewhere = await stack.enter_async_context(other_host.serve())
        settings = settings_of(slack, line.url, folder)
        await stack.enter_async_context(serve_bot(settings, slack))
        engine = open_database(settings.database_url.get_secret_value())
        stack.push_async_callback(engine.dispose)
        yield Harness(slack, cloudflare, line, elsewhere, other_host, engine)


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
        "bot_refresh_pause": 0,  # each refresh asks Cloudflare
    }
    return Settings(_env_file=None, **chosen)
