"""Answer requests: ask for the right, run the handler, and turn every error into a reply.

Requests that come twice are answered once where their route says so.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import structlog

from bot.cloudflare.errors import CloudflareError
from bot.language.command import Command
from bot.language.errors import QueryError
from bot.language.tokens import COMMAND, extract_mentions
from bot.slack.admission import Admission, NotAdmitted
from bot.slack.attempts import attempt, reply_with_readings
from bot.slack.client import SLACK_ERRORS
from bot.slack.handled import HandledRequests
from bot.slack.interaction import Interaction
from bot.slack.problem_log import log_problem
from bot.slack.reply import Accepted, Delayed, OpenModal, Reply, ShowMessage, UpdateModal, UserError
from bot.slack.requests import InvalidButton, Request
from bot.slack.responder import Responder
from bot.slack.routes import Reader, Route, UnknownControl
from bot.telemetry import current_request_id
from bot.ui.elements import Message, modal
from bot.ui.explanations import is_explained
from bot.ui.limits import Block
from bot.ui.notices import unexpected_message, unknown_control_message
from bot.ui.problems import problem_message
from bot.ui.request_id import with_request_id

_log = structlog.get_logger(__name__)

_TRACED: Final = (CloudflareError, InvalidButton, *SLACK_ERRORS)
"""Problems that end with the request's id, by which the operator finds them in the log; typos do not."""

_ACK_LEAD: Final = timedelta(seconds=0.1)
"""The pause between an ack and the answer that takes the place of its message."""


@dataclass
class Dispatcher:
    """Leads each request to the handler of its route.

    Attributes:
        admission: who is let in.
        reader: turns what a handler's error proposes into commands.
        routes: what answers each type of request.
        responder: opens modals, and shows what comes before a delayed reply.
        handled: remembers requests that are not to be handled twice.
    """

    admission: Admission
    reader: Reader
    routes: Sequence[Route[Any]]
    responder: Responder
    handled: HandledRequests

    def __post_init__(self) -> None:
        self._by_type = {route.request: route for route in self.routes}

    def asks_cloudflare(self, request: Request) -> bool:
        """Return whether the answer to a request waits for Cloudflare."""
        return self._by_type[type(request)].asks_cloudflare

    async def answer(
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
            await self.admission.require_person(interaction)
            request = await read()
            # Without words a command is the slash command itself.
            text = COMMAND if typed is not None and not typed.strip() else typed
            again = Command(request.command()) if text is None else Command(*extract_mentions(text))
            work = partial(self.handle, request, interaction)
            try:
                reply = await attempt(work, again, is_patient=self.asks_cloudflare(request))
            except QueryError as error:
                if typed is not None:
                    self.reader.propose(error, typed, interaction)
                raise
            return reply_with_readings(reply, request.readings)

        reply = await self._catch_errors(handle, in_modal=in_modal)
        if not isinstance(reply, OpenModal):
            return reply
        # If Slack does not open it, the log says why.
        with_id = replace(reply, fallback=with_request_id(reply.fallback, current_request_id()))
        fill = None if reply.fill is None else partial(self._fill, reply.view, reply.fill)
        return await self.responder.open_modal(with_id, fill, interaction.trigger_id)

    async def handle(self, request: Request, interaction: Interaction) -> Reply:
        """Handle a request of a person who has the right that it needs.

        Raises:
            UserError: they have not, or it was handled before and is not to be handled twice.
        """
        route = self._by_type[type(request)]
        try:
            await route.needs(request, interaction)
        except UserError:
            if route.once:  # as of a digest that it has deleted: what it did is why it is refused now
                await self.handled.require_first(interaction)
            raise
        handle = partial(route.handler, request, interaction)
        return await (self.handled.handle(interaction, handle) if route.once else handle())

    async def _fill(self, view: Block, fill: Callable[[], Awaitable[Reply]]) -> Block:
        """Return what an opened modal shows; an error takes the place of its blocks."""
        match await self._catch_errors(fill):
            case UpdateModal(view=filled):
                return filled
            case ShowMessage(message=message):
                return {**view, "blocks": message.blocks}
        raise TypeError("a modal is filled with a view")

    async def settle(
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
            reply = await self._catch_errors(reply.then)
        if isinstance(reply, Delayed):
            if reply.word is not said:
                await self.responder.send(reply.word, interaction, in_place=said is not None)
            reply = await self._catch_errors(reply.then)
        if said is not None and isinstance(reply, ShowMessage):
            return replace(reply, in_place=True)
        return reply

    async def _catch_errors(self, work: Callable[[], Awaitable[Reply]], *, in_modal: bool = False) -> Reply:
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


def _problem(error: BaseException, message: Message, request_id: str) -> Reply:
    log_problem(error)
    return ShowMessage(with_request_id(message, request_id) if isinstance(error, _TRACED) else message)


def _nothing_done_reply(message: Message, *, in_modal: bool) -> Reply:
    return UpdateModal(nothing_done_view(message), message) if in_modal else ShowMessage(message)


def nothing_done_view(message: Message) -> Block:
    """Build the modal that says why nothing was done."""
    return modal("Nothing was done", message.blocks, close="Close")
