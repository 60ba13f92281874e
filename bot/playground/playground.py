"""The playground's composition root: a local Slack, an account, and the bot between them."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Final

from pydantic import SecretStr

from bot.playground.accounts import Account, OpenAccount
from bot.playground.exchange_log import ExchangeLog
from bot.playground.loopback import LOOPBACK
from bot.playground.simulators.slack import LocalSlack, Workspace
from bot.playground.simulators.slack.directory import ADA, GRACE, GUS
from bot.serve import run_bot

_KEPT: Final = 1_000
"""Entries per journal of the local Slack, as a playground may run for days."""
_KEPT_FILES: Final = 20
"""Files are large. The oldest can't be downloaded any more."""


@dataclass(frozen=True, slots=True)
class Playground:
    """The running parts of a playground."""

    slack: LocalSlack
    account: OpenAccount
    exchange_log: ExchangeLog


@asynccontextmanager
async def run_playground(account: Account) -> AsyncIterator[Playground]:
    """Run all servers, each on a free port of 127.0.0.1; delete the bot's database at the end.

    Tokens are random, so that no other program on this machine can pose as the bot or as Slack.

    Raises:
        SettingsError: the account's settings are invalid.
        StartupError: the bot can't start.
    """
    tokens = (secrets.token_hex(), f"xoxb-{secrets.token_hex()}", f"xapp-{secrets.token_hex()}")
    # A guest among them, so that one can see what guests may not.
    slack = LocalSlack(*tokens, Workspace(people=(ADA, GRACE, GUS)))
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="workflows-bot-"))
        await stack.enter_async_context(slack.serve())
        given = {
            "slack_bot_token": SecretStr(slack.bot_token),
            "slack_signing_secret": SecretStr(slack.signing_secret),
            "slack_app_token": None,
            "slack_api_url": slack.api_url,
            "database_url": SecretStr(f"sqlite:///{folder}/playground.sqlite3"),
            "bot_host": LOOPBACK,
            "port": 0,
            "bot_shutdown_seconds": 1.0,
            "bot_run_pause": 1.0,  # a person who tries digests out fills no channel of others
        }
        for journal in (slack.calls, slack.responses, slack.changes, slack.views.shown, slack.views.closed):
            journal.keep(_KEPT)
        slack.files.keep(_KEPT_FILES)
        opened = await stack.enter_async_context(account.open(given))
        exchange_log = ExchangeLog(slack)
        served = await stack.enter_async_context(run_bot(opened.settings, exchange_log.record_call))
        slack.request_url = f"http://{LOOPBACK}:{served.port}/slack/events"
        yield Playground(slack, opened, exchange_log)
