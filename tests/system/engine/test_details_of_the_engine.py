"""Instances of the local engine in each state, as the bot's client reads their details."""

from datetime import timedelta

import pytest
import pytest_asyncio

from bot.cloudflare.causes import cause_of
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import wrangler_endpoint
from bot.cloudflare.errors import InstanceNotFound, StepNotAvailable
from bot.cloudflare.instance_models import InstanceDetail, InstanceError, Retries, StepConfig
from bot.cloudflare.models import InstanceFilter, PageQuery

from .engine import Engine, Outcome, Workflow

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

ORDERS: Workflow = "order-processing"
INSTANCES: dict[str, Outcome] = {
    "done": "complete",
    "failed": "fail",
    "exhausted": "exhaust",
    "asleep": "sleep",
    "waiting": "wait",
    "paused": "sleep",
    "ended": "wait",
}
STATUSES = {
    "done": "complete",
    "failed": "errored",
    "exhausted": "errored",
    "asleep": "running",
    "waiting": "running",
    "paused": "paused",
    "ended": "terminated",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(engine: Engine) -> Engine:
    """An engine with an instance in each state that it knows."""
    await engine.create(ORDERS, INSTANCES)
    await engine.settle(ORDERS, complete=1, errored=2, running=4)
    await engine.change(ORDERS, "paused", "pause")
    await engine.change(ORDERS, "ended", "terminate")
    await engine.settle(ORDERS, complete=1, errored=2, running=2, paused=1, terminated=1)
    return engine


@pytest.fixture
def client(shop: Engine) -> WorkflowsClient:
    return WorkflowsClient(shop.session, wrangler_endpoint(shop.url))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def details(shop: Engine) -> dict[str, InstanceDetail]:
    client = WorkflowsClient(shop.session, wrangler_endpoint(shop.url))
    return {id_: await client.get_instance(ORDERS, id_, steps=True) for id_ in INSTANCES}


@pytest.mark.parametrize("id_", INSTANCES)
async def test_every_state_is_read_in_full(details: dict[str, InstanceDetail], id_: str) -> None:
    detail = details[id_]
    assert detail.status == STATUSES[id_]
    assert (detail.unread_fields, detail.incomplete_steps, detail.is_partial) == ((), 0, False)
    assert detail.params == {"id": id_, "outcome": INSTANCES[id_]}
    assert detail.step_count == len(detail.steps) == 2
    assert detail.queued is not None
    assert detail.start is not None
    assert (detail.end is not None) == (detail.status in ("complete", "errored", "terminated"))
    load = detail.steps[0]
    assert (load.type, load.name, load.success, load.output) == ("step", "load order-1", True, {"items": 3})
    assert load.config == StepConfig(Retries(5, 1000, "exponential"), "10 minutes")


@pytest.mark.parametrize("id_", INSTANCES)
async def test_the_engine_tells_less_than_production(details: dict[str, InstanceDetail], id_: str) -> None:
    detail = details[id_]
    assert (detail.trigger, detail.version_id, detail.success, detail.rollback, detail.schedule) == (
        None,
    ) * 5
    assert all(step.event_type is None for step in detail.steps)
    assert [step.type for step in detail.steps][1:] in (["step"], ["sleep"], ["waitForEvent"])


async def test_a_finished_instance_has_its_output_as_a_value(details: dict[str, InstanceDetail]) -> None:
    assert details["done"].output == {"items": 3, "charged": 42}
    assert details["done"].steps[1].output == {"charged": 42}


async def test_a_step_that_used_its_retries_up_tells_of_each_attempt(
    details: dict[str, InstanceDetail],
) -> None:
    step, error = details["exhausted"].steps[1], InstanceError("Error", "warehouse unreachable")
    assert details["exhausted"].error == error
    assert [(attempt.success, attempt.error) for attempt in step.attempts] == [(False, error)] * 2
    assert step.config == StepConfig(Retries(1, 1, "constant"), "10 minutes")
    assert step.success is False
    assert step.end is not None
    assert step.attempts[-1].end is not None
    assert abs(step.end - step.attempts[-1].end) < timedelta(milliseconds=100)  # the engine looks twice


async def test_an_error_without_retries_is_wrapped(details: dict[str, InstanceDetail]) -> None:
    detail = details["failed"]
    assert detail.error is not None
    assert detail.error.name == "WorkflowFatalError"
    assert [attempt.success for attempt in detail.steps[1].attempts] == [False]
    assert cause_of(detail).step == "charge card"


@pytest.mark.parametrize("id_", ["asleep", "waiting", "paused", "ended"])
async def test_sleeps_and_waits_that_are_not_over_have_no_end(
    details: dict[str, InstanceDetail], id_: str
) -> None:
    """In production, their end says until when."""
    step = details[id_].steps[1]
    assert (step.finished, step.end, step.success, step.attempts) == (False, None, None, ())
    assert step.start is not None


async def test_there_is_no_result_of_a_step(client: WorkflowsClient) -> None:
    with pytest.raises(StepNotAvailable):
        await client.get_step(ORDERS, "done", "load order-1", "step")


async def test_asking_for_ids_that_never_existed_leaves_no_row(client: WorkflowsClient) -> None:
    for ghost in ("ghost", "done ", "DONE"):
        with pytest.raises(InstanceNotFound):
            await client.get_instance(ORDERS, ghost, steps=True)
    page = await client.list_instances(PageQuery(ORDERS, InstanceFilter(), None, 100))
    assert {row.id for row in page.rows} == INSTANCES.keys()
