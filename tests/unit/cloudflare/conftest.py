"""A client of a simulated account, over a real socket."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta

import aiohttp
import pytest
import stamina

from bot.cloudflare.client import Call, WorkflowsClient
from bot.cloudflare.concurrency import ConcurrencyLimit
from bot.cloudflare.endpoint import ApiToken, Endpoint, production_endpoint
from bot.cloudflare.limiter import Budget
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN, Simulation
from tests.support.clock import Clock
from tests.support.commands import NOW

MakeClient = Callable[..., WorkflowsClient]


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def simulation() -> Simulation:
    return Simulation(clock=lambda: NOW)


@pytest.fixture
async def base_url(simulation: Simulation) -> AsyncIterator[str]:
    async with simulation.serve() as url:
        yield url


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def endpoint(base_url: str) -> Endpoint:
    return production_endpoint(base_url, DEFAULT_ACCOUNT_ID, ApiToken(DEFAULT_TOKEN.value))


@pytest.fixture
def calls() -> list[Call]:
    """The requests that the client reported."""
    return []


@pytest.fixture
def make_client(session: aiohttp.ClientSession, endpoint: Endpoint, calls: list[Call]) -> MakeClient:
    def make(
        to: Endpoint = endpoint,
        *,
        deadline: float = 20.0,
        budget: Budget | None = None,
        concurrency: ConcurrencyLimit | None = None,
    ) -> WorkflowsClient:
        return WorkflowsClient(
            session,
            to,
            deadline=timedelta(seconds=deadline),
            budget=budget,
            concurrency=concurrency,
            observe=calls.append,
        )

    return make


@pytest.fixture
def client(make_client: MakeClient) -> WorkflowsClient:
    return make_client()


@pytest.fixture
def at_once() -> Iterator[None]:
    """Retry without pauses."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


@pytest.fixture
def orders(simulation: Simulation) -> Simulation:
    """Add a workflow with 250 instances. The newest is order-250."""
    for number in range(1, 251):
        created_on = NOW - timedelta(minutes=251 - number)
        simulation.add_instance("orders", id=f"order-{number}", created_on=created_on)
    return simulation
