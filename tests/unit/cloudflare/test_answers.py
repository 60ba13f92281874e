"""Successful responses: rows, the next position and the API's messages."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.cloudflare.errors import InvalidResponse
from bot.cloudflare.models import ApiMessage, Cursor, Instance, PageNumber, Position, Status, Workflow
from bot.cloudflare.responses import read_workflow, read_workflows
from tests.unit.cloudflare.responses import ARRIVED, envelope, read_page, response

WHOLE_ROW = {
    "id": "*/30 * * * *-1786001400000",
    "status": "errored",
    "created_on": "2026-11-23T12:04:00.500Z",
    "modified_on": "2026-11-23T12:06:13.000Z",
    "started_on": "2026-11-23T12:04:01Z",
    "ended_on": "2026-11-23T12:06:13Z",
    "version_id": "v1",
    "workflow_id": "w1",
    "trigger_source": "cron",
}


def rows(count: int) -> list[dict[str, str]]:
    return [{"id": f"order-{number}"} for number in range(count)]


def test_every_field_of_a_row_is_read() -> None:
    (row,) = read_page(envelope([WHOLE_ROW])).rows
    assert row == Instance(
        id="*/30 * * * *-1786001400000",
        status=Status("errored"),
        created_on=datetime(2026, 11, 23, 12, 4, 0, 500_000, UTC),
        modified_on=datetime(2026, 11, 23, 12, 6, 13, tzinfo=UTC),
        started_on=datetime(2026, 11, 23, 12, 4, 1, tzinfo=UTC),
        ended_on=datetime(2026, 11, 23, 12, 6, 13, tzinfo=UTC),
        version_id="v1",
        workflow_id="w1",
        trigger_source="cron",
    )


@pytest.mark.parametrize("missing", [key for key in WHOLE_ROW if key != "id"])
def test_any_field_but_the_id_may_be_missing_or_null(missing: str) -> None:
    without = {key: value for key, value in WHOLE_ROW.items() if key != missing}
    assert read_page(envelope([without])) == read_page(envelope([{**WHOLE_ROW, missing: None}]))
    assert getattr(read_page(envelope([without])).rows[0], missing) is None


def test_the_local_engine_s_three_fields_are_enough() -> None:
    row = {"id": "a", "status": "running", "created_on": "2026-11-23T12:04:00.000Z"}
    assert read_page(envelope([row])).rows[0].status == "running"


def test_a_phantom_row_of_the_local_engine_is_a_row() -> None:
    assert read_page(envelope([{"id": "6f3a"}])).rows == (Instance(id="6f3a"),)


def test_an_unknown_status_is_kept() -> None:
    assert read_page(envelope([{"id": "a", "status": "hibernated"}])).rows[0].status == "hibernated"


def test_fields_of_a_newer_api_are_ignored() -> None:
    body = envelope([{**WHOLE_ROW, "new": {"deep": [1]}}], result_info={"new": 1}, new=[1])
    assert read_page(body).rows == read_page(envelope([WHOLE_ROW])).rows


def test_a_time_without_an_offset_is_utc() -> None:
    row = read_page(envelope([{"id": "a", "created_on": "2026-11-23T12:04:00"}])).rows[0]
    assert row.created_on == datetime(2026, 11, 23, 12, 4, tzinfo=UTC)


def test_an_empty_list_is_an_answer() -> None:
    page = read_page(envelope([]))
    assert page.rows == ()
    assert page.next is None
    assert page.messages == ()
    assert page.fetched_at == ARRIVED


def test_the_api_s_messages_are_kept() -> None:
    said = [{"code": 1, "message": "soon gone"}, {"message": "x"}, {}]
    page = read_page(envelope([], messages=said))
    assert page.messages == (ApiMessage(code=1, message="soon gone"), ApiMessage(message="x"), ApiMessage())


def test_a_message_may_have_no_text() -> None:
    assert read_page(envelope([], messages=[{"code": 7, "message": None}])).messages[0].code == 7


@pytest.mark.parametrize("empty", [{"messages": None}, {"errors": None}, {"result_info": None}])
def test_null_means_none(empty: dict[str, None]) -> None:
    assert read_page(envelope(rows(1), **empty)).rows == (Instance(id="order-0"),)


def test_success_may_be_left_out() -> None:
    assert read_page({"result": rows(1)}).rows == (Instance(id="order-0"),)


@pytest.mark.parametrize("position", [None, Cursor("before"), PageNumber(2)])
def test_a_cursor_is_followed_after_any_position(position: Position | None) -> None:
    body = envelope(rows(100), result_info={"cursor": "next", "total_pages": 1})
    assert read_page(body, position).next == Cursor("next")


@pytest.mark.parametrize("info", [{}, {"cursor": None}, {"cursor": ""}, None])
@pytest.mark.parametrize("position", [None, Cursor("before")])
def test_a_list_ends_when_the_cursor_is_absent_null_or_empty(
    info: dict[str, Any] | None, position: Position | None
) -> None:
    assert read_page(envelope(rows(100), result_info=info), position).next is None


def test_page_numbers_are_ignored_after_a_cursor() -> None:
    body = envelope(rows(100), result_info={"page": 1, "total_pages": 9})
    assert read_page(body, Cursor("before")).next is None


@pytest.mark.parametrize(
    ("position", "total_pages", "following"),
    [
        (None, 2, PageNumber(2)),
        (None, 1, None),
        (None, 0, None),
        (PageNumber(1), 2, PageNumber(2)),
        (PageNumber(2), 2, None),
        (PageNumber(3), 9, PageNumber(4)),
        (PageNumber(12), 9, None),
    ],
)
def test_without_cursors_page_numbers_are_followed(
    position: Position | None, total_pages: int, following: Position | None
) -> None:
    info = {"page": 1, "per_page": 100, "total_pages": total_pages}
    assert read_page(envelope(rows(100), result_info=info), position).next == following


def test_an_empty_page_by_number_is_the_last_despite_the_total() -> None:
    assert read_page(envelope([], result_info={"total_pages": 9}), PageNumber(3)).next is None


@pytest.mark.parametrize(("count", "following"), [(10, PageNumber(4)), (9, None)])
def test_without_a_total_a_full_page_may_have_a_successor(count: int, following: Position | None) -> None:
    assert read_page(envelope(rows(count), result_info={"per_page": 10}), PageNumber(3)).next == following


def test_the_total_is_kept_and_not_trusted() -> None:
    page = read_page(envelope(rows(1), result_info={"total_count": 10**12, "count": 5, "per_page": 50}))
    assert page.info.total_count == 10**12
    assert page.info.count == 5
    assert page.next is None


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "not JSON"),
        (b"null", "answer"),
        (b"[]", "answer"),
        (b'{"result":', "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b'{"success":true}', "result"),
        (b'{"result":null,"success":true}', "result"),
        (b'{"result":{},"success":true}', "result"),
        (b'{"result":[{"status":"x"}]}', r"result\.0\.id"),
        (b'{"result":[{"id":7}]}', r"result\.0\.id"),
        (b'{"result":[7]}', r"result\.0"),
        (b"[" * 200_000, "."),
        (b"<!DOCTYPE html><html>", "not JSON"),
    ],
)
def test_an_invalid_body_is_an_error_that_names_the_place(body: bytes, where: str) -> None:
    with pytest.raises(InvalidResponse, match=where):
        read_page(body)


def test_the_error_of_an_invalid_body_does_not_repeat_the_body() -> None:
    with pytest.raises(InvalidResponse) as error:
        read_page(b'{"result":[{"id":["my-secret"]}]}')
    assert "my-secret" not in str(error.value)


def test_a_workflow_is_read_with_its_counts_and_schedules() -> None:
    row = {
        "name": "orders",
        "id": "w1",
        "class_name": "Orders",
        "script_name": "orders-worker",
        "created_on": "2026-11-23T12:00:00Z",
        "modified_on": "2026-11-23T12:00:00Z",
        "triggered_on": None,
        "instances": {"errored": 3, "hibernated": 1, "queued": None},
        "schedules": [{"cron": "*/5 * * * *", "next_instance": "2026-11-23T12:05:00Z"}, {"cron": "@daily"}],
        "script_deleted": True,
        "new": 1,
    }
    workflow = read_workflow(response(envelope(row)), ARRIVED)
    assert workflow.instances == {"errored": 3, "hibernated": 1}
    assert workflow.triggered_on is None
    assert workflow.script_deleted
    assert [schedule.cron for schedule in workflow.schedules or ()] == ["*/5 * * * *", "@daily"]
    assert read_workflows(response(envelope([row])), PageNumber(1), ARRIVED).rows == (workflow,)


def test_a_name_is_enough_for_a_workflow() -> None:
    assert read_workflow(response(envelope({"name": "orders"})), ARRIVED) == Workflow(name="orders")


@pytest.mark.parametrize(
    ("page", "count", "info", "following"),
    [
        (1, 100, {"total_pages": 2}, 2),
        (2, 37, {"total_pages": 2}, None),
        (1, 100, {}, 2),
        (1, 99, {}, None),
        (1, 0, {"total_pages": 5}, None),
        (1, 3, None, None),
    ],
)
def test_workflows_go_on_by_number(
    page: int, count: int, info: dict[str, int] | None, following: int | None
) -> None:
    body = envelope([{"name": f"flow-{number}"} for number in range(count)], result_info=info)
    expected = PageNumber(following) if following else None
    assert read_workflows(response(body), PageNumber(page), ARRIVED).next == expected


@pytest.mark.parametrize("per_page", [1000, 10**9, 0, -5])
def test_a_page_is_full_with_the_rows_that_were_asked_for_whatever_the_answer_says(per_page: int) -> None:
    info = {"per_page": per_page}
    assert read_page(envelope(rows(100), result_info=info), PageNumber(3)).next == PageNumber(4)
    assert read_page(envelope(rows(3), result_info=info), PageNumber(3)).next is None


@pytest.mark.parametrize("total_pages", [0, -1])
def test_rows_prove_that_there_are_pages(total_pages: int) -> None:
    full = [{"name": f"flow-{number}"} for number in range(100)]
    body = envelope(full, result_info={"total_pages": total_pages})
    assert read_workflows(response(body), PageNumber(1), ARRIVED).next == PageNumber(2)
    assert read_page(envelope(rows(100), result_info={"total_pages": -1}), PageNumber(1)).next == PageNumber(
        2
    )


def test_a_cursor_too_long_for_any_url_ends_the_list_and_is_told() -> None:
    page = read_page(envelope(rows(100), result_info={"cursor": "c" * 20_000, "total_pages": 9}))
    assert page.next is None
    assert page.cut_short
    usable = read_page(envelope(rows(100), result_info={"cursor": "c" * 16_000}))
    assert usable.next == Cursor("c" * 16_000)
    assert not usable.cut_short
