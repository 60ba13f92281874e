"""One way through the bot for all that a person does: command, click, form, menu, shortcut or message.

People of another workspace are told so, and nothing else is done. What the others do is read as a request,
`Dispatcher` answers it with a reply, and the reply goes with the ack or after it. No ack waits for too long.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncAck
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.language.tokens import COMMAND
from bot.slack.admission import Admission
from bot.slack.background import Background
from bot.slack.dispatcher import Dispatcher, nothing_done_view
from bot.slack.interaction import Interaction
from bot.slack.message_text import message_text
from bot.slack.reply import (
    Delayed,
    FieldErrors,
    MenuOptions,
    Reply,
    ShowMessage,
    UpdateModal,
    UserError,
)
from bot.slack.requests import Request
from bot.slack.responder import Responder
from bot.slack.routes import Reader
from bot.slack.written_messages import MessageAnswers, WrittenMessage
from bot.telemetry import current_request_id
from bot.ui.elements import ACTION_NUMBER, Message, plain_text
from bot.ui.limits import OPTION, Block
from bot.ui.notices import (
    asking_message,
    unexpected_message,
    unknown_command_message,
    unknown_control_message,
)
from bot.ui.request_id import with_request_id

_log = structlog.get_logger(__name__)

_JSON: Final[dict[str, str | Sequence[str]]] = {"Content-Type": "application/json;charset=utf-8"}
EVENT: Final = "event_callback"
"""The type of all events, see https://docs.slack.dev/apis/events-api."""
RETRY: Final = "x-slack-retry-num"
"""The header of an event that says how often it was sent before; Bolt sets it in Socket Mode, too."""
SIGNATURE: Final = "X-Slack-Signature"
"""The header that proves where an HTTP request is from; no two requests have the same one."""


@dataclass(frozen=True, slots=True)
class Router:
    """Takes in everything that a person does, and answers it in the ack or after it.

    Attributes:
        admission: who is let in.
        reader: reads it as a request.
        dispatcher: answers requests.
        responder: brings the replies that can't go with an ack.
        background: holds the work that goes on after an ack.
        messages: answers what people write to the bot.
    """

    admission: Admission
    reader: Reader
    dispatcher: Dispatcher
    responder: Responder
    background: Background
    messages: MessageAnswers

    async def answer_from_memory(self, body: Mapping[str, Any]) -> BoltResponse | None:
        """Return the answer to a command if all that it takes is in memory; None for all else.

        That goes the ordinary way, by `admit` and Bolt's listeners, of which such a command needs nothing.
        """
        if body.get("command") != COMMAND:
            return None
        interaction = Interaction.of_command(body)
        if (known := self.reader.cached_reply(_typed(body), interaction)) is None:
            return None
        refusal = await self.admission.refusal(interaction)
        return _showing(known.message if refusal is None else refusal)

    async def admit(
        self, body: dict[str, Any], request: AsyncBoltRequest, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        """Let in what people of the bot's workspace do with its app; tell all others why not, and do no more.

        Events are acknowledged at once and whatever they are, since Slack sends others again.
        """
        if body.get("type") == EVENT:
            is_retry = request.headers.get(RETRY, ["0"]) != ["0"]
            self.messages.take(body, is_retry=is_retry, make=self._answer_message)
            return BoltResponse(status=200)
        is_command = "command" in body
        interaction = Interaction.of_command(body) if is_command else Interaction.of_payload(body)
        refusal = await self.admission.refusal(interaction)
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

        work, is_first = self.background.start_once(
            interaction.identity, lambda: self.dispatcher.answer(read, interaction, typed=text)
        )
        said = None
        if await self.background.done_before_ack(work):
            reply = work.result()
            if isinstance(reply, ShowMessage) and reply.plain is None:
                return _showing(reply.message)
            said = reply.word if isinstance(reply, Delayed) else None
        elif not asked or self.dispatcher.asks_cloudflare(asked[0]):
            said = asking_message()  # words may have to be read with the names of Cloudflare's workflows
        # An empty ack for the newer blocks: an ack can't tell whether Slack takes them.
        answer = await ack() if said is None else _showing(said)
        if is_first:
            self.background.start(
                self.responder.deliver(self.dispatcher.settle(work, interaction, said), interaction)
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
        work, is_first = self.background.start_once(
            interaction.identity, lambda: self.dispatcher.answer(read, interaction, in_modal=True)
        )
        if await self.background.done_before_ack(work):
            match work.result():
                case FieldErrors(by_field):
                    await ack(response_action="errors", errors=dict(by_field))
                    return
                case UpdateModal(view=shown):
                    await ack(response_action="update", view=shown)
                    return
        await ack()
        if is_first:
            self.background.start(
                self.responder.deliver(self.dispatcher.settle(work, interaction), interaction)
            )

    async def on_menu(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Answer a menu that loads as one types."""
        interaction = Interaction.of_payload(body)
        request = self.reader.menu(str(body.get("action_id")), str(body.get("value") or ""))
        try:
            await self.admission.require_person(interaction)
            reply = await self.dispatcher.handle(request, interaction)
        except UserError as error:
            await ack(options=[_unusable_option(error.message)])
            return
        await ack(options=list(reply.options) if isinstance(reply, MenuOptions) else [])

    def _answer_later(self, read: Callable[[], Awaitable[Request]], interaction: Interaction) -> None:
        """Begin to answer what was acknowledged, unless it came twice."""

        def work() -> Coroutine[Any, Any, None]:
            answer = self.dispatcher.settle(self.dispatcher.answer(read, interaction), interaction)
            return self.responder.deliver(answer, interaction)

        self.background.start_once(interaction.identity, work)

    async def _answer_message(self, message: WrittenMessage) -> Reply:
        """Answer what a person wrote to the bot in a message."""
        text = _without_mention(message.text, self.admission.bot)
        read = partial(self.reader.message, text, message.interaction)
        return await self.dispatcher.answer(read, message.interaction)

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
            update = {"response_action": "update", "view": nothing_done_view(message)}
            return BoltResponse(status=200, body=update, headers=dict(_JSON))
        if body.get("type") == "block_suggestion":
            options = {"options": [_unusable_option(message)]}
            return BoltResponse(status=200, body=options, headers=dict(_JSON))
        # A click in a modal brings no `response_url`: then they are told in a direct message.
        interaction = Interaction.of_payload({**body, "view": None})
        if interaction.response_url is not None or body.get("type") == "block_actions":
            self.background.start(self.responder.send(message, interaction))
        return BoltResponse(status=200)


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


def _unusable_option(message: Message) -> Block:
    """Return the only option of a menu that has none: it says why."""
    return {"text": plain_text(message.text.partition(". ")[0], OPTION), "value": "none"}


def _showing(message: Message) -> BoltResponse:
    return BoltResponse(status=200, body=message.as_ack, headers=dict(_JSON))
