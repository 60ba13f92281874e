"""What the steps of a delivery hand to each other. Jobs store it as JSON; aliases are the stored keys."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from bot.digests.model import Baseline, DigestSpec
from bot.digests.runs import ActiveRun
from bot.slack.poster import OutgoingMessage

EVENT_TYPE: Final = "workflows_digest"
"""Metadata event type by which digest messages are recognised in Slack."""


_LATE: Final = timedelta(minutes=1)
"""Longer than a run waits for its turn on most days."""
_BREAK: Final = timedelta(seconds=10)
"""More than a worker's rounds are apart."""


@dataclass(slots=True)
class Watch:
    """How long this worker has used its database without a break.

    In a break a backup may have been put in the database's place, or a replica that lacks what was last
    written: it has forgotten what was posted.

    Attributes:
        since: when it found the database after the last break; None before that.
        seen_at: when it last found it.
    """

    since: datetime | None = None
    seen_at: datetime | None = None

    def note(self, now: datetime) -> None:
        """Note that the database answers; call it every few seconds."""
        if self.seen_at is None or now - self.seen_at > _BREAK:
            self.since = now
        self.seen_at = now

    def note_failure(self) -> None:
        """Note that the database did not answer."""
        self.since = self.seen_at = None

    def has_seen(self, moment: datetime) -> bool:
        """Return whether the database was there from a moment on."""
        return self.since is not None and self.since <= moment


def maybe_posted_since(active: ActiveRun, now: datetime, watch: Watch) -> datetime | None:
    """Return since when the message of a run may be in its channel; None if it can't be there.

    A run may have been posted although the database knows nothing of it. So one that is late is looked for,
    and one that was due before this worker has found its database. Any other costs no search.
    """
    if active.posting:
        return active.run.began_at or active.run.due_at
    is_known = now - active.run.due_at <= _LATE and watch.has_seen(active.run.due_at)
    return None if is_known else active.run.due_at


_UNDER_WAY: Final = timedelta(seconds=15)
"""A message is shown within this time after it was about to be posted, or never: a request of the bot's ends
after ten seconds."""


def wait_for_post(active: ActiveRun, now: datetime) -> timedelta:
    """Return how long a message that is not in its channel may still come to be there; zero if it can't.

    Slack may have the request of a worker that has died, or a worker that stood still may yet send it. Clocks
    of workers differ by seconds; a mark that is further ahead was made before the clock was put back.
    """
    if not active.posting or active.posting_at is None:
        return timedelta(0)
    elapsed = now - active.posting_at
    return _UNDER_WAY - elapsed if abs(elapsed) < _UNDER_WAY else timedelta(0)


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
