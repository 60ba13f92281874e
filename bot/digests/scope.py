"""What a digest may tell: what all its readers may look at, and what its creator may have it tell.

It is asked when a digest is made or changed, and again each time that it goes out.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.access.messages import ACCESS, channel_refused_message, channel_refused_text
from bot.access.model import Right
from bot.access.policy import Access, Viewer
from bot.cloudflare.errors import CloudflareError
from bot.digests.model import Digest, DigestSpec
from bot.slack.interaction import Interaction
from bot.slack.lookups import LookupFailed
from bot.slack.reply import UserError
from bot.ui.elements import Message
from bot.ui.explanations import Problem, explain
from bot.ui.mrkdwn import command

MayReport = Callable[[str | None, str], bool]
"""Says whether a digest may tell of a workflow, by its account and its name."""


def report_all(_account: str | None, _workflow: str) -> bool:
    """Say that every workflow may be told of, as to the operator."""
    return True


class NotAllowed(CloudflareError):
    """A digest may not tell of a workflow, as if Cloudflare did not give it."""

    def __init__(self) -> None:
        super().__init__("its channel or its creator may not look at it any more")


class CreatorUnknown(CloudflareError):
    """Slack does not say who the creator of a digest is, so it is not known what the digest may tell."""


class PlanRefused(UserError):
    """Raised when a person may not have a plan.

    Attributes:
        field: the form's field that is wrong.
        text: what to say there, in plain text.
    """

    def __init__(self, message: Message, field: str, text: str) -> None:
        super().__init__(message)
        self.field = field
        self.text = text


@dataclass(frozen=True, slots=True)
class DigestScope:
    """Says what digests may tell.

    Attributes:
        access: knows who may do what.
    """

    access: Access

    async def require_plan(self, plan: DigestSpec, interaction: Interaction) -> Viewer:
        """Require that a person may have a plan, and that its channel may read it; return the person.

        Raises:
            PlanRefused: they may not, or it may not.
            UserError: Slack does not say who they are.
        """
        viewer = await self.access.viewer(interaction)
        for name in plan.workflows or (None,):
            if not _may(viewer, Right.SUBSCRIBE, plan.account, name):
                message = viewer.refusal(Right.SUBSCRIBE, plan.account, name).message
                what = "digests here" if name is None else f"digests of {name} here"
                raise PlanRefused(message, "workflows", f"You may not set up {what}. See: {ACCESS}")
            if not self._readers_may_view(plan.channel, viewer, plan.account, name):
                message = channel_refused_message(plan.channel, name)
                raise PlanRefused(message, "channel", channel_refused_text(name))
        return viewer

    async def reportable(self, digest: Digest) -> MayReport:
        """Return a filter of the workflows that a digest may tell of now.

        Where no rules are set its creator is not looked up: all who could make it still may. In a direct
        message they are the only reader, and may be a guest by now.

        Raises:
            CreatorUnknown: Slack does not say who its creator is.
        """
        channel = digest.plan.channel
        if not self.access.rules.are_set and not channel.startswith("D"):
            return lambda account, name: self._readers_may_view(channel, None, account, name)
        try:
            creator = await self.access.viewer_of(digest.team, digest.creator, channel)
        except LookupFailed as error:
            raise CreatorUnknown(f"Slack did not say who its creator is: {error.reason}") from error
        return lambda account, name: (
            creator.may(Right.SUBSCRIBE, account, name)
            and self._readers_may_view(channel, creator, account, name)
        )

    def _readers_may_view(
        self, channel: str, creator: Viewer | None, account: str | None, workflow: str | None
    ) -> bool:
        """Return whether all who read a channel may look at a workflow, or at any of an account.

        A direct message is read by the creator alone.
        """
        if channel.startswith("D") and creator is not None:
            return _may(creator, Right.VIEW, account, workflow)
        return self.access.channel_may_view(channel, account, workflow)


def _may(viewer: Viewer, right: Right, account: str | None, workflow: str | None) -> bool:
    return viewer.may_any(right, account) if workflow is None else viewer.may(right, account, workflow)


@explain.register
def _(_: NotAllowed) -> Problem:
    return Problem(
        "This channel, or the digest's creator, may not look at this any more.",
        (f"What one may, and who may the rest: {command(ACCESS)}",),
    )


@explain.register
def _(_: CreatorUnknown) -> Problem:
    return Problem(
        "Slack did not say whether the digest's creator may still have it.",
        ("The next digest asks again. The bot's operator can see more with `workflows-bot check`.",),
    )
