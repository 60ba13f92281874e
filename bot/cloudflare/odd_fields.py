"""Read the fields beside the rows of a response, whatever types they have.

A field with one clear meaning is read: a code or a count in a text, a message that is a plain text, one
message where a list belongs. Any other field is left out, and its name is kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

_WHOLE_NUMBER: Final = re.compile(r"\s*(-?[0-9]{1,16})(?:\.0*)?\s*", re.ASCII)
_TRUTH: Final = {"true": True, "false": False}
_NUMBERS: Final = ("count", "per_page", "total_count", "total_pages", "page")
_MOST_MESSAGES: Final = 100
"""Entries of `errors` and of `messages`, each. Cloudflare sends one or two."""


@dataclass(frozen=True, slots=True)
class OddFields:
    """The fields beside the rows.

    Attributes:
        values: `success`, `errors`, `messages` and `result_info`, as the API's types.
        unread: the names of what could not be read, such as `result_info.cursor`, each once.
    """

    values: dict[str, Any]
    unread: tuple[str, ...]


def read_odd_fields(answer: dict[str, Any]) -> OddFields:
    """Read the fields beside the rows of a decoded response."""
    reader = _Reader()
    values = {
        "success": reader.success(answer.get("success", True)),
        "errors": reader.messages("errors", answer.get("errors")),
        "messages": reader.messages("messages", answer.get("messages")),
        "result_info": reader.result_info(answer.get("result_info")),
    }
    return OddFields(values, tuple(reader.unread))


class _Reader:
    """Reads fields, and notes the names of those that it can't read."""

    def __init__(self) -> None:
        self.unread: dict[str, None] = {}

    def success(self, value: object) -> bool:
        """Read whether the request succeeded; it did unless the response says that it did not."""
        if isinstance(value, str):
            value = _TRUTH.get(value.strip().casefold(), value)
        elif _whole_number(value) in (0, 1):
            value = bool(value)
        if isinstance(value, bool):
            return value
        self._leave_out("success")
        return True

    def messages(self, name: str, value: object) -> list[dict[str, Any]]:
        """Read `errors` or `messages`."""
        found = (self._message(name, entry) for entry in _entries(value))
        return [message for message in found if message is not None][:_MOST_MESSAGES]

    def _message(self, name: str, entry: object) -> dict[str, Any] | None:
        number = _whole_number(entry)
        if number is not None:
            return {"code": number}
        if isinstance(entry, str):
            return {"message": entry}
        if not isinstance(entry, dict):
            self._leave_out(name)
            return None
        code, text = entry.get("code"), entry.get("message")
        number = _whole_number(code)
        if number is None and isinstance(code, str) and text is None:
            text = code  # a key such as `workflow.not_found` says as much as a message
        elif number is None and code is not None:
            self._leave_out(f"{name}.code")
        if text is not None and not isinstance(text, str):
            self._leave_out(f"{name}.message")
            text = None
        return {"code": number, "message": text}

    def result_info(self, value: object) -> dict[str, Any] | None:
        """Read where the list stands and how it goes on."""
        if value is None:
            return None
        if not isinstance(value, dict):
            self._leave_out("result_info")
            return None
        numbers = {name: self._count(name, value.get(name)) for name in _NUMBERS}
        cursor = value.get("cursor")
        if cursor is not None and not isinstance(cursor, str):
            self._leave_out("result_info.cursor")
            cursor = None
        return {**numbers, "cursor": cursor}

    def _count(self, name: str, value: object) -> int | None:
        number = _whole_number(value)
        if value is not None and (number is None or number < 0):
            self._leave_out(f"result_info.{name}")
            return None
        return number

    def _leave_out(self, name: str) -> None:
        self.unread[name] = None


def _entries(value: object) -> Iterator[object]:
    """Yield the entries of a list, also of lists in it; a value that is no list is one entry."""
    if isinstance(value, list):
        for entry in value:
            yield from _entries(entry)
    elif value is not None:
        yield value


def _whole_number(value: object) -> int | None:
    """Return a value as a whole number, if it is one; true and false are none."""
    if isinstance(value, str):
        found = _WHOLE_NUMBER.fullmatch(value)
        return int(found[1]) if found else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None  # infinity is none
    return value if isinstance(value, int) and not isinstance(value, bool) else None
