"""Failed responses become errors with the API's codes and the ray."""

import json
import time
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.cloudflare.errors import (
    AccountNotFound,
    CloudflareError,
    InstanceNotFound,
    InvalidParameter,
    InvalidResponse,
    NotAuthorized,
    RateLimited,
    Unavailable,
    WorkflowNotFound,
)
from bot.cloudflare.http_responses import BAN, RateLimit, Response, rate_limit, retry_after
from bot.cloudflare.models import ApiMessage, PageNumber
from bot.cloudflare.responses import read_instances, read_workflow, read_workflows
from tests.unit.cloudflare.responses import ARRIVED, error_response, response


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        (10200, 404, WorkflowNotFound),
        (10501, 404, WorkflowNotFound),
        (10400, 404, InstanceNotFound),
        (10000, 401, NotAuthorized),
        (10000, 403, NotAuthorized),
        (9109, 403, NotAuthorized),
        (10001, 500, Unavailable),
        (10001, 400, InvalidParameter),
        (10002, 400, InvalidParameter),
        (4711, 400, InvalidParameter),
        (4711, 404, InvalidParameter),
        (7003, 404, AccountNotFound),
        (971, 429, RateLimited),
        (971, 403, RateLimited),
        (10429, 429, RateLimited),
        (4711, 500, Unavailable),
        (4711, 503, Unavailable),
        (4711, 200, InvalidResponse),
        (10200, 200, WorkflowNotFound),
    ],
)
def test_each_code_has_its_error_class(code: int, status: int, kind: type[CloudflareError]) -> None:
    with pytest.raises(CloudflareError) as caught:
        read_workflow(error_response(code, status, "workflows.api.error.x", {"cf-ray": "8f1-FRA"}), ARRIVED)
    error = caught.value
    assert type(error) is kind
    assert error.errors == (ApiMessage(code=code, message="workflows.api.error.x"),)
    assert error.codes == (code,)
    assert error.http_status == status
    assert error.ray == "8f1-FRA"
    assert error.reason == "workflows.api.error.x"


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"<html>", 503, Unavailable),
        (b"error code: 502", 502, Unavailable),
        (b"", 500, Unavailable),
        (b"<html>", 429, RateLimited),
        (b"Forbidden", 403, InvalidResponse),
        (b"<html>", 401, InvalidResponse),
        (b"Not Found", 404, InvalidResponse),
        (b"", 204, InvalidResponse),
        (b"", 301, InvalidResponse),
        (b'{"result":{"name":"x"}}', 307, InvalidResponse),
        (b'{"success":false,"errors":null,"result":null}', 200, InvalidResponse),
        (b'{"success" : false,"result":{"name":"x"}}', 200, InvalidResponse),
    ],
)
def test_without_an_envelope_the_http_status_decides(
    body: bytes, status: int, kind: type[CloudflareError]
) -> None:
    with pytest.raises(CloudflareError) as caught:
        read_workflow(response(body, status), ARRIVED)
    assert type(caught.value) is kind


@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_firewall_s_challenge_is_an_invalid_response(status: int) -> None:
    with pytest.raises(InvalidResponse, match="firewall"):
        read_workflow(response(b"<html>", status, {"cf-mitigated": "challenge", "cf-ray": "1"}), ARRIVED)


def test_the_error_has_all_messages() -> None:
    errors = [{"code": 1, "message": "first"}, {"message": "second"}, {"code": 3}]
    with pytest.raises(InvalidParameter) as caught:
        read_workflow(response({"success": False, "errors": errors}, 400), ARRIVED)
    assert caught.value.reason == "first; second"
    assert caught.value.codes == (1, 3)


def test_an_error_without_messages_has_the_http_status() -> None:
    with pytest.raises(Unavailable, match="HTTP 502"):
        read_workflow(response(b"", 502), ARRIVED)


def test_an_authorization_error_lists_the_permissions() -> None:
    with pytest.raises(NotAuthorized) as caught:
        read_workflow(error_response(10000, 403), ARRIVED)
    assert "Workers Scripts Read" in caught.value.PERMISSIONS


# Pauses.


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30),
        ({"retry-after": " 30 "}, 30),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "Mon, 23 Nov 2026 14:04:22 GMT"}, 60),
        ({"retry-after": "Mon, 23 Nov 2026 14:00:00 GMT"}, 0),
        ({"retry-after": "99999999999999"}, 600),
        ({"retry-after": "soon"}, BAN.total_seconds()),
        ({"retry-after": "-5"}, BAN.total_seconds()),
        ({"retry-after": "1.5"}, BAN.total_seconds()),
        ({"retry-after": "²"}, BAN.total_seconds()),
        ({"retry-after": ""}, BAN.total_seconds()),
        ({}, BAN.total_seconds()),
        ({"ratelimit": '"default";r=0;t=42'}, 42),
        ({"ratelimit": '"default";r=0;t=42', "retry-after": "7"}, 7),
    ],
)
def test_the_pause_after_a_429_comes_from_the_headers(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers, ARRIVED) == timedelta(seconds=seconds)


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -0100"])
def test_a_wrong_date_delays_for_ten_minutes_at_most(date: str) -> None:
    assert retry_after({"retry-after": date}, ARRIVED) <= timedelta(minutes=10)


