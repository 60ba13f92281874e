"""The schedule of digests for workers: which digests are due, which runs to enqueue, what to purge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import and_, bindparam, delete, exists, func, select, true, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.digests.codec import digest_of, seconds
from bot.digests.failing import FailingDigests
from bot.digests.model import Digest
from bot.digests.runs import Attempt
from bot.digests.slots import SlotRecorder, plan_again
from bot.storage.database import insert_for
from bot.storage.tables import digest_runs, digests

_log = structlog.get_logger(__name__)

_BATCH: Final = 200  # digests per transaction
_KEEP_RUNS: Final = timedelta(days=90)
_KEEP_LAST: Final = 100
_KEEP_DELETED: Final = timedelta(days=30)
_MAX_DELAY: Final = timedelta(minutes=15)  # no run is rescheduled for so long
_HAS_WORK: Final = select(
    exists().where(digests.c.team_id == bindparam("team"), digests.c.state == "active")
    | exists().where(digest_runs.c.team_id == bindparam("team"), digest_runs.c.state == "due")
)
"""Every worker asks it every two seconds, so that it is put together once."""
_UPDATE_TRY: Final = update(digest_runs).where(
    digest_runs.c.digest == bindparam("of_digest"),
    digest_runs.c.slot == bindparam("of_slot"),
    digest_runs.c.attempt == bindparam("of_attempt"),
    digest_runs.c.state == "due",
    digest_runs.c.try_at == bindparam("was"),
)
"""Every run asks it twice."""


@dataclass(frozen=True, slots=True)
class DueRuns:
    """What `record_due` recorded.

    Attributes:
        due: runs that are to be delivered.
        missed: slots that no worker delivered in time.
        paused: digests that it paused, as `pause_reason` says.
        last: where to go on, as there may be more to record at once; None if there is not.
    """

    due: int
    missed: int
    paused: Sequence[Digest]
    last: tuple[int, int] | None

    @property
    def more(self) -> bool:
        """Whether there may be more to record at once."""
        return self.last is not None


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run to enqueue, and its channel."""

    attempt: Attempt
    channel: str


