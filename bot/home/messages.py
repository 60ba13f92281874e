"""What the bot says of itself."""

import platform
from collections.abc import Sequence

from bot import __version__
from bot.browse.model import OverviewQuery
from bot.language.command import Command
from bot.language.tokens import COMMAND
from bot.ui.elements import Message, code, command, context, escape, header, message, section
from bot.ui.problems import run_button


def accounts_message(accounts: Sequence[str]) -> Message:
    """Show the accounts that the settings name, the default first, each with a button to its overview."""
    title = "Accounts" if len(accounts) > 1 else "One account"
    rows = []
    for place, name in enumerate(accounts):
        overview = Command(OverviewQuery(account=name).command())
        default = "   the default" if place == 0 else ""
        rows.append(section(f"*{code(name)}*{default}", run_button("Open", overview)))
    how = f"Another than the default: {command(f'{COMMAND} list NAME account:{accounts[-1]}')}"
    ending = [how] if len(accounts) > 1 else ["Whoever runs the bot can add others in its settings."]
    names = ", ".join(escape(name) for name in accounts)
    return message(
        f"{title}: {names}; the first is the default. {ending[0]}",
        [header(title), *rows, context(*ending)],
    )


def version_message() -> Message:
    """Say which version of the bot runs."""
    text = f"Workflows bot {__version__} on Python {platform.python_version()}."
    return message(text, [section(text)])
