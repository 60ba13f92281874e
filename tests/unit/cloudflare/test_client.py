"""The client against a simulated server: its requests and its results."""

from datetime import timedelta
from urllib.parse import unquote

import aiohttp
import pytest
from aiohttp import web

from bot.cloudflare.client import Call, WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, GlobalKey, NoCredentials, production_endpoint, wrangler_endpoint
from bot.cloudflare.errors import AccountNotFound, InvalidParameter, NotAuthorized, WorkflowNotFound
from bot.cloudflare.models import Cursor, PageNumber, Status
from bot.playground.simulators.cloudflare import (
    DEFAULT_ACCOUNT_ID,
    DEFAULT_TOKEN,
    ApiKey,
    Changed,
    Simulation,
)
from bot.playground.simulators.cloudflare import ApiToken as KnownToken
from bot.playground.simulators.cloudflare.faults import HealthyHandler
from tests.support.commands import NOW
from tests.unit.cloudflare.responses import page_query

from .conftest import MakeClient

CRON_ID = "*/30 9-17 * * 1-5,7#2 -1786001400000"
LONGEST_ID = (CRON_ID * 20)[:271]


async def test_a_list_is_walked_by_its_cursors(client: WorkflowsClient, orders: Simulation) -> None:
    first = await client.list_instances(page_query())
    second = await client.list_instances(page_query(first.next))
    third = await client.list_instances(page_query(second.next))
    ids = [row.id for page in (first, second, third) for row in page.rows]
    assert ids == [f"order-{number}" for number in range(250, 0, -1)]
    assert third.next is None
    assert orders.list_calls == 3


async def test_a_page_is_found_by_its_number(client: WorkflowsClient, orders: Simulation) -> None:
    page = await client.list_instances(page_query(PageNumber(3), per_page=10))
    assert [row.id for row in page.rows] == [f"order-{number}" for number in range(230, 220, -1)]
    assert page.next == PageNumber(4)
    assert orders.calls[-1].query == {"per_page": "10", "page": "3"}


async def test_a_cursor_can_change_direction(client: WorkflowsClient, orders: Simulation) -> None:
    assert orders.list_calls == 0
    first = await client.list_instances(page_query(per_page=10))
    assert isinstance(first.next, Cursor)
    back = await client.list_instances(page_query(first.next, per_page=3, direction="asc"))
    assert [row.id for row in back.rows] == ["order-242", "order-243", "order-244"]


async def test_filters_choose_rows(client: WorkflowsClient, simulation: Simulation) -> None:
    for age, status in enumerate(["errored", "complete", "errored", "errored"]):
        simulation.add_instance("orders", id=f"{age}", status=status, created_on=NOW - timedelta(hours=age))
    page = await client.list_instances(
        page_query(
            status=Status("errored"),
            date_start=NOW - timedelta(hours=2),
            date_end=NOW - timedelta(hours=1),
        )
    )
    assert [row.id for row in page.rows] == ["2"]


@pytest.mark.parametrize("odd", [CRON_ID, LONGEST_ID, "ü 🔴", "a%2Fb"])
async def test_odd_ids_come_back_as_they_are(
    client: WorkflowsClient, simulation: Simulation, odd: str
) -> None:
    simulation.add_instance("orders", id=odd)
    assert [row.id for row in (await client.list_instances(page_query())).rows] == [odd]


@pytest.mark.parametrize("name", ["my flow", "a/b", "a?b#c", "a%2Fb", "ü*,", "...", "a+b", "a;b"])
async def test_odd_names_reach_their_workflow(
    client: WorkflowsClient, simulation: Simulation, name: str
) -> None:
    simulation.add_instance(name, id="x")
    assert [row.id for row in (await client.list_instances(page_query(workflow=name))).rows] == ["x"]
    assert (await client.get_workflow(name)).name == name
    assert unquote(simulation.calls[0].path.split("/")[-2]) == name


async def test_a_cursor_with_odd_characters_is_sent_unchanged(
    client: WorkflowsClient, simulation: Simulation
) -> None:
    simulation.add_workflow("orders")
    odd = "a+b/c== %2B&x=1#?ü\n"
    with pytest.raises(InvalidParameter):
        await client.list_instances(page_query(Cursor(odd)))
    assert simulation.calls[0].query["cursor"] == odd


