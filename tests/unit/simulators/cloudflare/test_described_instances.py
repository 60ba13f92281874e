"""What the simulated account tells of single instances: outputs, retries, waits, rollbacks, long runs."""

import json
from datetime import timedelta

import pytest

from bot.playground.simulators.cloudflare import (
    MOST_STEPS,
    Attempt,
    Failure,
    InstanceRecord,
    ManySteps,
    PartialAnswer,
    Simulation,
    Sleep,
    Step,
    WaitForEvent,
)
from tests.support.clock import Clock

from .client import Client

ORDERS = "order-processing"


@pytest.fixture
def orders(clock: Clock) -> list[InstanceRecord]:
    simulation = Simulation(clock=clock)
    simulation.seed(1, instances=3_000)
    return simulation.instances(ORDERS)


def steps_of(instances: list[InstanceRecord]) -> list[Step]:
    return [step for each in instances for step in each.steps if isinstance(step, Step)]


async def test_a_long_output_is_cut_and_whole_where_its_step_is_asked_for(
    simulation: Simulation, client: Client, clock: Clock
) -> None:
    output = json.dumps(["x" * 100] * 30)
    done = Attempt(clock(), clock(), success=True)
    wait = WaitForEvent("paid-1", clock(), clock(), "paid", output=output)
    simulation.add_instance("orders", id="a", steps=(Step("charge-1", (done,), output=output), wait))
    for step in (await client.instance("orders", "a")).body["result"]["steps"]:
        assert step["output"] == f"{output[:1024]}[truncated, {len(output) - 1024} more characters]"
    for name, kind in (("charge-1", "step"), ("paid-1", "waitForEvent")):
        answer = await client.step("orders", "a", name=name, type=kind)
        assert answer.body["result"]["output"] == json.loads(output)


async def test_a_sensitive_output_is_shown_nowhere(
    simulation: Simulation, client: Client, clock: Clock
) -> None:
    done = Attempt(clock(), clock(), success=True)
    simulation.add_instance("orders", id="a", steps=(Step("charge-1", (done,), '"secret"', sensitive=True),))
    described = await client.instance("orders", "a")
    (step,) = described.body["result"]["steps"]
    whole = await client.step("orders", "a", name="charge-1", type="step")
    assert (step["output"], step["config"]["sensitive"]) == ("[REDACTED]", "output")
    assert whole.body["result"]["output"] == "[REDACTED]"
    assert "secret" not in described.text + whole.text


async def test_a_step_that_waits_for_its_next_attempt_has_not_failed_yet(
    simulation: Simulation, client: Client, clock: Clock
) -> None:
    failed = Attempt(clock(), clock(), success=False, error=Failure("Error", "no"))
    for waits in (True, False):
        simulation.add_instance("orders", id=f"{waits}", steps=(Step("charge-1", (failed,), waits=waits),))
        (step,) = (await client.instance("orders", f"{waits}")).body["result"]["steps"]
        assert (step["success"], step["end"] is None) == ((None, True) if waits else (False, False))
        assert step["attempts"][0]["success"] is False


@pytest.mark.parametrize(
    ("delay", "backoff", "seconds"),
    [
        (1000, "exponential", [1, 2, 4, 8]),
        ("10 seconds", "exponential", [10, 20, 40, 80]),
        ("2 minutes", "linear", [120, 240, 360, 480]),
        ("1 hour", "constant", [3600] * 4),
        ("[dynamic]", None, [7] * 4),
    ],
)
def test_delays_grow_as_configured(clock: Clock, delay: str | int, backoff: str, seconds: list[int]) -> None:
    step = Step("charge-1", (Attempt(clock()),), delay=delay, backoff=backoff)  # type: ignore[arg-type]
    assert [step.delay_after(attempt) for attempt in (1, 2, 3, 4)] == seconds


async def test_an_instance_may_come_with_an_error_and_without_its_last_steps(
    simulation: Simulation, client: Client, clock: Clock
) -> None:
    simulation.add_instance("orders", id="a", status="complete", steps=ManySteps(5, clock()), output="7")
    simulation.inject(PartialAnswer(missing=2), times=3)
    answer = await client.instance("orders", "a")
    assert (answer.status, answer.body["success"], answer.body["errors"][0]["code"]) == (200, False, 10001)
    assert (answer.body["result"]["status"], len(answer.body["result"]["steps"])) == ("complete", 3)
    assert (await client.instance("orders", "b")).status == 404
    assert (await client.workflows()).body["success"] is True


