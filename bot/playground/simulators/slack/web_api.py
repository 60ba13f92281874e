"""The Web API methods that the bot uses, over HTTP.

Source: https://docs.slack.dev/reference/methods
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web

from bot.playground.simulators.slack.chat import Chat
from bot.playground.simulators.slack.conversations import Conversations
from bot.playground.simulators.slack.faults import (
    AnswerLost,
    Dropped,
    ErrorCode,
    Failed,
    Fault,
    FaultQueue,
    Held,
    RateLimited,
    Slow,
)
from bot.playground.simulators.slack.files import Files
from bot.playground.simulators.slack.interactions import Interactions
from bot.playground.simulators.slack.journal import Journal
from bot.playground.simulators.slack.shapes import Payload, Problem, RefusedError
from bot.playground.simulators.slack.views import Views
from bot.playground.simulators.slack.wire import MissingScopeError, arguments_of, error_body
from bot.playground.simulators.slack.workspace import Workspace

SCOPE_NEEDED = {
    "bots.info": "users:read",
    "users.info": "users:read",
    "usergroups.users.list": "usergroups:read",
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
}


class _AuthError(RefusedError):
    """The token is missing or unknown."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of the installed app."""

    bot: str
    app: str


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A request to the Web API and its result; ``error`` is None for ``ok``.

    ``problems`` has the details of a refused message or view.
    """

    method: str
    arguments: Payload
    at: float
    status: int
    error: str | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a call: JSON, or text such as a proxy's error page."""

    body: Payload
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    as_text: str | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def error(self) -> str | None:
        """The error code, or None."""
        return self.body.get("error")

    def response(self, scopes: frozenset[str]) -> web.Response:
        """Return the HTTP response; Bolt reads the token's scopes from ``x-oauth-scopes``."""
        if self.as_text is not None:
            return web.Response(status=self.status, text=self.error, content_type=self.as_text)
        headers = {"x-oauth-scopes": ",".join(sorted(scopes)), **self.headers}
        return web.json_response(self.body, status=self.status, headers=headers)


