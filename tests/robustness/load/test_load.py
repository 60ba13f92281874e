"""Many people at once, faults on both sides, and SIGTERM while they wait: nobody goes without an answer."""

from pathlib import Path

from tests.robustness.load.report import report
from tests.robustness.load.soak import Plan, soak


async def test_a_crowd_in_trouble_and_then_sigterm_leave_nobody_without_an_answer(tmp_path: Path) -> None:
    plan = Plan(people=60, seconds=3, think=1, grace=1, calm=False, slow=(1.8, 2.0, 30))

    run = await soak(plan, tmp_path, lambda _: None)

    found = report(run)
    assert found.broken == ()
    assert found.figures["requests"] > plan.people
    assert found.figures["calls_in_trouble"] > 0
    assert found.figures["stop"]["in_full"] > 0
    assert found.figures["stop"]["told_of_restart"] > 0
