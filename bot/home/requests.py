"""Requests about the bot itself."""

from dataclasses import dataclass
from typing import ClassVar

from bot.language.errors import Editable
from bot.slack.requests import Request


@dataclass(frozen=True, slots=True)
class ShowAccounts(Request):
    """Which accounts there are."""

    kind: ClassVar[str] = "accounts"


@dataclass(frozen=True, slots=True)
class ShowVersion(Request):
    """Which version of the bot this is."""

    kind: ClassVar[str] = "version"


@dataclass(frozen=True, slots=True)
class Offer:
    """A command that a message may have meant.

    Attributes:
        text: the command.
        request: what it asks for.
    """

    text: Editable
    request: Request


@dataclass(frozen=True, slots=True)
class HelpWithMessage(Request):
    """Help for a person who wrote to the bot in a message.

    Attributes:
        offers: the commands that it can be read as, the likeliest first.
    """

    kind: ClassVar[str] = "message"
    offers: tuple[Offer, ...] = ()
