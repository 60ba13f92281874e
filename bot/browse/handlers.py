"""Answers about lists: a typed command, a button, or the filter form."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from cachetools import LRUCache, TTLCache
from sqlalchemy.exc import SQLAlchemyError

from bot.access.messages import ACCESS
from bot.access.model import Right
from bot.access.policy import Access, Viewer
from bot.browse.bookmark import Bookmark, KeptPlace, ListBookmark, OverviewBookmark, Place
from bot.browse.browser import Browser, without_anchor
from bot.browse.causes import CauseReader, FailedInstance
from bot.browse.errors import CursorRefused, NoSuchWorkflow, NoSuchWorkflows
from bot.browse.form import Form
from bot.browse.messages.filter_form import filled_in, filter_view, not_opened_message
from bot.browse.messages.instances import instances_message, table_message
from bot.browse.messages.not_yet import not_yet_message
from bot.browse.messages.problems import restart, similar, without_missing
from bot.browse.messages.statuses import statuses_message
from bot.browse.model import ListQuery
from bot.browse.overview_handlers import OverviewHandlers
from bot.browse.requests import (
    ApplyFilter,
    DeleteShared,
    FindStatus,
    ListInstances,
    ListWorkflows,
    NotYet,
    OpenFilter,
    OpenList,
    RefreshPage,
    ShareList,
    ShowFailures,
    TurnPage,
)
from bot.browse.rights import Audience, error_for_hidden, has_patterns
from bot.browse.screen import Screen
from bot.browse.selection import PATTERN, Selection, is_match
from bot.browse.walks import WalkStore
from bot.cloudflare.errors import UnknownAccount
from bot.cloudflare.models import Status
from bot.language import name_matching
from bot.language.command import Command
from bot.language.errors import FormErrors
from bot.language.readings import Reading
from bot.language.times import Clock
from bot.language.tokens import COMMAND
from bot.reasons import reason_of
from bot.slack.interaction import Interaction
from bot.slack.reply import (
    Accepted,
    DeleteMessage,
    FieldErrors,
    OpenModal,
    PostToChannel,
    Reply,
    ShowMessage,
    UserError,
)
from bot.slack.requests import Request, RequestStore
from bot.slack.users import UserTimeZones, Zone
from bot.ui.elements import Controls, command, duration
from bot.ui.form_fields import field_errors
from bot.ui.notices import not_your_share_message, unknown_control_message
from bot.ui.problems import Suggestion, problem_message

_log = structlog.get_logger(__name__)

_MOST_SHOWN: Final = 32
_MOST_NAMES: Final = 5
_MOST_REFRESHED: Final = 1_000
_FORM_TIMEOUT: Final = timedelta(seconds=1)
"""Slack opens a form within three seconds of its click; a zone that takes longer is not waited for."""
_UTC_NOTICE: Final = "Slack did not tell your time zone, so times are read as UTC."

_ERRORED: Final = Status("errored")
_CAUSES_TIMEOUT: Final = timedelta(seconds=0.3)
"""How long a list waits for what is remembered of why its instances failed."""
_SOME_LISTED: Final = f"Only instances of workflows that you may look at here are shown: {command(ACCESS)}"


@dataclass(frozen=True, slots=True)
class _Shown:
    """A list that was shown, and the reply that showed it."""

    screen: Screen
    reply: ShowMessage


class ListHandlers:
    """Handlers of everything that is asked of lists.

    Args:
        browser: walks the lists.
        requests: makes requests into button values.
        walks: keeps walks that are too long for them.
        zones: people's time zones.
        now: the clock.
        refresh_pause: for how long a refreshed list is shown again instead of being refreshed anew.
        nearest_verb: returns the verb that looks like a word, which may have been taken for a name.
        access: says who may look at what.
        causes: remembers why instances failed.
        overview: answers about the overview.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - everything that lists need comes together here
        self,
        browser: Browser,
        requests: RequestStore,
        walks: WalkStore,
        zones: UserTimeZones,
        now: Callable[[], datetime],
        refresh_pause: timedelta,
        nearest_verb: Callable[[str], str | None],
        access: Access,
        causes: CauseReader,
        overview: OverviewHandlers,
    ) -> None:
        self._browser = browser
        self._requests = requests
        self._walks = walks
        self._zones = zones
        self._now = now
        self._refresh_pause = refresh_pause
        self._nearest_verb = nearest_verb
        self._access = access
        self._causes = causes
        self._overview = overview
        self._refreshed: TTLCache[tuple[str, Place], bool] = TTLCache(
            _MOST_REFRESHED, refresh_pause.total_seconds()
        )
        self._shown: LRUCache[tuple[str, ListBookmark | OverviewBookmark, tuple[str, ...]], _Shown] = (
            LRUCache(_MOST_SHOWN)
        )

    def cached_reply(self, request: Request, interaction: Interaction) -> ShowMessage | None:
        """Return the reply to a typed list without times, if all that it takes is in memory.

        That the person may look at it is part of that. None for a table, which no ack can show: it can't tell
        whether Slack takes one.
        """
        if not isinstance(request, ListInstances) or request.query.has_times:
            return None
        query, viewer = request.query.query, self._access.known(interaction)
        if viewer is None or query.selection.stream is None:
            return None
        if not viewer.may(Right.VIEW, query.account, query.workflow):
            return None
        known = self._shown_before(interaction.team, Bookmark(query, query.start), ())
        return known if known is not None and known.plain is None else None

    def known_workflow(self, viewer: Viewer) -> str | None:
        """Return a workflow's name for an example, if one is known; nothing is asked for it."""
        return self._browser.known_workflow(viewer.workflow_filter(None))

    async def can_show(self, request: ListInstances, interaction: Interaction) -> bool:
        """Return whether a list can be shown: chatter may read as the name of a workflow, too."""
        chosen = request.query.query.selection
        names = await self.workflow_names(chosen.account, await self._access.viewer(interaction))
        return all(_is_known(each, names) for each in chosen.workflows)

    async def list_instances(self, request: ListInstances, interaction: Interaction) -> Reply:
        """Show the first screen of a list."""
        viewer = await self._access.viewer(interaction)
        clock, notices = await self._clock(interaction, needs_zone=request.query.needs_zone)
        query = request.query.resolve(clock)
        if query.workflow and not viewer.may(Right.VIEW, query.account, query.workflow):
            return await self._show_among_visible(viewer, query, notices)
        return await self._show(viewer, Bookmark(query, query.start), notices=notices)

    async def list_workflows(self, request: ListWorkflows, interaction: Interaction) -> Reply:
        """Show the overview."""
        return await self._show(await self._access.viewer(interaction), OverviewBookmark(request.query))

    async def find_status(self, request: FindStatus, interaction: Interaction) -> Reply:
        """Show which workflows have instances of a status."""
        viewer = await self._access.viewer(interaction)
        found = await self._browser.count_status(
            request.account, request.status, viewer.workflow_filter(request.account)
        )
        return ShowMessage(statuses_message(found, request))

    async def show_not_yet(self, request: NotYet, interaction: Interaction) -> Reply:
        """Say that the bot can't do something yet, and what it can do."""
        typed, viewer = request.workflow, await self._access.viewer(interaction)
        meant = name_matching.resolve(typed, await self.workflow_names(None, viewer)) if typed else ()
        if typed is None or len(meant) != 1:
            return ShowMessage(not_yet_message(request, None))
        readings = () if meant[0] == typed else (Reading(typed, meant[0]),)
        return ShowMessage(not_yet_message(request, meant[0]), readings=readings)

    async def turn_page(self, request: TurnPage, interaction: Interaction) -> Reply:
        """Show another page in place."""
        viewer, sharer = await self._access.viewer(interaction), await self._sharer(interaction)
        return replace(await self._show(viewer, request.place, sharer=sharer), in_place=True)

    async def refresh_page(self, request: RefreshPage, interaction: Interaction) -> Reply:
        """Show the same page anew in place; one that was refreshed a moment ago is shown as it was then."""
        place = request.place
        if not isinstance(place, OverviewBookmark | KeptPlace):
            place = without_anchor(place)
        viewer, sharer = await self._access.viewer(interaction), await self._sharer(interaction)
        key = (interaction.team, place)
        if key in self._refreshed:
            notices = (_just_refreshed(self._refresh_pause),)
            shown = await self._show(viewer, place, notices=notices, sharer=sharer)
        else:
            shown = await self._show(viewer, place, fresh=True, sharer=sharer)
            self._refreshed[key] = True
        return replace(shown, in_place=True)

    async def open_list(self, request: OpenList, interaction: Interaction) -> Reply:
        """Show a list below the message with the button."""
        return await self._show(await self._access.viewer(interaction), request.place)

    async def share_list(self, request: ShareList, interaction: Interaction) -> Reply:
        """Show everybody in the channel the page that a person sees."""
        shown = await self._show(await self._access.viewer(interaction), request.place)
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
        zone = Zone()
        if has_times:
            zone = await self._zones.get(interaction.team, interaction.user, _FORM_TIMEOUT)
        form = Form.of(query, Clock(self._now(), zone.info))
        metadata = interaction.dump(await self._save(request, interaction.team))
        view = filter_view(query, form, accounts, metadata)
        return OpenModal(view, not_opened_message(query))

    async def apply_filter(self, request: ApplyFilter, interaction: Interaction) -> Reply:
        """Show the list that the form asks for in place of the one that it was opened from."""
        form = filled_in(interaction.fields, request.query)
        clock, notices = await self._clock(interaction, needs_zone=form.needs_zone)
        query = form.to_query(clock)
        if isinstance(query, FormErrors):
            first = next(iter(query.by_field.values()))
            return FieldErrors(field_errors(query), problem_message(first))

        async def show() -> Reply:
            viewer = await self._access.viewer(interaction)
            shown = await self._show(viewer, Bookmark(query), notices=notices)
            return replace(shown, in_place=True)

        return Accepted(show, query.command())

    async def _sharer(self, interaction: Interaction) -> Viewer | None:
        """Return who shared the message that was clicked in: nobody shows more in it than they may see.

        Raises:
            UserError: Slack does not say what they are.
        """
        if interaction.sharer is None:
            return None
        return await self._access.viewer(replace(interaction, user=interaction.sharer.id))

    async def _clock(self, person: Interaction, *, needs_zone: bool) -> tuple[Clock, tuple[str, ...]]:
        """Return what times are read by, and a notice where the person's zone is unknown."""
        zone = await self._zones.get(person.team, person.user) if needs_zone else Zone(known=True)
        return Clock(self._now(), zone.info), () if zone.known else (_UTC_NOTICE,)

    async def _show(
        self,
        viewer: Viewer,
        place: Place,
        *,
        fresh: bool = False,
        notices: tuple[str, ...] = (),
        sharer: Viewer | None = None,
    ) -> ShowMessage:
        """Show a place to a person who may look at it; what leads here may be somebody else's.

        Args:
            viewer: the person.
            place: what to show.
            fresh: ask Cloudflare anew.
            notices: sentences in mrkdwn for this reader.
            sharer: who shared the message that it is shown in; all in the channel see what both may look at.
        """
        team, audience = viewer.team, Audience(viewer, sharer)
        if isinstance(place, KeptPlace):
            place = await self._walks.find(place, team)
        if not isinstance(place, OverviewBookmark):
            audience.require(place.query.selection)
        if not fresh and (known := self._shown_before(team, place, notices)) is not None:
            return known
        try:
            if isinstance(place, OverviewBookmark):
                return await self._overview.show(viewer, place, fresh=fresh, notices=notices, sharer=sharer)
            show = self._browser.refresh if fresh else self._browser.turn
            allows = audience.workflow_filter(place.query.account)
            screen = await show(place, allows=allows, team=team)
        except CursorRefused as error:
            value = await self._save(OpenList(Bookmark(error.restart)), team)
            raise UserError(problem_message(error, suggestions=[restart(value)])) from error
        except NoSuchWorkflow as error:
            existing = error.among(audience.workflow_filter(error.query.account))
            return await self._show_meant(audience, existing, notices)
        except NoSuchWorkflows as error:
            raise await self._none_of_some(team, error) from error
        screen = await self._with_known_causes(screen, team)
        controls = await self._controls(team, screen)
        chosen = screen.query.selection
        some = has_patterns(chosen) and not audience.may_all(chosen.account)
        reply = self._list(screen, controls, (*notices, _SOME_LISTED) if some else notices)
        if not (fresh or controls.incomplete or screen.source is None):
            self._shown[team, place, notices] = _Shown(screen, reply)  # for all who look at the same list
        return reply

    async def _with_known_causes(self, screen: Screen, team: str) -> Screen:
        """Return a screen with why its instances failed, as far as that is remembered.

        Nothing is asked for it: it would take a request for each row, where a list takes one for a hundred.
        """
        failed = {
            FailedInstance(row.workflow, row.instance.id, row.instance.ended_on): place
            for place, row in enumerate(screen.rows)
            if row.cause is None and row.instance.status == _ERRORED
        }
        if not failed:
            return screen
        try:
            async with asyncio.timeout(_CAUSES_TIMEOUT.total_seconds()):
                found = await self._causes.read(screen.query.account, tuple(failed), team=team, until=0)
        except TimeoutError:  # the list is worth more than what a slow database remembers
            return screen
        rows = list(screen.rows)
        for each, cause in found.known.items():
            rows[failed[each]] = replace(rows[failed[each]], cause=cause)
        return replace(screen, rows=rows)

    async def _none_of_some(self, team: str, error: NoSuchWorkflows) -> UserError:
        """Return the refusal of a list that names workflows which do not exist, with what may be meant."""
        asked, suggestions = error.query.selection.workflows, []
        for missing in error.missing:
            for name in error.similar(missing):
                meant = [name if each == missing else each for each in asked]
                value = await self._save(OpenList(Bookmark(error.query.of_workflows(meant))), team)
                suggestions.append(similar(name, value))
        if others := [each for each in asked if each not in error.missing]:
            value = await self._save(OpenList(Bookmark(error.query.of_workflows(others))), team)
            suggestions.append(without_missing(value))
        commands = [] if suggestions else [Command(COMMAND)]
        return UserError(problem_message(error, suggestions=suggestions[-_MOST_NAMES:], commands=commands))

    def _list(self, screen: Screen, controls: Controls, notices: tuple[str, ...]) -> ShowMessage:
        """Return a list as it was asked for; behind a table stands the list without one."""
        value_of = self._requests.encode_if_fits
        without_table = instances_message(screen, controls, notices, value_of)
        if screen.query.view == "table" and (full := table_message(screen, controls, notices, value_of)):
            return ShowMessage(full, plain=without_table)
        return ShowMessage(without_table)

    async def _show_among_visible(
        self, viewer: Viewer, query: ListQuery, notices: tuple[str, ...]
    ) -> ShowMessage:
        """Show what a name means that the person may not look at, among those that they may.

        Raises:
            UserError: it means none of them.
        """
        error = error_for_hidden(viewer, query, await self.workflow_names(query.account, viewer))
        if isinstance(error, UserError):
            raise error
        return await self._show_meant(Audience(viewer), error, notices)

    async def _show_meant(
        self, audience: Audience, error: NoSuchWorkflow, notices: tuple[str, ...]
    ) -> ShowMessage:
        """Show the list of the only workflow that a name can mean.

        Raises:
            UserError: it may mean several, or none; those that are like it are suggested.
        """
        if len(error.meant) == 1:
            return await self._show_match(audience, error, notices)
        similar_ones = await self._similar(audience.viewer.team, error)
        verb = self._nearest_verb(error.query.workflow) or COMMAND
        commands = [] if similar_ones else [Command(verb)]
        raise UserError(problem_message(error, suggestions=similar_ones, commands=commands)) from error

    async def _show_match(
        self, audience: Audience, error: NoSuchWorkflow, notices: tuple[str, ...]
    ) -> ShowMessage:
        """Show the list of the only workflow that a misspelt name can mean."""
        query = error.query.of_workflow(error.meant[0])
        place = Bookmark(query, query.start)
        shown = await self._show(audience.viewer, place, notices=notices, sharer=audience.sharer)
        reading = Reading(error.query.workflow, query.workflow)
        return replace(shown, readings=(reading, *shown.readings))

    async def workflow_names(self, account: str | None, viewer: Viewer) -> tuple[str, ...]:
        """Return the names of an account's workflows that a person may see; none where they can't be read."""
        if not viewer.may_any(Right.VIEW, account):
            return ()
        return viewer.among(await self._browser.workflow_names(account), account)

    def _shown_before(
        self, team: str, place: ListBookmark | OverviewBookmark, notices: tuple[str, ...]
    ) -> ShowMessage | None:
        known = self._shown.get((team, place, notices))
        return known.reply if known is not None and self._browser.still_shows(known.screen) else None

    async def _controls(self, team: str, shown: Screen) -> Controls:
        previous, next_, further = (
            None if place is None else TurnPage(place)
            for place in (shown.previous, shown.next, shown.further)
        )
        filter_ = OpenFilter(shown.query.from_start)
        retry = TurnPage(without_anchor(shown.here)) if shown.unread else None
        here = shown.here
        wanted = (
            previous, next_, RefreshPage(here), filter_, ShareList(here), further, _why(shown), retry,
        )  # fmt: skip
        values = [None if request is None else await self._value(team, request) for request in wanted]
        is_incomplete = any(
            value is None for request, value in zip(wanted, values, strict=True) if request is not None
        )
        return Controls(
            previous=values[0],
            next=values[1],
            refresh=values[2],
            filter=values[3],
            share=values[4],
            further=values[5],
            why=values[6],
            retry=values[7],
            incomplete=is_incomplete,
        )

    async def _save(self, request: Request, team: str) -> str:
        """Return a button's value; the walk to its place goes to the database if it is long."""
        return await self._requests.save(await self._walks.shorten(request, team), team)

    async def _value(self, team: str, request: Request) -> str | None:
        """Return a button's value, or None where the database can't keep it. The rows are shown even so."""
        try:
            return await self._save(request, team)
        except (SQLAlchemyError, OSError) as error:
            _log.error("bookmark_not_kept", reason=reason_of(error))
            return None

    async def _similar(self, team: str, error: NoSuchWorkflow) -> list[Suggestion]:
        names = error.meant or error.similar
        requests = {name: OpenList(Bookmark(error.query.of_workflow(name))) for name in names[:_MOST_NAMES]}
        return [similar(name, await self._save(request, team)) for name, request in requests.items()]


def _why(shown: Screen) -> ShowFailures | None:
    """Return the question why the instances of a list failed, where it does not say so of all of them."""
    chosen = shown.query.selection
    unexplained = any(row.cause is None and row.instance.status == _ERRORED for row in shown.rows)
    if chosen.stream is not None or not unexplained:
        return None
    since, until = (chosen.since, chosen.until) if chosen.by_end else (None, None)
    return ShowFailures(Selection(chosen.workflows, chosen.account, since=since, until=until))


def _is_known(workflow: str, names: Sequence[str]) -> bool:
    """Return whether a name means one of some names, or a pattern any of them."""
    if PATTERN in workflow:
        return any(is_match(name, workflow) for name in names)
    return bool(name_matching.resolve(workflow, names))


def _just_refreshed(pause: timedelta) -> str:
    return (
        f"This list was refreshed less than {duration(pause)} ago, so it is shown as of the time above. "
        "Refresh again in a moment."
    )
