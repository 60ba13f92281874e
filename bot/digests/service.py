"""Digests as people deal with them: what it takes to make and to change one.

The order is always the same. First Slack proves that the person and the bot are in the channel, by a line
there that says what was asked and no more. Then the database commits. Only then anything is said to be done.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.access.model import Right
from bot.cloudflare.cache import CachedWorkflows
from bot.digests.causes import ENOUGH_DETAILS
from bot.digests.codec import plan_version
from bot.digests.command.requests import OfInstances
from bot.digests.links import digest_links, instance_buttons
from bot.digests.messages.confirmations import (
    asked_here_message,
    changed_message,
    created_elsewhere_message,
    created_message,
    deleted_message,
    moved_away_message,
    not_announced_text,
    with_no_worker_warning,
    with_undelivered_warning,
)
from bot.digests.messages.instances import reported_message
from bot.digests.messages.refusals import (
    changed_meanwhile_message,
    channel_unknown_message,
    no_such_digest_message,
)
from bot.digests.messages.report import DigestControls, DigestMessages, digest_message
from bot.digests.model import Digest, DigestSpec
from bot.digests.names import validate_workflow_names
from bot.digests.reading import ReportBuilder
from bot.digests.scope import DigestScope, report_all
from bot.digests.store import DigestChanged, DigestRepository, NoSuchDigest
from bot.jobs.presence import WorkerMonitor
from bot.slack.channels import ChannelAccess, ChannelUnavailable, ChannelUnknown
from bot.slack.interaction import Interaction
from bot.slack.reply import UserError
from bot.slack.requests import RequestStore
from bot.storage.database import is_outage
from bot.ui.elements import Message

_RESTARTING: Final = "this bot is being restarted"


@dataclass(frozen=True, slots=True)
class Saved:
    """A digest that was made or changed.

    Attributes:
        digest: as the database has it.
        moved_from: the channel that it went to before; empty where it did not move.
        same: other digests of its channel with the same contents and times.
        unannounced: why it was not announced in a channel, in plain text, by Slack's id of the channel.
    """

    digest: Digest
    moved_from: str = ""
    same: Sequence[Digest] = ()
    unannounced: Mapping[str, str] = field(default_factory=dict)


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
        scope: says what digests may tell.
        workers: says whether any worker could deliver.
    """

    stores: Callable[[str], DigestRepository]
    reports: ReportBuilder
    accounts: Mapping[str, CachedWorkflows]
    requests: RequestStore
    channels: ChannelAccess
    now: Callable[[], datetime]
    scope: DigestScope
    workers: WorkerMonitor

    def store(self, interaction: Interaction) -> DigestRepository:
        """Return the digests of the workspace that a person acts in."""
        return self.stores(interaction.team)

    async def create(self, spec: DigestSpec, interaction: Interaction) -> Saved:
        """Make a digest, and announce it in its channel unless the answer goes there.

        Raises:
            PlanRefused: the person may not have it, or its channel may not read it.
            ChannelUnavailable: it can't go there.
            UserError: Slack does not say whether it can.
            QueryError: a workflow does not exist.
            CloudflareError, UnknownAccount: its account can't be read.
        """
        await self._validate(spec, interaction)
        await self._prove(spec.channel, interaction)
        digest = await self.store(interaction).create(spec, interaction.user)
        same = await self._find_same(digest, interaction)
        said = {spec.channel: created_message(digest, same)}
        return Saved(digest, same=same, unannounced=await self._announce(said, interaction))

    async def update(
        self, number: int, spec: DigestSpec, interaction: Interaction, version: str = ""
    ) -> Saved:
        """Give a digest another plan; one that moves is announced in both channels.

        One that paused itself is active again: the plan was changed because of that.

        Args:
            number: the digest's.
            spec: the other plan.
            interaction: of the person who changes it.
            version: `plan_version` of the plan that they saw; empty where that is not known.

        Raises:
            UserError: there is none, it was changed meanwhile, or Slack does not say whether it can go there.
            PlanRefused, ChannelUnavailable, QueryError, CloudflareError, UnknownAccount: as `create`.
        """
        digest = await self.get(number, interaction)
        if version not in ("", plan_version(digest.plan)):
            raise UserError(changed_meanwhile_message(digest))
        await self._validate(spec, interaction)
        before, had_stopped = digest.plan.channel, digest.pause_reason is not None
        if spec.channel != before or had_stopped:
            await self._prove(spec.channel, interaction)
        try:
            changed = await self.store(interaction).change(digest, spec, resume=had_stopped)
        except DigestChanged as error:
            now = await self.get(number, interaction)
            is_deleted = now.state == "deleted"
            raise UserError(deleted_message(now) if is_deleted else changed_meanwhile_message(now)) from error
        same = await self._find_same(changed, interaction)
        if spec.channel == before:
            return Saved(changed, same=same)
        said = {spec.channel: changed_message(changed, same=same), before: moved_away_message(changed)}
        return Saved(changed, before, same, await self._announce(said, interaction))

    async def preview(
        self, spec: DigestSpec, interaction: Interaction, digest: Digest | None = None
    ) -> DigestMessages:
        """Return what the next digest of this plan would say so far, for one reader; keep the baseline.

        It tells what the reader may look at, too.

        Raises:
            CloudflareError, UnknownAccount: its account can't be read.
        """
        viewer = await self.scope.access.viewer(interaction)
        may_report = report_all if digest is None else await self.scope.reportable(digest)
        report = await self.reports.report(
            spec,
            digest.baseline if digest else None,
            missed=await self.stores(digest.team).list_missed(digest.number) if digest else (),
            patient=False,
            may_report=lambda account, name: (
                may_report(account, name) and viewer.may(Right.VIEW, account, name)
            ),
            team=interaction.team,
            most_details=ENOUGH_DETAILS,  # its requests use the person's share, and should leave some of it
        )
        if digest is None:  # in a modal, which has no buttons
            return digest_message(None, report, DigestControls(is_preview=True))
        links = await digest_links(digest.number, report, self.requests, digest.team)
        controls = DigestControls(links, is_preview=True, next_due=digest.next_due)
        return digest_message(digest.number, report, controls)

    async def list_reported(self, request: OfInstances, interaction: Interaction) -> Message:
        """Return instances that a digest reported, as it reported them; Cloudflare is not asked."""
        return reported_message(request, await instance_buttons(request, self.requests, interaction.team))

    async def get(self, number: int, interaction: Interaction) -> Digest:
        """Return a digest, a deleted one too while it can be restored.

        Raises:
            UserError: there is none.
        """
        try:
            return await self.store(interaction).get(number)
        except NoSuchDigest as error:
            raise UserError(no_such_digest_message(number)) from error

    async def restore(self, number: int, interaction: Interaction) -> Saved:
        """Undo a deletion; a digest that is there stays as it is.

        Raises:
            NoSuchDigest, TooManyDigests: as `DigestRepository.restore`.
        """
        digest = await self.store(interaction).restore(number)
        return Saved(digest, same=await self._find_same(digest, interaction))

    async def confirm_created(self, saved: Saved, interaction: Interaction) -> Message:
        """Confirm a new digest to its creator; elsewhere than in its channel in short."""
        if interaction.channel == saved.digest.plan.channel:
            confirmation = created_message(saved.digest, saved.same)
        else:
            confirmation = created_elsewhere_message(saved.digest, saved.unannounced, saved.same)
        return await self.warn_if_no_worker(confirmation, interaction)

    async def warn_if_no_worker(self, message: Message, interaction: Interaction) -> Message:
        """Add a warning when no worker could deliver, or none has delivered for a while."""
        try:
            workers = await self.workers.get_status()
            is_served = await self.store(interaction).is_served()
        except Exception as error:
            if not is_outage(error):
                raise
            return message  # the change is made, whatever happened to the database since
        if not workers.ok:
            return with_undelivered_warning(message, workers.fault)
        return message if is_served else with_no_worker_warning(message)

    async def _validate(self, spec: DigestSpec, interaction: Interaction) -> None:
        viewer = await self.scope.require_plan(spec, interaction)
        await validate_workflow_names(
            spec, self.accounts, lambda name: viewer.may(Right.SUBSCRIBE, spec.account, name)
        )

    async def _find_same(self, digest: Digest, interaction: Interaction) -> Sequence[Digest]:
        return await self.store(interaction).find_same(digest, next(iter(self.accounts)))

    async def _prove(self, channel: str, interaction: Interaction) -> None:
        """Prove that the person and the bot are in a channel."""
        try:
            await self.channels.show(asked_here_message(), channel, interaction.user)
        except ChannelUnknown as error:
            raise UserError(channel_unknown_message(error.reason)) from error.__cause__

    async def _announce(self, said: Mapping[str, Message], interaction: Interaction) -> dict[str, str]:
        """Announce what is done in some channels; return why not, by channel.

        The answer itself is the announcement in the channel that it goes to.
        """
        problems = {}
        for channel, message in said.items():
            if channel == interaction.channel:
                continue
            if _is_stopping():
                problems[channel] = _RESTARTING
                continue
            try:
                await self.channels.show(message, channel, interaction.user)
            except (ChannelUnavailable, ChannelUnknown) as error:
                problems[channel] = not_announced_text(error.reason)
            except asyncio.CancelledError:  # it is done all the same, and that is to be answered
                problems[channel] = _RESTARTING
        return problems


def _is_stopping() -> bool:
    """Return whether the end of this process has cancelled this task, which a write has outlived."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
