"""A field beside the rows costs a notice, not the list; a refusal keeps its meaning whatever its envelope."""

from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.errors import (
    AccountNotFound,
    CloudflareError,
    InstanceNotFound,
    InvalidResponse,
    NotAuthorized,
    RateLimited,
    WorkflowNotFound,
)
from bot.cloudflare.models import ApiMessage, Cursor, PageNumber
from bot.cloudflare.responses import read_instances, read_workflow, read_workflows
from bot.cloudflare.timed_cache import CacheTimes
from bot.playground.simulators.cloudflare import Changed, Simulation
from tests.support.clock import Clock
from tests.unit.cloudflare.responses import ARRIVED, envelope, page_query, read_page, response

from .conftest import MakeClient

ROWS: Final = [{"id": "order-1", "status": "errored"}]
UNREAD: Final = object()
KEY: Final = "workflows.api.error.workflow.not_found"

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**300)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["10200", "1.5", " 3 ", "true"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
entries = json_values | st.lists(
    json_values | st.fixed_dictionaries({}, optional={"code": json_values, "message": json_values}),
    max_size=3,
)
infos = json_values | st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("count", "per_page", "total_count", "total_pages", "page", "cursor", "new"), json_values
    ),
)
beside = st.fixed_dictionaries(
    {}, optional={"errors": entries, "messages": entries, "result_info": infos, "new": json_values}
)


@given(beside)
def test_rows_are_read_whatever_stands_beside_them(parts: dict[str, Any]) -> None:
    body = {"result": ROWS, "success": True, **parts}
    assert [row.id for row in read_page(body).rows] == ["order-1"]
    found = read_workflows(response({**body, "result": [{"name": "orders"}]}), PageNumber(1), ARRIVED)
    assert [row.name for row in found.rows] == ["orders"]
    assert read_workflow(response({**body, "result": {"name": "orders"}}), ARRIVED).name == "orders"


@given(beside, st.sampled_from([10200, "10200", 10200.0, " 10200 ", "10200.0"]))
def test_a_refusal_keeps_its_meaning_whatever_stands_beside_its_code(
    parts: dict[str, Any], code: Any
) -> None:
    body = {**parts, "success": False, "errors": [{"code": code, "message": parts.get("messages")}]}
    with pytest.raises(WorkflowNotFound) as caught:
        read_instances(response(body, 404), None, ARRIVED)
    assert 10200 in caught.value.codes


@pytest.mark.parametrize(
    "errors",
    [
        {"code": 10200, "message": "gone"},
        {"code": "10200"},
        [[{"code": 10200}]],
        [None, {"code": 10200, "message": ["gone"]}],
        [10200],
        ["10200"],
        KEY,
        [KEY],
        [{"message": KEY}],
        [{"code": 1.5, "message": KEY}],
        [{"code": KEY}],
        [{"code": {"id": 1}, "message": KEY}],
    ],
    ids=str,
)
@pytest.mark.parametrize("status", [404, 400, 200])
def test_a_workflow_that_is_not_found_is_recognised_in_any_envelope(errors: Any, status: int) -> None:
    for success in (False, "false", None, 0):
        body = {
            "success": success,
            "errors": errors,
            "messages": ["plain"],
            "result": None,
            "result_info": [],
        }
        with pytest.raises(WorkflowNotFound):
            read_instances(response(body, status), None, ARRIVED)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("10000", 403, NotAuthorized),
        (9109.0, 403, NotAuthorized),
        ("971", 403, RateLimited),
        ("7003", 404, AccountNotFound),
        (7000, 400, AccountNotFound),
        (7001, 405, AccountNotFound),
        ("10400", 404, InstanceNotFound),
        (10201, 404, InstanceNotFound),
        ("workflows.api.error.instance.not_found", 404, InstanceNotFound),
    ],
)
def test_each_code_keeps_its_meaning_in_an_odd_envelope(
    code: Any, status: int, kind: type[CloudflareError]
) -> None:
    body = {"success": False, "errors": [{"code": code}], "messages": "plain", "result_info": "none"}
    with pytest.raises(CloudflareError) as caught:
        read_instances(response(body, status), None, ARRIVED)
    assert type(caught.value) is kind


@pytest.mark.parametrize("errors", [None, [], {}, [{}], [None], False])
def test_a_refusal_without_errors_has_the_meaning_of_its_messages(errors: Any) -> None:
    body = {"success": False, "errors": errors, "messages": [{"code": 10200, "message": KEY}]}
    with pytest.raises(WorkflowNotFound):
        read_instances(response(body, 404), None, ARRIVED)


@pytest.mark.parametrize("errors", [None, [], "", {}, False])
def test_the_api_s_own_403_is_about_rights_without_a_word(errors: Any) -> None:
    with pytest.raises(NotAuthorized):
        read_instances(response({"success": False, "errors": errors}, 403), None, ARRIVED)


def test_a_failure_is_no_list_though_its_result_is_one() -> None:
    with pytest.raises(InvalidResponse):
        read_page({"success": "False", "errors": [], "messages": "soon", "result": ROWS})


