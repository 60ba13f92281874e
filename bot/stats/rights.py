"""Who may look at statistics: the router asks before a handler begins."""

from dataclasses import dataclass

from bot.access.model import Right
from bot.access.policy import Access
from bot.browse.rights import require_selection
from bot.slack.interaction import Interaction
from bot.stats.requests import OfStats, ShowStats


@dataclass(frozen=True, slots=True)
class StatsRights:
    """The rights that statistics need; each method raises UserError if the person lacks it.

    Attributes:
        access: knows them.
    """

    access: Access

    async def require_typed(self, request: ShowStats, interaction: Interaction) -> None:
        """Require the right for any workflow of the account; the handler asks for those that are meant."""
        await self.access.require_any(Right.VIEW, interaction, request.query.query.account)

    async def require_shown(self, request: OfStats, interaction: Interaction) -> None:
        """Require the right for the workflows of a button that are named, or for any behind a pattern."""
        require_selection(await self.access.viewer(interaction), request.selection)
