"""An instance's detail: odd fields, partial answers, thousands of steps, and the result of one step."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from bot.cloudflare.details import DetailReader, size_of
from bot.cloudflare.errors import (
    CloudflareError,
    InstanceNotFound,
    InvalidParameter,
    InvalidResponse,
    NotAuthorized,
    RateLimited,
    StepNotAvailable,
    Unavailable,
)
from bot.cloudflare.instance_models import (
    Attempt,
    InstanceDetail,
    InstanceError,
    Retries,
    Step,
    StepConfig,
    StepResult,
    Trigger,
)
from bot.cloudflare.lenient import split_object
from bot.cloudflare.requests import step_request
from bot.cloudflare.responses import read_instance, read_step

from .responses import ARRIVED, envelope, error_response, response

START = "2026-11-23T12:04:01.250Z"
STARTED = datetime(2026, 11, 23, 12, 4, 1, 250_000, UTC)

STEP: dict[str, Any] = {
    "type": "step",
    "name": "charge card-1",
    "start": START,
    "end": START,
    "success": False,
    "attempts": [
        {"start": START, "end": START, "success": False, "error": {"name": "E", "message": "no"}},
        {"start": START, "end": None, "success": None, "error": None},
    ],
    "config": {"retries": {"limit": 5, "delay": "10 seconds", "backoff": "linear"}, "timeout": 600_000},
    "output": None,
}
READ = Step(
    type="step",
    name="charge card-1",
    start=STARTED,
    end=STARTED,
    success=False,
    attempts=(
        Attempt(STARTED, STARTED, success=False, error=InstanceError("E", "no")),
        Attempt(STARTED),
    ),
    config=StepConfig(Retries(5, "10 seconds", "linear"), 600_000),
)

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def detail_of(result: object, **parts: object) -> InstanceDetail:
    return read_instance(response(envelope(result, **parts)), ARRIVED)


def with_steps(*steps: object) -> InstanceDetail:
    return detail_of({"status": "running", "steps": list(steps)})


# Odd fields.


@pytest.mark.parametrize(
    ("odd", "unread"),
    [
        ({"end": "yesterday"}, "end"),
        ({"end": "0001-01-01T00:00:00Z"}, "end"),
        ({"queued": []}, "queued"),
        ({"success": "perhaps"}, "success"),
        ({"status": {}}, "status"),
        ({"trigger": "cron"}, "trigger"),
        ({"trigger": {"source": 7}}, "trigger"),
        ({"schedule": {"cron": "* * * * *", "scheduledTime": "soon"}}, "schedule.scheduledTime"),
        ({"rollback": {"outcome": ["failed"]}}, "rollback.outcome"),
        ({"versionId": 4}, "versionId"),
        ({"step_count": "many"}, "step_count"),
        ({"steps": 7}, "steps"),
        ({"steps": {"0": STEP}}, "steps"),
    ],
)
def test_an_odd_field_costs_itself_alone(odd: dict[str, object], unread: str) -> None:
    detail = detail_of({"status": "errored", "params": {"a": 1}, "start": START, "steps": [STEP], **odd})
    assert detail.unread_fields == (unread,)
    assert detail.params == {"a": 1}
    assert detail.start == STARTED
    assert detail.steps == (() if unread == "steps" else (READ,))
    assert detail.status == (None if unread == "status" else "errored")
    assert not detail.is_partial


def test_what_is_beside_an_odd_part_is_kept() -> None:
    schedule = detail_of({"schedule": {"cron": "* * * * *", "scheduledTime": "soon"}}).schedule
    assert schedule is not None
    assert schedule.cron == "* * * * *"


@pytest.mark.parametrize(
    ("odd", "unread", "read"),
    [
        ({"start": "soon"}, ("start",), {"start": None}),
        ({"start": 1e300}, ("start",), {"start": None}),
        ({"end": "9999-12-31T23:59:59Z"}, ("end",), {"end": None}),
        ({"start": "2026-11-23T12:04:01.250"}, (), {}),
        ({"name": None}, (), {"name": ""}),
        ({"name": 7}, ("name",), {"name": ""}),
        ({"type": ["step"]}, ("type",), {"type": None}),
        ({"type": "step2"}, (), {"type": "step2"}),
        ({"success": "perhaps"}, ("success",), {"success": None}),
        ({"error": "boom"}, (), {"error": InstanceError(message="boom")}),
        ({"error": {"message": 404}}, (), {"error": InstanceError(message="404")}),
        ({"config": None}, (), {"config": None}),
        ({"config": "fast"}, ("config",), {"config": None}),
        ({"config": {"timeout": [1]}}, ("config.timeout",), {"config": StepConfig()}),
        (
            {"config": {"retries": {"limit": "many", "delay": "[dynamic]"}, "sensitive": "output"}},
            ("config.retries.limit",),
            {"config": StepConfig(Retries(delay="[dynamic]"), sensitive="output")},
        ),
        ({"attempts": None}, (), {"attempts": ()}),
        ({"attempts": {"a": 1}}, ("attempts",), {"attempts": ()}),
        ({"attempts": [7, {"start": START}]}, ("attempts",), {"attempts": (Attempt(), Attempt(STARTED))}),
        (
            {"attempts": [{"start": "?", "success": True}, {"start": START}]},
            ("attempts.start",),
            {"attempts": (Attempt(success=True), Attempt(STARTED))},
        ),
        ({"output": {"items": [1, None, 2.5]}}, (), {"output": {"items": [1, None, 2.5]}}),
        ({"output": 10**30}, (), {"output": 10**30}),
        ({"trigger": {"source": 7}}, ("trigger.source",), {"trigger": Trigger()}),
        ({"later": {"field": 1}}, (), {}),
        ({"is_output_cut": "?"}, (), {}),
    ],
)
def test_an_odd_field_of_a_step_costs_itself_alone(
    odd: dict[str, object], unread: tuple[str, ...], read: dict[str, object]
) -> None:
    detail = with_steps(STEP, {**STEP, **odd}, STEP)
    assert len(detail.steps) == 3
    assert detail.steps[0] == detail.steps[2] == READ
    expected = {name: getattr(READ, name) for name in Step.__struct_fields__} | read
    assert {name: getattr(detail.steps[1], name) for name in Step.__struct_fields__} == expected
    assert detail.unread_fields == tuple(f"steps.{name}" for name in unread)
    assert detail.incomplete_steps == bool(unread)


def test_steps_that_are_no_objects_are_counted() -> None:
    detail = with_steps(None, 7, "step", [STEP], STEP, {}, {"type": "later"})
    assert detail.steps == (READ, Step(), Step(type="later"))
    assert detail.incomplete_steps == 4
    assert detail.unread_fields == ()


@given(
    st.dictionaries(st.sampled_from([*InstanceDetail.model_fields, "versionId", "steps"]), values, max_size=6)
    | st.fixed_dictionaries({"steps": st.lists(st.dictionaries(st.sampled_from([*STEP]), values) | values)})
)
def test_no_value_costs_the_instance(result: dict[str, Any]) -> None:
    detail = detail_of({"status": "running", **result})
    assert isinstance(detail, InstanceDetail)
    assert size_of(detail) > 0


@given(st.text(st.characters(), max_size=30))
def test_a_text_that_was_cut_within_a_character_is_read(output: str) -> None:
    """JavaScript cuts between the surrogates of an emoji; its JSON then has one surrogate alone."""
    body = json.dumps(
        envelope({"status": "running", "steps": [{**STEP, "output": output}], "params": output})
    )
    detail = read_instance(response(body.encode()), ARRIVED)
    said = output.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert detail.steps[0].output == detail.params == said


def test_an_escaped_backslash_before_a_u_is_no_surrogate() -> None:
    body = rb'{"result": {"status": "\ud83d", "params": "\\ud83d \\\ud83d \\\\ud83d \ud83d\ude00"}}'
    assert read_instance(response(body), ARRIVED).params == "\\ud83d \\\N{REPLACEMENT CHARACTER} \\\\ud83d 😀"


def test_bytes_that_are_no_text_cost_nothing_else() -> None:
    step = json.dumps(STEP).encode()
    body = (
        b'{"result": {"status": "running", "params": "a\xffb", "steps": ['
        + step[:-1]
        + b', "output": "\xff"}]}}'
    )
    detail = read_instance(response(body), ARRIVED)
    assert detail.params == "a\N{REPLACEMENT CHARACTER}b"
    assert detail.steps[0].attempts == READ.attempts


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"<html>",
        b'{"result": {"status": ',
        b'{"result": ' + b"[" * 100_000,
        envelope(None),
        envelope([]),
        envelope("running"),
        {"success": True},
    ],
)
def test_a_body_without_an_instance_is_invalid(body: object) -> None:
    with pytest.raises(InvalidResponse):
        read_instance(response(body), ARRIVED)


# Partial answers.


def failed(result: object, code: object = 10001, **parts: object) -> dict[str, object]:
    return envelope(result, success=False, errors=[{"code": code, "message": "internal"}], **parts)


def test_an_error_beside_a_usable_instance_makes_it_partial() -> None:
    detail = read_instance(response(failed({"status": "complete", "output": "7", "steps": [STEP]})), ARRIVED)
    assert detail.is_partial
    assert (detail.status, detail.output, detail.steps) == ("complete", "7", (READ,))
    assert not detail_of({"status": "complete", "output": "7"}).is_partial


@pytest.mark.parametrize("result", [None, [], "complete", {}, {"status": None}, {"status": 7}, {"output": 1}])
def test_an_error_beside_nothing_usable_stays_an_error(result: object) -> None:
    with pytest.raises(CloudflareError):
        read_instance(response(failed(result)), ARRIVED)


@pytest.mark.parametrize(
    ("code", "error"), [(10400, InstanceNotFound), (10000, NotAuthorized), (971, RateLimited)]
)
def test_an_error_of_a_known_kind_stays_what_it_is(code: int, error: type[CloudflareError]) -> None:
    with pytest.raises(error):
        read_instance(response(failed({"status": "complete"}, code)), ARRIVED)


def test_an_instance_beside_another_http_status_is_no_answer() -> None:
    with pytest.raises(Unavailable):
        read_instance(response(failed({"status": "complete"}), 500), ARRIVED)


@pytest.mark.parametrize(
    ("parts", "unread"),
    [({"errors": 7.5}, "errors"), ({"messages": [[{}], 7.5]}, "messages"), ({"success": "yes"}, "success")],
)
def test_an_odd_field_beside_the_instance_costs_itself_alone(parts: dict[str, object], unread: str) -> None:
    detail = detail_of({"status": "running"}, **parts)
    assert detail.status == "running"
    assert detail.unread_fields == (unread,)


# Size.


@pytest.mark.parametrize("output", ["x" * 5_000, ["x" * 3_000] * 2, {"a": "ü" * 4_000}])
def test_a_long_output_is_cut(output: object) -> None:
    (step,) = with_steps({**STEP, "output": output}).steps
    text = output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
    assert step.is_output_cut
    assert step.output == text[:4_096]
    assert step.attempts == READ.attempts


@pytest.mark.parametrize(
    ("output", "is_cut"), [("x" * 4_000, False), ("x[truncated 9 more characters]", True), ({"a": 1}, False)]
)
def test_what_cloudflare_cut_is_said_to_be_cut(output: object, is_cut: bool) -> None:
    (step,) = with_steps({**STEP, "output": output}).steps
    assert step.output == output
    assert step.is_output_cut is is_cut


def test_a_long_step_with_a_short_output_is_whole() -> None:
    (step,) = with_steps({**STEP, "attempts": STEP["attempts"] * 100, "output": "x"}).steps
    assert len(step.attempts) == 200
    assert not step.is_output_cut


def test_steps_are_read_a_few_milliseconds_at_a_time() -> None:
    ticks: Iterator[float] = (number / 1000 for number in count())
    result = split_object(Raw(json.dumps({"steps": [STEP] * 100}).encode()))
    reader = DetailReader(result, clock=lambda: next(ticks))
    parts = sum(1 for _ in reader.read_steps())
    assert 10 < parts < 30
    assert len(reader.detail().steps) == 100


def test_the_size_grows_with_what_is_kept() -> None:
    small = size_of(with_steps(STEP))
    assert size_of(with_steps(STEP, STEP)) > small
    assert size_of(with_steps({**STEP, "output": "x" * 1000})) > small + 900
    assert size_of(detail_of({"params": {"a": "x" * 1000}})) > size_of(detail_of({"params": {}})) + 900


# One step.


def test_a_step_is_asked_for_by_its_name_with_the_counter() -> None:
    request = step_request("orders", "a/b", "charge card-1", "step", None)
    assert request.path == "/workflows/orders/instances/a%2Fb/step"
    assert request.query == "name=charge+card-1&type=step"
    assert (
        step_request("orders", "a", "ü&-1", "waitForEvent", 3).query
        == "name=%C3%BC%26-1&type=waitForEvent&attempt=3"
    )


@pytest.mark.parametrize(
    ("name", "kind", "attempt"),
    [("", "step", None), ("a-1", "sleep", None), ("a-1", "", None), ("a-1", "step", 0)],
)
def test_a_step_that_has_no_result_is_not_asked_for(name: str, kind: str, attempt: int | None) -> None:
    with pytest.raises(InvalidParameter):
        step_request("orders", "a", name, kind, attempt)


@pytest.mark.parametrize(
    ("result", "read"),
    [
        ({"status": "complete", "output": {"a": [1]}}, StepResult(status="complete", output={"a": [1]})),
        ({"status": "complete", "output": "x" * 9_000}, StepResult(status="complete", output="x" * 9_000)),
        (
            {"status": "errored", "error": {"name": "E", "message": "no"}},
            StepResult(status="errored", error=InstanceError("E", "no")),
        ),
        ({"status": "errored", "error": "no"}, StepResult(status="errored", error=InstanceError(None, "no"))),
        ({"status": "waiting", "event_type": "paid"}, StepResult(status="waiting", event_type="paid")),
        ({"status": 7, "output": 1}, StepResult(output=1, unread_fields=("status",))),
        ({}, StepResult()),
    ],
)
def test_the_result_of_a_step_is_read(result: object, read: StepResult) -> None:
    assert read_step(response(envelope(result)), ARRIVED) == read


def test_a_stream_is_said_to_be_one() -> None:
    stream = response(b"", headers={"content-type": "application/octet-stream"})
    assert read_step(stream, ARRIVED) == StepResult(is_stream=True)


@pytest.mark.parametrize("body", [b"", b"404 page not found", error_response(10001, 404).body])
def test_a_step_that_is_not_there_is_an_error_of_its_own(body: bytes) -> None:
    with pytest.raises(StepNotAvailable):
        read_step(response(body, 404), ARRIVED)


def test_the_step_of_an_instance_that_is_not_there_says_so() -> None:
    with pytest.raises(InstanceNotFound):
        read_step(error_response(10400, 404), ARRIVED)


@pytest.mark.parametrize("body", [b"", b"x", envelope(None), envelope("complete")])
def test_a_result_that_is_no_object_is_invalid(body: object) -> None:
    with pytest.raises(InvalidResponse):
        read_step(response(body), ARRIVED)
