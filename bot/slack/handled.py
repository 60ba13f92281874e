"""Requests that change or post something are handled once, by all processes together and across restarts.

Slack, or what stands between Slack and the bot, may send a request again: to another replica, or to a process
that was started since. A row for each request says that it was begun, and later that it was answered.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.reasons import reason_of
from bot.slack.interaction import Interaction
from bot.slack.reply import Reply, UserError
from bot.slack.requests import digest
from bot.storage.database import insert_for
from bot.storage.tables import handled_requests
from bot.ui.explanations import is_explained
from bot.ui.notices import repeated_message

_log = structlog.get_logger(__name__)

KEEP: Final = timedelta(hours=1)
"""Slack's signatures are good for minutes, and its own retries end sooner."""
_UPDATE: Final = update(handled_requests).where(handled_requests.c.key == bindparam("of_key"))


class HandledRequests:
    """Remembers which requests were begun.

    Its methods raise `sqlalchemy.exc.SQLAlchemyError` or `OSError` while the database does not answer.

    Args:
        engine: every replica's database.
        now: the clock.
    """

    def __init__(self, engine: AsyncEngine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        insert = insert_for(engine)(handled_requests)
        # Put together once: that takes as long as to insert a row.
        self._insert = insert.on_conflict_do_nothing().returning(handled_requests.c.key)
        self._now = now

    async def handle(self, interaction: Interaction, work: Callable[[], Awaitable[Reply]]) -> Reply:
        """Do what a request asks for, unless it was begun before.

        If this process ends meanwhile, nobody can tell whether it was done: that is what a second request is
        told then, and it does nothing. A person who asks again makes a new request.

        Raises:
            UserError: it was begun before, here or elsewhere.
            Exception: what the work raises.
        """
        if not interaction.identity:  # Slack sends none
            return await work()
        key = _key(interaction)
        if not await self.begin(interaction):
            raise UserError(repeated_message(is_answered=bool(await self._is_answered(key))))
        try:
            reply = await work()
        except Exception as error:
            if isinstance(error, UserError) or is_explained(error):
                await self._end(key)
            raise
        await self._end(key)
        return reply

    async def begin(self, interaction: Interaction) -> bool:
        """Note that a request is begun; return False if it was before, here or elsewhere."""
        row = {"key": _key(interaction), "begun_at": self._seconds(), "team_id": interaction.team}
        async with self._engine.begin() as connection:
            done = await connection.execute(self._insert, row)
            is_first = done.first() is not None
        if not is_first:
            _log.warning("duplicate_request")
        return is_first

    async def require_first(self, interaction: Interaction) -> None:
        """Make sure that a request was not begun before.

        Raises:
            UserError: it was, here or elsewhere.
        """
        answered = await self._is_answered(_key(interaction))
        if answered is not None:
            raise UserError(repeated_message(is_answered=answered))

    async def purge(self, team: str) -> None:
        """Forget a team's requests that no one sends again."""
        is_old = handled_requests.c.begun_at <= self._seconds() - int(KEEP.total_seconds())
        async with self._engine.begin() as connection:
            await connection.execute(
                delete(handled_requests).where(handled_requests.c.team_id == team, is_old)
            )

    async def _end(self, key: str) -> None:
        """Note that a request is answered. It is, even where the database can't say so later."""
        try:
            async with self._engine.begin() as connection:
                await connection.execute(_UPDATE, {"of_key": key, "answered_at": self._seconds()})
        except (SQLAlchemyError, OSError) as error:
            _log.warning("answer_not_noted", reason=reason_of(error))

    async def _is_answered(self, key: str) -> bool | None:
        """Return whether a request that was begun is answered; None if it was not begun."""
        asked = select(handled_requests.c.answered_at.is_not(None)).where(handled_requests.c.key == key)
        async with self._engine.connect() as connection:
            return await connection.scalar(asked)

    def _seconds(self) -> int:
        return int(self._now().timestamp())


def _key(interaction: Interaction) -> str:
    return digest(interaction.team, interaction.identity)
