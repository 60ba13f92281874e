"""Answers about digests to commands and buttons; the form has its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.digests.codec import plan_version
from bot.digests.command.addressees import Channel
from bot.digests.command.requests import (
    ChangeDigest,
    CreateDigest,
    DeleteDigest,
    ListDigests,
    OpenInstances,
    PauseDigest,
    PreviewDigest,
    RestoreDigest,
    ResumeDigest,
    RunDigest,
    ShowDigest,
    TurnInstances,
)
from bot.digests.messages.confirmations import (
    changed_message,
    deleted_message,
    paused_message,
    restored_message,
    resumed_message,
    run_started_message,
    run_too_soon_message,
    run_waiting_message,
    with_question,
)
from bot.digests.messages.listing import digest_details_message, digests_message
from bot.digests.messages.phrases import command_of
from bot.digests.messages.refusals import channel_unavailable_message
from bot.digests.model import Digest, spec_command
from bot.digests.rights import DigestRights
from bot.digests.service import DigestService
from bot.digests.store import DigestChanged
from bot.slack.channels import ChannelUnavailable
from bot.slack.interaction import Interaction
from bot.slack.reply import (
    Reply,
    ShowMessage,
    UserError,
)
from bot.ui.elements import Message

UPCOMING: Final = 3


@dataclass(frozen=True, slots=True)
class DigestHandlers:
    """Handlers of what is typed about digests and of their buttons.

    Attributes:
        digests: makes and changes them.
        rights: who may change which; that they may is asked before, by the dispatcher.
    """

    digests: DigestService
    rights: DigestRights

    async def create(self, request: CreateDigest, interaction: Interaction) -> Reply:
        """Create the digest that was typed."""
        try:
            saved = await self.digests.create(request.plan, interaction)
        except ChannelUnavailable as error:
            to = Channel(request.plan.channel, request.channel_name)
            again = spec_command(request.plan, _channel_words(to))
            message = channel_unavailable_message(error.reason, to, again)
            raise UserError(message) from error
        return ShowMessage(await self.digests.confirm_created(saved, interaction))

    async def list_digests(self, request: ListDigests, interaction: Interaction) -> Reply:
        """Show this channel's digests and the person's own; for admins who ask for them, all."""
        store = self.digests.store(interaction)
        if request.all:
            found = {digest.number: digest for digest in await store.list_all()}
        else:
            here = await store.list_of_channel(interaction.channel) if interaction.channel else ()
            own = await store.list_of_creator(interaction.user)
            found = {digest.number: digest for digest in (*here, *own)}
        viewer = await self.rights.scope.access.viewer(interaction)
        listed = [found[number] for number in sorted(found)]
        shown = [digest for digest in listed if self.rights.may_list(digest, viewer, interaction)]
        may_change = {digest.number for digest in shown if self.rights.may_change(digest, interaction)}
        in_full = {digest.number for digest in shown if self.rights.knows_presence(digest, interaction)}
        confirmation = digests_message(shown, may_change, in_full)
        if request.wanted:
            confirmation = with_question(confirmation, request.wanted)
        return ShowMessage(await self.digests.warn_if_no_worker(confirmation, interaction))

    async def show(self, request: ShowDigest, interaction: Interaction) -> Reply:
        """Show one digest with its next times and its last runs."""
        digest = await self.digests.get(request.number, interaction)
        schedule, now = digest.plan.schedule, self.digests.now()
        upcoming = tuple(schedule.upcoming(now, UPCOMING)) if digest.next_due else ()
        runs = await self.digests.store(interaction).list_runs(digest.number)
        may_change = self.rights.may_change(digest, interaction)
        here = _own_channel_words(interaction) if interaction.channel == digest.plan.channel else ""
        message = digest_details_message(digest, upcoming, runs, may_change=may_change, here=here)
        return ShowMessage(await self.digests.warn_if_no_worker(message, interaction))

    async def preview(self, request: PreviewDigest, interaction: Interaction) -> Reply:
        """Show what a digest would say now."""
        digest = await self.digests.get(request.number, interaction)
        messages = await self.digests.preview(digest.plan, interaction, digest)
        return ShowMessage(messages.full, plain=messages.plain)

    async def run(self, request: RunDigest, interaction: Interaction) -> Reply:
        """Have a digest posted now; people who read it in its channel may do so, too."""
        try:
            asked = await self.digests.store(interaction).run_now(request.number)
        except DigestChanged:
            return ShowMessage(deleted_message(await self.digests.get(request.number, interaction)))
        digest = await self.digests.get(request.number, interaction)
        if asked.again_at is not None:
            return ShowMessage(run_too_soon_message(digest, asked.run, asked.again_at))
        confirmation = run_started_message(digest) if asked.added else run_waiting_message(digest, asked.run)
        return ShowMessage(await self.digests.warn_if_no_worker(confirmation, interaction))

    async def open_instances(self, request: OpenInstances, interaction: Interaction) -> Reply:
        """Show the instances that a digest reported and had no room for."""
        return ShowMessage(await self.digests.list_reported(request, interaction))

    async def turn_instances(self, request: TurnInstances, interaction: Interaction) -> Reply:
        """Show other ones of them in place of the message."""
        return ShowMessage(await self.digests.list_reported(request, interaction), in_place=True)

    async def change(self, request: ChangeDigest, interaction: Interaction) -> Reply:
        """Apply typed changes to a digest."""
        digest = await self.digests.get(request.number, interaction)
        spec = request.changes.apply(digest.plan)
        try:
            saved = await self.digests.update(request.number, spec, interaction, plan_version(digest.plan))
        except ChannelUnavailable as error:
            to = Channel(spec.channel, request.changes.channel_name)
            again = f"{command_of('edit', request.number)} {_channel_words(to)}"
            message = channel_unavailable_message(error.reason, to, again)
            raise UserError(message) from error
        confirmation = changed_message(saved.digest, saved.moved_from, saved.unannounced, saved.same)
        return ShowMessage(confirmation)

    async def pause(self, request: PauseDigest, interaction: Interaction) -> Reply:
        """Pause a digest."""
        digest = await self.digests.store(interaction).pause(request.number)
        return _changed(digest, paused_message, in_place=request.in_place)

    async def resume(self, request: ResumeDigest, interaction: Interaction) -> Reply:
        """Resume a digest."""
        digest = await self.digests.store(interaction).resume(request.number)
        return _changed(digest, resumed_message, in_place=request.in_place)

    async def delete(self, request: DeleteDigest, interaction: Interaction) -> Reply:
        """Delete a digest; the answer has a button that restores it."""
        digest = await self.digests.store(interaction).delete(request.number)
        return ShowMessage(deleted_message(digest), in_place=request.in_place)

    async def restore(self, request: RestoreDigest, interaction: Interaction) -> Reply:
        """Undo a deletion. A digest that is there stays as it is, paused or not."""
        saved = await self.digests.restore(request.number, interaction)
        return ShowMessage(restored_message(saved.digest, saved.same), in_place=request.in_place)


def _channel_words(to: Channel) -> str:
    """Return a channel as people type it; `here` if its name is not known."""
    return f"#{to.name}" if to.name else "here"


def _own_channel_words(interaction: Interaction) -> str:
    """Return the channel of an interaction as people type it."""
    return f"#{interaction.channel_name}" if interaction.channel_name else "here"


def _changed(digest: Digest, say: Callable[[Digest], Message], *, in_place: bool) -> Reply:
    """Say what became of a digest, unless somebody deleted it at the same time."""
    confirmation = deleted_message(digest) if digest.state == "deleted" else say(digest)
    return ShowMessage(confirmation, in_place=in_place)
