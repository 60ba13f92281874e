"""Who may search. What a search finds is among what the person may look at."""

from dataclasses import dataclass

from bot.access.model import Right
from bot.access.policy import Access
from bot.browse.requests import DescribeInstance
from bot.find.requests import FindInstances
from bot.inspect.rights import InspectRights
from bot.slack.interaction import Interaction


@dataclass(frozen=True, slots=True)
class FindRights:
    """The rights that searches need; each method raises UserError if the person lacks it.

    Attributes:
        access: knows them.
    """

    access: Access

    async def require_found(self, request: FindInstances, interaction: Interaction) -> None:
        """Require the right for any workflow of the account, or of any account."""
        await self._require_any(request.account, interaction)

    async def require_described(self, request: DescribeInstance, interaction: Interaction) -> None:
        """Require the right for any workflow; an id without a workflow is looked for in every account."""
        if request.workflow is None and request.instance is not None:
            await self._require_any(request.account, interaction)
        else:
            await InspectRights(self.access).require_described(request, interaction)

    async def _require_any(self, account: str | None, interaction: Interaction) -> None:
        viewer = await self.access.viewer(interaction)
        if account is not None or not viewer.visible_accounts:
            viewer.require_any(Right.VIEW, account)
