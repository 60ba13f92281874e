"""The second and third step of a delivery: post the message, and record and count what the run came to.

The message is posted exactly once, however often the step is repeated. The database notes each try before it
is made. After such a note, and where the run is late, the sender searches the channel before it posts: a
database restored from a backup has lost the note. What it does not find soon after the note may still be on
its way from a worker that has died, so it waits and searches again. If the bot may not read the channel after
such a note, it posts again and the message says that it may be there twice: twice is better than never.

A try may come minutes after the message was made. Before each one the sender looks at what the digest is now:
one that was paused or deleted is not posted, one that was moved or changed is made anew.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.digests.delivery.late_runs import SearchedRuns, Watch, maybe_posted_since, wait_for_post
from bot.digests.delivery.model import Prepared, Sent, SentKind
from bot.digests.messages.confirmations import paused_direct_message, stop_in_words
from bot.digests.messages.report import maybe_repeated
from bot.digests.model import Digest
from bot.digests.runs import ActiveRun, Attempt, RunRepository, RunResult
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
from bot.telemetry import Metrics

_log = structlog.get_logger(__name__)

_RETRY_AFTER: Final = timedelta(seconds=5)
_MAX_NOTICES: Final = 3
_MAX_PAUSE: Final = timedelta(seconds=30)


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


@dataclass(frozen=True, slots=True)
class RunRecorder:
    """Ends runs or reschedules them.

    Its methods raise `sqlalchemy.exc.SQLAlchemyError` or `OSError` while the database does not answer.

    Attributes:
        pause: until the creator of a digest is notified again, if Slack did not accept the message.
    """

    runs: RunRepository
    poster: Poster
    metrics: Metrics
    policy: RetryPolicy
    now: Callable[[], datetime]
    pause: timedelta = timedelta(seconds=5)

    async def record(self, attempt: Attempt, prepared: Prepared, sent: Sent | None) -> None:
        """Record the result of a run; *sent* is None if there was nothing to post."""
        if sent is None or sent.kind is SentKind.POSTED:
            result = RunResult(
                prepared.state,
                self.now(),
                news=prepared.news,
                detail=prepared.detail,
                channel=prepared.message.channel if prepared.message is not None else None,
                ts=sent.ts if sent is not None else None,
                plan=prepared.plan,
                baseline=prepared.baseline,
            )
            await self.finish(attempt, result)
        elif sent.kind is SentKind.MISSED:
            await self.finish(attempt, RunResult("missed", self.now(), detail=sent.why))
        elif sent.kind is SentKind.CHANNEL_GONE and prepared.message is not None:
            await self._pause_digest(attempt, prepared.message.channel, sent.why or "")
        elif sent.kind is SentKind.REJECTED:
            _log.error("digest_refused", digest=attempt.digest, slot=attempt.slot, reason=sent.why)
            await self.finish(attempt, RunResult("failed", self.now(), detail=f"Slack: {sent.why}"))

    async def finish(self, attempt: Attempt, result: RunResult) -> None:
        """Record a result, unless the run has one already.

        Raises:
            ValueError: the run can't be read.
        """
        run = await self.runs.get(attempt)
        if run is None or not await self.runs.finish(attempt, result):
            return
        self.metrics.digests.labels(result.state).inc()
        if result.ts is not None:
            late = (result.ended_at - run.due_at).total_seconds()
            self.metrics.digest_lateness_seconds.observe(max(0.0, late))

    async def reschedule(self, attempt: Attempt, wait: timedelta, why: str, for_log: str = "") -> None:
        """Schedule another attempt at the run after *wait*; the log has `for_log` in place of `why`."""
        if await self.runs.reschedule(attempt, self.now() + wait, why):
            _log.info("digest_put_off", digest=attempt.digest, slot=attempt.slot, reason=for_log or why)
            self.metrics.digests.labels("put_off").inc()

    async def give_up(self, attempt: Attempt, wait: timedelta = timedelta(0)) -> None:
        """Start an abandoned run again after *wait*, or end it if its time for retries is over.

        Its digest is not read: it may be what was abandoned for.
        """
        failed = RunResult("failed", self.now(), detail="something went wrong inside this bot")
        try:
            run = await self.runs.get(attempt)
        except ValueError:
            _log.error("digest_run_not_understood", digest=attempt.digest, slot=attempt.slot)
            await self.runs.finish(attempt, failed)
            return
        if run is None:
            return
        _log.warning("digest_abandoned", digest=attempt.digest, slot=attempt.slot, attempt=attempt.number)
        is_too_late = self.policy.is_too_late(run.due_at, self.now(), retried=True)
        if self.policy.remaining(run.began_at, self.now()) and not is_too_late:
            await self.reschedule(attempt, wait, "begun anew")
        else:
            await self.finish(attempt, failed)

    async def notify_creator(self, digest: Digest, why: str) -> None:
        """Send a direct message to the creator of a digest that the bot has paused.

        If Slack does not say whether the message arrived, it is sent again: twice is better than never.

        Args:
            digest: the paused one.
            why: Slack's error code, or plain text.
        """
        notice = paused_direct_message(digest, why)
        message = OutgoingMessage(digest.creator, (notice, notice.bare))
        outcome: Outcome = await self.poster.post(message)
        for _ in range(_MAX_NOTICES - 1):
            if not isinstance(outcome, RetryLater | Unknown):
                break
            wait = outcome.wait if isinstance(outcome, RetryLater) else None
            await asyncio.sleep(min(wait or self.pause, _MAX_PAUSE).total_seconds())
            outcome = await self.poster.post(message)
        if not isinstance(outcome, Posted):
            _log.warning("creator_not_told", digest=digest.number, reason=outcome.why)

    async def _pause_digest(self, attempt: Attempt, channel: str, why: str) -> None:
        """Pause a digest whose channel is gone, and notify its creator; a worker that dies here repeats both.

        One that has moved since is delivered where it goes now. One that a person paused or deleted has not
        paused itself.
        """
        active = await self.runs.find(attempt)
        if active is None:
            return
        reason = stop_in_words(why)
        await self.runs.pause(attempt.digest, reason, self.now(), channel)
        active = await self.runs.find(attempt)
        if active is None:
            return
        if active.digest.plan.channel != channel and active.unwanted is None:
            await self.reschedule(attempt, timedelta(0), "the digest was moved")
            return
        if active.digest.pause_reason == reason:
            await self.notify_creator(active.digest, why)
        await self.finish(attempt, RunResult("failed", self.now(), detail=reason))


def _is_outdated(digest: Digest, prepared: Prepared, message: OutgoingMessage) -> bool:
    """Return whether a message was made of another plan; earlier versions did not note that of a failure."""
    return message.channel != digest.plan.channel or prepared.plan not in (None, digest.plan)


def _with_note(message: OutgoingMessage) -> OutgoingMessage:
    """Return the message with a note that it may be in the channel already."""
    variants = tuple(maybe_repeated(variant) if variant.blocks else variant for variant in message.variants)
    return replace(message, variants=variants)
