"""A test harness: Slack and Cloudflare on loopback, and the settings to connect a bot."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN, Simulation
from bot.playground.simulators.slack import LocalSlack, Person

from .bot_process import BotProcess, Ended, run, running_bot


@dataclass(frozen=True)
class Harness:
    """A local Slack, a simulated Cloudflare, and a folder for bots.

    Attributes:
        api: the simulation's base URL.
        session: for requests to the bot that are not Slack's.
    """

    slack: LocalSlack
    cloudflare: Simulation
    api: str
    folder: Path
    session: aiohttp.ClientSession

    def settings(self, *without: str, **more: str) -> dict[str, str]:
        """Return settings for a bot over HTTP, with some left out, added or changed."""
        chosen = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_API_URL": self.slack.api_url,
            "CLOUDFLARE_ACCOUNT_ID": DEFAULT_ACCOUNT_ID,
            "CLOUDFLARE_API_TOKEN": DEFAULT_TOKEN.value,
            "CLOUDFLARE_API_BASE_URL": self.api,
        }
        return {name: value for name, value in chosen.items() if name not in without} | more

    @asynccontextmanager
    async def bot(
        self, name: str, settings: dict[str, str] | None = None, *, own_interpreter: bool = False
    ) -> AsyncIterator[BotProcess]:
        """Run a bot that receives Slack's requests."""
        chosen = self.settings() if settings is None else settings
        async with running_bot(self.folder / name, chosen, own_interpreter=own_interpreter) as bot:
            if "SLACK_APP_TOKEN" not in chosen:
                self.slack.request_url = bot.request_url
            yield bot

    async def run(
        self,
        name: str,
        command: str,
        settings: dict[str, str] | None = None,
        *options: str,
        own_interpreter: bool = False,
    ) -> Ended:
        """Run a command until it exits."""
        chosen = self.settings() if settings is None else settings
        return await run(
            self.folder / name, command, *options, settings=chosen, own_interpreter=own_interpreter
        )

    @property
    def ada(self) -> Person:
        return self.slack.person("ada")

    async def get(self, bot: BotProcess, path: str) -> tuple[int, str]:
        async with self.session.get(f"{bot.url}{path}") as answer:
            return answer.status, await answer.text()

    async def metric(self, bot: BotProcess, sample: str) -> float:
        """Return the value of a sample such as `name{label="value"}`, or 0 if there is none."""
        _, text = await self.get(bot, "/metrics")
        found = [line for line in text.splitlines() if line.startswith(f"{sample} ")]
        return float(found[0].rpartition(" ")[2]) if found else 0.0


def run_harness(folder: Path, slack: LocalSlack | None = None) -> AbstractAsyncContextManager[Harness]:
    """Run a harness whose account has `order-processing` and four other workflows."""
    return _run_harness(folder, slack or LocalSlack())


@asynccontextmanager
async def _run_harness(folder: Path, local: LocalSlack) -> AsyncIterator[Harness]:
    cloudflare = Simulation()
    cloudflare.seed(1, instances=300)
    async with (
        local.serve() as slack,
        cloudflare.serve() as api,
        aiohttp.ClientSession() as session,
    ):
        yield Harness(slack, cloudflare, api, folder, session)
