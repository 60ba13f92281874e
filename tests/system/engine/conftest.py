"""Fixtures that run the real workflow engine."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
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
async def engine(wrangler: Wrangler, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """Gives the engine all tests share; what one leaves in it, the others see."""
    async with engine_or_reason(wrangler, tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest_asyncio.fixture(loop_scope="session")
async def fresh_engine(wrangler: Wrangler, tmp_path: Path) -> AsyncIterator[Engine]:
    """Gives an engine of its own to a test that counts rows or leaves odd ones."""
    async with engine_or_reason(wrangler, tmp_path) as engine:
        yield engine


@asynccontextmanager
async def engine_or_reason(wrangler: Wrangler, folder: Path) -> AsyncIterator[Engine]:
    try:
        async with running_engine(wrangler, folder) as engine:
            yield engine
    except EngineUnavailable as reason:
        _skip_or_fail(reason)


def _skip_or_fail(reason: EngineUnavailable) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"in CI the engine has to run: {reason}")
    pytest.skip(str(reason))
