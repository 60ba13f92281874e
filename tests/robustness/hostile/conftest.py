"""The real bot between a local Slack and a simulated Cloudflare, as in tests/app."""

import logging
from collections.abc import Iterator

import pytest

from tests.app.conftest import _only_our_settings
from tests.robustness.hostile.requests import get_harness
from tests.support.logs import log_briefly

__all__ = ["_only_our_settings"]


@pytest.fixture(scope="module")
def _app() -> Iterator[None]:
    """Close the app that `requests.send_request` opens."""
    handlers = logging.getLogger().handlers[:]
    here = get_harness()
    yield
    here.loop.run_until_complete(here.closed())
    here.loop.close()
    get_harness.cache_clear()
    log_briefly()
    logging.getLogger().handlers = handlers
