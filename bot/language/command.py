"""A command as a person typed it, what its words mean beside the text itself, and how some were read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.language.times import Clock
from bot.language.tokens import (
    COMMAND,
    SlackMention,
    escape,
    extract_mentions,
    span_with_marks,
    without_marks,
)

_NO_MOMENT: Final = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """Words that the language does not have, and that were read because their meaning is certain.

    Attributes:
        typed: as they were typed; empty if something was added that only one thing can be meant by.
        meant: what they were read as, as it is typed; empty if they were left out, as they add nothing.
        why: what makes certain what was added, as it stands behind a comma in mrkdwn.
    """

    typed: str
    meant: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A typed command.

    Attributes:
        text: what stands behind the slash command, without Slack's markup.
        mentions: the channels and people that Slack recognised in it.
        accounts: the names that settings give to accounts.
        channel: the id of the channel in which it was typed.
        channel_name: the name of that channel, without `#`; empty where Slack does not tell it.
        zone: the IANA name of the default zone.
        workflows: the names of the account's workflows, where they were looked up to read it.
        zone_assumed: UTC stands in for it, as Slack did not tell the person's.
        now: the moment at which it was typed.
    """

    text: str
    mentions: Sequence[SlackMention] = ()
    accounts: Sequence[str] = ()
    channel: str = ""
    zone: str = "UTC"
    now: datetime = _NO_MOMENT
    zone_assumed: bool = False
    workflows: Sequence[str] = ()
    channel_name: str = ""

    @classmethod
    def from_slack(  # noqa: PLR0913, PLR0917 - what Slack tells of a command, and what is known beside it
        cls,
        text: str,
        accounts: Sequence[str],
        channel: str,
        zone: str,
        now: datetime,
        channel_name: str = "",
    ) -> "Command":
        """Return the command in the text that Slack sent."""
        typed, mentions = extract_mentions(text)
        return cls(typed, mentions, accounts, channel, zone, now, channel_name=channel_name)

    @property
    def clock(self) -> Clock:
        """Return a clock in UTC, which is enough to see whether a time can be read."""
        return Clock(self.now)

    def whole(self) -> str:
        """Return what to type, the slash command first."""
        first, *rest = self.text.strip().split(maxsplit=1) or [""]
        # A name may begin like the command, as `/workflowsx` does.
        is_pasted = COMMAND in first and without_marks(first) == COMMAND
        return " ".join((COMMAND, *rest)) if is_pasted else f"{COMMAND} {self.text.strip()}".strip()

    def sent(self) -> str:
        """Return the text as Slack sends it: what `from_slack` reads as this command."""
        parts, at = [], 0
        for mention in self.mentions:
            parts += [escape(self.text[at : mention.start]), mention.sent()]
            at = mention.end
        return "".join((*parts, escape(self.text[at:]))) or COMMAND

    def edit(self, span: tuple[int, int] | None, words: str) -> "Command":
        """Return the command with other words in a span, in which a mention keeps whom it means."""
        start, end = span or (0, len(self.text))
        if not words:
            start, end = span_with_marks(self.text, start, end)
            start = len(self.text[:start].rstrip())
        moved = []
        for mention in self.mentions:
            if mention.end <= start:
                moved.append(mention)
            elif mention.start >= end:
                moved.append(replace(mention, start=mention.start + len(words) - (end - start)))
            elif (at := words.find(mention.typed)) >= 0:
                moved.append(replace(mention, start=start + at))
        return replace(self, text=f"{self.text[:start]}{words}{self.text[end:]}", mentions=tuple(moved))
