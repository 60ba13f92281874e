"""Who may look at which instance, and at what went in and came out of it."""

from dataclasses import dataclass

from bot.access.model import Right
from bot.access.policy import Access
from bot.browse.requests import DescribeInstance
from bot.inspect.payload_requests import OfPayload
from bot.inspect.requests import OfInstance
from bot.slack.interaction import Interaction


@dataclass(frozen=True, slots=True)
class InspectRights:
    """The rights that requests for instances need; each method raises UserError if the person lacks it.

    Attributes:
        access: knows them.
    """

    access: Access

    async def require_described(self, request: DescribeInstance, interaction: Interaction) -> None:
        """Require the right for any workflow; the handler asks for the one that the words mean.

        Which account a link leads to is not known yet, so that any will do.
        """
        viewer = await self.access.viewer(interaction)
        if request.account_id is None or not viewer.visible_accounts:
            viewer.require_any(Right.VIEW, request.account)

    async def require_instance(self, request: OfInstance, interaction: Interaction) -> None:
        """Require the right for the workflow of an instance."""
        await self.access.require(Right.VIEW, interaction, request.subject.account, request.subject.workflow)

    async def require_payload(self, request: OfInstance, interaction: Interaction) -> None:
        """Require the rights for an instance's workflow and for what went in and came out."""
        account, workflow = request.subject.account, request.subject.workflow
        viewer = await self.access.require(Right.VIEW, interaction, account, workflow)
        if not viewer.may_read_payloads(account, workflow):
            raise viewer.refusal(Right.PAYLOADS, account, workflow)

    async def require_sharing(self, request: OfPayload, interaction: Interaction) -> None:
        """Require the rights for an instance's workflow and to show others what went in and came out."""
        account, workflow = request.subject.account, request.subject.workflow
        viewer = await self.access.require(Right.VIEW, interaction, account, workflow)
        viewer.require(Right.PAYLOADS, account, workflow)
