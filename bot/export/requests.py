"""What people ask of exports: typed, or by a button."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from bot.browse.requests import OfInstances
from bot.export.lines import FORMATS, Format
from bot.language.command import Command
from bot.language.tokens import COMMAND, SlackMention
from bot.slack.requests import Request


@dataclass(frozen=True, slots=True)
class StartExport(OfInstances):
    """A list as a file.

    Attributes:
        format: of the file.
        channel: Slack's id of the channel that gets it; empty for the person who asks, directly.
        channel_name: without its `#`; empty where Slack does not say it.
    """

    kind: ClassVar[str] = "export"
    verb: ClassVar[str] = "export"
    own_words: ClassVar[frozenset[str]] = frozenset(FORMATS)
    format: Format = "csv"
    channel: str = ""
    channel_name: str = ""

    def of_workflows(self, names: tuple[str, ...]) -> Self:
        """Return the same export of other workflows."""
        pending = self.query
        return replace(self, query=replace(pending, query=pending.query.of_workflows(names)))

    def again(self) -> Command:
        """Return the command for the same, which knows the channel by its id."""
        words = [self.query.command(self.verb, self.own_words).removeprefix(f"{COMMAND} ")]
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
