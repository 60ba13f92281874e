"""Entry points of the bot itself."""

from typing import Final

from tests.support.entry_points.model import EntryPoints, Trait
from tests.support.entry_points.scenario import SEEN, Scenario, type_command

ENTRY_POINTS: Final = EntryPoints()


@ENTRY_POINTS.add("accounts", "One account")
async def _accounts(scenario: Scenario) -> str:
    return await type_command(scenario, "accounts")


@ENTRY_POINTS.add("help", "/workflows · help", Trait.OPEN)
async def _help(scenario: Scenario) -> str:
    return await type_command(scenario, "help")


@ENTRY_POINTS.add("my access", "What you may do here", Trait.OPEN)
async def _access(scenario: Scenario) -> str:
    return await type_command(scenario, "access")


@ENTRY_POINTS.add("a message", f"/workflows {SEEN} errored", Trait.BLANK)
async def _message(scenario: Scenario) -> str:
    reply = await scenario.who.say(f"@workflows {SEEN} errored")
    assert reply is not None
    return (await reply.seen()).all_text()
