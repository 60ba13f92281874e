"""What people ask of the bot itself."""

from dataclasses import dataclass
from typing import ClassVar

from bot.slack.requests import Request


@dataclass(frozen=True, slots=True)
class ShowAccounts(Request):
    """Which accounts there are."""

    kind: ClassVar[str] = "accounts"


@dataclass(frozen=True, slots=True)
class ShowVersion(Request):
    """Which version of the bot this is."""

    kind: ClassVar[str] = "version"
