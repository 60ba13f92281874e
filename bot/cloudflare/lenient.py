"""Read JSON values as far as they can be read: an odd field costs itself alone."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Raw
from pydantic import TypeAdapter, ValidationError

_T = TypeVar("_T")

_ROUNDS: Final = 5
"""How often a value is read without what was odd in it. After that, whole fields are left out."""

_LONE_SURROGATE: Final = re.compile(
    rb"(?<!\\)((?:\\\\)*)\\u(?:(d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})|d[89a-f][0-9a-f]{2})", re.IGNORECASE
)
"""A surrogate's escape: of a pair, or alone where a text was cut between the two."""

_FIELDS: Final = msgspec.json.Decoder(dict[str, Raw])
_ENTRIES: Final = msgspec.json.Decoder(list[Raw])


def split_object(body: bytes | Raw) -> dict[str, Raw]:
    """Return the fields of a JSON object, each still as JSON.

    Raises:
        ValueError: It is not JSON, or no object.
    """
    try:
        return _FIELDS.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return _FIELDS.decode(_LONE_SURROGATE.sub(_replace_lone, bytes(body)))
    except RecursionError as error:
        raise ValueError("JSON is nested too deeply") from error


def split_list(value: Raw) -> list[Raw]:
    """Return the entries of a JSON list, each still as JSON.

    Raises:
        ValueError: It is no list.
    """
    return _ENTRIES.decode(value)


def _replace_lone(found: re.Match[bytes]) -> bytes:
    return found[0] if found[2] else found[1] + rb"\ufffd"


def read_values(fields: Mapping[str, Raw], names: Iterable[str]) -> tuple[dict[str, Any], list[str]]:
    """Decode some fields of an object. Also return the names of those that can't be decoded."""
    values: dict[str, Any] = {}
    unread = []
    for name in names:
        if name in fields:
            try:
                values[name] = _decode(fields[name])
            except (ValueError, RecursionError):
                unread.append(name)
    return values, unread


def _decode(value: Raw) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return msgspec.json.decode(bytes(value).decode(errors="replace"))


def read_object(kind: TypeAdapter[_T], values: dict[str, Any]) -> tuple[_T, list[str]]:
    """Read an object's decoded fields as a type whose fields have defaults; `values` may be changed.

    Also return the names of the fields that could not be read, as `error` or `attempts.start`. An odd entry
    of a list becomes one without fields, so that the others keep their places.
    """
    unread: list[str] = []
    round_ = 0
    while True:
        try:
            return kind.validate_python(values), unread
        except ValidationError as error:
            faults = error.errors(include_url=False, include_input=False, include_context=False)
        # All are found before any is removed: what is odd in several ways, as each type of a union, is named
        # once for each.
        places = {
            _existing(values, fault["loc"] if round_ < _ROUNDS else fault["loc"][:1]) for fault in faults
        }
        for place in sorted(places, key=len, reverse=True):
            _leave_out(values, place)
        names = {".".join(part for part in place if isinstance(part, str)) for place in places}
        unread += sorted(names.difference(unread, [""]))
        round_ += 1
        if not any(places):
            return kind.validate_python({}), unread


_Place = tuple[int | str, ...]


def _existing(values: dict[str, Any], place: _Place) -> _Place:
    """Return a place as deep as there is one. What follows is part of a type, such as one of a union."""
    value: Any = values
    for depth, part in enumerate(place):
        is_field = isinstance(value, dict) and part in value
        if not is_field and not (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            return place[:depth]
        value = value[part]
    return place


def _leave_out(values: dict[str, Any], place: _Place) -> None:
    """Remove the value at a place."""
    if not place:
        return
    *path, last = place
    parent: Any = values
    for part in path:
        parent = parent[part]
    if isinstance(last, int):
        parent[last] = {}
    else:
        del parent[last]
