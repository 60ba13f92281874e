"""Answers about exports: begin one, or cancel it."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.access.model import Right
from bot.access.policy import Access, Viewer
from bot.browse.causes import CauseReader
from bot.browse.errors import NoSuchWorkflow, NoSuchWorkflows
from bot.browse.judging import Judge
from bot.browse.model import ListQuery
from bot.browse.planning import plan
from bot.browse.resolving import list_for_names, refuse_names, resolve_names
from bot.browse.rights import Audience
from bot.browse.selection import PATTERN, Selection
from bot.cloudflare.accounts import Accounts
from bot.cloudflare.cache import CachedWorkflows
from bot.export.collector import ExportPlan
from bot.export.lines import Lines
from bot.export.messages import Asked, begun_message, proof_message
from bot.export.refusals import (
    busy_message,
    channel_refused_message,
    channel_unavailable_message,
    ended_message,
    not_allowed_message,
    not_begun_message,
    not_yours_message,
    too_many_message,
)
from bot.export.requests import CancelExport, StartExport
from bot.export.run import Job
from bot.export.service import AT_ONCE, Busy, Exports
from bot.export.store import ExportStore, TooManyExports
from bot.language.command import Command
from bot.language.times import Clock
from bot.slack.channels import ChannelAccess, ChannelUnavailable, ChannelUnknown
from bot.slack.edited_messages import NotPosted
from bot.slack.files import FileNotSent, FileSender, FilesNotAllowed
from bot.slack.interaction import Interaction
from bot.slack.reply import Nothing, Reply, ShowMessage, UserError
from bot.slack.requests import RequestStore
from bot.slack.users import UserTimeZones

_LONGEST_NAME: Final = 60
_DIRECT_MESSAGE: Final = "D"


class ExportHandlers:
    """Handlers of everything that is asked of exports.

    Args:
        exports: makes them.
        store: knows those of all processes.
        accounts: each account's workflows by the account's name, the default first.
        causes: reads why instances failed.
        files: says whether the bot may send any.
        channels: proves that a person and the bot are in a channel.
        access: says who may look at what.
        zones: people's time zones.
        admins: Slack's ids of those who may cancel any export.
        lookback: how long before a time an instance may have been created that ended since.
        requests: makes requests into button values.
        now: the clock.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - everything that exports need comes together here
        self,
        exports: Exports,
        store: ExportStore,
        accounts: Mapping[str, CachedWorkflows],
        causes: CauseReader,
        files: FileSender,
        channels: ChannelAccess,
        access: Access,
        zones: UserTimeZones,
        admins: Sequence[str],
        lookback: timedelta,
        requests: RequestStore,
        now: Callable[[], datetime],
    ) -> None:
        self._exports = exports
        self._store = store
        self._accounts = Accounts(accounts)
        self._causes = causes
        self._files = files
        self._channels = channels
        self._access = access
        self._zones = zones
        self._admins = admins
        self._lookback = lookback
        self._requests = requests
        self._now = now

    async def require_any(self, request: StartExport, interaction: Interaction) -> None:
        """Require the right for any workflow of the account; that for each is asked once they are known.

        Raises:
            UserError: they lack it.
        """
        await self._access.require_any(Right.VIEW, interaction, request.query.query.account)

    async def start(self, request: StartExport, interaction: Interaction) -> Reply:
        """Begin an export. Nothing is read before it is certain that the file can be sent."""
        viewer = await self._access.viewer(interaction)
        request = _with_channel_name(request, interaction)
        zone = await self._zones.get(interaction.team, interaction.user) if request.query.needs_zone else None
        query = request.resolve(Clock(self._now(), zone.info) if zone else Clock(self._now()))
        await self._prove(request, interaction)
        await self._require_files(request.again())
        account, workflows = self._accounts.get(query.account)
        listed = await list_for_names(workflows, query.selection)
        try:
            names = resolve_names(query.selection, account, listed, Audience(viewer))
        except (NoSuchWorkflow, NoSuchWorkflows) as error:
            raise refuse_names(
                error, query.selection, lambda chosen: _renamed(request, chosen).again()
            ) from error
        query = replace(query, selection=names.selection)
        allows = self._filter(request, viewer, query)
        selection = query.selection
        again = _renamed(request, selection).again()
        planned = plan(selection, listed, allows, self._lookback, most=None)
        key = secrets.token_urlsafe(12)
        job = Job(
            key=key,
            cancel=self._requests.encode_if_fits(CancelExport(key)) or "",
            team=interaction.team,
            asked=Asked(interaction.user, again),
            to=request.channel or interaction.user,
            plan=ExportPlan(
                selection,
                planned.streams,
                {} if _is_bounded(selection) else planned.counts,
                self._lookback,
                Lines(request.format, with_causes=selection.where.needs_cause),
                as_of=self._now(),
                judge=Judge(selection.where, self._causes, query.account, interaction.team)
                if selection.where
                else None,
                unlisted=planned.omitted.unlisted,
            ),
            workflows=workflows,
            file_name=_file_name(selection, self._now()),
            is_some=any(selection.has(row.name) and not allows(row.name) for row in listed.rows),
        )
        try:
            posted = await self._exports.begin(job)
        except Busy as error:
            raise UserError(busy_message(AT_ONCE, again)) from error
        except TooManyExports as error:
            raise UserError(too_many_message(again)) from error
        except NotPosted as error:
            raise UserError(not_begun_message(str(error), again)) from error
        if posted.channel == interaction.channel and not names.readings:
            return Nothing()  # it is told of right there
        return ShowMessage(begun_message(request.channel), readings=names.readings)

    async def cancel(self, request: CancelExport, interaction: Interaction) -> Reply:
        """End an export for the person who asked for it, or for an admin."""
        run = self._exports.find(request.key, interaction.team)
        if run is None:  # another process makes it; only that takes the database
            export = await self._store.find(request.key, interaction.team)
            owner = None if export is None else export.user
        else:
            owner = run.job.asked.user
        if owner is None:
            return ShowMessage(ended_message())
        if interaction.user != owner and interaction.user not in self._admins:
            return ShowMessage(not_yours_message(owner, self._admins))
        if run is None:
            is_cancelled = await self._store.cancel(request.key, interaction.user)
        else:
            is_cancelled = run.cancel(interaction.user)
        return Nothing() if is_cancelled else ShowMessage(ended_message())

    async def _prove(self, request: StartExport, interaction: Interaction) -> None:
        """Require that the person and the bot are in the channel that gets the file.

        Raises:
            UserError: they are not, or Slack does not say.
        """
        if not request.channel:
            return
        try:
            await self._channels.show(proof_message(request.channel), request.channel, interaction.user)
        except ChannelUnavailable as error:
            refusal = channel_unavailable_message(request.channel, error.reason, request.again())
            raise UserError(refusal) from error
        except ChannelUnknown as error:
            raise UserError(not_begun_message(error.reason, request.again())) from error

    async def _require_files(self, again: Command) -> None:
        """Require that the bot may send files.

        Raises:
            UserError: it may not, or Slack does not say.
        """
        try:
            await self._files.require_allowed()
        except FilesNotAllowed as error:
            raise UserError(not_allowed_message(again)) from error
        except FileNotSent as error:
            raise UserError(not_begun_message(str(error), again)) from error

    def _filter(self, request: StartExport, viewer: Viewer, query: ListQuery) -> Callable[[str], bool]:
        """Return a filter of the workflows that are exported, by their names.

        All who read the channel that gets the file are to be allowed to look at them.

        Raises:
            UserError: they may not look at one that was named.
        """
        account = query.account

        def allows(workflow: str) -> bool:
            return viewer.may(Right.VIEW, account, workflow) and self._readers_may_view(
                request.channel, account, workflow
            )

        for name in query.selection.workflows:
            if PATTERN not in name and not self._readers_may_view(request.channel, account, name):
                raise UserError(channel_refused_message(request.channel, name))
        return allows

    def _readers_may_view(self, channel: str, account: str | None, workflow: str) -> bool:
        is_private = not channel or channel.startswith(_DIRECT_MESSAGE)  # the person alone reads it
        return is_private or self._access.channel_may_view(channel, account, workflow)


