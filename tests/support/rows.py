"""Rows of lists, and the instances that their buttons open."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from bot.browse.requests import ShowInstance
from bot.playground.simulators.cloudflare import Simulation
from bot.playground.simulators.slack import Message
from tests.support.buttons import CODEC

START = datetime.now(UTC) - timedelta(days=1)


def uuid(number: int) -> str:
    """Return an id as Cloudflare makes them, another one for each number."""
    return str(UUID(int=(number + 1) * 0x9E3779B97F4A7C15F39CC0605CEDC834 % 2**128))


def fill(cloudflare: Simulation, count: int, status: str = "errored") -> list[str]:
    """Add instances, a second apart; return their ids, newest first."""
    made = [
        cloudflare.add_instance(
            "orders", id=f"ord-{number:04}", status=status, created_on=START + timedelta(seconds=number)
        ).id
        for number in range(count)
    ]
    return made[::-1]


def opened_by(message: Message) -> list[str]:
    """Return the instances that the buttons of a message open, from top to bottom."""
    requests = [
        CODEC.decode(button.value or "")
        for button in message.buttons()
        if button.action_id.partition(":")[0] == "instance_show"
    ]
    assert all(isinstance(request, ShowInstance) and request.workflow == "orders" for request in requests)
    return [request.instance for request in requests if isinstance(request, ShowInstance)]
