"""What a button carries: the whole question and the place in its answer, as a short text.

A text is `1.` (the format's version) and base64 of compressed JSON. Compression brings a checksum, so a
text that was cut or changed is refused and never half understood.
"""

import base64
import binascii
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field, TypeAdapter, ValidationError

from bot.cloudflare.models import Position
from bot.query.model import ListQuery, OverviewQuery

VERSION: Final = "1"
_MOST_JSON: Final = 256 * 1024  # bytes; nothing that a button or the storage holds comes near

_Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class Passed:
    """A page that the walk has left behind.

    Attributes:
        position: where it starts; None is the first page.
        rows: how many rows it held.
    """

    position: Position | None
    rows: _Count


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A place in a list of instances.

    Attributes:
        query: what is listed.
        position: the page; None is the first.
        offset: the first row to show, counted within the page from 0.
        anchor: creation time of the newest instance when the walk began; newer ones stay out.
        trail: the pages passed on the way here, the first one first. The API gives no way back.
    """

    query: ListQuery
    position: Position | None = None
    offset: _Count = 0
    anchor: datetime | None = None
    trail: tuple[Passed, ...] = ()


@dataclass(frozen=True, slots=True)
class OverviewBookmark:
    """A place in the list of workflows: the first row to show, from 0."""

    overview: OverviewQuery
    offset: _Count = 0


AnyBookmark = Bookmark | OverviewBookmark


class BookmarkUnreadable(Exception):
    """A text that is no bookmark: cut, changed, or of a version this bot does not know."""


_CODEC: Final[TypeAdapter[AnyBookmark]] = TypeAdapter(AnyBookmark)
_COMMON: Final = (
    b'"overview":{"account":"search":"'
    b"waitingForPauserollingBackterminatedcompletepausedrunningqueuedwaiting"
    b'{"query":{"workflow":"","account":"","status":"errored","since":{"text":"24h","at":"2026-11-2'
    b'"until":{"text":"1h","at":"2026-11-"rows":20,"start":{"number":,"direction":"asc"},'
    b'"position":{"token":"","offset":10,"anchor":"2026-11-2Z","trail":[{"position":null,"rows":100},'
    b'{"position":{"token":""},"rows":100}]}'
)
"""What most bookmarks hold, so that it costs next to nothing. A change of it is a new version."""


def encode(bookmark: AnyBookmark) -> str:
    """A bookmark as text: some 120 characters for a plain query, as much again for each cursor."""
    packer = zlib.compressobj(level=9, zdict=_COMMON)
    packed = packer.compress(_CODEC.dump_json(bookmark, exclude_defaults=True)) + packer.flush()
    return f"{VERSION}.{base64.urlsafe_b64encode(packed).rstrip(b'=').decode()}"


def decode(text: str) -> AnyBookmark:
    """The bookmark that `encode` wrote.

    Raises:
        BookmarkUnreadable: the text is anything else.
    """
    version, _, packed = text.partition(".")
    if version != VERSION:
        raise BookmarkUnreadable("made by another version of this bot")
    try:
        unpacker = zlib.decompressobj(zdict=_COMMON)
        padded = packed + "=" * (-len(packed) % 4)
        json = unpacker.decompress(base64.b64decode(padded, altchars=b"-_", validate=True), _MOST_JSON)
        if not unpacker.eof or unpacker.unused_data:
            raise BookmarkUnreadable("cut short, or longer than it was")
        bookmark = _CODEC.validate_json(json)
    except (binascii.Error, zlib.error, ValidationError, UnicodeError, ValueError) as error:
        raise BookmarkUnreadable("changed on its way") from error
    if encode(bookmark) != text:
        raise BookmarkUnreadable("written in another way than this bot does")
    return bookmark
