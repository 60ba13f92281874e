"""Answers about the bot itself."""

from bot.access.model import Right
from bot.access.policy import Access
from bot.browse.handlers import ListHandlers
from bot.browse.model import HelpQuery
from bot.browse.requests import ListInstances
from bot.failures.requests import ListFailures
from bot.home.help import help_message
from bot.home.messages import accounts_message, short_help_message, version_message
from bot.home.requests import HelpWithMessage, Offer, ShowAccounts, ShowVersion
from bot.slack.interaction import Interaction
from bot.slack.reply import Reply, ShowMessage


class HomeHandlers:
    """Handlers of requests about the bot itself.

    Args:
        lists: knows which lists there are.
        access: says who may see what.
    """

    def __init__(self, lists: ListHandlers, access: Access) -> None:
        self._lists = lists
        self._access = access

    async def show_help(self, request: HelpQuery, interaction: Interaction) -> Reply:
        """Show how to use the bot."""
        viewer = await self._access.viewer(interaction)
        workflow = request.workflow or self._lists.known_workflow(viewer)
        return ShowMessage(help_message(request.topic, viewer.visible_accounts, workflow))

    async def show_accounts(self, _: ShowAccounts, interaction: Interaction) -> Reply:
        """Show which accounts there are for the person."""
        viewer = await self._access.viewer(interaction)
        if not viewer.visible_accounts:
            raise viewer.refusal(Right.VIEW, None)
        meant, *others = viewer.meant_accounts()
        default = viewer.accounts[0] if meant is None or others else meant
        return ShowMessage(accounts_message(viewer.visible_accounts, default))

    async def show_version(self, _: ShowVersion, _interaction: Interaction) -> Reply:
        """Show which version this is."""
        return ShowMessage(version_message())

    async def help_with_message(self, request: HelpWithMessage, interaction: Interaction) -> Reply:
        """Show short help to a person who wrote to the bot, with buttons for what the message may mean."""
        offers = [offer for offer in request.offers if await self._leads_on(offer, interaction)]
        return ShowMessage(short_help_message(offers))

    async def _leads_on(self, offer: Offer, interaction: Interaction) -> bool:
        """Return whether an offer is no list, or one that can be shown."""
        request = offer.request
        if not isinstance(request, ListInstances | ListFailures):
            return True
        return await self._lists.can_show(request.query.query.selection, interaction)
