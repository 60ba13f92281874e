"""Actions of the page: it acts as a person in the local Slack."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.language.tokens import COMMAND
from bot.playground.exchange import action_label
from bot.playground.page.serialization import SHORTCUT_NAMES
from bot.playground.playground import Playground
from bot.playground.simulators.slack import AckError, Message, Payload, Person, View
from bot.playground.simulators.slack.message import elements_of
from bot.playground.simulators.slack.shapes import Values


class ActionRejected(Exception):
    """The action is not possible; the message is one line for a person."""


class _UserAction(BaseModel):
    """The person who acts, and the channel that they view."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: str
    channel: str


class Command(_UserAction):
    """A person sends a line from the composer."""

    kind: Literal["command"]
    text: str


class MessageAction(_UserAction):
    """A person uses an element of a message; `action` is an item of the payload's `actions`."""

    kind: Literal["action"]
    ts: str
    action: Payload
    values: Values = {}


class ViewAction(_UserAction):
    """A person uses an element of a modal."""

    kind: Literal["view_action"]
    view: str
    action: Payload
    values: Values = {}


class Submit(_UserAction):
    """A person submits a modal."""

    kind: Literal["submit"]
    view: str
    values: Values = {}


class Close(_UserAction):
    """A person dismisses a modal."""

    kind: Literal["close"]
    view: str


class Shortcut(_UserAction):
    """A person chooses a shortcut of the app in a message's menu."""

    kind: Literal["shortcut"]
    ts: str
    callback_id: str


class Suggest(_UserAction):
    """A person types into a menu that loads its options from the bot."""

    kind: Literal["suggest"]
    ts: str | None = None
    view: str | None = None
    action_id: str
    block_id: str
    typed: str


UserAction = Annotated[
    Command | MessageAction | ViewAction | Submit | Close | Shortcut | Suggest, Field(discriminator="kind")
]
_USER_ACTION: Final[TypeAdapter[UserAction]] = TypeAdapter(UserAction)


class _FaultRequest(BaseModel):
    fault: str


def parse_action(body: bytes) -> UserAction:
    """Parse a request's body.

    Raises:
        ActionRejected: the body is not an action.
    """
    try:
        return _USER_ACTION.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ActionRejected(f"this is not an action: {where}: {first['msg']}") from error


def set_fault(playground: Playground, body: bytes) -> str:
    """Select the fault that a request's body names, and return its name.

    Raises:
        ActionRejected: there is no such fault, or the account is not simulated.
    """
    switch = playground.account.faults
    if switch is None:
        raise ActionRejected("faults are available for the simulated account only")
    try:
        switch.select(_FaultRequest.model_validate_json(body).fault)
    except LookupError as error:
        raise ActionRejected(str(error)) from error
    except ValidationError as error:
        raise ActionRejected('this is not a fault; an example is {"fault": "slow"}') from error
    return switch.selected


