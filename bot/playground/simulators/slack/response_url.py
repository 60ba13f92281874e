"""The ``response_url`` of interactions.

Source: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses: 5 uses, 30 minutes,
ephemeral unless ``in_channel`` is set; an update never changes a message's audience; ``in_channel`` without a
false ``replace_original`` replaces the message that was clicked. After a command there is nothing to
replace: Slack posts a new message instead (slackapi/bolt-js#2287, slackapi/bolt-python#1268).
"""

import json
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web

from bot.playground.simulators.slack.faults import (
    RESPONSE_URL,
    AnswerLost,
    Dropped,
    ErrorCode,
    Failed,
    FaultQueue,
    Held,
    RateLimited,
    Slow,
)
from bot.playground.simulators.slack.interactions import Interaction, Interactions
from bot.playground.simulators.slack.journal import Journal
from bot.playground.simulators.slack.message import Message
from bot.playground.simulators.slack.shapes import Payload, Problem, RefusedError
from bot.playground.simulators.slack.workspace import Draft, Workspace

GONE = frozenset({"used_url", "expired_url"})


@dataclass(frozen=True, slots=True)
class Response:
    """A request to a ``response_url`` and its answer; ``problems`` has the reasons for a refusal."""

    interaction: str
    body: Payload
    at: float
    status: int
    answer: str
    problems: tuple[Problem, ...] = ()


@dataclass
class ResponseUrls:
    """Serves ``/commands/…`` and ``/actions/…``; ``responses`` is the journal of requests."""

    workspace: Workspace
    interactions: Interactions
    faults: FaultQueue
    responses: Journal[Response] = field(default_factory=Journal)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; the handler checks whether the address exists."""
        return [
            web.post(f"/{kind}/{{id}}/{{secret}}", self.serve) for kind in ("commands", "actions", "other")
        ]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Handle a message for an interaction, or apply an injected fault."""
        if not self.interactions.has(request.path):
            return web.Response(status=HTTPStatus.NOT_FOUND, text="no_service")
        at = self.workspace.clock()
        raw = await request.text()
        fault = self.faults.take(RESPONSE_URL)
        problems: tuple[Problem, ...] = ()
        match fault:
            case Failed(status, text, kind):
                answer = web.Response(status=status, text=text, content_type=kind)
            case Dropped():
                answer = web.Response(status=HTTPStatus.BAD_GATEWAY, text="dropped")
            case RateLimited(seconds):
                answer = web.Response(status=HTTPStatus.TOO_MANY_REQUESTS, text="rate_limited")
                answer.headers["Retry-After"] = str(seconds)
            case ErrorCode(error):
                answer = web.Response(status=HTTPStatus.BAD_REQUEST, text=error)
            case _:
                if isinstance(fault, Slow | Held):
                    await fault.wait()
                answer, problems = self._take(request.path, raw)
        interaction_id = request.match_info["id"]
        self.responses.add(
            Response(interaction_id, _body_of(raw), at, answer.status, answer.text or "", problems)
        )
        if isinstance(fault, AnswerLost | Dropped) and request.transport is not None:
            request.transport.abort()
        return answer

    def _take(self, path: str, raw: str) -> tuple[web.Response, tuple[Problem, ...]]:
        try:
            interaction = self.interactions.use_response_url(path)
            self.apply(interaction, _body_of(raw))
        except RefusedError as refused:
            status = HTTPStatus.NOT_FOUND if refused.error in GONE else HTTPStatus.BAD_REQUEST
            return web.Response(status=status, text=refused.error), refused.problems
        return web.Response(text="ok"), ()

    def post(self, interaction: Interaction, body: Payload) -> Message:
        """Post the message of a body; RefusedError if Slack refuses it."""
        return self.workspace.post(draft_of(interaction, body), interaction.id)

    def apply(self, interaction: Interaction, body: Payload) -> None:
        """Apply a request body: post, replace or delete.

        Raises:
            RefusedError: the original message no longer exists, or Slack refuses the new one.
        """
        source = interaction.source
        if source is not None and _is_true(body.get("delete_original")):
            if body.get("text") or body.get("blocks"):
                self.workspace.validator.check_message(body.get("text"), body.get("blocks"))
                self.workspace.delete(source, interaction.id)
                self.post(interaction, body)
            else:
                self.workspace.delete(source, interaction.id)
        elif source is not None and _replaces(body):
            self.workspace.replace(source, draft_of(interaction, body), interaction.id)
        else:
            self.post(interaction, body)


def draft_of(interaction: Interaction, body: Payload) -> Draft:
    """Return the message of a body, which only the person sees unless it is ``in_channel``."""
    in_channel = body.get("response_type") == "in_channel"
    return Draft(
        channel=interaction.channel.id,
        text=str(body.get("text") or ""),
        blocks=body.get("blocks"),
        seen_only_by=None if in_channel else interaction.user.id,
        thread_ts=body.get("thread_ts"),
        metadata=body.get("metadata"),
    )


def _replaces(body: Payload) -> bool:
    if "replace_original" in body:
        return _is_true(body["replace_original"])
    return body.get("response_type") == "in_channel"


def _is_true(flag: object) -> bool:
    # Slack's examples send it as a string.
    return flag is True or flag == "true"


def _body_of(raw: str) -> Payload:
    try:
        body = json.loads(raw)
    except ValueError:
        return {"text": raw}
    return body if isinstance(body, dict) else {}
