"""Who may do what with digests. The router asks before a handler begins.

A digest's creator and the admins may do everything with it, from anywhere. People in its channel may look at
it and run it there. Everyone may create one in a channel where they are, which Slack proves meanwhile.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.digests.command.requests import ListDigests, OfDigest, SaveDigest
from bot.digests.messages.confirmations import (
    deleted_message,
    no_such_digest_message,
    not_all_message,
    not_shown_message,
    not_yours_message,
)
from bot.digests.model import Digest
from bot.digests.store import DigestRepository, NoSuchDigest
from bot.slack.interaction import Interaction
from bot.slack.reply import UserError


@dataclass(frozen=True, slots=True)
class DigestRights:
    """The rights that requests about digests need.

    Attributes:
        stores: has the digests of each workspace, by Slack's id of it.
        admins: Slack's ids of those who may change any digest.
    """

    stores: Callable[[str], DigestRepository]
    admins: Sequence[str]

    async def require_view(self, request: OfDigest, interaction: Interaction) -> None:
        """Require a digest that the person may look at: their own, one of this channel, or any for an admin.

        Raises:
            UserError: there is none, or they may not.
        """
        digest = await self._active(request.number, interaction)
        if not self.may_change(digest, interaction) and interaction.channel != digest.plan.channel:
            raise UserError(not_shown_message(digest, self.admins))

    async def require_change(self, request: OfDigest, interaction: Interaction) -> None:
        """Require a digest that the person may change.

        Raises:
            UserError: there is none, or they may not.
        """
        self._check_change(await self._active(request.number, interaction), interaction)

    async def require_restore(self, request: OfDigest, interaction: Interaction) -> None:
        """Require a digest that the person may change, a deleted one too.

        Raises:
            UserError: there is none, or they may not.
        """
        self._check_change(await self._digest(request.number, interaction), interaction)

    async def require_save(self, request: SaveDigest, interaction: Interaction) -> None:
        """Require that the person may change the digest of a form; a new one is everyone's.

        Raises:
            UserError: there is none, or they may not.
        """
        if request.number is not None:
            self._check_change(await self._active(request.number, interaction), interaction)

    async def require_list(self, request: ListDigests, interaction: Interaction) -> None:
        """Require an admin for the digests of all channels.

        Raises:
            UserError: the person is none.
        """
        if request.all and interaction.user not in self.admins:
            raise UserError(not_all_message(self.admins))

    def may_change(self, digest: Digest, interaction: Interaction) -> bool:
        """Return whether the person made the digest or is an admin."""
        return interaction.user == digest.creator or interaction.user in self.admins

    def _check_change(self, digest: Digest, interaction: Interaction) -> None:
        if not self.may_change(digest, interaction):
            raise UserError(not_yours_message(digest, self.admins))

    async def _active(self, number: int, interaction: Interaction) -> Digest:
        """Return a digest that is not deleted; people who may undo a deletion are told how."""
        digest = await self._digest(number, interaction)
        if digest.state == "deleted":
            may_undo = self.may_change(digest, interaction)
            raise UserError(deleted_message(digest) if may_undo else no_such_digest_message(number))
        return digest

    async def _digest(self, number: int, interaction: Interaction) -> Digest:
        try:
            return await self.stores(interaction.team).get(number)
        except NoSuchDigest as error:
            raise UserError(no_such_digest_message(number)) from error
