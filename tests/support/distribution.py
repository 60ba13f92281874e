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
WAITING: Final = (
    "tests/system/process/test_digest_workers_killed.py",  # its three classes at once
    "tests/robustness/storms",
    "tests/robustness/faults/test_slack_faults_answers.py",
    "tests/unit/jobs/test_worker.py",
    "tests/app/test_access.py",
    "tests/unit/jobs",
    "tests/app/test_digest_runs.py",
    "tests/app/test_requests_once.py",
    "tests/robustness/faults/test_slack_faults_forms.py",
    "tests/system/playground/test_playground_process.py",
    "tests/system/process/test_stopping.py",
    "tests/system/process/test_roles.py",
    "tests/system/socket_mode",
    "tests/app/test_shares.py",
    "tests/app/test_observability.py",
    "tests/app/test_queues.py",
    "tests/app/test_partial_exports.py",
    "tests/robustness/hostile/test_canaries.py",
    "tests/app/test_filter_problems.py",
    "tests/app/test_throttles.py",
    "tests/app/test_metrics.py",
)
"""What mostly waits, as its digests, retries and throttles come in real time: the longest first.

Half of the workers do these from the beginning on, and the others what computes: were they all to wait at
once, the cores would be idle.
"""
LONGEST_FIRST: Final = (
    "tests/benchmarks",
    "tests/system/engine",
    "tests/system/playground/browser",
    "tests/system",
    "tests/robustness",
    "tests/unit/simulators",
    "tests/unit/repository",
)
"""The order in which workers take all others: short ones last, so that all workers end together.

The rest comes mixed.
"""
SHARED: Final[Mapping[str, int]] = {
    "tests/system/engine": 1,  # its modules have the same engine in turn
    "tests/system/packaging": 1,  # its modules have the same wheel
    "tests/system/playground/browser": 2,  # one browser would still be busy when all other tests have ended
}
"""How many workers start what the modules of a folder share and what takes seconds of computing to start."""

_ORDER: Final = (*WAITING, *LONGEST_FIRST)
_Data = dict[str, Any] | None


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Hands out tests by module or class, as xdist does, and modules that share something together."""

    def _split_scope(self, nodeid: str) -> str:
        return shared_scope(nodeid) or super()._split_scope(nodeid)

    def _assign_work_unit(self, node: object) -> None:
        """Give a worker what waits, if fewer than half of the workers have that, and else what computes."""
        waiting = sum(self._has_to_wait(work) for work in self.assigned_work.values())
        wanted = 2 * waiting < len(self.assigned_work)
        scope = next((scope for scope in self.workqueue if is_waiting(scope) == wanted), None)
        if scope is not None:
            self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)

    @staticmethod
    def _has_to_wait(work: Mapping[str, Mapping[str, bool]]) -> bool:
        return any(is_waiting(scope) and not all(done.values()) for scope, done in work.items())


def is_waiting(scope: str) -> bool:
    """Return whether a module, or a class in one, mostly waits."""
    return scope.startswith(WAITING)


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
        return len(_ORDER) + 1, 0  # what they ask for runs meanwhile
    places = (place for place, path in enumerate(_ORDER) if module.is_relative_to(ROOT / path))
    if (place := next(places, None)) is not None:
        return place, 0
    return len(_ORDER), crc32(bytes(module.relative_to(ROOT)))
