"""Answers about what failed: a typed command, and the buttons that lead here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from cachetools import TTLCache

from bot.access.messages import ACCESS
from bot.access.policy import Access
from bot.browse.bookmark import Bookmark
from bot.browse.conditions import ERRORED
from bot.browse.errors import NoSuchWorkflow, NoSuchWorkflows
from bot.browse.messages.details import details_value
from bot.browse.model import ListQuery
from bot.browse.requests import OpenList, ShowFailures, ShowInstance
from bot.browse.rights import Audience, has_patterns
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
from bot.language.readings import Reading
from bot.language.times import Clock
from bot.slack.interaction import Interaction
from bot.slack.reply import Delayed, PostToChannel, Reply, ShowMessage, UserError
from bot.slack.requests import Request, RequestStore
from bot.slack.users import UserTimeZones
from bot.ui.elements import command, duration
from bot.ui.problems import problem_message

_MANY: Final = 60
"""Instances to ask about from which on a notice comes first: more than a second's worth."""
_MOST_REFRESHED: Final = 1_000
_MOST_NAMES: Final = 5
_SOME_NOTICE: Final = f"Of the workflows that you may look at here: {command(ACCESS)}"
_UTC_NOTICE: Final = "Slack did not tell your time zone, so times are read as UTC."


class FailureHandlers:
    """Handlers of everything that is asked of failures.

    Args:
        reader: reads them.
        requests: makes requests into button values.
        zones: people's time zones.
        now: the clock.
        refresh_pause: for how long what was refreshed is shown again instead of being refreshed anew.
        access: says who may look at what.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - everything that failures need comes together here
        self,
        reader: FailureReader,
        requests: RequestStore,
        zones: UserTimeZones,
        now: Callable[[], datetime],
        refresh_pause: timedelta,
        access: Access,
    ) -> None:
        self._reader = reader
        self._requests = requests
        self._zones = zones
        self._now = now
        self._refresh_pause = refresh_pause
        self._access = access
        self._refreshed: TTLCache[tuple[str, Selection], bool] = TTLCache(
            _MOST_REFRESHED, refresh_pause.total_seconds()
        )

    async def list(self, request: ListFailures, interaction: Interaction) -> Reply:
        """Show what was typed."""
        needs_zone = request.query.needs_zone
        clock, notices = await self._clock(interaction, needs_zone=needs_zone)
        selection = _since_some_time(request.query.resolve(clock).selection, clock)
        return await self._show(await self._audience(interaction), selection, notices=notices)

    async def show(self, request: ShowFailures, interaction: Interaction) -> Reply:
        """Show what a button of another message asks for, below it."""
        clock, _ = await self._clock(interaction, needs_zone=False)
        selection = _since_some_time(request.selection, clock)
        return await self._show(await self._audience(interaction, is_shared=False), selection)

    async def refresh(self, request: RefreshFailures, interaction: Interaction) -> Reply:
        """Show the same anew in place; what was refreshed a moment ago is shown as it was then."""
        clock, notices = await self._clock(interaction, needs_zone=True)
        key = (interaction.team, request.selection)
        was_refreshed = key in self._refreshed
        if was_refreshed:
            notices = (*notices, _just_refreshed(self._refresh_pause))
        selection, audience = at(request.selection, clock), await self._audience(interaction)
        shown = await self._show(audience, selection, fresh=not was_refreshed, notices=notices)
        self._refreshed[key] = True
        return _in_place(shown)

    async def share(self, request: ShareFailures, interaction: Interaction) -> Reply:
        """Show everybody in the channel what a person sees."""
        failures, audience = request.selection, await self._audience(interaction, is_shared=False)
        shown = await self._read_and_show(audience, failures)
        return PostToChannel(shown.message)

    async def _clock(self, interaction: Interaction, *, needs_zone: bool) -> tuple[Clock, tuple[str, ...]]:
        if not needs_zone:
            return Clock(self._now()), ()
        zone = await self._zones.get(interaction.team, interaction.user)
        return Clock(self._now(), zone.info), () if zone.known else (_UTC_NOTICE,)

    async def _audience(self, interaction: Interaction, *, is_shared: bool = True) -> Audience:
        """Return who sees the answer: the person, and in a shared message all who see what its sharer may.

        Raises:
            UserError: Slack does not say who they are.
        """
        viewer, sharer = await self._access.viewer(interaction), interaction.sharer
        if not is_shared or sharer is None:
            return Audience(viewer)
        return Audience(viewer, await self._access.viewer(replace(interaction, user=sharer.id)))

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
            audience.require(selection)
            found = await self._reader.find(
                selection, allows=audience.workflow_filter(selection.account), team=team, fresh=fresh
            )
        except NoSuchWorkflow as error:
            return await self._show_meant(audience, selection, error, notices)
        except NoSuchWorkflows as error:
            raise UserError(problem_message(error, commands=_without_missing(selection, error))) from error
        if has_patterns(selection) and not audience.may_all(selection.account):
            notices = (*notices, _SOME_NOTICE)

        async def explain() -> ShowMessage:
            failures = await self._reader.explain(selection, found, team)
            controls = await self._controls(failures, team)
            again = ShowFailures(selection).command()
            return ShowMessage(failures_message(failures, again, controls, notices))

        if self._reader.unknown(found, team) <= _MANY:
            return await explain()
        return Delayed(reading_message(found), explain)

    async def _read_and_show(self, audience: Audience, selection: Selection) -> ShowMessage:
        """Show failures without a word before."""
        shown: Reply = await self._show(audience, selection)
        while isinstance(shown, Delayed):
            shown = await shown.then()
        if not isinstance(shown, ShowMessage):
            raise TypeError(f"failures are shown by a {type(shown).__name__}")
        return shown

    async def _show_meant(
        self, audience: Audience, selection: Selection, error: NoSuchWorkflow, notices: tuple[str, ...]
    ) -> ShowMessage | Delayed:
        """Show those of the only workflow that a name can mean.

        Raises:
            UserError: it may mean several, or none; those that are like it are proposed.
        """
        seen = error.among(audience.workflow_filter(selection.account))
        if len(seen.meant) == 1:
            meant = replace(selection, workflows=seen.meant)
            reading = Reading(selection.workflow, seen.meant[0])
            return _with_reading(await self._show(audience, meant, notices=notices), reading)
        raise UserError(problem_message(seen, commands=_commands(selection, seen))) from error

    async def _controls(self, failures: Failures, team: str) -> FailureControls:
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
            all=await save(OpenList(Bookmark(ListQuery(selection)))) if failures.total else None,
            refresh=await save(RefreshFailures(selection)),
            share=await save(ShareFailures(selection)),
        )


def _since_some_time(selection: Selection, clock: Clock) -> Selection:
    """Return the errored instances of a selection, since the usual time where none is said."""
    since = selection.since or times.read(DEFAULT_SINCE, clock)
    if selection.until is not None and since.at >= selection.until.at:
        since = times.read("7d", clock)
    return replace(selection, statuses=(ERRORED,), since=since, created_since=None, created_until=None)


def _list_of(group: FailureGroup, selection: Selection) -> OpenList:
    chosen = replace(selection, workflows=(group.workflow,), where=Conditions(cause=group.key))
    return OpenList(Bookmark(ListQuery(chosen)))


def _in_place(shown: ShowMessage | Delayed) -> ShowMessage | Delayed:
    if isinstance(shown, ShowMessage):
        return replace(shown, in_place=True)

    async def then() -> Reply:
        reply = await shown.then()
        return _in_place(reply) if isinstance(reply, ShowMessage | Delayed) else reply

    return replace(shown, then=then)


def _with_reading(shown: ShowMessage | Delayed, reading: Reading) -> ShowMessage | Delayed:
    if isinstance(shown, ShowMessage):
        return replace(shown, readings=(reading, *shown.readings))

    async def then() -> Reply:
        reply = await shown.then()
        return _with_reading(reply, reading) if isinstance(reply, ShowMessage | Delayed) else reply

    return replace(shown, then=then)


def _without_missing(selection: Selection, error: NoSuchWorkflows) -> list[Command]:
    """Propose what may be meant by names that no workflow has, and the same without them."""
    asked = selection.workflows
    meant = [
        tuple(name if each == missing else each for each in asked)
        for missing in error.missing
        for name in error.similar(missing)
    ]
    if others := tuple(each for each in asked if each not in error.missing):
        meant.append(others)
    return [
        Command(ShowFailures(replace(selection, workflows=names)).command()) for names in meant[-_MOST_NAMES:]
    ]


def _commands(selection: Selection, error: NoSuchWorkflow) -> list[Command]:
    names = (error.meant or error.similar)[:_MOST_NAMES]
    return [Command(ShowFailures(replace(selection, workflows=(name,))).command()) for name in names]


def _just_refreshed(pause: timedelta) -> str:
    return (
        f"This was refreshed less than {duration(pause)} ago, so it is shown as of the time above. "
        "Refresh again in a moment."
    )
