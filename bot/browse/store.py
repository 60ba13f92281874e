"""Bookmarks on their way to a button and back; the long ones wait in the database meanwhile."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.browse.bookmark import AnyBookmark, Bookmark, InvalidBookmark, decode, encode
from bot.browse.model import ListQuery, OverviewQuery
from bot.storage.tables import bookmarks
from bot.ui.limits import VALUE

_SHELVED: Final = "s1"
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_MAX_COMMAND: Final = 1500


class BookmarkExpired(Exception):
    """A long bookmark that is no longer kept.

    Attributes:
        command: what to type to ask the same again; empty if that is too long to have been kept.
    """

    def __init__(self, command: str) -> None:
        super().__init__("the bookmark is no longer kept")
        self.command = command


class BookmarkStore:
    """Turns bookmarks into buttons' values and back.

    Args:
        engine: every replica's database, so that any of them can answer any click.
        keep: how long a long bookmark can be used.
        now: the clock.
    """

    def __init__(self, engine: AsyncEngine, keep: timedelta, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._keep = keep
        self._now = now

    async def put(self, bookmark: AnyBookmark) -> str:
        """A value for a button, at most `VALUE` characters.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it is long, and the database does not take it.
        """
        text = encode(bookmark)
        if len(text) <= VALUE:
            return text
        key = secrets.token_urlsafe(12)
        now = int(self._now().timestamp())
        async with self._engine.begin() as connection:
            await connection.execute(delete(bookmarks).where(bookmarks.c.expires_at <= now))
            await connection.execute(
                insert(bookmarks).values(key=key, text=text, expires_at=now + int(self._keep.total_seconds()))
            )
        return f"{_SHELVED}.{key}.{_short_command(bookmark)}"

    async def take(self, value: str) -> AnyBookmark:
        """The bookmark of a button's value; it stays where it is, for the next click.

        Raises:
            BookmarkExpired: it was kept in the database, and for long enough.
            InvalidBookmark: the value is none of ours.
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        kind, _, rest = value.partition(".")
        if kind != _SHELVED:
            return decode(value)
        key, dot, command = rest.partition(".")
        if not dot or not _KEY.fullmatch(key):
            raise InvalidBookmark("cut or changed on its way")
        now = int(self._now().timestamp())
        async with self._engine.connect() as connection:
            text = await connection.scalar(
                select(bookmarks.c.text).where(bookmarks.c.key == key, bookmarks.c.expires_at > now)
            )
        if text is None:
            raise BookmarkExpired(command)
        return decode(text)


def _short_command(bookmark: AnyBookmark) -> str:
    """What to type for the same list from its start, should the bookmark be gone."""
    query: ListQuery | OverviewQuery
    query = bookmark.query if isinstance(bookmark, Bookmark) else bookmark.overview
    command = query.command()
    return command if len(command) <= _MAX_COMMAND else ""
