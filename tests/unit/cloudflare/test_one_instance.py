"""One instance without its steps: its request, its response and its time in the cache."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from bot.cloudflare import timed_cache
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import Call, WorkflowsClient
from bot.cloudflare.endpoint import ApiToken, Endpoint
from bot.cloudflare.errors import (
    InstanceNotFound,
    InvalidParameter,
    InvalidResponse,
    RateLimited,
    StepNotAvailable,
    Unavailable,
    WorkflowNotFound,
)
from bot.cloudflare.instance_models import InstanceDetail, InstanceError, StepResult, Trigger
from bot.cloudflare.limiter import Budget, Priority
from bot.cloudflare.models import Status
from bot.cloudflare.requests import MOST_ANSWERED, Request, instance_request
from bot.cloudflare.responses import read_instance
from bot.cloudflare.timed_cache import CacheTimes
from bot.playground.simulators.cloudflare import (
    Attempt,
    Changed,
    Failure,
    JsonError,
    PlainText,
    Simulation,
    TruncatedJson,
)
from bot.playground.simulators.cloudflare import Step as SimulatedStep
from tests.support.clock import Clock
from tests.support.commands import NOW
from tests.unit.cloudflare.responses import ARRIVED, envelope, error_response, response

from .conftest import MakeClient

FIRST, REST = 15, 300
FAILED = Attempt(NOW, NOW, success=False, error=Failure("E", "no"))
TRIED = Attempt(NOW, NOW, success=True)
ODD_ID = "*/30 9-17 * * 1-5,7#2 -1786001400000"

WHOLE: dict[str, object] = {
    "status": "errored",
    "params": {"order": 1},
    "queued": "2026-11-23T12:04:00.500Z",
    "start": "2026-11-23T12:04:01Z",
    "end": "2026-11-23T12:06:13Z",
    "output": None,
    "error": {"name": "PaymentDeclined", "message": "card expired"},
    "success": False,
    "steps": [],
    "step_count": 4,
    "trigger": {"source": "cron"},
    "versionId": "v1",
}

text = st.text(st.characters(codec="utf-8"), min_size=1, max_size=64)


def described(**changed: object) -> InstanceDetail:
    return read_instance(response(envelope({**WHOLE, **changed})), ARRIVED)


# The request.


def test_an_instance_is_asked_for_without_its_steps() -> None:
    assert instance_request("orders", "o-1") == Request(
        "GET", "/workflows/orders/instances/o-1", "simple=true"
    )


@given(text.filter(lambda id_: id_ not in (".", "..")))
def test_any_id_is_one_segment_of_the_path(id_: str) -> None:
    path = instance_request("orders", id_).path
    assert path.count("/") == 4
    assert unquote(path.rpartition("/")[2]) == id_
    assert path.isascii()
    assert not set(path) & set(" ?#*,")


@pytest.mark.parametrize(
    ("name", "id_"), [("orders", ""), ("orders", "."), ("orders", ".."), ("..", "a"), ("", "a")]
)
def test_a_name_that_changes_the_path_is_refused(name: str, id_: str) -> None:
    with pytest.raises(InvalidParameter):
        instance_request(name, id_)


# The response.


def test_every_field_is_read() -> None:
    assert described() == InstanceDetail(
        status=Status("errored"),
        params={"order": 1},
        queued=datetime(2026, 11, 23, 12, 4, 0, 500_000, UTC),
        start=datetime(2026, 11, 23, 12, 4, 1, tzinfo=UTC),
        end=datetime(2026, 11, 23, 12, 6, 13, tzinfo=UTC),
        success=False,
        error=InstanceError(name="PaymentDeclined", message="card expired"),
        version_id="v1",
        trigger=Trigger(source="cron"),
        step_count=4,
    )


@pytest.mark.parametrize("missing", WHOLE)
def test_any_field_may_be_missing_or_null(missing: str) -> None:
    without = {key: value for key, value in WHOLE.items() if key != missing}
    assert read_instance(response(envelope(without)), ARRIVED) == described(**{missing: None})


def test_the_local_engine_s_answer_has_fewer_fields() -> None:
    body: dict[str, object] = {
        "status": "errored",
        "queued": None,
        "error": {"name": "Error", "message": ""},
        "steps": [{}],
    }
    assert read_instance(response(envelope(body)), ARRIVED).error == InstanceError(name="Error", message="")


@pytest.mark.parametrize(
    ("error", "read"),
    [
        (None, None),
        ("boom", InstanceError(message="boom")),
        ("", InstanceError(message="")),
        ({}, InstanceError()),
        ({"message": None, "name": None}, InstanceError()),
        ({"message": 404, "name": False}, InstanceError(name="False", message="404")),
        ({"message": ["a", 1]}, InstanceError(message="['a', 1]")),
        ({"name": "E", "stack": "at x", "cause": {"deep": [1]}}, InstanceError(name="E")),
        ([], None),
        (["boom"], None),
        (7, None),
        (True, None),
    ],
)
def test_any_thrown_value_is_read(error: object, read: InstanceError | None) -> None:
    assert described(error=error).error == read


@pytest.mark.parametrize("body", [b"", b"null", envelope(None), envelope([]), {"success": True}])
def test_a_body_without_an_instance_is_invalid(body: object) -> None:
    with pytest.raises(InvalidResponse):
        read_instance(response(body), ARRIVED)


def test_a_refusal_is_an_error_of_its_kind() -> None:
    with pytest.raises(InstanceNotFound):
        read_instance(error_response(10400, 404), ARRIVED)
    with pytest.raises(WorkflowNotFound):
        read_instance(error_response(10200, 404), ARRIVED)


def test_the_local_engine_s_refusal_means_the_instance() -> None:
    """The local engine has one code for a missing workflow and a missing instance."""
    with pytest.raises(InstanceNotFound) as caught:
        read_instance(error_response(10501, 404, "Workflow instance 'ghost' not found."), ARRIVED)
    assert caught.value.codes == (10501,)
    assert caught.value.http_status == 404


# Over the wire.


@pytest.mark.parametrize("odd", [ODD_ID, (ODD_ID * 20)[:271], "ü 🔴", "a%2Fb", "a/b", "..."])
async def test_odd_ids_reach_their_instance(
    client: WorkflowsClient, simulation: Simulation, calls: list[Call], odd: str
) -> None:
    error = Failure("Gone", "not there")
    simulation.add_instance("orders", id=odd, status="errored", error=error)
    detail = await client.get_instance("orders", odd)
    assert detail.error == InstanceError(name="Gone", message="not there")
    assert simulation.calls[-1].query == {"simple": "true"}
    assert simulation.describe_calls == 1
    assert [call.outcome for call in calls] == ["200"]


async def test_a_missing_instance_is_not_found(client: WorkflowsClient, simulation: Simulation) -> None:
    simulation.add_workflow("orders")
    with pytest.raises(InstanceNotFound):
        await client.get_instance("orders", "a")
    with pytest.raises(WorkflowNotFound):
        await client.get_instance("bills", "a")


@pytest.mark.usefixtures("at_once")
async def test_a_temporary_error_is_retried(client: WorkflowsClient, simulation: Simulation) -> None:
    simulation.add_instance("orders", id="a")
    simulation.inject(JsonError(), times=2)
    assert (await client.get_instance("orders", "a")).status == "complete"
    simulation.inject(JsonError(), times=3)
    with pytest.raises(Unavailable):
        await client.get_instance("orders", "a")


async def test_background_work_leaves_the_reserve(
    make_client: MakeClient, simulation: Simulation, clock: Clock
) -> None:
    simulation.add_instance("orders", id="a")
    client = make_client(budget=Budget(2, 0.5, clock.seconds))
    await client.get_instance("orders", "a", Priority.BACKGROUND)
    with pytest.raises(RateLimited):
        await client.get_instance("orders", "a", Priority.BACKGROUND)
    await client.get_instance("orders", "a")


# The cache.


@pytest.fixture
async def workflows(make_client: MakeClient, clock: Clock) -> AsyncIterator[CachedWorkflows]:
    times = CacheTimes(timedelta(seconds=FIRST), timedelta(seconds=REST), 500)
    workflows = CachedWorkflows(make_client(), times, clock.seconds)
    yield workflows
    await workflows.close()


@pytest.mark.parametrize(("status", "fresh_for"), [("running", FIRST), ("errored", REST)])
async def test_why_an_ended_instance_failed_is_cached_for_longer(
    workflows: CachedWorkflows, simulation: Simulation, clock: Clock, status: str, fresh_for: int
) -> None:
    simulation.add_instance("orders", id="a", status=status)
    first = await workflows.get_cause("orders", "a")
    assert first.is_final == (status == "errored")
    clock.advance(fresh_for - 0.01)
    assert await workflows.get_cause("orders", "a") is first
    clock.advance(0.02)
    await workflows.get_cause("orders", "a")
    assert simulation.describe_calls == 2


async def test_a_thousand_calls_for_one_cause_send_one_request(
    workflows: CachedWorkflows, simulation: Simulation
) -> None:
    for workflow in ("orders", "bills"):
        error = Failure("Declined", workflow)
        simulation.add_instance(workflow, id="a", status="errored", error=error)
    asked = [("orders", "a")] * 500 + [("bills", "a")] * 500
    found = await asyncio.gather(*(workflows.get_cause(*place) for place in asked))
    assert simulation.describe_calls == 2
    assert [each.cause.message for each in found] == ["orders"] * 500 + ["bills"] * 500


# An instance with its steps.


@pytest.mark.parametrize(("status", "fresh_for"), [("running", FIRST), ("errored", REST)])
async def test_the_detail_of_an_ended_instance_is_cached_for_longer(
    workflows: CachedWorkflows, simulation: Simulation, clock: Clock, status: str, fresh_for: int
) -> None:
    simulation.add_instance("orders", id="a", status=status, steps=(SimulatedStep("charge-1", (TRIED,)),))
    first = await workflows.get_detail("orders", "a")
    assert [step.name for step in first.steps] == ["charge-1"]
    clock.advance(fresh_for - 0.01)
    assert await workflows.get_detail("orders", "a") is first
    assert await workflows.get_detail("orders", "a", fresh=True) is not first
    assert simulation.describe_calls == 2
    clock.advance(fresh_for + 0.01)
    await workflows.get_detail("orders", "a")
    assert simulation.describe_calls == 3
    assert all(call.query == {} for call in simulation.calls)


async def test_a_thousand_calls_for_one_detail_send_one_request(
    workflows: CachedWorkflows, simulation: Simulation
) -> None:
    simulation.add_instance("orders", id="a")
    details = await asyncio.gather(*(workflows.get_detail("orders", "a") for _ in range(1000)))
    assert simulation.describe_calls == 1
    assert all(detail is details[0] for detail in details)


async def test_a_cause_asks_nothing_where_the_detail_is_cached(
    workflows: CachedWorkflows, simulation: Simulation
) -> None:
    simulation.add_instance("orders", id="a", status="errored", error=Failure("Declined", "no"))
    await workflows.get_detail("orders", "a")
    assert (await workflows.get_cause("orders", "a")).cause.message == "no"
    assert simulation.describe_calls == 1


async def test_details_that_are_too_large_together_are_not_all_kept(
    make_client: MakeClient, simulation: Simulation, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timed_cache, "size_of", lambda detail: detail.params["size"])
    workflows = CachedWorkflows(make_client(), CacheTimes(), clock.seconds)
    for id_, size in (("a", 0.5), ("b", 0.4), ("c", 0.2), ("d", 1.1)):
        simulation.add_instance("orders", id=id_, params={"size": int(size * timed_cache.MOST_DETAILS)})
        await workflows.get_detail("orders", id_)
    for id_, calls in (("b", 4), ("c", 4), ("d", 5), ("a", 6)):
        await workflows.get_detail("orders", id_)
        assert simulation.describe_calls == calls


async def test_a_detail_whose_steps_can_t_be_had_comes_without_them(
    workflows: CachedWorkflows, simulation: Simulation, clock: Clock
) -> None:
    simulation.add_instance("orders", id="a")
    simulation.inject(TruncatedJson(), operation="get_instance")
    detail = await workflows.get_detail("orders", "a")
    assert (detail.status, detail.is_partial, detail.unread_fields) == ("complete", True, ("steps",))
    assert [call.query for call in simulation.calls] == [{}, {"simple": "true"}]
    clock.advance(FIRST + 0.01)
    assert not (await workflows.get_detail("orders", "a")).is_partial


async def test_a_partial_detail_is_cached_for_the_short_time(
    workflows: CachedWorkflows, simulation: Simulation, clock: Clock
) -> None:
    simulation.add_instance("orders", id="a")
    errors = [{"code": 10001, "message": "workflows.api.error.internal_server"}]
    simulation.inject(Changed({"success": False, "errors": errors}), operation="get_instance")
    detail = await workflows.get_detail("orders", "a")
    assert (detail.status, detail.is_partial) == ("complete", True)
    clock.advance(FIRST + 0.01)
    assert not (await workflows.get_detail("orders", "a")).is_partial


# One step.


async def test_the_whole_output_of_a_step_is_read(client: WorkflowsClient, simulation: Simulation) -> None:
    steps = (SimulatedStep("charge & pay-1", (FAILED, TRIED), output='{"paid":true}'),)
    simulation.add_instance("orders", id="a/b", steps=steps)
    result = await client.get_step("orders", "a/b", "charge & pay-1", "step")
    assert result == StepResult(status="complete", output={"paid": True})
    first = await client.get_step("orders", "a/b", "charge & pay-1", "step", 1)
    assert first == StepResult(status="errored", error=InstanceError("E", "no"))
    for name, kind, attempt in (
        ("x-1", "step", None),
        ("charge & pay-1", "step", 3),
        ("x-1", "waitForEvent", 1),
    ):
        with pytest.raises(StepNotAvailable):
            await client.get_step("orders", "a/b", name, kind, attempt)
    with pytest.raises(InstanceNotFound):
        await client.get_step("orders", "c", "charge-1", "step")


async def test_those_who_want_one_step_at_once_share_a_request(
    workflows: CachedWorkflows, simulation: Simulation
) -> None:
    simulation.add_instance("orders", id="a", steps=(SimulatedStep("charge-1", (TRIED,), output="7"),))
    results = await asyncio.gather(
        *(workflows.get_step("orders", "a", "charge-1", "step") for _ in range(100))
    )
    assert {result.output for result in results} == {7}
    assert len(simulation.calls) == 1
    await workflows.get_step("orders", "a", "charge-1", "step")
    assert len(simulation.calls) == 2


@pytest.mark.usefixtures("at_once")
async def test_an_engine_without_results_of_steps_says_so(
    client: WorkflowsClient, simulation: Simulation
) -> None:
    simulation.inject(PlainText(404, "404 Not Found"), operation="get_step")
    with pytest.raises(StepNotAvailable):
        await client.get_step("orders", "a", "charge-1", "step")
    assert len(simulation.calls) == 1


async def test_a_stream_is_not_read(make_client: MakeClient) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
        await answer.prepare(request)
        while request.transport is not None and not request.transport.is_closing():
            await answer.write(b"x" * 1_000_000)
        return answer

    app = web.Application()
    app.router.add_get("/{path:.*}", endless)
    async with TestServer(app) as server:
        client = make_client(Endpoint(str(server.make_url("")), ApiToken("x")))
        assert await client.get_step("orders", "a", "export-1", "step") == StepResult(is_stream=True)


async def test_an_answer_with_steps_may_be_longer_than_others(
    client: WorkflowsClient, simulation: Simulation
) -> None:
    padding = "x" * (MOST_ANSWERED + 1)
    simulation.add_instance("orders", id="a")
    simulation.inject(Changed({"padding": padding}), times=2)
    with pytest.raises(InvalidResponse, match="larger than 8 MiB"):
        await client.get_instance("orders", "a")
    assert (await client.get_instance("orders", "a", steps=True)).status == "complete"
