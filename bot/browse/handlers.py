"""Answers about lists: a typed command, a button, or the filter form."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from cachetools import LRUCache, TTLCache
from sqlalchemy.exc import SQLAlchemyError

from bot.browse.bookmark import AnyBookmark, Bookmark, KeptPlace, OverviewBookmark, Place
from bot.browse.browser import Browser, without_anchor
from bot.browse.errors import CursorRefused, NoSuchWorkflow
from bot.browse.form import Form
from bot.browse.messages.filter_form import filled_in, filter_view, not_opened_message
from bot.browse.messages.instances import instances_message, table_message
from bot.browse.messages.not_yet import not_yet_message
from bot.browse.messages.overview import overview_message
from bot.browse.messages.problems import restart, similar
from bot.browse.messages.statuses import statuses_message
from bot.browse.model import ListQuery
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
    TurnPage,
)
from bot.browse.screen import Overview, Screen
from bot.browse.walks import WalkStore
from bot.cloudflare.errors import UnknownAccount
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
from bot.ui.elements import Controls, duration
from bot.ui.form_fields import field_errors
from bot.ui.notices import not_your_share_message, unknown_control_message
from bot.ui.problems import Suggestion, problem_message

_log = structlog.get_logger(__name__)

_MOST_SHOWN: Final = 32
_MOST_NAMES: Final = 5
_MOST_REFRESHED: Final = 1_000
_FORM_TIMEOUT: Final = timedelta(seconds=1)
"""Slack opens a form within three seconds of its click; a zone that takes longer is not waited for."""
_UTC_NOTICE: Final = (
    "Your time zone is not known to this bot (it may lack the scope `users:read`), so times are read as UTC."
)


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
    ) -> None:
        self._browser = browser
        self._requests = requests
        self._walks = walks
        self._zones = zones
        self._now = now
        self._refresh_pause = refresh_pause
        self._nearest_verb = nearest_verb
        self._refreshed: TTLCache[tuple[str, Place], bool] = TTLCache(
            _MOST_REFRESHED, refresh_pause.total_seconds()
        )
        self._shown: LRUCache[tuple[str, AnyBookmark, tuple[str, ...]], _Shown] = LRUCache(_MOST_SHOWN)

    def cached_reply(self, request: Request, interaction: Interaction) -> ShowMessage | None:
        """Return the reply to a typed list without times, if all that it takes is in memory.

        None for a table, which no ack can show: it can't tell whether Slack takes one.
        """
        if not isinstance(request, ListInstances) or request.query.has_times:
            return None
        query = request.query.query
        known = self._shown_before(interaction.team, Bookmark(query, query.start), ())
        return known if known is not None and known.plain is None else None

    def known_workflow(self) -> str | None:
        """Return a workflow's name for an example, if one is known; nothing is asked for it."""
        return self._browser.known_workflow()

    async def can_show(self, request: ListInstances) -> bool:
        """Return whether a list can be shown: chatter may read as the name of a workflow, too."""
        query = request.query.query
        return bool(name_matching.resolve(query.workflow, await self._browser.workflow_names(query.account)))

    async def list_instances(self, request: ListInstances, interaction: Interaction) -> Reply:
        """Show the first screen of a list."""
        clock, notices = await self._clock(interaction, needs_zone=request.query.needs_zone)
        query = request.query.resolve(clock)
        return await self._show(interaction.team, Bookmark(query, query.start), notices=notices)

    async def list_workflows(self, request: ListWorkflows, interaction: Interaction) -> Reply:
        """Show the overview."""
        return await self._show(interaction.team, OverviewBookmark(request.query))

    async def find_status(self, request: FindStatus, _: Interaction) -> Reply:
        """Show which workflows have instances of a status."""
        found = await self._browser.count_status(request.account, request.status)
        return ShowMessage(statuses_message(found, request))

    async def show_not_yet(self, request: NotYet, _: Interaction) -> Reply:
        """Say that the bot can't do something yet, and what it can do."""
        typed = request.workflow
        meant = name_matching.resolve(typed, await self._browser.workflow_names(None)) if typed else ()
        if typed is None or len(meant) != 1:
            return ShowMessage(not_yet_message(request, None))
        readings = () if meant[0] == typed else (Reading(typed, meant[0]),)
        return ShowMessage(not_yet_message(request, meant[0]), readings=readings)

    async def turn_page(self, request: TurnPage, interaction: Interaction) -> Reply:
        """Show another page in place."""
        return replace(await self._show(interaction.team, request.place), in_place=True)

    async def refresh_page(self, request: RefreshPage, interaction: Interaction) -> Reply:
        """Show the same page anew in place; one that was refreshed a moment ago is shown as it was then."""
        place = without_anchor(request.place) if isinstance(request.place, Bookmark) else request.place
        key = (interaction.team, place)
        if key in self._refreshed:
            shown = await self._show(interaction.team, place, notices=(_just_refreshed(self._refresh_pause),))
        else:
            shown = await self._show(interaction.team, place, fresh=True)
            self._refreshed[key] = True
        return replace(shown, in_place=True)

    async def open_list(self, request: OpenList, interaction: Interaction) -> Reply:
        """Show a list below the message with the button."""
        return await self._show(interaction.team, request.place)

    async def share_list(self, request: ShareList, interaction: Interaction) -> Reply:
        """Show everybody in the channel the page that a person sees."""
        shown = await self._show(interaction.team, request.place)
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
        if query.account is not None and query.account not in self._browser.accounts:
            raise UnknownAccount(query.account, self._browser.accounts)
        has_times = query.since is not None or query.until is not None
        zone = Zone()
        if has_times:
            zone = await self._zones.get(interaction.team, interaction.user, _FORM_TIMEOUT)
        form = Form.of(query, Clock(self._now(), zone.info))
        metadata = interaction.dump(await self._save(request, interaction.team))
        view = filter_view(query, form, self._browser.accounts, metadata)
        return OpenModal(view, not_opened_message(query))

    async def apply_filter(self, request: ApplyFilter, interaction: Interaction) -> Reply:
        """Show the list that the form asks for in place of the one that it was opened from."""
        form = filled_in(interaction.fields, request.query)
        clock, notices = await self._clock(interaction, needs_zone=form.needs_zone)
        query = form.to_query(request.query.workflow, clock)
        if isinstance(query, FormErrors):
            first = next(iter(query.by_field.values()))
            return FieldErrors(field_errors(query), problem_message(first))

        async def show() -> Reply:
            shown = await self._show(interaction.team, Bookmark(query), notices=notices)
            return replace(shown, in_place=True)

        return Accepted(show, query.command())

    async def _clock(self, person: Interaction, *, needs_zone: bool) -> tuple[Clock, tuple[str, ...]]:
        """Return what times are read by, and a notice where the person's zone is unknown."""
        zone = await self._zones.get(person.team, person.user) if needs_zone else Zone(known=True)
        return Clock(self._now(), zone.info), () if zone.known else (_UTC_NOTICE,)

    async def _show(
        self, team: str, place: Place, *, fresh: bool = False, notices: tuple[str, ...] = ()
    ) -> ShowMessage:
        if isinstance(place, KeptPlace):
            place = await self._walks.find(place, team)
        if not fresh and (known := self._shown_before(team, place, notices)) is not None:
            return known
        try:
            if isinstance(place, OverviewBookmark):
                return await self._overview(team, await self._browser.overview(place, fresh=fresh), notices)
            screen = await (self._browser.refresh(place) if fresh else self._browser.turn(place))
        except CursorRefused as error:
            value = await self._save(OpenList(Bookmark(error.restart)), team)
            raise UserError(problem_message(error, suggestions=[restart(value)])) from error
        except NoSuchWorkflow as error:
            if len(error.meant) == 1:
                return await self._show_match(team, error, notices)
            similar_ones = await self._similar(team, error)
            verb = self._nearest_verb(error.query.workflow) or COMMAND
            commands = [] if similar_ones else [Command(verb)]
            raise UserError(problem_message(error, suggestions=similar_ones, commands=commands)) from error
        controls = await self._controls(team, screen)
        reply = self._list(screen, controls, notices)
        if not (fresh or controls.incomplete):
            self._shown[team, place, notices] = _Shown(screen, reply)  # for all who look at the same list
        return reply

    def _list(self, screen: Screen, controls: Controls, notices: tuple[str, ...]) -> ShowMessage:
        """Return a list as it was asked for; behind a table stands the list without one."""
        value_of = self._requests.fitting
        without_table = instances_message(screen, controls, notices, value_of)
        if screen.query.view == "table" and (full := table_message(screen, controls, notices, value_of)):
            return ShowMessage(full, plain=without_table)
        return ShowMessage(without_table)

    async def _show_match(self, team: str, error: NoSuchWorkflow, notices: tuple[str, ...]) -> ShowMessage:
        """Show the list of the only workflow that a misspelt name can mean."""
        query = replace(error.query, workflow=error.meant[0])
        shown = await self._show(team, Bookmark(query, query.start), notices=notices)
        reading = Reading(error.query.workflow, query.workflow)
        return replace(shown, readings=(reading, *shown.readings))

    async def workflow_names(self, account: str | None) -> tuple[str, ...]:
        """Return the names of an account's workflows; none where they can't be read just now."""
        return await self._browser.workflow_names(account)

    def _shown_before(self, team: str, place: AnyBookmark, notices: tuple[str, ...]) -> ShowMessage | None:
        known = self._shown.get((team, place, notices))
        return known.reply if known is not None and self._browser.still_shows(known.screen) else None

    async def _overview(self, team: str, overview: Overview, notices: tuple[str, ...]) -> ShowMessage:
        account = overview.query.account
        lists = [OpenList(Bookmark(ListQuery(row.name, account))) for row in overview.rows]
        values = [await self._save(request, team) for request in lists]
        controls = await self._controls(team, overview)
        return ShowMessage(overview_message(overview, controls, values, notices))

    async def _controls(self, team: str, shown: Screen | Overview) -> Controls:
        previous, next_ = (
            None if place is None else TurnPage(place) for place in (shown.previous, shown.next)
        )
        filter_ = OpenFilter(shown.query.from_start) if isinstance(shown, Screen) else None
        wanted = (previous, next_, RefreshPage(shown.here), filter_, ShareList(shown.here))
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
        requests = {
            name: OpenList(Bookmark(replace(error.query, workflow=name))) for name in names[:_MOST_NAMES]
        }
        return [similar(name, await self._save(request, team)) for name, request in requests.items()]


def _just_refreshed(pause: timedelta) -> str:
    return (
        f"This list was refreshed less than {duration(pause)} ago, so it is shown as of the time above. "
        "Refresh again in a moment."
    )
