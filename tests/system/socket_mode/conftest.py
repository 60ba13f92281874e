"""A stage for each module of tests, for bots that open the connection themselves."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.system.process.stage import Stage, staged


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("stage")) as stage:
        yield stage
