"""What people ask of digests: typed, by a button, or by the form."""

from dataclasses import dataclass
from typing import ClassVar, Final

from bot.browse.model import HelpQuery
from bot.digests.model import DigestSpec
from bot.slack.requests import Request, RequestCodec


@dataclass(frozen=True, slots=True)
class OpenForm(Request):
    """A form for a new digest."""

    kind: ClassVar[str] = "digest_new"


@dataclass(frozen=True, slots=True)
class CreateDigest(Request):
    """A new digest.

    Attributes:
        plan: what was understood.
        channel_name: as it was typed, without its `#`; empty where Slack did not say, and for `here`.
    """

    kind: ClassVar[str] = "digest_create"
    plan: DigestSpec
    channel_name: str = ""


@dataclass(frozen=True, slots=True)
class ListDigests(Request):
    """The digests there are; `all` was said, or was not."""

    kind: ClassVar[str] = "digest_list"
    all: bool = False


@dataclass(frozen=True, slots=True)
class OfDigest(Request):
    """A request about one digest."""

    number: int


@dataclass(frozen=True, slots=True)
class ShowDigest(OfDigest):
    """Everything about one digest."""

    kind: ClassVar[str] = "digest_show"


@dataclass(frozen=True, slots=True)
class PreviewDigest(OfDigest):
    """What a digest would say now, to the person who asks."""

    kind: ClassVar[str] = "digest_preview"


@dataclass(frozen=True, slots=True)
class RunDigest(OfDigest):
    """A digest at once, to its channel."""

    kind: ClassVar[str] = "digest_run"


@dataclass(frozen=True, slots=True)
class PauseDigest(OfDigest):
    """No more of a digest until it is resumed."""

    kind: ClassVar[str] = "digest_pause"


@dataclass(frozen=True, slots=True)
class ResumeDigest(OfDigest):
    """A paused digest again."""

    kind: ClassVar[str] = "digest_resume"


@dataclass(frozen=True, slots=True)
class EditDigest(OfDigest):
    """A form for an existing digest."""

    kind: ClassVar[str] = "digest_edit"


@dataclass(frozen=True, slots=True)
class DeleteDigest(OfDigest):
    """A digest no more."""

    kind: ClassVar[str] = "digest_delete"


@dataclass(frozen=True, slots=True)
class RestoreDigest(OfDigest):
    """A deleted digest again."""

    kind: ClassVar[str] = "digest_restore"


@dataclass(frozen=True, slots=True)
class SaveDigest(Request):
    """The submitted form: of a new digest, or of the digest of a number."""

    kind: ClassVar[str] = "digest_save"
    number: int | None = None


@dataclass(frozen=True, slots=True)
class PreviewForm(Request):
    """What a digest would say that is made of the form as it stands."""

    kind: ClassVar[str] = "digest_form_preview"


@dataclass(frozen=True, slots=True)
class SuggestZones(Request):
    """Time zones for a menu."""

    kind: ClassVar[str] = "digest_zone"
    typed: str = ""


@dataclass(frozen=True, slots=True)
class SuggestWorkflows(Request):
    """Workflows for a menu."""

    kind: ClassVar[str] = "digest_workflows"
    typed: str = ""


DigestRequest = OpenForm | CreateDigest | ListDigests | OfDigest | HelpQuery
"""What a command about digests asks for."""

DIGEST_CODEC: Final = RequestCodec(
    (
        ShowDigest,
        PreviewDigest,
        RunDigest,
        PauseDigest,
        ResumeDigest,
        EditDigest,
        DeleteDigest,
        RestoreDigest,
    ),
    common=b'digest_{"number":',
)
"""Writes and reads what the buttons of digests carry. A button's action id is its request's kind."""
