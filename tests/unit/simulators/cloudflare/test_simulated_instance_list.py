"""Listing instances: filters, cursors, page numbers."""

from datetime import timedelta
from itertools import chain

import pytest

from bot.playground.simulators.cloudflare import STATUSES, Simulation
from tests.support.clock import Clock

from .client import Client

NEWEST_FIRST = [f"order-{number}" for number in range(25, 0, -1)]


@pytest.mark.usefixtures("orders")
async def test_a_row_has_the_fields_of_production_and_no_error_text(client: Client) -> None:
    row = (await client.instances(per_page="1")).body["result"][0]

    assert row == {
        "id": "order-25",
        "status": "complete",
        "created_on": "2026-11-23T14:00:00.000Z",
        "modified_on": "2026-11-23T14:01:01.000Z",
        "started_on": "2026-11-23T14:00:01.000Z",
        "ended_on": "2026-11-23T14:01:01.000Z",
        "version_id": row["version_id"],
        "workflow_id": row["workflow_id"],
        "trigger_source": "api",
    }


@pytest.mark.usefixtures("orders")
async def test_the_envelope_of_a_list_is_complete(client: Client) -> None:
    body = (await client.instances(per_page="10")).body

    assert set(body) == {"errors", "messages", "result", "success", "result_info"}
    assert (body["errors"], body["messages"], body["success"]) == ([], [], True)


async def test_an_instance_that_has_not_started_has_null_times(
    simulation: Simulation, client: Client
) -> None:
    simulation.add_instance("orders", status="queued")

    [row] = (await client.instances()).body["result"]

    assert (row["started_on"], row["ended_on"]) == (None, None)


@pytest.mark.usefixtures("orders")
async def test_without_cursor_and_page_a_cursor_listing_starts(client: Client) -> None:
    first = await client.instances(per_page="10")

    assert first.ids == NEWEST_FIRST[:10]
    assert set(first.info) == {"count", "per_page", "total_count", "cursor"}


@pytest.mark.usefixtures("orders")
async def test_cursors_lead_to_every_row_once_newest_first(client: Client) -> None:
    pages = await client.walk(per_page="10")

    assert [len(page) for page in pages] == [10, 10, 5]
    assert list(chain(*pages)) == NEWEST_FIRST


async def test_fifty_rows_come_where_no_number_is_given(simulation: Simulation, client: Client) -> None:
    for number in range(51):
        simulation.add_instance("orders", id=f"order-{number}")

    first = await client.instances()

    assert (len(first.ids), first.info["per_page"]) == (50, 50)


async def test_instances_created_in_one_millisecond_keep_their_order(
    simulation: Simulation, client: Client
) -> None:
    for number in range(10):
        simulation.add_instance("orders", id=f"order-{number}")

    pages = await client.walk(per_page="3")

    assert list(chain(*pages)) == [f"order-{number}" for number in range(9, -1, -1)]


@pytest.mark.parametrize(
    ("kind", "repeated"), [("keyset", []), ("offset", ["order-16"])], ids=["keyset", "offset"]
)
async def test_only_offset_cursors_repeat_a_row_when_an_instance_arrives(
    orders: Simulation, client: Client, clock: Clock, kind: str, repeated: list[str]
) -> None:
    orders.change(cursor_kind=kind)
    first = await client.instances(per_page="10")
    clock.advance(minutes=1)
    orders.add_instance("orders", id="order-26")

    second = await client.instances(per_page="10", cursor=first.info["cursor"])

    assert [instance for instance in second.ids if instance in first.ids] == repeated


@pytest.mark.parametrize("kind", ["keyset", "offset"])
async def test_direction_turns_a_cursor_round(orders: Simulation, client: Client, kind: str) -> None:
    orders.change(cursor_kind=kind)
    first = await client.instances(per_page="10")

    back = await client.instances(per_page="4", cursor=first.info["cursor"], direction="asc")
    further = await client.instances(per_page="4", cursor=back.info["cursor"])
    forth = await client.instances(per_page="4", cursor=first.info["cursor"], direction="desc")

    assert back.ids == ["order-17", "order-18", "order-19", "order-20"]
    assert further.ids == ["order-21", "order-22", "order-23", "order-24"]
    assert forth.ids == ["order-15", "order-14", "order-13", "order-12"]


