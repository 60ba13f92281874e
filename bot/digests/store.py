"""Digests as people deal with them: made, looked at, changed, paused, deleted and restored."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.digests.codec import digest_of, digests_of, run_of, seconds, spec_to_json
from bot.digests.limits import DigestLimits
from bot.digests.model import Digest, DigestRun, DigestSpec
from bot.digests.run_now import RunNowResult, add_run
from bot.digests.runs import RUN_NOW, RunRepository
from bot.storage.database import write_to_end
from bot.storage.tables import digest_runs, digests

_Values = Mapping[str, Any]

_ZONE_ASSUMED: Final = '"zone_assumed":true'
"""As it stands in the JSON of a plan, and perhaps in some other that names it so."""
_UNSERVED_AFTER: Final = timedelta(minutes=1)


class NoSuchDigest(Exception):
    """Raised when no digest has this number, or none has it any more."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no digest {number}")
        self.number = number


class DigestChanged(Exception):
    """Raised when a digest is no longer what somebody wants to change."""

    def __init__(self, number: int) -> None:
        super().__init__(f"digest {number} was changed or deleted meanwhile")
        self.number = number


class DigestRepository:
    """The digests of one workspace. Those of others do not exist for it.

    A write looks at the digest in the same transaction, so that it is true of the digest that it returns.
    Once begun, it goes on if its caller is cancelled.

    Args:
        engine: the database, with its tables up to date.
        team: Slack's id of the workspace.
        now: the clock.
        limits: how many digests there may be; None for any number.
        run_pause: the least time between two runs of a digest that are asked for.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        team: str,
        now: Callable[[], datetime],
        limits: DigestLimits | None = None,
        run_pause: timedelta = timedelta(0),
    ) -> None:
        self._engine = engine
        self._team = team
        self._now = now
        self._limits = limits
        self._run_pause = run_pause

    async def create(self, plan: DigestSpec, creator: str) -> Digest:
        """Create a digest, due from its next slot on.

        Raises:
            TooManyDigests: its creator or its channel has as many as they may have.
        """
        now = self._now()
        values = {
            "team_id": self._team,
            "channel": plan.channel,
            "creator": creator,
            "plan": spec_to_json(plan),
            "state": "active",
            "next_due": seconds(plan.schedule.next_after(now)),
            "created_at": seconds(now),
            "changed_at": seconds(now),
        }
        made = insert(digests).values(**values).returning(digests)

        async def write() -> Digest:
            async with self._engine.begin() as connection:
                if self._limits is not None:
                    await self._limits.check_new(connection, self._team, creator, plan.channel)
                return digest_of((await connection.execute(made)).mappings().one())

        return await write_to_end(write())

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

    async def list_of_channel(self, channel: str) -> tuple[Digest, ...]:
        """Return the digests of a channel, by number, without the deleted ones."""
        return await self._find(digests.c.channel == channel, digests.c.state != "deleted")

    async def find_same(self, digest: Digest, default_account: str) -> tuple[Digest, ...]:
        """Return the other digests of its channel with the same contents and times, by number."""
        others = await self.list_of_channel(digest.plan.channel)
        same = digest.plan.subject(default_account)
        return tuple(
            one for one in others if one.number != digest.number and one.plan.subject(default_account) == same
        )

    async def list_of_creator(self, creator: str) -> tuple[Digest, ...]:
        """Return the digests of a creator, by number, without the deleted ones."""
        return await self._find(digests.c.creator == creator, digests.c.state != "deleted")

    async def list_all(self) -> tuple[Digest, ...]:
        """Return all digests, by number, without the deleted ones."""
        return await self._find(digests.c.state != "deleted")

    async def list_with_assumed_zone(self) -> tuple[Digest, ...]:
        """Return the digests in which UTC stands in for a zone, by number, without the deleted ones."""
        marked = digests.c.plan.contains(_ZONE_ASSUMED, autoescape=True)
        found = await self._find(digests.c.state != "deleted", marked)
        return tuple(digest for digest in found if digest.plan.zone_assumed)

    async def set_zone(self, digest: Digest, zone: str) -> Digest:
        """Give a digest the zone that UTC stood in for.

        Args:
            digest: as it was when the zone was asked for.
            zone: its IANA name.

        Raises:
            NoSuchDigest, DigestChanged: as `change`.
        """
        schedule = replace(digest.plan.schedule, zone=zone)
        return await self.change(digest, replace(digest.plan, schedule=schedule, zone_assumed=False))

    async def change(self, digest: Digest, plan: DigestSpec, *, resume: bool = False) -> Digest:
        """Give a digest another plan; its baseline is dropped if it asks for something else.

        Args:
            digest: as it was when somebody decided to change it.
            plan: the other one.
            resume: make it active, too, if it has paused itself.

        Raises:
            NoSuchDigest: there is none.
            DigestChanged: it has another plan by now, or is deleted.
            TooManyDigests: it goes to another channel, which has as many as it may have.
        """

        def changes(now: Digest) -> _Values:
            if now.plan != digest.plan or now.state == "deleted":
                raise DigestChanged(digest.number)
            values: dict[str, Any] = {"plan": spec_to_json(plan), "channel": plan.channel}
            if resume and now.pause_reason is not None:
                values |= self._resumed(plan)
            elif now.state == "active" and plan.schedule != now.plan.schedule:
                values["next_due"] = self._next_due(plan)
            about = (plan.account, plan.workflows, plan.status)
            if about != (now.plan.account, now.plan.workflows, now.plan.status):
                values["baseline"] = None
            return values

        return await self._write(digest.number, changes)

    async def pause(self, number: int) -> Digest:
        """Pause a digest until it is resumed; a deleted one stays so.

        Raises:
            NoSuchDigest: there is none; so do the next ones.
        """
        paused = {"state": "paused", "paused_why": None, "next_due": None}
        return await self._write(number, lambda now: {} if now.state == "deleted" else paused)

    async def resume(self, number: int) -> Digest:
        """Resume a paused digest, from its next slot on; an active one keeps a slot that is just due."""
        return await self._write(number, lambda now: self._resumed(now.plan) if now.state == "paused" else {})

    async def delete(self, number: int) -> Digest:
        """Delete a digest; it can be restored for a while."""
        return await self._write(number, lambda _: {"state": "deleted"})

    async def restore(self, number: int) -> Digest:
        """Restore a deleted digest: paused if it was, else from its next slot on.

        Raises:
            TooManyDigests: as `create`.
        """

        def changes(now: Digest) -> _Values:
            if now.state != "deleted":
                return {}
            return {"state": "paused"} if now.next_due is None else self._resumed(now.plan)

        return await self._write(number, changes)

    async def list_runs(self, number: int, most: int = 10) -> tuple[DigestRun, ...]:
        """Return the latest runs of a digest, the newest first."""
        runs = select(digest_runs).where(self._is_run_of(number))
        newest_first = runs.order_by(digest_runs.c.due_at.desc(), digest_runs.c.slot.desc()).limit(most)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(newest_first)).mappings().all()
        return tuple(run_of(row) for row in rows)

    async def list_missed(self, number: int) -> tuple[datetime, ...]:
        """Return the slots that no worker delivered since the last scheduled message."""
        asked = DigestRun(number, RUN_NOW, self._now())
        return await RunRepository(self._engine, self._team).list_missed_since(asked)

    async def run_now(self, number: int) -> RunNowResult:
        """Add a run out of turn, unless one is due already or the last one was asked for just now.

        A digest that is already paused is delivered nevertheless; one that is paused afterwards is not.

        Raises:
            NoSuchDigest: there is none.
            DigestChanged: it is deleted.
        """

        async def write() -> RunNowResult:
            async with self._engine.begin() as connection:
                digest = await self._lock(connection, number)
                if digest.state == "deleted":
                    raise DigestChanged(number)
                return await add_run(connection, digest, self._now(), self._run_pause)

        return await write_to_end(write())

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

    async def _write(self, number: int, changes: Callable[[Digest], _Values]) -> Digest:
        """Change a digest as it is in this transaction, and return the changed one."""

        async def write() -> Digest:
            async with self._engine.begin() as connection:
                now = await self._lock(connection, number)
                values = changes(now)
                if not values:
                    return now
                changed = (
                    update(digests)
                    .where(self._is_digest(number))
                    .values(**values, changed_at=seconds(self._now()))
                    .returning(digests)
                )
                after = digest_of((await connection.execute(changed)).mappings().one())
                is_back = now.state == "deleted" != after.state
                if is_back or after.plan.channel != now.plan.channel:
                    await self._check_limits(connection, after)
                return after

        return await write_to_end(write())

    async def _lock(self, connection: AsyncConnection, number: int) -> Digest:
        """Return a digest that nobody else changes until the transaction ends."""
        unchanged = update(digests).where(self._is_digest(number)).values(number=number).returning(digests)
        row = (await connection.execute(unchanged)).mappings().first()
        if row is None:
            raise NoSuchDigest(number)
        return digest_of(row)

    def _resumed(self, plan: DigestSpec) -> dict[str, Any]:
        return {"state": "active", "paused_why": None, "next_due": self._next_due(plan)}

    def _next_due(self, plan: DigestSpec) -> int:
        return seconds(plan.schedule.next_after(self._now()))

    async def _check_limits(self, connection: AsyncConnection, digest: Digest) -> None:
        if self._limits is not None:
            await self._limits.check(connection, digest)

    def _is_digest(self, number: int) -> ColumnElement[bool]:
        return and_(digests.c.number == number, digests.c.team_id == self._team)

    def _is_run_of(self, number: int) -> ColumnElement[bool]:
        return and_(digest_runs.c.digest == number, digest_runs.c.team_id == self._team)


async def teams_with_digests(engine: AsyncEngine) -> tuple[str, ...]:
    """Return Slack's ids of the workspaces that have digests; an empty one before the bot's first start."""
    asked = select(digests.c.team_id).distinct().order_by(digests.c.team_id)
    async with engine.connect() as connection:
        return tuple(await connection.scalars(asked))
