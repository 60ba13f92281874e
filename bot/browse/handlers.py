"""Answers about lists: a typed command, a button, or the filter form."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.access.model import Right
from bot.access.policy import Access, Viewer
from bot.browse.bookmark import Bookmark, KeptPlace, OverviewBookmark
from bot.browse.browser import Browser, without_anchor
from bot.browse.form import Form
from bot.browse.messages.filter_form import filled_in, filter_view, not_opened_message
from bot.browse.messages.not_yet import not_yet_message
from bot.browse.person_clock import PersonClock
from bot.browse.refreshing import RefreshPause
from bot.browse.requests import (
    ApplyFilter,
    DeleteShared,
    ListInstances,
    ListWorkflows,
    NotYet,
    OpenFilter,
    OpenList,
    RefreshPage,
    ShareList,
    TurnPage,
)
from bot.browse.rights import Audience, audience_of, audience_to_share_with
from bot.browse.selection import PATTERN, Selection, is_match
from bot.browse.service import ListService
from bot.cloudflare.errors import UnknownAccount
from bot.language import name_matching
from bot.language.command import Reading
from bot.language.errors import FormErrors
from bot.slack.interaction import Interaction
from bot.slack.reply import (
    Accepted,
    DeleteMessage,
    FieldErrors,
    OpenModal,
    PostToChannel,
    Reply,
    ShowMessage,
)
from bot.slack.requests import Request
from bot.ui.form_fields import field_errors
from bot.ui.notices import not_your_share_message, unknown_control_message
from bot.ui.problems import problem_message

_FORM_TIMEOUT: Final = timedelta(seconds=1)
"""Slack opens a form within three seconds of its click; a zone that takes longer is not waited for."""


class ListHandlers:
    """Handlers of everything that is asked of lists.

    Args:
        lists: shows lists.
        browser: knows the workflows.
        clock: of each person.
        refresh_pause: for how long a refreshed list is shown again instead of being refreshed anew.
        access: says who may look at what.
    """

    def __init__(
        self,
        lists: ListService,
        browser: Browser,
        clock: PersonClock,
        refresh_pause: timedelta,
        access: Access,
    ) -> None:
        self._lists = lists
        self._browser = browser
        self._clock = clock
        self._refresh_pause = RefreshPause(refresh_pause, "This list")
        self._access = access

    def cached_reply(self, request: Request, interaction: Interaction) -> ShowMessage | None:
        """Return the reply to a typed list without times, if all that it takes is in memory.

        That the person may look at it is part of that. None for a table, which no ack can show: it can't tell
        whether Slack takes one.
        """
        if not isinstance(request, ListInstances) or request.query.has_times:
            return None
        query, viewer = request.query.query, self._access.known(interaction)
        if viewer is None or not query.workflow:
            return None
        if not viewer.may(Right.VIEW, query.account, query.workflow):
            return None
        known = self._lists.shown_before(interaction.team, Bookmark(query, query.start))
        return known if known is not None and known.plain is None else None

    def known_workflow(self, viewer: Viewer) -> str | None:
        """Return a workflow's name for an example without an account, if one is known without asking."""
        account, *others = viewer.meant_accounts()
        return None if others else self._browser.known_workflow(account, viewer.workflow_filter(account))

    async def list_visible_names(self, account: str | None, viewer: Viewer) -> tuple[str, ...]:
        """Return the names of an account's workflows that a person may see; none where they can't be read."""
        return await self._browser.list_visible_names(account, viewer)

    async def can_show(self, chosen: Selection, interaction: Interaction) -> bool:
        """Return whether instances can be shown: chatter may read as the name of a workflow, too."""
        viewer = await self._access.viewer(interaction)
        accounts = viewer.meant_accounts() if chosen.account is None else (chosen.account,)
        for account in accounts:
            names = await self.list_visible_names(account, viewer)
            if all(_is_known(each, names) for each in chosen.workflows):
                return True
        return False

    async def list_instances(self, request: ListInstances, interaction: Interaction) -> Reply:
        """Show the first screen of a list."""
        viewer = await self._access.viewer(interaction)
        clock, notices = await self._clock.get(interaction, needs_zone=request.query.needs_zone)
        query = request.resolve(clock)
        if query.workflow and not viewer.may(Right.VIEW, query.account, query.workflow):
            return await self._lists.show_among_visible(viewer, query, notices)
        return await self._lists.show(Audience(viewer), Bookmark(query, query.start), notices=notices)

    async def list_workflows(self, request: ListWorkflows, interaction: Interaction) -> Reply:
        """Show the overview."""
        viewer = await self._access.viewer(interaction)
        return await self._lists.show(Audience(viewer), OverviewBookmark(request.query))

    async def show_not_yet(self, request: NotYet, interaction: Interaction) -> Reply:
        """Say that the bot can't do something yet, and what it can do."""
        typed, viewer = request.workflow, await self._access.viewer(interaction)
        account, *others = viewer.meant_accounts()
        if typed is None or others:
            return ShowMessage(not_yet_message(request, None))
        meant = name_matching.resolve(typed, await self.list_visible_names(account, viewer))
        if len(meant) != 1:
            return ShowMessage(not_yet_message(request, None))
        readings = () if meant[0] == typed else (Reading(typed, meant[0]),)
        return ShowMessage(not_yet_message(request, meant[0], account), readings=readings)

    async def turn_page(self, request: TurnPage, interaction: Interaction) -> Reply:
        """Show another page in place."""
        shown = await self._lists.show(await audience_of(self._access, interaction), request.place)
        return replace(shown, in_place=True)

    async def refresh_page(self, request: RefreshPage, interaction: Interaction) -> Reply:
        """Show the same page anew in place; one that was refreshed a moment ago is shown as it was then."""
        place = request.place
        if not isinstance(place, OverviewBookmark | KeptPlace):
            place = without_anchor(place)
        audience = await audience_of(self._access, interaction)

        async def show(*, fresh: bool, notices: tuple[str, ...]) -> ShowMessage:
            return await self._lists.show(audience, place, fresh=fresh, notices=notices)

        shown = await self._refresh_pause.refresh(interaction.team, place, show)
        return replace(shown, in_place=True)

    async def open_list(self, request: OpenList, interaction: Interaction) -> Reply:
        """Show a list below the message with the button."""
        return await self._lists.show(Audience(await self._access.viewer(interaction)), request.place)

    async def share_list(self, request: ShareList, interaction: Interaction) -> Reply:
        """Show everybody in the channel the page that a person sees."""
        audience = await audience_to_share_with(self._access, interaction)
        shown = await self._lists.show(audience, request.place)
        return PostToChannel(shown.message, shown.plain)

    async def delete_shared(self, _: DeleteShared, interaction: Interaction) -> Reply:
        """Delete a shared message for the person who shared it."""
        sharer = interaction.sharer
        if sharer is None:
            return ShowMessage(unknown_control_message())
        if sharer.id != interaction.user:
            return ShowMessage(not_your_share_message(sharer))
        return DeleteMessage()

    async def open_filter(self, request: OpenFilter, interaction: Interaction) -> Reply:
        """Open the form of a list; it does not wait for long, as Slack does not."""
        query = request.query
        accounts = (await self._access.viewer(interaction)).visible_accounts
        if query.account is not None and query.account not in accounts:
            raise UnknownAccount(query.account, accounts)
        chosen = query.selection
        bounds = (chosen.since, chosen.until, chosen.created_since, chosen.created_until)
        has_times = any(bound is not None for bound in bounds)
        clock, _ = await self._clock.get(interaction, needs_zone=has_times, within=_FORM_TIMEOUT)
        form = Form.of(query, clock)
        metadata = interaction.dump(await self._lists.save(request, interaction.team))
        view = filter_view(query, form, accounts, metadata)
        return OpenModal(view, not_opened_message(query))

    async def apply_filter(self, request: ApplyFilter, interaction: Interaction) -> Reply:
        """Show the list that the form asks for in place of the one that it was opened from."""
        form = filled_in(interaction.fields, request.query)
        clock, notices = await self._clock.get(interaction, needs_zone=form.needs_zone)
        query = form.to_query(clock)
        if isinstance(query, FormErrors):
            first = next(iter(query.by_field.values()))
            return FieldErrors(field_errors(query), problem_message(first))

        async def show() -> Reply:
            viewer = await self._access.viewer(interaction)
            shown = await self._lists.show(Audience(viewer), Bookmark(query), notices=notices)
            return replace(shown, in_place=True)

        return Accepted(show, query.command())


def _is_known(workflow: str, names: Sequence[str]) -> bool:
    """Return whether a name means one of some names, or a pattern any of them."""
    if PATTERN in workflow:
        return any(is_match(name, workflow) for name in names)
    return bool(name_matching.resolve(workflow, names))
