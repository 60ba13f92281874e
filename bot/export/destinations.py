"""Where an export's file can go, and what all who read it there may see."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.access.model import Right
from bot.access.policy import Access, Viewer
from bot.browse.selection import PATTERN, Selection
from bot.export.messages import proof_message
from bot.export.refusals import (
    channel_refused_message,
    channel_unavailable_message,
    not_allowed_message,
    not_begun_message,
)
from bot.export.requests import StartExport
from bot.slack.channels import ChannelAccess, ChannelUnavailable, ChannelUnknown
from bot.slack.files import FileNotSent, FileSender, FilesNotAllowed
from bot.slack.interaction import Interaction
from bot.slack.reply import UserError

_DIRECT_MESSAGE: Final = "D"


@dataclass(frozen=True, slots=True)
class Destinations:
    """Knows where files can go, and who reads them there.

    Attributes:
        files: says whether the bot may send any.
        channels: proves that a person and the bot are in a channel.
        access: says what those in a channel may look at.
    """

    files: FileSender
    channels: ChannelAccess
    access: Access

    async def require(self, request: StartExport, interaction: Interaction) -> None:
        """Require that the file can go where it is asked for.

        Raises:
            UserError: the person or the bot is not in the channel, or the bot may send no files.
        """
        again = request.again()
        try:
            if request.channel:
                proof = proof_message(request.channel)
                await self.channels.show(proof, request.channel, interaction.user)
            await self.files.require_allowed()
        except ChannelUnavailable as error:
            refusal = channel_unavailable_message(request.channel, error.reason, again)
            raise UserError(refusal) from error
        except ChannelUnknown as error:
            raise UserError(not_begun_message(error.reason, again)) from error
        except FilesNotAllowed as error:
            raise UserError(not_allowed_message(again)) from error
        except FileNotSent as error:
            raise UserError(not_begun_message(str(error), again)) from error

    def workflow_filter(self, channel: str, viewer: Viewer, selection: Selection) -> Callable[[str], bool]:
        """Return a filter of workflows, by their names: those that all who read the file may look at.

        Args:
            channel: that gets it; empty for the person alone.
            viewer: the person who asks for it.
            selection: what they ask for.

        Raises:
            UserError: those in the channel may not look at one that is named.
        """
        account = selection.account

        def readers_may_view(workflow: str) -> bool:
            is_private = not channel or channel.startswith(_DIRECT_MESSAGE)  # the person alone reads it
            return is_private or self.access.channel_may_view(channel, account, workflow)

        for name in selection.workflows:
            if PATTERN not in name and not readers_may_view(name):
                raise UserError(channel_refused_message(channel, name))
        return lambda workflow: viewer.may(Right.VIEW, account, workflow) and readers_may_view(workflow)
