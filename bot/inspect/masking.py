"""Hide the secrets in JSON values and in texts, however they are nested and written."""

import html
import json
import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import unquote

from bot.inspect.likely_secrets import (
    REDACTED,
    decode_base64,
    mask_likely_secrets,
    mask_number,
    placeholder,
    substitute,
)
from bot.inspect.secret_keys import is_count, is_named, is_secret_key, mask_values_of_keys

LARGEST: Final = 2_000_000
"""Characters of a payload that are looked through and sent as a file; Cloudflare takes params of 1 MiB."""

TOO_LARGE: Final = placeholder("too large")
"""What stands in place of all that is beyond the characters to look through."""

_HARMLESS: Final = re.compile(r"[A-Za-z0-9_ .,/-]{0,11}")
"""A text that is too short for anything that looks like a secret."""
_DEEPEST: Final = 40
"""Lists and objects within each other, and texts within texts, that are looked into."""
_MOST_DECODINGS: Final = 3
_AT_CUT: Final = 100
"""Characters before the place where a text is cut that are not shown."""
_NODE: Final = 8
"""Characters that a value counts beside its text."""
_NAMES: Final = ("name", "key", "header", "field")
_VALUES: Final = frozenset({"value", "values", "val", "content"})
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/_-]{16,400000}+={0,2}")
_ESCAPED: Final = re.compile(r"\\{1,8}(?:u00([2-7][0-9a-fA-F])|[nrt])")


def mask_value(value: object, redact: tuple[str, ...], most: int = LARGEST) -> Any:  # noqa: ANN401 - JSON
    """Return a JSON value without secrets; see `bot.inspect.payloads.mask`."""
    return _Masker(redact, most).value(value, 0)


def read_json(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the object, list or text that a text is the JSON of; None if it is none.

    A key that an object has twice is there twice, the second time with a number.
    """
    bare = text.strip("\ufeff \t\r\n")
    if bare[:1] not in {"{", "[", '"'} or len(bare) > LARGEST:
        return None
    try:
        return json.loads(bare, object_pairs_hook=_with_own_keys)
    except (ValueError, RecursionError):
        return None


def _with_own_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of pairs. A repeated key gets a number, which matching ignores."""
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    made, counts = {}, dict.fromkeys(made, 1)
    for key, value in pairs:
        own = key
        while own in made:
            counts[key] += 1
            own = f"{key} {counts[key]}"
        made[own] = value
    return made


class _Masker:
    """Masks a value within a budget of characters."""

    def __init__(self, redact: tuple[str, ...], most: int) -> None:
        self._redact = redact
        self._left = most
        self._keys: dict[str, str] = {}

    def value(self, value: object, depth: int) -> Any:  # noqa: ANN401 - any JSON value
        self._left -= _NODE
        if isinstance(value, str):
            return self._text(value, depth)
        if isinstance(value, dict | list | tuple):
            if depth >= _DEEPEST:
                return placeholder("nested too deeply")
            return self._object(value, depth) if isinstance(value, dict) else self._list(value, depth)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return mask_number(value)

    def _object(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        name = next((value[key] for key in value if str(key).casefold() in _NAMES), None)
        pairs: list[tuple[str, Any]] = []
        for each, held in value.items():
            if self._left <= 0:
                pairs.append(("…", TOO_LARGE))
                break
            key = str(each)
            shown_key = self._key(key)
            if isinstance(name, str) and key.casefold() in _VALUES:
                shown = self._under(name, held, depth)
            else:
                shown = self._under(key, held, depth)
            pairs.append((shown_key, shown))
        return _with_own_keys(pairs)

    def _list(self, values: Sequence[Any], depth: int) -> list[Any]:
        """Mask a list; one of keys and values in turn, as of an HTTP header, is read as such."""
        shown: list[Any] = []
        in_pairs = len(values) % 2 == 0
        for place, value in enumerate(values):
            if self._left <= 0:
                shown.append(TOO_LARGE)
                break
            before = values[place - 1] if in_pairs and place % 2 else None
            if isinstance(before, str) and isinstance(value, str):
                shown.append(self._under(before, value, depth))
            else:
                shown.append(self.value(value, depth + 1))
        return shown

    def _under(self, key: str, value: object, depth: int) -> Any:  # noqa: ANN401 - any JSON value
        """Mask what stands under a key."""
        if is_named(key, self._redact):
            return placeholder(mask_likely_secrets(key))
        is_nothing = value is None or isinstance(value, bool) or value in ("", [], {}, REDACTED)
        if not is_nothing and is_secret_key(key) and not (isinstance(value, int | float) and is_count(key)):
            return placeholder(mask_likely_secrets(key))
        return self.value(value, depth + 1)

    def _key(self, key: str) -> str:
        """Mask a key; the objects of a list have the same ones."""
        if key not in self._keys:
            self._keys[key] = self._text(key, 0)
        return self._keys[key]

    def _text(self, text: str, depth: int) -> str:
        """Mask a text, and what it is the JSON of."""
        if _HARMLESS.fullmatch(text):
            return text
        left, self._left = self._left, self._left - len(text)
        if len(text) > max(left, 0):
            # What stands at the cut may be the half of a secret, which nothing tells any more.
            return self._plain(text[: max(left, 0)], 0)[:-_AT_CUT] + TOO_LARGE
        read = read_json(text)
        if read is None:
            return self._plain(text, 0)
        if depth >= _DEEPEST:
            return placeholder("nested too deeply")
        self._left = left
        masked = self.value(read, depth + 1)
        if masked == read:
            return text
        return json.dumps(masked, ensure_ascii=False)

    def _plain(self, text: str, decodings: int) -> str:
        """Mask a text that is no JSON; where it holds secrets in an encoding, return it decoded."""
        if (decoded := _decode(text)) != text:
            if decodings >= _MOST_DECODINGS:
                return placeholder("encoded too often")
            if (masked := self._plain(decoded, decodings + 1)) != decoded:
                return masked
        text = substitute(_ENCODED, lambda found: self._encoded(found[0], decodings), text)
        return mask_values_of_keys(mask_likely_secrets(text), self._redact)

    def _encoded(self, text: str, decodings: int) -> str:
        """Mask a word that may be the base64 of a secret."""
        decoded = decode_base64(text)
        if decoded is None or decodings >= _MOST_DECODINGS:
            return text
        masked = mask_value(decoded, self._redact)
        return text if masked == decoded else placeholder("encoded secret")


def _decode(text: str) -> str:
    """Return what a text says without the encodings of URLs, of JavaScript and of HTML."""
    if "%" in text:
        text = unquote(text)
    if "\\" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else "\n", text)
    return html.unescape(text) if "&" in text else text
