"""Who may look at which lists. The router asks before a handler begins, and so before Cloudflare is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.access.model import Right
from bot.access.policy import Access, Viewer
from bot.browse.bookmark import Bookmark, EndBookmark, MergedBookmark, OverviewBookmark
from bot.browse.errors import NoSuchWorkflow
from bot.browse.model import ListQuery
from bot.browse.requests import (
    ApplyFilter,
    AtPlace,
    FindStatus,
    ListInstances,
    ListWorkflows,
    OpenFilter,
    ShowInstance,
)
from bot.cloudflare.errors import WorkflowNotFound
from bot.slack.interaction import Interaction
from bot.slack.reply import UserError


@dataclass(frozen=True, slots=True)
class ListRights:
    """The rights that requests for lists need; each method raises UserError if the person lacks it.

    Attributes:
        access: knows them.
    """

    access: Access

    async def require_list(self, request: ListInstances, interaction: Interaction) -> None:
        """Require the right for any workflow of the account.

        What is typed may mean another name. The handler asks for the right for that.
        """
        await self.access.require_any(Right.VIEW, interaction, request.query.query.account)

    async def require_overview(self, request: ListWorkflows, interaction: Interaction) -> None:
        """Require the right for any workflow of the account; the others are left out."""
        await self.access.require_any(Right.VIEW, interaction, request.query.account)

    async def require_account(self, request: FindStatus, interaction: Interaction) -> None:
        """Require the right for any workflow of the account; the others are left out."""
        await self.access.require_any(Right.VIEW, interaction, request.account)

    async def require_place(self, request: AtPlace, interaction: Interaction) -> None:
        """Require the right for the list that a button leads to.

        The list of a page in the database is known, and asked for, once that is read.
        """
        match request.place:
            case Bookmark(query=query) if query.workflow:
                await self.access.require(Right.VIEW, interaction, query.account, query.workflow)
            case Bookmark(query=query) | MergedBookmark(query=query) | EndBookmark(query=query):
                await self.access.require_any(Right.VIEW, interaction, query.account)
            case OverviewBookmark(overview=overview):
                await self.access.require_any(Right.VIEW, interaction, overview.account)

    async def require_query(self, request: OpenFilter | ApplyFilter, interaction: Interaction) -> None:
        """Require the right for the list of a form."""
        query = request.query
        await self.access.require(Right.VIEW, interaction, query.account, query.workflow)

    async def require_instance(self, request: ShowInstance, interaction: Interaction) -> None:
        """Require the right for an instance's workflow."""
        await self.access.require(Right.VIEW, interaction, request.account, request.workflow)


def error_for_hidden(viewer: Viewer, query: ListQuery, visible: Sequence[str]) -> NoSuchWorkflow | UserError:
    """Return the error for a workflow that a person may not look at.

    Its name may mean another workflow, or be like one. Otherwise the error says who may look at it.

    Args:
        viewer: the person.
        query: what was asked of the workflow.
        visible: the names of the account's workflows that they may look at.
    """
    account = viewer.accounts[0] if query.account is None else query.account
    error = NoSuchWorkflow(query, account, visible, WorkflowNotFound("it was not asked for"))
    if error.meant or error.similar:
        return error
    return viewer.refusal(Right.VIEW, query.account, query.workflow)
