"""What a run came to, written down and counted; and how long it is tried before it comes to anything."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.digests.messages.confirmations import paused_direct_message, stop_in_words
from bot.digests.model import Digest
from bot.digests.runs import ActiveRun, Attempt, RunRepository, RunResult
from bot.telemetry import Metrics
from bot.worker.letters import Letter, NotYet, Outcome, Posted, Prepared, Sent, Unclear
from bot.worker.posting import Poster

_log = structlog.get_logger(__name__)

LAST_TRY: Final = timedelta(seconds=1)
"""Less than this is no time for another."""

_TELLINGS: Final = 3
_LONGEST_PAUSE: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long there is.

    Attributes:
        lateness: how late a slot may be begun.
        retry: how long it is tried from then on, while Cloudflare or Slack is down.
    """

    lateness: timedelta
    retry: timedelta

    def left(self, begun: ActiveRun, now: datetime) -> timedelta:
        """How long a run is still tried; zero when it is time to come to an end."""
        left = (begun.run.began_at or now) + self.retry - now
        return left if left > LAST_TRY else timedelta(0)

    def is_too_late(self, begun: ActiveRun, now: datetime) -> bool:
        """Whether nobody was there to deliver a run while it was worth anything."""
        in_time = self.lateness + (self.retry if begun.run.attempt else timedelta(0))
        return now - begun.run.due_at > in_time


@dataclass(frozen=True, slots=True)
class Closing:
    """Ends runs, or puts them off.

    Its methods raise `sqlalchemy.exc.SQLAlchemyError` or `OSError` while the database does not answer.

    Attributes:
        pause: until a creator is written to again whom Slack did not reach.
    """

    runs: RunRepository
    poster: Poster
    metrics: Metrics
    patience: Patience
    now: Callable[[], datetime]
    pause: timedelta = timedelta(seconds=5)

    async def record(self, attempt: Attempt, prepared: Prepared, sent: Sent | None) -> None:
        """Write down what a run came to; `sent` is None where there was nothing to post."""
        if sent is None or sent.kind == "posted":
            ending = RunResult(
                prepared.state,
                self.now(),
                news=prepared.news,
                detail=prepared.detail,
                channel=prepared.letter.channel if prepared.letter is not None else None,
                ts=sent.ts if sent is not None else None,
                plan=prepared.plan,
                baseline=prepared.baseline,
            )
            await self.end(attempt, ending)
        elif sent.kind == "late":
            await self.end(attempt, RunResult("missed", self.now()))
        elif sent.kind == "gone":
            await self._channel_gone(attempt, sent.why or "")
        elif sent.kind == "refused":
            _log.error("digest_refused", digest=attempt.digest, slot=attempt.slot, reason=sent.why)
            await self.end(attempt, RunResult("failed", self.now(), detail=f"Slack: {sent.why}"))

    async def end(self, attempt: Attempt, ending: RunResult) -> None:
        """Write down an ending, unless there is one already."""
        begun = await self.runs.find(attempt)
        if begun is None or not await self.runs.finish(attempt, ending):
            return
        self.metrics.digests.labels(ending.state).inc()
        if ending.ts is not None:
            late = (ending.ended_at - begun.run.due_at).total_seconds()
            self.metrics.digest_lateness_seconds.observe(max(0.0, late))

    async def reschedule(self, attempt: Attempt, wait: timedelta, why: str) -> None:
        """Have a run tried again after a while, as another attempt."""
        if await self.runs.reschedule(attempt, self.now() + wait, why):
            _log.info("digest_put_off", digest=attempt.digest, slot=attempt.slot, reason=why)
            self.metrics.digests.labels("put_off").inc()

    async def give_up(self, attempt: Attempt) -> None:
        """Begin a run anew that no worker goes on with, or end it if it was tried for long enough."""
        begun = await self.runs.find(attempt)
        if begun is None:
            return
        _log.warning("digest_abandoned", digest=attempt.digest, slot=attempt.slot, attempt=attempt.number)
        if self.patience.left(begun, self.now()):
            await self.reschedule(attempt, timedelta(0), "begun anew")
        else:
            await self.end(
                attempt, RunResult("failed", self.now(), detail="something went wrong inside this bot")
            )

    async def tell_creator(self, digest: Digest, why: str) -> None:
        """One direct message to whoever made a digest that has paused itself.

        Where Slack does not say whether it arrived, it is sent again: rather twice than never. `why` is
        Slack's word, or plain text.
        """
        message = paused_direct_message(digest, why)
        letter = Letter(digest.creator, (message, message.bare))
        outcome: Outcome = await self.poster.post(letter)
        for _ in range(_TELLINGS - 1):
            if not isinstance(outcome, NotYet | Unclear):
                break
            asked = outcome.wait if isinstance(outcome, NotYet) else None
            await asyncio.sleep(min(asked or self.pause, _LONGEST_PAUSE).total_seconds())
            outcome = await self.poster.post(letter)
        if not isinstance(outcome, Posted):
            _log.warning("creator_not_told", digest=digest.number, reason=outcome.why)

    async def _channel_gone(self, attempt: Attempt, why: str) -> None:
        """Pause the digest and tell its creator; all of it again if this dies before the end is written."""
        begun = await self.runs.find(attempt)
        if begun is None:
            return
        reason = stop_in_words(why)
        await self.runs.pause(attempt.digest, reason, self.now())
        await self.tell_creator(begun.digest, why)
        await self.end(attempt, RunResult("failed", self.now(), detail=reason))
