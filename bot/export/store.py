"""The exports under way in all processes: who is told if one does not come to its end.

An export is not continued by another process. What was read of it is on the disk of the process that read it,
and read anew it takes minutes and shows one moment. So it is enough that no person waits in vain: each
process says regularly that its exports go on, and another one tells the person of one of which that was not
said.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Insert, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.slack.edited_messages import PostedMessage
from bot.storage.tables import exports

PER_PERSON: Final = 2
"""Exports that one person may have under way."""
_SILENT_FOR: Final = timedelta(seconds=60)
"""For so long a process is taken to be alive that has not said so; it says it every few seconds."""


class TooManyExports(Exception):
    """A person has as many exports under way as they may."""


class ExportForgotten(Exception):
    """An export is not in the database: another process told its person that it was interrupted."""


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
        async with self._engine.begin() as connection:
            if (await connection.scalar(count) or 0) >= PER_PERSON:
                raise TooManyExports
            await connection.execute(self._insert(export, team))

    async def restore(self, export: StoredExport, team: str) -> None:
        """Note anew that an export goes on, which was forgotten."""
        async with self._engine.begin() as connection:
            await connection.execute(self._insert(export, team))

    async def tell_by(self, key: str, message: PostedMessage) -> None:
        """Note which message tells of an export."""
        told = update(exports).where(exports.c.key == key).values(channel=message.channel, ts=message.ts)
        async with self._engine.begin() as connection:
            await connection.execute(told)

    async def send(self, key: str) -> str | None:
        """Note that an export's file is about to be shown, unless a person cancelled it; return who.

        Raises:
            ExportForgotten: it is not there.
        """
        return await self._update(key, sending=exports.c.cancelled_by.is_(None))

    async def beat(self, key: str) -> str | None:
        """Note that an export goes on; return Slack's id of the person who cancelled it, if one did.

        Raises:
            ExportForgotten: it is not there.
        """
        return await self._update(key, beat_at=self._seconds())

    async def find(self, key: str, team: str) -> StoredExport | None:
        """Return an export under way, if it is."""
        found = select(exports).where(exports.c.key == key, exports.c.team_id == team)
        async with self._engine.connect() as connection:
            row = (await connection.execute(found)).mappings().first()
        return None if row is None else _export(row)

    async def cancel(self, key: str, user: str) -> bool:
        """Have the process that makes an export end it; return whether that is still possible."""
        cancelled = (
            update(exports)
            .where(exports.c.key == key, exports.c.sending.is_(False))
            .values(cancelled_by=user)
            .returning(exports.c.key)
        )
        async with self._engine.begin() as connection:
            return (await connection.execute(cancelled)).first() is not None

    async def end(self, key: str) -> bool:
        """Forget an export whose person knows its end; return whether it was there."""
        ended = delete(exports).where(exports.c.key == key).returning(exports.c.key)
        async with self._engine.begin() as connection:
            return (await connection.execute(ended)).first() is not None

    async def take_abandoned(self, team: str, own: Collection[str]) -> list[StoredExport]:
        """Return a team's exports that no process makes any more, and forget them: one caller has each.

        Args:
            team: Slack's id of the workspace.
            own: those that the caller makes; it may have stood still for a while.
        """
        is_abandoned = (exports.c.beat_at <= self._silent_since()) & exports.c.key.not_in(own)
        taken = delete(exports).where(exports.c.team_id == team, is_abandoned).returning(*exports.c)
        async with self._engine.begin() as connection:
            return [_export(row) for row in (await connection.execute(taken)).mappings()]

    async def _update(self, key: str, **values: int | ColumnElement[bool]) -> str | None:
        """Change an export; return Slack's id of the person who cancelled it, if one did.

        Raises:
            ExportForgotten: it is not there.
        """
        changed = (
            update(exports).where(exports.c.key == key).values(**values).returning(exports.c.cancelled_by)
        )
        async with self._engine.begin() as connection:
            row = (await connection.execute(changed)).first()
        if row is None:
            raise ExportForgotten
        return None if row[0] is None else str(row[0])

    def _insert(self, export: StoredExport, team: str) -> Insert:
        return insert(exports).values(
            key=export.key,
            user=export.user,
            command=export.command,
            channel=export.message.channel if export.message else "",
            ts=export.message.ts if export.message else "",
            beat_at=self._seconds(),
            sending=export.is_sending,
            team_id=team,
        )

    def _silent_since(self) -> int:
        return self._seconds() - int(_SILENT_FOR.total_seconds())

    def _seconds(self) -> int:
        return int(self._now().timestamp())


def _export(row: Any) -> StoredExport:  # noqa: ANN401 - a row of the table
    message = PostedMessage(row["channel"], row["ts"]) if row["ts"] else None
    return StoredExport(row["key"], row["user"], row["command"], message, row["sending"])
