"""The real bot between a local Slack and a simulated Cloudflare, as tests/app has it."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.app.conftest import _only_our_settings, ada, api, bot, cloudflare, logged, running, slack
from tests.robustness.hostile.requests import scene

__all__ = ["_only_our_settings", "ada", "api", "bot", "cloudflare", "logged", "running", "slack"]


@pytest.fixture(scope="module")
def _app() -> Iterator[None]:
    """Closes the app that `requests.sent` opens."""
    handlers = logging.getLogger().handlers[:]
    here = scene()
    yield
    here.loop.run_until_complete(here.closed())
    here.loop.close()
    scene.cache_clear()
    structlog.reset_defaults()
    logging.getLogger().handlers = handlers
