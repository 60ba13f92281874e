"""What a run will say, read and put into words before anything is posted."""

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
from bot.digests.links import list_button_values
from bot.digests.messages.report import DigestControls, digest_message, unreadable_message
from bot.digests.model import Digest
from bot.digests.reading import ReportBuilder
from bot.digests.runs import ActiveRun, Attempt, RunRepository, RunResult
from bot.digests.store import RUN_NOW
from bot.slack.requests import RequestStore
from bot.ui.request_id import with_request_id
from bot.worker.closing import Closing
from bot.worker.letters import Letter, NotYet, Posted, Prepared, Unclear
from bot.worker.posting import Poster

_log = structlog.get_logger(__name__)

_AGAIN: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Preparing:
    """Reads Cloudflare for a run.

    Its methods raise `sqlalchemy.exc.SQLAlchemyError` or `OSError` while the database does not answer.
    """

    runs: RunRepository
    reader: ReportBuilder
    requests: RequestStore
    poster: Poster
    closing: Closing
    now: Callable[[], datetime]

    async def prepare(self, attempt: Attempt) -> Prepared | None:
        """What a run tells; None if it came to something without a message, or was put off."""
        begun = await self.runs.begin(attempt, self.now())
        if begun is None:
            return None
        letter = _letter(begun.digest, attempt)
        looked = await self._look(begun, attempt, letter)
        if looked is None:
            return None
        if (unwanted := self._unwanted(begun)) is not None:
            await self.closing.end(attempt, unwanted)
            return None
        try:
            prepared = await self._read(begun, looked)
        except (CloudflareError, UnknownAccount) as error:
            return await self._unreadable(begun, attempt, looked, error)
        return prepared

    async def _look(self, begun: ActiveRun, attempt: Attempt, letter: Letter) -> Letter | None:
        """Make sure that no earlier attempt has posted, of which nobody knows any more what it said."""
        if not begun.posting:
            return letter
        found = await self.poster.find(letter, begun.run.began_at or begun.run.due_at)
        if isinstance(found, Posted):
            ending = RunResult("sent", self.now(), channel=letter.channel, ts=found.ts)
            await self.closing.end(attempt, ending)
            return None
        if isinstance(found, Unclear) and self.closing.patience.left(begun, self.now()):
            await self.closing.reschedule(attempt, _AGAIN, found.why)
            return None
        if isinstance(found, NotYet):
            await self.runs.unmark_posting(attempt)
            return letter
        return replace(letter, unsure=True)

    def _unwanted(self, begun: ActiveRun) -> RunResult | None:
        """What a run comes to that is not delivered any more."""
        if begun.digest.state == "deleted":
            return RunResult("missed", self.now(), detail="the digest was deleted")
        if begun.digest.state == "paused" and not _is_out_of_turn(begun):
            return RunResult("missed", self.now(), detail="the digest was paused")
        if self.closing.patience.is_too_late(begun, self.now()):
            return RunResult("missed", self.now())
        return None

    async def _read(self, begun: ActiveRun, letter: Letter) -> Prepared:
        digest, run = begun.digest, begun.run
        report = await self.reader.report(
            digest.plan,
            digest.baseline,
            missed=await self.runs.missed_since(run),
            sharing=run.due_at,
        )
        prepared = Prepared(None, "quiet", report.total, plan=digest.plan, baseline=report.baseline)
        if digest.plan.quiet and not report.has_news and not _is_out_of_turn(begun):
            return prepared
        controls = DigestControls(await list_button_values(report, self.requests))
        messages = digest_message(digest.number, report, controls)
        thread = await self.runs.thread_of(digest, run) if digest.plan.daily_thread else None
        variants = (messages.full, messages.plain, messages.plain.bare)
        return replace(prepared, letter=replace(letter, variants=variants, thread=thread), state="sent")

    async def _unreadable(
        self, begun: ActiveRun, attempt: Attempt, letter: Letter, error: CloudflareError | UnknownAccount
    ) -> Prepared | None:
        """Try again for a while where that may help; then say so once."""
        digest = begun.digest
        left = self.closing.patience.left(begun, self.now())
        if left and _passes(error):
            wait = error.retry_after if isinstance(error, RateLimited) else timedelta(0)
            await self.closing.reschedule(attempt, min(max(wait, _AGAIN), left), str(error))
            return None
        _log.warning("digest_unreadable", digest=digest.number, slot=begun.run.slot, reason=str(error))
        told = with_request_id(unreadable_message(digest.number, error, digest.next_due), attempt.reference)
        return Prepared(replace(letter, variants=(told, told.bare)), "failed", detail=str(error))


def _passes(error: Exception) -> bool:
    """Whether it may be over in a while."""
    return isinstance(error, RateLimited | Unavailable | InvalidResponse) and not isinstance(error, TLSError)


def _is_out_of_turn(begun: ActiveRun) -> bool:
    """Whether somebody asked for this run, who then hears that there is nothing new, too."""
    return begun.run.slot.startswith(RUN_NOW)


def _letter(digest: Digest, attempt: Attempt) -> Letter:
    """Where a run's message goes, and what it is known by."""
    mark: dict[str, str | int] = {
        "digest": digest.number,
        "slot": attempt.slot,
        "created": int(digest.created_at.timestamp()),
    }
    return Letter(digest.plan.channel, (), mark=mark)
