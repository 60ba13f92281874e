"""What there is before somebody comes: a bot that Grace has used, in the channel where they act."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.cloudflare.models import Status
from bot.digests.command.requests import DIGEST_CODEC, OfDigest
from bot.digests.model import DigestSpec
from bot.digests.store import DigestRepository
from bot.inspect.model import InstanceRef
from bot.language.schedule import Schedule
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.cloudflare.steps import Attempt, Step
from bot.playground.simulators.slack import LocalSlack, Message, Person, Reply, User, View
from bot.playground.simulators.slack.directory import GRACE
from bot.slack.requests import Request
from tests.support.buttons import CODEC
from tests.support.databases import migrated_database
from tests.support.digest_actions import next_answer
from tests.support.messages import answer, is_interim
from tests.support.teams import TEAM

SEEN, HIDDEN = "order-processing", "payroll"
ROWS = 12
STEPS = 21
"""One more than a page of them has."""
ERRORED = Status("errored")
ONE, HIDDEN_ONE = InstanceRef(SEEN, "ord-1003"), InstanceRef(HIDDEN, "pay-1003")
OWN, HIDDEN_OWN, OTHERS, HIDDEN_OTHERS = range(1, 5)
"""Digests of the channel where the person acts: two of theirs, and two of Grace's."""
CANARIES = tuple(f"{prefix}-{what}" for prefix in ("ord", "pay") for what in ("params", "output", "loaded"))
"""What went in and came out, of instances and of a step of theirs."""


@dataclass(frozen=True)
class Scenario:
    """A bot that Grace has used, in the channel where the person acts.

    Attributes:
        who: the person.
        grace: who sees everything.
        listed: the list of the workflow that some may see.
        hidden: that of the one that fewer may see.
        overview: all workflows.
        shared: an instance of the workflow that some may see, which Grace has shared.
        hidden_shared: one of the other.
    """

    slack: LocalSlack
    cloudflare: Simulation
    who: Person
    grace: Person
    listed: Message
    hidden: Message
    overview: Message
    shared: Message
    hidden_shared: Message


async def text_of(reply: Reply) -> str:
    return (await answer(reply)).all_text()


async def first_of(reply: Reply) -> str:
    """Return what came of something: a message, or a modal that opened."""
    waiting: list[asyncio.Task[Message | View]] = [
        asyncio.ensure_future(each) for each in (reply.message(), reply.view())
    ]
    done, others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for other in others:
        other.cancel()
    return done.pop().result().all_text()


async def type_command(scenario: Scenario, text: str) -> str:
    return await text_of(await scenario.who.command("/workflows", text))


async def submit(scenario: Scenario, view: View, values: dict[str, Any]) -> str:
    following = next_answer(scenario.slack)
    reply = await scenario.who.submit(view, values)
    if (after := scenario.slack.views.current(view)) is not None:
        following.close()
        return "\n".join(reply.errors.values()) or after.all_text()
    message = await following
    while is_interim(message):
        message = await next_answer(scenario.slack)
    return message.all_text()


async def filled(reply: Reply) -> str:
    """Return what came of something, with the modal that opened once it is filled."""
    loading = await first_of(reply)
    return (await reply.view()).all_text() if "Looking it up" in loading else loading


async def press(
    scenario: Scenario, action_id: str, request: Request, message: Message | None = None
) -> Reply:
    """Press a button that the person was never shown."""
    codec = DIGEST_CODEC if isinstance(request, OfDigest) else CODEC
    button = {"type": "button", "action_id": action_id, "block_id": "b", "value": codec.encode(request)}
    return await scenario.who.act(scenario.listed if message is None else message, button)


def fill_account(cloudflare: Simulation) -> None:
    """Add two workflows with failures, of which some people may see one; they failed in turn."""
    now = datetime.now(UTC)
    for place, (workflow, prefix) in enumerate(((SEEN, "ord"), (HIDDEN, "pay"))):
        cloudflare.add_workflow(workflow)
        for number in range(ROWS):
            cloudflare.add_instance(
                workflow,
                id=f"{prefix}-{1000 + number}",
                status="errored",
                created_on=now - timedelta(seconds=2 * (ROWS - number) + place),
                params={"note": f"{prefix}-params"},
                output=f"{prefix}-output",
                steps=_steps_of(prefix),
            )


def _steps_of(prefix: str) -> tuple[Step, ...]:
    """Return steps whose first one has an output, and whose last one is on another page."""
    start = datetime.now(UTC)
    attempts = (Attempt(start, start + timedelta(seconds=1), success=True),)
    names = ("load", *(f"step {number}" for number in range(STEPS - 2)), f"{prefix}-last")
    return tuple(
        Step(f"{name}-1", attempts, json.dumps(f"{prefix}-loaded") if name == "load" else None)
        for name in names
    )


async def add_digests(folder: Path, channel: str, creator: User) -> None:
    """Add digests as if they were made when other rules held."""
    async with migrated_database(f"sqlite:///{folder}/bot.sqlite3") as engine:
        store = DigestRepository(engine, TEAM, lambda: datetime.now(UTC))
        for number, user in ((OWN, creator), (HIDDEN_OWN, creator), (OTHERS, GRACE), (HIDDEN_OTHERS, GRACE)):
            workflow = SEEN if number in {OWN, OTHERS} else HIDDEN
            plan = DigestSpec(channel, Schedule("0 9 * * 1", "UTC"), workflows=(workflow,))
            assert (await store.create(plan, user.id)).number == number
