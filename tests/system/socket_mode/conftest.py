"""A harness for each test module, for bots with Socket Mode."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.system.process.harness import Harness, run_harness


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def harness(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Harness]:
    async with run_harness(tmp_path_factory.mktemp("harness")) as harness:
        yield harness
