"""How tests are handed out to the workers of xdist."""

from typing import Any, Literal

import pytest

from tests.support.distribution import (
    LONGEST_FIRST,
    ROOT,
    SHARED,
    is_worth_sending,
    pytest_report_to_serializable,
    shared_scope,
)

Outcome = Literal["passed", "failed", "skipped"]
When = Literal["setup", "call", "teardown"]


@pytest.mark.parametrize("path", [*LONGEST_FIRST, *SHARED])
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


@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
@pytest.mark.parametrize("outcome", ["passed", "failed", "skipped"])
def test_only_a_set_up_and_a_clean_up_that_passed_are_not_sent(when: When, outcome: Outcome) -> None:
    assert is_worth_sending(_report(outcome, when)) == (when == "call" or outcome != "passed")


@pytest.mark.parametrize("outcome", ["failed", "skipped"])
def test_a_report_that_somebody_reads_is_sent_whole(outcome: Outcome) -> None:
    assert _sent(outcome) == {"keywords": {"slow": 1}, "sections": [("Captured stdout", "why")]}


def test_a_test_that_passed_is_reported_in_short() -> None:
    assert _sent("passed") == {"keywords": {}, "sections": []}


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
