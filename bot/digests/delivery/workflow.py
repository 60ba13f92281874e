"""A delivery as a durable job: three recorded steps, so that a take-over continues after the last one.

Importing this loads DBOS. The names and the JSON of steps are stored: see `bot.jobs.dbos_runtime.VERSION`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dbos import DBOS
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.digests.delivery.builder import MessageBuilder
from bot.digests.delivery.model import Prepared, Sent, SentKind
from bot.digests.delivery.posting import MessageSender, RunRecorder
from bot.digests.due import ClaimedRun
from bot.digests.runs import Attempt
from bot.jobs.dbos_runtime import VERSION, JobDefinition, WorkflowLease
from bot.jobs.model import Job
from bot.jobs.runtime import JobRuntime
from bot.jobs.upkeep import OverdueAfter
from bot.storage.database import is_outage
from bot.telemetry import bind_request_id

_LOOK_EVERY: Final = timedelta(seconds=20)
_LOOK_AT_MOST_EVERY: Final = timedelta(seconds=5)  # DBOS may take as long to begin a hundred jobs
_MAX_WAIT: Final = timedelta(minutes=2)  # of a delivery that nothing is in the way of
_BEYOND_RETRIES: Final = timedelta(minutes=5)  # to read the account, and to tell of a channel that is gone
_PAUSE: Final = 1.0  # seconds: Slack takes about one message a second in a channel
_PREPARED: Final[TypeAdapter[Prepared | None]] = TypeAdapter(Prepared | None)
_SENT: Final = TypeAdapter(Sent)


@dataclass(frozen=True, slots=True)
class DeliverySteps:
    """The objects that do the steps of a delivery."""

    builder: MessageBuilder
    sender: MessageSender
    recorder: RunRecorder


DELIVERY: Final[JobDefinition[DeliverySteps]] = JobDefinition(workflow="deliver_digest", queue="digests")


class DeliveryRuntime:
    """Runs deliveries as jobs.

    Args:
        engine: the database, with its tables up to date.
        team: Slack's id of the workspace whose digests they are.
        takeover: how long after the last heartbeat of a worker others take over its deliveries.
        grace: how long running deliveries may continue after `stop`.
        retry: how long a delivery is retried.
    """

    def __init__(
        self, engine: AsyncEngine, team: str, takeover: timedelta, grace: timedelta, retry: timedelta
    ) -> None:
        look_every = min(_LOOK_EVERY, max(_LOOK_AT_MOST_EVERY, takeover))
        overdue_after = OverdueAfter(waiting=_MAX_WAIT, running=retry + _BEYOND_RETRIES)
        self._jobs = JobRuntime(engine, team, takeover, grace, look_every, overdue_after, VERSION)

    @property
    def overdue(self) -> int:
        """How many deliveries wait or run for longer than they may."""
        return self._jobs.overdue

    async def start(self, steps: DeliverySteps) -> None:
        """Start delivering.

        Raises:
            bot.jobs.model.Standby: another worker delivers.
            Exception: of several kinds: the database can't be used.
        """
        await self._jobs.start({DELIVERY: steps})

    async def stop(self) -> None:
        """Stop delivering; running deliveries may end first."""
        await self._jobs.stop()

    async def enqueue(self, runs: Sequence[ClaimedRun]) -> Mapping[ClaimedRun, str]:
        """Enqueue runs for any worker; each is delivered once, however often it is enqueued.

        Returns those that can't be enqueued for a reason of their own, and the name of the error.

        Raises:
            SQLAlchemyError: the database does not work.
            OSError: alike.
        """
        results = await asyncio.gather(*(DELIVERY.enqueue(_job(run)) for run in runs), return_exceptions=True)
        refused = {}
        for run, error in zip(runs, results, strict=True):
            if isinstance(error, Exception) and not is_outage(error):
                refused[run] = type(error).__name__
            elif isinstance(error, BaseException):
                raise error
        return refused

    async def find_abandoned(self, attempts: Sequence[Attempt]) -> tuple[Attempt, ...]:
        """Return those attempts that no worker makes or will make."""
        ids = await self._jobs.find_abandoned([workflow_id(attempt) for attempt in attempts])
        return tuple(attempt for attempt in attempts if workflow_id(attempt) in ids)

    async def purge(self, now: datetime) -> None:
        """Delete the records of deliveries that ended some days ago."""
        await self._jobs.purge(now)


def workflow_id(attempt: Attempt) -> str:
    """Return the id that makes an attempt run once."""
    return f"digest:{attempt.digest}:{attempt.slot}:{attempt.number}"


def _job(run: ClaimedRun) -> Job:
    attempt = run.attempt
    arguments = (attempt.digest, attempt.slot, attempt.number)
    return Job(workflow_id(attempt), arguments, partition=run.channel)


@DELIVERY.workflow
async def deliver(digest: int, slot: str, number: int) -> str:
    """Make one attempt at one run; return how it ended, for readers of DBOS's tables."""
    with bind_request_id(Attempt(digest, slot, number).request_id):
        prepared = _PREPARED.validate_json(await _prepare(digest, slot, number))
        if prepared is None:
            return SentKind.SUPERSEDED.value
        kind = await _post_and_record(digest, slot, number, prepared)
        await asyncio.sleep(_PAUSE)
        return kind


async def _post_and_record(digest: int, slot: str, number: int, prepared: Prepared) -> str:
    """Post what is prepared, with as many tries as it takes, and record the result."""
    sent = None
    while prepared.message is not None:
        sent = _SENT.validate_json(await _send(digest, slot, number, prepared))
        if sent.kind is not SentKind.RETRY:
            break
        await DBOS.sleep_async(sent.wait)
    await _record(digest, slot, number, prepared, sent)
    return sent.kind.value if sent is not None else "quiet"


@DELIVERY.step("prepare")
async def _prepare(digest: int, slot: str, number: int) -> str:
    prepared = await DELIVERY.steps.builder.prepare(Attempt(digest, slot, number))
    return _PREPARED.dump_json(prepared, by_alias=True).decode()


@DELIVERY.step("send")
async def _send(digest: int, slot: str, number: int, prepared: Prepared) -> str:
    attempt = Attempt(digest, slot, number)
    lease = WorkflowLease(workflow_id(attempt))
    sent = await DELIVERY.steps.sender.send(attempt, prepared, lease)
    return _SENT.dump_json(sent).decode()


@DELIVERY.step("record")
async def _record(digest: int, slot: str, number: int, prepared: Prepared, sent: Sent | None) -> None:
    await DELIVERY.steps.recorder.record(Attempt(digest, slot, number), prepared, sent)
