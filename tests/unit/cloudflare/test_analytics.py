"""Analytics over a real socket: what is asked, what is read, and what each refusal becomes."""

import json
import traceback
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.cloudflare.analytics import QUERIES, AnalyticsClient
from bot.cloudflare.analytics_queries import (
    Dimension,
    EventCount,
    EventQuery,
    EventType,
    counts_request,
    read_counts,
)
from bot.cloudflare.client import Call
from bot.cloudflare.endpoint import ApiToken, Endpoint
from bot.cloudflare.errors import (
    CloudflareError,
    InvalidParameter,
    InvalidResponse,
    NotAuthorized,
    RateLimited,
    Unavailable,
)
from bot.cloudflare.http_responses import Response
from bot.cloudflare.limiter import Budget
from bot.playground.simulators.cloudflare import (
    DEFAULT_ACCOUNT_ID,
    DEFAULT_ANALYTICS_TOKEN,
    DEFAULT_TOKEN,
    Attempt,
    Challenge,
    CutOff,
    Failure,
    Fault,
    HtmlPage,
    JsonError,
    RateLimit,
    Redirected,
    Simulation,
    Sleep,
    Slow,
    Step,
    TooManyRequests,
    TruncatedJson,
    WrongShape,
)
from bot.playground.simulators.cloudflare import ApiToken as KnownToken
from bot.playground.simulators.cloudflare.rate_limiter import RateLimiter
from tests.support.clock import Clock
from tests.support.commands import NOW

MakeAnalytics = Callable[..., AnalyticsClient]
DAY = EventQuery(NOW - timedelta(days=1), NOW, (Dimension.WORKFLOW,))


@pytest.fixture
async def make_analytics(base_url: str, clock: Clock, calls: list[Call]) -> AsyncIterator[MakeAnalytics]:
    async with aiohttp.ClientSession() as session:

        def make(
            token: str = DEFAULT_ANALYTICS_TOKEN.value, budget: int = QUERIES, deadline: float = 5.0
        ) -> AnalyticsClient:
            return AnalyticsClient(
                session,
                Endpoint(base_url, ApiToken(token), account_id=DEFAULT_ACCOUNT_ID),
                budget=Budget(budget, 0.0, clock.seconds),
                deadline=timedelta(seconds=deadline),
                observe=calls.append,
                now=clock,
            )

        yield make


@pytest.fixture
def analytics(make_analytics: MakeAnalytics) -> AnalyticsClient:
    return make_analytics()


def error(message: str, status: int = 200) -> WrongShape:
    """Return what GraphQL answers to a query that it refuses."""
    problem = {"message": message, "path": None, "extensions": {"timestamp": "2026-11-23T00:00:00Z"}}
    return WrongShape({"data": None, "errors": [problem]}, status)


def groups(*rows: Any) -> WrongShape:
    return WrongShape(
        {"data": {"viewer": {"accounts": [{"workflowsAdaptiveGroups": list(rows)}]}}, "errors": None}
    )


async def test_the_workflows_of_an_id_are_found_with_one_query(
    analytics: AnalyticsClient, simulation: Simulation, calls: list[Call]
) -> None:
    simulation.add_instance("orders", id="ord-1", created_on=NOW - timedelta(days=20))
    simulation.add_instance("emails", id="ord-1", status="queued", created_on=NOW - timedelta(days=1))
    simulation.add_instance("emails", id="ord-10")
    assert await analytics.find_workflows("ord-1") == ("orders", "emails")
    assert await analytics.find_workflows("no-such") == ()
    assert simulation.analytics_calls == len(calls) == 2
    assert [call.outcome for call in calls] == ["200", "200"]


@pytest.mark.parametrize("odd", ['a"}) { x }', "*/30 9-17 * * 1-5,7#2 -17", "ü\\", "x" * 271])
async def test_an_id_is_data_and_no_part_of_the_query(
    analytics: AnalyticsClient, simulation: Simulation, odd: str
) -> None:
    simulation.add_instance("orders", id=odd)
    assert await analytics.find_workflows(odd) == ("orders",)


