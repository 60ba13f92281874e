"""Short storms; `python -m tests.robustness.storms` runs long ones."""

from pathlib import Path

import pytest

from tests.robustness.storms.campaign import Plan, run


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_after_a_storm_every_run_is_delivered_once_and_no_channel_is_mute(
    tmp_path: Path, engine: str
) -> None:
    outcome = await run(Plan(engine, seed=7), tmp_path)
    assert not outcome.failures, f"{outcome.failures} after {outcome.faults}\n{outcome.said}"
