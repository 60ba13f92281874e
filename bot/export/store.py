"""The exports under way in all processes: who is told if one does not come to its end.

An export is not continued by another process. What was read of it is on the disk of the process that read it,
and read anew it takes minutes and shows one moment. So it is enough that nobody waits in vain: each process
says regularly that its exports go on, and whoever finds one of which that was not said tells the person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.slack.edited_messages import PostedMessage
from bot.storage.tables import exports

PER_PERSON: Final = 2
"""Exports that one person may have under way."""
_SILENT_FOR: Final = timedelta(seconds=60)
"""For so long a process is taken to be alive that has not said so; it says it every few seconds."""


class TooManyExports(Exception):
    """A person has as many exports under way as they may."""


@dataclass(frozen=True, slots=True)
class StoredExport:
    """An export under way.

    Attributes:
        key: names it in buttons.
        user: Slack's id of who asked for it.
        command: asks for the same again.
        message: tells of it; None if it was not posted yet.
        is_sending: its file may have been shown already.
    """

    key: str
    user: str
    command: str
    message: PostedMessage | None = None
    is_sending: bool = False


class ExportStore:
    """Keeps which exports are under way.

    Its methods raise `sqlalchemy.exc.SQLAlchemyError` or `OSError` while the database does not answer.

    Args:
        engine: every replica's database.
        now: the clock.
    """

    def __init__(self, engine: AsyncEngine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = now

    async def begin(self, export: StoredExport, team: str) -> None:
        """Note that an export begins.

        Raises:
            TooManyExports: its person has as many as they may.
        """
        count = select(func.count()).where(
            exports.c.team_id == team, exports.c.user == export.user, exports.c.beat_at > self._silent_since()
        )
        row = insert(exports).values(
            key=export.key,
            user=export.user,
            command=export.command,
            channel="",
            ts="",
            beat_at=self._seconds(),
            sending=False,
            team_id=team,
        )
        async with self._engine.begin() as connection:
            if (await connection.scalar(count) or 0) >= PER_PERSON:
                raise TooManyExports
            await connection.execute(row)

    async def tell_by(self, key: str, message: PostedMessage) -> None:
        """Note which message tells of an export."""
        await self._update(key, channel=message.channel, ts=message.ts)

    async def send(self, key: str) -> None:
        """Note that an export's file is about to be shown."""
        await self._update(key, sending=True)

    async def beat(self, key: str) -> bool:
        """Note that an export goes on; return whether it is to: nobody cancelled it or gave it up."""
        going_on = (
            update(exports)
            .where(exports.c.key == key, exports.c.cancelled_by.is_(None))
            .values(beat_at=self._seconds())
            .returning(exports.c.key)
        )
        async with self._engine.begin() as connection:
            return (await connection.execute(going_on)).first() is not None

    async def find(self, key: str, team: str) -> StoredExport | None:
        """Return an export under way, if it is."""
        found = select(exports).where(exports.c.key == key, exports.c.team_id == team)
        async with self._engine.connect() as connection:
            row = (await connection.execute(found)).mappings().first()
        return None if row is None else _export(row)

    async def cancel(self, key: str, user: str) -> None:
        """Have the process that makes an export end it."""
        await self._update(key, cancelled_by=user)

    async def canceller(self, key: str) -> str | None:
        """Return Slack's id of who cancelled an export; None for nobody."""
        async with self._engine.connect() as connection:
            return await connection.scalar(select(exports.c.cancelled_by).where(exports.c.key == key))

    async def end(self, key: str) -> None:
        """Forget an export whose person knows its end."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(exports).where(exports.c.key == key))

    async def take_abandoned(self, team: str) -> list[StoredExport]:
        """Return a team's exports that no process makes any more, and forget them: one caller has each."""
        is_abandoned = exports.c.beat_at <= self._silent_since()
        taken = delete(exports).where(exports.c.team_id == team, is_abandoned).returning(*exports.c)
        async with self._engine.begin() as connection:
            return [_export(row) for row in (await connection.execute(taken)).mappings()]

    async def _update(self, key: str, **values: str | bool) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(update(exports).where(exports.c.key == key).values(**values))

    def _silent_since(self) -> int:
        return self._seconds() - int(_SILENT_FOR.total_seconds())

    def _seconds(self) -> int:
        return int(self._now().timestamp())


def _export(row: Any) -> StoredExport:  # noqa: ANN401 - a row of the table
    message = PostedMessage(row["channel"], row["ts"]) if row["ts"] else None
    return StoredExport(row["key"], row["user"], row["command"], message, row["sending"])
