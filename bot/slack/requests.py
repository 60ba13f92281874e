"""Requests as texts: a button carries one, and the database keeps those that are too long for a button.

A text is `2.` (the format's version) and base64 of a checksum and of the compressed request. By the checksum
a text that was cut or changed is refused and never half understood. Slack's signature proves where a click is
from.
"""

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar, Final

import structlog
from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.language.command import Reading
from bot.reasons import reason_of
from bot.storage.database import insert_for
from bot.storage.tables import bookmarks
from bot.ui.explanations import Problem, explain
from bot.ui.limits import VALUE
from bot.ui.mrkdwn import command, escape

_log = structlog.get_logger(__name__)

VERSION: Final = "2"
_MOST_JSON: Final = 512 * 1024
"""Bytes of a request. The longest have the instances that a digest reports, in the database: a thousand, with
ids of up to 271 characters."""
_CHECKSUM: Final = 8  # bytes
_RAW: Final = -15  # no header and no checksum of zlib's own
_SMALL: Final = 5  # zlib clears that much less memory for each of the short texts
_KEPT: Final = "s1"
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_MAX_COMMAND: Final = 1500


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks for: a command is parsed into one, and a button carries one.

    Attributes:
        kind: names the type in a button, for good.
        readings: what was taken for what where it was typed; the answer says so.
    """

    kind: ClassVar[str]
    readings: tuple[Reading, ...] = field(default=(), kw_only=True)

    def command(self) -> str:
        """Return what to type to ask for the same, or nothing where there is no such command."""
        return ""


class InvalidButton(Exception):
    """A value that is no request: cut, changed, or of a version this bot does not know."""


class ExpiredButton(Exception):
    """A button's request was kept in the database, for long enough.

    Attributes:
        command: what to type to ask for the same; empty if that was too long to be kept.
    """

    def __init__(self, command: str) -> None:
        super().__init__("the request is no longer kept")
        self.command = command


@explain.register
def _(error: ExpiredButton) -> Problem:
    again = f"Type it again: {command(error.command)}" if error.command else "Type the command again."
    return Problem("This list is too old to be continued.", (again,))


@explain.register
def _(error: InvalidButton) -> Problem:
    return Problem(
        "This button can't be read.",
        (f"It was {escape(str(error))}. Type the command again.",),
    )


class RequestCodec:
    """Writes requests as texts and reads them.

    Args:
        kinds: every type of request that a button may carry.
        common: what most texts hold, so that it costs next to nothing. A change of it is a new version.
    """

    def __init__(self, kinds: Iterable[type[Request]], common: bytes) -> None:
        self.kinds: Final = tuple(kinds)
        self._kinds = {request.kind: request for request in self.kinds}
        self._common = common
        self.encode = lru_cache(maxsize=256)(self.write)  # all who look at a list get the same buttons

    def write(self, request: Request) -> str:
        """Return a request as text: some 60 characters for a plain list. `encode` remembers it."""
        if self._kinds.get(request.kind) is not type(request):
            raise TypeError(f"no button carries a {type(request).__name__}")
        json = adapter(type(request)).dump_json(request, exclude_defaults=True, by_alias=True)
        return self.pack(request.kind.encode() + json)

    def pack(self, written: bytes) -> str:
        """Return what was written as it travels, compressed and with a checksum."""
        packer = zlib.compressobj(level=9, wbits=_RAW, memLevel=_SMALL, zdict=self._common)
        packed = packer.compress(written) + packer.flush()
        return f"{VERSION}.{_base64(_checksum(packed) + packed)}"

    def decode(self, text: str) -> Request:
        """Return the request that `encode` wrote.

        Raises:
            InvalidButton: the text is anything else.
        """
        version, _, written = text.partition(".")
        if version != VERSION:
            raise InvalidButton("made by another version of this bot")
        kind, brace, json = unpack(written, self._common).partition(b"{")
        request = self._kinds.get(kind.decode("ascii", "replace"))
        if request is None:
            raise InvalidButton("made by another version of this bot")
        try:
            read: Request = adapter(request).validate_json(brace + json)
        except ValueError as error:
            raise InvalidButton("cut or changed on its way") from error
        return read


def unpack(written: str, common: bytes) -> bytes:
    """Return what was compressed behind a checksum.

    Raises:
        InvalidButton: it was cut or changed.
    """
    try:
        raw = base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)
        checksum, packed = raw[:_CHECKSUM], raw[_CHECKSUM:]
        if _base64(raw) != written or checksum != _checksum(packed):
            raise InvalidButton("cut or changed on its way")
        return zlib.decompressobj(wbits=_RAW, zdict=common).decompress(packed, _MOST_JSON)
    except (ValueError, zlib.error) as error:
        raise InvalidButton("cut or changed on its way") from error


class RequestStore:
    """Turns requests into buttons' values and back.

    Args:
        engine: every replica's database, so that any of them can answer any click.
        codec: writes and reads the texts.
        keep: how long a request that does not fit into a button can be used.
        now: the clock.
    """

    def __init__(
        self, engine: AsyncEngine, codec: RequestCodec, keep: timedelta, now: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._insert = insert_for(engine)
        self._codec = codec
        self._keep = keep
        self._now = now

    def fits(self, request: Request) -> bool:
        """Return whether a request fits into a button and needs no database."""
        return len(self._codec.encode(request)) <= VALUE

    def encode_if_fits(self, request: Request) -> str | None:
        """Return a value for a button that needs no database; None if the request does not fit into one.

        It is not remembered: a list has one for each of its rows, which would push out all others.
        """
        text = self._codec.write(request)
        return text if len(text) <= VALUE else None

    async def save(self, request: Request, team: str, most: int = VALUE) -> str:
        """Return a value for a button that a team sees, at most so many characters.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it is long, and the database does not take it.
        """
        text = self._codec.encode(request)
        if len(text) <= most:
            return text
        key = digest(team, text)
        expires_at = self._seconds() + int(self._keep.total_seconds())
        row = self._insert(bookmarks).values(key=key, text=text, expires_at=expires_at, team_id=team)
        row = row.on_conflict_do_update(index_elements=["key"], set_={"expires_at": row.excluded.expires_at})
        async with self._engine.begin() as connection:
            await connection.execute(row)
        again, kept = request.command(), f"{_KEPT}.{key}."
        return f"{kept}{again if len(again) <= min(_MAX_COMMAND, most - len(kept)) else ''}"

    async def try_save(self, request: Request, team: str) -> str | None:
        """Return the value that `save` does, or None where the database can't keep it: the rest is shown."""
        try:
            return await self.save(request, team)
        except (SQLAlchemyError, OSError) as error:
            _log.error("bookmark_not_kept", reason=reason_of(error))
            return None

    async def load(self, value: str, team: str, read_old: Callable[[str], Request]) -> Request:
        """Return the request of a button's value; a kept one stays in the database for the next click.

        Args:
            value: as Slack sends it.
            team: of the person who clicked; what another team's buttons carry is not found.
            read_old: reads a text of version 1, of which the button's action tells what it asks for.

        Raises:
            ExpiredButton: it was kept in the database, and for long enough.
            InvalidButton: the value is none of ours.
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        text = await self._load_text(value, team) if value.startswith(f"{_KEPT}.") else value
        return self._codec.decode(text) if text.startswith(f"{VERSION}.") else read_old(text)

    async def purge(self, team: str) -> None:
        """Delete what was kept of a team for long enough.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        has_expired = bookmarks.c.expires_at <= self._seconds()
        async with self._engine.begin() as connection:
            await connection.execute(delete(bookmarks).where(bookmarks.c.team_id == team, has_expired))

    async def _load_text(self, value: str, team: str) -> str:
        key, dot, again = value.removeprefix(f"{_KEPT}.").partition(".")
        if not dot or not _KEY.fullmatch(key):
            raise InvalidButton("cut or changed on its way")
        is_kept = bookmarks.c.expires_at > self._seconds()
        async with self._engine.connect() as connection:
            text = await connection.scalar(
                select(bookmarks.c.text).where(bookmarks.c.key == key, bookmarks.c.team_id == team, is_kept)
            )
        if text is None:
            raise ExpiredButton(again)
        return str(text)

    def _seconds(self) -> int:
        return int(self._now().timestamp())


def digest(*parts: str) -> str:
    """Return a digest of texts in 22 characters, the same for the same texts in this order only."""
    return _base64(hashlib.blake2b(to_json(parts), digest_size=16).digest())


def adapter(request: type[Request]) -> TypeAdapter[Any]:
    """Return what writes and reads a type of request, made at its first use as that takes a while."""
    if request not in _ADAPTERS:
        _ADAPTERS[request] = TypeAdapter(request)
    return _ADAPTERS[request]


_ADAPTERS: Final[dict[type[Request], TypeAdapter[Any]]] = {}


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _checksum(packed: bytes) -> bytes:
    return hashlib.blake2b(packed, digest_size=_CHECKSUM).digest()
