"""Workflows and single instances: their fields and their paths."""

from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.playground.simulators.cloudflare import (
    DEFAULT_TOKEN,
    STATUSES,
    Attempt,
    Cron,
    Failure,
    Schedule,
    Simulation,
    Sleep,
    Step,
    Termination,
    WaitForEvent,
)
from tests.support.clock import Clock

from .client import Client

CRON_ID = "*/30 * * * *-1786001400000"


async def test_a_workflow_counts_its_instances_by_status(simulation: Simulation, client: Client) -> None:
    simulation.add_workflow("orders")
    for status in ("errored", "errored", "running"):
        simulation.add_instance("orders", status=status)

    [row] = (await client.workflows()).body["result"]

    assert row["instances"] == dict.fromkeys(STATUSES, 0) | {"errored": 2, "running": 1}
    assert row["triggered_on"] == "2026-11-23T14:00:00.000Z"
    assert (row["name"], row["class_name"], row["script_name"]) == ("orders", "Orders", "orders-worker")


async def test_a_workflow_never_started_was_triggered_never(simulation: Simulation, client: Client) -> None:
    simulation.add_workflow("orders", crons=(Cron("0 3 * * *", timedelta(days=1), timedelta(hours=3)),))

    row = (await client.workflow("orders")).body["result"]

    assert row["triggered_on"] is None
    assert row["schedules"] == [{"cron": "0 3 * * *", "next_instance": "2026-11-24T03:00:00.000Z"}]


async def test_workflows_come_in_numbered_pages(simulation: Simulation, client: Client, clock: Clock) -> None:
    for number in range(5):
        simulation.add_workflow(f"workflow-{number}", created_on=clock() + timedelta(days=number))

    second = await client.workflows(per_page="2", page="2")

    assert [row["name"] for row in second.body["result"]] == ["workflow-2", "workflow-1"]
    assert second.info == {"count": 2, "page": 2, "per_page": 2, "total_count": 5, "total_pages": 3}


async def test_search_finds_workflows_by_a_part_of_their_name(simulation: Simulation, client: Client) -> None:
    for name in ("order-processing", "reorder", "invoice-run"):
        simulation.add_workflow(name)

    found = await client.workflows(search="ORDER")

    assert {row["name"] for row in found.body["result"]} == {"order-processing", "reorder"}
    assert found.info["total_count"] == 2


@pytest.mark.parametrize("query", [{"per_page": "101"}, {"page": "0"}, {"page": "x"}], ids=str)
async def test_a_malformed_page_of_workflows_is_refused(client: Client, query: dict[str, str]) -> None:
    answer = await client.workflows(**query)

    assert (answer.status, answer.code) == (400, 10001)


async def test_a_described_instance_tells_its_story(
    simulation: Simulation, client: Client, clock: Clock
) -> None:
    start, end = clock(), clock() + timedelta(seconds=2)
    boom = Failure("TypeError", "x is <undefined>")
    simulation.add_instance(
        "orders",
        id="order-1",
        status="errored",
        error=boom,
        params={"total": 3},
        trigger_source="cron",
        schedule=Schedule("*/30 * * * *", start),
        steps=(
            Sleep("nap-1", start, end),
            WaitForEvent("payment-1", start, end, "payment"),
            Step("charge-1", (Attempt(start, end, success=False, error=boom),)),
            Termination("user"),
        ),
    )

    described = (await client.instance("orders", "order-1")).body["result"]

    assert (described["status"], described["success"], described["params"]) == (
        "errored",
        False,
        {"total": 3},
    )
    assert described["error"] == {"name": "TypeError", "message": "x is <undefined>"}
    assert described["trigger"] == {"source": "cron"}
    assert described["schedule"] == {"cron": "*/30 * * * *", "scheduledTime": 1795442400000}
    assert described["queued"] == "2026-11-23T14:00:00.000Z"
    assert [step["type"] for step in described["steps"]] == ["sleep", "waitForEvent", "step", "termination"]
    assert described["steps"][2]["attempts"][0]["error"] == described["error"]
    assert described["steps"][2]["success"] is False


async def test_simple_leaves_the_steps_out_and_their_count_in(
    simulation: Simulation, client: Client, clock: Clock
) -> None:
    steps = tuple(Step(f"step-{number}", (Attempt(clock()),)) for number in range(3))
    simulation.add_instance("orders", id="order-1", steps=steps)

    simple = (await client.instance("orders", "order-1", simple="true")).body["result"]
    newest_first = (await client.instance("orders", "order-1", order="desc")).body["result"]

    assert (simple["steps"], simple["step_count"]) == ([], 3)
    assert [step["name"] for step in newest_first["steps"]] == ["step-2", "step-1", "step-0"]


@pytest.mark.parametrize(
    "instance_id", [CRON_ID, "a/b", "a,b#c", "50%", "a b+c", "%2F", "..", "/", "?page=2", "ü/€"]
)
async def test_any_id_is_found_once_it_is_percent_encoded(
    simulation: Simulation, client: Client, instance_id: str
) -> None:
    simulation.add_instance("orders", id=instance_id, output="this one")

    answer = await client.instance("orders", instance_id)

    assert answer.status == 200, answer.text
    assert answer.body["result"]["output"] == "this one"


async def test_a_slash_left_as_it_is_leads_nowhere(simulation: Simulation, client: Client) -> None:
    simulation.add_instance("orders", id="a/b")

    answer = await client.get(f"accounts/{simulation.account_id}/workflows/orders/instances/a/b")

    assert (answer.status, answer.code) == (404, 7003)