async def test_events_are_counted_by_what_they_are_grouped_by(
    analytics: AnalyticsClient, simulation: Simulation
) -> None:
    for hours, status in enumerate(["complete", "errored", "errored"], 1):
        simulation.add_instance("orders", status=status, created_on=NOW - timedelta(hours=hours))
    simulation.add_instance("emails", status="errored", created_on=NOW - timedelta(hours=3))
    simulation.add_instance("emails", status="errored", created_on=NOW - timedelta(days=3))
    ends = (EventType.WORKFLOW_SUCCESS, EventType.WORKFLOW_FAILURE)

    async def counted(by: tuple[Dimension, ...], workflows: tuple[str, ...] = ()) -> tuple[EventCount, ...]:
        query = EventQuery(NOW - timedelta(days=1), NOW, by, ends, workflows)
        return (await analytics.count_events(query)).rows

    minute = timedelta(minutes=1)
    assert await counted((Dimension.WORKFLOW, Dimension.EVENT)) == (
        EventCount(2, 2 * minute, workflow="orders", event="WORKFLOW_FAILURE"),
        EventCount(1, minute, workflow="emails", event="WORKFLOW_FAILURE"),
        EventCount(1, minute, workflow="orders", event="WORKFLOW_SUCCESS"),
    )
    assert await counted((Dimension.WORKFLOW,), ("emails",)) == (EventCount(1, minute, workflow="emails"),)
    by_hour = await counted((Dimension.HOUR,))
    assert sum(row.count for row in by_hour) == 4
    assert {row.at for row in by_hour} == {
        (NOW - timedelta(hours=hours) + minute).replace(minute=0, second=0, microsecond=0)
        for hours in (1, 2, 3)
    }
    assert {row.at for row in await counted((Dimension.DAY,))} <= {
        datetime.combine(NOW.date() - timedelta(days=days), datetime.min.time(), UTC) for days in (0, 1)
    }


async def test_failures_of_steps_are_counted_by_their_names(
    analytics: AnalyticsClient, simulation: Simulation
) -> None:
    start, second = NOW - timedelta(minutes=5), timedelta(seconds=1)
    failure = Failure("Error", "card declined")
    failed = tuple(
        Attempt(start + each * second, start + (each + 1) * second, success=False, error=failure)
        for each in range(3)
    )
    steps = (Sleep("nap-1", start, start + second), Step("charge card-1", failed))
    simulation.add_instance("orders", created_on=start, status="errored", steps=steps)
    found = await analytics.count_events(
        EventQuery(
            NOW - timedelta(hours=1),
            NOW,
            (Dimension.STEP, Dimension.EVENT),
            (EventType.STEP_FAILURE, EventType.ATTEMPT_FAILURE, EventType.SLEEP_COMPLETE),
        )
    )
    assert found.rows == (
        EventCount(3, 3 * second, step="charge card-1", event="ATTEMPT_FAILURE"),
        EventCount(1, 3 * second, step="charge card-1", event="STEP_FAILURE"),
        EventCount(1, second, step="nap-1", event="SLEEP_COMPLETE"),
    )


