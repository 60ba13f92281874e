"""What people ask of exports: typed, or by a button."""

from dataclasses import dataclass
from typing import ClassVar

from bot.browse.model import PendingQuery
from bot.export.lines import Format
from bot.language.tokens import COMMAND
from bot.slack.requests import Request

_LIST: str = f"{COMMAND} list "


@dataclass(frozen=True, slots=True)
class StartExport(Request):
    """A list as a file.

    Attributes:
        query: which list; its times wait for a clock and a zone.
        format: of the file.
        channel: Slack's id of the channel that gets it; empty for the person who asks, directly.
        channel_name: without its `#`; empty where Slack does not say it.
    """

    kind: ClassVar[str] = "export"
    query: PendingQuery
    format: Format = "csv"
    channel: str = ""
    channel_name: str = ""

    def command(self) -> str:
        """Return what to type for the same."""
        words = [f"{COMMAND} export", self.query.command().removeprefix(_LIST)]
        if self.format != "csv":
            words.append(f"as {self.format}")
        if self.channel:
            words.append(f"to #{self.channel_name}" if self.channel_name else "to here")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class CancelExport(Request):
    """An export that is to end.

    Attributes:
        key: which.
    """

    kind: ClassVar[str] = "export_cancel"
    key: str
