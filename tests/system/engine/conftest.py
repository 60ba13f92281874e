"""Fixtures that run the real workflow engine."""

import os
from collections.abc import AsyncIterator
from typing import NoReturn

import pytest
import pytest_asyncio

from .engine import Engine, running_engine
from .node import EngineUnavailable, Wrangler, install_wrangler


@pytest.fixture(scope="session")
def wrangler() -> Wrangler:
    try:
        return install_wrangler()
    except EngineUnavailable as reason:
        _skip_or_fail(reason)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def only_engine(wrangler: Wrangler, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """Gives the engine that all modules have in turn."""
    try:
        async with running_engine(wrangler, tmp_path_factory.mktemp("engine")) as engine:
            yield engine
    except EngineUnavailable as reason:
        _skip_or_fail(reason)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine(only_engine: Engine) -> Engine:
    """Gives an empty engine to the tests of a module; what one leaves in it, the others see."""
    await only_engine.clear()
    return only_engine


@pytest_asyncio.fixture(loop_scope="session")
async def fresh_engine(only_engine: Engine) -> Engine:
    """Gives an empty engine to a test that counts rows or leaves odd ones, in a module without `engine`."""
    await only_engine.clear()
    return only_engine


def _skip_or_fail(reason: EngineUnavailable) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"in CI the engine has to run: {reason}")
    pytest.skip(str(reason))
