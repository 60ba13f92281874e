"""Which worker of xdist does which tests, and in which order."""

from collections.abc import Generator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import pytest
from _pytest.runner import runtestprotocol
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.support.background_commands import COMMANDS

ROOT: Final = Path(__file__).parents[2]
LONGEST_FIRST: Final = (
    "tests/system/process/test_digest_workers_killed.py",  # its three classes at once
    "tests/benchmarks",
    "tests/system/engine",
    "tests/system/playground/browser",
    "tests/system",
    "tests/app/test_access.py",  # its digests come in real time, as those of the next three do
    "tests/app/test_digest_runs.py",
    "tests/app/test_requests_once.py",
    "tests/unit/jobs/test_worker.py",
    "tests/robustness",
    "tests/unit/simulators",
    "tests/unit/repository",
)
"""The order in which workers take modules: short ones last, so that all workers end together.

The others come mixed, as some folders mostly wait and some mostly compute.
"""
SHARED: Final[Mapping[str, int]] = {
    "tests/system/engine": 1,  # its modules have the same engine in turn
    "tests/system/packaging": 1,  # its modules have the same wheel
    "tests/system/playground/browser": 2,  # one browser would still be busy when all other tests have ended
}
"""How many workers start what the modules of a folder share and what takes seconds of computing to start."""

_Data = dict[str, Any] | None


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Hands out tests by module or class, as xdist does, and modules that share something together."""

    def _split_scope(self, nodeid: str) -> str:
        return shared_scope(nodeid) or super()._split_scope(nodeid)


def shared_scope(nodeid: str) -> str | None:
    """Return the name of what a test is handed out with, if its module shares something with others."""
    module = nodeid.partition("::")[0]
    for folder, workers in SHARED.items():
        if module.startswith(f"{folder}/"):
            return f"{folder} {crc32(module.encode()) % workers}"
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling | None:
    return Scheduling(config, log) if config.getoption("dist") == "loadscope" else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Send only what is worth it: the rest takes half a millisecond, as long as many a test.

    Who asks for `--durations` gets all of it.
    """
    if not hasattr(item.config, "workerinput") or item.config.getoption("durations") is not None:
        return None
    for report in filter(is_worth_sending, runtestprotocol(item, log=False, nextitem=nextitem)):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)  # or dots fill one line
    return True


def is_worth_sending(report: pytest.TestReport) -> bool:
    """Return whether a report says more than that a set-up or a clean-up passed."""
    return report.when == "call" or not report.passed


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable(report: object) -> Generator[None, _Data, _Data]:
    """Leave out what a test that passed has said: to send it takes a tenth of a short test's time.

    So `-rP` shows it without workers only.
    """
    data = yield
    if isinstance(report, pytest.TestReport) and report.passed and data is not None:
        data |= {"keywords": {}, "sections": []}
    return data


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _rank(item.path))


@cache
def _rank(module: Path) -> tuple[int, int]:
    if any(ROOT / test.partition("::")[0] == module for test in COMMANDS):
        return len(LONGEST_FIRST) + 1, 0  # what they ask for runs meanwhile
    places = (place for place, path in enumerate(LONGEST_FIRST) if module.is_relative_to(ROOT / path))
    if (place := next(places, None)) is not None:
        return place, 0
    return len(LONGEST_FIRST), crc32(bytes(module.relative_to(ROOT)))
