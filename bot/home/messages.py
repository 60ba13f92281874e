"""Answers about the bot itself, and its answer to a message."""

import platform
from collections.abc import Sequence
from typing import Final

from bot import __version__
from bot.browse.model import overview_command
from bot.home.requests import Offer
from bot.language.tokens import COMMAND
from bot.ui.elements import Message, context, header, message, section
from bot.ui.mrkdwn import code, command, escape
from bot.ui.problems import run_button

_HELP: Final = (
    "This bot answers the command `/workflows`, in any channel and here; you alone see what it shows.",
    """\
`/workflows`   all workflows with their counts, those with trouble first
`/workflows NAME errored since:24h`   the instances of one, and which of them failed
`/workflows digest`   a form that has a channel told regularly what failed
`/workflows help`   all that it can do""",
)


def accounts_message(accounts: Sequence[str], default_account: str) -> Message:
    """Show accounts, the default first if it is among them, each with a button to its overview."""
    title = "Accounts" if len(accounts) > 1 else "One account"
    has_default = accounts[0] == default_account
    is_complete = len(accounts) == 1 and has_default
    rows = []
    for name in accounts:
        overview = overview_command(name)
        default = "   the default" if name == default_account else ""
        rows.append(section(f"*{code(name)}*{default}", run_button("Open", overview)))
    how = f"Another than the default: {command(f'{COMMAND} list NAME account:{accounts[-1]}')}"
    ending = ["The bot's operator can add others in its settings."] if is_complete else [how]
    names = ", ".join(escape(name) for name in accounts)
    return message(
        f"{title}: {names}{'; the first is the default' * has_default}. {ending[0]}",
        [header(title), *rows, context(*ending)],
    )


def version_message() -> Message:
    """Say which version of the bot runs."""
    text = f"Workflows bot {__version__} on Python {platform.python_version()}."
    return message(text, [section(text)])


def short_help_message(offers: Sequence[Offer]) -> Message:
    """Build the answer to a message: buttons for what it may have meant, then how to use the bot."""
    typed = [command(offer.text.whole()) for offer in offers]
    blocks = [
        section(text, run_button("Run it", offer.text)) for text, offer in zip(typed, offers, strict=True)
    ]
    heading = (
        "Your message as a command:" if len(offers) == 1 else "Your message may mean one of these commands:"
    )
    if offers:
        blocks.insert(0, section(heading))
    blocks += [section(part) for part in _HELP]
    return message(" ".join((*([heading, *typed] if offers else []), *_HELP)), blocks)
