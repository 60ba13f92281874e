"""What a worker looks after at each round: which digests are due, which runs to hand over, what to forget."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfoNotFoundError

import structlog
from sqlalchemy import ColumnElement, Table, and_, delete, func, select, tuple_, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.digests.codec import digests_of, seconds
from bot.digests.model import Digest
from bot.digests.runs import Attempt
from bot.language.schedule import slot_key
from bot.storage.tables import digest_runs, digests

_log = structlog.get_logger(__name__)

LOOK_BACK: Final = timedelta(days=7)
"""Slots missed longer ago are not even recorded."""
MOST_MISSED: Final = 20
"""How many missed slots are recorded at once; the latest."""
UNKNOWN_ZONE: Final = "the time zone {zone} is not known here: choose another"

_A_ROUND: Final = 200  # digests; the next ones have their turn at once
_KEEP_RUNS: Final = timedelta(days=90)
_KEEP_LAST: Final = 100
_KEEP_DELETED: Final = timedelta(days=30)
_FAR: Final = timedelta(minutes=15)  # nothing is put off for so long


@dataclass(frozen=True, slots=True)
class Entered:
    """What has come due.

    Attributes:
        due: runs that are to be delivered.
        missed: slots that nobody was there to deliver.
        paused: digests that have paused themselves, as `pause_reason` says.
        more: there may be more of it at once.
    """

    due: int
    missed: int
    paused: Sequence[Digest]
    more: bool


@dataclass(frozen=True, slots=True)
class HandOver:
    """A run that a worker is to be given, and the channel that it is for."""

    attempt: Attempt
    channel: str


class DueScheduler:
    """The digests of this workspace, for the workers' clockwork.

    All of it may be called again after a failure, by several workers at once, and raises
    `sqlalchemy.exc.SQLAlchemyError` or `OSError` while the database does not answer.

    Args:
        engine: the database, with its tables up to date.
        lateness: how late a slot may be delivered.
    """

    def __init__(self, engine: AsyncEngine, lateness: timedelta) -> None:
        self._engine = engine
        self._lateness = lateness
        self._insert = _insert_for(engine)

    async def has_work(self) -> bool:
        """Whether any digest is active or any run has yet to come to something."""
        active = select(digests.c.number).where(digests.c.state == "active").limit(1)
        due = select(digest_runs.c.digest).where(digest_runs.c.state == "due").limit(1)
        async with self._engine.connect() as connection:
            found = await connection.scalar(active)
            return found is not None or await connection.scalar(due) is not None

    async def record_due(self, now: datetime) -> Entered:
        """Make a run of each slot that has come; of several, only the newest is delivered."""
        due = missed = 0
        paused: list[Digest] = []
        async with self._engine.begin() as connection:
            asked = (
                select(digests)
                .where(digests.c.state == "active", digests.c.next_due <= seconds(now))
                .order_by(digests.c.next_due, digests.c.number)
                .limit(_A_ROUND)
                .with_for_update(skip_locked=True)
            )
            rows = (await connection.execute(asked)).mappings().all()
            readable = digests_of(rows)
            for digest in readable:
                try:
                    slots = _slots(digest, now)
                    next_due = digest.plan.schedule.next_after(now)
                except ZoneInfoNotFoundError:
                    paused += await self._pause(connection, digest, now)
                    continue
                if not await _move_on(connection, digest, next_due):
                    continue
                last = [slot for slot in slots[-1:] if now - slot <= self._lateness]
                lost = slots[: len(slots) - len(last)][-MOST_MISSED:]
                due += await self._enter(connection, digest, last, "due", now)
                missed += await self._enter(connection, digest, lost, "missed", now)
        return Entered(due, missed, paused, more=len(readable) == _A_ROUND)

    async def handle_clock_rollback(self, now: datetime) -> None:
        """Put right what was planned by a clock that went ahead of time.

        Slots that were entered meanwhile are not entered again, unless as missed ones.
        """
        async with self._engine.begin() as connection:
            asked = select(digests).where(digests.c.state == "active")
            for digest in digests_of((await connection.execute(asked)).mappings().all()):
                try:
                    next_due = digest.plan.schedule.next_after(now)
                except ZoneInfoNotFoundError:
                    continue  # `record_due` pauses it
                if digest.next_due is not None and next_due < digest.next_due:
                    await _move_on(connection, digest, next_due)
            await connection.execute(
                update(digest_runs)
                .where(digest_runs.c.state == "due", digest_runs.c.try_at > seconds(now + _FAR))
                .values(try_at=seconds(now))
            )

    async def claim(self, now: datetime, until: datetime, most: int) -> tuple[HandOver, ...]:
        """Runs to hand over, the earliest first; those not marked enqueued can be claimed anew at `until`."""
        async with self._engine.begin() as connection:
            asked = (
                select(
                    digest_runs.c.digest, digest_runs.c.slot, digest_runs.c.attempt, digest_runs.c.try_at,
                    digests.c.channel,
                )
                .join(digests, digests.c.number == digest_runs.c.digest)
                .where(digest_runs.c.state == "due", digest_runs.c.try_at <= seconds(now))
                .order_by(digest_runs.c.try_at, digest_runs.c.due_at, digest_runs.c.digest)
                .limit(most)
                .with_for_update(skip_locked=True, of=digest_runs)
            )  # fmt: skip
            claimed = []
            for row in (await connection.execute(asked)).mappings().all():
                attempt = Attempt(row["digest"], row["slot"], row["attempt"])
                if await _set_try_at(connection, attempt, row["try_at"], seconds(until)):
                    claimed.append(HandOver(attempt, row["channel"]))
        return tuple(claimed)

    async def mark_enqueued(self, runs: Sequence[HandOver], until: datetime) -> None:
        """Runs that were claimed `until` then need not be handed over again."""
        async with self._engine.begin() as connection:
            for run in runs:
                await _set_try_at(connection, run.attempt, seconds(until), None)

    async def in_flight(self, before: datetime, most: int) -> tuple[Attempt, ...]:
        """Runs that were handed over and have come to nothing, among those due before a moment."""
        asked = (
            select(digest_runs.c.digest, digest_runs.c.slot, digest_runs.c.attempt)
            .where(
                digest_runs.c.state == "due",
                digest_runs.c.try_at.is_(None),
                digest_runs.c.due_at < seconds(before),
            )
            .order_by(digest_runs.c.due_at)
            .limit(most)
        )
        async with self._engine.connect() as connection:
            return tuple(Attempt(*row) for row in (await connection.execute(asked)))

    async def forget(self, now: datetime) -> None:
        """Delete runs of long ago, except the last hundred of each digest, and digests deleted long ago."""
        old = and_(digest_runs.c.state != "due", digest_runs.c.due_at < seconds(now - _KEEP_RUNS))
        age = func.row_number().over(partition_by=digest_runs.c.digest, order_by=digest_runs.c.due_at.desc())
        aged = select(digest_runs.c.digest, digest_runs.c.slot, age.label("age")).subquery()
        beyond = select(aged.c.digest, aged.c.slot).where(aged.c.age > _KEEP_LAST)
        key = tuple_(digest_runs.c.digest, digest_runs.c.slot)
        gone = and_(digests.c.state == "deleted", digests.c.changed_at < seconds(now - _KEEP_DELETED))
        of_gone = digest_runs.c.digest.in_(select(digests.c.number).where(gone))
        async with self._engine.begin() as connection:
            await connection.execute(delete(digest_runs).where(old, key.in_(beyond)))
            await connection.execute(delete(digest_runs).where(of_gone))
            await connection.execute(delete(digests).where(gone))

    async def _enter(
        self,
        connection: AsyncConnection,
        digest: Digest,
        slots: Sequence[datetime],
        state: str,
        now: datetime,
    ) -> int:
        """Make the runs that are new, and count them. One missed by a clock ahead of time may yet be due."""
        entered = 0
        values: dict[str, Any] = {"state": state, "try_at": None, "ended_at": seconds(now)}
        if state == "due":
            values |= {"try_at": seconds(now), "ended_at": None}
        for slot in slots:
            run = {"digest": digest.number, "slot": slot_key(slot), "due_at": seconds(slot), **values}
            made = self._insert(digest_runs).values(attempt=0, posting=False, **run)
            if state == "due":
                made = made.on_conflict_do_update(
                    index_elements=["digest", "slot"], set_=values, where=digest_runs.c.state == "missed"
                )
            else:
                made = made.on_conflict_do_nothing()
            entered += len((await connection.execute(made.returning(digest_runs.c.slot))).all())
        return entered

    async def _pause(self, connection: AsyncConnection, digest: Digest, now: datetime) -> tuple[Digest, ...]:
        why = UNKNOWN_ZONE.format(zone=digest.plan.schedule.zone)
        paused = await connection.execute(
            update(digests)
            .where(_still(digest))
            .values(state="paused", paused_why=why, next_due=None, changed_at=seconds(now))
            .returning(digests)
        )
        return digests_of(paused.mappings())


def _insert_for(engine: AsyncEngine) -> Callable[[Table], Any]:
    """`INSERT` as this database has it; where it is not PostgreSQL its dialect need not be loaded."""
    if engine.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - see above

        return postgresql.insert
    return sqlite.insert


def _slots(digest: Digest, now: datetime) -> Sequence[datetime]:
    """The slots that have come, the oldest first."""
    if digest.next_due is None:
        return ()
    start = max(digest.next_due - timedelta(seconds=1), now - LOOK_BACK)
    return digest.plan.schedule.slots_between(start, now)


async def _move_on(connection: AsyncConnection, digest: Digest, next_due: datetime) -> bool:
    """Set when a digest is next due; False if somebody else has done so or has changed it."""
    moved = await connection.execute(update(digests).where(_still(digest)).values(next_due=seconds(next_due)))
    return bool(moved.rowcount)


def _still(digest: Digest) -> ColumnElement[bool]:
    """The digest, if it is due when it was."""
    due = None if digest.next_due is None else seconds(digest.next_due)
    return and_(digests.c.number == digest.number, digests.c.state == "active", digests.c.next_due == due)


async def _set_try_at(connection: AsyncConnection, attempt: Attempt, was: int, to: int | None) -> bool:
    changed = await connection.execute(
        update(digest_runs)
        .where(
            digest_runs.c.digest == attempt.digest,
            digest_runs.c.slot == attempt.slot,
            digest_runs.c.attempt == attempt.number,
            digest_runs.c.state == "due",
            digest_runs.c.try_at == was,
        )
        .values(try_at=to)
    )
    return bool(changed.rowcount)
