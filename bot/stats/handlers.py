"""Answers about how workflows do: a typed command, and the buttons below its answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from cachetools import TTLCache

from bot.access.messages import ACCESS
from bot.access.model import Right
from bot.access.policy import Access, Viewer
from bot.browse.bookmark import Bookmark
from bot.browse.errors import NoSuchWorkflow
from bot.browse.model import ListQuery
from bot.browse.requests import OpenList, ShowFailures
from bot.browse.rights import error_for_hidden
from bot.browse.selection import PATTERN, Selection, at
from bot.cloudflare.errors import WorkflowNotFound
from bot.cloudflare.models import WorkflowList
from bot.language import times
from bot.language.command import Command
from bot.language.errors import QueryError
from bot.language.readings import Reading
from bot.language.times import Clock
from bot.language.tokens import COMMAND
from bot.slack.interaction import Interaction
from bot.slack.reply import PostToChannel, Reply, ShowMessage, UserError
from bot.slack.requests import Request, RequestStore
from bot.slack.users import UserTimeZones
from bot.stats.messages.report import StatsControls, stats_message
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
from bot.ui.elements import command, duration
from bot.ui.problems import problem_message

WINDOWS: Final = ("24h", "7d", "30d")
_MOST_REFRESHED: Final = 1_000
_SOME_NOTICE: Final = f"Of the workflows that you may look at here: {command(ACCESS)}"
_UTC_NOTICE: Final = "Slack did not tell your time zone, so days and times are those of UTC."


class StatsHandlers:
    """Handlers of everything that is asked of statistics.

    Args:
        reader: reads them.
        requests: makes requests into button values.
        zones: people's time zones.
        now: the clock.
        refresh_pause: for how long refreshed statistics are shown again instead of being refreshed anew.
        access: says who may look at what.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - everything that statistics need comes together here
        self,
        reader: StatsReader,
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

    async def show(self, request: ShowStats, interaction: Interaction) -> Reply:
        """Show what was typed."""
        clock, notices = await self._clock(interaction)
        selection = _by_creation(request.query.resolve(clock).selection, clock)
        viewer = await self._access.viewer(interaction)
        return await self._show([viewer], selection, clock, notices=notices)

    async def turn(self, request: TurnStats, interaction: Interaction) -> Reply:
        """Show the same since another time in place."""
        clock, notices = await self._clock(interaction)
        viewers = await self._viewers(interaction)
        shown = await self._show(viewers, at(request.selection, clock), clock, notices=notices)
        return replace(shown, in_place=True)

    async def refresh(self, request: RefreshStats, interaction: Interaction) -> Reply:
        """Show the same anew in place; what was refreshed a moment ago is shown as it was then."""
        clock, notices = await self._clock(interaction)
        viewers = await self._viewers(interaction)
        key = (interaction.team, request.selection)
        is_fresh = key in self._refreshed
        if is_fresh:
            notices = (*notices, _just_refreshed(self._refresh_pause))
        shown = await self._show(
            viewers, at(request.selection, clock), clock, fresh=not is_fresh, notices=notices
        )
        self._refreshed[key] = True
        return replace(shown, in_place=True)

    async def share(self, request: ShareStats, interaction: Interaction) -> Reply:
        """Show everybody in the channel what a person sees."""
        clock, _ = await self._clock(interaction)
        viewer = await self._access.viewer(interaction)
        shown = await self._show([viewer], request.selection, clock)
        return PostToChannel(shown.message, shown.plain)

    async def _clock(self, interaction: Interaction) -> tuple[Clock, tuple[str, ...]]:
        zone = await self._zones.get(interaction.team, interaction.user)
        return Clock(self._now(), zone.info), () if zone.known else (_UTC_NOTICE,)

    async def _viewers(self, interaction: Interaction) -> list[Viewer]:
        """Return who looks at a message: the person, and who shared it, who shows no more than they may see.

        Raises:
            UserError: Slack does not say who they are.
        """
        viewers = [await self._access.viewer(interaction)]
        if interaction.sharer is not None:
            viewers.append(await self._access.viewer(replace(interaction, user=interaction.sharer.id)))
        return viewers

    async def _show(
        self,
        viewers: Sequence[Viewer],
        selection: Selection,
        clock: Clock,
        *,
        fresh: bool = False,
        notices: tuple[str, ...] = (),
    ) -> ShowMessage:
        """Show statistics.

        Args:
            viewers: people who have to be allowed to see all of it.
            selection: which instances, with a `since`.
            clock: of the person who asks.
            fresh: ask Cloudflare anew.
            notices: sentences in mrkdwn for this reader.
        """
        listed = await self._reader.workflows(selection.account, fresh=fresh)
        meant, readings = _resolve(viewers, selection, listed)
        names = tuple(
            row.name for row in listed.rows if meant.has(row.name) and _may_all(viewers, meant, row.name)
        )
        if any(not viewer.may_all(Right.VIEW, meant.account) for viewer in viewers) and not meant.workflow:
            notices = (*notices, _SOME_NOTICE)
        stats = await self._reader.read(StatsQuery(meant, names, listed, clock.zone), fresh=fresh)
        controls = await self._controls(stats, viewers[0].team, clock)
        shown = stats_message(stats, controls, notices)
        return ShowMessage(shown.full, plain=shown.plain, readings=readings)

    async def _controls(self, stats: Stats, team: str, clock: Clock) -> StatsControls:
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
            failures=await save(ShowFailures(selection)) if has_failed else None,
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


