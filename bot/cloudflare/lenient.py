"""Read JSON values as far as they can be read: an odd field costs itself alone."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, TypeVar, get_args, get_origin

import msgspec
from msgspec import Raw
from pydantic import TypeAdapter, ValidationError

from bot.cloudflare.instance_models import InstanceError, to_error
from bot.cloudflare.models import to_utc

_T = TypeVar("_T")
_S = TypeVar("_S", bound=msgspec.Struct)

_ROUNDS: Final = 5
"""How often a value is read without what was odd in it. After that, whole fields are left out."""

_LONE_SURROGATE: Final = re.compile(
    rb"(?<!\\)((?:\\\\)*)\\u(?:(d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})|d[89a-f][0-9a-f]{2})", re.IGNORECASE
)
"""A surrogate's escape: of a pair, or alone where a text was cut between the two."""

_NULL: Final = Raw(b"null")
_FIELDS: Final = msgspec.json.Decoder(dict[str, Raw])
_ENTRIES: Final = msgspec.json.Decoder(list[Raw])


class _Answer(msgspec.Struct):
    """An answer whose result is an object; to go through it once costs half of going through each."""

    result: dict[str, Raw]
    success: Raw = Raw(b"true")
    errors: Raw = _NULL
    messages: Raw = _NULL
    result_info: Raw = _NULL


_ANSWER: Final = msgspec.json.Decoder(_Answer)


def split_answer(body: bytes) -> tuple[dict[str, Raw], dict[str, Raw] | None]:
    """Return the fields beside an answer's result, and those of the result; None if it is no object.

    Raises:
        ValueError: The body is not JSON, or no object.
    """
    try:
        answer = _decode_mended(_ANSWER, body)
    except msgspec.ValidationError:
        return _decode_mended(_FIELDS, body), None
    beside = {name: getattr(answer, name) for name in _Answer.__struct_fields__ if name != "result"}
    return beside, answer.result


def split_object(value: Raw) -> dict[str, Raw]:
    """Return the fields of a JSON object, each still as JSON.

    Raises:
        ValueError: It is no object.
    """
    return _decode_mended(_FIELDS, value)


def _decode_mended(decoder: msgspec.json.Decoder[_T], body: bytes | Raw) -> _T:
    """Decode JSON, with what is no character in it replaced.

    Raises:
        msgspec.ValidationError: It has another shape.
        ValueError: It is not JSON.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return decoder.decode(_LONE_SURROGATE.sub(_replace_lone, bytes(body)))
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
        return msgspec.json.decode(_replaced(value))


def _replaced(value: Raw) -> bytes:
    """Return JSON whose bytes that are no text were replaced."""
    return bytes(value).decode(errors="replace").encode()


def read_part(kind: type[_S], fields: Mapping[str, Raw]) -> tuple[_S, list[str]]:
    """Read an object's fields as a type whose fields have defaults, each as far as it can be read.

    Also return the names of what could not be read, as `error` or `attempts.start`. An odd entry of a list
    becomes one without fields, so that the others keep their places; null is a missing field.
    """
    values: dict[str, Any] = {}
    unread: dict[str, None] = {}
    for field in _plan(kind):
        raw = fields.get(field.name)
        if raw is None or _is_null(raw):
            continue
        try:
            values[field.name], names = field.read(raw)
        except (ValueError, RecursionError):
            names = [""]
        unread.update(dict.fromkeys(f"{field.name}.{name}".removesuffix(".") for name in names))
    return kind(**values), list(unread)


@dataclass(frozen=True, slots=True)
class _Field:
    """How one field is read.

    Attributes:
        name: its name, in JSON, too.
        decode: of a value that is as it should be.
        part: the type of the object, or of the list's objects, that it holds; None for a plain value.
        is_list: whether it holds a list of objects.
    """

    name: str
    decode: Callable[[Raw], Any]
    part: type[msgspec.Struct] | None
    is_list: bool

    def read(self, raw: Raw) -> tuple[Any, list[str]]:
        """Return the value, and the names of what in it could not be read.

        Raises:
            ValueError: Nothing can be read.
            RecursionError: Likewise, as it is nested too deeply.
        """
        if self.part is InstanceError:
            return to_error(_decode(raw)), []
        if self.part is None:
            value = self._decode_plain(raw)
            return (to_utc(value) if isinstance(value, datetime) else value), []
        if not self.is_list:
            return read_part(self.part, split_object(raw))
        entries = [_read_entry(self.part, entry) for entry in split_list(raw)]
        return tuple(entry for entry, _ in entries), [name for _, names in entries for name in names]

    def _decode_plain(self, raw: Raw) -> Any:  # noqa: ANN401 - any JSON value
        try:
            return self.decode(raw)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            return self.decode(Raw(_replaced(raw)))


def _read_entry(kind: type[_S], raw: Raw) -> tuple[_S, list[str]]:
    try:
        return read_part(kind, split_object(raw))
    except ValueError:
        return kind(), [""]


@cache
def _plan(kind: type[msgspec.Struct]) -> tuple[_Field, ...]:
    return tuple(_field(each) for each in msgspec.structs.fields(kind))


def _field(info: msgspec.structs.FieldInfo) -> _Field:
    types = [info.type, *get_args(info.type)]
    part = next((each for each in types if isinstance(each, type) and issubclass(each, msgspec.Struct)), None)
    is_list = get_origin(info.type) is tuple
    return _Field(info.name, msgspec.json.Decoder(info.type).decode, part, is_list)


def _is_null(raw: Raw) -> bool:
    return bytes(memoryview(raw)[:5]) == b"null"


def read_object(kind: TypeAdapter[_T], values: dict[str, Any]) -> tuple[_T, list[str]]:
    """Read an object's decoded fields as a model whose fields have defaults; `values` may be changed.

    Also return the names of the fields that could not be read, as `schedule.scheduledTime`.
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
        if not isinstance(value, dict) or part not in value:
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
    del parent[last]
