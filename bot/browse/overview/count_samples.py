"""Counts of instances over time, in the database: a sample for each few minutes with a look."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from cachetools import LRUCache, TTLCache
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.browse.overview.trouble import DAY, HOUR, LAST_LOOK, CountSample
from bot.reasons import reason_of
from bot.storage.database import insert_for
from bot.storage.held_work import HeldWork, NoAnswer
from bot.storage.tables import count_samples

_log = structlog.get_logger(__name__)

SLOT: Final = timedelta(minutes=5)
"""At most one sample is kept for each, however often people look, and at any replica."""
KEEP: Final = timedelta(days=8)
_THIN_AFTER: Final = DAY + HOUR
_SLOTS_OF_HOUR: Final = HOUR // SLOT
_POINTS: Final = timedelta(hours=2)
"""The samples of the last day that are read: the first of each."""
_REMEMBER: Final = timedelta(minutes=1)
TIMEOUT: Final = timedelta(seconds=1)
"""How long an overview waits for them; a database that does not answer is asked again a minute later."""
_MOST_REMEMBERED: Final = 256


class CountSamples:
    """Keeps samples of the counts of accounts, and finds those to compare with.

    Without an answer of the database nothing is known of earlier counts, and nothing raised.

    Args:
        engine: every replica's database, so that all know of a look at any of them.
        now: the clock.
        seconds: a monotonic one.
        timeout: how long a statement is waited for.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        now: Callable[[], datetime],
        seconds: Callable[[], float] = time.monotonic,
        timeout: timedelta = TIMEOUT,
    ) -> None:
        self._engine = engine
        self._insert = insert_for(engine)
        self._now = now
        self._timeout = timeout
        self._work = HeldWork()
        self._read: TTLCache[tuple[str, str], Sequence[CountSample] | None] = TTLCache(
            _MOST_REMEMBERED, _REMEMBER.total_seconds(), timer=seconds
        )
        self._kept: LRUCache[tuple[str, str], int] = LRUCache(_MOST_REMEMBERED)

    async def recent(self, team: str, account: str) -> Sequence[CountSample] | None:
        """Return samples to compare with, the oldest first; None if the database does not answer."""
        key = (team, account)
        if key not in self._read:
            try:
                found = await self._work.run(self._load_recent(team, account), self._timeout)
            except (SQLAlchemyError, OSError, ValueError) as error:  # a TimeoutError is an OSError
                _log.warning("count_samples_not_read", reason=reason_of(error))
                found = None
            self._read[key] = found
            return found
        return self._read[key]

    async def keep(self, team: str, account: str, sample: CountSample) -> None:
        """Keep a sample, unless there is one of the same minutes."""
        slot = _slot(sample.at)
        if self._kept.get((team, account)) == slot:
            return
        row = {
            "team_id": team,
            "account": account,
            "slot": slot,
            "at": int(sample.at.timestamp()),
            "counts": json.dumps(sample.counts),
        }
        self._kept[team, account] = slot  # no second one, if this one waits for a busy database
        try:
            await self._work.run(self._save(row), self._timeout)
        except NoAnswer as error:
            _log.warning("count_sample_not_kept_yet", reason=reason_of(error))
        except (SQLAlchemyError, OSError) as error:
            _log.warning("count_sample_not_kept", reason=reason_of(error))
            del self._kept[team, account]

    async def close(self) -> None:
        """End what still waits for the database."""
        await self._work.close()

    async def purge(self, team: str) -> None:
        """Delete old samples of a team; of those that are older than a day the first of each hour stays.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        now = self._now()
        table, earlier = count_samples, count_samples.alias()
        of_same_hour = select(earlier.c.slot).where(
            earlier.c.team_id == table.c.team_id,
            earlier.c.account == table.c.account,
            earlier.c.slot < table.c.slot,
            earlier.c.slot >= table.c.slot - table.c.slot % _SLOTS_OF_HOUR,
        )
        too_old = table.c.slot < _slot(now - KEEP)
        one_of_many = (table.c.slot < _slot(now - _THIN_AFTER)) & of_same_hour.exists()
        async with self._engine.begin() as connection:
            await connection.execute(delete(table).where(table.c.team_id == team, too_old))
            await connection.execute(delete(table).where(table.c.team_id == team, one_of_many))

    async def _save(self, row: Mapping[str, object]) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(self._insert(count_samples).values(row).on_conflict_do_nothing())

    async def _load_recent(self, team: str, account: str) -> Sequence[CountSample] | None:
        now = self._now()
        of_account = (count_samples.c.team_id == team) & (count_samples.c.account == account)
        times = select(count_samples.c.at).where(of_account).order_by(count_samples.c.at)
        async with self._engine.connect() as connection:
            found = [datetime.fromtimestamp(at, UTC) for at in await connection.scalars(times)]
            wanted = [int(at.timestamp()) for at in choose(found, now)]
            if not wanted:
                return ()
            whole = (
                select(count_samples.c.at, count_samples.c.counts)
                .where(of_account, count_samples.c.at.in_(wanted))
                .order_by(count_samples.c.at)
            )
            rows = (await connection.execute(whole)).all()
        return [CountSample(datetime.fromtimestamp(at, UTC), json.loads(text)) for at, text in rows]


def choose(times: Sequence[datetime], now: datetime) -> list[datetime]:
    """Return the times of samples that are worth to be read, in their order.

    These are the last look, the last one that is an hour old, and the first of each two hours of the day.
    Those later than now, of a clock that went back since, are none of them.
    """
    wanted = {
        max((at for at in times if at <= until), default=None) for until in (now - LAST_LOOK, now - HOUR)
    }
    points: dict[int, datetime] = {}
    for at in times:
        if now - DAY <= at <= now - LAST_LOOK:
            points.setdefault((now - at) // _POINTS, at)
    return sorted({at for at in wanted if at is not None} | set(points.values()))


def _slot(at: datetime) -> int:
    return int(at.timestamp() // SLOT.total_seconds())
