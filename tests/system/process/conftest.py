"""A harness for each test module, in which tests can start their own bots."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from .harness import Harness, run_harness


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_harness(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Harness]:
    async with run_harness(tmp_path_factory.mktemp("harness")) as harness:
        yield harness


@pytest.fixture
def harness(shared_harness: Harness) -> Harness:
    """Return the module's harness without faults."""
    shared_harness.cloudflare.clear_faults()
    shared_harness.slack.faults.clear()
    return shared_harness
