"""All that people can read in a message, as one text: Slack has it in blocks, attachments or neither."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

MOST_TEXT: Final = 20_000
"""Characters; a message has some 13,000 in its blocks, and may have attachments."""

_MOST_PARTS: Final = 5_000
_PARTS: Final = ("blocks", "attachments", "text")
"""The top-level text stands behind the blocks, which it repeats or abridges."""
_FIELD_VALUE: Final = "value"
_READ: Final = frozenset(
    {"text", "url", "title", "title_link", "from_url", "pretext", "fallback", "alt_text", _FIELD_VALUE}
)


def message_text(message: Mapping[str, Any]) -> str:
    """Return the texts and addresses of a message, a line each, without what buttons carry."""
    found: list[str] = []
    length = 0
    for text in _texts([message.get(part) for part in _PARTS]):
        found.append(text[: MOST_TEXT - length])
        length += len(found[-1]) + 1
        if length >= MOST_TEXT:
            break
    return "\n".join(found)


def _texts(parts: list[Any]) -> Iterator[str]:
    """Yield the texts of nested objects in reading order, without recursion: their depth is the sender's."""
    left: list[tuple[str, Any]] = [("text", part) for part in reversed(parts)]
    for _ in range(_MOST_PARTS):
        if not left:
            return
        key, part = left.pop()
        if isinstance(part, str):
            if key in _READ:
                yield part
        elif isinstance(part, list):
            left += ((key, item) for item in reversed(part))
        elif isinstance(part, dict):
            shown = {name: value for name, value in part.items() if _is_shown(name, part)}
            left += reversed(shown.items())


def _is_shown(name: str, part: Mapping[str, Any]) -> bool:
    """Return whether people see a part: a field's value, and no button's."""
    return name != "confirm" and (name != _FIELD_VALUE or "short" in part)
