"""The envelopes that answers come in, decoded.

One row in which something has the wrong type does not take the others with it: what can be read of it is
kept, and how many rows are incomplete or missing is said.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, ValidationError
from pydantic_core import from_json

from bot.cloudflare.models import ApiMessage, Instance, InstanceDetail, ResultInfo, Workflow

_MOST_ROWS: Final = 1000
"""A page has a hundred; what has many more is none, and is not worth a second look at each row."""


class Envelope(BaseModel):
    """What all answers have in common; `row` is what lists are made of."""

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
    """An answer, as far as it can be read.

    Attributes:
        envelope: without the rows of which nothing can be read.
        missing: how many those are.
        unread: how many rows could not be read in full, those among them.
    """

    envelope: _E
    missing: int = 0
    unread: int = 0


def decode(envelope: type[_E], body: bytes) -> Decoded[_E]:
    """What a body holds.

    A field of the wrong type is left out; a row that has no name without it is left out as a whole.

    Raises:
        ValidationError: it is no such answer, or nothing can be read of any row.
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
        read = [_read(row, value) for value in answer["result"]]
        rows = [row for row, _ in read if row is not None]
        if not rows:
            raise
        whole = sum(is_whole for _, is_whole in read)
    return Decoded(
        envelope.model_validate({**answer, "result": rows}), len(read) - len(rows), len(read) - whole
    )


def _is_in_a_row(place: tuple[int | str, ...]) -> bool:
    return len(place) > 1 and place[0] == "result"


def _read(row: type[BaseModel], value: Any) -> tuple[BaseModel | None, bool]:  # noqa: ANN401 - any JSON value
    """A row, as far as it can be read, and whether that is all of it."""
    try:
        return row.model_validate(value), True
    except ValidationError as error:
        odd = {fault["loc"][0] for fault in error.errors(include_url=False) if fault["loc"]}
    if not odd:
        return None, False  # it has no fields
    try:
        return row.model_validate({name: field for name, field in value.items() if name not in odd}), False
    except ValidationError:
        return None, False
