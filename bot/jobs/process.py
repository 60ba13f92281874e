"""The one job runtime of this process: DBOS allows no second one."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from dbos import DBOS


class JobProcess:
    """What this process runs.

    Attributes:
        epoch: gives the epoch of the runtime's lease; None while no runtime is running.
        version: of the jobs' steps that the runtime knows.
        dbos: what runs the jobs.
    """

    def __init__(self) -> None:
        self.epoch: Callable[[], int | None] | None = None
        self.version = ""
        self.dbos: DBOS | None = None
        self._running: Counter[str] = Counter()
        self._begun: set[str] = set()

    @contextmanager
    def running(self, job_id: str) -> Iterator[None]:
        """Note that a job runs in this block. The same job may run twice, until its first run ends itself."""
        running = self._running  # of this runtime, also when the next one has begun
        running[job_id] += 1
        self._begun.add(job_id)
        try:
            yield
        finally:
            running[job_id] -= 1
            if not running[job_id]:
                del running[job_id]

    def begin(self, version: str) -> None:
        """Begin with no jobs; those of a runtime before are not of this one."""
        self.version = version
        self._running = Counter()

    def is_running(self, job_id: str) -> bool:
        """Return whether this process runs a job."""
        return job_id in self._running

    def count(self) -> int:
        """Return how many jobs this process runs."""
        return len(self._running)

    def take_begun(self) -> frozenset[str]:
        """Return the ids of the jobs that have begun since this was last asked."""
        begun, self._begun = frozenset(self._begun), set()
        return begun

    def current_epoch(self) -> int | None:
        """Return the epoch of the runtime's lease; None if it has none."""
        return None if self.epoch is None else self.epoch()


process: Final = JobProcess()


@contextmanager
def claim_process(epoch: Callable[[], int | None]) -> Iterator[None]:
    """Let the jobs of this process use the epoch of one runtime.

    Raises:
        RuntimeError: another runtime is running in this process.
    """
    if process.epoch is not None:
        raise RuntimeError("a job runtime is running in this process already")
    process.epoch = epoch
    try:
        yield
    finally:
        process.epoch = None


def is_claimed() -> bool:
    """Return whether a runtime is running in this process."""
    return process.epoch is not None
