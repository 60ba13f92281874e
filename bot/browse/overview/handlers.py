"""Answers about the overview: one of its screens, and its menu that opens a workflow."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.access.messages import ACCESS
from bot.access.model import Right
from bot.access.policy import Access
from bot.browse.bookmark import Bookmark, OverviewBookmark
from bot.browse.browser import Browser
from bot.browse.messages.overview import MENU_BLOCK, chart_of, line_chart_of, overview_message
from bot.browse.model import ListQuery
from bot.browse.overview.reader import OverviewReader
from bot.browse.overview.trouble import WorkflowRow
from bot.browse.requests import (
    OpenList,
    RefreshPage,
    ShareList,
    SuggestWorkflow,
    TurnPage,
)
from bot.browse.rights import Audience
from bot.browse.screen import Overview
from bot.browse.selection import Selection
from bot.browse.why import why_of_workflow
from bot.slack.interaction import Interaction
from bot.slack.reply import MenuOptions, Reply, ShowMessage
from bot.slack.requests import Request, RequestStore
from bot.slack.users import UserTimeZones
from bot.ui.elements import Controls, plain_text
from bot.ui.limits import OPTION, OPTION_VALUE, OPTIONS
from bot.ui.mrkdwn import command

_log = structlog.get_logger(__name__)

_ZONE_TIMEOUT: Final = timedelta(seconds=1)
_MENU_TIMEOUT: Final = timedelta(seconds=2)
"""Slack waits for the options of a menu for three seconds."""
_SOME_NOTICE: Final = f"These are the workflows that you may look at here: {command(ACCESS)}"


class OverviewHandlers:
    """Handlers of everything that is asked of the overview.

    Args:
        reader: reads it.
        browser: knows the workflows' names.
        requests: makes requests into button values.
        zones: people's time zones.
        access: says who may look at what.
    """

    def __init__(
        self,
        reader: OverviewReader,
        browser: Browser,
        requests: RequestStore,
        zones: UserTimeZones,
        access: Access,
    ) -> None:
        self._reader = reader
        self._browser = browser
        self._requests = requests
        self._zones = zones
        self._access = access

    async def show(
        self,
        audience: Audience,
        place: OverviewBookmark,
        *,
        fresh: bool = False,
        notices: tuple[str, ...] = (),
    ) -> ShowMessage:
        """Show a screen of the overview.

        Args:
            audience: who sees it.
            place: the screen.
            fresh: ask Cloudflare anew.
            notices: sentences in mrkdwn for this reader.
        """
        account, viewer = place.overview.account, audience.viewer
        allows = audience.workflow_filter(account)
        overview = await self._reader.read(place, viewer.team, fresh=fresh, allows=allows)
        some = audience.notices(Selection(account=account), _SOME_NOTICE)
        overview, notices = replace(overview, some_hidden=bool(some)), (*notices, *some)
        controls = await self._build_controls(viewer.team, overview)
        troubled = [row for row in overview.rows if row.trouble is not None]
        requests = {row.name: _request(row, account, overview.fetched_at) for row in troubled}
        buttons = {name: await self._requests.save(each, viewer.team) for name, each in requests.items()}
        plain = overview_message(overview, controls, buttons, notices, line_chart_of(overview))
        if not overview.over_time:
            return ShowMessage(plain)
        zone = await self._zones.get(viewer.team, viewer.person.id, _ZONE_TIMEOUT)
        chart = chart_of(overview, zone.info, zone.name)
        return ShowMessage(overview_message(overview, controls, buttons, notices, chart), plain=plain)

    async def suggest(self, request: SuggestWorkflow, interaction: Interaction) -> Reply:
        """Offer the workflows of the overview's account that a person may look at in its menu."""
        account = _account_of(interaction)
        viewer = await self._access.viewer(interaction)
        try:
            async with asyncio.timeout(_MENU_TIMEOUT.total_seconds()):
                found = viewer.among(await self._browser.workflow_names(account), account)
        except TimeoutError:
            _log.warning("workflows_not_suggested", account=account)
            return MenuOptions(())
        typed = request.typed.casefold()
        names = sorted((name for name in found if typed in name.casefold()), key=str.casefold)[:OPTIONS]
        values = [
            await self._requests.save(
                OpenList(Bookmark(ListQuery.of(name, account))), viewer.team, OPTION_VALUE
            )
            for name in names
        ]
        return MenuOptions(
            [
                {"text": plain_text(name, OPTION, emoji=False), "value": value}
                for name, value in zip(names, values, strict=True)
            ]
        )

    async def require_menu(self, _: SuggestWorkflow, interaction: Interaction) -> None:
        """Require the right for any workflow of the menu's account; the others are left out.

        Raises:
            UserError: the person lacks it.
        """
        await self._access.require_any(Right.VIEW, interaction, _account_of(interaction))

    async def _build_controls(self, team: str, overview: Overview) -> Controls:
        wanted: tuple[Request | None, ...] = (
            None if overview.previous is None else TurnPage(overview.previous),
            None if overview.next is None else TurnPage(overview.next),
            RefreshPage(overview.here),
            ShareList(overview.here),
        )
        values = [None if each is None else await self._requests.try_save(each, team) for each in wanted]
        missing = any(value is None for each, value in zip(wanted, values, strict=True) if each is not None)
        previous, next_, refresh, share = values
        return Controls(previous, next_, refresh, share=share, incomplete=missing)


def _request(row: WorkflowRow, account: str | None, now: datetime) -> Request:
    """Return what the button of a row with trouble asks for."""
    if row.asks_why:
        return why_of_workflow(row, account, now)
    return OpenList(Bookmark(ListQuery.of(row.name, account)))


def _account_of(interaction: Interaction) -> str | None:
    """Return the account of the menu that was opened; None means the default one."""
    return interaction.block.removeprefix(MENU_BLOCK) or None
