"""One instance in detail: its steps, their attempts and outputs, as small frozen types.

The field names are Cloudflare's ("Get logs and status from instance" in its API reference), as in `models`.
"""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from pydantic import BeforeValidator, Field, GetCoreSchemaHandler
from pydantic_core import core_schema

from bot.cloudflare.models import ApiModel, Moment, Status, check_moments


def _to_text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)


def to_error(value: object) -> "InstanceError | None":
    """Read a thrown text as an error's message. Drop a value that is neither a text nor an object."""
    match value:
        case InstanceError():
            return value
        case str():
            return InstanceError(message=value)
        case dict():
            return InstanceError(_to_text(value.get("name")), _to_text(value.get("message")))
    return None


class _Part(msgspec.Struct, frozen=True, gc=False):
    """A part of an instance or of a step, of which there may be tens of thousands.

    msgspec decodes it ten times as fast as pydantic a model, in a quarter of the memory. The garbage
    collector need not look at it, as JSON has no cycles. A field of a model takes it as it is, or an object.
    """

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: object, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Return how a model reads it."""
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else msgspec.convert(value, cls)
        )


class InstanceError(_Part, frozen=True, gc=False):
    """The error of a failed instance, as its author's code raised it."""

    name: str | None = None
    message: str | None = None


_Error = Annotated[InstanceError | None, BeforeValidator(to_error)]


class Attempt(_Part, frozen=True, gc=False):
    """One try at a step; `end` and `success` are None while it runs."""

    start: datetime | None = None
    end: datetime | None = None
    success: bool | None = None
    error: InstanceError | None = None

    def __post_init__(self) -> None:
        """Check the times.

        Raises:
            ValueError: A time is out of bounds.
        """
        check_moments(self.start, self.end)


class Retries(_Part, frozen=True, gc=False):
    """How often a step is tried again: `limit` times after the first, so it has one attempt more.

    `delay` is in milliseconds or words, as `10 seconds`, or `[dynamic]` where the code works it out.
    `backoff` is `constant`, `linear` or `exponential`.
    """

    limit: int | None = None
    delay: int | float | str | None = None
    backoff: str | None = None


class StepConfig(_Part, frozen=True, gc=False):
    """How a step is run. `timeout` is in milliseconds or words; `sensitive` is `output` if that is hidden."""

    retries: Retries | None = None
    timeout: int | float | str | None = None
    sensitive: str | None = None


class Trigger(_Part, frozen=True, gc=False):
    """What started an instance, or ended it: `api`, `binding`, `event`, `cron`, or another word."""

    source: str | None = None


class Schedule(ApiModel):
    """The cron line that started an instance, and for which time, in milliseconds since 1970."""

    cron: str | None = None
    scheduled_time: int | None = Field(None, alias="scheduledTime")


class Rollback(ApiModel):
    """How an instance's rollback came out: `complete` or `failed`, and why."""

    outcome: str | None = None
    error: _Error = None


class Step(_Part, frozen=True, gc=False):
    """One step of an instance: `step`, `rollback`, `sleep`, `waitForEvent` or `termination`, or a newer one.

    Its name ends in a counter. `error` is that of a `sleep` or `waitForEvent`; a `step` has its errors in its
    attempts, the last one last. `success` is that of a `step` or `rollback`, `finished` that of the others,
    whose `end` says when they will end while they go on. A `termination` has nothing but a `trigger`.
    Cloudflare cuts an output after some 1,000 characters, and the local engine sends any JSON value; a longer
    one than 4,096 bytes is kept as the beginning of its JSON. `is_output_cut` says that either cut it.
    """

    type: str | None = None
    name: str = ""
    start: datetime | None = None
    end: datetime | None = None
    success: bool | None = None
    finished: bool | None = None
    error: InstanceError | None = None
    attempts: tuple[Attempt, ...] = ()
    config: StepConfig | None = None
    output: Any = None
    event_type: str | None = None
    trigger: Trigger | None = None
    is_output_cut: bool = False

    def __post_init__(self) -> None:
        """Check the times.

        Raises:
            ValueError: A time is out of bounds.
        """
        check_moments(self.start, self.end)


class InstanceDetail(ApiModel):
    """One instance ("Get logs and status from instance"); its steps are there if they were asked for.

    `is_partial` says that Cloudflare sent it together with an error, so that steps may be missing, or that
    its steps could not be had. `unread_fields` names what could not be read, as `start` or
    `steps.attempts.error`. `incomplete_steps` is the number of steps that could not be read in full, or not
    at all.
    """

    status: Status | None = None
    params: Any = None
    queued: Moment | None = None
    start: Moment | None = None
    end: Moment | None = None
    success: bool | None = None
    error: _Error = None
    output: Any = None
    rollback: Rollback | None = None
    version_id: str | None = Field(None, alias="versionId")
    trigger: Trigger | None = None
    schedule: Schedule | None = None
    step_count: int | None = None
    steps: tuple[Step, ...] = ()
    is_partial: bool = False
    unread_fields: tuple[str, ...] = ()
    incomplete_steps: int = 0


class StepResult(ApiModel):
    """The whole result of one step or of one of its attempts.

    `status` is `complete`, `errored`, `running` or `waiting`, or another word. `output` is any JSON value, or
    None if `is_stream`: the step returned a stream of bytes, which is not read. `event_type` is that of a
    `waitForEvent`. `unread_fields` names what could not be read.
    """

    status: str | None = None
    error: _Error = None
    output: Any = None
    event_type: str | None = None
    is_stream: bool = False
    unread_fields: tuple[str, ...] = ()
