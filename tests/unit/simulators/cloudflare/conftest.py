from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.playground.simulators.cloudflare import DEFAULT_TOKEN, Simulation
from tests.support.clock import Clock

from .client import Client


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 23, 14, tzinfo=UTC))


@pytest.fixture
def simulation(clock: Clock) -> Simulation:
    return Simulation(clock=clock)


@pytest.fixture
async def base_url(simulation: Simulation) -> AsyncIterator[str]:
    async with simulation.serve() as url:
        yield url


@pytest.fixture
async def client(simulation: Simulation, base_url: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {DEFAULT_TOKEN.value}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield Client(session, base_url, simulation.account_id)


@pytest.fixture
def orders(simulation: Simulation, clock: Clock) -> Simulation:
    """Add a workflow with 25 instances, one per minute; order-25 is the newest."""
    for number in range(25, 0, -1):
        created_on = clock() - timedelta(minutes=25 - number)
        simulation.add_instance("orders", id=f"order-{number}", created_on=created_on)
    return simulation
