"""What is shown of an instance's params and outputs: no secrets, indented, and cut where it is long."""

import html
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from pydantic_core import PydanticSerializationError, to_json

from bot.inspect.likely_secrets import (
    REDACTED,
    decode_base64,
    hidden,
    mask_likely_secrets,
    mask_number,
)
from bot.inspect.secret_keys import is_count, is_named, is_secret_key, mask_values_of_keys

PREVIEW: Final = 2_400
"""Characters of a payload that a message shows."""
LARGEST: Final = 2_000_000
"""Characters of a payload that are looked through and sent as a file; Cloudflare takes params of 1 MiB."""

_DEEPEST: Final = 40
"""Lists and objects within each other, and texts within texts, that are looked into."""
_MOST_DECODINGS: Final = 3
_NODE: Final = 8
"""Characters that a value counts beside its text."""
_MARGIN: Final = 4_000
"""Characters beyond a preview that are looked through, so that no secret is cut at its end."""
_NAMES: Final = ("name", "key", "header", "field")
_VALUES: Final = frozenset({"value", "values", "val", "content"})
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/_-]{16,400000}+={0,2}")
_ESCAPED: Final = re.compile(r"\\{1,8}u00([2-7][0-9a-fA-F])")
_TRUNCATED: Final = re.compile(r"\.{0,3}\s?\[truncated[^\[\]\n]{0,80}\]?\s*\Z")
"""The end of an output that Cloudflare has cut."""


@dataclass(frozen=True, slots=True)
class PayloadPolicy:
    """What people may see of payloads.

    Attributes:
        show: whether they are shown at all.
        redact: keys whose values are hidden, beside those that likely name a secret: `*` stands for any
            letters, `?` for one; case, `-`, `_` and camel's humps do not count.
    """

    show: bool = True
    redact: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Payload:
    """A payload as a person may see it.

    Attributes:
        text: its beginning without secrets: JSON indented, anything else as it is.
        total: the characters of the whole; None where there are no more than `text` has.
        is_json: whether it is JSON, and not another text.
        cut_by_cloudflare: it is not all that the workflow made: Cloudflare has cut it.
        hidden_by_workflow: its step calls it sensitive, so that Cloudflare does not tell it.
    """

    text: str
    total: int | None = None
    is_json: bool = True
    cut_by_cloudflare: bool = False
    hidden_by_workflow: bool = False


def may_share(policy: PayloadPolicy, *, has_right: bool) -> bool:
    """Return whether a person may post payloads where others read them.

    Args:
        policy: what anybody may see.
        has_right: whether they have the right `payloads`.
    """
    return policy.show and has_right


def mask(value: object, policy: PayloadPolicy, most: int = LARGEST) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value without secrets, otherwise unchanged; masking it again changes nothing.

    Hidden are the values of keys that are named in the settings or likely name a secret, and what looks like
    one anywhere: in texts, in JSON within texts and in keys. In its place stands what it was.

    Args:
        value: as JSON is read.
        policy: with the keys of the settings.
        most: characters to look through; what is beyond them is left out, and a word says so.
    """
    return _Masker(policy, most).value(value, 0)


def mask_text(text: str, policy: PayloadPolicy) -> str:
    """Return a text of an author, as an error's message, without secrets; see `mask`."""
    return str(mask(text, policy))


def preview(value: object, policy: PayloadPolicy, most: int = PREVIEW) -> Payload:
    """Return the beginning of a payload, of at most `most` characters, without secrets.

    The time that it takes does not grow with the payload, but for reading it as JSON.
    """
    return _payload(value, policy, most, most + _MARGIN)


def whole(value: object, policy: PayloadPolicy) -> Payload:
    """Return a payload without secrets, up to `LARGEST` characters."""
    return _payload(value, policy, LARGEST, LARGEST)


def _payload(value: object, policy: PayloadPolicy, most: int, budget: int) -> Payload:
    if isinstance(value, str):
        if value.strip() == REDACTED:
            return Payload("", hidden_by_workflow=True)
        read = _read_json(value)
        if read is None:
            return _text_payload(value, policy, most, budget)
        value = read.value
    total = len(_write(value))
    text = _write(mask(value, policy, budget))
    if len(text) <= most and total <= budget:
        return Payload(text)
    return Payload(_cut_at_line(text, most), max(total, len(text)))


def _text_payload(text: str, policy: PayloadPolicy, most: int, budget: int) -> Payload:
    cut = _TRUNCATED.search(text[-200:]) is not None
    shown = mask_text(text[:budget], policy)
    if len(text) <= budget and len(shown) <= most:
        return Payload(shown, is_json=False, cut_by_cloudflare=cut)
    return Payload(_cut_at_line(shown, most), len(text), is_json=False, cut_by_cloudflare=cut)


def _cut_at_line(text: str, most: int) -> str:
    """Return the beginning of a text up to the end of a line, or of a word where lines are long."""
    if len(text) <= most:
        return text
    kept = text[:most]
    for mark in ("\n", " "):
        end = kept.rfind(mark)
        if end > most // 2:
            return kept[:end]
    opened = kept.rfind("[hidden: ")
    return kept[:opened] if opened > kept.rfind("]") else kept