async def test_a_sample_stands_for_all_and_what_is_too_new_is_missing(
    analytics: AnalyticsClient, simulation: Simulation
) -> None:
    for number in range(400):
        simulation.add_instance("orders", created_on=NOW - timedelta(hours=2, seconds=number))
    simulation.add_instance("emails", created_on=NOW - timedelta(seconds=5))
    simulation.change(analytics_sampling=10, analytics_delay=timedelta(minutes=3))
    query = EventQuery(DAY.since, DAY.until, DAY.by, (EventType.WORKFLOW_SUCCESS,))
    (orders,) = (await analytics.count_events(query)).rows
    assert orders.workflow == "orders"
    assert 200 <= orders.count <= 600
    assert orders.count % 10 == 0


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (error("not authorized for that account"), NotAuthorized),
        (error("zones does not have access to the path"), NotAuthorized),
        (error("Authentication error", 403), NotAuthorized),
        (JsonError(401, 10000, "Authentication error"), NotAuthorized),
        (JsonError(400, 6003, "Invalid request headers"), NotAuthorized),
        (error("rate limiter budget depleted, try again after 5 minutes"), RateLimited),
        (error("limit reached, please try reduced time period"), RateLimited),
        (TooManyRequests(30), RateLimited),
        (error("unable to execute query, please try again later", 503), Unavailable),
        (error("too many queries in progress, please try again later"), Unavailable),
        (HtmlPage(502), Unavailable),
        (CutOff(), Unavailable),
        (error("cannot request data older than 2678400s"), InvalidParameter),
        (error("unknown field workflowName", 400), InvalidParameter),
        (error("something new"), InvalidParameter),
        (WrongShape(), InvalidResponse),
        (WrongShape({"data": None, "errors": None}), InvalidResponse),
        (WrongShape({"data": {"viewer": {"accounts": [{}]}}}), InvalidResponse),
        (WrongShape({"data": {"viewer": {"accounts": []}}}), NotAuthorized),
        (TruncatedJson(), InvalidResponse),
        (Challenge(), InvalidResponse),
        (Redirected("http://127.0.0.1:1/"), InvalidResponse),
        (groups({"count": "many"}), InvalidResponse),
    ],
    ids=str,
)
async def test_each_failure_is_an_error_of_this_package(
    analytics: AnalyticsClient, simulation: Simulation, fault: Fault, kind: type[CloudflareError]
) -> None:
    simulation.add_instance("orders", id="ord-1")
    simulation.inject(fault)
    with pytest.raises(CloudflareError) as caught:
        await analytics.find_workflows("ord-1")
    assert type(caught.value) is kind
    assert simulation.analytics_calls == 1  # a hint is not asked for twice


async def test_an_answer_that_does_not_come_ends_with_the_deadline(
    make_analytics: MakeAnalytics, simulation: Simulation
) -> None:
    simulation.inject(Slow(5))
    with pytest.raises(Unavailable):
        await make_analytics(deadline=0.05).find_workflows("ord-1")


async def test_odd_groups_cost_only_themselves(analytics: AnalyticsClient, simulation: Simulation) -> None:
    good = {"count": 2, "dimensions": {"workflowName": "orders"}, "avg": {"sampleInterval": 1}}
    simulation.inject(
        groups(
            good,
            {"count": 1, "sum": {"wallTime": "long"}, "dimensions": {"workflowName": "emails"}},
            {"count": -1, "dimensions": {"workflowName": "x"}},
            {"count": True, "dimensions": {"workflowName": "x"}},
            {"count": 1, "dimensions": {"workflowName": 7}},
            {"count": 1, "dimensions": {}},
            {"count": 1},
            None,
        )
    )
    found = await analytics.count_events(DAY)
    assert found.rows == (EventCount(2, workflow="orders"), EventCount(1, workflow="emails"))
    assert found.incomplete_rows == 6


def test_times_of_any_form_are_read_and_no_step_is_an_empty_name() -> None:
    query = EventQuery(NOW, NOW, (Dimension.HOUR, Dimension.STEP))
    times = ["2026-11-23T14:00:00Z", "2026-11-23T15:00:00+01:00", "2026-11-23 14:00", "noon", None, 5]
    rows = [{"count": 1, "dimensions": {"datetimeHour": at, "stepName": None}} for at in times]
    body = json.dumps({"data": {"viewer": {"accounts": [{"workflowsAdaptiveGroups": rows}]}}}).encode()
    found = read_counts(Response(200, {}, body), query, NOW)
    assert {(row.at, row.step) for row in found.rows} == {(datetime(2026, 11, 23, 14, tzinfo=UTC), "")}
    assert (len(found.rows), found.incomplete_rows) == (3, 3)


