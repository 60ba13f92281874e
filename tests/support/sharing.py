"""Which tests one worker of xdist does: those of a module, or of modules that share what is slow to start."""

from collections.abc import Mapping
from typing import Final
from zlib import crc32

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

SHARED: Final[Mapping[str, int]] = {
    "tests/system/engine/": 1,  # all modules have the same engine in turn
    "tests/system/playground/browser/": 2,  # one browser would take as long as all other tests
}
"""How many workers start it, by the folder whose modules share it."""


class SharingScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Hands out modules, and modules that share something together."""

    def _split_scope(self, nodeid: str) -> str:
        return shared_scope(nodeid) or super()._split_scope(nodeid)


def shared_scope(nodeid: str) -> str | None:
    """Return what a test belongs to that shares something with other modules; None for all others."""
    module = nodeid.partition("::")[0]
    for folder, workers in SHARED.items():
        if module.startswith(folder):
            return f"{folder} {crc32(module.encode()) % workers}"
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> SharingScheduling | None:
    """Replace xdist's way to hand out modules, which starts an engine and a browser in each worker."""
    return SharingScheduling(config, log) if config.getoption("dist") == "loadscope" else None
