"""What people ask of the search for instances."""

from dataclasses import dataclass
from typing import ClassVar, Final

from bot.language.tokens import COMMAND, quote
from bot.slack.requests import Request

EVERYWHERE: Final = "everywhere"
"""The last word of a search that does not end where the first instance is found."""


@dataclass(frozen=True, slots=True)
class FindInstances(Request):
    """Instances by what a text says of them: ids, beginnings of ids, links to the dashboard.

    Attributes:
        text: as it was typed or pasted.
        account: as settings name it; None means every account that the person may look at.
        everywhere: to ask every workflow, also once an instance is found.
    """

    kind: ClassVar[str] = "find"
    text: str
    account: str | None = None
    everywhere: bool = False

    def command(self) -> str:
        """Return what to type for the same."""
        account = [] if self.account is None else [f"account:{quote(self.account)}"]
        everywhere = [EVERYWHERE] if self.everywhere else []
        return " ".join((COMMAND, "find", self.text.strip(), *everywhere, *account))
