"""Digests of the local engine: no counts in its list, and rows of an id, a status and a creation."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest

from bot.playground.simulators.cloudflare import Simulation, WrongShape
from tests.support.digest_account import (
    HOUR,
    MINUTE,
    Account,
    format_time,
    item_body,
    list_body,
    plan,
    run_account,
    shown_ids,
)

DAY = 24 * HOUR


@pytest.fixture
async def prod() -> AsyncIterator[Account]:
    async with run_account() as served:
        yield served


def wrangler(simulation: Simulation, *names: str) -> None:
    simulation.inject(list_body(*({"name": name} for name in names)), operation="list_workflows")


def engine_rows(*rows: tuple[str, datetime | None]) -> WrongShape:
    answered: list[dict[str, Any]] = [{"id": "phantom"}]
    answered += [{"id": id_, "status": "errored", "created_on": at and format_time(at)} for id_, at in rows]
    return list_body(*answered, page=1, total_pages=1, total_count=len(answered))


async def test_workflows_that_the_list_does_not_count_are_counted_one_by_one(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    prod.simulation.add_instance("workflows")
    prod.simulation.add_workflow("idle")
    wrangler(prod.simulation, "orders", "workflows", "idle")
    report = await prod.digest(sharing="9:00")
    assert shown_ids(report) == {"a"}
    assert report.empty == 1
    assert [row.name for row in report.rows] == ["orders", "workflows"]
    await prod.reader.report(plan("orders"), None, sharing="9:00")
    assert prod.simulation.count("get_workflow") == 3


async def test_workflows_that_nobody_counts_are_looked_at_all_the_same(prod: Account) -> None:
    for name in ("orders", "bills"):
        wrangler(prod.simulation, "orders", "bills")
        for each in ("orders", "bills"):
            prod.simulation.inject(item_body({"name": each, "instances": None}), operation="get_workflow")
        prod.simulation.inject(engine_rows((name, prod.clock.ago(MINUTE))), operation="list_instances")
        prod.simulation.inject(engine_rows(), operation="list_instances")
        prod.simulation.inject(item_body({"status": "errored", "error": "boom"}), operation="get_instance")
        report = await prod.digest()
        (group,) = report.groups
        assert group.message == "boom"
        assert group.total == 1
        assert report.exact is True
        assert report.empty == 0
        assert [(row.counts, row.changes) for row in report.rows] == [(None, None)] * 2
        assert report.baseline.counts == {"orders": None, "bills": None}
        prod.clock.advance(HOUR)


async def test_a_row_without_its_end_counts_from_its_creation(
    prod: Account,
) -> None:
    """It failed in this hour, but was created in the last one: only the rise of the count shows it."""
    prod.fail("orders", "a", MINUTE)
    await prod.digest()
    prod.clock.advance(HOUR)
    prod.fail("orders", "b", 5, created=2 * HOUR)
    created = [("a", prod.clock.ago(HOUR + 90)), ("b", prod.clock.ago(2 * HOUR))]
    prod.simulation.inject(engine_rows(*created), operation="list_instances")
    report = await prod.digest()
    assert report.total == 0
    assert report.unexplained == {"orders": 1}


async def test_pages_by_number_are_read_on(prod: Account) -> None:
    prod.fail("orders", "a", 5)
    for page in (1, 2):
        row = {"id": f"{page}", "status": "errored", "created_on": format_time(prod.clock.ago(page))}
        prod.simulation.inject(list_body(row, page=page, total_pages=2), operation="list_instances")
    report = await prod.digest()
    assert report.total == 2
    assert report.exact is True
    assert report.since == prod.clock.ago(DAY)
