"""Opaque cursors with a checksum, so that foreign ones are refused."""

import base64
import binascii
import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, Literal

from bot.playground.simulators.cloudflare.envelope import invalid
from bot.playground.simulators.cloudflare.parameters import Direction
from bot.playground.simulators.cloudflare.wire import JsonObject

_CHECKSUM_BYTES: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorContent:
    """The position before a page: a row's key (keyset), and the number of newer rows (offset)."""

    kind: Literal["keyset", "offset"]
    workflow: str
    created_on: str
    id: str
    newer_rows: int
    direction: Direction
    filter: JsonObject
    issued_at: float

    @property
    def key(self) -> tuple[datetime, str]:
        """The key of the last row shown."""
        return datetime.fromisoformat(self.created_on), self.id


def encode_cursor(content: CursorContent, padding: int) -> str:
    """Encode a cursor; ``padding`` adds that many characters.

    It is standard base64, so it may contain ``+``, ``/`` and ``=``: a client must percent-encode it.
    """
    payload = json.dumps(asdict(content), separators=(",", ":")).encode()
    return f"{base64.b64encode(payload).decode()}.{_checksum(payload, padding)}"


def decode_cursor(token: str) -> CursorContent:
    """Decode a cursor.

    Raises:
        ApiError: It is malformed, or its checksum is wrong.
    """
    encoded, _, checksum = token.partition(".")
    try:
        payload = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid("invalid_cursor") from error
    if len(checksum) < len(_checksum(payload, 0)) or checksum != _checksum(
        payload, len(checksum) - len(_checksum(payload, 0))
    ):
        raise invalid("invalid_cursor")
    return CursorContent(**json.loads(payload))


def _checksum(payload: bytes, padding: int) -> str:
    length = _CHECKSUM_BYTES * 4 // 3 + padding
    return base64.b64encode(hashlib.shake_256(payload).digest(length)).decode()[:length]
