"""Who may look at failures: the router asks before a handler begins."""

from dataclasses import dataclass

from bot.access.model import Right
from bot.access.policy import Access
from bot.browse.requests import ShowFailures
from bot.browse.rights import require_selection
from bot.failures.requests import ListFailures
from bot.slack.interaction import Interaction


@dataclass(frozen=True, slots=True)
class FailureRights:
    """The rights that failures need, which are those of lists; each method raises UserError without them.

    Attributes:
        access: knows them.
    """

    access: Access

    async def require_typed(self, request: ListFailures, interaction: Interaction) -> None:
        """Require the right for any workflow of the account; the handler asks for those that are meant."""
        await self.access.require_any(Right.VIEW, interaction, request.query.query.account)

    async def require_shown(self, request: ShowFailures, interaction: Interaction) -> None:
        """Require the right for the workflows that a button names, or for any behind a pattern."""
        require_selection(await self.access.viewer(interaction), request.selection)