def _with_channel_name(request: StartExport, interaction: Interaction) -> StartExport:
    """Return a request that names the channel, where that is the one in which it was typed."""
    if not request.channel or request.channel_name or request.channel != interaction.channel:
        return request
    return replace(request, channel_name=interaction.channel_name)


def _renamed(request: StartExport, selection: Selection) -> StartExport:
    """Return a request with the workflows' names as they are."""
    pending = request.query
    renamed = replace(pending.query.selection, workflows=selection.workflows)
    return replace(request, query=replace(pending, query=replace(pending.query, selection=renamed)))


def _is_bounded(selection: Selection) -> bool:
    """Return whether a selection has bounds of time, so that counts of all times say nothing of it."""
    bounds = (selection.since, selection.until, selection.created_since, selection.created_until)
    return any(each is not None for each in bounds)


def _file_name(selection: Selection, now: datetime) -> str:
    """Return a file's name without its ending: letters that every system takes, what it has, and of when."""
    parts = (selection.workflow or "workflows", *selection.statuses, f"{now:%Y-%m-%dT%H%MZ}")
    safe = (re.sub(r"[^A-Za-z0-9._-]+", "-", part)[:_LONGEST_NAME].strip(".-_") for part in parts)
    return "_".join(filter(None, safe)) or "export"
