"""What the steps of a delivery hand to each other. Jobs store it as JSON; aliases are the stored keys."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from bot.digests.model import Baseline, DigestSpec
from bot.slack.poster import OutgoingMessage

EVENT_TYPE: Final = "workflows_digest"
"""Metadata event type by which digest messages are recognised in Slack."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a run is about to post and record. It is stored before posting, so that retries post the same.

    Attributes:
        message: what is posted; None for a quiet digest without news.
        state: the state that the run will have.
        news: how many instances it reports.
        detail: why it failed, or which workflows could not be read, in words.
        plan: what was asked, and by `baseline`, for the next digest to continue from.
        baseline: None leaves the digest's as it was.
    """

    message: Annotated[OutgoingMessage | None, Field(alias="letter")]
    state: Literal["sent", "quiet", "failed"]
    news: int | None = None
    detail: str | None = None
    plan: DigestSpec | None = None
    baseline: Baseline | None = None


class SentKind(StrEnum):
    """How a try to post ended. Values are stored."""

    POSTED = "posted"
    RETRY = "again"
    MISSED = "late"
    """It is too late, or the digest was paused or deleted, as `why` says."""
    CHANNEL_GONE = "gone"
    REJECTED = "refused"
    SUPERSEDED = "over"
    """The run has ended or belongs to another attempt."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The result of a try to post.

    Attributes:
        kind: how it ended.
        ts: Slack's id of the message, if it was posted.
        why: Slack's error code, if it was not; or why it is not to be posted any more.
        wait: seconds until the next try.
    """

    kind: SentKind
    ts: str | None = None
    why: str | None = None
    wait: float = 0.0
