"""What help is made of: paragraphs, and commands that can be tried."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.browse.command.written_names import quote_name
from bot.language.command import Command
from bot.language.options import Option
from bot.language.tokens import COMMAND, quote
from bot.ui.limits import Block
from bot.ui.mrkdwn import command
from bot.ui.problems import run_button


@dataclass(frozen=True, slots=True)
class Example:
    """A command, in a line with what it does.

    Attributes:
        words: what stands behind the slash command: `{name}` for a workflow, `{part}` for a part of its name.
        meaning: what it does, in mrkdwn.
        title: what stands above it; empty for none.
        can_be_tried: a button does it, if the account's workflows are known where it needs one.
    """

    words: str
    meaning: str
    title: str = ""
    can_be_tried: bool = True

    def command_for(self, workflow: str | None) -> Command:
        """Return the command, about a workflow if its name is known."""
        name, part = (
            ("NAME", "TEXT") if workflow is None else (quote_name(workflow), quote(_part_of(workflow)))
        )
        return Command(self.words.replace("{name}", name).replace("{part}", part) or COMMAND)

    def line(self, workflow: str | None) -> str:
        """Return it in mrkdwn, below its title."""
        line = f"{command(self.command_for(workflow).whole().strip())}   {self.meaning}"
        return f"*{self.title}*\n{line}" if self.title else line

    def button(self, workflow: str | None) -> Block | None:
        """Return the button that does it; None where it can't be tried."""
        if not self.can_be_tried or (workflow is None and "{" in self.words):
            return None
        return run_button("Try it", self.command_for(workflow))


def _part_of(name: str) -> str:
    """Return the first word of a name."""
    return re.split(r"[\W_]", name)[0] or name


def lines(options: Iterable[Option[Any]]) -> str:
    """Describe each option in a line; a default is only named where it is a value."""
    found = []
    for option in options:
        default = f", {option.default} if left out" if option.default.startswith("`") else ""
        found.append(f"`{option.example}`   {option.help}{default}")
    return "\n".join(found)


Topic = Sequence[str | Example]
"""Paragraphs in mrkdwn, and examples."""
