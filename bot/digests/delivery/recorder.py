"""The third step of a delivery: record and count what a run came to, or reschedule it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.digests.delivery.model import Prepared, Sent, SentKind
from bot.digests.messages.confirmations import paused_direct_message, stop_in_words
from bot.digests.model import Digest
from bot.digests.runs import Attempt, RunRepository, RunResult
from bot.jobs.model import RetryPolicy
from bot.slack.poster import Outcome, OutgoingMessage, Posted, Poster, RetryLater, Unknown
from bot.telemetry import Metrics

_log = structlog.get_logger(__name__)

_MAX_NOTICES: Final = 3
_MAX_PAUSE: Final = timedelta(seconds=30)


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
