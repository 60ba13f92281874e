"""What people ask of exports: typed, or by a button."""

from dataclasses import dataclass
from typing import ClassVar, Final

from bot.browse.pending_query import PendingQuery
from bot.export.lines import Format
from bot.language.command import Command
from bot.language.tokens import COMMAND, SlackMention
from bot.slack.requests import Request

_LIST: Final = f"{COMMAND} list "


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
        return self.again().whole()

    def again(self) -> Command:
        """Return the command for the same, which knows the channel by its id."""
        words = ["export", self.query.command().removeprefix(_LIST)]
        if self.format != "csv":
            words.append(f"as {self.format}")
        if not self.channel:
            return Command(" ".join(words))
        typed = f"#{self.channel_name or self.channel}"
        text = " ".join((*words, "to", typed))
        start = len(text) - len(typed)
        return Command(text, (SlackMention(start, typed, "#", self.channel, self.channel_name),))


@dataclass(frozen=True, slots=True)
class CancelExport(Request):
    """An export that is to end.

    Attributes:
        key: which.
    """

    kind: ClassVar[str] = "export_cancel"
    key: str
