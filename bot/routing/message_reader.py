"""Read what was written to the bot in a message: a command, or words that may have meant one."""

from collections.abc import Sequence

from bot.browse.model import HelpQuery
from bot.browse.requests import NotYet
from bot.home.requests import HelpWithMessage, Offer
from bot.language.command import Command
from bot.language.errors import QueryError, verify_proposals
from bot.language.tokens import split
from bot.routing.command_reader import read_text, read_with_times
from bot.slack.requests import Request
from bot.ui.limits import VALUE


def read_message(message: Command) -> HelpWithMessage:
    """Read what was written to the bot: the command that it is, or those that may have been meant."""
    if len(message.sent()) > VALUE:  # no button carries it
        return HelpWithMessage()
    try:
        if not split(message.text):  # nothing but marks and space
            return HelpWithMessage()
        texts: Sequence[Command] = (message,)
        read_with_times(message)
    except QueryError:
        texts = _proposals(message)
    offers = tuple(Offer(text, read_text(text)) for text in texts)
    return HelpWithMessage(tuple(offer for offer in offers if not _says_nothing(offer.request)))


def _says_nothing(request: Request) -> bool:
    """Return whether a request leads no further than the help that is shown anyway."""
    return isinstance(request, NotYet) or (isinstance(request, HelpQuery) and request.topic is None)


def _proposals(message: Command) -> Sequence[Command]:
    """Return what is proposed for a text that is no command."""
    try:
        read_text(message)
    except QueryError as error:
        verify_proposals(error, message, read_with_times)
        return [text for text in error.proposals if isinstance(text, Command)]
    return ()
