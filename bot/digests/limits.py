"""How many digests there may be, and how often they may call everybody in a channel."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, and_, false, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.digests.codec import seconds
from bot.digests.model import Digest
from bot.digests.runs import Attempt
from bot.storage.tables import digest_runs, digests

CALLS_WITHIN: Final = timedelta(hours=1)
_LOCK: Final = 0x6C696D69  # any number that nothing else in the database uses


class TooManyDigests(Exception):
    """Raised when a person or a channel has as many digests as they may have.

    Attributes:
        whose: which of the two.
        channel: Slack's id of the channel.
        limit: how many that is.
    """

    def __init__(self, whose: Literal["person", "channel"], channel: str, limit: int) -> None:
        super().__init__(f"the {whose} has {limit} digests")
        self.whose = whose
        self.channel = channel
        self.limit = limit


@dataclass(frozen=True, slots=True)
class DigestLimits:
    """How many digests there may be at once, without the deleted ones.

    Attributes:
        per_person: made by one person.
        per_channel: that go to one channel.
    """

    per_person: int
    per_channel: int

    async def check(self, connection: AsyncConnection, digest: Digest) -> None:
        """Check in the transaction that has written a digest, before it commits.

        Raises:
            TooManyDigests: this one is too many, so the transaction must not commit.
        """
        await self._check(connection, digest.team, digest.creator, digest.plan.channel, others=0)

    async def check_new(self, connection: AsyncConnection, team: str, creator: str, channel: str) -> None:
        """Check in the transaction that is to write another digest, so that a refused one takes no number.

        PostgreSQL gives a number that an undone transaction has taken to no other row.

        Raises:
            TooManyDigests: it would be too many.
        """
        await self._check(connection, team, creator, channel, others=1)

    async def _check(
        self, connection: AsyncConnection, team: str, creator: str, channel: str, *, others: int
    ) -> None:
        await _take_turn(connection)
        there = and_(digests.c.team_id == team, digests.c.state != "deleted")
        if await _count(connection, and_(there, digests.c.creator == creator)) + others > self.per_person:
            raise TooManyDigests("person", channel, self.per_person)
        if await _count(connection, and_(there, digests.c.channel == channel)) + others > self.per_channel:
            raise TooManyDigests("channel", channel, self.per_channel)


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How often digests may call `@channel` or `@here` within an hour.

    Attributes:
        per_channel: in one channel, whoever made the digests.
        per_person: by the digests of one person, in all channels.
    """

    per_channel: int
    per_person: int


class ChannelCalls:
    """Counts the runs that call everybody in a channel.

    Args:
        engine: the database, with its tables up to date.
        team: Slack's id of the workspace.
        limits: how often they may.
    """

    def __init__(self, engine: AsyncEngine, team: str, limits: CallLimits) -> None:
        self._engine = engine
        self._team = team
        self._limits = limits

    async def claim(self, digest: Digest, attempt: Attempt, now: datetime) -> bool:
        """Note that a run calls everybody, and return True; False if it must not. It may be repeated."""
        run = and_(
            digest_runs.c.digest == attempt.digest,
            digest_runs.c.slot == attempt.slot,
            digest_runs.c.team_id == self._team,
        )
        async with self._engine.begin() as connection:
            # Written first: other runs count this one from now on, and wait for its transaction.
            await connection.execute(update(digest_runs).where(run).values(called_at=seconds(now)))
            await _take_turn(connection)
            channel = digests.c.channel == digest.plan.channel
            if (
                await self._count_calls(connection, channel, now) <= self._limits.per_channel
                and await self._count_calls(connection, digests.c.creator == digest.creator, now)
                <= self._limits.per_person
            ):
                return True
            await connection.execute(update(digest_runs).where(run).values(called_at=None))
            return False

    async def _count_calls(
        self, connection: AsyncConnection, whose: ColumnElement[bool], now: datetime
    ) -> int:
        calls = and_(
            digest_runs.c.digest == digests.c.number,
            digest_runs.c.called_at > seconds(now - CALLS_WITHIN),
            digests.c.team_id == self._team,
            whose,
        )
        return (
            await connection.scalar(select(func.count()).select_from(digest_runs, digests).where(calls)) or 0
        )


async def _count(connection: AsyncConnection, which: ColumnElement[bool]) -> int:
    return await connection.scalar(select(func.count()).select_from(digests).where(which)) or 0


async def _take_turn(connection: AsyncConnection) -> None:
    """Wait for other transactions that count, so that each sees what the ones before it wrote.

    On SQLite any write does that, as only one transaction writes at a time: this one changes nothing.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    else:
        await connection.execute(update(digests).where(false()).values(number=digests.c.number))
