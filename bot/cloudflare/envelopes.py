"""Decode the JSON envelopes of the API's responses.

A field of the wrong type does not spoil a list. The other fields of its row are kept, and the result says
how many rows are incomplete or missing.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, ValidationError
from pydantic_core import from_json

from bot.cloudflare.models import ApiMessage, Instance, InstanceDetail, ResultInfo, Workflow

_MOST_ROWS: Final = 1000
"""A page has 100 rows. A longer list than this is not decoded row by row."""


class Envelope(BaseModel):
    """The fields of every response; `row` is the type of a list's rows."""

    model_config = ConfigDict(extra="ignore")
    row: ClassVar[type[BaseModel] | None] = None

    success: bool = True
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


class OneInstance(Envelope):
    """An instance."""

    result: InstanceDetail


_E = TypeVar("_E", bound=Envelope)


@dataclass(frozen=True, slots=True)
class Decoded(Generic[_E]):
    """A decoded response.

    Attributes:
        envelope: the envelope, without the rows that could not be decoded at all.
        missing: the number of those rows.
        incomplete: the number of rows that could not be decoded in full, with those rows included.
    """

    envelope: _E
    missing: int = 0
    incomplete: int = 0


def decode(envelope: type[_E], body: bytes) -> Decoded[_E]:
    """Decode a body.

    A field of the wrong type is left out. A row that lacks a required field is left out.

    Raises:
        ValidationError: The body has another shape, or no row can be decoded.
    """
    try:
        return Decoded(envelope.model_validate_json(body))
    except ValidationError as error:
        row = envelope.row
        if row is None or not all(_is_in_a_row(fault["loc"]) for fault in error.errors(include_url=False)):
            raise
        answer = from_json(body)
        if len(answer["result"]) > _MOST_ROWS:
            raise
        decoded = [_decode_row(row, value) for value in answer["result"]]
        rows = [row for row, _ in decoded if row is not None]
        if not rows:
            raise
        complete = sum(is_complete for _, is_complete in decoded)
    return Decoded(
        envelope.model_validate({**answer, "result": rows}),
        missing=len(decoded) - len(rows),
        incomplete=len(decoded) - complete,
    )


def _is_in_a_row(location: tuple[int | str, ...]) -> bool:
    return len(location) > 1 and location[0] == "result"


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