@pytest.mark.parametrize(
    ("choice", "info"), [("absent", {}), ("null", {"cursor": None}), ("empty", {"cursor": ""})]
)
async def test_the_end_of_the_list_is_configurable(
    orders: Simulation, client: Client, choice: str, info: dict[str, object]
) -> None:
    orders.change(end_of_list=choice)

    only = await client.instances(per_page="25")

    assert only.info == {"count": 25, "per_page": 25, "total_count": 25, **info}


async def test_a_cursor_after_the_last_row_leads_to_an_empty_page(orders: Simulation, client: Client) -> None:
    orders.change(cursor_after_last_row=True)

    assert [len(page) for page in await client.walk(per_page="25")] == [25, 0]


async def test_a_faulty_account_repeats_its_cursor_for_ever(orders: Simulation, client: Client) -> None:
    orders.change(repeat_cursor=True)
    cursor = (await client.instances(per_page="20")).info["cursor"]

    for _ in range(3):
        assert (await client.instances(per_page="20", cursor=cursor)).info["cursor"] == cursor


async def test_padding_makes_cursors_long_and_keeps_them_working(orders: Simulation, client: Client) -> None:
    short = (await client.instances(per_page="10")).info["cursor"]
    orders.change(cursor_padding=20_000)

    long = (await client.instances(per_page="10")).info["cursor"]

    assert len(long) == len(short) + 20_000
    assert (await client.instances(per_page="10", cursor=long)).ids == NEWEST_FIRST[10:20]


async def test_total_count_can_be_wrong_under_cursors_and_is_right_under_pages(
    orders: Simulation, client: Client
) -> None:
    orders.change(total_count_error=-7)

    assert (await client.instances()).info["total_count"] == 18
    assert (await client.instances(page="1")).info["total_count"] == 25


@pytest.mark.usefixtures("orders")
async def test_a_page_number_gives_that_page_and_the_number_of_pages(client: Client) -> None:
    third = await client.instances(page="3", per_page="10")

    assert third.ids == NEWEST_FIRST[20:]
    assert third.info == {"count": 5, "page": 3, "per_page": 10, "total_count": 25, "total_pages": 3}


@pytest.mark.usefixtures("orders")
async def test_a_page_past_the_last_is_empty(client: Client) -> None:
    assert (await client.instances(page="9")).ids == []


@pytest.mark.parametrize("status", STATUSES)
async def test_status_chooses_the_instances_that_have_it(
    simulation: Simulation, client: Client, status: str
) -> None:
    for each in STATUSES:
        simulation.add_instance("orders", id=each, status=each)

    assert (await client.instances(status=status)).ids == [status]


async def test_an_unknown_status_is_listed(simulation: Simulation, client: Client) -> None:
    simulation.add_instance("orders", status="hibernating")

    assert (await client.instances()).body["result"][0]["status"] == "hibernating"


@pytest.mark.usefixtures("orders")
async def test_dates_choose_by_creation_with_both_ends_included(client: Client) -> None:
    chosen = await client.instances(date_start="2026-11-23T13:57:00.000Z", date_end="2026-11-23T13:59:00Z")

    assert chosen.ids == ["order-24", "order-23", "order-22"]


async def test_date_end_can_exclude_its_own_millisecond(orders: Simulation, client: Client) -> None:
    orders.change(date_end_inclusive=False)

    chosen = await client.instances(date_start="2026-11-23T13:57:00.000Z", date_end="2026-11-23T13:59:00Z")

    assert chosen.ids == ["order-23", "order-22"]


@pytest.mark.usefixtures("simulation")
async def test_the_time_a_row_shows_is_the_time_it_is_found_by(
    simulation: Simulation, client: Client, clock: Clock
) -> None:
    simulation.add_instance("orders", id="odd", created_on=clock() + timedelta(microseconds=123_456))
    [shown] = [row["created_on"] for row in (await client.instances()).body["result"]]

    assert (await client.instances(date_start=shown, date_end=shown)).ids == ["odd"]


