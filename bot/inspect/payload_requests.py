"""What people ask of an instance's params and outputs. A request names them and holds nothing of them."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from bot.browse.requests import ShowInstance
from bot.slack.requests import Request


@dataclass(frozen=True, slots=True)
class OfPayload(Request):
    """A request about one payload.

    Attributes:
        workflow: the workflow's name.
        instance: the instance's id.
        account: as settings name it; None means the default account.
        what: the instance's params, its output, or the output of one step.
        step: the step's name with its counter, as the instance's detail has it; empty for the other two.
        step_kind: the step's type, `step`, `rollback` or `waitForEvent`.
    """

    workflow: str
    instance: str
    account: str | None = None
    what: Literal["params", "output", "step"] = "params"
    step: str = ""
    step_kind: str = "step"

    def command(self) -> str:
        """Return what to type for the instance."""
        return ShowInstance(self.workflow, self.instance, self.account).command()


@dataclass(frozen=True, slots=True)
class ShowPayload(OfPayload):
    """A payload's beginning, in a modal."""

    kind: ClassVar[str] = "payload_show"


@dataclass(frozen=True, slots=True)
class SendPayload(OfPayload):
    """A payload as a file, in a direct message to the one who asks."""

    kind: ClassVar[str] = "payload_send"
