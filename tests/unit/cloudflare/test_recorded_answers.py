"""Bodies of production's documented shape and of the local engine's are read from JSON files.

The `local_*` files have the shapes of wrangler's local engine, the others those of the API reference.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cloudflare.errors import (
    CloudflareError,
    InstanceNotFound,
    NotAuthorized,
    WorkflowNotFound,
)
from bot.cloudflare.http_responses import Response
from bot.cloudflare.instance_models import InstanceError
from bot.cloudflare.models import Cursor, PageNumber
from bot.cloudflare.responses import read_instance, read_instances, read_workflow, read_workflows
from tests.unit.cloudflare.responses import ARRIVED

FIXTURES = Path(__file__).parents[2] / "fixtures" / "cloudflare"


def recorded(name: str, status: int = 200) -> Response:
    return Response(status, {"cf-ray": "8f1-FRA"}, (FIXTURES / f"{name}.json").read_bytes())


def test_a_page_of_instances_goes_on_by_cursor() -> None:
    page = read_instances(recorded("instances"), None, ARRIVED)
    assert [(row.id, row.status, row.trigger_source) for row in page.rows] == [
        ("*/30 * * * *-1786001400000", "errored", "cron"),
        ("order-1042", "running", "binding"),
    ]
    assert page.newest == datetime(2026, 11, 23, 12, 4, 0, 500_000, UTC)
    assert page.next == Cursor("eyJpZCI6Im9yZGVyLTEwNDIifQ==")
    assert page.incomplete_rows == 0
    assert page.fetched_at == ARRIVED


def test_workflows_have_counts_and_schedules() -> None:
    page = read_workflows(recorded("workflows"), PageNumber(1), ARRIVED)
    orders, invoices = page.rows
    assert orders == read_workflow(recorded("workflow"), ARRIVED)
    assert orders.instances == {"complete": 240, "errored": 8, "running": 2}
    assert [schedule.cron for schedule in orders.schedules or ()] == ["*/30 * * * *"]
    assert invoices.name == "invoices"
    assert invoices.instances == {}
    assert invoices.script_deleted is True
    assert page.next is None
    assert page.incomplete_rows == 0


def test_an_instance_has_its_error() -> None:
    detail = read_instance(recorded("instance"), ARRIVED)
    assert detail.error == InstanceError(name="Error", message="card declined")
    assert detail.status == "errored"
    assert detail.success is False
    assert detail.step_count == 3


def test_a_local_page_goes_on_by_number() -> None:
    page = read_instances(recorded("local_instances"), None, ARRIVED)
    assert [(row.id[:7], row.status) for row in page.rows] == [("ord-119", "running"), ("9f86d08", None)]
    assert page.next == PageNumber(2)


def test_local_workflows_have_no_counts() -> None:
    page = read_workflows(recorded("local_workflows"), PageNumber(1), ARRIVED)
    assert [(row.name, row.instances) for row in page.rows] == [
        ("order-processing", None),
        ("invoice-run", None),
    ]
    assert page.next is None


def test_a_local_instance_has_its_error() -> None:
    detail = read_instance(recorded("local_instance"), ARRIVED)
    assert detail.error == InstanceError(name="Error", message="warehouse unreachable")
    assert detail.status == "errored"
    assert detail.success is None
    assert detail.step_count == 2


@pytest.mark.parametrize(
    ("name", "status", "kind", "code"),
    [
        ("error_workflow_not_found", 404, WorkflowNotFound, 10200),
        ("error_instance_not_found", 404, InstanceNotFound, 10400),
        ("error_authentication", 403, NotAuthorized, 10000),
        ("local_error_not_found", 404, InstanceNotFound, 10501),
    ],
)
def test_a_failure_is_an_error_with_the_api_s_code(
    name: str, status: int, kind: type[CloudflareError], code: int
) -> None:
    with pytest.raises(kind) as error:
        read_instance(recorded(name, status), ARRIVED)
    assert error.value.codes == (code,)
    assert error.value.http_status == status
    assert error.value.ray == "8f1-FRA"


def test_each_file_has_a_test() -> None:
    tests = Path(__file__).read_text()
    assert all(f'"{path.stem}"' in tests for path in FIXTURES.glob("*.json"))
