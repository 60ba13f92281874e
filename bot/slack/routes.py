"""What the router and the dispatcher are given: the reader of requests, and the routes to their handlers."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from bot.language.errors import QueryError
from bot.slack.interaction import Interaction
from bot.slack.reply import Reply, ShowMessage
from bot.slack.requests import Request

_R = TypeVar("_R", bound=Request)

Handler = Callable[[_R, Interaction], Awaitable[Reply]]
Right = Callable[[_R, Interaction], Awaitable[None]]
"""Raises UserError if the person lacks the right."""


async def allow_everyone(_: Request, _interaction: Interaction) -> None:
    """Let everyone of the bot's workspace do it."""


@dataclass(frozen=True, slots=True)
class Route(Generic[_R]):
    """What answers a type of request.

    Attributes:
        request: the type.
        needs: the right that a person needs for it; checked before the handler begins.
        handler: makes the reply.
        once: it changes or posts something, so a request that comes again, at any process, does not run it.
        asks_cloudflare: it only reads, and its answer waits for Cloudflare: a command's ack says so if that
            takes long, and a short throttle is waited for.
    """

    request: type[_R]
    needs: Right[_R]
    handler: Handler[_R]
    once: bool = False
    asks_cloudflare: bool = False


class UnknownControl(Exception):
    """A button, menu or form that this version of the bot does not have."""


class Reader(Protocol):
    """Reads what a person did as a request.

    Attributes:
        buttons: the action ids of all buttons.
        forms: the callback ids of all modals that can be submitted.
        menus: the action ids of all menus that load as one types.
        shortcuts: the callback ids of all shortcuts on messages.
    """

    buttons: Collection[str]
    forms: Collection[str]
    menus: Collection[str]
    shortcuts: Collection[str]

    def cached_reply(self, text: str, interaction: Interaction) -> ShowMessage | None:
        """Return the reply to the words of a command, if all that it takes is in memory."""
        ...

    async def command(self, text: str, interaction: Interaction) -> Request:
        """Read the words of a command.

        Raises:
            QueryError: they can't be understood.
        """
        ...

    def propose(self, error: QueryError, text: str, interaction: Interaction) -> None:
        """Turn the words that a handler's error proposes into whole commands."""
        ...

    async def button(self, action_id: str, value: str, interaction: Interaction) -> Request:
        """Read a button.

        Raises:
            UnknownControl: this version has no such button.
            InvalidButton, ExpiredButton: its value can't be read.
        """
        ...

    async def form(self, callback_id: str, interaction: Interaction) -> Request:
        """Read a submitted modal.

        Raises:
            UnknownControl: this version has no such modal, or can't read what it was opened with.
            InvalidButton, ExpiredButton: as `button`.
        """
        ...

    def menu(self, action_id: str, typed: str) -> Request:
        """Read what was typed into a menu.

        Raises:
            UnknownControl: this version has no such menu.
        """
        ...

    def shortcut(self, callback_id: str, text: str) -> Request:
        """Read a shortcut on a message with a text.

        Raises:
            UnknownControl: this version has no such shortcut.
        """
        ...

    async def message(self, text: str, interaction: Interaction) -> Request:
        """Read what was written to the bot in a message, as Slack sends it but for the mention of the bot."""
        ...
