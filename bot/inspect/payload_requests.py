"""What people ask of an instance's params and outputs. A request names them and holds nothing of them."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bot.inspect.requests import OfInstance


@dataclass(frozen=True, slots=True)
class OfPayload(OfInstance):
    """A request about one payload.

    Attributes:
        what: the instance's params, its output, or the output of one step.
        step: the step's name with its counter, as the instance's detail has it; empty for the other two, and
            for a step whose name holds a secret.
        step_kind: the step's type, `step`, `rollback` or `waitForEvent`.
        place: the place of such a step among all of the instance, from 0; None for all others.
    """

    what: Literal["params", "output", "step"] = "params"
    step: str = ""
    step_kind: str = "step"
    place: Annotated[int, Field(ge=0)] | None = None


@dataclass(frozen=True, slots=True)
class ShowPayload(OfPayload):
    """A payload's beginning, in a modal."""

    kind: ClassVar[str] = "payload_show"


@dataclass(frozen=True, slots=True)
class ShowOutputs(OfInstance):
    """The outputs of some steps, each with a button to the whole of it, in a modal.

    Attributes:
        first: the place of the first of them in the instance's steps, from 0.
    """

    kind: ClassVar[str] = "outputs_show"
    first: Annotated[int, Field(ge=0)] = 0


@dataclass(frozen=True, slots=True)
class SendPayload(OfPayload):
    """A payload as a file, in a direct message to the one who asks."""

    kind: ClassVar[str] = "payload_send"


@dataclass(frozen=True, slots=True)
class SharePayload(OfPayload):
    """A payload's beginning, for everybody where the person is."""

    kind: ClassVar[str] = "payload_share"
