"""One way through the bot for all that a person does: command, click, form, menu, shortcut or message.

People of another workspace are told so, and nothing else is done. What the others do is read as a request,
its handler answers with a reply, and the reply goes with the ack or after it. Errors become replies here,
requests that come twice are answered once, and no ack waits for too long.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncAck
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.cloudflare.errors import CloudflareError
from bot.language.command import Command
from bot.language.errors import QueryError
from bot.language.tokens import COMMAND, extract_mentions
from bot.slack.admission import Admission, NotAdmitted
from bot.slack.attempts import attempt, reply_with_readings
from bot.slack.background import Background
from bot.slack.client import SLACK_ERRORS
from bot.slack.handled import HandledRequests
from bot.slack.interaction import Interaction
from bot.slack.message_text import message_text
from bot.slack.problem_log import log_problem
from bot.slack.reply import (
    Accepted,
    Delayed,
    FieldErrors,
    MenuOptions,
    OpenModal,
    Reply,
    ShowMessage,
    UpdateModal,
    UserError,
)
from bot.slack.requests import InvalidButton, Request
from bot.slack.responder import Responder
from bot.slack.routes import Reader, Route, UnknownControl
from bot.slack.written_messages import MessageAnswers, WrittenMessage
from bot.telemetry import current_request_id
from bot.ui.elements import ACTION_NUMBER, Message, modal, plain_text
from bot.ui.limits import OPTION, Block
from bot.ui.notices import (
    asking_message,
    unexpected_message,
    unknown_command_message,
    unknown_control_message,
)
from bot.ui.problems import is_explained, problem_message
from bot.ui.request_id import with_request_id

_log = structlog.get_logger(__name__)

_JSON: Final[dict[str, str | Sequence[str]]] = {"Content-Type": "application/json;charset=utf-8"}
EVENT: Final = "event_callback"
"""The type of all events, see https://docs.slack.dev/apis/events-api."""
RETRY: Final = "x-slack-retry-num"
"""The header of an event that says how often it was sent before; Bolt sets it in Socket Mode, too."""
SIGNATURE: Final = "X-Slack-Signature"
"""The header that proves where an HTTP request is from; no two requests have the same one."""

_TRACED: Final = (CloudflareError, InvalidButton, *SLACK_ERRORS)
"""Problems that end with the request's id, by which the operator finds them in the log; typos do not."""

_ACK_LEAD: Final = timedelta(seconds=0.1)
"""The pause between an ack and the answer that takes the place of its message."""


