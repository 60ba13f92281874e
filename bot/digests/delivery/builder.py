"""The first step of a delivery: read Cloudflare and build the message, before anything is posted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.cloudflare.errors import (
    CloudflareError,
    InvalidResponse,
    RateLimited,
    TLSError,
    Unavailable,
    UnknownAccount,
)
from bot.digests.delivery.late_runs import SearchedRuns, Watch, maybe_posted_since, wait_for_post
from bot.digests.delivery.model import Prepared
from bot.digests.delivery.posting import RunRecorder
from bot.digests.limits import ChannelCalls
from bot.digests.links import digest_links
from bot.digests.messages.report import DigestControls, digest_message, unreadable_message
from bot.digests.model import Digest
from bot.digests.reading import ReportBuilder
from bot.digests.report import Report
from bot.digests.runs import ActiveRun, Attempt, RunRepository, RunResult
from bot.digests.scope import CreatorUnknown, DigestScope, report_all
from bot.reasons import reason_of
from bot.slack.poster import OutgoingMessage, Posted, Poster, RetryLater, Unknown
from bot.slack.requests import RequestStore
from bot.ui.request_id import with_request_id

_log = structlog.get_logger(__name__)

_RETRY_AFTER: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class MessageBuilder:
    """Builds the message of a run.

    Its methods raise `sqlalchemy.exc.SQLAlchemyError` or `OSError` while the database does not answer.

    Attributes:
        searched: the late runs whose message was looked for; shared with the sender.
        watch: since when the database is known not to have been replaced.
        calls: limits how often everybody in a channel is called; None for no limit.
        scope: says what digests may tell; None for everything.
    """

    runs: RunRepository
    reader: ReportBuilder
    requests: RequestStore
    poster: Poster
    recorder: RunRecorder
    now: Callable[[], datetime]
    searched: SearchedRuns
    watch: Watch
    calls: ChannelCalls | None = None
    scope: DigestScope | None = None

    async def prepare(self, attempt: Attempt) -> Prepared | None:
        """Return what a run posts; None if it ended without a message or was rescheduled."""
        try:
            active = await self.runs.begin(attempt, self.now())
        except ValueError:  # another version may understand the digest
            await self.recorder.give_up(attempt, _RETRY_AFTER)
            return None
        if active is None:
            return None
        message = await self._require_not_posted(active, attempt, _empty_message(active, attempt))
        if message is None:
            return None
        if (result := self._not_wanted(active)) is not None:
            await self.recorder.finish(attempt, result)
            return None
        try:
            prepared = await self._build(active, attempt, message)
        except (CloudflareError, UnknownAccount) as error:
            return await self._handle_unreadable(active, attempt, message, error)
        return None if await self._end_if_posted(active, attempt, prepared) else prepared

    async def _require_not_posted(
        self, active: ActiveRun, attempt: Attempt, message: OutgoingMessage
    ) -> OutgoingMessage | None:
        """Make sure that no earlier attempt has posted a message whose content is lost."""
        if not active.posting:
            return message
        there = active.channel or message.channel  # the digest may have moved since
        posted = replace(message, channel=there)
        found = await self.poster.find(posted, active.run.began_at or active.run.due_at)
        if isinstance(found, Posted):
            result = RunResult("sent", self.now(), channel=there, ts=found.ts)
            await self.recorder.finish(attempt, result)
            return None
        if isinstance(found, Unknown) and self._remaining(active):
            await self.recorder.reschedule(attempt, _RETRY_AFTER, found.why)
            return None
        if isinstance(found, RetryLater):
            if wait := wait_for_post(active, self.now()):
                await self.recorder.reschedule(attempt, wait, "it may still be on its way")
                return None
            await self.runs.unmark_posting(attempt)
            return message
        return replace(message, maybe_posted=there == message.channel)

    async def _end_if_posted(self, active: ActiveRun, attempt: Attempt, prepared: Prepared) -> bool:
        """End a run whose message is found although the database knows of none.

        What it reported is not known, so the baseline stays as it was: the next digest may repeat some of it.
        """
        since = None if active.posting else maybe_posted_since(active, self.now(), self.watch)
        if prepared.message is None or since is None:
            return False
        found = await self.poster.find(prepared.message, since)
        if not isinstance(found, Posted):
            self.searched.add(attempt)
            return False
        _log.warning("digest_found", digest=active.run.digest, slot=active.run.slot, ts=found.ts)
        result = RunResult("sent", self.now(), channel=prepared.message.channel, ts=found.ts)
        await self.recorder.finish(attempt, result)
        return True

    def _not_wanted(self, active: ActiveRun) -> RunResult | None:
        """Return the result of a run that is no longer to be delivered, or None."""
        if active.unwanted is not None:
            return RunResult("missed", self.now(), detail=active.unwanted)
        retried = active.run.attempt > 0
        if self.recorder.policy.is_too_late(active.run.due_at, self.now(), retried=retried):
            return RunResult("missed", self.now())
        return None

    async def _build(self, active: ActiveRun, attempt: Attempt, message: OutgoingMessage) -> Prepared:
        digest, run = active.digest, active.run
        report = await self.reader.report(
            digest.plan,
            digest.baseline,
            missed=await self.runs.list_missed_since(run),
            sharing=run.due_at,
            patient=bool(self._remaining(active)),
            team=digest.team,
            may_report=report_all if self.scope is None else await self.scope.reportable(digest),
        )
        # A run that a person asked for moves nothing: the scheduled ones count from the last scheduled one.
        baseline = None if active.is_asked_for else report.baseline
        prepared = Prepared(None, "quiet", report.total, plan=digest.plan, baseline=baseline)
        if report.unread:
            prepared = replace(prepared, detail=f"could not be read: {', '.join(report.unread)}")
        if digest.plan.quiet and not report.is_worth_posting and not active.is_asked_for:
            return prepared
        controls = DigestControls(
            await digest_links(digest.number, report, self.requests, digest.team),
            may_call_channel=await self._may_call_channel(digest, attempt, report),
        )
        messages = digest_message(digest.number, report, controls)
        thread = await self.runs.find_thread(digest, run) if digest.plan.daily_thread else None
        variants = (messages.full, messages.plain, messages.plain.bare)
        return replace(prepared, message=replace(message, variants=variants, thread=thread), state="sent")

    async def _may_call_channel(self, digest: Digest, attempt: Attempt, report: Report) -> bool:
        would_call = report.has_news and any(mention.kind == "everybody" for mention in digest.plan.mentions)
        return not would_call or self.calls is None or await self.calls.claim(digest, attempt, self.now())

    async def _handle_unreadable(
        self,
        active: ActiveRun,
        attempt: Attempt,
        message: OutgoingMessage,
        error: CloudflareError | UnknownAccount,
    ) -> Prepared | None:
        """Reschedule the run while that may help; afterwards post the error once."""
        digest = active.digest
        remaining = self._remaining(active)
        if remaining and _is_temporary(error):
            wait = error.retry_after if isinstance(error, RateLimited) else timedelta(0)
            await self.recorder.reschedule(
                attempt, min(max(wait, _RETRY_AFTER), remaining), str(error), reason_of(error)
            )
            return None
        _log.warning("digest_unreadable", digest=digest.number, slot=active.run.slot, reason=reason_of(error))
        notice = with_request_id(
            unreadable_message(digest.number, error, digest.next_due), attempt.request_id
        )
        message = replace(message, variants=(notice, notice.bare))
        return Prepared(message, "failed", detail=str(error), plan=digest.plan)

    def _remaining(self, active: ActiveRun) -> timedelta:
        return self.recorder.policy.remaining(active.run.began_at, self.now())


def _is_temporary(error: Exception) -> bool:
    temporary = RateLimited | Unavailable | InvalidResponse | CreatorUnknown
    return isinstance(error, temporary) and not isinstance(error, TLSError)


def _empty_message(active: ActiveRun, attempt: Attempt) -> OutgoingMessage:
    """Return the destination of a run's message and the metadata by which it is found."""
    digest = active.digest
    metadata: dict[str, str | int] = {
        "digest": digest.number,
        "slot": attempt.slot,
        "created": int(digest.created_at.timestamp()),
    }
    return OutgoingMessage(digest.plan.channel, (), metadata=metadata)