@pytest.mark.usefixtures("at_once")
async def test_a_very_long_cursor_is_carried(client: WorkflowsClient, orders: Simulation) -> None:
    orders.change(cursor_padding=6000)
    first = await client.list_instances(page_query())
    assert len((await client.list_instances(page_query(first.next))).rows) == 100


@pytest.mark.usefixtures("at_once")
async def test_an_invalid_request_is_not_sent(client: WorkflowsClient, simulation: Simulation) -> None:
    for wrong in (
        page_query(per_page=101),
        page_query(direction="asc"),
        page_query(workflow=".."),
        page_query(Cursor("")),
    ):
        with pytest.raises(InvalidParameter):
            await client.list_instances(wrong)
    assert simulation.calls == []


async def test_all_pages_of_workflows_are_read(client: WorkflowsClient, simulation: Simulation) -> None:
    for number in range(250):
        simulation.add_workflow(f"flow-{number}")
    found = await client.list_workflows()
    assert {row.name for row in found.rows} == {f"flow-{number}" for number in range(250)}
    assert len(found.rows) == 250
    assert simulation.workflow_calls == 3
    assert all((row.instances or {}).keys() >= {"errored"} for row in found.rows)


async def test_a_search_is_passed_on(client: WorkflowsClient, simulation: Simulation) -> None:
    simulation.add_workflow("orders")
    simulation.add_workflow("a&b")
    assert [row.name for row in (await client.list_workflows("&")).rows] == ["a&b"]


async def test_an_account_without_workflows_has_an_empty_list(client: WorkflowsClient) -> None:
    assert (await client.list_workflows()).rows == ()


async def test_a_page_of_workflows_that_repeats_itself_ends_the_list(
    client: WorkflowsClient, simulation: Simulation
) -> None:
    """wrangler's local engine repeats its only page."""
    simulation.inject(Changed({"result": [{"name": "a"}], "result_info": {"total_pages": 9}}), times=None)
    assert [row.name for row in (await client.list_workflows()).rows] == ["a"]
    assert simulation.workflow_calls == 2


async def test_the_api_s_messages_beside_workflows_are_kept(
    client: WorkflowsClient, simulation: Simulation
) -> None:
    simulation.inject(Changed({"messages": [{"code": 1, "message": "soon gone"}]}))
    assert [said.message for said in (await client.list_workflows()).messages] == ["soon gone"]


async def test_an_api_token_goes_as_bearer(client: WorkflowsClient, simulation: Simulation) -> None:
    await client.list_workflows()
    headers = simulation.calls[0].headers
    assert headers["Authorization"] == f"Bearer {DEFAULT_TOKEN.value}"
    assert headers["Accept"] == "application/json"
    assert not headers.keys() & {"X-Auth-Email", "X-Auth-Key", "Cookie"}


async def test_the_older_pair_goes_as_two_headers(
    make_client: MakeClient, simulation: Simulation, base_url: str
) -> None:
    simulation.credentials = (ApiKey("ada@example.com", "k"),)
    client = make_client(production_endpoint(base_url, DEFAULT_ACCOUNT_ID, GlobalKey("ada@example.com", "k")))
    await client.list_workflows()
    assert "Authorization" not in simulation.calls[0].headers


async def test_wrong_credentials_are_not_tried_twice(
    make_client: MakeClient, simulation: Simulation, base_url: str
) -> None:
    client = make_client(production_endpoint(base_url, DEFAULT_ACCOUNT_ID, ApiToken("wrong")))
    with pytest.raises(NotAuthorized) as refused:
        await client.list_workflows()
    assert refused.value.http_status == 401
    assert refused.value.codes == (10000,)
    assert refused.value.ray is not None
    assert len(simulation.calls) == 1


async def test_a_token_without_the_permission_is_refused(
    client: WorkflowsClient, simulation: Simulation
) -> None:
    simulation.credentials = (KnownToken(DEFAULT_TOKEN.value, frozenset({"Zone Read"})),)
    with pytest.raises(NotAuthorized) as refused:
        await client.list_instances(page_query())
    assert refused.value.http_status == 403


