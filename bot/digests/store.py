"""Digests as people deal with them: made, looked at, changed, paused, deleted and restored."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.digests.codec import digest_of, digests_of, run_of, seconds, spec_to_json
from bot.digests.limits import DigestLimits
from bot.digests.model import Digest, DigestRun, DigestSpec
from bot.storage.tables import digest_runs, digests

RUN_NOW: Final = "now:"
"""How the slot of a run begins that somebody asked for."""


_UNSERVED_AFTER: Final = timedelta(minutes=1)


class NoSuchDigest(Exception):
    """Raised when no digest has this number, or none has it any more."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no digest {number}")
        self.number = number


class DigestRepository:
    """The digests of one workspace. Those of others do not exist for it.

    Args:
        engine: the database, with its tables up to date.
        team: Slack's id of the workspace.
        now: the clock.
        limits: how many digests there may be; None for any number.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        team: str,
        now: Callable[[], datetime],
        limits: DigestLimits | None = None,
    ) -> None:
        self._engine = engine
        self._team = team
        self._now = now
        self._limits = limits

    async def create(self, plan: DigestSpec, creator: str) -> Digest:
        """Create a digest. It is paused until it is resumed, so that no unfinished digest is delivered.

        Raises:
            TooManyDigests: its creator or its channel has as many as they may have.
        """
        now = self._now()
        values = {
            "team_id": self._team,
            "channel": plan.channel,
            "creator": creator,
            "plan": spec_to_json(plan),
            "state": "paused",
            "created_at": seconds(now),
            "changed_at": seconds(now),
        }
        async with self._engine.begin() as connection:
            made = await connection.execute(insert(digests).values(**values))
            (number,) = made.inserted_primary_key or (0,)
            await self._check_limits(connection, number)
        return await self.get(number)

    async def get(self, number: int) -> Digest:
        """Return a digest by number, including a deleted one that can be restored.

        Raises:
            NoSuchDigest: there is none.
            ValueError: it can't be read, as it may be of a later version.
        """
        asked = select(digests).where(self._is_digest(number))
        async with self._engine.connect() as connection:
            row = (await connection.execute(asked)).mappings().first()
        if row is None:
            raise NoSuchDigest(number)
        return digest_of(row)

    async def of_channel(self, channel: str) -> tuple[Digest, ...]:
        """Return the digests of a channel, by number, without the deleted ones."""
        return await self._find(digests.c.channel == channel, digests.c.state != "deleted")

    async def of_creator(self, creator: str) -> tuple[Digest, ...]:
        """Return the digests of a creator, by number, without the deleted ones."""
        return await self._find(digests.c.creator == creator, digests.c.state != "deleted")

    async def all(self) -> tuple[Digest, ...]:
        """Return all digests, by number, without the deleted ones."""
        return await self._find(digests.c.state != "deleted")

    async def change(self, digest: Digest, plan: DigestSpec) -> Digest:
        """Give a digest another plan, and drop its baseline.

        Raises:
            TooManyDigests: it goes to another channel, which has as many as it may have.
        """
        about = (plan.account, plan.workflows, plan.status)
        was_about = (digest.plan.account, digest.plan.workflows, digest.plan.status)
        values: dict[str, Any] = {"plan": spec_to_json(plan), "channel": plan.channel}
        if digest.state == "active" and plan.schedule != digest.plan.schedule:
            values["next_due"] = seconds(plan.schedule.next_after(self._now()))
        if about != was_about:
            values["baseline"] = None
        moves = plan.channel != digest.plan.channel
        return await self._set(digest.number, check_limits=moves, **values)

    async def pause(self, number: int) -> Digest:
        """Pause a digest until it is resumed."""
        return await self._set(number, state="paused", paused_why=None, next_due=None)

    async def resume(self, number: int) -> Digest:
        """Resume a digest, from its next slot on."""
        digest = await self.get(number)
        if digest.state == "active":
            return digest  # and a slot that is just due stays so
        next_due = seconds(digest.plan.schedule.next_after(self._now()))
        return await self._set(number, state="active", paused_why=None, next_due=next_due)

    async def delete(self, number: int) -> Digest:
        """Delete a digest; it can be restored for a while."""
        return await self._set(number, state="deleted")

    async def restore(self, number: int) -> Digest:
        """Restore a deleted digest: paused if it was, else from its next slot on.

        Raises:
            TooManyDigests: as `create`.
        """
        digest = await self.get(number)
        if digest.state != "deleted":
            return digest
        if digest.next_due is None:
            return await self._set(number, check_limits=True, state="paused")
        next_due = seconds(digest.plan.schedule.next_after(self._now()))
        return await self._set(number, check_limits=True, state="active", paused_why=None, next_due=next_due)

    async def discard(self, number: int) -> None:
        """Delete a digest that was never shown."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(digests).where(self._is_digest(number)))

    async def runs(self, number: int, most: int = 10) -> tuple[DigestRun, ...]:
        """Return the latest runs of a digest, the newest first."""
        runs = select(digest_runs).where(self._is_run_of(number))
        newest_first = runs.order_by(digest_runs.c.due_at.desc(), digest_runs.c.slot.desc()).limit(most)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(newest_first)).mappings().all()
        return tuple(run_of(row) for row in rows)

    async def run_now(self, number: int) -> DigestRun:
        """Add a run out of turn; a second request before it has begun adds no other.

        Raises:
            NoSuchDigest: there is none.
        """
        now = self._now()
        waiting = select(digest_runs).where(
            self._is_run_of(number),
            digest_runs.c.state == "due",
            digest_runs.c.slot.startswith(RUN_NOW),
        )
        run = DigestRun(number, f"{RUN_NOW}{now:%Y-%m-%dT%H:%M:%SZ}", now.replace(microsecond=0))
        async with self._engine.begin() as connection:
            # A write that changes nothing: another request for this digest waits until this one is done.
            same_digest = update(digests).where(self._is_digest(number)).values(number=number)
            if not (await connection.execute(same_digest)).rowcount:
                raise NoSuchDigest(number)
            row = (await connection.execute(waiting)).mappings().first()
            if row is not None:
                return run_of(row)
            same = select(digest_runs).where(self._is_run_of(number), digest_runs.c.slot == run.slot)
            if (done := (await connection.execute(same)).mappings().first()) is not None:
                return run_of(done)
            await connection.execute(
                insert(digest_runs).values(
                    team_id=self._team,
                    digest=number,
                    slot=run.slot,
                    due_at=seconds(now),
                    state=run.state,
                    attempt=0,
                    try_at=seconds(now),
                    posting=False,
                )
            )
        return run

    async def is_served(self) -> bool:
        """Return whether a worker is delivering: no run is due for over a minute without having begun."""
        long_ago = seconds(self._now() - _UNSERVED_AFTER)
        overdue = select(digests.c.number).where(
            digests.c.team_id == self._team, digests.c.state == "active", digests.c.next_due < long_ago
        )
        waiting = select(digest_runs.c.digest).where(
            digest_runs.c.team_id == self._team,
            digest_runs.c.state == "due",
            digest_runs.c.began_at.is_(None),
            digest_runs.c.due_at < long_ago,
        )
        async with self._engine.connect() as connection:
            return not await connection.scalar(select(or_(overdue.exists(), waiting.exists())))

    async def _find(self, *conditions: ColumnElement[bool]) -> tuple[Digest, ...]:
        own = select(digests).where(digests.c.team_id == self._team)
        asked = own.where(*conditions).order_by(digests.c.number)
        async with self._engine.connect() as connection:
            return digests_of((await connection.execute(asked)).mappings().all())

    async def _set(
        self,
        number: int,
        *,
        check_limits: bool = False,
        **values: Any,  # noqa: ANN401 - columns of several types
    ) -> Digest:
        values["changed_at"] = seconds(self._now())
        async with self._engine.begin() as connection:
            await connection.execute(update(digests).where(self._is_digest(number)).values(**values))
            if check_limits:
                await self._check_limits(connection, number)
        return await self.get(number)

    async def _check_limits(self, connection: AsyncConnection, number: int) -> None:
        if self._limits is not None:
            asked = select(digests).where(self._is_digest(number))
            row = (await connection.execute(asked)).mappings().one()
            await self._limits.check(connection, digest_of(row))

    def _is_digest(self, number: int) -> ColumnElement[bool]:
        return and_(digests.c.number == number, digests.c.team_id == self._team)

    def _is_run_of(self, number: int) -> ColumnElement[bool]:
        return and_(digest_runs.c.digest == number, digest_runs.c.team_id == self._team)


async def teams_with_digests(engine: AsyncEngine) -> tuple[str, ...]:
    """Return Slack's ids of the workspaces that have digests; an empty one before the bot's first start."""
    asked = select(digests.c.team_id).distinct().order_by(digests.c.team_id)
    async with engine.connect() as connection:
        return tuple(await connection.scalars(asked))
