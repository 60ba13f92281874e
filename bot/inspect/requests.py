"""What people ask of one instance that is shown already, and of a message that may mention some.

`ShowInstance` and `DescribeInstance` come first, and are among the requests of lists.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from bot.browse.requests import ShowInstance
from bot.inspect.model import InstanceRef
from bot.slack.requests import Request


@dataclass(frozen=True, slots=True)
class OfInstance(Request):
    """A request about one instance.

    Attributes:
        subject: which instance.
    """

    subject: InstanceRef

    def command(self) -> str:
        """Return what to type for the instance."""
        return ShowInstance(self.subject.workflow, self.subject.instance, self.subject.account).command()


@dataclass(frozen=True, slots=True)
class OfSteps(OfInstance):
    """A request about an instance that is shown with a page of its steps.

    Attributes:
        first: the place of a step on the page to show, from 0.
    """

    first: Annotated[int, Field(ge=0)] = 0


@dataclass(frozen=True, slots=True)
class TurnSteps(OfSteps):
    """Another page of steps, in place."""

    kind: ClassVar[str] = "steps"


@dataclass(frozen=True, slots=True)
class RefreshInstance(OfSteps):
    """The instance as Cloudflare has it now, in place."""

    kind: ClassVar[str] = "instance_refresh"


@dataclass(frozen=True, slots=True)
class ShareInstance(OfSteps):
    """The instance for everybody in the channel, in a message of its own, without params and outputs."""

    kind: ClassVar[str] = "instance_share"


@dataclass(frozen=True, slots=True)
class ListVersion(OfSteps):
    """The workflow's newest instances that ran the same version.

    Attributes:
        version: its id.
    """

    kind: ClassVar[str] = "version_list"
    version: str = ""


@dataclass(frozen=True, slots=True)
class OpenDashboard(Request):
    """A link to the dashboard was followed: Slack opens it, and tells of the click all the same."""

    kind: ClassVar[str] = "dashboard_open"


@dataclass(frozen=True, slots=True)
class LookUp(Request):
    """What a message mentions.

    Attributes:
        text: of the message.
    """

    kind: ClassVar[str] = "look_up"
    text: str
