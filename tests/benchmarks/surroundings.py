"""What stands around the bot while it is measured, each in a process of its own."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp

from bot.language.tokens import COMMAND
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN
from bot.playground.simulators.slack import LocalSlack, Person, Signer
from bot.playground.simulators.slack.delivery import Delivery
from tests.support.forked import OUTPUT, ForkedProcess
from tests.system.process.bot_process import BotProcess, running_bot

from .api import serve_account

_LOOK_EVERY: Final = 0.02  # seconds


@dataclass(frozen=True, slots=True)
class Account:
    """What the simulated account is like.

    Attributes:
        workflows: how many it has; their names are `workflow_name(1)` and on.
        instances: of each workflow.
        latency: seconds before each answer.
        steps: of one more instance of the first workflow, `LONG_RUN`; there is none without.
        failing: how many workflows have instances that failed; None means all.
    """

    workflows: int = 1
    instances: int = 1_000
    latency: float = 0.0
    steps: int = 0
    failing: int | None = None


@dataclass(frozen=True, slots=True)
class UpstreamApi:
    """The simulated account, served by another process.

    Attributes:
        url: the base URL that clients take.
        session: for requests of our own.
    """

    url: str
    session: aiohttp.ClientSession

    def instances_url(self, workflow: str, query: str) -> str:
        """Where a workflow's instances are listed."""
        return f"{self.url}/accounts/{DEFAULT_ACCOUNT_ID}/workflows/{workflow}/instances?{query}"

    def instance_url(self, workflow: str, instance: str) -> str:
        """Where an instance is described."""
        return f"{self.url}/accounts/{DEFAULT_ACCOUNT_ID}/workflows/{workflow}/instances/{instance}"

    async def get(self, url: str) -> bytes:
        """The body of a good answer, asked for with nothing around it."""
        async with self.session.get(
            url, headers={"Authorization": f"Bearer {DEFAULT_TOKEN.value}"}
        ) as answer:
            body = await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"the simulated API answered {answer.status}: {body[:200]!r}")
            return body

    async def calls(self, operation: str = "list_instances") -> int:
        """How often an operation was asked for since `forget`."""
        async with self.session.get(self._counter) as answer:
            return int((await answer.json()).get(operation, 0))

    async def forget(self) -> None:
        """Count from 0 again."""
        async with self.session.delete(self._counter) as answer:
            answer.raise_for_status()

    @property
    def _counter(self) -> str:
        return f"{self.url.removesuffix('/client/v4')}/calls"


@dataclass(frozen=True, slots=True)
class Commands:
    """Slash commands as Slack sends them; what Slack would do with the answers is left out.

    Attributes:
        request_url: the app's.
        person: who types them.
        signer: holds the signing secret.
        session: allows as many connections as commands are sent at once.
    """

    request_url: str
    person: Person
    signer: Signer
    session: aiohttp.ClientSession

    def signed(self, text: str) -> tuple[dict[str, str], str]:
        """The headers and the body of one more command; no two are alike."""
        services = self.person.services
        act = services.interactions.start("commands", self.person.user, self.person.channel)
        content_type, body = Delivery(
            "slash_commands", services.payloads.command(act, COMMAND, text)
        ).as_http()
        return {"Content-Type": content_type, **self.signer.headers(body)}, body

    async def send(self, text: str) -> bytes:
        """The body of the answer.

        Raises:
            RuntimeError: its status is not 200.
        """
        headers, body = self.signed(text)
        async with self.session.post(self.request_url, data=body.encode(), headers=headers) as answer:
            said = await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"the app answered {answer.status}: {said[:200]!r}")
            return said


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A local Slack, a simulated Cloudflare, and a folder for the bots between them."""

    slack: LocalSlack
    api: UpstreamApi
    session: aiohttp.ClientSession
    folder: Path

    def settings(self) -> dict[str, str]:
        """What a bot between the two needs."""
        return {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_API_URL": self.slack.api_url,
            "CLOUDFLARE_ACCOUNT_ID": DEFAULT_ACCOUNT_ID,
            "CLOUDFLARE_API_TOKEN": DEFAULT_TOKEN.value,
            "CLOUDFLARE_API_BASE_URL": self.api.url,
        }

    def bot(self, name: str = "bot", **settings: str) -> AbstractAsyncContextManager[BotProcess]:
        """A bot in a process of its own; all that is typed in Slack goes to it."""
        return self._bot(self.folder / name, self.settings() | settings, own_interpreter=False)

    def fresh_bot(self, name: str = "bot", **settings: str) -> AbstractAsyncContextManager[BotProcess]:
        """The same, started as its users do: it shares no memory with a process that has loaded the bot."""
        return self._bot(self.folder / name, self.settings() | settings, own_interpreter=True)

    @asynccontextmanager
    async def _bot(
        self, folder: Path, settings: Mapping[str, str], *, own_interpreter: bool
    ) -> AsyncIterator[BotProcess]:
        async with running_bot(folder, settings, own_interpreter=own_interpreter) as bot:
            self.slack.request_url = bot.request_url
            yield bot

    def commands(self, request_url: str) -> Commands:
        """A way to send commands to an app."""
        signer = Signer(self.slack.signing_secret)
        return Commands(request_url, self.slack.person(), signer, self.session)


@asynccontextmanager
async def surroundings(account: Account) -> AsyncIterator[Surroundings]:
    """Everything but the bot."""
    # As many connections as there are requests: waiting for one would be measured, too.
    connector = aiohttp.TCPConnector(limit=0)
    with TemporaryDirectory(prefix="benchmark-") as folder:
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            simulated_api(account, Path(folder, "api")) as url,
            LocalSlack().serve() as slack,
        ):
            yield Surroundings(slack, UpstreamApi(url, session), session, Path(folder))


@asynccontextmanager
async def simulated_api(account: Account, folder: Path) -> AsyncIterator[str]:
    """The simulated API in a process of its own, its output kept in `folder`: its base URL.

    Raises:
        RuntimeError: it did not start.
    """
    size = (account.workflows, account.instances, account.latency, account.steps, account.failing)
    process = await asyncio.to_thread(ForkedProcess, serve_account, size, folder, os.environ)
    said, complained = (folder / name for name in OUTPUT)
    try:
        while not (url := said.read_text()).endswith("\n"):
            if process.returncode is not None:
                raise RuntimeError(f"the simulated API ended: {complained.read_text()}")
            await asyncio.sleep(_LOOK_EVERY)
        yield url.strip()
    finally:
        process.kill()  # there is nothing that it could lose
        await process.wait()
