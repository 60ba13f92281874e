"""What people ask about rights."""

from dataclasses import dataclass
from typing import ClassVar

from bot.slack.requests import Request


@dataclass(frozen=True, slots=True)
class ShowAccess(Request):
    """What I may do here, and who may do the rest."""

    kind: ClassVar[str] = "access"
