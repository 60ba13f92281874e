"""Requests hold the API's parameters. Invalid ones are refused before they are sent."""

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloudflare.errors import InvalidParameter
from bot.cloudflare.models import STATUSES, Cursor, PageNumber, Position, Status
from bot.cloudflare.requests import Request, instances_request, timestamp, workflow_request, workflows_request
from tests.unit.cloudflare.responses import page_query

text = st.text(st.characters(codec="utf-8"), min_size=1, max_size=64)


def params(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.query, keep_blank_values=True, strict_parsing=True))


def test_the_first_page_is_asked_for_without_a_position() -> None:
    request = instances_request(page_query())
    assert request == Request("GET", "/workflows/orders/instances", "per_page=100")


@pytest.mark.parametrize(
    ("position", "params_"),
    [
        (Cursor("abc"), {"cursor": "abc"}),
        (Cursor("a+b/c== &x=1#?%"), {"cursor": "a+b/c== &x=1#?%"}),
        (PageNumber(3), {"page": "3"}),
    ],
)
def test_a_page_is_asked_for_by_cursor_or_by_number(position: Position, params_: dict[str, str]) -> None:
    assert params(instances_request(page_query(position))) == {"per_page": "100", **params_}


@given(st.none() | st.builds(Cursor, text) | st.builds(PageNumber, st.integers(1)))
def test_cursor_and_page_never_go_together(position: Position | None) -> None:
    assert not params(instances_request(page_query(position))).keys() >= {"cursor", "page"}


@pytest.mark.parametrize("status", [*STATUSES, Status("hibernated"), Status("a&b=c")])
def test_any_status_passes_through(status: Status) -> None:
    assert params(instances_request(page_query(status=status)))["status"] == status


def test_creation_times_go_as_utc_with_milliseconds() -> None:
    start = datetime(2026, 11, 23, 19, 41, 23, 727_999, timezone(timedelta(hours=1)))
    end = datetime(2026, 11, 23, 19, tzinfo=UTC)
    asked = params(instances_request(page_query(date_start=start, date_end=end)))
    assert asked["date_start"] == "2026-11-23T18:41:23.727Z"
    assert asked["date_end"] == "2026-11-23T19:00:00.000Z"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="zone"):
        timestamp(datetime(2026, 11, 23))  # noqa: DTZ001 - the very mistake


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_a_direction_goes_with_a_cursor(direction: str) -> None:
    asked = params(instances_request(page_query(Cursor("x"), direction=direction)))
    assert asked["direction"] == direction


@pytest.mark.parametrize("position", [None, PageNumber(2)])
def test_a_direction_without_a_cursor_is_refused(position: Position | None) -> None:
    with pytest.raises(InvalidParameter, match="only with a cursor"):
        instances_request(page_query(position, direction="asc"))


@pytest.mark.parametrize("direction", ["", "ASC", "up"])
def test_no_other_direction_is_taken(direction: str) -> None:
    with pytest.raises(InvalidParameter, match="asc or desc"):
        instances_request(page_query(Cursor("x"), direction=direction))


@pytest.mark.parametrize("per_page", [1, 100])
def test_a_page_holds_1_to_100_rows(per_page: int) -> None:
    assert params(instances_request(page_query(per_page=per_page))) == {"per_page": str(per_page)}


@pytest.mark.parametrize("per_page", [0, -1, 101])
def test_no_other_page_size_is_asked_for(per_page: int) -> None:
    with pytest.raises(InvalidParameter, match="per_page"):
        instances_request(page_query(per_page=per_page))


@pytest.mark.parametrize("position", [PageNumber(0), PageNumber(-1), Cursor("")])
def test_a_position_that_cannot_be_is_refused(position: Position) -> None:
    with pytest.raises(InvalidParameter):
        instances_request(page_query(position))


@pytest.mark.parametrize("name", ["", "x" * 65, ".", ".."])
def test_a_name_that_no_workflow_can_have_is_refused(name: str) -> None:
    with pytest.raises(InvalidParameter, match="workflow"):
        instances_request(page_query(workflow=name))
    with pytest.raises(InvalidParameter, match="workflow"):
        workflow_request(name)


@given(text.filter(lambda name: name not in (".", "..")))
def test_any_name_is_one_segment_of_the_path(name: str) -> None:
    path = instances_request(page_query(workflow=name)).path
    root, first, second, third = path.split("/")
    assert root == ""
    assert first == "workflows"
    assert third == "instances"
    assert unquote(second) == name
    assert path.isascii()
    assert not set(path) & set(" ?#*,")
    assert workflow_request(name).path == path.removesuffix("/instances")


def test_workflows_are_asked_for_a_hundred_at_a_time() -> None:
    assert workflows_request(None, PageNumber(1)) == Request("GET", "/workflows", "per_page=100&page=1")


def test_workflows_are_searched_for_by_name() -> None:
    asked = params(workflows_request("a&b=ü", PageNumber(2)))
    assert asked == {"per_page": "100", "page": "2", "search": "a&b=ü"}
