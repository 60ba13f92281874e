"""A database, a Slack and an account, and a clock that all but Slack go by."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.due import DueScheduler
from bot.digests.runs import RunRepository
from bot.digests.store import DigestRepository
from bot.playground.simulators.slack import LocalSlack
from bot.settings import Settings
from bot.slack.client import slack_client
from tests.support.clock import Clock
from tests.support.databases import migrated_database
from tests.support.teams import TEAM


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'bot.sqlite3'}"


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    async with migrated_database(database_url) as engine:
        yield engine


@pytest.fixture
def store(engine: AsyncEngine, clock: Clock) -> DigestRepository:
    return DigestRepository(engine, TEAM, clock)


@pytest.fixture
def rounds(engine: AsyncEngine) -> DueScheduler:
    return DueScheduler(engine, TEAM, timedelta(hours=1))


@pytest.fixture
def runs(engine: AsyncEngine) -> RunRepository:
    return RunRepository(engine, TEAM)


@pytest.fixture
def settings(slack: LocalSlack, database_url: str) -> Settings:
    return Settings.model_validate(
        {
            "slack_bot_token": slack.bot_token,
            "slack_signing_secret": slack.signing_secret,
            "slack_api_url": slack.api_url,
            "wrangler_dev_url": "http://127.0.0.1:1",
            "database_url": database_url,
        }
    )


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[AsyncWebClient]:
    async with slack_client(settings) as client:
        yield client


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session
