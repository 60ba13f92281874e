"""Digests as people deal with them: what it takes to make and to change one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.cloudflare.cache import CachedWorkflows
from bot.digests.links import list_button_values
from bot.digests.messages.confirmations import (
    changed_message,
    channel_unknown_message,
    created_message,
    no_such_digest_message,
)
from bot.digests.messages.report import DigestControls, DigestMessages, digest_message
from bot.digests.model import Digest, DigestSpec
from bot.digests.names import validate_workflow_names
from bot.digests.reading import ReportBuilder
from bot.digests.store import DigestRepository, NoSuchDigest
from bot.slack.channels import ChannelAccess, ChannelUnknown
from bot.slack.interaction import Interaction
from bot.slack.reply import UserError
from bot.slack.requests import RequestStore
from bot.ui.elements import Message


@dataclass(frozen=True, slots=True)
class DigestService:
    """Makes, changes and previews digests.

    Attributes:
        stores: has those of each workspace, by Slack's id of it.
        reports: makes their reports.
        accounts: of settings, by name, the default first.
        requests: makes requests into button values.
        channels: proves that people are in channels.
        now: the clock.
    """

    stores: Callable[[str], DigestRepository]
    reports: ReportBuilder
    accounts: Mapping[str, CachedWorkflows]
    requests: RequestStore
    channels: ChannelAccess
    now: Callable[[], datetime]

    def store(self, interaction: Interaction) -> DigestRepository:
        """Return the digests of the workspace that a person acts in."""
        return self.stores(interaction.team)

    async def create(self, spec: DigestSpec, interaction: Interaction) -> Digest:
        """Make a digest and confirm it in its channel.

        Raises:
            ChannelUnavailable: it can't go there.
            UserError: Slack does not say whether it can.
            QueryError: a workflow does not exist.
            CloudflareError, UnknownAccount: its account can't be read.
        """
        await validate_workflow_names(spec, self.accounts)
        store = self.store(interaction)
        digest = await store.create(spec, interaction.user)
        live = replace(digest, state="active", next_due=spec.schedule.next_after(self.now()))
        try:
            await self._confirm(created_message(live), spec.channel, interaction)
        except BaseException:  # the end of this process, too
            await store.discard(digest.number)
            raise
        await store.resume(digest.number)
        return live

    async def update(self, number: int, spec: DigestSpec, interaction: Interaction) -> Digest:
        """Give a digest another plan; one that moves, or had paused itself, is confirmed in its channel.

        One that paused itself is active again: the plan was changed because of that.

        Raises:
            UserError: there is none, or Slack does not say whether it can go there.
            ChannelUnavailable, QueryError, CloudflareError, UnknownAccount: as `create`.
        """
        digest = await self.get(number, interaction)
        await validate_workflow_names(spec, self.accounts)
        store = self.store(interaction)
        had_stopped = digest.pause_reason is not None
        if spec.channel == digest.plan.channel and not had_stopped:
            return await store.change(digest, spec)
        moved = replace(digest, plan=spec)
        if had_stopped or digest.state == "active":
            upcoming = spec.schedule.next_after(self.now())
            moved = replace(moved, state="active", pause_reason=None, next_due=upcoming)
        await self._confirm(changed_message(moved), spec.channel, interaction)
        await store.change(digest, spec)
        if had_stopped:
            await store.resume(number)
        return moved

    async def preview(self, spec: DigestSpec, digest: Digest | None = None) -> DigestMessages:
        """Return what a digest of this plan would say now, for one reader.

        Raises:
            CloudflareError, UnknownAccount: its account can't be read.
        """
        report = await self.reports.report(spec, digest.baseline if digest else None)
        values = {}  # a modal has no buttons
        if digest:
            values = await list_button_values(report, self.requests, digest.team)
        controls = DigestControls(values, is_preview=True)
        return digest_message(digest.number if digest else None, report, controls)

    async def get(self, number: int, interaction: Interaction) -> Digest:
        """Return a digest, a deleted one too while it can be restored.

        Raises:
            UserError: there is none.
        """
        try:
            return await self.store(interaction).get(number)
        except NoSuchDigest as error:
            raise UserError(no_such_digest_message(number)) from error

    async def _confirm(self, message: Message, channel: str, interaction: Interaction) -> None:
        try:
            await self.channels.confirm_in_channel(message, channel, interaction.user)
        except ChannelUnknown as error:
            raise UserError(channel_unknown_message(error.reason)) from error.__cause__
