"""Answers about the bot itself."""

from collections.abc import Sequence

from bot.browse.model import HelpQuery
from bot.home.help import help_message
from bot.home.messages import accounts_message, version_message
from bot.home.requests import ShowAccounts, ShowVersion
from bot.slack.interaction import Interaction
from bot.slack.reply import Reply, ShowMessage


class HomeHandlers:
    """Handlers of what is asked of the bot itself.

    Args:
        accounts: the names of all, the default first.
    """

    def __init__(self, accounts: Sequence[str]) -> None:
        self._accounts = accounts

    async def show_help(self, request: HelpQuery, _: Interaction) -> Reply:
        """Show how to use the bot."""
        return ShowMessage(help_message(request.topic, self._accounts, request.workflow))

    async def show_accounts(self, _: ShowAccounts, _interaction: Interaction) -> Reply:
        """Show which accounts there are."""
        return ShowMessage(accounts_message(self._accounts))

    async def show_version(self, _: ShowVersion, _interaction: Interaction) -> Reply:
        """Show which version this is."""
        return ShowMessage(version_message())