@dataclass(frozen=True, slots=True)
class _Json:
    """What a text is the JSON of, and whether an object in it had a key twice."""

    value: Any
    has_repeated_keys: bool = False


def _read_json(text: str) -> _Json | None:
    """Return what a text is the JSON of; None if it is no object, list or text."""
    bare = text.strip("\ufeff \t\r\n")
    if bare[:1] not in {"{", "[", '"'} or len(bare) > LARGEST:
        return None
    repeated = []

    def to_object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            repeated.append(made)
            made = _with_own_keys(pairs)
        return made

    try:
        value = json.loads(bare, object_pairs_hook=to_object)
    except (ValueError, RecursionError):
        return None
    return _Json(value, bool(repeated))


def _with_own_keys(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of pairs, in which a key that is there already gets a number."""
    made: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for key, value in pairs:
        own = key
        while own in made:
            counts[key] = counts.get(key, 1) + 1
            own = f"{key} {counts[key]}"
        made[own] = value
    return made


def _write(value: object) -> str:
    """Write a value as indented JSON."""
    try:
        return to_json(value, indent=2, inf_nan_mode="constants").decode()
    except (PydanticSerializationError, ValueError):  # half a surrogate pair, or nested too deeply
        try:
            return json.dumps(value, indent=2, ensure_ascii=False)
        except (RecursionError, ValueError):
            return hidden("nested too deeply")


class _Masker:
    """Masks a value within a budget of characters."""

    def __init__(self, policy: PayloadPolicy, most: int) -> None:
        self._redact = policy.redact
        self._left = most

    def value(self, value: object, depth: int) -> Any:  # noqa: ANN401 - any JSON value
        self._left -= _NODE
        if isinstance(value, str):
            return self._text(value, depth)
        if isinstance(value, dict | list | tuple):
            if depth >= _DEEPEST:
                return hidden("nested too deeply")
            return self._object(value, depth) if isinstance(value, dict) else self._list(value, depth)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return mask_number(value)

    def _object(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        name = next((value[key] for key in value if str(key).casefold() in _NAMES), None)
        pairs: list[tuple[str, Any]] = []
        for each, held in value.items():
            if self._left <= 0:
                pairs.append(("…", hidden("too large")))
                break
            key = str(each)
            if isinstance(name, str) and key.casefold() in _VALUES:
                shown = self._under(name, held, depth)
            else:
                shown = self._under(key, held, depth)
            pairs.append((self._text(key, depth), shown))
        return _with_own_keys(pairs)

    def _list(self, values: Sequence[Any], depth: int) -> list[Any]:
        """Mask a list; one of keys and values in turn, as of an HTTP header, is read as such."""
        shown: list[Any] = []
        in_pairs = len(values) % 2 == 0
        for place, value in enumerate(values):
            if self._left <= 0:
                shown.append(hidden("too large"))
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
            return hidden(mask_likely_secrets(key))
        is_nothing = value is None or isinstance(value, bool) or value in ("", [], {}, REDACTED)
        is_plain_count = isinstance(value, int | float) and is_count(key)
        if not is_nothing and not is_plain_count and is_secret_key(key):
            return hidden(mask_likely_secrets(key))
        return self.value(value, depth + 1)

    def _text(self, text: str, depth: int) -> str:
        """Mask a text, and what it is the JSON of."""
        left, self._left = self._left, self._left - len(text)
        if len(text) > max(left, 0):
            text = text[: max(left, 0)]
            return self._plain(text, 0) + hidden("too large")
        read = _read_json(text)
        if read is None:
            return self._plain(text, 0)
        if depth >= _DEEPEST:
            return hidden("nested too deeply")
        self._left = left
        masked = self.value(read.value, depth + 1)
        if masked == read.value and not read.has_repeated_keys:
            return text
        return json.dumps(masked, ensure_ascii=False)

    def _plain(self, text: str, decodings: int) -> str:
        """Mask a text that is no JSON; where it holds secrets in an encoding, return it decoded."""
        if (decoded := _decode(text)) != text:
            if decodings >= _MOST_DECODINGS:
                return hidden("encoded too often")
            if (masked := self._plain(decoded, decodings + 1)) != decoded:
                return masked
        text = _ENCODED.sub(lambda found: self._encoded(found[0], decodings), text)
        return mask_values_of_keys(mask_likely_secrets(text), self._redact)

    def _encoded(self, text: str, decodings: int) -> str:
        """Mask a word that may be the base64 of a secret."""
        decoded = decode_base64(text)
        if decoded is None or decodings >= _MOST_DECODINGS:
            return text
        masked = mask(decoded, PayloadPolicy(redact=self._redact), len(decoded) * 4 + _MARGIN)
        return text if masked == decoded else hidden("encoded secret")


def _decode(text: str) -> str:
    """Return what a text says without the encodings of URLs, of JavaScript and of HTML."""
    if "%" in text:
        text = unquote(text)
    if "\\u00" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return html.unescape(text) if "&" in text else text
