"""A bot as a process, between a local Slack and a real engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.playground.simulators.slack import LocalSlack, Message, Person
from tests.support.messages import row_ids
from tests.system.process.bot_process import BotProcess, running_bot

from .engine import Engine


@dataclass(frozen=True)
class Shop:
    """An engine with instances, a bot that reads it, and somebody who asks."""

    engine: Engine
    bot: BotProcess
    slack: LocalSlack

    @property
    def ada(self) -> Person:
        return self.slack.person("ada")

    async def calls_upstream(self) -> int:
        """How many requests the bot has made to the engine so far."""
        async with self.engine.session.get(f"{self.bot.url}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        counts = [line for line in lines if line.startswith("workflows_bot_upstream_calls_total{")]
        return sum(int(float(line.rpartition(" ")[2])) for line in counts)


@asynccontextmanager
async def run_shop(engine: Engine, folder: Path) -> AsyncIterator[Shop]:
    """Run a bot that reads an engine, with its files in a folder."""
    async with LocalSlack().serve() as slack:
        settings = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_URL": slack.api_url,
            "WRANGLER_DEV_URL": engine.url,
            "DATABASE_URL": "sqlite:///bot.sqlite3",
        }
        async with running_bot(folder / "bot", settings) as bot:
            slack.request_url = bot.request_url
            yield Shop(engine, bot, slack)


def all_ids(screens: list[Message]) -> list[str]:
    """Return the ids of the instances on some screens, in their order."""
    return [name for message in screens for name in row_ids(message)]