class UserActions:
    """Performs actions of the page, each until the bot has acknowledged it.

    Slackbot reports failures of the bot in the channel, as in Slack.
    """

    def __init__(self, playground: Playground) -> None:
        self._slack = playground.slack
        self._exchange_log = playground.exchange_log

    async def perform(self, request: UserAction) -> Payload:
        """Perform an action. Return what the page needs of the ack: a modal's errors, a menu's options.

        Raises:
            ActionRejected: Slack's user interface would not allow it.
        """
        match request:
            case Command():
                await self._command(request)
            case MessageAction():
                await self._action(request)
            case ViewAction():
                await self._view_action(request)
            case Submit():
                return await self._submit(request)
            case Close():
                await self._close(request)
            case Shortcut():
                await self._shortcut(request)
            case Suggest():
                return await self._suggest(request)
        return {}

    async def _command(self, request: Command) -> None:
        command, text = (*request.text.split(None, 1), "", "")[:2]
        person = self._person(request)
        if not person.channel.has(person.user):
            raise ActionRejected("Only members of this channel can post here.")
        if person.channel.is_archived:
            raise ActionRejected("This channel is archived: posting is disabled.")
        if not command.startswith("/"):
            if not request.text.strip():
                raise ActionRejected("There is nothing to send.")
            with self._report_errors(person, "Your message"):
                await person.say(request.text.strip())
            return
        if command != COMMAND:
            self._exchange_log.notify(
                person.channel.id, person.user.id, f"{command} is not a valid command. There is {COMMAND}."
            )
            return
        with self._report_errors(person, command):
            await person.command(command, text.rstrip())

    async def _action(self, request: MessageAction) -> None:
        person = self._person(request)
        message = self._message(request.ts, person)
        _check_on_screen(request.action.get("block_id"), request.action.get("action_id"), message.blocks)
        with self._report_errors(person, action_label(request.action)):
            await person.act(message, request.action, request.values)

    async def _view_action(self, request: ViewAction) -> None:
        person = self._person(request)
        view = self._view(request.view, person)
        _check_on_screen(
            request.action.get("block_id"), request.action.get("action_id"), view.payload["blocks"]
        )
        with self._report_errors(person, action_label(request.action)):
            await person.act_in_view(view, request.action, request.values)

    async def _submit(self, request: Submit) -> Payload:
        person = self._person(request)
        view = self._view(request.view, person)
        with self._report_errors(person, str(view.payload["title"]["text"])):
            return {"errors": (await person.submit(view, request.values)).errors}
        return {"errors": {}}

    async def _close(self, request: Close) -> None:
        person = self._person(request)
        view = self._view(request.view, person)
        with self._report_errors(person, str(view.payload["title"]["text"])):
            await person.close(view)

    async def _shortcut(self, request: Shortcut) -> None:
        person = self._person(request)
        message = self._message(request.ts, person)
        name = SHORTCUT_NAMES.get(request.callback_id)
        if name is None or message.is_ephemeral:
            raise ActionRejected("This message has no such shortcut.")
        with self._report_errors(person, name):
            await person.shortcut(request.callback_id, message)

    async def _suggest(self, request: Suggest) -> Payload:
        person = self._person(request)
        source = (
            self._view(request.view, person)
            if request.view is not None
            else self._message(request.ts, person)
        )
        blocks = source.payload["blocks"] if isinstance(source, View) else source.blocks
        _check_on_screen(request.block_id, request.action_id, blocks)
        with self._report_errors(person, request.action_id):
            found = await person.type_into_menu(request.action_id, request.typed, source, request.block_id)
            return {key: found[key] for key in ("options", "option_groups") if key in found}
        return {"options": []}

    def _person(self, request: _UserAction) -> Person:
        try:
            return self._slack.person(request.person, request.channel, via=self._exchange_log)
        except LookupError as error:
            raise ActionRejected(str(error)) from error

    def _message(self, ts: str | None, person: Person) -> Message:
        seen = person.screen() if person.channel.has(person.user) else ()
        message = next((message for message in seen if message.ts == ts), None)
        if message is None:
            raise ActionRejected("This message no longer exists.")
        return message

    def _view(self, view_id: str, person: Person) -> View:
        top = self._slack.views.top(person.user.id)
        if top is None or top.id != view_id:
            raise ActionRejected("This modal is closed, or another modal covers it.")
        return top

    @contextmanager
    def _report_errors(self, person: Person, what: str) -> Iterator[None]:
        """Report errors between Slack and the bot to the person, in their channel."""
        try:
            yield
        except AckError as error:
            self._exchange_log.report_failure(error, person.user.id, person.channel.id, what)


def _check_on_screen(block_id: object, action_id: object, blocks: Iterable[Payload]) -> None:
    """Reject an element that is not on the screen: the message may have changed."""
    there = ((shown_in, element["action_id"]) for shown_in, element in elements_of(blocks))
    if not any(element == (block_id, action_id) for element in there):
        raise ActionRejected("This element no longer exists: the message has changed.")
