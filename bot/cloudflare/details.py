"""Read an instance's detail, which may have 25,000 steps in tens of megabytes.

Its steps are decoded a few at a time, so that other tasks run in between.
"""

import json
import time
from collections.abc import Callable, Iterator
from sys import getsizeof
from typing import Final

import msgspec
from msgspec import Raw, structs
from pydantic import TypeAdapter
from pydantic_core import to_json

from bot.cloudflare.instance_models import InstanceDetail, Step
from bot.cloudflare.lenient import read_object, read_part, read_values, split_list, split_object

_HEAD: Final = tuple(
    field.alias or name
    for name, field in InstanceDetail.model_fields.items()
    if name not in {"steps", "is_partial", "unread_fields", "incomplete_steps"}
)
_DETAIL: Final = TypeAdapter(InstanceDetail)
_DECODE_STEP: Final = msgspec.json.Decoder(Step).decode

_MOST_OUTPUT: Final = 4_096
"""Bytes of a step's output, as JSON, that are kept. `StepResult` has the whole."""
_CUT: Final = "[truncated"
"""What Cloudflare writes where it cut an output."""
_SLICE: Final = 0.005
"""Seconds of decoding at a time."""
_MOST_NAMES: Final = 50
"""Names of unread fields that are kept; there are about as many fields."""

# Bytes, as measured.
_DETAIL_SIZE: Final = 4_000
_STEP_SIZE: Final = 800
_ATTEMPT_SIZE: Final = 250
_VALUE_FACTOR: Final = 10


class DetailReader:
    """Reads one instance's detail.

    Args:
        result: the answer's `result`, whose fields are still JSON.
        is_partial: whether it came together with an error.
        unread: the names of fields beside it that could not be read.
        clock: a monotonic clock in seconds.
    """

    def __init__(
        self,
        result: dict[str, Raw],
        *,
        is_partial: bool = False,
        unread: tuple[str, ...] = (),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._result = result
        self._is_partial = is_partial
        self._unread = dict.fromkeys(unread)
        self._clock = clock
        self._steps: list[Step] = []
        self._incomplete_steps = 0

    def read_steps(self) -> Iterator[None]:
        """Read the steps; yield whenever some milliseconds have passed."""
        yield  # after the answer was opened, which takes some milliseconds
        raw_steps = self._raw_steps()
        yield
        until = self._clock() + _SLICE
        for raw in raw_steps:
            step = _read_plain_step(raw) or self._read_odd_step(raw)
            if step is not None:
                self._steps.append(step)
            if self._clock() > until:
                yield
                until = self._clock() + _SLICE

    def detail(self) -> InstanceDetail:
        """Return the instance with the steps that were read."""
        values, undecoded = read_values(self._result, _HEAD)
        head, unread = read_object(_DETAIL, values)
        names = dict.fromkeys((*undecoded, *unread)) | self._unread
        return head.model_copy(
            update={
                "steps": tuple(self._steps),
                "is_partial": self._is_partial,
                "unread_fields": tuple(names)[:_MOST_NAMES],
                "incomplete_steps": self._incomplete_steps,
            }
        )

    def _raw_steps(self) -> list[Raw]:
        raw = self._result.get("steps")
        if raw is None or bytes(memoryview(raw)[:5]) == b"null":
            return []
        try:
            return split_list(raw)
        except ValueError:
            self._unread["steps"] = None
            return []

    def _read_odd_step(self, raw: Raw) -> Step | None:
        """Read what can be read of a step, and cut its output; None if it is no object."""
        try:
            fields = split_object(raw)
        except ValueError:
            self._incomplete_steps += 1
            return None
        fields.pop("is_output_cut", None)
        step, odd = read_part(Step, fields)
        self._incomplete_steps += bool(odd)
        self._unread |= dict.fromkeys(f"steps.{name}" for name in odd)
        if "output" in fields and len(memoryview(fields["output"])) > _MOST_OUTPUT:
            return structs.replace(step, output=_cut(step.output), is_output_cut=True)
        return structs.replace(step, is_output_cut=_was_cut(step.output))


def _read_plain_step(raw: Raw) -> Step | None:
    """Read a step that is as the API describes it, with a short output; None if it is not."""
    if len(memoryview(raw)) > _MOST_OUTPUT:
        return None
    try:
        step = _DECODE_STEP(raw)
    except (ValueError, RecursionError):
        return None
    return structs.replace(step, is_output_cut=True) if _was_cut(step.output) else step


def _was_cut(output: object) -> bool:
    return isinstance(output, str) and _CUT in output


def _cut(output: object) -> str:
    """Return the beginning of a text, or of the JSON of another value."""
    text = output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
    return text[:_MOST_OUTPUT]


def size_of(detail: InstanceDetail) -> int:
    """Estimate the memory that an instance takes, in bytes, from above."""
    steps = sum(_STEP_SIZE + _ATTEMPT_SIZE * len(step.attempts) + _size(step.output) for step in detail.steps)
    return _DETAIL_SIZE + _size(detail.params) + _size(detail.output) + steps


def _size(value: object) -> int:
    """Estimate the memory of a JSON value; one that is no text takes some times the bytes of its JSON."""
    if isinstance(value, str):
        return getsizeof(value)
    return 0 if value is None else _VALUE_FACTOR * len(to_json(value))
