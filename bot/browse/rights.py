"""Who may look at which lists. The dispatcher asks before a handler begins, so before Cloudflare is asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from bot.access.messages import ACCESS, sharer_refused_message
from bot.access.model import Right
from bot.access.policy import Access, Viewer
from bot.browse.bookmark import Bookmark, EndBookmark, MergedBookmark, OverviewBookmark
from bot.browse.errors import NoSuchWorkflow
from bot.browse.model import ListQuery
from bot.browse.requests import (
    ApplyFilter,
    AtPlace,
    ListWorkflows,
    OfInstances,
    OpenFilter,
    ShowInstance,
)
from bot.browse.selection import PATTERN, Selection
from bot.cloudflare.errors import WorkflowNotFound
from bot.slack.interaction import Interaction
from bot.slack.reply import UserError
from bot.ui.mrkdwn import command

_SOME_NOTICE: Final = f"Of the workflows that you may look at here: {command(ACCESS)}"
_SOME_SHARED: Final = f"Without the workflows that not everyone may look at: {command(ACCESS)}"


class HasSelection(Protocol):
    """A button's request about some instances."""

    @property
    def selection(self) -> Selection:
        """Return which instances."""
        ...


@dataclass(frozen=True, slots=True)
class ListRights:
    """The rights that lists, failures and statistics need; each method raises UserError without them.

    Attributes:
        access: knows them.
    """

    access: Access

    async def require_list(self, request: OfInstances, interaction: Interaction) -> None:
        """Require the right for any workflow of the account.

        What is typed may mean another name. The handler asks for the right for that.
        """
        await self.access.require_any(Right.VIEW, interaction, request.query.query.account)

    async def require_selection(self, request: HasSelection, interaction: Interaction) -> None:
        """Require the right for the workflows that a button names, or for any behind a pattern."""
        require_selection(await self.access.viewer(interaction), request.selection)

    async def require_overview(self, request: ListWorkflows, interaction: Interaction) -> None:
        """Require the right for any workflow of the account; the others are left out."""
        await self.access.require_any(Right.VIEW, interaction, request.query.account)

    async def require_place(self, request: AtPlace, interaction: Interaction) -> None:
        """Require the right for the list that a button leads to.

        The list of a page in the database is known, and asked for, once that is read.
        """
        match request.place:
            case Bookmark(query=query) | MergedBookmark(query=query) | EndBookmark(query=query):
                require_selection(await self.access.viewer(interaction), query.selection)
            case OverviewBookmark(overview=overview):
                await self.access.require_any(Right.VIEW, interaction, overview.account)

    async def require_query(self, request: OpenFilter | ApplyFilter, interaction: Interaction) -> None:
        """Require the right for the list of a form."""
        require_selection(await self.access.viewer(interaction), request.query.selection)

    async def require_instance(self, request: ShowInstance, interaction: Interaction) -> None:
        """Require the right for an instance's workflow."""
        await self.access.require(Right.VIEW, interaction, request.account, request.workflow)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who sees a message with a list: nothing is in it that one of them may not look at.

    Attributes:
        viewer: the person who asked for it.
        sharer: who shared the message that it is shown in, for all in the channel; None in any other.
    """

    viewer: Viewer
    sharer: Viewer | None = None

    @property
    def people(self) -> tuple[Viewer, ...]:
        """Return all of them."""
        return (self.viewer,) if self.sharer is None else (self.viewer, self.sharer)

    def require(self, selection: Selection) -> None:
        """Require the right for every workflow that is named, and for any of the account where none is.

        Raises:
            UserError: one of them lacks it.
        """
        require_selection(self.viewer, selection)
        if self.sharer is None:
            return
        try:
            require_selection(self.sharer, selection)
        except UserError as error:
            raise UserError(sharer_refused_message()) from error

    def workflow_filter(self, account: str | None) -> Callable[[str], bool]:
        """Return a filter of an account's workflows, by their names: those that all of them may look at."""
        return lambda workflow: all(each.may(Right.VIEW, account, workflow) for each in self.people)

    def may_all(self, account: str | None) -> bool:
        """Return whether all of them may look at all workflows of an account."""
        return all(each.may_all(Right.VIEW, account) for each in self.people)

    def notices(self, selection: Selection, words: str = _SOME_NOTICE) -> tuple[str, ...]:
        """Return a notice in mrkdwn if workflows may be left out of a selection that one may not look at.

        Args:
            selection: which instances.
            words: what it says to the viewer alone; where it is shared, it speaks to nobody.
        """
        if not has_patterns(selection) or self.may_all(selection.account):
            return ()
        return (words if self.sharer is None else _SOME_SHARED,)


async def audience_to_share_with(access: Access, interaction: Interaction) -> Audience:
    """Return who sees a message that a person shares now.

    Raises:
        UserError: Slack does not say what they are.
    """
    viewer = await access.viewer(interaction)
    return Audience(viewer, viewer)


async def audience_of(access: Access, interaction: Interaction) -> Audience:
    """Return who sees the message that was clicked in: it shows no more than each of them may see.

    Raises:
        UserError: Slack does not say what one of them is.
    """
    viewer = await access.viewer(interaction)
    if interaction.sharer is None:
        return Audience(viewer)
    return Audience(viewer, await access.viewer(replace(interaction, user=interaction.sharer.id)))


def require_selection(viewer: Viewer, selection: Selection) -> None:
    """Require the right for every workflow that is named; those that a pattern means are left out.

    Raises:
        UserError: the person lacks it, or may look at no workflow of the account; it says who may.
    """
    if has_patterns(selection):
        viewer.require_any(Right.VIEW, selection.account)
    for name in selection.workflows:
        if PATTERN not in name:
            viewer.require(Right.VIEW, selection.account, name)


def has_patterns(selection: Selection) -> bool:
    """Return whether a selection does not name all its workflows, so that some may be left out of it."""
    return not selection.workflows or any(PATTERN in name for name in selection.workflows)


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
