"""Read commands as the bot does, at one moment and for one person."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.language.command import Command
from bot.routing.command_reader import read_command
from bot.slack.requests import Request

ACCOUNTS = ("prod", "Staging-EU")
NOW = datetime(2026, 11, 23, 14, 3, 22, tzinfo=UTC)
"""A Monday."""
HERE = "C0HERE001"
HOME = "Europe/Berlin"


def escaped(text: str) -> str:
    """Return a text as Slack sends it, in which nothing is Slack's own markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def read(sent: str, accounts: Sequence[str] = ACCOUNTS, *, zone: str = HOME) -> Request:
    """Read a command as Slack sends it."""
    return read_command(Command.from_slack(sent, accounts=accounts, channel=HERE, zone=zone, now=NOW))


def typed(text: str, workflows: Sequence[str] = ()) -> Command:
    """Return a command of somebody who knows two accounts, with the names of the workflows that there are."""
    return Command(text, accounts=("default", "staging"), channel=HERE, now=NOW, workflows=workflows)
