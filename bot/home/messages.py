"""What the bot says to somebody who writes to it in a message: short help, and what that may have meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from bot.language.errors import Editable
from bot.slack.requests import Request
from bot.ui.elements import Message, command, message, section
from bot.ui.problems import run_button

_HELP: Final = (
    "This bot answers the command `/workflows`, in any channel and here; you alone see what it shows.",
    """\
`/workflows`   every workflow with its counts by status
`/workflows NAME errored since:24h`   the instances of one, and which of them failed
`/workflows digest`   a form that has a channel told regularly what failed
`/workflows help`   all that it can do""",
)


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
    """Help for somebody who wrote to the bot in a message.

    Attributes:
        offers: the commands that it can be read as, the likeliest first.
    """

    kind: ClassVar[str] = "message"
    offers: tuple[Offer, ...] = ()


def short_help_message(offers: Sequence[Offer]) -> Message:
    """Build the answer to a message: buttons for what it may have meant, then how to use the bot."""
    typed = [command(offer.text.whole()) for offer in offers]
    blocks = [
        section(text, run_button("Run it", offer.text)) for text, offer in zip(typed, offers, strict=True)
    ]
    heading = (
        "Your message as a command:" if len(offers) == 1 else "Your message may mean one of these commands:"
    )
    if offers:
        blocks.insert(0, section(heading))
    blocks += [section(part) for part in _HELP]
    return message(" ".join((*([heading, *typed] if offers else []), *_HELP)), blocks)