async def test_a_slash_at_the_end_changes_nothing(orders: Simulation, client: Client) -> None:
    answer = await client.get(f"accounts/{orders.account_id}/workflows/orders/instances/")

    assert answer.ids[0] == "order-25"


async def test_each_not_found_error_has_its_own_code(simulation: Simulation, client: Client) -> None:
    simulation.add_workflow("orders")

    no_workflow, no_instance = await client.instances("nope"), await client.instance("orders", "nope")

    assert (no_workflow.status, no_workflow.code) == (404, 10200)
    assert no_workflow.body["errors"][0]["message"] == "workflows.api.error.workflow.not_found"
    assert (no_instance.status, no_instance.code) == (404, 10400)
    assert (await client.workflow("nope")).code == 10200
    assert (await client.instance("nope", "nope")).code == 10200


@pytest.mark.parametrize(
    "path",
    [
        "accounts/short/workflows",
        f"accounts/{'G' * 32}/workflows",
        "accounts",
        "user",
        "",
        "accounts//workflows",
    ],
)
async def test_a_path_that_leads_nowhere_is_7003(client: Client, path: str) -> None:
    answer = await client.get(path)

    assert (answer.status, answer.code) == (404, 7003)


async def test_the_account_can_only_be_read(simulation: Simulation, client: Client) -> None:
    path = f"{client.url}/accounts/{simulation.account_id}/workflows"

    async with client.session.post(path, json={}) as response:
        assert response.status == 405


async def test_a_status_changes_with_its_times(simulation: Simulation, client: Client, clock: Clock) -> None:
    simulation.add_instance("orders", id="order-1", status="queued")
    clock.advance(seconds=3)
    simulation.set_status("orders", "order-1", "running")
    clock.advance(seconds=4)
    simulation.set_status("orders", "order-1", "errored", error=Failure("Error", "boom"))

    [row] = (await client.instances()).body["result"]

    assert row["started_on"] == "2026-11-23T14:00:03.000Z"
    assert row["ended_on"] == row["modified_on"] == "2026-11-23T14:00:07.000Z"
    assert (await client.instance("orders", "order-1")).body["result"]["error"]["message"] == "boom"


async def test_an_id_added_again_at_another_time_changes_its_place(
    orders: Simulation, client: Client, clock: Clock
) -> None:
    orders.add_instance("orders", id="order-25", created_on=clock() - timedelta(seconds=90))

    assert (await client.instances(per_page="3")).ids == ["order-24", "order-25", "order-23"]


async def test_a_removed_instance_is_gone(orders: Simulation, client: Client) -> None:
    orders.remove_instance("orders", "order-24")

    assert (await client.instances(per_page="2")).ids == ["order-25", "order-23"]
    assert (await client.instance("orders", "order-24")).code == 10400


async def test_every_request_is_on_record(orders: Simulation, client: Client, clock: Clock) -> None:
    await client.instances(status="complete")
    await client.workflows()
    await client.instance("orders", CRON_ID)

    assert (orders.list_calls, orders.workflow_calls, orders.describe_calls) == (1, 1, 1)
    assert [call.operation for call in orders.calls] == ["list_instances", "list_workflows", "get_instance"]
    assert orders.calls[0].query == {"status": "complete"}
    assert orders.calls[0].headers["authorization"] == f"Bearer {DEFAULT_TOKEN.value}"
    assert orders.calls[0].at == clock()
    assert orders.calls[2].path.endswith("/instances/%2A%2F30%20%2A%20%2A%20%2A%20%2A-1786001400000")


async def test_it_can_be_mounted_in_another_application(orders: Simulation) -> None:
    app = web.Application()
    app.add_subapp("/cloudflare", orders.app())
    headers = {"Authorization": f"Bearer {DEFAULT_TOKEN.value}"}
    async with TestServer(app) as server, aiohttp.ClientSession(headers=headers) as session:
        client = Client(session, str(server.make_url("/cloudflare/client/v4")), orders.account_id)

        assert (await client.instances(per_page="1")).ids == ["order-25"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"type": "step"}, 10001),
        ({"name": "pay-1"}, 10001),
        ({"name": "pay-1", "type": "sleep"}, 10001),
        ({"name": "pay-1", "type": "step", "attempt": "0"}, 10001),
        ({"name": "pay-1", "type": "step", "attempt": "first"}, 10001),
    ],
)
async def test_a_step_is_asked_for_by_name_kind_and_attempt(
    query: dict[str, str], code: int, simulation: Simulation, client: Client, clock: Clock
) -> None:
    simulation.add_instance("orders", id="a", steps=(Step("pay-1", (Attempt(clock()),)),))

    assert (await client.step("orders", "a", name="pay-1", type="step")).body["result"] == {
        "status": "running",
        "error": None,
    }
    refused = await client.step("orders", "a", **query)
    assert (refused.status, refused.code) == (400, code)


async def test_versions_come_in_numbered_pages_newest_first(
    simulation: Simulation, client: Client, clock: Clock
) -> None:
    for number in range(3):
        created_on = clock() + timedelta(days=number)
        simulation.add_instance("orders", version_id=f"v{number}", created_on=created_on)
    current = simulation.records.find("orders").record.version_id

    first = await client.versions("orders", per_page="2")
    second = await client.versions("orders", per_page="2", page="2")

    assert [row["id"] for row in first.body["result"]] == [current, "v2"]
    assert [row["id"] for row in second.body["result"]] == ["v1", "v0"]
    assert second.info["total_pages"] == 2
    assert (await client.version("orders", "v1")).body["result"] == second.body["result"][0]
    assert (await client.version("orders", "nope")).code == 10300
    assert (await client.versions("nope")).code == 10200
