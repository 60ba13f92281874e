"""The second step of a delivery: post the message exactly once, however often the step is repeated.

The database notes each try before it is made. After such a note, and where the run is late, the sender
searches the channel before it posts: a database restored from a backup has lost the note. What it does not
find soon after the note may still be on its way from a worker that has died, so it waits and searches again.
If the bot may not read the channel after such a note, it posts again and the message says that it may be
there twice: twice is better than never.

A try may come minutes after the message was made. Before each one the sender looks at what the digest is now:
one that was paused or deleted is not posted, one that was moved or changed is made anew.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.digests.delivery.late_runs import SearchedRuns, Watch, maybe_posted_since, wait_for_post
from bot.digests.delivery.model import Prepared, Sent, SentKind
from bot.digests.messages.report import maybe_repeated
from bot.digests.model import Digest
from bot.digests.runs import ActiveRun, Attempt, RunRepository
from bot.jobs.model import LAST_TRY, JobLease, LeaseLost, RetryPolicy
from bot.slack.poster import (
    ChannelGone,
    Outcome,
    OutgoingMessage,
    Posted,
    Poster,
    Rejected,
    RetryLater,
    Unknown,
)

_log = structlog.get_logger(__name__)

_RETRY_AFTER: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class MessageSender:
    """Posts what is prepared.

    Its methods raise `sqlalchemy.exc.SQLAlchemyError` or `OSError` while the database does not answer.

    Attributes:
        searched: the late runs whose message was looked for just now, when it was built.
        watch: since when the database is known not to have been replaced.
    """

    runs: RunRepository
    poster: Poster
    policy: RetryPolicy
    now: Callable[[], datetime]
    searched: SearchedRuns
    watch: Watch

    async def send(self, attempt: Attempt, prepared: Prepared, lease: JobLease) -> Sent:
        """Post what was prepared.

        Args:
            attempt: the run.
            prepared: with a message.
            lease: this worker's right to deliver the run.

        Raises:
            LeaseLost: another worker may have taken the run over.
        """
        active = await self.runs.find(attempt)
        message = prepared.message
        if active is None or message is None:
            return Sent(SentKind.SUPERSEDED)
        since = maybe_posted_since(active, self.now(), self.watch)
        if since is not None and (active.posting or attempt not in self.searched):
            found = await self._find_posted(active, message, since)
            if isinstance(found, Sent):
                return found
            message = found
        if not await lease.verify():
            raise LeaseLost(f"digest {attempt.digest}, {attempt.slot}")
        if (ended := await self._end_without_message(active, attempt, prepared, message)) is not None:
            return ended

        async def may_post() -> bool:
            """Note another request; refuse it if the process was paused past its lease."""
            if not lease.is_valid() or not await self.runs.mark_posting(attempt, message.channel, self.now()):
                return False
            return lease.is_valid()

        noted = _with_note(message) if message.maybe_posted else message
        outcome = await self.poster.post(noted, may_post)
        is_certain = isinstance(outcome, RetryLater | ChannelGone) and not message.maybe_posted
        if is_certain and lease.is_valid():
            await self.runs.unmark_posting(attempt)  # not after the lease: another worker may be posting
        return self._sent(active, outcome)

    async def _find_posted(
        self, active: ActiveRun, message: OutgoingMessage, since: datetime
    ) -> Sent | OutgoingMessage:
        """Return the result of an earlier try, or the message to post now."""
        found = await self.poster.find(message, since)
        if isinstance(found, Posted):
            _log.info("digest_found", digest=active.run.digest, slot=active.run.slot, ts=found.ts)
        elif not active.posting:
            return message  # that no try is known is reason enough to post, whatever Slack says
        elif isinstance(found, RetryLater) and (wait := wait_for_post(active, self.now())):
            return Sent(SentKind.RETRY, why="it may still be on its way", wait=wait.total_seconds())
        if isinstance(found, Posted | Unknown):
            return self._sent(active, found)
        return replace(message, maybe_posted=message.maybe_posted or isinstance(found, Rejected))

    async def _end_without_message(
        self, active: ActiveRun, attempt: Attempt, prepared: Prepared, message: OutgoingMessage
    ) -> Sent | None:
        """Return how the try ends if the message is not to be posted; None if it is.

        Where the digest is another one by now, another attempt makes its message for where it goes.
        """
        is_late = self.policy.is_too_late(active.run.due_at, self.now(), retried=True)
        if is_late or active.unwanted is not None:
            return Sent(SentKind.MISSED, why=active.unwanted)
        if not _is_outdated(active.digest, prepared, message):
            return None
        await self.runs.unmark_posting(attempt)
        if await self.runs.reschedule(attempt, self.now(), "the digest was changed"):
            _log.info("digest_outdated", digest=attempt.digest, slot=attempt.slot)
        return Sent(SentKind.SUPERSEDED)

    def _sent(self, active: ActiveRun, outcome: Outcome) -> Sent:
        match outcome:
            case Posted(ts):
                return Sent(SentKind.POSTED, ts=ts)
            case ChannelGone(why):
                return Sent(SentKind.CHANNEL_GONE, why=why)
            case Rejected(why):
                return Sent(SentKind.REJECTED, why=why)
            case RetryLater(why, wait):
                return self._retry(active, why, wait or _RETRY_AFTER)
            case Unknown(why):
                return self._retry(active, why, _RETRY_AFTER)

    def _retry(self, active: ActiveRun, why: str, wait: timedelta) -> Sent:
        remaining = self.policy.remaining(active.run.began_at, self.now())
        if not remaining:
            return Sent(SentKind.REJECTED, why=f"{why}, again and again")
        return Sent(SentKind.RETRY, why=why, wait=min(max(wait, LAST_TRY), remaining).total_seconds())


def _is_outdated(digest: Digest, prepared: Prepared, message: OutgoingMessage) -> bool:
    """Return whether a message was made of another plan; earlier versions did not note that of a failure."""
    return message.channel != digest.plan.channel or prepared.plan not in (None, digest.plan)


def _with_note(message: OutgoingMessage) -> OutgoingMessage:
    """Return the message with a note that it may be in the channel already."""
    variants = tuple(maybe_repeated(variant) if variant.blocks else variant for variant in message.variants)
    return replace(message, variants=variants)
