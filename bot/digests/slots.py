"""Record the slots of a digest that have come: runs to deliver, runs that were missed, and the next time."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, and_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.digests.codec import digests_of, seconds
from bot.digests.model import Digest
from bot.digests.runs import MOST_MISSED
from bot.language.schedule import slot_key
from bot.storage.tables import digest_runs, digests

_LOOK_BACK: Final = timedelta(days=7)
"""Slots missed longer ago are not recorded."""
_UNKNOWN_ZONE: Final = "the time zone {zone} is not known here: choose another"


class Recorded(NamedTuple):
    """What was recorded of a digest.

    Attributes:
        due: runs that are to be delivered.
        missed: slots that no worker delivered in time.
        paused: the digest, if it was paused, as `pause_reason` says.
    """

    due: int = 0
    missed: int = 0
    paused: Sequence[Digest] = ()


class SlotRecorder:
    """Records slots of the digests of one workspace.

    Args:
        insert: makes the statements that insert rows.
        team: Slack's id of the workspace.
        lateness: how late a slot may be delivered.
    """

    def __init__(self, insert: Callable[..., Any], team: str, lateness: timedelta) -> None:
        self._insert = insert
        self._team = team
        self._lateness = lateness

    async def record(self, connection: AsyncConnection, digest: Digest, now: datetime) -> Recorded:
        """Record a run for each slot that has come, and when the digest is due next.

        Only the newest slot is delivered, unless it is too late. A digest whose zone is not known is paused,
        and one that has changed meanwhile is left alone.
        """
        try:
            slots = _slots(digest, now)
            next_due = digest.plan.schedule.next_after(now)
        except ZoneInfoNotFoundError:
            return Recorded(paused=await _pause(connection, digest, now))
        if not await _set_next_due(connection, digest, next_due):
            return Recorded()
        last = [slot for slot in slots[-1:] if now - slot <= self._lateness]
        lost = slots[: len(slots) - len(last)][-MOST_MISSED:]  # no message names more
        due = await self._insert_runs(connection, digest, last, "due", now)
        missed = await self._insert_runs(connection, digest, lost, "missed", now)
        return Recorded(due, missed)

    async def _insert_runs(
        self,
        connection: AsyncConnection,
        digest: Digest,
        slots: Sequence[datetime],
        state: str,
        now: datetime,
    ) -> int:
        """Insert new runs and count them. A run missed by a clock that was ahead may become due again."""
        inserted = 0
        values: dict[str, Any] = {"state": state, "try_at": None, "ended_at": seconds(now)}
        if state == "due":
            values |= {"try_at": seconds(now), "ended_at": None}
        for slot in slots:
            run = {"digest": digest.number, "slot": slot_key(slot), "due_at": seconds(slot), **values}
            made = self._insert(digest_runs).values(team_id=self._team, attempt=0, posting=False, **run)
            if state == "due":
                made = made.on_conflict_do_update(
                    index_elements=["digest", "slot"], set_=values, where=digest_runs.c.state == "missed"
                )
            else:
                made = made.on_conflict_do_nothing()
            inserted += len((await connection.execute(made.returning(digest_runs.c.slot))).all())
        return inserted


async def plan_again(connection: AsyncConnection, digest: Digest, now: datetime) -> None:
    """Plan a digest for an earlier time than it is, if it was planned by a clock that was ahead."""
    try:
        next_due = digest.plan.schedule.next_after(now)
    except ZoneInfoNotFoundError:
        return  # `SlotRecorder.record` pauses it
    if digest.next_due is not None and next_due < digest.next_due:
        async with connection.begin_nested():
            await _set_next_due(connection, digest, next_due)


async def _pause(connection: AsyncConnection, digest: Digest, now: datetime) -> tuple[Digest, ...]:
    why = _UNKNOWN_ZONE.format(zone=digest.plan.schedule.zone)
    paused = await connection.execute(
        update(digests)
        .where(_unchanged(digest))
        .values(state="paused", paused_why=why, next_due=None, changed_at=seconds(now))
        .returning(digests)
    )
    return digests_of(paused.mappings())


def _slots(digest: Digest, now: datetime) -> Sequence[datetime]:
    """Return the slots that have come, the oldest first."""
    if digest.next_due is None:
        return ()
    start = max(digest.next_due - timedelta(seconds=1), now - _LOOK_BACK)
    return digest.plan.schedule.slots_between(start, now)


async def _set_next_due(connection: AsyncConnection, digest: Digest, next_due: datetime) -> bool:
    """Set when a digest is next due; return False if it has changed meanwhile."""
    moved = await connection.execute(
        update(digests).where(_unchanged(digest)).values(next_due=seconds(next_due))
    )
    return bool(moved.rowcount)


def _unchanged(digest: Digest) -> ColumnElement[bool]:
    """Match the digest if it is still active with the same due time."""
    due = None if digest.next_due is None else seconds(digest.next_due)
    return and_(digests.c.number == digest.number, digests.c.state == "active", digests.c.next_due == due)
