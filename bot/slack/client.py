"""Slack's Web API: the client, what its errors mean, and whether its tokens are good."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry import HttpRequest, HttpResponse, RetryState
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from yarl import URL

from bot.errors import StartupError
from bot.outgoing import failure_of, proxy_middleware
from bot.settings import Settings

SLACK_ERRORS: Final = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)
"""What a call of Slack's Web API may raise; `SlackApiError` is one of them."""

BLOCKS_REFUSED: Final = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "blocks_too_long"}
)
"""Slack does not take this message, and may take a plainer one."""

_CODE: Final = re.compile(r"[a-z0-9_]{1,80}")
_HOSTS: Final = (".slack.com", ".slack-gov.com")
_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_ANSWER_TIMES: Final = aiohttp.ClientTimeout(total=None, connect=30, sock_connect=5, sock_read=30)
"""`connect` is the wait for a connection. A person does not wait for the 30 minutes of a `response_url`."""
_MOST_ANSWERS: Final = 200
"""Answers that are sent to `response_url` at once."""
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


_WAIT: Final = timedelta(seconds=30)
"""How long Slack may ask for, for a call to be made again; callers may have less time."""


class RateLimitRetryHandler(AsyncRateLimitErrorRetryHandler):
    """Makes a call once more where Slack says soon enough when that may be.

    Args:
        most: how long it may ask for; slack_sdk itself would wait for an hour.
    """

    def __init__(self, most: timedelta) -> None:
        super().__init__()
        self._most = most

    async def _can_retry_async(
        self,
        *,
        state: RetryState,  # noqa: ARG002 - the signature is slack_sdk's
        request: HttpRequest,  # noqa: ARG002
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or response.status_code != 429 or error is not None:
            return False
        wait = retry_after(response.headers)
        return wait is not None and wait <= self._most


class ForeignHostBlocked(aiohttp.ClientError):
    """A request that would leave Slack; it was not made."""


class SlackClient(AsyncWebClient):
    """slack_sdk's client, with no errors but those that `SLACK_ERRORS` names."""

    async def api_call(self, *args: Any, **kwargs: Any) -> AsyncSlackResponse:  # noqa: ANN401 - as slack_sdk has it
        """Call a method; for every one of them slack_sdk comes by here."""
        try:
            return await super().api_call(*args, **kwargs)
        except (AttributeError, ValueError) as error:  # it takes every text for an object
            raise SlackClientError("the answer is not one of Slack's") from error


class TokenRefused(StartupError):
    """Slack knows this token and does not want it; the message says what to do."""


class SlackUnreachable(StartupError):
    """Slack gave no answer of its own; the message says what came instead."""


@asynccontextmanager
async def answer_session(
    settings: Settings, connections: int = _MOST_ANSWERS, times: aiohttp.ClientTimeout = _ANSWER_TIMES
) -> AsyncIterator[aiohttp.ClientSession]:
    """Open a session for answers to `response_url`, with connections of its own.

    An answer that waits for a connection was not sent, so that it may still go another way. One that was sent
    may be shown at any moment: it has long enough to be confirmed.

    Args:
        settings: all of them.
        connections: how many answers are sent at once.
        times: `connect` for a connection, `sock_read` for Slack's word that it shows the answer.
    """
    async with aiohttp.ClientSession(
        timeout=times,
        connector=aiohttp.TCPConnector(limit=connections),
        middlewares=[_only_slack(URL(settings.slack_api_url)), proxy_middleware()],
    ) as session:
        yield session


@asynccontextmanager
async def slack_client(settings: Settings) -> AsyncIterator[AsyncWebClient]:
    """Open Slack's Web API over one session."""
    middlewares = [_only_slack(URL(settings.slack_api_url)), proxy_middleware()]
    async with aiohttp.ClientSession(timeout=_TIMEOUT, middlewares=middlewares) as session:
        client = SlackClient(
            token=settings.bot_token,
            base_url=f"{settings.slack_api_url.rstrip('/')}/",
            session=session,
            retry_handlers=[RateLimitRetryHandler(_WAIT)],
        )
        client.proxy = None  # slack_sdk's own choice of one ignores NO_PROXY; the session's does not
        yield client


def _only_slack(api: URL) -> aiohttp.ClientMiddlewareType:
    """Block requests to other hosts, wherever a payload or a redirect points."""

    async def send(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        url = request.url
        is_api = (url.scheme, url.host) == (api.scheme, api.host)
        if not is_api and not (url.scheme == "https" and f".{url.host}".endswith(_HOSTS)):
            raise ForeignHostBlocked(f"{url.host} is no host of Slack's")
        response = await handler(request)
        if 300 <= response.status < 400:
            response.close()
            raise ForeignHostBlocked(f"{url.host} answers with a redirect, which is not followed")
        return response

    return send


def reason(error: Exception) -> str:
    """Return an error's reason: Slack's code, else the HTTP status, else the kind of error."""
    if isinstance(error, SlackApiError):
        data = error.response.data if isinstance(error.response, AsyncSlackResponse) else None
        if isinstance(data, dict) and (code := error_code(data)):
            return code
        return f"HTTP {http_status(error)}"
    return type(error).__name__


def error_code(answer: Mapping[str, Any]) -> str:
    """Return Slack's code for a refusal; empty if it gives none, as no other text is repeated."""
    code = answer.get("error")
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def http_status(error: SlackApiError) -> int:
    """Return the status of the answer; where that was no JSON, slack_sdk hands on aiohttp's own."""
    response = error.response
    return int(response.status if isinstance(response, aiohttp.ClientResponse) else response.status_code)


def retry_after(headers: Mapping[str, Any]) -> timedelta | None:
    """Return how long Slack asks the bot to wait; None where it gives no whole seconds."""
    found = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    text = str(found[0] if isinstance(found, list) and found else found)
    return timedelta(seconds=int(text)) if text.isdecimal() and len(text) < 6 else None


async def check_bot_token(client: AsyncWebClient) -> AsyncSlackResponse:
    """Return what Slack says of the bot's token.

    Raises:
        TokenRefused: it is not good.
        SlackUnreachable: Slack does not say.
    """
    try:
        return await client.auth_test()
    except SLACK_ERRORS as error:
        raise _explain_failure(
            error, client, "SLACK_BOT_TOKEN", "copy it anew from OAuth & Permissions"
        ) from error


async def get_own_app(client: AsyncWebClient, bot: str) -> str:
    """Return Slack's id of the app that a token belongs to, as in `A0123ABCD`; empty if there is none.

    `auth.test` does not say it for a bot's token, so it takes the scope `users:read`:
    https://docs.slack.dev/reference/methods/bots.info

    Args:
        client: with the token.
        bot: the `bot_id` that `auth.test` gives.

    Raises:
        SlackClientError, aiohttp.ClientError, TimeoutError, OSError: Slack does not say; see `is_final`.
    """
    found = (await client.bots_info(bot=bot)).get("bot")
    app = found.get("app_id") if isinstance(found, dict) else None
    return app if isinstance(app, str) else ""


def is_final(error: Exception) -> bool:
    """Return whether Slack would answer a call in the same way again."""
    return reason(error) in _REFUSALS | {"bot_not_found", "unknown_method"}


async def check_app_token(client: AsyncWebClient, app_token: str) -> None:
    """Prove that a Socket Mode connection could be opened.

    Raises:
        TokenRefused: the token is not good.
        SlackUnreachable: Slack does not say.
    """
    try:
        await client.apps_connections_open(app_token=app_token)
    except SLACK_ERRORS as error:
        advice = (
            "it must be an app-level token (xapp-…) with the scope connections:write, "
            "and Socket Mode must be on in the app's settings"
        )
        raise _explain_failure(error, client, "SLACK_APP_TOKEN", advice) from error


def _explain_failure(
    error: Exception, client: AsyncWebClient, setting: str, advice: str
) -> TokenRefused | SlackUnreachable:
    why = reason(error)
    if why in _REFUSALS:
        return TokenRefused(f"Slack refuses {setting} ({why}): {advice}")
    if isinstance(error, SlackApiError):
        return SlackUnreachable(f"Slack can't be reached ({why})")
    if isinstance(error, SlackClientError | ForeignHostBlocked):
        return SlackUnreachable(f"Slack can't be reached: {error}")
    return SlackUnreachable(f"Slack can't be reached: {failure_of(error, client.base_url)}")
