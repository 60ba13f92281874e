"""What is posted, and what may become of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from bot.digests.messages.report import maybe_repeated
from bot.digests.model import Baseline, DigestSpec
from bot.ui.elements import Message


@dataclass(frozen=True, slots=True)
class Posted:
    """It stands in the channel; `ts` is Slack's name for it."""

    ts: str


@dataclass(frozen=True, slots=True)
class NotYet:
    """It was not taken, and may be later: after `wait`, if Slack said how long."""

    why: str
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """There was no answer that says whether it was taken."""

    why: str


@dataclass(frozen=True, slots=True)
class ChannelGone:
    """The bot can't post there, and won't be able to until somebody changes that."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Slack does not take it, now or later."""

    why: str


Outcome = Posted | NotYet | Unclear | ChannelGone | Refused


@dataclass(frozen=True, slots=True)
class Letter:
    """What is posted, and where.

    Attributes:
        channel: Slack's id of it, or of a person for a direct message.
        variants: the same message, from the richest to the plainest.
        thread: the message that it answers.
        mark: what it is known by again; None for a message that is not looked for.
        unsure: it may stand there already, and the bot may not look.
    """

    channel: str
    variants: tuple[Message, ...]
    thread: str | None = None
    mark: Mapping[str, str | int] | None = None
    unsure: bool = False

    def repeated(self) -> "Letter":
        """The same, saying that it may stand there already."""
        noted = tuple(maybe_repeated(variant) if variant.blocks else variant for variant in self.variants)
        return replace(self, variants=noted)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a run is about to come to. It is kept before anything is posted, so that it is posted as it is.

    Attributes:
        letter: what is posted; None for a quiet digest without news.
        state: what the run will be.
        news: how many instances it tells of.
        detail: why, where it is no digest.
        plan: what was asked, and by `baseline`, for the next digest to go on from.
    """

    letter: Letter | None
    state: Literal["sent", "quiet", "failed"]
    news: int | None = None
    detail: str | None = None
    plan: DigestSpec | None = None
    baseline: Baseline | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a letter.

    Attributes:
        kind: `over` says that the run is none of this attempt's any more.
        ts: Slack's name for the message, if it was posted.
        why: Slack's word, if it was not.
        wait: seconds until the next try.
    """

    kind: Literal["posted", "again", "late", "gone", "refused", "over"]
    ts: str | None = None
    why: str | None = None
    wait: float = 0.0
