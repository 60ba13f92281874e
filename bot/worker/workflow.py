"""A delivery as DBOS runs it: three steps, each recorded, so that whoever takes over goes on after the last.

DBOS knows workflows by their names and keeps them in its tables: a change of the order of steps, or of what
one gives, is a new `VERSION`. Deliveries of another version are begun anew.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, ParamSpec, TypeVar

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID
from pydantic import TypeAdapter
from sqlalchemy.exc import SQLAlchemyError

from bot.digests.due import HandOver
from bot.digests.runs import Attempt
from bot.telemetry import bind_request_id
from bot.worker.letters import Prepared, Sent
from bot.worker.steps import Steps

_P = ParamSpec("_P")
_R = TypeVar("_R")

VERSION: Final = "1"
QUEUE: Final = "digests"

_PAUSE: Final = 1.0  # seconds: Slack takes about one message a second in a channel
_MOST_DEATHS: Final = 20  # of workers that had the same delivery, before it is begun anew
_PREPARED: Final[TypeAdapter[Prepared | None]] = TypeAdapter(Prepared | None)
_SENT: Final = TypeAdapter(Sent)


class _Stage:
    """DBOS' functions belong to the process; what they work with is put here while a worker runs."""

    def __init__(self) -> None:
        self._steps: Steps | None = None
        self.running = 0

    @property
    def steps(self) -> Steps:
        if self._steps is None:
            raise RuntimeError("no worker runs in this process")
        return self._steps

    @steps.setter
    def steps(self, steps: Steps | None) -> None:
        if steps is not None and self._steps is not None:
            raise RuntimeError("a worker runs in this process already")
        self._steps = steps

    @property
    def is_taken(self) -> bool:
        return self._steps is not None


_stage: Final = _Stage()


@asynccontextmanager
async def staged(steps: Steps) -> AsyncIterator[None]:
    """Deliveries of this process work with these until the block is left."""
    _stage.steps = steps
    try:
        yield
    finally:
        _stage.steps = None


def is_taken() -> bool:
    """Whether a worker runs in this process already."""
    return _stage.is_taken


def is_delivering() -> bool:
    """Whether a delivery is under way in this process."""
    return _stage.running > 0


def workflow_id(attempt: Attempt) -> str:
    """What a delivery is called, for DBOS to begin it once."""
    return f"digest:{attempt.digest}:{attempt.slot}:{attempt.number}"


async def enqueue(run: HandOver) -> None:
    """Have a run delivered by whichever worker is free; once, however often this is said."""
    attempt = run.attempt
    with SetWorkflowID(workflow_id(attempt)), SetEnqueueOptions(queue_partition_key=run.channel):
        await DBOS.enqueue_workflow_async(QUEUE, deliver, attempt.digest, attempt.slot, attempt.number)


def _step(name: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """A step that is tried again while our own database does not answer, which changes nothing of it."""
    return DBOS.step(
        name=name,
        retries_allowed=True,
        max_attempts=5,
        interval_seconds=0.5,
        should_retry=lambda error: isinstance(error, SQLAlchemyError | OSError),
    )


@DBOS.workflow(name="deliver_digest", max_recovery_attempts=_MOST_DEATHS)
async def deliver(digest: int, slot: str, number: int) -> str:
    """One attempt at one run; gives what it came to, for whoever looks into DBOS' tables."""
    _stage.running += 1
    try:
        with bind_request_id(Attempt(digest, slot, number).reference):
            prepared = await _prepare(digest, slot, number)
            if prepared == "null":
                return "over"
            kind = await _sent(digest, slot, number, prepared)
            await asyncio.sleep(_PAUSE)
            return kind
    finally:
        _stage.running -= 1


async def _sent(digest: int, slot: str, number: int, prepared: str) -> str:
    """Post what is prepared, as often as it takes, and record it."""
    letter = _read_prepared(prepared).letter
    answer = "null"
    sent = None
    while letter is not None:
        answer = await _send(digest, slot, number, prepared)
        sent = _SENT.validate_json(answer)
        if sent.kind != "again":
            break
        await DBOS.sleep_async(sent.wait)
    await _record(digest, slot, number, prepared, answer)
    return sent.kind if sent is not None else "quiet"


@_step("prepare")
async def _prepare(digest: int, slot: str, number: int) -> str:
    return _PREPARED.dump_json(await _stage.steps.preparing.prepare(Attempt(digest, slot, number))).decode()


@_step("send")
async def _send(digest: int, slot: str, number: int, prepared: str) -> str:
    attempt = Attempt(digest, slot, number)
    sent = await _stage.steps.sending.send(attempt, _read_prepared(prepared), _Held(attempt))
    return _SENT.dump_json(sent).decode()


@_step("record")
async def _record(digest: int, slot: str, number: int, prepared: str, answer: str) -> None:
    sent = None if answer == "null" else _SENT.validate_json(answer)
    await _stage.steps.closing.record(Attempt(digest, slot, number), _read_prepared(prepared), sent)


class _Held:
    """A run that this worker has, from now on and for as long as this life of its lasts."""

    def __init__(self, attempt: Attempt) -> None:
        self._id = workflow_id(attempt)
        self._life = _stage.steps.life()

    def is_sure(self) -> bool:
        """Whether nobody can have taken it over since."""
        return self._life is not None and _stage.steps.life() == self._life

    async def is_confirmed(self) -> bool:
        """Whether DBOS lists it as this worker's."""
        status = await DBOS.get_workflow_status_async(self._id)
        return status is not None and status.status == "PENDING" and status.executor_id == DBOS.executor_id


def _read_prepared(text: str) -> Prepared:
    prepared = _PREPARED.validate_json(text)
    if prepared is None:
        raise ValueError("nothing was prepared")
    return prepared
