"""How tests are handed out to the workers of xdist."""

from collections.abc import Sequence
from random import Random
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.distribution import (
    LONGEST_FIRST,
    ROOT,
    SHARED,
    WAITING,
    Scheduling,
    is_waiting,
    is_worth_sending,
    pytest_report_to_serializable,
    shared_scope,
)

Outcome = Literal["passed", "failed", "skipped"]
When = Literal["setup", "call", "teardown"]


@pytest.mark.parametrize("path", [*WAITING, *LONGEST_FIRST, *SHARED])
def test_what_it_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("folder", "workers"), SHARED.items())
def test_modules_that_share_something_go_to_so_many_workers(folder: str, workers: int) -> None:
    modules = [path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("test_*.py")]

    scopes = {shared_scope(f"{module}::TestThis::test_that[a/b::c]") for module in modules}

    assert len(modules) > workers
    assert None not in scopes
    assert len(scopes) == workers


@pytest.mark.parametrize("module", ["tests/app/test_lists.py", "tests/system/engines/test_of_another.py"])
def test_any_other_module_is_handed_out_by_itself(module: str) -> None:
    assert shared_scope(f"{module}::test_something") is None


def test_xdist_asks_for_it(pytestconfig: pytest.Config) -> None:
    asked = pytestconfig.hook.pytest_xdist_make_scheduler(config=_config(workers=2), log=None)

    assert isinstance(asked, Scheduling)


@given(st.integers(1, 8), st.lists(st.booleans(), max_size=40), st.randoms(use_true_random=False))
def test_half_of_the_workers_do_what_waits_and_each_module_is_done_once(
    workers: int, waits: list[bool], chance: Random
) -> None:
    """Each module has one test, which takes a time of its own."""
    modules = [f"{WAITING[0] if wait else LONGEST_FIRST[0]}/test_{i}.py" for i, wait in enumerate(waits)]
    nodes = [_Worker(modules) for _ in range(workers)]
    scheduling = _start(nodes, modules)

    done = []
    while busy := [node for node in nodes if node.pending]:
        left = {is_waiting(module) for module in scheduling.workqueue}
        waiting = sum(any(map(is_waiting, node.pending)) for node in nodes)
        assert False not in left or waiting <= (workers + 1) // 2
        assert True not in left or waiting >= workers / 2
        node = chance.choice(busy)
        done.append(node.pending.pop(0))
        scheduling.mark_test_complete(node, modules.index(done[-1]))

    assert sorted(done) == sorted(modules)


def test_what_waits_longest_comes_first() -> None:
    modules = [f"{path}/test_it.py" for path in (*LONGEST_FIRST, *WAITING)]
    nodes = [_Worker(modules) for _ in range(6)]

    _start(nodes, modules)

    first = [node.pending[0].removesuffix("/test_it.py") for node in nodes]
    assert first == [*WAITING[:3], *LONGEST_FIRST[:3]]


@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
@pytest.mark.parametrize("outcome", ["passed", "failed", "skipped"])
def test_only_a_set_up_and_a_clean_up_that_passed_are_not_sent(when: When, outcome: Outcome) -> None:
    assert is_worth_sending(_report(outcome, when)) == (when == "call" or outcome != "passed")


@pytest.mark.parametrize("outcome", ["failed", "skipped"])
def test_a_report_that_somebody_reads_is_sent_whole(outcome: Outcome) -> None:
    assert _sent(outcome) == {"keywords": {"slow": 1}, "sections": [("Captured stdout", "why")]}


def test_a_test_that_passed_is_reported_in_short() -> None:
    assert _sent("passed") == {"keywords": {}, "sections": []}


class _Worker:
    """Notes what it is asked to do, as a worker of xdist does it in turn."""

    gateway = SimpleNamespace(id="gw")
    shutting_down = False

    def __init__(self, tests: Sequence[str]) -> None:
        self._tests = tests
        self.pending: list[str] = []

    def send_runtest_some(self, indices: Sequence[int]) -> None:
        self.pending += [self._tests[index] for index in indices]

    def shutdown(self) -> None:
        self.shutting_down = True


def _start(nodes: Sequence[_Worker], tests: Sequence[str]) -> Scheduling:
    """Hand out the first tests."""
    scheduling = Scheduling(_config(len(nodes)))
    for node in nodes:
        scheduling.add_node(node)
        scheduling.add_node_collection(node, tests)
    scheduling.schedule()
    return scheduling


def _config(workers: int) -> Any:
    """Return what xdist asks of pytest's settings."""
    options = {"dist": "loadscope", "tx": ["popen"] * workers}
    return SimpleNamespace(
        getoption=options.get, getvalue=options.get, option=SimpleNamespace(loadscopereorder=False)
    )


def _sent(outcome: Outcome) -> dict[str, Any] | None:
    """Return what a worker sends of a test in the place of all that pytest has written of it."""
    shortening = pytest_report_to_serializable(_report(outcome, "call"))
    next(shortening)
    with pytest.raises(StopIteration) as ended:
        shortening.send({"keywords": {"slow": 1}, "sections": [("Captured stdout", "why")]})
    sent: dict[str, Any] | None = ended.value.value
    return sent


def _report(outcome: Outcome, when: When) -> pytest.TestReport:
    return pytest.TestReport("test_this", ("test.py", 1, "test_this"), {}, outcome, None, when)