class Router:
    """Answers everything that a person does.

    Args:
        admission: who is let in.
        reader: reads it as a request.
        routes: what answers each type of request.
        responder: brings the replies that can't go with an ack.
        background: holds the work that goes on after an ack.
        handled: remembers requests that are not to be handled twice.
        messages: answers what people write to the bot.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - all ways lead through here
        self,
        admission: Admission,
        reader: Reader,
        routes: Sequence[Route[Any]],
        responder: Responder,
        background: Background,
        handled: HandledRequests,
        messages: MessageAnswers,
    ) -> None:
        self._admission = admission
        self.reader = reader
        self._routes = {route.request: route for route in routes}
        self._responder = responder
        self._background = background
        self._handled = handled
        self._messages = messages

    async def answer_from_memory(self, body: Mapping[str, Any]) -> BoltResponse | None:
        """Return the answer to a command if all that it takes is in memory; None for all else.

        That goes the ordinary way, by `admit` and Bolt's listeners, of which such a command needs nothing.
        """
        if body.get("command") != COMMAND:
            return None
        interaction = Interaction.of_command(body)
        if (known := self.reader.cached_reply(_typed(body), interaction)) is None:
            return None
        refusal = await self._admission.refusal(interaction)
        return _showing(known.message if refusal is None else refusal)

    async def admit(
        self, body: dict[str, Any], request: AsyncBoltRequest, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        """Let in what people of the bot's workspace do with its app; tell all others why not, and do no more.

        Events are acknowledged at once and whatever they are, since Slack sends others again.
        """
        if body.get("type") == EVENT:
            is_retry = request.headers.get(RETRY, ["0"]) != ["0"]
            self._messages.take(body, is_retry=is_retry, make=self._answer_message)
            return BoltResponse(status=200)
        is_command = "command" in body
        interaction = Interaction.of_command(body) if is_command else Interaction.of_payload(body)
        refusal = await self._admission.refusal(interaction)
        return await next_() if refusal is None else self._tell(refusal, body)

    async def on_command(
        self, ack: AsyncAck, command: dict[str, Any], request: AsyncBoltRequest
    ) -> BoltResponse:
        """Answer a slash command: in the ack when the reply is there in time, else after it."""
        text = _typed(command)
        interaction = _signed(Interaction.of_command(command), request)
        asked: list[Request] = []

        async def read() -> Request:
            asked.append(await self.reader.command(text, interaction))
            return asked[0]

        work, is_first = self._background.start_once(
            interaction.identity, lambda: self._answer(read, interaction, typed=text)
        )
        said = None
        if await self._background.done_before_ack(work):
            reply = work.result()
            if isinstance(reply, ShowMessage) and reply.plain is None:
                return _showing(reply.message)
            said = reply.word if isinstance(reply, Delayed) else None
        elif not asked or self._routes[type(asked[0])].asks_cloudflare:
            said = asking_message()  # words may have to be read with the names of Cloudflare's workflows
        # An empty ack for the newer blocks: an ack can't tell whether Slack takes them.
        answer = await ack() if said is None else _showing(said)
        if is_first:
            self._background.start(
                self._responder.deliver(self._settle(work, interaction, said), interaction)
            )
        return answer

    async def on_click(
        self, ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], request: AsyncBoltRequest
    ) -> None:
        """Answer a button. Slack shows no message from the ack of a click, so that goes first and empty."""
        await ack()
        interaction = _signed(Interaction.of_payload(body), request)
        action_id = str(action.get("action_id")).partition(ACTION_NUMBER)[0]
        self._answer_later(
            partial(self.reader.button, action_id, _value_of(action), interaction), interaction
        )

    async def on_shortcut(self, ack: AsyncAck, body: dict[str, Any], request: AsyncBoltRequest) -> None:
        """Answer a shortcut on a message. Its ack shows nothing, either."""
        await ack()
        interaction = _signed(Interaction.of_payload(body), request)
        message = body.get("message")
        text = message_text(message) if isinstance(message, dict) else ""

        async def read() -> Request:
            return self.reader.shortcut(str(body.get("callback_id")), text)

        self._answer_later(read, interaction)

    async def on_submit(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], request: AsyncBoltRequest
    ) -> None:
        """Answer a submitted modal: mistakes are said at its fields if the ack can wait for that."""
        interaction = _signed(Interaction.of_payload(body), request)
        read = partial(self.reader.form, str(view.get("callback_id")), interaction)
        work, is_first = self._background.start_once(
            interaction.identity, lambda: self._answer(read, interaction, in_modal=True)
        )
        if await self._background.done_before_ack(work):
            match work.result():
                case FieldErrors(by_field):
                    await ack(response_action="errors", errors=dict(by_field))
                    return
                case UpdateModal(view=shown):
                    await ack(response_action="update", view=shown)
                    return
        await ack()
        if is_first:
            self._background.start(self._responder.deliver(self._settle(work, interaction), interaction))

    async def on_menu(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Answer a menu that loads as one types."""
        interaction = Interaction.of_payload(body)
        request = self.reader.menu(str(body.get("action_id")), str(body.get("value") or ""))
        try:
            await self._admission.require_person(interaction)
            reply = await self._handle(request, interaction)
        except UserError as error:
            await ack(options=[_unusable_option(error.message)])
            return
        await ack(options=list(reply.options) if isinstance(reply, MenuOptions) else [])

    def _answer_later(self, read: Callable[[], Awaitable[Request]], interaction: Interaction) -> None:
        """Begin to answer what was acknowledged, unless it came twice."""

        def work() -> Coroutine[Any, Any, None]:
            answer = self._settle(self._answer(read, interaction), interaction)
            return self._responder.deliver(answer, interaction)

        self._background.start_once(interaction.identity, work)

    async def _answer_message(self, message: WrittenMessage) -> Reply:
        """Answer what a person wrote to the bot in a message."""
        text = _without_mention(message.text, self._admission.bot)
        read = partial(self.reader.message, text, message.interaction)
        return await self._answer(read, message.interaction)

    async def on_error(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        """Acknowledge a request that has no listener or whose listener failed, and tell the person."""
        request_id = current_request_id()
        if isinstance(error, BoltUnhandledRequestError):
            _log.warning("request_without_listener", type=body.get("type"), command=body.get("command"))
            name = body.get("command")
            said = unknown_command_message(str(name)) if name else unknown_control_message()
            message = with_request_id(said, request_id)
        else:
            _log.error("listener_failed", exc_info=error)
            message = unexpected_message(request_id)
        return self._tell(message, body)

    def _tell(self, message: Message, body: Mapping[str, Any]) -> BoltResponse:
        """Acknowledge a request that nothing is done about, and tell the person why."""
        if "command" in body:
            return _showing(message)
        if body.get("type") == "view_submission":
            update = {"response_action": "update", "view": _nothing_done(message)}
            return BoltResponse(status=200, body=update, headers=dict(_JSON))
        if body.get("type") == "block_suggestion":
            options = {"options": [_unusable_option(message)]}
            return BoltResponse(status=200, body=options, headers=dict(_JSON))
        # A click in a modal brings no `response_url`: then they are told in a direct message.
        interaction = Interaction.of_payload({**body, "view": None})
        if interaction.response_url is not None or body.get("type") == "block_actions":
            self._background.start(self._responder.send(message, interaction))
        return BoltResponse(status=200)

    async def _answer(
        self,
        read: Callable[[], Awaitable[Request]],
        interaction: Interaction,
        *,
        typed: str | None = None,
        in_modal: bool = False,
    ) -> Reply:
        """Read a request and handle it. Nothing is raised: every error becomes a reply.

        Args:
            read: reads the request.
            interaction: who asks.
            typed: the words of a command as Slack sent them.
            in_modal: it was submitted in one.
        """

        async def handle() -> Reply:
            await self._admission.require_person(interaction)
            request = await read()
            # Without words a command is the slash command itself.
            text = COMMAND if typed is not None and not typed.strip() else typed
            again = Command(request.command()) if text is None else Command(*extract_mentions(text))
            work = partial(self._handle, request, interaction)
            try:
                reply = await attempt(work, again, is_patient=self._routes[type(request)].asks_cloudflare)
            except QueryError as error:
                if typed is not None:
                    self.reader.propose(error, typed, interaction)
                raise
            return reply_with_readings(reply, request.readings)

        reply = await self._guarded(handle, in_modal=in_modal)
        if not isinstance(reply, OpenModal):
            return reply
        # If Slack does not open it, the log says why.
        with_id = replace(reply, fallback=with_request_id(reply.fallback, current_request_id()))
        fill = None if reply.fill is None else partial(self._filled, reply.view, reply.fill)
        return await self._responder.open_modal(with_id, fill, interaction.trigger_id)

    async def _handle(self, request: Request, interaction: Interaction) -> Reply:
        """Handle a request of a person who has the right that it needs.

        Raises:
            UserError: they have not, or it was handled before and is not to be handled twice.
        """
        route = self._routes[type(request)]
        await route.needs(request, interaction)
        handle = partial(route.handler, request, interaction)
        return await (self._handled.handle(interaction, handle) if route.once else handle())

    async def _filled(self, view: Block, fill: Callable[[], Awaitable[Reply]]) -> Block:
        """Return what an opened modal shows; an error takes the place of its blocks."""
        match await self._guarded(fill):
            case UpdateModal(view=filled):
                return filled
            case ShowMessage(message=message):
                return {**view, "blocks": message.blocks}
        raise TypeError("a modal is filled with a view")

    async def _settle(
        self, work: Awaitable[Reply], interaction: Interaction, said: Message | None = None
    ) -> Reply:
        """Return the final reply; show a notice meanwhile if it is delayed.

        Args:
            work: makes the answer.
            interaction: who waits for it.
            said: what the ack of a command said, in whose place it comes.
        """
        if said is not None:
            await asyncio.sleep(_ACK_LEAD.total_seconds())
        reply = await work
        if isinstance(reply, Accepted):
            reply = await self._guarded(reply.then)
        if isinstance(reply, Delayed):
            if reply.word is not said:
                await self._responder.send(reply.word, interaction, in_place=said is not None)
            reply = await self._guarded(reply.then)
        if said is not None and isinstance(reply, ShowMessage):
            return replace(reply, in_place=True)
        return reply

    async def _guarded(self, work: Callable[[], Awaitable[Reply]], *, in_modal: bool = False) -> Reply:
        """Do some work; every error becomes a reply."""
        request_id = current_request_id()
        try:
            return await work()
        except NotAdmitted as error:
            return _nothing_done_reply(error.message, in_modal=in_modal)
        except UserError as error:
            return _problem(error.__cause__ or error, error.message, request_id)
        except UnknownControl:
            return _nothing_done_reply(unknown_control_message(), in_modal=in_modal)
        except Exception as error:  # noqa: BLE001 - the one place that catches anything: the person is told
            if is_explained(error):
                return _problem(error, problem_message(error), request_id)
            _log.exception("unexpected_error")
            return ShowMessage(unexpected_message(request_id))


def _typed(command: Mapping[str, Any]) -> str:
    return str(command.get("text") or "")


def _value_of(action: Mapping[str, Any]) -> str:
    """Return what a button carries, or the chosen one of a menu's choices."""
    chosen = action.get("selected_option")
    return str((chosen if isinstance(chosen, dict) else action).get("value") or "")


def _without_mention(text: str, bot: str) -> str:
    """Return what was written to the bot besides its name."""
    return re.sub(rf"\s*<@{re.escape(bot)}(\|[^<>]*)?>[,:]?\s*", " ", text).strip() if bot else text


def _signed(interaction: Interaction, request: AsyncBoltRequest) -> Interaction:
    """Return the interaction with the signature of its request."""
    values = request.headers.get(SIGNATURE.lower())
    return replace(interaction, signature=values[0]) if values else interaction


def _problem(error: BaseException, message: Message, request_id: str) -> Reply:
    log_problem(error)
    return ShowMessage(with_request_id(message, request_id) if isinstance(error, _TRACED) else message)


def _nothing_done_reply(message: Message, *, in_modal: bool) -> Reply:
    return UpdateModal(_nothing_done(message), message) if in_modal else ShowMessage(message)


def _nothing_done(message: Message) -> Block:
    return modal("Nothing was done", message.blocks, close="Close")


def _unusable_option(message: Message) -> Block:
    """Return the only option of a menu that has none: it says why."""
    return {"text": plain_text(message.text.partition(". ")[0], OPTION), "value": "none"}


def _showing(message: Message) -> BoltResponse:
    return BoltResponse(status=200, body=message.as_ack, headers=dict(_JSON))
