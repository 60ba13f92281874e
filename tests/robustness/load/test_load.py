"""A short soak test: every interaction gets an answer despite faults and SIGTERM."""

from pathlib import Path

from tests.robustness.load.report import build_report
from tests.robustness.load.soak import Plan, soak


async def test_every_interaction_is_answered_despite_faults_and_sigterm(tmp_path: Path) -> None:
    plan = Plan(people=60, seconds=3, think=1, grace=1, calm=False, slow=(1.8, 2.0, 30))

    run = await soak(plan, tmp_path, lambda _: None)

    found = build_report(run)
    assert found.failures == ()
    assert found.figures["requests"] > plan.people
    assert found.figures["calls_in_trouble"] > 0
    assert found.figures["stop"]["in_full"] > 0
    assert found.figures["stop"]["told_of_restart"] > 0