async def test_a_run_of_as_many_steps_as_can_be_is_made_when_it_is_asked_for(
    simulation: Simulation, client: Client, clock: Clock
) -> None:
    failure = Failure("Error", "out of memory")
    steps = ManySteps(MOST_STEPS, clock(), error=failure)
    simulation.add_instance("orders", id="a", status="errored", error=failure, steps=steps)
    described = (await client.instance("orders", "a")).body["result"]
    assert described["step_count"] == len(described["steps"]) == 25_000
    assert [step["name"] for step in described["steps"][::24_999]] == [
        "process batch-1",
        "process batch-25000",
    ]
    assert [step["success"] for step in described["steps"][-2:]] == [True, False]
    assert described["steps"][-1]["end"] == described["steps"][-1]["attempts"][1]["end"]
    assert (steps[-1].name, [step.name for step in steps[1:3]]) == (
        "process batch-25000",
        ["process batch-2", "process batch-3"],
    )
    backwards = (await client.instance("orders", "a", order="desc")).body["result"]
    assert backwards["steps"][0] == described["steps"][-1]
    simple = (await client.instance("orders", "a", simple="true")).body["result"]
    assert (simple["steps"], simple["step_count"]) == ([], 25_000)


# The seeded account.


def test_a_deployment_made_orders_fail_that_did_not_before(
    orders: list[InstanceRecord], clock: Clock
) -> None:
    newest = orders[0].version_id
    after = [
        order for order in orders if order.version_id == newest and order.status in ("errored", "complete")
    ]
    before = [order for order in orders if order.version_id != newest]
    failed = [order for order in after if order.status == "errored"]
    assert len(failed) > len(after) / 3
    assert {order.error.message for order in failed if order.error} == {
        "Cannot read properties of undefined (reading 'currency')"
    }
    assert all("currency" not in order.error.message for order in before if order.error)
    assert sum(order.status == "errored" for order in before) < len(before) / 5
    assert all(order.created_on < after[-1].created_on for order in before)
    assert after[-1].created_on > clock() - timedelta(hours=9)


def test_orders_tell_of_everything_that_can_happen(orders: list[InstanceRecord]) -> None:
    steps = steps_of(orders)
    waits = [step for each in orders for step in each.steps if isinstance(step, WaitForEvent)]
    assert {wait.error.name for wait in waits if wait.error} == {"WorkflowTimeoutError"}
    assert any(not wait.finished for wait in waits)
    assert any(isinstance(step, Sleep) for each in orders for step in each.steps)
    assert {(each.rollback or {}).get("outcome") for each in orders if each.status == "errored"} == {
        None,
        "complete",
        "failed",
    }
    assert any(step.sensitive and step.output for step in steps)
    assert any(step.delay == "[dynamic]" for step in steps)
    running = steps_of([each for each in orders if each.status == "running"])
    assert any(len(step.attempts) == 3 and step.attempts[-1].end is None for step in running)


def test_attempts_follow_their_delays(orders: list[InstanceRecord]) -> None:
    for step in steps_of([each for each in orders if each.status == "errored"]):
        for number, (earlier, later) in enumerate(zip(step.attempts, step.attempts[1:], strict=False), 1):
            assert earlier.end is not None
            assert (later.start - earlier.end).total_seconds() == pytest.approx(step.delay_after(number))


def test_parameters_hold_what_should_not_be_shown(orders: list[InstanceRecord]) -> None:
    text = json.dumps(orders[0].params)
    assert all(word in text for word in ("password", "card_number", "token", "Authorization"))


def test_one_cleanup_is_a_very_long_run(clock: Clock) -> None:
    simulation = Simulation(clock=clock)
    simulation.seed(1, longest_run=MOST_STEPS)
    counts = [len(each.steps) for each in simulation.instances("nightly-cleanup")]
    assert counts.count(MOST_STEPS) == 1
    assert sorted(counts)[-2] < 10
    (longest,) = (each for each in simulation.instances("nightly-cleanup") if len(each.steps) == MOST_STEPS)
    assert longest.ended_on is not None
    assert longest.ended_on <= clock()
