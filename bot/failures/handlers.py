"""Answers about what failed: a typed command, and the buttons that lead here."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.access.policy import Access
from bot.browse.bookmark import Bookmark
from bot.browse.conditions import ERRORED
from bot.browse.errors import NoSuchWorkflow, NoSuchWorkflows
from bot.browse.messages.details import details_value
from bot.browse.model import ListQuery
from bot.browse.person_clock import PersonClock
from bot.browse.refreshing import RefreshPause
from bot.browse.requests import OpenList, ShowFailures, ShowInstance
from bot.browse.resolving import refuse_names
from bot.browse.rights import Audience, audience_of, audience_to_share_with
from bot.browse.selection import Conditions, Selection, at
from bot.failures.messages import (
    MOST_GROUPS,
    MOST_IDS,
    FailureControls,
    failures_message,
    reading_message,
)
from bot.failures.model import FailureGroup, Failures
from bot.failures.reading import FailureReader
from bot.failures.requests import DEFAULT_SINCE, ListFailures, RefreshFailures, ShareFailures
from bot.language import times
from bot.language.command import Command
from bot.language.times import Clock
from bot.slack.interaction import Interaction
from bot.slack.reply import Delayed, PostToChannel, Reply, ShowMessage, in_place, without_word
from bot.slack.requests import Request, RequestStore

_MANY: Final = 60
"""Instances to ask about from which on a notice comes first: more than a second's worth."""


class FailureHandlers:
    """Handlers of everything that is asked of failures.

    Args:
        reader: reads them.
        requests: makes requests into button values.
        clock: of each person.
        refresh_pause: for how long what was refreshed is shown again instead of being refreshed anew.
        access: says who may look at what.
    """

    def __init__(
        self,
        reader: FailureReader,
        requests: RequestStore,
        clock: PersonClock,
        refresh_pause: timedelta,
        access: Access,
    ) -> None:
        self._reader = reader
        self._requests = requests
        self._clock = clock
        self._refresh_pause = RefreshPause(refresh_pause)
        self._access = access

    async def list(self, request: ListFailures, interaction: Interaction) -> Reply:
        """Show what was typed."""
        needs_zone = request.query.needs_zone
        clock, notices = await self._clock.get(interaction, needs_zone=needs_zone)
        selection = _since_some_time(request.resolve(clock).selection, clock)
        return await self._show(Audience(await self._access.viewer(interaction)), selection, notices=notices)

    async def show(self, request: ShowFailures, interaction: Interaction) -> Reply:
        """Show what a button of another message asks for, below it."""
        clock, _ = await self._clock.get(interaction, needs_zone=False)
        selection = _since_some_time(request.selection, clock)
        return await self._show(Audience(await self._access.viewer(interaction)), selection)

    async def refresh(self, request: RefreshFailures, interaction: Interaction) -> Reply:
        """Show the same anew in place; what was refreshed a moment ago is shown as it was then."""
        clock, of_zone = await self._clock.get(interaction, needs_zone=True)
        audience = await audience_of(self._access, interaction)

        async def show(*, fresh: bool, notices: tuple[str, ...]) -> ShowMessage | Delayed:
            selection = at(request.selection, clock) if fresh else request.selection
            return await self._show(audience, selection, fresh=fresh, notices=(*of_zone, *notices))

        return in_place(await self._refresh_pause.refresh(interaction.team, request.command(), show))

    async def share(self, request: ShareFailures, interaction: Interaction) -> Reply:
        """Show everybody in the channel what a person sees."""
        audience = await audience_to_share_with(self._access, interaction)
        shown = await without_word(await self._show(audience, request.selection))
        return PostToChannel(shown.message)

    async def _show(
        self,
        audience: Audience,
        selection: Selection,
        *,
        fresh: bool = False,
        notices: tuple[str, ...] = (),
    ) -> ShowMessage | Delayed:
        """Show failures; a word comes first where many of them have to be asked about."""
        team = audience.viewer.team
        try:
            names = await self._reader.resolve(selection, audience)
            audience.require(names.selection)
            found = await self._reader.find(
                names.selection, allows=audience.workflow_filter(selection.account), team=team, fresh=fresh
            )
        except (NoSuchWorkflow, NoSuchWorkflows) as error:
            raise refuse_names(error, selection, _command) from error
        selection = names.selection
        notices = (*notices, *audience.notices(selection))

        async def explain() -> ShowMessage:
            failures = await self._reader.explain(selection, found, team)
            controls = await self._build_controls(failures, team)
            again = ShowFailures(selection).command()
            return ShowMessage(failures_message(failures, again, controls, notices), readings=names.readings)

        if self._reader.unknown(found, team) <= _MANY:
            return await explain()
        return Delayed(reading_message(found), explain)

    async def _build_controls(self, failures: Failures, team: str) -> FailureControls:
        selection, shown = failures.selection, failures.groups[:MOST_GROUPS]

        async def save(request: Request) -> str | None:
            return await self._requests.try_save(request, team)

        details, lists = {}, {}
        for group in shown:
            for place, instance in enumerate(group.instances[:MOST_IDS]):
                row = None if place else instance  # what is known of each has no room
                asked = ShowInstance(group.workflow, instance.id, selection.account, row)
                if value := details_value(asked, self._requests.encode_if_fits):
                    details[group.workflow, instance.id] = value
            if group.key is not None and (value := await save(_list_of(group, selection))):
                lists[group.workflow, group.key] = value
        return FailureControls(
            details=details,
            lists=lists,
            all=await save(OpenList(Bookmark(ListQuery(selection))))
            if failures.total or failures.created_since
            else None,
            refresh=await save(RefreshFailures(selection)),
            share=await save(ShareFailures(selection)),
        )


def _command(selection: Selection) -> Command:
    return Command(ShowFailures(selection).command())


def _since_some_time(selection: Selection, clock: Clock) -> Selection:
    """Return the errored instances of a selection, since the usual time where none is said."""
    since = selection.since or times.read(DEFAULT_SINCE, clock)
    if selection.until is not None and since.at >= selection.until.at:
        since = times.read("7d", clock)
    return replace(selection, statuses=(ERRORED,), since=since, created_since=None, created_until=None)


def _list_of(group: FailureGroup, selection: Selection) -> OpenList:
    chosen = replace(selection, workflows=(group.workflow,), where=Conditions(cause=group.key))
    return OpenList(Bookmark(ListQuery(chosen)))
