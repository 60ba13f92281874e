"""Answers about the bot itself."""

from collections.abc import Sequence

from bot.browse.handlers import ListHandlers
from bot.browse.model import HelpQuery
from bot.browse.requests import ListInstances
from bot.home.help import help_message
from bot.home.messages import accounts_message, short_help_message, version_message
from bot.home.requests import HelpWithMessage, ShowAccounts, ShowVersion
from bot.slack.interaction import Interaction
from bot.slack.reply import Reply, ShowMessage


class HomeHandlers:
    """Handlers of requests about the bot itself.

    Args:
        accounts: the names of all, the default first.
        lists: knows which lists there are.
    """

    def __init__(self, accounts: Sequence[str], lists: ListHandlers) -> None:
        self._accounts = accounts
        self._lists = lists

    async def show_help(self, request: HelpQuery, _: Interaction) -> Reply:
        """Show how to use the bot."""
        return ShowMessage(
            help_message(request.topic, self._accounts, request.workflow or self._lists.known_workflow())
        )

    async def show_accounts(self, _: ShowAccounts, _interaction: Interaction) -> Reply:
        """Show which accounts there are."""
        return ShowMessage(accounts_message(self._accounts))

    async def show_version(self, _: ShowVersion, _interaction: Interaction) -> Reply:
        """Show which version this is."""
        return ShowMessage(version_message())

    async def help_with_message(self, request: HelpWithMessage, _: Interaction) -> Reply:
        """Show short help to a person who wrote to the bot, with buttons for what the message may mean."""
        offers = [
            offer
            for offer in request.offers
            if not isinstance(offer.request, ListInstances) or await self._lists.can_show(offer.request)
        ]
        return ShowMessage(short_help_message(offers))
