"""Jobs without DBOS: identity, progress, retry policy and lease. Importing this loads no DBOS."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, Protocol

LAST_TRY: Final = timedelta(seconds=1)
"""The shortest time left that is worth another try."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of durable work to enqueue.

    Attributes:
        id: DBOS workflow id; a second job with the same id is ignored.
        arguments: the payload, stored as positional arguments.
        partition: jobs with the same partition key run one at a time.
    """

    id: str
    arguments: tuple[int | str, ...]
    partition: str


class JobState(Enum):
    """Where a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Progress:
    """What a message can show of a job.

    Attributes:
        state: where it is.
        done: how many of its parts are done, as the job last reported.
        total: how many parts it has; 0 until the job reports.
    """

    state: JobState
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a job is worth starting and retrying.

    Attributes:
        lateness: how late after its due time a job may start.
        retry: how long it is retried after its first start.
    """

    lateness: timedelta
    retry: timedelta

    def remaining(self, began_at: datetime | None, now: datetime) -> timedelta:
        """Return the time left for retries; zero when the job must end now."""
        left = (began_at or now) + self.retry - now
        return left if left > LAST_TRY else timedelta(0)

    def is_too_late(self, due_at: datetime, now: datetime, *, retried: bool) -> bool:
        """Return whether the job is past the last moment at which it may still run."""
        return now - due_at > self.lateness + (self.retry if retried else timedelta(0))


class JobLease(Protocol):
    """The right of this worker to run one job."""

    def is_valid(self) -> bool:
        """Return whether no other worker can have taken the job over since the lease began. Does no I/O."""
        ...

    async def verify(self) -> bool:
        """Return whether the database lists the job as this worker's."""
        ...


class LeaseLost(Exception):
    """Another worker may have taken the job over."""


class Standby(Exception):
    """Another worker runs the jobs; the message says which."""