@dataclass
class WebApi:
    """Serves ``/api/{method}``; ``calls`` is the journal of calls with the app's tokens."""

    workspace: Workspace
    tokens: Tokens
    interactions: Interactions
    views: Views
    faults: FaultQueue
    open_socket: Callable[[], str]
    files: Files
    calls: Journal[ApiCall] = field(default_factory=Journal)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes for GET with a query and POST with a form or JSON, all used by slack_sdk."""
        return [web.get("/api/{method}", self.serve), web.post("/api/{method}", self.serve)]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer a call, or apply an injected fault."""
        method = request.match_info["method"]
        fault = self.faults.take(method)
        if isinstance(fault, Slow | Held):
            await fault.wait()
        arguments: Payload = {}
        try:
            arguments = await arguments_of(request)
            answer = self._fault_answer(fault) or self._answer(method, request, arguments)
        except _AuthError as refused:
            return Answer(error_body(refused)).response(self.workspace.scopes)
        except RefusedError as refused:
            answer = Answer(error_body(refused), problems=refused.problems)
        call = ApiCall(
            method, arguments, self.workspace.clock(), answer.status, answer.error, answer.problems
        )
        self.calls.add(call)
        if isinstance(fault, AnswerLost | Dropped) and request.transport is not None:
            request.transport.abort()
        return answer.response(self.workspace.scopes)

    def _fault_answer(self, fault: Fault | None) -> "Answer | None":
        match fault:
            case RateLimited(seconds):
                body = {"ok": False, "error": "ratelimited"}
                return Answer(body, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(seconds)})
            case Failed(status, text, kind):
                return Answer({"error": text}, status, as_text=kind)
            case Dropped():
                return Answer({"ok": False, "error": "dropped"}, HTTPStatus.BAD_GATEWAY)
            case ErrorCode(error):
                return Answer({"ok": False, "error": error})
            case _:
                return None

    def _answer(self, method: str, request: web.Request, arguments: Payload) -> "Answer":
        self._check_token(method, request, arguments)
        handler = self._handlers().get(method)
        if handler is None:
            raise RefusedError("unknown_method")
        self._check_scope(method)
        return Answer({"ok": True, **handler(arguments)})

    def _handlers(self) -> dict[str, Callable[[Payload], Payload]]:
        chat, conversations = Chat(self.workspace), Conversations(self.workspace)
        return {
            "auth.test": self._auth_test,
            "bots.info": self._bots_info,
            "users.info": self._users_info,
            "usergroups.users.list": self._usergroups_users_list,
            "chat.postMessage": chat.post_message,
            "chat.postEphemeral": chat.post_ephemeral,
            "chat.update": chat.update,
            "files.getUploadURLExternal": self.files.get_upload_url,
            "files.completeUploadExternal": self.files.complete_upload,
            "conversations.history": conversations.history,
            "conversations.replies": conversations.replies,
            "views.open": self._views_open,
            "views.push": self._views_push,
            "views.update": self._views_update,
            "apps.connections.open": lambda _: {"url": self.open_socket()},
        }

    def _check_token(self, method: str, request: web.Request, arguments: Payload) -> None:
        header = request.headers.get("Authorization", "")
        token = header.removeprefix("Bearer ") or arguments.get("token")
        if not token:
            raise _AuthError("not_authed")
        if token not in {self.tokens.bot, self.tokens.app}:
            raise _AuthError("invalid_auth")
        wanted = self.tokens.app if method == "apps.connections.open" else self.tokens.bot
        if token != wanted:
            raise RefusedError("not_allowed_token_type")

    def _check_scope(self, method: str) -> None:
        needed = SCOPE_NEEDED.get(method)
        if needed is not None and needed not in self.workspace.scopes:
            raise MissingScopeError(needed, self.workspace.scopes)

    def _auth_test(self, _: Payload) -> Payload:
        team = self.workspace.team
        return {
            "url": f"https://{team.domain}.slack.com/",
            "team": team.domain,
            "team_id": team.id,
            "user": team.bot_name,
            "user_id": team.bot_user_id,
            "bot_id": team.bot_id,
            "is_enterprise_install": False,
        }

    def _bots_info(self, arguments: Payload) -> Payload:
        team = self.workspace.team
        if arguments.get("bot") != team.bot_id:
            raise RefusedError("bot_not_found")
        bot = {"id": team.bot_id, "app_id": team.app_id, "user_id": team.bot_user_id, "name": team.bot_name}
        return {"bot": {**bot, "deleted": False}}

    def _users_info(self, arguments: Payload) -> Payload:
        try:
            user = self.workspace.user(str(arguments.get("user")))
        except LookupError:
            raise RefusedError("user_not_found") from None
        zone: Payload = {}
        if user.tz:
            zone = {
                "tz": user.tz,
                "tz_label": user.tz,
                "tz_offset": user.offset_at(self.workspace.clock()),
            }
        kind = {
            "is_admin": user.is_admin,
            "is_restricted": bool(user.guest),
            "is_ultra_restricted": user.guest == "channel",
        }
        return {
            "user": {
                "id": user.id,
                "team_id": user.team or user.known_as_of or self.workspace.team.id,
                "name": user.name,
                "real_name": user.real_name,
                "deleted": user.is_deleted,
                **zone,
                "profile": {"display_name": user.name, "real_name": user.real_name},
                **({} if user.is_deleted else kind),
                "is_bot": user.is_bot,
                "is_stranger": bool(user.team),
            }
        }

    def _usergroups_users_list(self, arguments: Payload) -> Payload:
        wanted = arguments.get("usergroup")
        group = next((group for group in self.workspace.groups if group.id == wanted), None)
        if group is None:
            raise RefusedError("no_such_subteam")
        return {"users": sorted(group.members)}

    def _views_open(self, arguments: Payload) -> Payload:
        interaction = self.interactions.use_trigger_id(arguments.get("trigger_id"))
        return {"view": self.views.open(arguments.get("view"), interaction).payload}

    def _views_push(self, arguments: Payload) -> Payload:
        interaction = self.interactions.use_trigger_id(arguments.get("trigger_id"))
        return {"view": self.views.push(arguments.get("view"), interaction).payload}

    def _views_update(self, arguments: Payload) -> Payload:
        return {"view": self.views.update(arguments).payload}
