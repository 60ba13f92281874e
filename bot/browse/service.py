"""Show lists: a place in one, and who sees it, become a message; what leads to no list becomes a refusal."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import structlog
from cachetools import LRUCache
from sqlalchemy.exc import SQLAlchemyError

from bot.access.messages import ACCESS
from bot.access.policy import Viewer
from bot.browse.bookmark import Bookmark, KeptPlace, ListBookmark, OverviewBookmark, Place
from bot.browse.browser import Browser, without_anchor
from bot.browse.causes import CauseReader, FailedInstance
from bot.browse.errors import CursorRefused, NoSuchWorkflow, NoSuchWorkflows
from bot.browse.messages.instances import instances_message, table_message
from bot.browse.messages.problems import restart, similar, without_missing
from bot.browse.model import ListQuery, overview_command
from bot.browse.overview.handlers import OverviewHandlers
from bot.browse.requests import OpenFilter, OpenList, RefreshPage, ShareList, TurnPage
from bot.browse.rights import Audience, error_for_hidden
from bot.browse.screen import Screen
from bot.browse.selection import Selection
from bot.browse.walks import WalkStore
from bot.browse.why import why_of_list
from bot.cloudflare.models import Status
from bot.language.command import Command, Reading
from bot.language.tokens import quote
from bot.reasons import reason_of
from bot.slack.reply import ShowMessage, UserError
from bot.slack.requests import Request, RequestStore
from bot.ui.elements import Controls
from bot.ui.mrkdwn import command
from bot.ui.problems import Suggestion, problem_message

_log = structlog.get_logger(__name__)

_MOST_SHOWN: Final = 32
_MOST_NAMES: Final = 5
_ERRORED: Final = Status("errored")
_CAUSES_TIMEOUT: Final = timedelta(seconds=0.3)
"""How long a list waits for what is remembered of why its instances failed."""
_SOME_LISTED: Final = f"Only instances of workflows that you may look at here are shown: {command(ACCESS)}"


@dataclass(frozen=True, slots=True)
class _Shown:
    """A list that was shown, and the reply that showed it."""

    screen: Screen
    reply: ShowMessage


@dataclass(frozen=True, slots=True)
class ListService:
    """Shows lists.

    Attributes:
        browser: walks the lists.
        requests: makes requests into button values.
        walks: keeps walks that are too long for them.
        nearest_verb: returns the verb that looks like a word, which may have been taken for a name.
        causes: remembers why instances failed.
        overview: shows the list of workflows.
    """

    browser: Browser
    requests: RequestStore
    walks: WalkStore
    nearest_verb: Callable[[str], str | None]
    causes: CauseReader
    overview: OverviewHandlers
    _shown: LRUCache[tuple[str, ListBookmark | OverviewBookmark, tuple[str, ...]], _Shown] = field(
        default_factory=lambda: LRUCache(_MOST_SHOWN)
    )

    def shown_before(
        self, team: str, place: ListBookmark | OverviewBookmark, notices: tuple[str, ...] = ()
    ) -> ShowMessage | None:
        """Return the message of a place as it was shown, if it would be the same now."""
        known = self._shown.get((team, place, notices))
        return known.reply if known is not None and self.browser.still_shows(known.screen) else None

    async def show(
        self, audience: Audience, place: Place, *, fresh: bool = False, notices: tuple[str, ...] = ()
    ) -> ShowMessage:
        """Show a place to people who may look at it; what leads here may be somebody else's.

        Args:
            audience: who sees it.
            place: what to show.
            fresh: ask Cloudflare anew.
            notices: sentences in mrkdwn for this reader.

        Raises:
            UserError: they may not look at it, or there is no such list.
            ExpiredButton, InvalidButton: its walk is not in the database.
            CloudflareError, UnknownAccount: the API's answer is no list.
        """
        team = audience.viewer.team
        if isinstance(place, KeptPlace):
            place = await self.walks.find(place, team)
        if isinstance(place, OverviewBookmark):
            audience.require(Selection(account=place.overview.account))
        else:
            audience.require(place.query.selection)
        if not fresh and (known := self.shown_before(team, place, notices)) is not None:
            return known
        try:
            if isinstance(place, OverviewBookmark):
                return await self.overview.show(audience, place, fresh=fresh, notices=notices)
            show = self.browser.refresh if fresh else self.browser.turn
            allows = audience.workflow_filter(place.query.account)
            screen = await show(place, allows=allows, team=team)
        except CursorRefused as error:
            value = await self.save(OpenList(Bookmark(error.restart)), team)
            raise UserError(problem_message(error, suggestions=[restart(value)])) from error
        except NoSuchWorkflow as error:
            return await self._show_meant(audience, error, notices)
        except NoSuchWorkflows as error:
            raise await self._no_such_error(team, error) from error
        screen = await self._add_known_causes(screen, team)
        controls = await self._build_controls(team, screen)
        some = audience.notices(screen.query.selection, _SOME_LISTED)
        reply = self._list(screen, controls, (*notices, *some))
        if not (fresh or controls.incomplete or screen.source is None):
            self._shown[team, place, notices] = _Shown(screen, reply)  # for all who look at the same list
        return reply

    async def show_among_visible(
        self, viewer: Viewer, query: ListQuery, notices: tuple[str, ...]
    ) -> ShowMessage:
        """Show the list that a name means among the workflows that the person may look at.

        Raises:
            UserError: it means none of them.
        """
        visible = await self.browser.list_visible_names(query.account, viewer)
        error = error_for_hidden(viewer, query, visible)
        if isinstance(error, UserError):
            raise error
        return await self._show_meant(Audience(viewer), error, notices)

    async def save(self, request: Request, team: str) -> str:
        """Return a button's value; the walk to its place goes to the database if it is long."""
        return await self.requests.save(await self.walks.shorten(request, team), team)

    async def _add_known_causes(self, screen: Screen, team: str) -> Screen:
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
                found = await self.causes.read(screen.query.account, tuple(failed), team=team, until=0)
        except TimeoutError:  # the list is worth more than what a slow database remembers
            return screen
        rows = list(screen.rows)
        for each, cause in found.known.items():
            rows[failed[each]] = replace(rows[failed[each]], cause=cause)
        return replace(screen, rows=rows)

    def _list(self, screen: Screen, controls: Controls, notices: tuple[str, ...]) -> ShowMessage:
        """Return a list as it was asked for; behind a table stands the list without one."""
        value_of = self.requests.encode_if_fits
        without_table = instances_message(screen, controls, notices, value_of)
        if screen.query.view == "table" and (full := table_message(screen, controls, notices, value_of)):
            return ShowMessage(full, plain=without_table)
        return ShowMessage(without_table)

    async def _no_such_error(self, team: str, error: NoSuchWorkflows) -> UserError:
        """Return the refusal of a list that names missing workflows, with the names that may be meant."""
        asked, suggestions = error.query.selection.workflows, []
        for missing in error.missing:
            for name in error.similar(missing):
                meant = [name if each == missing else each for each in asked]
                value = await self.save(OpenList(Bookmark(error.query.of_workflows(meant))), team)
                suggestions.append(similar(name, value))
        if others := [each for each in asked if each not in error.missing]:
            value = await self.save(OpenList(Bookmark(error.query.of_workflows(others))), team)
            suggestions.append(without_missing(value))
        commands = [] if suggestions else [overview_command(error.query.account)]
        return UserError(problem_message(error, suggestions=suggestions[-_MOST_NAMES:], commands=commands))

    async def _show_meant(
        self, audience: Audience, error: NoSuchWorkflow, notices: tuple[str, ...]
    ) -> ShowMessage:
        """Show the list of the only workflow that a name can mean.

        Raises:
            UserError: it may mean several, or none; those that are like it are suggested.
        """
        if len(error.meant) == 1:
            return await self._show_match(audience, error, notices)
        similar_ones = await self._find_similar(audience.viewer.team, error)
        name = error.query.workflow
        may_begin_id = any(sign.isdigit() for sign in name) and not any(sign.isspace() for sign in name)
        verb = self.nearest_verb(name) or (f"find {quote(name)}" if may_begin_id else None)
        commands = [] if similar_ones else [Command(verb) if verb else overview_command(error.query.account)]
        raise UserError(problem_message(error, suggestions=similar_ones, commands=commands)) from error

    async def _show_match(
        self, audience: Audience, error: NoSuchWorkflow, notices: tuple[str, ...]
    ) -> ShowMessage:
        """Show the list of the only workflow that a misspelt name can mean."""
        query = error.query.of_workflow(error.meant[0])
        shown = await self.show(audience, Bookmark(query, query.start), notices=notices)
        reading = Reading(error.query.workflow, query.workflow)
        return replace(shown, readings=(reading, *shown.readings))

    async def _build_controls(self, team: str, shown: Screen) -> Controls:
        previous, next_, further = (
            None if place is None else TurnPage(place)
            for place in (shown.previous, shown.next, shown.further)
        )
        filter_ = OpenFilter(shown.query.from_start)
        retry = TurnPage(without_anchor(shown.here)) if shown.unread else None
        here = shown.here
        wanted = (
            previous, next_, RefreshPage(here), filter_, ShareList(here), further, why_of_list(shown), retry,
        )  # fmt: skip
        values = [None if request is None else await self._save_value(team, request) for request in wanted]
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

    async def _save_value(self, team: str, request: Request) -> str | None:
        """Return a button's value, or None where the database can't keep it. The rows are shown even so."""
        try:
            return await self.save(request, team)
        except (SQLAlchemyError, OSError) as error:
            _log.error("bookmark_not_kept", reason=reason_of(error))
            return None

    async def _find_similar(self, team: str, error: NoSuchWorkflow) -> list[Suggestion]:
        names = error.meant or error.similar
        requests = {name: OpenList(Bookmark(error.query.of_workflow(name))) for name in names[:_MOST_NAMES]}
        return [similar(name, await self.save(request, team)) for name, request in requests.items()]
