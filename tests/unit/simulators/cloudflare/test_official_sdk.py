"""The simulated account with Cloudflare's Python SDK, which validates answers against its models."""

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Literal

import pytest
from cloudflare import (
    APIResponseValidationError,
    AsyncCloudflare,
    AuthenticationError,
    BadRequestError,
    NotFoundError,
)
from pydantic import ValidationError

from bot.playground.simulators.cloudflare import (
    DEFAULT_TOKEN,
    Attempt,
    Failure,
    HtmlPage,
    ManySteps,
    Simulation,
    Slow,
    Step,
    TooManyRequests,
    WaitForEvent,
)
from tests.support.clock import Clock

CRON_WORKFLOW = "exchange-rates"
ORDERS = "order-processing"


@pytest.fixture
def seeded(simulation: Simulation) -> Simulation:
    simulation.seed(1, instances=400)
    return simulation


@pytest.fixture
async def sdk(base_url: str) -> AsyncIterator[AsyncCloudflare]:
    async with AsyncCloudflare(
        base_url=base_url, api_token=DEFAULT_TOKEN.value, _strict_response_validation=True
    ) as client:
        yield client


def asked(simulation: Simulation) -> list[dict[str, str]]:
    return [dict(call.query) for call in simulation.calls]


async def test_it_lists_all_workflows_by_page_number(seeded: Simulation, sdk: AsyncCloudflare) -> None:
    workflows = [workflow async for workflow in sdk.workflows.list(account_id=seeded.account_id, per_page=3)]

    assert {workflow.name for workflow in workflows} == set(seeded.records.by_name)
    assert sum(sum(workflow.instances.values()) for workflow in workflows) == 400
    assert asked(seeded) == [
        {"per_page": "3"},
        {"per_page": "3", "page": "2"},
        {"per_page": "3", "page": "3"},
    ]


async def test_it_gets_one_workflow(seeded: Simulation, sdk: AsyncCloudflare) -> None:
    workflow = await sdk.workflows.get(CRON_WORKFLOW, account_id=seeded.account_id)

    assert workflow.class_name == "ExchangeRates"
    assert [schedule.cron for schedule in workflow.schedules or []] == ["*/30 * * * *"]


async def test_it_lists_all_instances_by_page_number_and_never_by_cursor(
    seeded: Simulation, sdk: AsyncCloudflare
) -> None:
    listing = sdk.workflows.instances.list(ORDERS, account_id=seeded.account_id, per_page=100)

    ids = [instance.id async for instance in listing]

    assert ids == [instance.id for instance in seeded.instances(ORDERS)]
    assert [query.get("page") for query in asked(seeded)] == [None, "2", "3", "4"]
    assert not any("cursor" in query for query in asked(seeded))


async def test_it_reaches_the_next_page_with_the_cursor_of_the_first(
    seeded: Simulation, sdk: AsyncCloudflare
) -> None:
    account, orders = seeded.account_id, seeded.instances(ORDERS)
    first = await sdk.workflows.instances.list(ORDERS, account_id=account, per_page=10)
    cursor = getattr(first.result_info, "cursor", None)
    assert isinstance(cursor, str)

    second = await sdk.workflows.instances.list(ORDERS, account_id=account, per_page=10, cursor=cursor)

    assert [instance.id for instance in second.result] == [instance.id for instance in orders[10:20]]


async def test_its_iteration_from_a_cursor_is_refused_for_it_adds_a_page(
    seeded: Simulation, sdk: AsyncCloudflare
) -> None:
    first = await sdk.workflows.instances.list(ORDERS, account_id=seeded.account_id, per_page=10)
    cursor = getattr(first.result_info, "cursor", "")

    with pytest.raises(BadRequestError, match="10001"):
        _ = [
            instance
            async for instance in sdk.workflows.instances.list(
                ORDERS, account_id=seeded.account_id, per_page=10, cursor=cursor
            )
        ]


async def test_its_filters_are_understood(seeded: Simulation, sdk: AsyncCloudflare) -> None:
    page = await sdk.workflows.instances.list(
        ORDERS,
        account_id=seeded.account_id,
        per_page=100,
        status="errored",
        date_start="2026-11-22T14:00:00Z",
        date_end="2026-11-23T12:00:00.000Z",
    )

    assert page.result
    assert {instance.status for instance in page.result} == {"errored"}
    assert all(22 <= instance.created_on.day <= 23 for instance in page.result)


