"""Instances with their steps, made by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.cloudflare.instance_models import (
    Attempt,
    InstanceDetail,
    InstanceError,
    Retries,
    Step,
    StepConfig,
    Trigger,
)
from bot.cloudflare.models import Status

BEGIN = datetime(2026, 11, 23, 13, 0, 0, tzinfo=UTC)
NOW = BEGIN + timedelta(hours=1)
CARD = InstanceError(name="Error", message="card declined")
CONFIG = StepConfig(retries=Retries(limit=5, delay=1000, backoff="exponential"), timeout="10 minutes")


def at(seconds: float) -> datetime:
    """Return a moment so long after the instance was queued."""
    return BEGIN + timedelta(seconds=seconds)


def done(name: str, start: float, end: float, **fields: Any) -> Step:
    """Return a step that succeeded."""
    attempts = fields.pop("attempts", (Attempt(start=at(start), end=at(end), success=True),))
    return Step(
        type="step", name=f"{name}-1", start=at(start), end=at(end), success=True, attempts=attempts, **fields
    )


def failures(start: float, count: int, error: InstanceError = CARD, took: float = 2) -> tuple[Attempt, ...]:
    """Return attempts that failed alike, each three seconds behind the one before."""
    return tuple(
        Attempt(start=at(start + 3 * place), end=at(start + 3 * place + took), success=False, error=error)
        for place in range(count)
    )


def failed(name: str, start: float, attempts: Sequence[Attempt], config: StepConfig | None = CONFIG) -> Step:
    """Return a step that failed for good."""
    return Step(
        type="step",
        name=f"{name}-1",
        start=at(start),
        end=attempts[-1].end,
        success=False,
        attempts=tuple(attempts),
        config=config,
    )


def retrying(
    name: str, start: float, attempts: Sequence[Attempt], config: StepConfig | None = CONFIG
) -> Step:
    """Return a step that goes on after attempts that failed."""
    return Step(type="step", name=f"{name}-1", start=at(start), attempts=tuple(attempts), config=config)


def detail(status: str, steps: Sequence[Step] = (), **fields: Any) -> InstanceDetail:
    """Return an instance that was queued at `BEGIN` and began a second later."""
    ended = status in ("complete", "errored", "terminated")
    values: dict[str, Any] = {
        "status": Status(status),
        "queued": BEGIN,
        "start": at(1),
        "end": at(60) if ended else None,
        "version_id": "7f3c2a1b-0000-4000-8000-000000000000",
        "trigger": Trigger(source="api"),
        "steps": tuple(steps),
        "step_count": len(steps),
        "error": CARD if status == "errored" else None,
        **fields,
    }
    return InstanceDetail(**values)
