"""What the page can do: be a person in the local Slack."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.language.tokens import COMMAND
from bot.playground.exchange import label_of
from bot.playground.playground import Playground
from bot.playground.simulators.slack import AckError, Message, Payload, Person, View
from bot.playground.simulators.slack.message import elements_of
from bot.playground.simulators.slack.shapes import Values


class ActRefused(Exception):
    """This can't be done; the message is one line for a person."""


class _Act(BaseModel):
    """Who does it, and which channel they are looking at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: str
    channel: str


class Command(_Act):
    """A line typed into the composer."""

    kind: Literal["command"]
    text: str


class Action(_Act):
    """An element of a message was used; `action` is what Slack puts into a payload's `actions`."""

    kind: Literal["action"]
    ts: str
    action: Payload
    values: Values = {}


class ViewAction(_Act):
    """An element of a modal was used."""

    kind: Literal["view_action"]
    view: str
    action: Payload
    values: Values = {}


class Submit(_Act):
    """A modal was submitted."""

    kind: Literal["submit"]
    view: str
    values: Values = {}


class Close(_Act):
    """A modal was dismissed."""

    kind: Literal["close"]
    view: str


class Suggest(_Act):
    """Somebody types into a menu of a modal or a message, which asks the bot for its options."""

    kind: Literal["suggest"]
    ts: str | None = None
    view: str | None = None
    action_id: str
    block_id: str
    typed: str


Act = Annotated[Command | Action | ViewAction | Submit | Close | Suggest, Field(discriminator="kind")]
_ACT: Final[TypeAdapter[Act]] = TypeAdapter(Act)


class _Turn(BaseModel):
    fault: str


def read(body: bytes) -> Act:
    """Return the act that a request's body describes.

    Raises:
        ActRefused: it describes none.
    """
    try:
        return _ACT.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ActRefused(f"this is no act: {where}: {first['msg']}") from error


def turn_faults(playground: Playground, body: bytes) -> str:
    """Turn the switch of Cloudflare's faults as a request's body says; gives the new position.

    Raises:
        ActRefused: there is no such position, or no switch.
    """
    switch = playground.account.faults
    if switch is None:
        raise ActRefused("faults can be had at the simulated account only")
    try:
        switch.choose(_Turn.model_validate_json(body).fault)
    except LookupError as error:
        raise ActRefused(str(error)) from error
    except ValidationError as error:
        raise ActRefused('this is no fault: it looks like {"fault": "slow"}') from error
    return switch.chosen


class Acts:
    """Does what the page asks for, each time until the bot has acknowledged it.

    What the bot fails at is told by Slackbot in the channel, as in Slack.
    """

    def __init__(self, playground: Playground) -> None:
        self._slack = playground.slack
        self._exchanges = playground.exchanges

    async def do(self, act: Act) -> Payload:
        """Do it; gives what the page wants to know of the ack: a modal's errors, a menu's options.

        Raises:
            ActRefused: Slack's own screen would not have allowed it.
        """
        match act:
            case Command():
                await self._command(act)
            case Action():
                await self._action(act)
            case ViewAction():
                await self._view_action(act)
            case Submit():
                return await self._submit(act)
            case Close():
                await self._close(act)
            case Suggest():
                return await self._suggest(act)
        return {}

    async def _command(self, act: Command) -> None:
        command, text = (*act.text.split(None, 1), "", "")[:2]
        person = self._person(act)
        if not command.startswith("/"):
            raise ActRefused(f"Only commands are answered here: try {COMMAND}.")
        if not person.channel.has(person.user):
            raise ActRefused("Only those who are in this channel can write here.")
        if person.channel.is_archived:
            raise ActRefused("This channel is archived: nobody can write here.")
        if command != COMMAND:
            self._exchanges.tell(
                person.channel.id, person.user.id, f"{command} is not a valid command. There is {COMMAND}."
            )
            return
        with self._told(person, command):
            await person.command(command, text.rstrip())

    async def _action(self, act: Action) -> None:
        person = self._person(act)
        message = self._message(act.ts, person)
        _check_there(act.action.get("block_id"), act.action.get("action_id"), message.blocks)
        with self._told(person, label_of(act.action)):
            await person.act(message, act.action, act.values)

    async def _view_action(self, act: ViewAction) -> None:
        person = self._person(act)
        view = self._view(act.view, person)
        _check_there(act.action.get("block_id"), act.action.get("action_id"), view.payload["blocks"])
        with self._told(person, label_of(act.action)):
            await person.act_in_view(view, act.action, act.values)

    async def _submit(self, act: Submit) -> Payload:
        person = self._person(act)
        view = self._view(act.view, person)
        with self._told(person, str(view.payload["title"]["text"])):
            return {"errors": (await person.submit(view, act.values)).errors}
        return {"errors": {}}

    async def _close(self, act: Close) -> None:
        person = self._person(act)
        view = self._view(act.view, person)
        with self._told(person, str(view.payload["title"]["text"])):
            await person.close(view)

    async def _suggest(self, act: Suggest) -> Payload:
        person = self._person(act)
        place = self._view(act.view, person) if act.view is not None else self._message(act.ts, person)
        blocks = place.payload["blocks"] if isinstance(place, View) else place.blocks
        _check_there(act.block_id, act.action_id, blocks)
        with self._told(person, act.action_id):
            found = await person.type_into_menu(act.action_id, act.typed, place, act.block_id)
            return {key: found[key] for key in ("options", "option_groups") if key in found}
        return {"options": []}

    def _person(self, act: _Act) -> Person:
        try:
            return self._slack.person(act.person, act.channel, via=self._exchanges)
        except LookupError as error:
            raise ActRefused(str(error)) from error

    def _message(self, ts: str | None, person: Person) -> Message:
        seen = person.screen() if person.channel.has(person.user) else ()
        message = next((message for message in seen if message.ts == ts), None)
        if message is None:
            raise ActRefused("This message is gone.")
        return message

    def _view(self, view_id: str, person: Person) -> View:
        top = self._slack.views.top(person.user.id)
        if top is None or top.id != view_id:
            raise ActRefused("This modal is closed, or another one lies above it.")
        return top

    @contextmanager
    def _told(self, person: Person, what: str) -> Iterator[None]:
        """Tell the person in their channel what goes wrong between Slack and the bot."""
        try:
            yield
        except AckError as error:
            self._exchanges.failed(error, person.user.id, person.channel.id, what)


def _check_there(block_id: object, action_id: object, blocks: Iterable[Payload]) -> None:
    """Nobody can press what is not on their screen: the message may have changed since."""
    there = ((block["block_id"], element["action_id"]) for block in blocks for element in elements_of(block))
    if (block_id, action_id) not in there:
        raise ActRefused("What you pressed is no longer there: the message has changed.")
