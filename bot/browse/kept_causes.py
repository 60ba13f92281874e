"""Why instances failed that have ended, in the database: every replica asks Cloudflare once, for good.

The database is a memory and no more: while it does not answer, Cloudflare is asked instead.
"""

import time
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cloudflare.causes import Cause
from bot.reasons import reason_of
from bot.storage.database import insert_for
from bot.storage.held_work import HeldWork
from bot.storage.tables import causes

_T = TypeVar("_T")
_log = structlog.get_logger(__name__)

KEEP: Final = timedelta(days=30)
"""For how long after the end of an instance: Cloudflare keeps none for longer."""
_AT_ONCE: Final = 1_000
"""Rows of one statement; a database takes some thousands of values."""
TIMEOUT: Final = timedelta(seconds=2)
"""How long the database may take: Cloudflare's own answer is no further away."""
_PAUSE: Final = timedelta(seconds=30)
"""For how long the database is left alone once it did not answer."""
_FIND: Final = select(causes.c.key, causes.c.step, causes.c.name, causes.c.message).where(
    causes.c.team_id == bindparam("team"),
    causes.c.expires_at > bindparam("now"),
    causes.c.key.in_(bindparam("keys", expanding=True)),
)
"""Every screen with failures asks it, so that it is put together once."""


class CauseStore:
    """Keeps causes by a key of which instance and which end of it; nothing in them is secret.

    Args:
        engine: every replica's database.
        now: the clock.
        timer: a monotonic clock in seconds.
        timeout: how long a statement is waited for.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        now: Callable[[], datetime],
        timer: Callable[[], float] = time.monotonic,
        timeout: timedelta = TIMEOUT,
    ) -> None:
        self._engine = engine
        self._insert = insert_for(engine)
        self._now = now
        self._timer = timer
        self._timeout = timeout
        self._resume_at = 0.0
        self._work = HeldWork()

    async def load(self, keys: Collection[str], team: str) -> Mapping[str, Cause]:
        """Return what is kept of a team's by these keys; nothing while the database does not answer."""
        if not keys:
            return {}
        return await self._try("causes_not_read", lambda: self._load(list(keys), team)) or {}

    async def save(self, found: Mapping[str, tuple[Cause, datetime]], team: str) -> None:
        """Keep causes by their keys, each with when its instance ended, unless the database does not answer.

        Their texts hold nothing that a database refuses, see `to_storable`.
        """
        oldest = self._now() - KEEP
        rows = [
            {
                "key": key,
                "step": cause.step,
                "name": cause.name,
                "message": cause.message,
                "expires_at": int((ended_on + KEEP).timestamp()),
                "team_id": team,
            }
            for key, (cause, ended_on) in found.items()
            if ended_on > oldest
        ]
        if rows:
            await self._try("causes_not_kept", lambda: self._save(rows))

    async def close(self) -> None:
        """End what still waits for the database."""
        await self._work.close()

    async def purge(self, team: str) -> None:
        """Delete a team's causes of instances that Cloudflare no longer has.

        Raises:
            sqlalchemy.exc.SQLAlchemyError, OSError: the database does not answer.
        """
        has_expired = causes.c.expires_at <= self._seconds()
        async with self._engine.begin() as connection:
            await connection.execute(delete(causes).where(causes.c.team_id == team, has_expired))

    async def _load(self, keys: Sequence[str], team: str) -> Mapping[str, Cause]:
        found = {}
        values = {"team": team, "now": self._seconds()}
        async with self._engine.connect() as connection:
            for first in range(0, len(keys), _AT_ONCE):
                some = {**values, "keys": keys[first : first + _AT_ONCE]}
                for key, step, name, message in await connection.execute(_FIND, some):
                    found[key] = Cause(step, name, message)
        return found

    async def _save(self, rows: Sequence[Mapping[str, object]]) -> None:
        each_once = self._insert(causes).on_conflict_do_nothing()
        async with self._engine.begin() as connection:
            await connection.execute(each_once, rows)

    async def _try(self, event: str, work: Callable[[], Coroutine[Any, Any, _T]]) -> _T | None:
        """Return what the database comes to; None where it fails or takes too long, and for a while after."""
        if self._timer() < self._resume_at:
            return None
        try:
            return await self._work.run(work(), self._timeout)
        except (SQLAlchemyError, OSError) as error:  # a TimeoutError is an OSError
            _log.warning(event, reason=reason_of(error))
            self._resume_at = self._timer() + _PAUSE.total_seconds()
            return None

    def _seconds(self) -> int:
        return int(self._now().timestamp())


def to_storable(cause: Cause) -> Cause:
    """Return a cause whose texts every database takes: without NUL and lone surrogates."""
    return Cause(*(_storable(text) for text in (cause.step, cause.name, cause.message)))


def _storable(text: str | None) -> str | None:
    if text is None:
        return None
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
