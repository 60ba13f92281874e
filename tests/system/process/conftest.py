"""A stage for each module of tests; those that need a bot of their own start it on that stage."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from .harness import Harness, run_harness


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_harness(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Harness]:
    async with run_harness(tmp_path_factory.mktemp("stage")) as harness:
        yield harness


@pytest.fixture
def harness(shared_harness: Harness) -> Harness:
    """Gives the module's stage with everything well again."""
    shared_harness.cloudflare.clear_faults()
    shared_harness.slack.faults.clear()
    return shared_harness
