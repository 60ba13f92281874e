"""An invalid row does not spoil its list."""

from datetime import timedelta
from typing import Any

import pytest

from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import InvalidResponse
from bot.cloudflare.models import Instance, PageNumber, Workflow
from bot.cloudflare.responses import read_workflow, read_workflows
from bot.cloudflare.timed_cache import CacheTimes
from bot.playground.simulators.cloudflare import ChangedRows, Simulation
from tests.support.clock import Clock
from tests.unit.cloudflare.responses import ARRIVED, envelope, page_query, read_page, response

from .conftest import MakeClient

GOOD = {"id": "good", "status": "errored", "created_on": "2026-11-23T12:04:00Z"}


@pytest.mark.parametrize(
    ("odd", "left"),
    [
        ({"id": "a", "created_on": "yesterday"}, Instance(id="a")),
        ({"id": "a", "created_on": {}, "status": 7, "version_id": []}, Instance(id="a")),
        ({"id": "a", "status": "x", "started_on": True}, Instance(id="a", status="x")),
        ({"id": 7, "status": "errored"}, None),
        ({"id": None}, None),
        ({}, None),
        ("a row", None),
        (None, None),
        ([GOOD], None),
    ],
)
def test_the_valid_fields_of_a_row_are_kept(odd: Any, left: Instance | None) -> None:
    page = read_page(envelope([GOOD, odd, GOOD], result_info={"cursor": "on"}))
    good = read_page(envelope([GOOD])).rows[0]
    assert page.rows == tuple(row for row in (good, left, good) if row is not None)
    assert page.incomplete_rows == 1
    assert page.next is not None


def test_a_list_without_a_readable_row_is_invalid() -> None:
    with pytest.raises(InvalidResponse, match=r"result\.0"):
        read_page(envelope([{"id": 7}, 8, None]))


def test_a_list_far_longer_than_a_page_is_invalid() -> None:
    with pytest.raises(InvalidResponse, match=r"result\.1000"):
        read_page(envelope([GOOD] * 1000 + [8]))


@pytest.mark.parametrize(
    ("odd", "left"),
    [
        ({"name": "a", "instances": "many"}, Workflow(name="a")),
        ({"name": "a", "instances": {"errored": "many"}}, Workflow(name="a")),
        ({"name": "a", "schedules": [{"cron": 7}], "id": "w"}, Workflow(name="a", id="w")),
        ({"name": 7}, None),
    ],
)
def test_the_valid_fields_of_a_workflow_are_kept(odd: Any, left: Workflow | None) -> None:
    page = read_workflows(response(envelope([{"name": "good"}, odd])), PageNumber(1), ARRIVED)
    assert page.rows == tuple(row for row in (Workflow(name="good"), left) if row is not None)
    assert page.incomplete_rows == 1
    with pytest.raises(InvalidResponse):
        read_workflow(response(envelope(odd)), ARRIVED)


def test_a_full_page_by_number_with_a_row_too_few_is_not_the_last() -> None:
    body = envelope([*({"id": f"{number}"} for number in range(9)), 7], result_info={"per_page": 10})
    assert read_page(body, PageNumber(3)).next == PageNumber(4)


@pytest.mark.parametrize("sent", [60, 100])
def test_a_row_that_is_read_in_part_is_one_row_of_its_page(sent: int) -> None:
    rows = [{"id": f"{number}", "created_on": "noon"} for number in range(sent)]
    page = read_page(envelope(rows, result_info={"per_page": 100}), PageNumber(1))
    assert len(page.rows) == sent
    assert page.incomplete_rows == sent
    assert page.next == (PageNumber(2) if sent == 100 else None)


@pytest.mark.parametrize("behind_a_cursor", [False, True])
async def test_a_page_with_incomplete_rows_is_cached_for_the_short_time(
    behind_a_cursor: bool, make_client: MakeClient, orders: Simulation, clock: Clock
) -> None:
    cached = CachedWorkflows(make_client(), CacheTimes(rest=timedelta(hours=1)), clock.seconds)
    asked = page_query((await make_client().list_instances(page_query())).next if behind_a_cursor else None)
    orders.inject(ChangedRows({"created_on": []}, rows=slice(1)), times=2)
    seen = []
    for _ in range(2):
        seen += [
            (await cached.list_instances(asked)).incomplete_rows,
            (await cached.list_workflows()).incomplete_rows,
        ]
    clock.advance(16)
    seen += [
        (await cached.list_instances(asked)).incomplete_rows,
        (await cached.list_workflows()).incomplete_rows,
    ]
    assert seen == [1, 1, 1, 1, 0, 0]


async def test_a_refresh_replaces_a_page_even_by_an_incomplete_one(
    make_client: MakeClient, orders: Simulation, clock: Clock
) -> None:
    cached = CachedWorkflows(make_client(), CacheTimes(), clock.seconds)
    await cached.list_instances(page_query())
    orders.inject(ChangedRows({"created_on": []}, rows=slice(1)))
    renewed = await cached.list_instances(page_query(), fresh=True)
    assert renewed.incomplete_rows == 1
    assert await cached.list_instances(page_query()) is renewed
