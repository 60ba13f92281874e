"""The bot in this process, over loopback sockets between a local Slack and a simulated Cloudflare."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, Field

from bot.app import Bot, build_bot
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN
from bot.playground.simulators.slack import LocalSlack
from bot.settings import LOOPBACK, Settings
from bot.slack.server import serve_http

from .databases import place_tables

PATIENCE: Final = 60.0
"""Seconds; as long as a busy machine may take for what is asked."""


class GivenSettings(Settings):
    """Settings that are what they are given, whatever the environment says, of a bot that waits longer."""

    bot_ack_within: float = Field(PATIENCE, gt=0)  # more than Slack allows: this one is patient, too

    def __init__(self, **given: Any) -> None:
        BaseModel.__init__(self, **given)  # that of its parent looks into every source


def bot_settings(slack: LocalSlack, api: str, folder: Path, **chosen: Any) -> Settings:
    """Return the settings of a bot between these two, with its database in a folder.

    Args:
        slack: where it answers.
        api: the base URL of Cloudflare's API.
        folder: must exist.
        chosen: replace others, or come on top.
    """
    usual: dict[str, Any] = {
        "slack_bot_token": slack.bot_token,
        "slack_signing_secret": slack.signing_secret,
        "slack_api_url": slack.api_url,
        "cloudflare_account_id": DEFAULT_ACCOUNT_ID,
        "cloudflare_api_token": DEFAULT_TOKEN.value,
        "cloudflare_api_base_url": api,
        "database_url": f"sqlite:///{folder}/bot.sqlite3",
        "bot_request_deadline": PATIENCE,
    }
    return GivenSettings(**(usual | chosen))


@asynccontextmanager
async def serve_bot(settings: Settings, slack: LocalSlack) -> AsyncIterator[Bot]:
    """Run a bot on a free port and point Slack's requests at it."""
    place_tables(settings.database_url.get_secret_value())
    async with build_bot(settings) as bot:
        try:
            async with serve_http(bot.web, bot.connections, LOOPBACK, 0) as port:
                slack.request_url = f"http://{LOOPBACK}:{port}/slack/events"
                yield bot
        finally:
            await bot.background.drain(timedelta(seconds=3))  # as `serve` does: it works with the database
