"""What people ask of failures, beside `ShowFailures`, for which other rooms have buttons."""

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from bot.browse.requests import OfInstances, ShowFailures
from bot.language.command import Command
from bot.language.tokens import COMMAND

DEFAULT_SINCE: Final = "24h"


@dataclass(frozen=True, slots=True)
class ListFailures(OfInstances):
    """What failed, as it was typed; how the list is shown does not matter."""

    kind: ClassVar[str] = "failures_typed"
    verb: ClassVar[str] = "failures"

    def again(self) -> Command:
        """Return the command for the same, in which the verb says the status."""
        query = self.query.query
        plain = replace(query, selection=replace(query.selection, statuses=()))
        pending = replace(self.query, query=plain)
        return Command(pending.command(self.verb).removeprefix(f"{COMMAND} "))


@dataclass(frozen=True, slots=True)
class RefreshFailures(ShowFailures):
    """The same as Cloudflare has it now, in place of the message; it goes on where the last one stopped."""

    kind: ClassVar[str] = "failures_refresh"


@dataclass(frozen=True, slots=True)
class ShareFailures(ShowFailures):
    """The same for everybody in the channel, in a message of its own."""

    kind: ClassVar[str] = "failures_share"