def test_errors_beside_a_success_are_said_with_the_rows() -> None:
    page = read_page(envelope(ROWS, errors=[{"code": 10001, "message": "partial"}], messages=["slow"]))
    assert [row.id for row in page.rows] == ["order-1"]
    assert page.messages == (ApiMessage(code=10001, message="partial"), ApiMessage(message="slow"))
    assert page.unread_fields == ()


@pytest.mark.parametrize(
    ("messages", "read", "unread"),
    [
        ("soon gone", [ApiMessage(message="soon gone")], ()),
        (["one", "two"], [ApiMessage(message="one"), ApiMessage(message="two")], ()),
        ([7], [ApiMessage(code=7)], ()),
        ({"code": "7", "message": "x"}, [ApiMessage(code=7, message="x")], ()),
        ([{"code": "limits.near"}], [ApiMessage(message="limits.near")], ()),
        ([{"code": 7.5, "message": "x"}], [ApiMessage(message="x")], ("messages.code",)),
        ([{"code": True, "message": "x"}], [ApiMessage(message="x")], ("messages.code",)),
        ([{"code": 10**300, "message": "x"}], [ApiMessage(code=10**300, message="x")], ()),
        ([{"code": 7, "message": {"en": "x"}}], [ApiMessage(code=7)], ("messages.message",)),
        ([False, None, []], [], ("messages",)),
        (True, [], ("messages",)),
        ({}, [ApiMessage()], ()),
    ],
)
def test_messages_are_read_as_far_as_they_have_one_meaning(
    messages: Any, read: list[ApiMessage], unread: tuple[str, ...]
) -> None:
    page = read_page(envelope(ROWS, messages=messages))
    assert (page.messages, page.unread_fields) == (tuple(read), unread)


@pytest.mark.parametrize("name", ["count", "per_page", "total_count", "total_pages", "page"])
@pytest.mark.parametrize(
    ("value", "number"),
    [(3, 3), ("3", 3), (3.0, 3), (" 3 ", 3), ("3.0", 3), (None, None)]
    + [
        (odd, UNREAD)
        for odd in (3.5, "3.5", "many", "", [3], {"is": 3}, True, -1, "-1", "9" * 40, "³", "3e2")
    ],
)
def test_a_number_is_read_or_left_out_and_named(name: str, value: Any, number: Any) -> None:
    page = read_page(envelope(ROWS, result_info={name: value}))
    is_unread = number is UNREAD
    assert getattr(page.info, name) == (None if is_unread else number)
    assert page.unread_fields == ((f"result_info.{name}",) if is_unread else ())


@pytest.mark.parametrize("info", [[], "", "next", 7, True, {"cursor": 7}, {"cursor": {}}, {"cursor": False}])
def test_a_list_whose_continuation_can_t_be_read_may_have_more(info: Any) -> None:
    page = read_page(envelope(ROWS, result_info=info))
    assert page.next is None
    assert page.cut_short
    assert page.unread_fields == ("result_info.cursor" if isinstance(info, dict) else "result_info",)


def test_a_cursor_is_followed_whatever_the_numbers_beside_it() -> None:
    page = read_page(envelope(ROWS, result_info={"cursor": "next", "total_pages": "many", "count": 1.5}))
    assert page.next == Cursor("next")
    assert not page.cut_short
    assert page.unread_fields == ("result_info.count", "result_info.total_pages")


def test_pages_by_number_go_on_though_their_total_can_t_be_read() -> None:
    full = [{"id": f"order-{number}"} for number in range(10)]
    info = {"page": 1, "per_page": 10, "total_pages": "many"}
    assert read_page(envelope(full, result_info=info)).next == PageNumber(2)
    assert read_page(envelope(full[:9], result_info=info)).next is None
    assert read_page(envelope(full, result_info=[]), PageNumber(3)).next is None  # of a hundred rows


def test_odd_rows_are_read_beside_odd_fields() -> None:
    page = read_page(envelope([*ROWS, {"id": 7}, {"id": "b", "status": []}], result_info={"count": "many"}))
    assert [row.id for row in page.rows] == ["order-1", "b"]
    assert (page.incomplete_rows, page.unread_fields) == (2, ("result_info.count",))


@pytest.mark.parametrize("body", [[], "rows", 7, None, [{"result": ROWS}]])
def test_what_is_no_envelope_is_invalid(body: Any) -> None:
    for status in (200, 404):
        with pytest.raises(InvalidResponse):
            read_instances(response(body, status), None, ARRIVED)


async def test_a_page_with_odd_fields_is_cached_for_the_short_time(
    make_client: MakeClient, orders: Simulation, clock: Clock
) -> None:
    cached = CachedWorkflows(make_client(), CacheTimes(rest=timedelta(hours=1)), clock.seconds)
    asked = page_query((await make_client().list_instances(page_query())).next)
    orders.inject(Changed({"messages": 7.5}))
    seen = [(await cached.list_instances(asked)).unread_fields for _ in range(2)]
    clock.advance(16)
    seen.append((await cached.list_instances(asked)).unread_fields)
    assert seen == [("messages",), ("messages",), ()]