async def test_an_instance_just_created_can_be_missing_for_a_while(
    simulation: Simulation, client: Client, clock: Clock
) -> None:
    simulation.change(listing_lag=timedelta(seconds=5))
    simulation.add_instance("orders", id="new")
    at_once = await client.instances()
    clock.advance(seconds=5)

    assert (at_once.ids, (await client.instances()).ids) == ([], ["new"])


async def test_filters_go_on_working_beside_a_cursor(orders: Simulation, client: Client) -> None:
    for number in range(1, 25, 2):
        orders.set_status("orders", f"order-{number}", "errored")

    pages = await client.walk(per_page="5", status="errored")

    assert list(chain(*pages)) == [f"order-{number}" for number in range(23, 0, -2)]


@pytest.mark.parametrize(
    "query",
    [
        {"per_page": "0"},
        {"per_page": "101"},
        {"per_page": "ten"},
        {"per_page": "-1"},
        {"page": "0"},
        {"page": "1.5"},
        {"status": "broken"},
        {"status": "Errored"},
        {"status": "errored,running"},
        {"date_start": "yesterday"},
        {"date_start": "2026-11-23"},
        {"date_start": "2026-11-23T13:00:00+01:00"},
        {"date_start": "2026-11-23T13:00:00"},
        {"date_end": "2026-13-23T13:00:00Z"},
        {"direction": "asc"},
        {"page": "1", "direction": "desc"},
        {"cursor": "rubbish"},
        {"cursor": ""},
        {"cursor": "bnVsbA==.bnVsbA=="},
        {"cursor": "rubbish", "page": "1"},
    ],
    ids=str,
)
@pytest.mark.usefixtures("orders")
async def test_a_malformed_request_is_refused(client: Client, query: dict[str, str]) -> None:
    answer = await client.instances(**query)

    assert (answer.status, answer.code) == (400, 10001)
    assert answer.body["errors"][0]["message"].startswith("workflows.api.error.")


@pytest.mark.usefixtures("orders")
async def test_cursor_and_page_exclude_each_other(client: Client) -> None:
    cursor = (await client.instances(per_page="10")).info["cursor"]

    answer = await client.instances(per_page="10", cursor=cursor, page="2")

    assert (answer.status, answer.code) == (400, 10001)


@pytest.mark.usefixtures("orders")
async def test_an_unknown_direction_is_refused(client: Client) -> None:
    cursor = (await client.instances(per_page="10")).info["cursor"]

    assert (await client.instances(cursor=cursor, direction="up")).status == 400


@pytest.mark.usefixtures("orders")
async def test_a_parameter_that_comes_twice_is_refused(client: Client) -> None:
    path = f"accounts/{client.account_id}/workflows/orders/instances"

    answer = await client.get(path, params=[("status", "errored"), ("status", "running")])

    assert (answer.status, answer.code) == (400, 10001)


async def test_a_changed_cursor_is_refused(orders: Simulation, client: Client) -> None:
    orders.add_workflow("invoices")
    cursor = (await client.instances(per_page="10")).info["cursor"]

    assert (await client.instances(cursor=cursor[:-1])).status == 400
    assert (await client.instances(cursor="A" + cursor[1:])).status == 400
    assert (await client.instances("invoices", cursor=cursor)).status == 400


async def test_an_old_cursor_expires(orders: Simulation, client: Client, clock: Clock) -> None:
    orders.change(cursor_lifetime=timedelta(minutes=10))
    cursor = (await client.instances(per_page="10")).info["cursor"]
    clock.advance(minutes=10)
    assert (await client.instances(per_page="10", cursor=cursor)).ids == NEWEST_FIRST[10:20]
    clock.advance(seconds=1)

    answer = await client.instances(per_page="10", cursor=cursor)

    assert (answer.status, answer.code) == (400, 10001)


@pytest.mark.parametrize(("binds", "status"), [(True, 400), (False, 200)])
async def test_a_cursor_binds_its_filters_only_where_chosen(
    orders: Simulation, client: Client, *, binds: bool, status: int
) -> None:
    orders.change(cursor_binds_filters=binds)
    cursor = (await client.instances(per_page="10", status="complete")).info["cursor"]

    assert (await client.instances(per_page="10", cursor=cursor)).status == status
    assert (await client.instances(per_page="10", status="complete", cursor=cursor)).status == 200
