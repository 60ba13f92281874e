"""Who may do what with digests. The dispatcher asks before a handler begins.

The admins may do everything with a digest, from anywhere; so may its creator, while they are in its channel.
People in its channel may look at it and run it there. Everyone may create one in a channel where they are.

Who is in a channel is proved each time: by a command or a click there, else by Slack. Where the bot itself is
not in the channel, or it is archived, nothing can be proved and nothing can be posted: then the creator may
still move the digest elsewhere.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.access.model import Right
from bot.access.policy import Viewer
from bot.digests.command.requests import ListDigests, OfDigest, OfInstances, SaveDigest
from bot.digests.messages.confirmations import asked_elsewhere_message, deleted_message
from bot.digests.messages.refusals import (
    channel_unknown_message,
    no_longer_there_message,
    no_such_digest_message,
    not_all_message,
    not_shown_message,
    not_yours_message,
)
from bot.digests.model import Digest
from bot.digests.scope import DigestScope
from bot.digests.store import DigestRepository, NoSuchDigest
from bot.slack.channels import ChannelAccess, ChannelUnavailable, ChannelUnknown
from bot.slack.interaction import Interaction
from bot.slack.reply import UserError
from bot.slack.requests import Request


@dataclass(frozen=True, slots=True)
class DigestRights:
    """The rights that requests about digests need.

    Attributes:
        stores: has the digests of each workspace, by Slack's id of it.
        admins: Slack's ids of those who may change any digest.
        channels: proves that people are in channels.
        scope: says what they may have digests tell, and what they may look at.
    """

    stores: Callable[[str], DigestRepository]
    admins: Sequence[str]
    channels: ChannelAccess
    scope: DigestScope

    async def require_subscribe(self, _: Request, interaction: Interaction) -> None:
        """Require the right to set up digests of anything; that for the plan is asked once it is known.

        Raises:
            UserError: they lack it.
        """
        viewer = await self.scope.access.viewer(interaction)
        if not viewer.accounts_for(Right.SUBSCRIBE):
            raise viewer.refusal(Right.SUBSCRIBE, None)

    async def require_reported(self, request: OfInstances, interaction: Interaction) -> None:
        """Require the right to look at the workflow whose instances a digest reported.

        Raises:
            UserError: they lack it.
        """
        await self.scope.access.require(Right.VIEW, interaction, request.account, request.query.workflow)

    async def require_resume(self, request: OfDigest, interaction: Interaction) -> None:
        """Require a digest that the person may change, and may have go out.

        Raises:
            UserError: there is none, or they may not.
        """
        await self.require_change(request, interaction)
        await self.scope.require_plan((await self._get_active(request.number, interaction)).plan, interaction)

    async def require_view(self, request: OfDigest, interaction: Interaction) -> None:
        """Require a digest that the person may look at: their own, one of this channel, or any for an admin.

        Raises:
            UserError: there is none, or they may not.
        """
        viewer = await self.scope.access.viewer(interaction)

        async def get() -> Digest:
            digest = await self._get_active(request.number, interaction)
            viewer.require_any(Right.VIEW, digest.plan.account)
            if not self.may_change(digest, interaction):
                if not interaction.acts_in(digest.plan.channel):
                    raise UserError(not_shown_message(digest, self.admins))
                for name in digest.plan.workflows:
                    viewer.require(Right.VIEW, digest.plan.account, name)
            return digest

        await self._require_presence(get, interaction)

    async def require_change(self, request: OfDigest, interaction: Interaction) -> None:
        """Require a digest that the person may change.

        Raises:
            UserError: there is none, or they may not.
        """
        await self._require_change(lambda: self._get_active(request.number, interaction), interaction)

    async def require_restore(self, request: OfDigest, interaction: Interaction) -> None:
        """Require a digest that the person may change, a deleted one too.

        Raises:
            UserError: there is none, or they may not.
        """
        await self._require_change(lambda: self._get_digest(request.number, interaction), interaction)
        await self.scope.require_plan((await self._get_digest(request.number, interaction)).plan, interaction)

    async def require_save(self, request: SaveDigest, interaction: Interaction) -> None:
        """Require that the person may change the digest of a form; a new one is everyone's.

        Raises:
            UserError: there is none, or they may not.
        """
        number = request.number
        await self.require_subscribe(request, interaction)
        if number is not None:
            await self._require_change(lambda: self._get_active(number, interaction), interaction)

    async def require_list(self, request: ListDigests, interaction: Interaction) -> None:
        """Require an admin for the digests of all channels.

        Raises:
            UserError: the person is none.
        """
        if request.all and interaction.user not in self.admins:
            raise UserError(not_all_message(self.admins))

    def may_list(self, digest: Digest, viewer: Viewer, interaction: Interaction) -> bool:
        """Return whether a digest is listed to a person: they may change it, or look at all that it names."""
        named = digest.plan.workflows
        if not viewer.may_any(Right.VIEW, digest.plan.account):
            return False
        return self.may_change(digest, interaction) or named == viewer.among(named, digest.plan.account)

    def may_change(self, digest: Digest, interaction: Interaction) -> bool:
        """Return whether the person made the digest, and may change it where they are, or is an admin."""
        return interaction.user == digest.creator or interaction.user in self.admins

    def knows_presence(self, digest: Digest, interaction: Interaction) -> bool:
        """Return whether the person may look at a digest without a proof by Slack that they are there."""
        return interaction.user in self.admins or interaction.acts_in(digest.plan.channel)

    async def _require_change(self, get: Callable[[], Awaitable[Digest]], interaction: Interaction) -> None:
        async def get_changeable() -> Digest:
            digest = await get()
            if not self.may_change(digest, interaction):
                raise UserError(not_yours_message(digest, self.admins))
            return digest

        await self._require_presence(get_changeable, interaction)

    async def _require_presence(self, get: Callable[[], Awaitable[Digest]], interaction: Interaction) -> None:
        """Require that the person is in the channel of a digest, wherever it moves during the proof."""
        digest, proved = await get(), ""
        while proved != digest.plan.channel and not self.knows_presence(digest, interaction):
            proved = digest.plan.channel
            await self._prove(digest, interaction)
            digest = await get()

    async def _prove(self, digest: Digest, interaction: Interaction) -> None:
        line = asked_elsewhere_message(digest.number)
        try:
            await self.channels.show(line, digest.plan.channel, interaction.user)
        except ChannelUnavailable as error:
            if error.reason == "person":
                raise UserError(no_longer_there_message(digest.number, self.admins)) from error
        except ChannelUnknown as error:
            raise UserError(channel_unknown_message(error.reason)) from error.__cause__

    async def _get_active(self, number: int, interaction: Interaction) -> Digest:
        """Return a digest that is not deleted; people who may undo a deletion are told how."""
        digest = await self._get_digest(number, interaction)
        if digest.state == "deleted":
            may_undo = self.may_change(digest, interaction)
            raise UserError(deleted_message(digest) if may_undo else no_such_digest_message(number))
        return digest

    async def _get_digest(self, number: int, interaction: Interaction) -> Digest:
        try:
            return await self.stores(interaction.team).get(number)
        except NoSuchDigest as error:
            raise UserError(no_such_digest_message(number)) from error
