"""How workflows do: typed, by a button, for everybody."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.app import Bot
from bot.playground.simulators.cloudflare import Attempt, Failure, Simulation, Step
from bot.playground.simulators.slack import Person
from tests.support.messages import ask

ORDERS = "order-processing"


def add(account: Simulation, count: int, status: str = "complete", took: float = 60, **fields) -> None:
    now = datetime.now(UTC)
    for number in range(count):
        created = now - timedelta(hours=1, minutes=number)
        steps = (
            Step(
                "charge card-1",
                (Attempt(created, created + timedelta(seconds=took), success=status == "complete"),),
            ),
        )
        account.add_instance(
            fields.get("workflow", ORDERS),
            status=status,
            created_on=created,
            started_on=created + timedelta(seconds=2),
            ended_on=created + timedelta(seconds=2 + took),
            steps=steps,
            **{k: v for k, v in fields.items() if k != "workflow"},
        )


async def test_look(ada: Person, cloudflare: Simulation) -> None:
    add(cloudflare, 40)
    add(cloudflare, 6, "errored", version_id="4f2a91bc-0000", error=Failure("Error", "no"))
    add(cloudflare, 3, workflow="emails")
    cloudflare.add_workflow("idle")
    for text in (
        f"stats {ORDERS}",
        "stats *",
        "stats emails",
        "stats idle",
        "stats nope",
        "stats orders",
        "stats *-* since:24h",
    ):
        shown = await ask(ada, text)
        print("=====", text)
        print(shown.text)
        print(shown.all_text())
        print([b.label for b in shown.buttons()])
    assert 0