async def test_an_unknown_workflow_is_not_retried(client: WorkflowsClient, simulation: Simulation) -> None:
    with pytest.raises(WorkflowNotFound):
        await client.list_instances(page_query(workflow="nothing"))
    assert len(simulation.calls) == 1


async def test_a_malformed_account_id_is_an_account_not_found(make_client: MakeClient, base_url: str) -> None:
    client = make_client(production_endpoint(base_url, "not/an id", ApiToken("x")))
    with pytest.raises(AccountNotFound):
        await client.list_workflows()


async def test_a_base_url_may_end_in_a_slash(
    make_client: MakeClient, simulation: Simulation, base_url: str
) -> None:
    simulation.add_workflow("orders")
    to = production_endpoint(f"{base_url}/", DEFAULT_ACCOUNT_ID, ApiToken(DEFAULT_TOKEN.value))
    assert len((await make_client(to).list_workflows()).rows) == 1


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("http://127.0.0.1:8787", "http://127.0.0.1:8787/cdn-cgi/local/explorer/api"),
        ("http://127.0.0.1:8787/", "http://127.0.0.1:8787/cdn-cgi/local/explorer/api"),
        ("http://127.0.0.1:8787/cdn-cgi/explorer/api/", "http://127.0.0.1:8787/cdn-cgi/explorer/api"),
    ],
)
def test_the_local_engine_answers_below_its_own_path(url: str, root: str) -> None:
    endpoint = wrangler_endpoint(url)
    assert endpoint.base_url == root
    assert endpoint.credentials == NoCredentials()


async def test_each_request_is_reported_with_its_outcome(
    client: WorkflowsClient, simulation: Simulation, calls: list[Call]
) -> None:
    simulation.add_workflow("orders")
    await client.list_instances(page_query())
    with pytest.raises(WorkflowNotFound):
        await client.get_workflow("nothing")
    assert [(call.path, call.outcome) for call in calls] == [
        ("/workflows/orders/instances", "200"),
        ("/workflows/nothing", "404"),
    ]
    assert all(call.seconds > 0 for call in calls)


async def test_the_client_does_not_close_the_session(
    client: WorkflowsClient, session: aiohttp.ClientSession
) -> None:
    await client.list_workflows()
    assert not session.closed


class Endless:
    """A list of workflows whose every page is full and has a next one."""

    async def answer(self, request: web.Request, _healthy: HealthyHandler) -> web.Response:
        page = int(request.query["page"])
        rows = [{"name": f"flow-{page}-{number}"} for number in range(100)]
        info = {"page": page, "per_page": 100, "total_pages": page + 10**6, "total_count": 10**9}
        return web.json_response({"success": True, "result": rows, "result_info": info})


async def test_a_list_of_workflows_that_never_ends_is_cut_and_says_so(
    client: WorkflowsClient, simulation: Simulation
) -> None:
    simulation.inject(Endless(), times=None)
    found = await client.list_workflows()
    assert simulation.workflow_calls == 50
    assert len(found.rows) == 5000
    assert found.cut_short


@pytest.mark.parametrize(
    ("info", "cut_short"), [({"total_count": 1}, False), ({"total_count": 7}, True), ({}, True)]
)
async def test_a_page_of_workflows_that_repeats_itself_is_the_whole_list_if_its_count_says_so(
    client: WorkflowsClient, simulation: Simulation, info: dict[str, int], cut_short: bool
) -> None:
    page = {"result": [{"name": "a"}], "result_info": {"total_pages": 9, **info}}
    simulation.inject(Changed(page), times=None)
    found = await client.list_workflows()
    assert [row.name for row in found.rows] == ["a"]
    assert found.cut_short is cut_short


async def test_a_list_of_workflows_that_ends_is_not_cut(
    client: WorkflowsClient, simulation: Simulation
) -> None:
    for number in range(201):
        simulation.add_workflow(f"flow-{number}")
    assert not (await client.list_workflows()).cut_short
