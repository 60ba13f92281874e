"""Decode the JSON envelopes of the API's responses.

A field of the wrong type does not spoil a list, in a row or beside the rows. What can be read is kept. The
result says how many rows are incomplete or missing, and which fields beside them were left out.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError
from pydantic_core import from_json, to_json

from bot.cloudflare.models import ApiMessage, Instance, ResultInfo, Version, Workflow
from bot.cloudflare.odd_fields import read_odd_fields

_MOST_ROWS: Final = 1000
"""A page has 100 rows. A longer list than this is not decoded row by row."""


class Envelope(BaseModel):
    """The fields of every response; `row` is the type of a list's rows."""

    model_config = ConfigDict(extra="ignore")
    row: ClassVar[type[BaseModel] | None] = None

    success: Annotated[bool, Field(strict=True)] = True
    errors: tuple[ApiMessage, ...] | None = None
    messages: tuple[ApiMessage, ...] | None = None
    result_info: ResultInfo | None = None


class Instances(Envelope):
    """A page of instances."""

    row = Instance
    result: Annotated[tuple[Instance, ...], FailFast()]


class Workflows(Envelope):
    """A page of workflows."""

    row = Workflow
    result: Annotated[tuple[Workflow, ...], FailFast()]


class OneWorkflow(Envelope):
    """A workflow."""

    result: Workflow


class OneVersion(Envelope):
    """A version."""

    result: Version


_E = TypeVar("_E", bound=Envelope)


@dataclass(frozen=True, slots=True)
class Decoded(Generic[_E]):
    """A decoded response.

    Attributes:
        envelope: the envelope, without the rows that could not be decoded at all.
        missing: the number of those rows.
        incomplete: the number of rows that could not be decoded in full, with those rows included.
        unread: the names of the fields beside the rows that could not be read.
    """

    envelope: _E
    missing: int = 0
    incomplete: int = 0
    unread: tuple[str, ...] = ()


def decode(envelope: type[_E], body: bytes) -> Decoded[_E]:
    """Decode a body.

    A field of the wrong type is left out. A row that lacks a required field is left out.

    Raises:
        ValidationError: The result has another shape, or no row can be decoded.
    """
    try:
        return Decoded(envelope.model_validate_json(body))
    except ValidationError as error:
        answer = _read_object(body)
        if answer is None:
            raise
        return _decode_odd(envelope, answer, error)


def decode_refusal(body: bytes) -> Envelope | None:
    """Decode the fields of a response without a result; None if the body is no JSON object."""
    answer = _read_object(body)
    return None if answer is None else Envelope.model_validate(read_odd_fields(answer).values)


def _read_object(body: bytes) -> dict[str, Any] | None:
    try:
        answer = from_json(body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _decode_odd(envelope: type[_E], answer: dict[str, Any], error: ValidationError) -> Decoded[_E]:
    """Decode a body field by field and row by row, after `error` was raised for the whole."""
    odd = read_odd_fields(answer)
    values = {**odd.values, **({"result": answer["result"]} if "result" in answer else {})}
    row = envelope.row
    if row is None or not _has_rows(values):
        return Decoded(envelope.model_validate_json(to_json(values)), unread=odd.unread)
    decoded = [_decode_row(row, value) for value in values["result"]]
    rows = [row for row, _ in decoded if row is not None]
    if decoded and not rows:
        raise error
    complete = sum(is_complete for _, is_complete in decoded)
    return Decoded(
        envelope.model_validate({**values, "result": rows}),
        missing=len(decoded) - len(rows),
        incomplete=len(decoded) - complete,
        unread=odd.unread,
    )


def _has_rows(values: dict[str, Any]) -> bool:
    """Return whether the result is a list that is short enough to be decoded row by row."""
    result = values.get("result")
    return isinstance(result, list) and len(result) <= _MOST_ROWS


def _decode_row(
    row: type[BaseModel],
    value: Any,  # noqa: ANN401 - any JSON value
) -> tuple[BaseModel | None, bool]:
    """Decode the readable fields of a row; also return whether the row is complete."""
    try:
        return row.model_validate(value), True
    except ValidationError as error:
        invalid = {fault["loc"][0] for fault in error.errors(include_url=False) if fault["loc"]}
    if not invalid:
        return None, False  # The value is not an object.
    try:
        return row.model_validate({name: item for name, item in value.items() if name not in invalid}), False
    except ValidationError:
        return None, False
