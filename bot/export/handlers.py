"""Answers about exports: begin one, or cancel it."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from bot.access.model import Right
from bot.access.policy import Access
from bot.export.job import Job
from bot.export.messages import Asked, begun_message
from bot.export.planning import ExportPlanner
from bot.export.refusals import (
    busy_message,
    ended_message,
    not_begun_message,
    not_yours_message,
    too_many_message,
)
from bot.export.requests import CancelExport, StartExport
from bot.export.service import AT_ONCE, Busy, Exports
from bot.export.store import TooManyExports
from bot.slack.edited_messages import NotPosted
from bot.slack.interaction import Interaction
from bot.slack.reply import Nothing, Reply, ShowMessage, UserError
from bot.slack.requests import RequestStore


class ExportHandlers:
    """Handlers of everything that is asked of exports.

    Args:
        exports: makes them.
        planner: plans them.
        access: says who may look at what.
        admins: Slack's ids of those who may cancel any export.
        requests: makes requests into button values.
    """

    def __init__(
        self,
        exports: Exports,
        planner: ExportPlanner,
        access: Access,
        admins: Sequence[str],
        requests: RequestStore,
    ) -> None:
        self._exports = exports
        self._planner = planner
        self._access = access
        self._admins = admins
        self._requests = requests

    async def require_any(self, request: StartExport, interaction: Interaction) -> None:
        """Require the right for any workflow of the account; that for each is asked once they are known.

        Raises:
            UserError: they lack it.
        """
        await self._access.require_any(Right.VIEW, interaction, request.query.query.account)

    async def start(self, request: StartExport, interaction: Interaction) -> Reply:
        """Begin an export."""
        viewer = await self._access.viewer(interaction)
        request = _with_channel_name(request, interaction)
        planned = await self._planner.plan(request, viewer, interaction)
        again = request.of_workflows(planned.plan.selection.workflows).again()
        key = secrets.token_urlsafe(12)
        job = Job(
            key=key,
            cancel=self._requests.encode_if_fits(CancelExport(key)) or "",
            team=interaction.team,
            asked=Asked(interaction.user, again),
            to=request.channel or interaction.user,
            plan=planned.plan,
        )
        try:
            posted = await self._exports.begin(job)
        except Busy as error:
            raise UserError(busy_message(AT_ONCE, again)) from error
        except TooManyExports as error:
            raise UserError(too_many_message(again)) from error
        except NotPosted as error:
            raise UserError(not_begun_message(str(error), again)) from error
        if posted.channel == interaction.channel and not (
            planned.readings or request.readings or planned.notices
        ):
            return Nothing()  # it is told of right there
        return ShowMessage(begun_message(request.channel, planned.notices), readings=planned.readings)

    async def cancel(self, request: CancelExport, interaction: Interaction) -> Reply:
        """End an export for the person who asked for it, or for an admin."""
        owner = await self._exports.owner(request.key, interaction.team)
        if owner is None:
            return ShowMessage(ended_message())
        if interaction.user != owner and interaction.user not in self._admins:
            return ShowMessage(not_yours_message(owner, self._admins))
        is_cancelled = await self._exports.cancel(request.key, interaction.team, interaction.user)
        return Nothing() if is_cancelled else ShowMessage(ended_message())


def _with_channel_name(request: StartExport, interaction: Interaction) -> StartExport:
    """Return a request with the name of its channel, if it was typed there."""
    if not request.channel or request.channel_name or request.channel != interaction.channel:
        return request
    return replace(request, channel_name=interaction.channel_name)
