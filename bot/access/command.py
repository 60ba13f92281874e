"""Read commands about rights."""

from collections.abc import Sequence

from bot.access.requests import ShowAccess
from bot.language.command import Command
from bot.language.tokens import Token


def read_access(_: Token, _rest: Sequence[Token], _command: Command) -> ShowAccess:
    """Read `access`, whatever stands behind it: `access for orders` asks for no less."""
    return ShowAccess()
