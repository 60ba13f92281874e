"""What is shown of an instance's params and outputs: no secrets, indented, and cut where it is long."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import PydanticSerializationError, to_json

from bot.inspect.likely_secrets import REDACTED, placeholder
from bot.inspect.masking import LARGEST, TOO_LARGE, mask_value, read_json

PREVIEW: Final = 2_400
"""Characters of a payload that a message shows."""
_MARGIN: Final = 4_000
"""Characters beyond a preview that are looked through, so that no secret is cut at its end."""
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


def mask(value: object, policy: PayloadPolicy, most: int = LARGEST) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value without secrets, otherwise unchanged; masking it again changes nothing.

    Hidden are the values of keys that are named in the settings or likely name a secret, and what looks like
    one anywhere: in texts, in JSON within texts and in keys. In its place stands what it was.

    Args:
        value: as JSON is read.
        policy: with the keys of the settings.
        most: characters to look through; what is beyond them is left out, and a word says so.
    """
    return mask_value(value, policy.redact, most)


def mask_text(text: str, policy: PayloadPolicy, most: int = LARGEST) -> str:
    """Return a text of an author, as an error's message, without secrets; see `mask`."""
    return str(mask(text, policy, most))


def preview_payload(value: object, policy: PayloadPolicy, most: int = PREVIEW) -> Payload:
    """Return the beginning of a payload, of at most `most` characters, without secrets.

    The time that it takes does not grow with the payload, but for reading it as JSON.
    """
    return _payload(value, policy, most, most + _MARGIN)


def mask_whole(value: object, policy: PayloadPolicy) -> Payload:
    """Return a payload without secrets, up to about `LARGEST` characters."""
    return _payload(value, policy, LARGEST - _MARGIN, LARGEST)


def _payload(value: object, policy: PayloadPolicy, most: int, budget: int) -> Payload:
    while isinstance(value, str):  # JSON may be written as a text of JSON
        if value.strip() == REDACTED:
            return Payload("", hidden_by_workflow=True)
        read = read_json(value)
        if read is None:
            return _text_payload(value, policy, most, budget)
        value = read
    total = len(_write(value))
    text = _write(mask(value, policy, budget))
    if len(text) <= most and TOO_LARGE not in text:
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


def _write(value: object) -> str:
    """Write a value as indented JSON."""
    try:
        return to_json(value, indent=2, inf_nan_mode="constants").decode()
    except (PydanticSerializationError, ValueError):  # half a surrogate pair, or nested too deeply
        try:
            return json.dumps(value, indent=2, ensure_ascii=False)
        except (RecursionError, ValueError):
            return placeholder("nested too deeply")
