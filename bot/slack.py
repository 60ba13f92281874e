"""Slack's Web API: the client, what its errors mean, and whether its tokens are good."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.settings import Settings
from bot.starting import Failed

UNREACHABLE: Final = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)
"""What a call of Slack's Web API may raise; `SlackApiError` is one of them."""

_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_REFUSALS: Final = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "not_allowed_token_type",
        "missing_scope",
        "no_permission",
        "org_login_required",
        "ekm_access_denied",
    }
)


class TokenRefused(Failed):
    """Slack knows this token and does not want it; the message says what to do."""


class SlackUnreachable(Failed):
    """Slack gave no answer of its own; the message says what came instead."""


@asynccontextmanager
async def slack_client(settings: Settings) -> AsyncIterator[AsyncWebClient]:
    """Slack's Web API over one session."""
    async with aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=True) as session:
        client = AsyncWebClient(
            token=settings.bot_token,
            base_url=f"{settings.slack_api_url.rstrip('/')}/",
            session=session,
            retry_handlers=[AsyncRateLimitErrorRetryHandler()],
        )
        client.proxy = None  # slack_sdk's own choice of one ignores NO_PROXY; the session's does not
        yield client


def reason(error: Exception) -> str:
    """What an error of the Web API says: Slack's code, else the HTTP status, else the kind of error."""
    if isinstance(error, SlackApiError):
        data = error.response.data if isinstance(error.response, AsyncSlackResponse) else error.response
        if isinstance(data, dict) and data.get("error"):
            return str(data["error"])
        return f"HTTP {error.response.status_code}"
    return type(error).__name__


async def check_bot_token(client: AsyncWebClient) -> AsyncSlackResponse:
    """What Slack says of the bot's token.

    Raises:
        TokenRefused: it is not good.
        SlackUnreachable: Slack does not say.
    """
    try:
        return await client.auth_test()
    except UNREACHABLE as error:
        raise _told(error, "SLACK_BOT_TOKEN", "copy it anew from OAuth & Permissions") from error


async def check_app_token(client: AsyncWebClient, app_token: str) -> None:
    """Prove that a Socket Mode connection could be opened.

    Raises:
        TokenRefused: the token is not good.
        SlackUnreachable: Slack does not say.
    """
    try:
        await client.apps_connections_open(app_token=app_token)
    except UNREACHABLE as error:
        advice = (
            "it must be an app-level token (xapp-…) with the scope connections:write, "
            "and Socket Mode must be on in the app's settings"
        )
        raise _told(error, "SLACK_APP_TOKEN", advice) from error


def _told(error: Exception, setting: str, advice: str) -> TokenRefused | SlackUnreachable:
    why = reason(error)
    if why in _REFUSALS:
        return TokenRefused(f"Slack refuses {setting} ({why}): {advice}")
    return SlackUnreachable(f"Slack can't be reached ({why})")