def _may_all(viewers: Sequence[Viewer], selection: Selection, workflow: str) -> bool:
    return all(viewer.may(Right.VIEW, selection.account, workflow) for viewer in viewers)


def _resolve(
    viewers: Sequence[Viewer], selection: Selection, listed: WorkflowList
) -> tuple[Selection, tuple[Reading, ...]]:
    """Return the workflows that names and patterns mean, and how they were read.

    Raises:
        QueryError: a pattern fits none.
        UserError: a name means none, or several, or one that a person may not look at.
    """
    visible = [row.name for row in listed.rows if _may_all(viewers, selection, row.name)]
    names: list[str] = []
    readings: list[Reading] = []
    for typed in selection.workflows:
        if typed in visible or _fits(typed, visible) or (listed.cut_short and PATTERN not in typed):
            names.append(typed)
            continue
        meant = _meant(viewers, typed, selection, visible)
        names.append(meant)
        readings.append(Reading(typed, meant))
    return replace(selection, workflows=tuple(dict.fromkeys(names))), tuple(readings)


def _fits(pattern: str, visible: Sequence[str]) -> bool:
    if PATTERN not in pattern:
        return False
    return pattern == PATTERN or any(Selection((pattern,)).has(name) for name in visible)


def _meant(viewers: Sequence[Viewer], typed: str, selection: Selection, visible: Sequence[str]) -> str:
    """Return the only workflow that a name can mean which is none itself.

    Raises:
        QueryError: it is a pattern.
        UserError: it can mean several, or none that all the people may look at.
    """
    if PATTERN in typed:
        expected = f"a pattern of names that `{COMMAND}` shows"
        raise QueryError(typed, "fits no workflow", expected=expected)
    query, account = ListQuery.of(typed, selection.account), selection.account or viewers[0].accounts[0]
    refused = next((each for each in viewers if not each.may(Right.VIEW, selection.account, typed)), None)
    if refused is not None:
        error = error_for_hidden(refused, query, visible)
        if isinstance(error, UserError):
            raise error
    else:
        error = NoSuchWorkflow(query, account, visible, WorkflowNotFound("it is not in the list"))
    if len(error.meant) == 1:
        return error.meant[0]
    others = error.meant or error.similar
    proposals = [
        replace(selection, workflows=tuple(name if each == typed else each for each in selection.workflows))
        for name in others
    ]
    commands = [Command(stats_command(each).removeprefix(COMMAND).strip()) for each in proposals]
    raise UserError(problem_message(error, commands=commands or [Command(COMMAND)])) from error


def _just_refreshed(pause: timedelta) -> str:
    return (
        f"This was refreshed less than {duration(pause)} ago, so it is shown as of the time above. "
        "Refresh again in a moment."
    )
