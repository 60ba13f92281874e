"""A browser of a simulated account, over a real socket."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.browse.browser import Browser
from bot.browse.overview.count_samples import CountSamples
from bot.browse.overview.reader import OverviewReader
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, production_endpoint
from bot.cloudflare.timed_cache import CacheTimes
from bot.playground.simulators.cloudflare import DEFAULT_ACCOUNT_ID, DEFAULT_TOKEN, Simulation
from tests.support.clock import Clock
from tests.support.commands import NOW
from tests.support.databases import migrated_database


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def simulation(clock: Clock) -> Simulation:
    return Simulation(clock=clock)


@pytest.fixture
async def workflows(simulation: Simulation, clock: Clock) -> AsyncIterator[CachedWorkflows]:
    async with simulation.serve() as url, aiohttp.ClientSession() as session:
        endpoint = production_endpoint(url, DEFAULT_ACCOUNT_ID, ApiToken(DEFAULT_TOKEN.value))
        cached = CachedWorkflows(WorkflowsClient(session, endpoint, now=clock), CacheTimes(), clock.seconds)
        yield cached
        await cached.close()


@pytest.fixture
def browser(workflows: CachedWorkflows) -> Browser:
    return Browser({"prod": workflows})


@pytest.fixture
async def samples(clock: Clock, tmp_path: Path) -> AsyncIterator[CountSamples]:
    async with migrated_database(f"sqlite:///{tmp_path / 'bot.sqlite3'}") as engine:
        yield CountSamples(engine, clock, clock.seconds)


@pytest.fixture
def overviews(workflows: CachedWorkflows, samples: CountSamples) -> OverviewReader:
    return OverviewReader({"prod": workflows}, samples)


@pytest.fixture
def orders(simulation: Simulation, clock: Clock) -> Simulation:
    """Gives the account a workflow of 1,000 instances, order-1000 the newest."""
    fill(simulation, clock, 1000)
    return simulation


def fill(simulation: Simulation, clock: Clock, count: int) -> None:
    """Adds so many instances, one created each second, the newest a second ago."""
    for number in range(1, count + 1):
        created_on = clock() - timedelta(seconds=count + 1 - number)
        simulation.add_instance("orders", id=f"order-{number}", created_on=created_on)