async def test_a_datetime_handed_to_it_is_refused_for_its_offset(
    seeded: Simulation, sdk: AsyncCloudflare, clock: Clock
) -> None:
    moment: datetime = clock()

    with pytest.raises(BadRequestError, match="invalid_date_start"):
        await sdk.workflows.instances.list(ORDERS, account_id=seeded.account_id, date_start=moment)
    assert asked(seeded) == [{"date_start": "2026-11-23T14:00:00+00:00"}]


async def test_it_describes_every_instance(seeded: Simulation, sdk: AsyncCloudflare) -> None:
    for workflow in seeded.records.by_name:
        for instance in seeded.instances(workflow):
            refused = await fields_refused(sdk, seeded.account_id, workflow, instance.id)
            assert refused == ({"output"} if instance.output is None else set())


@pytest.mark.parametrize(
    ("status", "success", "outcome"),
    [("errored", True, "complete"), ("errored", False, "failed"), ("rollingBack", True, None)],
)
async def test_it_reads_the_outcome_of_a_rollback(
    status: str,
    success: bool,
    outcome: str | None,
    simulation: Simulation,
    sdk: AsyncCloudflare,
    clock: Clock,
) -> None:
    error = None if success else Failure("Error", "boom")
    undone = Step("charge card-1", (Attempt(clock(), clock(), success, error),), kind="rollback")
    simulation.add_instance(ORDERS, id="undone", status=status, output="", steps=(undone,))

    described = await sdk.workflows.instances.get(
        "undone", account_id=simulation.account_id, workflow_name=ORDERS
    )

    rollback = described.rollback
    assert (rollback and rollback.outcome) == outcome
    assert (rollback and rollback.error and rollback.error.message) == (None if success else "boom")


async def test_it_lists_and_gets_versions(seeded: Simulation, sdk: AsyncCloudflare) -> None:
    seeded.add_instance(ORDERS, version_id="older")
    current = seeded.records.find(ORDERS).record.version_id

    versions = [each async for each in sdk.workflows.versions.list(ORDERS, account_id=seeded.account_id)]
    older = await sdk.workflows.versions.get("older", account_id=seeded.account_id, workflow_name=ORDERS)

    assert [version.id for version in versions[:2]] == [current, "older"]
    assert len(versions) == 2 + 2, "two more were deployed before the newest"
    assert older.to_dict() == versions[1].to_dict()
    with pytest.raises(NotFoundError, match="10300"):
        await sdk.workflows.versions.get("nope", account_id=seeded.account_id, workflow_name=ORDERS)


async def test_it_reads_every_step(seeded: Simulation, sdk: AsyncCloudflare) -> None:
    statuses: set[str] = set()
    for instance in seeded.instances(ORDERS)[:40]:
        for step in instance.steps:
            match step:
                case Step(kind="step"):
                    kind: Literal["step", "waitForEvent"] = "step"
                case WaitForEvent():
                    kind = "waitForEvent"
                case _:
                    continue
            read = await sdk.workflows.instances.step(
                instance.id,
                account_id=seeded.account_id,
                workflow_name=ORDERS,
                name=step.name,
                type=kind,
            )
            assert (read.error is not None) == (read.status == "errored")
            assert (read.output is not None) == (read.status == "complete")
            statuses.add(read.status)
    assert {"complete", "errored"} <= statuses


async def test_it_reads_outputs_that_are_hidden_cut_and_whole(
    simulation: Simulation, sdk: AsyncCloudflare, clock: Clock
) -> None:
    done = (Attempt(clock(), clock(), success=True),)
    steps = (
        Step("secret-1", done, output='"secret"', sensitive=True),
        Step("long-1", done, output=f'"{"x" * 2000}"', delay="[dynamic]", backoff=None),
        Step("waits-1", (Attempt(clock(), clock(), False, Failure("Error", "no")),), waits=True),
    )
    simulation.add_instance(ORDERS, id="a", output="", steps=steps)
    arguments = {"account_id": simulation.account_id, "workflow_name": ORDERS}

    described = await sdk.workflows.instances.get("a", **arguments)
    whole = await sdk.workflows.instances.step("a", **arguments, name="long-1", type="step")

    hidden, cut, waiting = (step.to_dict() for step in described.steps)
    assert hidden["output"] == "[REDACTED]"
    assert "[truncated" in str(cut["output"])
    assert (waiting["success"], waiting["end"]) == (None, None)
    assert whole.output == "x" * 2000


