"""Fixtures for cells: each module starts one bot for all its cells."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import stamina

from .cloudflare_harness import Cell, Harness, run_harness


@pytest.fixture
def at_once() -> Iterator[None]:
    """Retry without pauses."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cloudflare_harness(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Harness]:
    """Run a bot between Slack and Cloudflare."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "HTTP_PROXY", "HTTPS_PROXY"):
            environment.delenv(name, raising=False)
        async with run_harness(tmp_path_factory.mktemp("faults")) as harness:
            yield harness


@pytest.fixture
def cell(cloudflare_harness: Harness) -> Iterator[Cell]:
    """Create an account and a workflow that no other cell uses."""
    cell = cloudflare_harness.cell()
    yield cell
    cloudflare_harness.cloudflare.clear_faults()
    cloudflare_harness.cloudflare.records.by_name.clear()
    assert cloudflare_harness.other_host.visitors == 0, "a redirect was followed"
