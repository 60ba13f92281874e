"""Answers about rights."""

from bot.access.messages import access_message
from bot.access.model import Right
from bot.access.policy import Access
from bot.access.requests import ShowAccess
from bot.slack.interaction import Interaction
from bot.slack.reply import Reply, ShowMessage


class AccessHandlers:
    """Handlers of what is asked about rights.

    Args:
        access: knows them.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    async def show_access(self, _: ShowAccess, interaction: Interaction) -> Reply:
        """Show what a person may do where they are, and who may do the rest."""
        viewer = await self._access.viewer(interaction)
        granted = {right: viewer.rules_granting(right) for right in Right}
        who = {right: self._access.rules.who_may(right) for right in Right}
        return ShowMessage(access_message(granted, who, viewer.person, are_set=self._access.rules.are_set))