async def test_it_reads_as_many_steps_as_there_can_be_some_at_a_time(
    simulation: Simulation, sdk: AsyncCloudflare, clock: Clock
) -> None:
    """It validates some hundred of them a second."""
    simulation.add_instance(ORDERS, id="a", output="", steps=ManySteps(100, clock()))

    described = await sdk.workflows.instances.get(
        "a", account_id=simulation.account_id, workflow_name=ORDERS, order="desc"
    )

    assert (described.step_count, len(described.steps)) == (100, 100)
    assert described.steps[0].to_dict()["name"] == "process batch-100"


async def test_it_reads_one_attempt_of_a_step(
    simulation: Simulation, sdk: AsyncCloudflare, clock: Clock
) -> None:
    attempts = (
        Attempt(clock(), clock(), success=False, error=Failure("Error", "boom")),
        Attempt(clock(), clock(), success=True),
    )
    charge = Step("charge card-1", attempts, output='{"paid":true}')
    wait = WaitForEvent("approval-1", clock(), clock(), "approved", output='{"by":"ada"}')
    simulation.add_instance(ORDERS, id="a", steps=(charge, wait))
    read = partial(sdk.workflows.instances.step, "a", account_id=simulation.account_id, workflow_name=ORDERS)

    first = await read(name="charge card-1", type="step", attempt=1)
    last = await read(name="charge card-1", type="step")
    event = await read(name="approval-1", type="waitForEvent")

    assert (first.status, first.error and first.error.message, first.output) == ("errored", "boom", None)
    assert (last.status, last.error, last.output) == ("complete", None, {"paid": True})
    assert (event.status, event.event_type, event.output) == ("complete", "approved", {"by": "ada"})
    for name, attempt in (("charge card-1", 3), ("charge card", 1), ("approval-1", 1)):
        with pytest.raises(NotFoundError):
            await read(name=name, type="step", attempt=attempt)


async def fields_refused(sdk: AsyncCloudflare, account: str, workflow: str, instance_id: str) -> set[str]:
    """Return the fields of a described instance that the SDK's models reject."""
    try:
        await sdk.workflows.instances.get(instance_id, account_id=account, workflow_name=workflow)
    except APIResponseValidationError as error:
        if not isinstance(error.__cause__, ValidationError):
            raise
        return {str(detail["loc"][1]) for detail in error.__cause__.errors()}
    return set()


async def test_it_finds_an_id_with_a_slash_and_stars(seeded: Simulation, sdk: AsyncCloudflare) -> None:
    instance = next(each for each in seeded.instances(CRON_WORKFLOW) if each.status == "complete")

    described = await sdk.workflows.instances.get(
        instance.id, account_id=seeded.account_id, workflow_name=CRON_WORKFLOW, simple="true"
    )

    assert (described.steps, described.step_count) == ([], 2)
    assert seeded.calls[-1].path.endswith(
        f"/instances/*%2F30%20*%20*%20*%20*-{instance.id.rpartition('-')[2]}"
    )


async def test_a_not_found_error_is_recognised(seeded: Simulation, sdk: AsyncCloudflare) -> None:
    with pytest.raises(NotFoundError, match="10200"):
        await sdk.workflows.get("nope", account_id=seeded.account_id)
    with pytest.raises(NotFoundError, match="10400"):
        await sdk.workflows.instances.get("nope", account_id=seeded.account_id, workflow_name=ORDERS)


async def test_a_wrong_token_is_an_authentication_error_to_it(seeded: Simulation, base_url: str) -> None:
    async with AsyncCloudflare(base_url=base_url, api_token="wrong") as unauthorized:
        with pytest.raises(AuthenticationError, match="10000"):
            await unauthorized.workflows.get(ORDERS, account_id=seeded.account_id)


async def test_the_older_pair_of_email_and_key_is_sent_as_headers(seeded: Simulation, base_url: str) -> None:
    async with AsyncCloudflare(
        base_url=base_url, api_email="ops@example.com", api_key="made-up"
    ) as unauthorized:
        with pytest.raises(AuthenticationError):
            await unauthorized.workflows.get(ORDERS, account_id=seeded.account_id)

    assert seeded.calls[-1].headers["X-Auth-Email"] == "ops@example.com"
    assert seeded.calls[-1].headers["X-Auth-Key"] == "made-up"


async def test_it_asks_again_after_throttling_and_after_a_web_page(
    seeded: Simulation, sdk: AsyncCloudflare
) -> None:
    seeded.inject(TooManyRequests(retry_after=1))
    seeded.inject(Slow(0.01, then=HtmlPage()))

    page = await sdk.workflows.instances.list(ORDERS, account_id=seeded.account_id, per_page=5)

    assert (len(page.result), seeded.list_calls) == (5, 3)
