"""A stage for each module of tests; those that need a bot of their own start it on that stage."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from .stage import Stage, staged


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture
def stage(shared_stage: Stage) -> Stage:
    """Gives the module's stage with everything well again."""
    shared_stage.cloudflare.heal()
    shared_stage.slack.faults.clear()
    return shared_stage
