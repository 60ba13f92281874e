"""Doors of the bot itself."""

from typing import Final

from tests.support.doors.table import Doors, Trait
from tests.support.doors.world import SEEN, World, type_command

DOORS: Final = Doors()


@DOORS.add("accounts", "One account")
async def _accounts(world: World) -> str:
    return await type_command(world, "accounts")


@DOORS.add("help", "/workflows · help", Trait.OPEN)
async def _help(world: World) -> str:
    return await type_command(world, "help")


@DOORS.add("my access", "What you may do here", Trait.OPEN)
async def _access(world: World) -> str:
    return await type_command(world, "access")


@DOORS.add("a message", f"/workflows {SEEN} errored", Trait.BLANK)
async def _message(world: World) -> str:
    reply = await world.who.say(f"@workflows {SEEN} errored")
    assert reply is not None
    return (await reply.seen()).all_text()
