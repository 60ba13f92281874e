"""The way in: every request of Slack's gets a reference, is counted and logged, and its ack is timed."""

import json
import logging
import random
import re
import time
from collections.abc import Iterable, Mapping
from traceback import walk_tb
from typing import Any, Final

import structlog
from pydantic_core import PydanticSerializationError, to_json
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.cloudflare.limiter import charge_to
from bot.language.tokens import COMMAND
from bot.slack.router import EVENT, Router
from bot.telemetry import Metrics, bind_request_id
from bot.ui.elements import ACTION_NUMBER

_log = structlog.get_logger(__name__)

_REQUEST_ID_HEADER: Final = "X-Request-Id"

_NUMBERED: Final = rf"\w+{ACTION_NUMBER}\d+"
_READERS: Final = ("slack_bolt", "json")
"""Packages that read requests before a listener does."""

_KINDS: Final = (
    "block_actions",
    "view_submission",
    "view_closed",
    "block_suggestion",
    "shortcut",
    "message_action",
    EVENT,
)


class SlackApp(AsyncApp):
    """Bolt, set up for one workspace; listeners are registered on it.

    It takes its requests for Slack's: those that come by HTTP have passed `bot.slack.http.SlackEndpoint`.

    Args:
        client: with the bot's token.
        metrics: counts requests and times acks.
    """

    def __init__(self, client: AsyncWebClient, metrics: Metrics) -> None:
        # At info Bolt logs whole requests, at warning it takes this set-up for a mistake.
        quiet = logging.getLogger("slack_bolt.workflows")
        quiet.setLevel(logging.ERROR)
        super().__init__(
            logger=quiet,
            name="workflows-bot",
            client=AsyncWebClient(base_url=client.base_url, session=client.session),
            authorize=_SingleWorkspaceAuthorize(client.token),
            request_verification_enabled=False,  # HTTP requests are verified before, Socket Mode needs none
            # What these are for, events and functions, the manifest does not ask for.
            ignoring_self_events_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
            # A listener runs within its request: no polling for its ack, no task without a reference.
            process_before_response=True,
            raise_error_for_unhandled_request=True,
        )
        self._metrics = metrics
        self._router: Router | None = None

    def listen(self, router: Router) -> None:
        """Have a router answer what people do, once it has let them in."""
        self._router = router
        self.use(router.admit)
        self.command(COMMAND)(router.on_command)
        self.action(_pattern_of(router.reader.buttons, _NUMBERED))(router.on_click)
        self.view(_pattern_of(router.reader.forms))(router.on_submit)
        self.options(_pattern_of(router.reader.menus))(router.on_menu)
        self.shortcut(_pattern_of(router.reader.shortcuts))(router.on_shortcut)

        async def on_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
            if not isinstance(error, BoltUnhandledRequestError) and _is_bolts_own(error):
                return _refuse(error, body)
            return await router.on_error(error, body)

        self.error(on_error)

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Answer one request, whichever way it came; the answer's `X-Request-Id` also stands in the log."""
        request_id = f"{random.getrandbits(32):08x}"
        started = time.perf_counter()
        with bind_request_id(request_id):
            try:
                req.body = _replace_lone_surrogates(req.body)
                if _has_no_action(req.body):
                    _log.warning("click_without_action")
                    response = BoltResponse(status=200)
                else:
                    with charge_to(_person(req.body)):
                        response = await self._answer(req)
            except Exception as error:  # noqa: BLE001 - Bolt reads some of a body where no error handler looks
                if _is_bolts_own(error):
                    response = _refuse(error, req.body)
                else:
                    _log.exception("request_failed")
                    response = BoltResponse(status=500)
            seconds, kind, outcome = time.perf_counter() - started, _kind(req), str(response.status)
            _log.info("request", kind=kind, outcome=outcome, seconds=round(seconds, 4))
        self._metrics.ack_seconds.observe(seconds)
        self._metrics.requests.labels(kind, outcome).inc()
        response.headers[_REQUEST_ID_HEADER] = [request_id]
        return response

    async def _answer(self, request: AsyncBoltRequest) -> BoltResponse:
        """Answer a request from memory if that is possible: Bolt's way takes three times as long."""
        if self._router is not None:
            known = await self._router.answer_from_memory(request.body)
            if known is not None:
                return known
        return await super().async_dispatch(request)


class _SingleWorkspaceAuthorize(AsyncAuthorize):
    """Gives the bot's token, without an `auth.test` on the way of an answer: that was made at the start."""

    def __init__(self, token: str | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt leaves it so
        self._known = AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token)

    async def __call__(self, **_: object) -> AuthorizeResult:
        return self._known


def _pattern_of(ids: Iterable[str], *others: str) -> re.Pattern[str]:
    """Return what matches these ids, and what other patterns do.

    One listener does for all controls of a kind: Bolt asks one after the other, for each request.
    """
    return re.compile(rf"\A(?:{'|'.join([*others, *map(re.escape, ids)])})\Z", re.ASCII)


def _is_bolts_own(error: Exception) -> bool:
    """Return whether Bolt could not read a request, which then lacks what all of Slack's have.

    No listener was under way, nor any other code of the bot's.
    """
    modules = (frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__))
    return all(module == __name__ or module.partition(".")[0] in _READERS for module in modules)


def _refuse(error: Exception, body: Mapping[str, Any]) -> BoltResponse:
    """Refuse a request, or acknowledge an event, which Slack would send again."""
    status = 200 if body.get("type") == EVENT else 400
    _log.warning("request_refused", status=status, reason=f"it is none of Slack's ({type(error).__name__})")
    return BoltResponse(status=status)


def _has_no_action(body: Mapping[str, Any]) -> bool:
    """Return whether a click has no action, of which Bolt reads the first without a check."""
    if body.get("type") != "block_actions" or "actions" not in body:
        return False
    actions = body["actions"]
    first = actions[0] if isinstance(actions, list) and actions else None
    return not (isinstance(first, dict) and "action_id" in first)


def _replace_lone_surrogates(body: dict[str, Any]) -> dict[str, Any]:
    """Drop halves of characters, as a field's limit leaves them: no URL and no database takes one."""
    try:
        to_json(body)  # as UTF-8, and much quicker than anything else that looks at it all
    except PydanticSerializationError:
        whole = json.dumps(body, ensure_ascii=False).encode(errors="replace")
        mended: dict[str, Any] = json.loads(whole)
        return mended
    return body


def _person(body: Mapping[str, Any]) -> str:
    """Return Slack's id of the person who acts; empty where the body has none.

    An `Interaction` says the same, and takes ten times as long to make; each request pays for this.
    """
    user = body.get("user")  # not in commands
    person = user.get("id") if isinstance(user, dict) else body.get("user_id")
    return person if isinstance(person, str) else ""


def _kind(request: AsyncBoltRequest) -> str:
    if "command" in request.body:
        return "command"
    kind = request.body.get("type")
    return kind if kind in _KINDS else "other"
