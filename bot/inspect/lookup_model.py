"""What a look-up finds for each mention in a message."""

from dataclasses import dataclass

from bot.cloudflare.instance_models import InstanceDetail
from bot.cloudflare.models import Workflow
from bot.inspect.model import InstanceRef


@dataclass(frozen=True, slots=True)
class FoundInstance:
    """An instance of a known workflow.

    Attributes:
        subject: which one.
        detail: what Cloudflare says of it; None where it does not.
        error: why not.
    """

    subject: InstanceRef
    detail: InstanceDetail | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class FoundWorkflow:
    """A workflow.

    Attributes:
        name: its name.
        listed: what the account's list says of it; None if it is not there.
        list_value: of the button that lists its instances; None if that does not fit.
        account: as settings name it; None means the default account.
    """

    name: str
    listed: Workflow | None
    list_value: str | None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class OtherAccount:
    """A link to an account that the bot does not read."""

    workflow: str
    instance: str | None
    account_id: str


@dataclass(frozen=True, slots=True)
class WorkflowHidden:
    """A workflow that the person may not look at; it was not looked up."""

    workflow: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """An id that no list read lately has, nor the workflow that is named beside it."""

    instance: str
    tried: str | None = None


LookupRow = FoundInstance | FoundWorkflow | OtherAccount | WorkflowHidden | NotFound
"""What one row of the answer shows."""
