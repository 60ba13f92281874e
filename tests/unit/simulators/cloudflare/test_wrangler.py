"""The simulated account with wrangler, Cloudflare's command line."""

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from bot.playground.simulators.cloudflare import (
    DEFAULT_TOKEN,
    Attempt,
    Failure,
    Simulation,
    Sleep,
    Step,
    Termination,
    WaitForEvent,
)
from tests.support.clock import Clock
from tests.system.engine.node import EngineUnavailable, Wrangler, install_wrangler

ORDERS = "order-processing"
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Outcome:
    status: int
    output: str
    errors: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        assert self.status == 0, self.errors
        rows: list[dict[str, Any]] = json.loads(self.output)
        return rows


Command: TypeAlias = Callable[..., Awaitable[Outcome]]


@pytest.fixture(scope="module")
def wrangler() -> Wrangler:
    try:
        return install_wrangler()
    except EngineUnavailable as reason:
        if os.environ.get("CI"):
            pytest.fail(f"in CI wrangler has to run: {reason}")
        pytest.skip(str(reason))


@pytest.fixture
def workflows(wrangler: Wrangler, base_url: str, simulation: Simulation, tmp_path: Path) -> Command:
    """Return a function that runs `wrangler workflows` with the simulated account."""
    simulation.seed(1, instances=400)
    environment = wrangler.environment(tmp_path) | {
        "CLOUDFLARE_API_BASE_URL": base_url,
        "CLOUDFLARE_API_TOKEN": DEFAULT_TOKEN.value,
        "CLOUDFLARE_ACCOUNT_ID": simulation.account_id,
    }

    async def run(*arguments: str) -> Outcome:
        process = await asyncio.create_subprocess_exec(
            *wrangler.command("workflows", *arguments),
            cwd=tmp_path,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            output, errors = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        return Outcome(process.returncode or 0, output.decode(), errors.decode())

    return run


@pytest.fixture
def instances(workflows: Command) -> Command:
    """Return a function that runs `wrangler workflows instances` with the simulated account."""
    return partial(workflows, "instances")


async def test_it_describes_a_workflow_with_its_latest_version(
    workflows: Command, simulation: Simulation
) -> None:
    described = await workflows("describe", ORDERS)

    assert described.status == 0, described.errors
    assert simulation.records.find(ORDERS).record.version_id in described.output
    assert "OrderProcessing" in described.output
    assert [call.operation for call in simulation.calls] == ["get_workflow", "list_versions"]


async def test_it_shows_the_page_asked_for_by_following_cursors(
    instances: Command, simulation: Simulation
) -> None:
    shown = await instances("list", ORDERS, "--page", "3", "--per-page", "10")

    assert "Showing 10 instances from page 3" in shown.output
    assert re.findall(r"ord-\d+", shown.output) == [each.id for each in simulation.instances(ORDERS)[20:30]]
    assert simulation.list_calls == 3
    assert ["cursor" in call.query for call in simulation.calls] == [False, True, True]
    assert not any("page" in call.query or "direction" in call.query for call in simulation.calls)


async def test_it_filters_by_status_and_date(instances: Command, simulation: Simulation) -> None:
    day = "2026-11-22"
    asked = ("--status", "errored", "--date-start", day, "--date-end", day, "--json")
    shown = await instances("list", ORDERS, *asked)

    assert [row["id"] for row in shown.rows] == [
        each.id
        for each in simulation.instances(ORDERS)
        if each.status == "errored" and f"{each.created_on:%Y-%m-%d}" == day
    ][:10]
    assert {row["status"] for row in shown.rows} == {"errored"}
    assert {row["created_on"][:10] for row in shown.rows} == {"2026-11-22"}
    assert simulation.calls[0].query == {
        "status": "errored",
        "date_start": "2026-11-22T00:00:00.000Z",
        "date_end": "2026-11-22T23:59:59.999Z",
    }


async def test_it_finds_no_page_past_the_last(instances: Command, simulation: Simulation) -> None:
    shown = await instances("list", "nightly-cleanup", "--page", "3", "--per-page", "100")

    assert "No instances found on page 3" in shown.output + shown.errors
    assert simulation.list_calls == 1


async def test_it_describes_an_instance_with_its_steps_and_error(
    instances: Command, simulation: Simulation
) -> None:
    errored = next(each for each in simulation.instances(ORDERS) if each.status == "errored")
    assert errored.error is not None

    described = await instances("describe", ORDERS, errored.id)

    assert described.status == 0, described.errors
    assert errored.id in described.output
    assert errored.error.message in described.output
    assert "validate order-1" in described.output


async def test_it_describes_the_latest_by_listing_first_with_waits_sleeps_retries_rollbacks_and_ends(
    instances: Command, simulation: Simulation, clock: Clock
) -> None:
    now = clock()
    failed = Attempt(now, now, success=False, error=Failure("Error", "no stock"))
    done = Attempt(now, now, success=True)
    steps = (
        Step("reserve-1", (failed, done), output='"ok"', delay="[dynamic]", backoff=None),
        Step("charge-1", (done,), output='"secret"', sensitive=True),
        Step("report-1", (done,), output=f'"{"x" * 2000}"'),
        Sleep("nap-1", now, now),
        WaitForEvent("paid-1", now, now, "paid", error=Failure("WorkflowTimeoutError", "timed out")),
        Step("reserve-1", (done,), kind="rollback"),
        Termination(),
    )
    simulation.add_instance(ORDERS, id="story", status="errored", error=failed.error, steps=steps)

    described = await instances("describe", ORDERS, "latest")

    assert described.status == 0, described.errors
    assert [call.operation for call in simulation.calls] == ["list_instances", "get_instance"]
    for words in ("story", "no stock", "nap-1", "paid-1", "report-1", "[REDACTED]"):
        assert words in described.output
    assert "secret" not in described.output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("list", "nope"), "10200"), (("describe", ORDERS, "nope"), "10400")],
    ids=["workflow", "instance"],
)
async def test_it_shows_the_code_of_a_not_found_error(
    instances: Command, arguments: tuple[str, ...], code: str
) -> None:
    described = await instances(*arguments)

    assert described.status != 0
    assert f"code: {code}" in described.output + described.errors
