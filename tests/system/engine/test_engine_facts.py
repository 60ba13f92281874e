"""What the product relies on of the local engine's REST API, and where that API differs from production."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import pytest_asyncio

from .engine import Engine, Outcome
from .orders import INSTANCES, ORDERS, ids, listed, refusal

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

OUTCOMES: tuple[Outcome, ...] = ("complete", "fail", "exhaust", "sleep", "wait")
NAMES = [f"ord-{number:03}" for number in range(120)]
NEWEST_FIRST = NAMES[::-1]
UNKNOWN_STATUS = (
    'status: Invalid option: expected one of "queued"|"running"|"paused"|"errored"'
    '|"terminated"|"complete"|"waitingForPause"|"waiting"'
)


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def orders(engine: Engine) -> None:
    await engine.create(
        "order-processing",
        {name: OUTCOMES[number % len(OUTCOMES)] for number, name in enumerate(NAMES)},
    )
    await engine.settle("order-processing", complete=24, errored=48, running=48)


async def test_a_page_comes_in_the_public_envelope_with_page_numbers_and_no_cursor(engine: Engine) -> None:
    body = await listed(engine, per_page="50")

    info = body.pop("result_info")
    assert len(body.pop("result")) == 50
    assert body == {"success": True, "errors": [], "messages": []}
    assert info.pop("status_counts").keys() <= {"complete", "errored", "running"}
    assert info == {"page": 1, "per_page": 50, "total_count": 120, "total_pages": 3}


async def test_a_row_holds_only_id_status_and_creation_to_the_millisecond(engine: Engine) -> None:
    for row in (await listed(engine, per_page="100"))["result"]:
        assert row.keys() == {"id", "status", "created_on"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row["created_on"])


async def test_pages_together_hold_every_row_once_newest_first(engine: Engine) -> None:
    pages = [await listed(engine, per_page="50", page=str(number)) for number in (1, 2, 3)]

    rows = [row for page in pages for row in page["result"]]
    assert [row["id"] for row in rows] == NEWEST_FIRST
    assert all(newer["created_on"] >= older["created_on"] for newer, older in pairwise(rows))


async def test_a_page_past_the_end_is_empty_and_not_an_error(engine: Engine) -> None:
    body = await listed(engine, per_page="50", page="4")

    assert body["result"] == []
    assert body["result_info"]["page"] == 4
    assert body["result_info"]["total_pages"] == 3


async def test_a_page_without_per_page_has_25_rows(engine: Engine) -> None:
    assert len((await listed(engine))["result"]) == 25


async def test_cursor_and_direction_are_ignored(engine: Engine) -> None:
    body = await listed(engine, cursor="anything", direction="asc", per_page="10")

    assert ids(body) == NEWEST_FIRST[:10]


async def test_the_status_filter_counts_only_what_it_lets_through(engine: Engine) -> None:
    body = await listed(engine, status="errored", per_page="10")

    assert {row["status"] for row in body["result"]} == {"errored"}
    assert body["result_info"]["total_count"] == 48
    assert body["result_info"]["total_pages"] == 5


async def test_no_rows_are_one_page(engine: Engine) -> None:
    body = await listed(engine, status="paused")

    assert body["result"] == []
    assert body["result_info"]["total_count"] == 0
    assert body["result_info"]["total_pages"] == 1


async def test_sleeping_and_waiting_instances_count_as_running(engine: Engine) -> None:
    assert (await listed(engine, status="waiting"))["result"] == []
    running = ids(await listed(engine, status="running", per_page="2"))
    assert running == ["ord-119", "ord-118"]


async def test_both_date_bounds_include_their_own_millisecond(engine: Engine) -> None:
    created = (await listed(engine, page="60", per_page="1"))["result"][0]["created_on"]

    only = await listed(engine, date_start=created, date_end=created, per_page="100")
    until = await listed(engine, date_end=created, per_page="100")
    since = await listed(engine, date_start=created, per_page="100")

    assert {row["created_on"] for row in only["result"]} == {created}
    assert NEWEST_FIRST[59] in ids(only)
    counted = [page["result_info"]["total_count"] for page in (until, since, only)]
    assert counted[0] + counted[1] - counted[2] == 120


async def test_a_date_bound_after_the_newest_row_finds_nothing(engine: Engine) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)

    assert (await listed(engine, date_start=later.strftime("%Y-%m-%dT%H:%M:%S.000Z")))["result"] == []


@pytest.mark.parametrize("moment", ["2026-11-23", "2026-11-23T00:00:00+00:00", "2026-11-23T00:00:00", "2h"])
async def test_a_date_without_time_or_with_an_offset_is_refused(engine: Engine, moment: str) -> None:
    answer = await engine.get(INSTANCES, date_start=moment)

    assert answer.status == 400
    assert answer.body == refusal(10001, "date_start: Invalid ISO datetime")


async def test_dates_the_wrong_way_round_are_refused(engine: Engine) -> None:
    answer = await engine.get(
        INSTANCES, date_start="2026-11-24T00:00:00.000Z", date_end="2026-11-23T00:00:00.000Z"
    )

    assert answer.status == 400
    assert answer.body["errors"][0]["code"] == 10502


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"per_page": "0"}, "per_page: Too small: expected number to be >=1"),
        ({"per_page": "101"}, "per_page: Too big: expected number to be <=100"),
        ({"page": "0"}, "page: Too small: expected number to be >=1"),
        ({"page": "two"}, 'page: Expected query param to be number but received "two"'),
    ],
)
async def test_figures_out_of_range_are_refused(engine: Engine, query: dict[str, str], message: str) -> None:
    answer = await engine.get(INSTANCES, **query)

    assert answer.status == 400
    assert answer.body == refusal(10001, message)


@pytest.mark.parametrize("status", ["bogus", "ERRORED", "rollingBack", "unknown", ""])
async def test_a_status_it_does_not_know_is_refused_with_those_it_does(engine: Engine, status: str) -> None:
    answer = await engine.get(INSTANCES, status=status)

    assert answer.status == 400
    assert answer.body == refusal(10001, UNKNOWN_STATUS)


@pytest.mark.parametrize("path", ["/workflows/nope", "/workflows/nope/instances"])
async def test_an_unknown_workflow_is_a_404_with_code_10501(engine: Engine, path: str) -> None:
    answer = await engine.get(path)

    assert answer.status == 404
    assert answer.body == refusal(10501, "Workflow 'nope' not found.")


async def test_the_list_of_workflows_has_no_counts_and_only_a_count_of_rows(engine: Engine) -> None:
    body = (await engine.get("/workflows", per_page="1", search="invoice")).body

    assert body["result_info"] == {"count": 2}
    assert body["result"] == [
        {"name": "order-processing", "class_name": "OrderProcessing", "script_name": "engine"},
        {"name": "invoice-run", "class_name": "InvoiceRun", "script_name": "engine"},
    ]


async def test_one_workflow_has_a_count_for_every_status(engine: Engine) -> None:
    workflow = (await engine.get(ORDERS)).body["result"]

    assert workflow.keys() == {"name", "class_name", "script_name", "instances"}
    assert workflow["instances"].keys() >= {"complete", "errored", "running", "queued", "paused"}
    assert sum(workflow["instances"].values()) == 120


async def test_an_instance_tells_its_error_and_every_attempt(engine: Engine) -> None:
    instance = (await engine.get(f"{INSTANCES}/ord-002")).body["result"]

    assert instance["status"] == "errored"
    assert instance["error"] == {"name": "Error", "message": "warehouse unreachable"}
    assert [step["name"] for step in instance["steps"]] == ["load order-1", "reserve stock-1"]
    assert [attempt["success"] for attempt in instance["steps"][1]["attempts"]] == [False, False]


async def test_sleeps_and_waits_are_steps_of_their_own_type(engine: Engine) -> None:
    asleep = (await engine.get(f"{INSTANCES}/ord-003")).body["result"]
    waiting = (await engine.get(f"{INSTANCES}/ord-004")).body["result"]

    assert asleep["steps"][1]["type"] == "sleep"
    assert asleep["steps"][1]["finished"] is False
    assert waiting["steps"][1]["type"] == "waitForEvent"
    assert waiting["steps"][1]["finished"] is False


async def test_an_id_of_100_characters_is_listed_and_a_longer_one_cannot_be_made(engine: Engine) -> None:
    longest = "_" + "a-" * 49 + "Z"
    await engine.create("invoice-run", {longest: "complete"})
    with pytest.raises(RuntimeError, match="invalid id"):
        await engine.create("invoice-run", {longest + "x": "complete"})

    newest = (await engine.get("/workflows/invoice-run/instances", per_page="1")).body
    assert ids(newest) == [longest]


async def test_a_foreign_origin_is_refused_in_plain_text(engine: Engine) -> None:
    async with engine.session.get(
        f"{engine.api}/workflows", headers={"Origin": "https://a.example"}
    ) as answer:
        assert answer.status == 403
        assert await answer.text() == "Invalid Origin header"
