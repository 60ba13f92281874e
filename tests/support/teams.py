"""The workspace that the tests play in, and another one."""

from typing import Final

from bot.playground.simulators.slack import Team

TEAM: Final = Team().id
OTHER_TEAM: Final = "T0OTHER01"


async def team() -> str:
    return TEAM