def test_as_many_rows_as_an_answer_takes_may_not_be_all() -> None:
    row = {"count": 1, "dimensions": {"workflowName": "orders"}}
    for number, cut_short in ((9_999, False), (10_000, True)):
        account = {"workflowsAdaptiveGroups": [row] * number}
        body = json.dumps({"data": {"viewer": {"accounts": [account]}}}).encode()
        assert read_counts(Response(200, {}, body), DAY, NOW).cut_short is cut_short


def test_a_query_without_a_zone_or_without_groups_is_refused_before_it_is_sent() -> None:
    naive = NOW.replace(tzinfo=None)
    for query in (EventQuery(naive, NOW, DAY.by), EventQuery(NOW, NOW, ())):
        with pytest.raises(InvalidParameter):
            counts_request(query, DEFAULT_ACCOUNT_ID)


async def test_its_budget_is_its_own(
    make_analytics: MakeAnalytics, simulation: Simulation, clock: Clock
) -> None:
    simulation.acquire(5_000)  # the rest of the API is used up
    client = make_analytics(budget=2)
    await client.find_workflows("a")
    await client.find_workflows("b")
    with pytest.raises(RateLimited):
        await client.find_workflows("c")
    assert simulation.analytics_calls == 2
    clock.advance(301)
    await client.find_workflows("c")


async def test_after_a_throttle_nothing_is_asked_for_as_long_as_it_says(
    analytics: AnalyticsClient, simulation: Simulation, clock: Clock
) -> None:
    simulation.analytics_limiter = RateLimiter(RateLimit(quota=1))
    await analytics.find_workflows("a")
    for _ in range(3):
        with pytest.raises(RateLimited):
            await analytics.find_workflows("b")
    assert simulation.analytics_calls == 2
    clock.advance(301)
    with pytest.raises(RateLimited):  # the simulation's own clock stands still
        await analytics.find_workflows("b")
    assert simulation.analytics_calls == 3


@pytest.mark.parametrize("token", [DEFAULT_TOKEN.value, "wrong"])
async def test_a_token_without_the_permission_is_refused(make_analytics: MakeAnalytics, token: str) -> None:
    with pytest.raises(NotAuthorized) as caught:
        await make_analytics(token).find_workflows("ord-1")
    text = "".join(traceback.format_exception(caught.value))
    assert token not in text + repr(vars(caught.value))


async def test_the_token_never_goes_to_another_host(
    simulation: Simulation, analytics: AnalyticsClient
) -> None:
    seen: list[str] = []

    async def other(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization", ""))
        return web.json_response({})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", other)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        for status in (301, 302, 307, 308):
            location = f"http://127.0.0.1:{runner.addresses[0][1]}/client/v4/graphql"
            simulation.inject(Redirected(location, status))
            with pytest.raises(InvalidResponse):
                await analytics.find_workflows("ord-1")
    finally:
        await runner.cleanup()
    assert seen == []


async def test_analytics_allow_nothing_else_and_know_one_account(
    base_url: str, simulation: Simulation, clock: Clock
) -> None:
    simulation.credentials = (KnownToken("both", frozenset({"Account Analytics Read"})),)
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": "Bearer both"}
        url = f"{base_url}/accounts/{DEFAULT_ACCOUNT_ID}/workflows"
        async with session.get(url, headers=headers) as answer:
            assert answer.status == 403
        other = Endpoint(base_url, ApiToken("both"), account_id="f" * 32)
        client = AnalyticsClient(session, other, budget=Budget(9, 0.0, clock.seconds), now=clock)
        with pytest.raises(NotAuthorized):
            await client.find_workflows("ord-1")
