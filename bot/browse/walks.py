"""Long walks through lists, in the database: each page once, with the page before it.

A button holds the walk that leads to its place as long as that fits. From then on the pages are kept here,
and buttons name theirs by its key. A key is a digest of what a row holds, so that the same page is the same
row, however often it is written and by which replica. Pages live as long as their walk, which lives on with
each button.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import structlog
from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlalchemy import RowMapping, Select, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.browse.bookmark import Bookmark, KeptPage, KeptPlace, start_of
from bot.browse.requests import AtPlace
from bot.cloudflare.models import Position
from bot.reasons import reason_of
from bot.slack.requests import ExpiredButton, InvalidButton, Request, RequestStore, digest
from bot.storage.database import insert_for
from bot.storage.tables import visited_pages, walks

_log = structlog.get_logger(__name__)

_PURGED_AT_ONCE: Final = 100  # walks; their pages may be many


class WalkStore:
    """Keeps the walks that are too long for a button.

    Its methods raise `sqlalchemy.exc.SQLAlchemyError` or `OSError` while the database does not answer.

    Args:
        engine: every replica's database, so that any of them can answer any click.
        requests: says what fits into a button.
        keep: how long a walk is kept after its last button was made.
        now: the clock.
    """

    def __init__(
        self, engine: AsyncEngine, requests: RequestStore, keep: timedelta, now: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._insert = insert_for(engine)
        self._requests = requests
        self._keep = keep
        self._now = now

    async def shorten(self, request: Request, team: str) -> Request:
        """Return a request that leads to the same place and fits into a button, whatever the walk to it."""
        if not isinstance(request, AtPlace):
            return request
        place = request.place
        if isinstance(place, Bookmark) and (place.kept is not None or not self._requests.fits(request)):
            place = await self._save(place, team)
        short = replace(request, place=place)
        if isinstance(place, KeptPlace) and not self._requests.fits(short):
            return replace(request, place=replace(place, again=""))
        return short

    async def find(self, place: KeptPlace, team: str) -> Bookmark:
        """Return the bookmark of a place.

        Raises:
            ExpiredButton: the walk was kept for long enough, or is another team's.
            InvalidButton: what is kept can't be read.
        """
        asked = (
            select(visited_pages, walks.c.text)
            .join(walks, walks.c.key == visited_pages.c.walk)
            .where(
                visited_pages.c.key == place.page,
                visited_pages.c.team_id == team,
                walks.c.team_id == team,
                walks.c.expires_at > self._seconds(),
            )
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(asked)).mappings().first()
        if row is None:
            raise ExpiredButton(place.again)
        try:
            return _bookmark(row, place.offset)
        except ValueError as error:
            raise InvalidButton("changed where it was kept") from error

    async def has_passed(self, page: KeptPage, position: Position) -> bool:
        """Return whether a walk led through a position, to this page or before it.

        Without an answer of the database it says no: a list that goes in a circle is then noticed later.
        """
        same = select(visited_pages.c.key).where(
            visited_pages.c.walk == page.walk,
            visited_pages.c.position_digest == digest(_position_to_json(position)),
            visited_pages.c.rows_before <= page.rows_before,
        )
        try:
            async with self._engine.connect() as connection:
                found = (await connection.scalars(same)).all()
                # Almost always none. Another walk may have led there by other pages, so this one is followed.
                return bool(found) and await connection.scalar(_passed(page, found)) is not None
        except (SQLAlchemyError, OSError) as error:
            _log.error("walk_not_read", reason=reason_of(error))
            return False

    async def purge(self, team: str) -> None:
        """Delete the walks of a team that have expired, and their pages."""
        expired = (
            select(walks.c.key)
            .where(walks.c.team_id == team, walks.c.expires_at <= self._seconds())
            .limit(_PURGED_AT_ONCE)
        )
        more = True
        while more:
            async with self._engine.begin() as connection:
                # The walks first: who begins one of them anew waits for this, and then writes its pages.
                gone = delete(walks).where(walks.c.key.in_(expired)).returning(walks.c.key)
                keys = (await connection.scalars(gone)).all()
                await connection.execute(delete(visited_pages).where(visited_pages.c.walk.in_(keys)))
            more = len(keys) == _PURGED_AT_ONCE

    async def _save(self, mark: Bookmark, team: str) -> KeptPlace:
        begin = Bookmark(mark.query, start_of(mark), anchor=mark.anchor)
        text = _bookmarks().dump_json(begin, exclude_defaults=True).decode()
        walk = digest(team, text)
        page, rows = _pages(mark, walk)
        expires_at = self._seconds() + int(self._keep.total_seconds())
        kept = self._insert(walks).values(key=walk, text=text, expires_at=expires_at, team_id=team)
        kept = kept.on_conflict_do_update(
            index_elements=["key"], set_={"expires_at": kept.excluded.expires_at}
        )
        async with self._engine.begin() as connection:
            await connection.execute(kept)
            if rows:
                each_once = self._insert(visited_pages).on_conflict_do_nothing()
                await connection.execute(each_once, [{**row, "team_id": team} for row in rows])
        return KeptPlace(page, mark.offset, mark.query.command())

    def _seconds(self) -> int:
        return int(self._now().timestamp())


def _passed(page: KeptPage, keys: Sequence[str]) -> Select[tuple[str]]:
    """Ask for one of some pages that is this page or one before it."""
    link = select(visited_pages.c.key, visited_pages.c.previous)
    passed = link.where(visited_pages.c.key == page.key).cte("passed", recursive=True)
    passed = passed.union_all(link.join(passed, visited_pages.c.key == passed.c.previous))
    return select(passed.c.key).where(passed.c.key.in_(keys)).limit(1)


def _pages(mark: Bookmark, walk: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the key of a bookmark's page, and the rows from there back to what is kept already."""
    positions = [*(passed.position for passed in mark.visited), mark.position]
    rows: list[dict[str, Any]] = []
    row: dict[str, Any] = {"walk": walk, "previous": None, "rows_before": 0, "back": None, "back_rows": 0}
    kept = mark.kept
    if kept is not None:
        row |= {"rows_before": kept.rows_before, "back": kept.back, "back_rows": kept.back_rows}
    # A walk over empty pages is another one as soon as it meets the row that bounds it.
    key = kept.key if kept is not None and kept.walk == walk else _add(rows, row, positions[0])
    for passed, position in zip(mark.visited, positions[1:], strict=True):
        row |= {"previous": key, "rows_before": row["rows_before"] + passed.rows}
        if passed.rows:
            row |= {"back": key, "back_rows": passed.rows}
        key = _add(rows, row, position)
    return key, rows


def _add(rows: list[dict[str, Any]], row: dict[str, Any], position: Position | None) -> str:
    """Add the row of a page at a position and return its key."""
    written = _position_to_json(position)
    key = digest(to_json(row).decode(), written)
    rows.append({**row, "key": key, "position": written, "position_digest": digest(written)})
    return key


def _bookmark(row: RowMapping, offset: int) -> Bookmark:
    """Return the bookmark of a page of a walk.

    Raises:
        ValueError: it can't be read.
    """
    begin = _bookmarks().validate_json(row["text"])
    page = KeptPage(
        row["key"], row["walk"], begin.position, row["rows_before"], row["back"], row["back_rows"]
    )
    return replace(begin, position=_positions().validate_json(row["position"]), offset=offset, kept=page)


@cache
def _bookmarks() -> TypeAdapter[Bookmark]:
    """Return what writes and reads bookmarks, made at its first use as that takes a while."""
    return TypeAdapter(Bookmark)


@cache
def _positions() -> TypeAdapter[Position | None]:
    return TypeAdapter(Position | None)


def _position_to_json(position: Position | None) -> str:
    return _positions().dump_json(position).decode()