class DueScheduler:
    """Schedules the digests of one workspace.

    Its methods may be repeated after a failure and called by several workers at once. They raise
    `sqlalchemy.exc.SQLAlchemyError` or `OSError` while the database does not answer.

    Args:
        engine: the database, with its tables up to date.
        team: Slack's id of the workspace.
        lateness: how late a slot may be delivered.
    """

    def __init__(self, engine: AsyncEngine, team: str, lateness: timedelta) -> None:
        self._engine = engine
        self._team = team
        self._own_digests = digests.c.team_id == team
        self._own_runs = digest_runs.c.team_id == team
        self._recorder = SlotRecorder(insert_for(engine), team, lateness)
        self._failing = FailingDigests()

    async def has_work(self) -> bool:
        """Return whether any digest is active or any run is due."""
        async with self._engine.connect() as connection:
            return bool(await connection.scalar(_HAS_WORK, {"team": self._team}))

    async def record_due(self, now: datetime, after: tuple[int, int] | None = None) -> DueRuns:
        """Record a run for each slot that has come; only the newest slot of a digest is delivered.

        A digest that can't be read, or whose run can't be recorded, is logged once and left out.

        Args:
            now: the clock.
            after: `last` of the call before, in the same round.
        """
        due = missed = 0
        paused: list[Digest] = []
        key = tuple_(digests.c.next_due, digests.c.number)
        async with self._engine.begin() as connection:
            asked = (
                select(digests)
                .where(
                    self._own_digests,
                    digests.c.state == "active",
                    digests.c.next_due <= seconds(now),
                    true() if after is None else key > after,
                )
                .order_by(digests.c.next_due, digests.c.number)
                .limit(_BATCH)
                .with_for_update(skip_locked=True)
            )
            rows = (await connection.execute(asked)).mappings().all()
            for row in rows:
                with self._failing.skip(row["number"]):
                    digest = digest_of(row)
                    async with connection.begin_nested():
                        recorded = await self._recorder.record(connection, digest, now)
                    due += recorded.due
                    missed += recorded.missed
                    paused += recorded.paused
        last = (rows[-1]["next_due"], rows[-1]["number"]) if len(rows) == _BATCH else None
        return DueRuns(due, missed, paused, last)

    async def handle_clock_rollback(self, now: datetime) -> None:
        """Correct what was planned by a clock that was ahead.

        Slots recorded meanwhile are not recorded again, except those recorded as missed.
        """
        async with self._engine.begin() as connection:
            asked = select(digests).where(self._own_digests, digests.c.state == "active")
            for row in (await connection.execute(asked)).mappings().all():
                with self._failing.skip(row["number"]):
                    await plan_again(connection, digest_of(row), now)
        ahead = seconds(now + _MAX_DELAY)
        async with self._engine.begin() as connection:
            await connection.execute(
                update(digest_runs)
                .where(self._own_runs, digest_runs.c.state == "due", digest_runs.c.try_at > ahead)
                .values(try_at=seconds(now))
            )

    async def claim(self, now: datetime, until: datetime, most: int) -> tuple[ClaimedRun, ...]:
        """Claim runs to enqueue, the earliest first; they can be claimed again at *until* if not enqueued.

        Returns none only if there is none left.
        """
        after = None
        while True:
            claimed, after = await self._claim(now, until, most, after)
            if claimed or after is None:
                return claimed

    async def _claim(
        self, now: datetime, until: datetime, most: int, after: tuple[int, int, int, str] | None
    ) -> tuple[tuple[ClaimedRun, ...], tuple[int, int, int, str] | None]:
        """Claim runs of one batch, and return them with the place behind it; None at the end."""
        order = (digest_runs.c.try_at, digest_runs.c.due_at, digest_runs.c.digest, digest_runs.c.slot)
        async with self._engine.begin() as connection:
            asked = (
                select(*order, digest_runs.c.attempt, digests.c.channel)
                .join(digests, digests.c.number == digest_runs.c.digest)
                .where(
                    self._own_runs,
                    digest_runs.c.state == "due",
                    digest_runs.c.try_at <= seconds(now),
                    true() if after is None else tuple_(*order) > after,
                )
                .order_by(*order)
                .limit(most)
                .with_for_update(skip_locked=True, of=digest_runs)
            )
            rows = (await connection.execute(asked)).all()
            claimed = []
            for row in rows:
                attempt = Attempt(row.digest, row.slot, row.attempt)
                with self._failing.skip(row.digest):
                    async with connection.begin_nested():
                        is_claimed = await _set_try_at(connection, attempt, row.try_at, seconds(until))
                    if is_claimed:
                        claimed.append(ClaimedRun(attempt, row.channel))
        return tuple(claimed), tuple(rows[-1][:4]) if len(rows) == most else None

    async def mark_enqueued(self, runs: Sequence[ClaimedRun], until: datetime) -> None:
        """Note that runs claimed until *until* are enqueued."""
        async with self._engine.begin() as connection:
            for run in runs:
                await _set_try_at(connection, run.attempt, seconds(until), None)

    async def in_flight(
        self, before: datetime, most: int, after: Attempt | None = None
    ) -> tuple[Attempt, ...]:
        """Return runs that are enqueued and have no result, among those due before a moment.

        Args:
            before: the moment.
            most: how many at once.
            after: the last one of the batch before.
        """
        key = tuple_(digest_runs.c.digest, digest_runs.c.slot)
        asked = (
            select(digest_runs.c.digest, digest_runs.c.slot, digest_runs.c.attempt)
            .where(
                self._own_runs,
                digest_runs.c.state == "due",
                digest_runs.c.try_at.is_(None),
                digest_runs.c.due_at < seconds(before),
                true() if after is None else key > (after.digest, after.slot),
            )
            .order_by(digest_runs.c.digest, digest_runs.c.slot)
            .limit(most)
        )
        async with self._engine.connect() as connection:
            return tuple(Attempt(*row) for row in (await connection.execute(asked)))

    async def purge(self, now: datetime) -> None:
        """Delete runs of long ago, except the last hundred of each digest, and digests deleted long ago."""
        old = and_(digest_runs.c.state != "due", digest_runs.c.due_at < seconds(now - _KEEP_RUNS))
        age = func.row_number().over(partition_by=digest_runs.c.digest, order_by=digest_runs.c.due_at.desc())
        aged = (
            select(digest_runs.c.digest, digest_runs.c.slot, age.label("age"))
            .where(self._own_runs)
            .subquery()
        )
        beyond = select(aged.c.digest, aged.c.slot).where(aged.c.age > _KEEP_LAST)
        key = tuple_(digest_runs.c.digest, digest_runs.c.slot)
        gone = and_(
            self._own_digests,
            digests.c.state == "deleted",
            digests.c.changed_at < seconds(now - _KEEP_DELETED),
        )
        of_gone = digest_runs.c.digest.in_(select(digests.c.number).where(gone))
        async with self._engine.begin() as connection:
            await connection.execute(delete(digest_runs).where(old, key.in_(beyond)))
        async with self._engine.begin() as connection:
            await connection.execute(delete(digest_runs).where(of_gone))
            await connection.execute(delete(digests).where(gone))


async def _set_try_at(connection: AsyncConnection, attempt: Attempt, was: int, to: int | None) -> bool:
    key = {"of_digest": attempt.digest, "of_slot": attempt.slot, "of_attempt": attempt.number, "was": was}
    changed = await connection.execute(_UPDATE_TRY, {**key, "try_at": to})
    return bool(changed.rowcount)