def test_a_window_of_days_is_believed_for_ten_minutes() -> None:
    limit = rate_limit({"ratelimit": '"default";r=0;t=604800'})
    assert limit is not None
    assert limit.reset_after == timedelta(minutes=10)


@given(st.text() | st.datetimes().map("{:%a, %d %b %Y %H:%M:%S} -2359".format))
@example("Mon, 01 Jan 1 00:00:00 +2359")
def test_any_retry_after_is_read(value: str) -> None:
    assert timedelta(0) <= retry_after({"retry-after": value}, ARRIVED) <= timedelta(minutes=10)


def test_a_429_has_its_retry_after() -> None:
    with pytest.raises(RateLimited) as caught:
        read_workflow(error_response(971, 429, headers={"retry-after": "30"}), ARRIVED)
    assert caught.value.retry_after == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("header", "policy", "limit"),
    [
        ('"default";r=50;t=30', "", RateLimit(50, timedelta(seconds=30))),
        ('"default"; r=50; t=30', "", RateLimit(50, timedelta(seconds=30))),
        ('"default";r=50;t=30', '"default";q=1200;w=300', RateLimit(50, timedelta(seconds=30), 1200)),
        ('"default";r=50;t=30', '"burst";q=100;w=60', RateLimit(50, timedelta(seconds=30))),
        (
            '"burst";r=9;t=3, "default";r=50;t=30',
            '"burst";q=100;w=60,"default";q=1200;w=300',
            RateLimit(9, timedelta(seconds=3), 100),
        ),
        ('"default";r=50;t=30,"burst";r=0;t=3', "", RateLimit(0, timedelta(seconds=3))),
    ],
)
def test_the_tightest_policy_of_the_ratelimit_headers_counts(
    header: str, policy: str, limit: RateLimit
) -> None:
    assert rate_limit({"ratelimit": header, "ratelimit-policy": policy}) == limit


@pytest.mark.parametrize(
    "header", ["", "50", '"default"', '"default";r=x;t=1', '"default";r=-1;t=1', "r=1;t=1", '"']
)
def test_an_unreadable_ratelimit_header_is_ignored(header: str) -> None:
    assert rate_limit({"ratelimit": header}) is None


# Any response.

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
parts = st.fixed_dictionaries(
    {},
    optional={
        "success": json_values,
        "errors": json_values
        | st.lists(st.fixed_dictionaries({"code": json_values, "message": json_values}), max_size=2),
        "messages": json_values,
        "result": json_values
        | st.lists(
            st.dictionaries(
                st.sampled_from(["id", "name", "status", "created_on", "instances"]), json_values
            ),
            max_size=3,
        ),
        "result_info": json_values
        | st.dictionaries(st.sampled_from(["cursor", "total_pages", "per_page", "count"]), json_values),
    },
)
bodies = st.binary() | json_values.map(json.dumps).map(str.encode) | parts.map(json.dumps).map(str.encode)
header_values = st.text(max_size=20) | st.sampled_from(["30", "challenge", '"a";r=1;t=2'])
headers = st.dictionaries(
    st.sampled_from(["retry-after", "ratelimit", "ratelimit-policy", "cf-ray", "cf-mitigated"]), header_values
)
codes = st.sampled_from([200, 200, 200, 204, 301, 400, 401, 403, 404, 429, 500, 503]) | st.integers(200, 599)


@given(st.builds(Response, codes, headers, bodies))
@example(error_response(971, 429, headers={"retry-after": "Fri, 31 Dec 9999 23:59:59 -0100"}))
def test_any_response_is_read_or_is_a_cloudflare_error(response: Response) -> None:
    for reads in (
        lambda: read_instances(response, None, ARRIVED),
        lambda: read_workflows(response, PageNumber(1), ARRIVED),
        lambda: read_workflow(response, ARRIVED),
    ):
        try:
            reads()
        except CloudflareError as error:
            assert error.reason  # noqa: PT017 - which of them it is, is tested above


def test_a_date_without_a_zone_is_in_utc_wherever_the_bot_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        pause = retry_after({"retry-after": "Mon, 23 Nov 2026 14:03:52 -0000"}, ARRIVED)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert pause == timedelta(seconds=30)
