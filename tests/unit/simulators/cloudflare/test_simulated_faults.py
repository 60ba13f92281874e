"""Injected faults, and their absence otherwise."""

import asyncio
import json
from time import monotonic

import aiohttp
import pytest

from bot.playground.simulators.cloudflare import (
    Challenge,
    Changed,
    ChangedRows,
    CorruptGzip,
    CutOff,
    Dropped,
    Fault,
    HtmlPage,
    JsonError,
    PlainText,
    Redirected,
    Reset,
    Simulation,
    Slow,
    SlowBody,
    TooManyRequests,
    TruncatedJson,
    WrongShape,
)

from .client import Client


async def test_a_fault_meets_so_many_requests_and_then_ends(orders: Simulation, client: Client) -> None:
    orders.inject(JsonError(), times=2)

    assert [(await client.instances()).status for _ in range(3)] == [500, 500, 200]


async def test_a_fault_can_last_until_it_is_withdrawn(orders: Simulation, client: Client) -> None:
    orders.inject(HtmlPage(), times=None)
    statuses = [(await client.instances()).status for _ in range(5)]
    orders.clear_faults()

    assert (statuses, (await client.instances()).status) == ([503] * 5, 200)


async def test_faults_come_in_the_order_they_were_injected(orders: Simulation, client: Client) -> None:
    orders.inject(JsonError(502))
    orders.inject(JsonError(503))

    assert [(await client.instances()).status for _ in range(3)] == [502, 503, 200]


async def test_a_fault_can_wait_for_one_kind_of_request(orders: Simulation, client: Client) -> None:
    orders.inject(JsonError(), operation="list_instances")

    assert (await client.workflows()).status == 200
    assert (await client.instances()).status == 500


async def test_a_json_error_has_the_code_of_choice(orders: Simulation, client: Client) -> None:
    orders.inject(JsonError(403, 9109, "Unauthorized to access requested resource"))

    answer = await client.instances()

    assert (answer.status, answer.code) == (403, 9109)


async def test_success_false_can_come_with_a_good_status(orders: Simulation, client: Client) -> None:
    orders.inject(JsonError(status=200))

    answer = await client.instances()

    assert (answer.status, answer.body["success"]) == (200, False)


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [(HtmlPage(), 503, "text/html"), (Challenge(), 200, "text/html"), (PlainText(), 502, "text/plain")],
    ids=["html", "challenge", "plain text"],
)
async def test_some_failures_are_not_json(
    orders: Simulation, client: Client, fault: Fault, status: int, kind: str
) -> None:
    orders.inject(fault)

    answer = await client.instances()

    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (status, kind)
    assert "cf-ray" in answer.headers
    assert answer.headers.get("cf-mitigated") == ("challenge" if isinstance(fault, Challenge) else None)


async def test_truncated_json_is_valid_http(orders: Simulation, client: Client) -> None:
    orders.inject(TruncatedJson())

    with pytest.raises(json.JSONDecodeError):
        await client.instances()


@pytest.mark.parametrize("body", [["list"], "text", 7, None, {"result": {}}], ids=str)
async def test_the_shape_can_be_wrong(orders: Simulation, client: Client, body: object) -> None:
    orders.inject(WrongShape(body))

    answer = await client.instances()

    assert (answer.status, answer.body) == (200, body)


async def test_parts_of_a_good_answer_can_be_changed(orders: Simulation, client: Client) -> None:
    messages = [{"code": 1, "message": "Deprecated"}]
    orders.inject(Changed({"messages": messages, "result_info": None}))

    answer = await client.instances(per_page="1")

    assert answer.body["messages"] == messages
    assert answer.body["result_info"] is None
    assert (answer.body["success"], answer.ids) == (True, ["order-25"])


@pytest.mark.parametrize("wait", [7, None, "Mon, 23 Nov 2026 14:05:00 GMT"])
async def test_throttling_comes_with_and_without_a_time_to_wait(
    orders: Simulation, client: Client, wait: int | str | None
) -> None:
    orders.inject(TooManyRequests(wait))

    answer = await client.instances()

    assert (answer.status, answer.code) == (429, 971)
    assert answer.headers.get("retry-after") == (None if wait is None else str(wait))


async def test_a_connection_can_be_dropped_before_the_answer(orders: Simulation, client: Client) -> None:
    orders.inject(Dropped(), times=2)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.instances()


async def test_one_dropped_connection_is_asked_again_by_aiohttp_itself(
    orders: Simulation, client: Client
) -> None:
    orders.inject(Dropped())

    assert (await client.instances()).status == 200
    assert orders.list_calls == 2


async def test_a_connection_can_be_cut_within_the_answer(orders: Simulation, client: Client) -> None:
    orders.inject(CutOff())

    with pytest.raises(aiohttp.ClientPayloadError):
        await client.instances()


async def test_a_connection_can_be_reset(orders: Simulation, client: Client) -> None:
    orders.inject(Reset(), times=2)

    with pytest.raises(aiohttp.ClientOSError, match="reset by peer"):
        await client.instances()


async def test_a_body_can_trickle_behind_its_headers(orders: Simulation, client: Client) -> None:
    orders.inject(SlowBody(pieces=4, seconds=0.01))

    assert (await client.instances(per_page="1")).ids == ["order-25"]


async def test_a_compressed_answer_can_be_spoilt(orders: Simulation, client: Client) -> None:
    orders.inject(CorruptGzip())

    with pytest.raises(aiohttp.ClientPayloadError, match="gzip"):
        await client.instances()


async def test_fields_of_rows_can_be_changed_in_some_or_in_all(orders: Simulation, client: Client) -> None:
    orders.inject(ChangedRows({"status": "odd", "new": 1}, rows=slice(1)))
    orders.inject(ChangedRows({"status": "odd"}))
    orders.inject(ChangedRows({"status": "odd"}))

    some, all_ = [(await client.instances(per_page="3")).body["result"] for _ in range(2)]

    assert [row["status"] for row in some] == ["odd", "complete", "complete"]
    assert (some[0]["new"], some[0]["id"]) == (1, "order-25")
    assert [row["status"] for row in all_] == ["odd"] * 3
    assert (await client.instances(cursor="rubbish")).status == 400


async def test_a_redirect_leads_to_another_host(orders: Simulation, client: Client) -> None:
    orders.inject(Redirected("http://127.0.0.1:1/elsewhere"))

    answer = await client.instances()

    assert (answer.status, answer.headers["Location"]) == (302, "http://127.0.0.1:1/elsewhere")


async def test_a_slow_answer_is_a_good_one(orders: Simulation, client: Client) -> None:
    orders.inject(Slow(0.2))
    before = monotonic()

    answer = await client.instances(per_page="1")

    assert monotonic() - before >= 0.2
    assert answer.ids == ["order-25"]


async def test_a_slow_answer_can_be_a_fault_too(orders: Simulation, client: Client) -> None:
    orders.inject(Slow(0.01, then=HtmlPage(504)))

    assert (await client.instances()).status == 504


async def test_a_slow_answer_does_not_hold_up_the_end(orders: Simulation) -> None:
    orders.inject(Slow(60))
    before = monotonic()
    async with aiohttp.ClientSession() as session:
        async with orders.serve() as url:
            asked = asyncio.create_task(Client(session, url, orders.account_id).instances())
            await asyncio.wait({asked}, timeout=0.5)
            assert orders.list_calls == 1
        with pytest.raises(aiohttp.ClientError):
            await asked

    assert monotonic() - before < 10
