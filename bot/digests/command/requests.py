"""What may be asked of digests, as `grammar` understands it."""

from dataclasses import dataclass

from bot.browse.model import HelpQuery
from bot.digests.model import DigestSpec


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form for a new digest."""


@dataclass(frozen=True, slots=True)
class CreateDigest:
    """A new digest.

    Attributes:
        plan: what was understood.
        channel_name: as it was typed, without its `#`; empty where Slack did not say, and for `here`.
    """

    plan: DigestSpec
    channel_name: str = ""


@dataclass(frozen=True, slots=True)
class ListDigests:
    """The digests there are; `all` was said, or was not."""

    all: bool = False


@dataclass(frozen=True, slots=True)
class ShowDigest:
    """Everything about one digest."""

    number: int


@dataclass(frozen=True, slots=True)
class PreviewDigest:
    """What a digest would say now, to the one who asks."""

    number: int


@dataclass(frozen=True, slots=True)
class RunDigest:
    """A digest at once, to its channel."""

    number: int


@dataclass(frozen=True, slots=True)
class PauseDigest:
    """No more of a digest until it is resumed."""

    number: int


@dataclass(frozen=True, slots=True)
class ResumeDigest:
    """A paused digest again."""

    number: int


@dataclass(frozen=True, slots=True)
class EditDigest:
    """A form for an existing digest."""

    number: int


@dataclass(frozen=True, slots=True)
class DeleteDigest:
    """A digest no more."""

    number: int


@dataclass(frozen=True, slots=True)
class RestoreDigest:
    """A deleted digest again."""

    number: int


DigestChange = EditDigest | PauseDigest | ResumeDigest | DeleteDigest | RestoreDigest
"""What only a digest's creator and admins may ask for."""

DigestRequest = (
    OpenForm | CreateDigest | ListDigests | ShowDigest | PreviewDigest | RunDigest | DigestChange | HelpQuery
)
