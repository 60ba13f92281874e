"""Answers about how workflows do: a typed command, and the buttons below its answer."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.access.policy import Access
from bot.browse.bookmark import Bookmark
from bot.browse.errors import NoSuchWorkflow, NoSuchWorkflows
from bot.browse.model import ListQuery
from bot.browse.person_clock import PersonClock
from bot.browse.refreshing import RefreshPause
from bot.browse.requests import OpenList, ShowFailures
from bot.browse.resolving import refuse_names
from bot.browse.rights import Audience, audience_of, audience_to_share_with
from bot.browse.selection import Selection, at
from bot.language import times
from bot.language.command import Command
from bot.language.errors import QueryError
from bot.language.times import Clock
from bot.slack.interaction import Interaction
from bot.slack.reply import Delayed, PostToChannel, Reply, ShowMessage, in_place, without_word
from bot.slack.requests import Request, RequestStore
from bot.stats.messages.report import StatsControls, reading_message, stats_message
from bot.stats.model import Stats, StatsQuery
from bot.stats.reading import StatsReader
from bot.stats.requests import (
    DEFAULT_SINCE,
    RefreshStats,
    ShareStats,
    ShowStats,
    TurnStats,
    set_since,
    stats_command,
)

WINDOWS: Final = ("24h", "7d", "30d")
_MANY: Final = 20
"""Lists to read from which on a word comes first: more than a second's worth."""


class StatsHandlers:
    """Handlers of everything that is asked of statistics.

    Args:
        reader: reads them.
        requests: makes requests into button values.
        clock: of each person.
        refresh_pause: for how long refreshed statistics are shown again instead of being refreshed anew.
        access: says who may look at what.
    """

    def __init__(
        self,
        reader: StatsReader,
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

    async def show(self, request: ShowStats, interaction: Interaction) -> Reply:
        """Show what was typed."""
        clock, notices = await self._clock.get(interaction)
        selection = _by_creation(request.resolve(clock).selection, clock)
        audience = Audience(await self._access.viewer(interaction))
        return await self._show(audience, selection, clock, notices=notices)

    async def turn(self, request: TurnStats, interaction: Interaction) -> Reply:
        """Show the same since another time in place."""
        clock, notices = await self._clock.get(interaction)
        audience = await audience_of(self._access, interaction)
        return in_place(await self._show(audience, at(request.selection, clock), clock, notices=notices))

    async def refresh(self, request: RefreshStats, interaction: Interaction) -> Reply:
        """Show the same anew in place; what was refreshed a moment ago is shown as it was then."""
        clock, of_zone = await self._clock.get(interaction)
        audience = await audience_of(self._access, interaction)

        async def show(*, fresh: bool, notices: tuple[str, ...]) -> ShowMessage | Delayed:
            selection = at(request.selection, clock) if fresh else request.selection
            return await self._show(audience, selection, clock, fresh=fresh, notices=(*of_zone, *notices))

        return in_place(await self._refresh_pause.refresh(interaction.team, request.command(), show))

    async def share(self, request: ShareStats, interaction: Interaction) -> Reply:
        """Show everybody in the channel what a person sees."""
        clock, _ = await self._clock.get(interaction)
        audience = await audience_to_share_with(self._access, interaction)
        shown = await without_word(await self._show(audience, request.selection, clock))
        return PostToChannel(shown.message, shown.plain)

    async def _show(
        self,
        audience: Audience,
        selection: Selection,
        clock: Clock,
        *,
        fresh: bool = False,
        notices: tuple[str, ...] = (),
    ) -> ShowMessage | Delayed:
        """Show statistics; a word comes first where many lists have to be read.

        Args:
            audience: the people who have to be allowed to see all of it.
            selection: which instances, with a `since`.
            clock: of the person who asks.
            fresh: ask Cloudflare anew.
            notices: sentences in mrkdwn for this reader.
        """
        try:
            names, listed = await self._reader.resolve(selection, audience, fresh=fresh)
        except (NoSuchWorkflow, NoSuchWorkflows) as error:
            raise refuse_names(error, selection, lambda chosen: Command(stats_command(chosen))) from error
        meant = names.selection
        audience.require(meant)
        notices = (*notices, *audience.notices(meant))
        asked = StatsQuery(meant, names.visible, listed, clock.zone)
        planned = self._reader.plan(asked)

        async def read() -> ShowMessage:
            stats = await self._reader.read(asked, planned, fresh=fresh)
            controls = await self._build_controls(stats, audience.viewer.team, clock)
            shown = await asyncio.to_thread(stats_message, stats, controls, notices)
            return ShowMessage(shown.full, plain=shown.plain, readings=names.readings)

        if len(planned.streams) <= _MANY:
            return await read()
        return Delayed(reading_message(len(planned.streams)), read)

    async def _build_controls(self, stats: Stats, team: str, clock: Clock) -> StatsControls:
        selection = stats.asked.selection
        is_shown = selection.since.text if selection.since and selection.until is None else ""
        others = [words for words in WINDOWS if words != is_shown]

        async def save(request: Request) -> str | None:
            return await self._requests.try_save(request, team)

        windows = {words: await save(TurnStats(set_since(selection, words, clock))) for words in others}
        ended = {} if stats.estimate is None else stats.estimate.ended
        has_failed = stats.total.failed > 0 or any(each.part for each in ended.values())
        return StatsControls(
            windows={words: value for words, value in windows.items() if value is not None},
            failures=await save(ShowFailures(selection)) if has_failed and not selection.where else None,
            list=await save(OpenList(Bookmark(ListQuery(selection)))) if stats.total.count else None,
            refresh=await save(RefreshStats(selection)),
            share=await save(ShareStats(selection)),
        )


def _by_creation(selection: Selection, clock: Clock) -> Selection:
    """Return the same instances with one pair of times, the usual beginning if none is said.

    Both pairs mean the creation, as no ended status is asked for.

    Raises:
        QueryError: the end that was asked for is before the usual beginning.
    """
    begin = selection.since or selection.created_since or times.read(DEFAULT_SINCE, clock)
    end = selection.until or selection.created_until
    if end is not None and end.at <= begin.at:
        raise QueryError(
            f"until:{end.text}",
            f"is before the last {DEFAULT_SINCE}, which statistics are about if nothing else is said",
            expected="`since:` beside it",
        )
    return replace(selection, since=begin, until=end, created_since=None, created_until=None)
