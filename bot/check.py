"""`workflows-bot check`: proves what a running bot will rely on, a line for each."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from bot.app import cloudflare_session, database, open_accounts
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import AccountNotFound, CloudflareError, NotAuthorized
from bot.errors import StartupError
from bot.settings import Settings
from bot.slack.client import SlackUnreachable, TokenRefused, check_app_token, check_bot_token, slack_client
from bot.telemetry import Metrics

_NEEDED: Final = ("commands", "chat:write")
_SENT_AGAIN: Final = "without it, a digest that is cut off while it is sent may come twice, and says so"
_OPTIONAL: Final = {
    "users:read": "without it, times that people type are read as UTC",
    "channels:history": _SENT_AGAIN,
    "groups:history": f"{_SENT_AGAIN}, in private channels",
    "app_mentions:read": "without it, messages that mention the bot are not answered",
    "im:history": "without it, direct messages to the bot are not answered",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, whether it is well, and what to know or to do."""

    subject: str
    well: bool
    text: str


async def check(settings: Settings) -> AsyncIterator[Finding]:
    """Look at settings, Slack, every account and the database."""
    names = ", ".join(settings.endpoints)
    mode = "Socket Mode" if settings.slack_app_token else "HTTP"
    yield Finding("settings", well=True, text=f"{mode}; accounts: {names}")
    async for finding in _slack(settings):
        yield finding
    async with cloudflare_session() as session:
        for name, account in open_accounts(settings, session, Metrics()).items():
            yield await _account(name, account, settings)
    yield await _database(settings)


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    async with slack_client(settings) as client:
        try:
            answer = await check_bot_token(client)
        except TokenRefused as error:
            yield Finding("slack token", well=False, text=str(error))
        except SlackUnreachable as error:
            text = f"{error}; asked was {settings.slack_api_url}"
            yield Finding("slack token", well=False, text=text)
        else:
            yield Finding("slack token", well=True, text=f"{answer.get('user')} in {answer.get('team')}")
            yield _scopes(str(answer.headers.get("x-oauth-scopes", "")))
        if settings.slack_app_token is not None:
            try:
                await check_app_token(client, settings.slack_app_token.get_secret_value())
            except (TokenRefused, SlackUnreachable) as error:
                yield Finding("slack app token", well=False, text=str(error))
            else:
                yield Finding("slack app token", well=True, text="Socket Mode can connect")


def _scopes(header: str) -> Finding:
    granted = [scope.strip() for scope in header.split(",") if scope.strip()]
    if not granted:
        return Finding("slack scopes", well=True, text="Slack did not say which the token has")
    missing = [scope for scope in _NEEDED if scope not in granted]
    if missing:
        text = f"missing: {', '.join(missing)}; add them under OAuth & Permissions and install the app again"
        return Finding("slack scopes", well=False, text=text)
    hints = [f"{scope} is not granted: {why}" for scope, why in _OPTIONAL.items() if scope not in granted]
    return Finding("slack scopes", well=True, text="; ".join((", ".join(granted), *hints)))


async def _account(name: str, account: CachedWorkflows, settings: Settings) -> Finding:
    subject = f"account {name}"
    try:
        found = await account.list_workflows()
    except NotAuthorized as error:
        permissions = ", ".join(error.PERMISSIONS)
        text = f"{error.reason}: its credentials are wrong, or lack one of these permissions: {permissions}"
        return Finding(subject, well=False, text=text)
    except AccountNotFound as error:
        return Finding(subject, well=False, text=f"{error.reason}: look at its account id")
    except CloudflareError as error:
        root = settings.endpoints[name].base_url
        return Finding(subject, well=False, text=f"{error.reason}; asked was {root}")
    return Finding(subject, well=True, text=f"reads Workflows; there are {len(found.rows)}")


async def _database(settings: Settings) -> Finding:
    try:
        async with database(settings) as engine:
            return Finding("database", well=True, text=f"{engine.dialect.name}, tables up to date")
    except StartupError as error:
        return Finding("database", well=False, text=str(error))
