"""The wire format of calls and answers of the Web API."""

import json
from typing import Any

from aiohttp import web

from bot.playground.simulators.slack.directory import Team
from bot.playground.simulators.slack.message import Message
from bot.playground.simulators.slack.shapes import Payload, RefusedError

# In a form these are JSON strings, as slack_sdk sends lists and dicts.
JSON_ARGUMENTS = frozenset({"blocks", "attachments", "view", "metadata"})


class MissingScopeError(RefusedError):
    """The error ``missing_scope`` with the needed and the provided scopes."""

    def __init__(self, needed: str, provided: frozenset[str]) -> None:
        super().__init__("missing_scope")
        self.needed = needed
        self.provided = provided


async def arguments_of(request: web.Request) -> Payload:
    """Return the arguments of a call, from the query, a form or JSON.

    Raises:
        RefusedError: ``invalid_json``, ``json_not_object``, or errors such as ``invalid_blocks_format``.
    """
    if request.method == "GET":
        return dict(request.query)
    if request.content_type == "application/json":
        return _json_object(await request.text())
    form = await request.post()
    return {**request.query, **{key: _form_value(key, value) for key, value in form.items()}}


def _json_object(body: str) -> Payload:
    try:
        arguments = json.loads(body or "{}")
    except ValueError:
        raise RefusedError("invalid_json") from None
    if not isinstance(arguments, dict):
        raise RefusedError("json_not_object")
    return arguments


def _form_value(key: str, value: Any) -> Any:  # noqa: ANN401  # JSON in, JSON out
    if not isinstance(value, str):
        raise RefusedError("invalid_arguments")  # a file
    if key not in JSON_ARGUMENTS:
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise RefusedError(f"invalid_{key}_format") from None


def error_body(refused: RefusedError) -> Payload:
    """Return the body of an error, with the locations of its problems."""
    body: Payload = {"ok": False, "error": refused.error}
    if isinstance(refused, MissingScopeError):
        body |= {"needed": refused.needed, "provided": ",".join(sorted(refused.provided))}
    if refused.problems:
        body["errors"] = [str(problem) for problem in refused.problems]
        body["response_metadata"] = {"messages": [f"[ERROR] {problem}" for problem in refused.problems]}
    return body


def is_true(flag: object) -> bool:
    """Return whether a flag is set: a JSON boolean, a string, or a number as slack_sdk sends in a query."""
    return flag is True or flag in ("true", "1", 1)


def message_json(message: Message, team: Team) -> Payload:
    """Return a message as Slack sends it, in answers and in the payloads of clicks."""
    shown: Payload = {"type": "message", "team": team.id, "text": message.text, "ts": message.ts}
    if message.user is None:
        shown |= {"user": team.bot_user_id, "bot_id": team.bot_id, "app_id": team.app_id}
    else:
        shown["user"] = message.user
    if message.blocks:
        shown["blocks"] = list(message.blocks)
    if message.files:
        shown["files"] = list(message.files)
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.is_broadcast:
        shown["subtype"] = "thread_broadcast"
    return shown
