"""What a button carries: the whole question and the place in its answer, as a short text.

A text is `1.` (the format's version) and base64 of a digest and of compressed JSON. By the digest a text that
was cut or changed is refused and never half understood; where a click is from, Slack's signature proves.
"""

import base64
import hashlib
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Final

from pydantic import Field, TypeAdapter

from bot.browse.model import ListQuery, OverviewQuery
from bot.cloudflare.models import Position
from bot.language.times import Moment

VERSION: Final = "1"
_MOST_JSON: Final = 256 * 1024  # bytes; nothing that a button or the storage holds comes near

_DIGEST: Final = 8  # bytes
_RAW: Final = -15  # no header and no checksum of zlib's own
_SMALL: Final = 5  # zlib clears that much less memory for each of the short texts

_Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class VisitedPage:
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
        visited: the pages passed on the way here, the first one first. The API gives no way back.
    """

    query: ListQuery
    position: Position | None = None
    offset: _Count = 0
    anchor: Moment | None = None
    visited: Annotated[tuple[VisitedPage, ...], Field(alias="trail")] = ()


@dataclass(frozen=True, slots=True)
class OverviewBookmark:
    """A place in the list of workflows: the first row to show, from 0."""

    overview: OverviewQuery
    offset: _Count = 0


AnyBookmark = Bookmark | OverviewBookmark


class InvalidBookmark(Exception):
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


@lru_cache(maxsize=256)  # the buttons below a list are the same for all who look at it
def encode(bookmark: AnyBookmark) -> str:
    """A bookmark as text: some 60 characters for a plain query, as much as a cursor for each page passed."""
    return pack(_CODEC.dump_json(bookmark, exclude_defaults=True, by_alias=True))


def pack(json: bytes) -> str:
    """JSON as it travels in a text of this version, whether or not it is a bookmark's."""
    packer = zlib.compressobj(level=9, wbits=_RAW, memLevel=_SMALL, zdict=_COMMON)
    packed = packer.compress(json) + packer.flush()
    return f"{VERSION}.{_base64(_digest(packed) + packed)}"


def decode(text: str) -> AnyBookmark:
    """The bookmark that `encode` wrote.

    Raises:
        InvalidBookmark: the text is anything else.
    """
    version, _, written = text.partition(".")
    if version != VERSION:
        raise InvalidBookmark("made by another version of this bot")
    try:
        raw = base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)
        digest, packed = raw[:_DIGEST], raw[_DIGEST:]
        if _base64(raw) != written or digest != _digest(packed):
            raise InvalidBookmark("cut or changed on its way")
        json = zlib.decompressobj(wbits=_RAW, zdict=_COMMON).decompress(packed, _MOST_JSON)
        return _CODEC.validate_json(json)
    except (ValueError, zlib.error) as error:
        raise InvalidBookmark("cut or changed on its way") from error


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _digest(packed: bytes) -> bytes:
    return hashlib.blake2b(packed, digest_size=_DIGEST).digest()
