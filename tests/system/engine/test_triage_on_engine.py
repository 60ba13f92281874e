"""Triage over two workflows of the real engine: what steps threw, lists, searches, figures and files.

The engine's lists say neither when an instance ended nor why it failed. The bot has that from the details.
"""

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import astuple, dataclass
from datetime import datetime

import pytest
import pytest_asyncio

from bot.cloudflare.dashboard import DashboardPage, write_url
from bot.inspect.messages.key_step import TIMES
from bot.playground.simulators.slack.files import UploadedFile
from tests.support.messages import ask, click, row_ids, walk

from .engine import WORKFLOWS, Engine, Failure, Outcome, Workflow
from .shop import Shop, all_ids, run_shop

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

EACH: dict[Workflow, int] = {"order-processing": 3, "invoice-run": 2}
"""How many instances there are of each outcome."""
DECLINED = 'Step threw a NonRetryableError with message "NonRetryableError: card declined"'
FAILURES: dict[Outcome | Failure, tuple[str | None, str]] = {
    "fail": ("charge card", f"*WorkflowFatalError*: {DECLINED}"),
    "exhaust": ("reserve stock", "*Error*: warehouse unreachable"),
    "refuse": ("book shipment", "*TypeError*: order {newest} has no address"),
    "leak": ("sign in", "*Error*: 401 for Authorization: [hidden: Authorization]"),
    "overrun": ("ask the bank", "*WorkflowTimeoutError*: Execution timed out after 50ms"),
    "unheard": ("wait for payment", "*WorkflowTimeoutError*: Execution timed out after 50ms"),
    "crash": (None, "*RangeError*: no such currency"),
}
"""The step that fails, None for one outside of any step, and what the bot says of the error."""
OUTCOMES: tuple[Outcome | Failure, ...] = ("complete", *FAILURES, "sleep")


@dataclass(frozen=True)
class Listed:
    """A row of the engine's own lists."""

    workflow: str
    id: str
    status: str
    created_on: datetime


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shop(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with run_shop(engine, tmp_path_factory.mktemp("triage")) as shop:
        for workflow, count in EACH.items():
            for number in range(count):
                await engine.create(workflow, {_id(workflow, number, each): each for each in OUTCOMES})
        for workflow, count in EACH.items():
            await engine.settle(workflow, errored=count * len(FAILURES), complete=count, running=count)
        yield shop


def _id(workflow: Workflow, number: int, outcome: str) -> str:
    return f"{workflow[:3]}-{5000 + number}-{outcome}"


def _ids(workflow: Workflow, outcome: str) -> list[str]:
    """Return the instances of an outcome, the newest first."""
    return [_id(workflow, number, outcome) for number in reversed(range(EACH[workflow]))]


async def _listed(shop: Shop, *statuses: str) -> list[Listed]:
    """Return what the engine itself lists of both workflows."""
    rows = []
    for workflow in WORKFLOWS:
        for status in statuses:
            path = f"/workflows/{workflow}/instances"
            answer = await shop.engine.get(path, status=status, per_page="100")
            rows += [
                Listed(workflow, row["id"], row["status"], _time(row["created_on"]))
                for row in answer.body["result"]
            ]
    return rows


@pytest.mark.parametrize("workflow", WORKFLOWS)
async def test_failures_are_grouped_by_what_steps_threw(shop: Shop, workflow: Workflow) -> None:
    message = await ask(shop.ada, f"failures {workflow}")
    groups = [block["text"]["text"].split("\n") for block in message.blocks if block["type"] == "section"]
    found = {}
    for number, (error, facts) in enumerate(groups):
        listed = await click(shop.ada, message, "list_open", number)
        step = facts.split("`")[1] if facts.startswith("step") else None
        found[step, error] = sorted(all_ids(await walk(shop.ada, listed, "page_next")))

    count = EACH[workflow]
    assert f"🔴 {workflow}: {len(FAILURES) * count} failed in the last 24h" in message.all_text()
    assert "secretsecret" not in message.all_text()
    assert found == {
        (step, f"*{count} {TIMES}*  {error.format(newest=_ids(workflow, outcome)[0])}"): sorted(
            _ids(workflow, outcome)
        )
        for outcome, (step, error) in FAILURES.items()
    }


async def test_failures_of_all_workflows_are_counted_and_listed(shop: Shop) -> None:
    message = await ask(shop.ada, "failures")
    listed = await walk(shop.ada, await click(shop.ada, message, "list_open", -1), "page_next")

    errored = await _listed(shop, "errored")
    assert f"🔴 2 workflows: {len(errored)} failed in the last 24h" in message.all_text()
    assert sorted(all_ids(listed)) == sorted(row.id for row in errored)


async def test_several_lists_are_one_there_and_back(shop: Shop) -> None:
    first = await ask(shop.ada, "list * status:errored,complete rows:7")
    there = await walk(shop.ada, first, "page_next")
    back = await walk(shop.ada, there[-1], "page_previous")

    listed = await _listed(shop, "errored", "complete")
    created = {row.id: row.created_on for row in listed}
    shown = all_ids(there)
    assert sorted(shown) == sorted(created)
    assert [created[name] for name in shown] == sorted(created.values(), reverse=True)
    assert [row_ids(message) for message in back] == [row_ids(message) for message in reversed(there)]
    text = "\n".join(message.all_text() for message in there)
    assert all(f"`{row.id}` in `{row.workflow}`" in text for row in listed)


@pytest.mark.parametrize(
    ("words", "outcomes"),
    [
        ('error:"card declined"', {"fail"}),
        ('error:"timed out"', {"overrun", "unheard"}),
        ('step:"book shipment"', {"refuse"}),
        ('status:errored step:"wait for payment"', {"unheard"}),
        ("id:ord-5001", set(OUTCOMES)),
    ],
)
async def test_conditions_choose_what_the_engine_can_not_filter_by(
    shop: Shop, words: str, outcomes: set[str]
) -> None:
    listed = await walk(shop.ada, await ask(shop.ada, f"list * {words}"), "page_next")

    expected = {
        _id(workflow, n, each) for workflow in EACH for n in range(EACH[workflow]) for each in outcomes
    }
    if words.startswith("id:"):
        expected = {each for each in expected if each.startswith("ord-5001-")}
    assert sorted(all_ids(listed)) == sorted(expected)
    assert "the end of the list" in listed[-1].all_text()


async def test_how_long_instances_ran_is_not_known_of_this_engine_and_said(shop: Shop) -> None:
    message = await ask(shop.ada, "list * longer:1h")

    assert row_ids(message) == []
    assert "*None that is certain.*" in message.all_text()
    assert "45 that do not say are not shown" in message.all_text()


async def test_an_id_is_found_by_itself_by_its_beginning_by_a_link_and_in_a_text(shop: Shop) -> None:
    link = write_url(DashboardPage(workflow="invoice-run", instance="inv-5001-crash"))
    pasted = "Paging you: ord-5002-refuse and inv-5000-fail are broken since 9, ord-5999-gone is missing, too"
    whole, beginning, linked, several = [
        await ask(shop.ada, f"find {text}") for text in ("inv-5001-crash", "ord-5001*", link, pasted)
    ]

    for message in (whole, linked):
        assert "🔴 inv-5001-crash · errored" in message.all_text()
        assert "RangeError: no such currency" in message.all_text()
    assert sorted(row_ids(beginning)) == sorted(_id("order-processing", 1, each) for each in OUTCOMES)
    assert row_ids(several) == ["ord-5002-refuse", "inv-5000-fail", "ord-5999-gone"]
    assert "`ord-5999-gone`\nNot found." in several.all_text()
    # The engine makes a row, without its id, of one that is asked for and is not there.
    answers = [await shop.engine.get(f"/workflows/{workflow}/instances") for workflow in WORKFLOWS]
    counts = [answer.body["result_info"]["total_count"] for answer in answers]
    assert counts == [len(OUTCOMES) * EACH[workflow] for workflow in WORKFLOWS]


async def test_statistics_count_what_the_engine_counts(shop: Shop) -> None:
    every, one = await ask(shop.ada, "stats *"), await ask(shop.ada, "stats order-processing")

    assert "🔴 2 workflows: 35 of 40 failed (88%)" in every.all_text()
    assert "all 45 instances" in every.all_text()
    [table] = [block for block in every.blocks if block["type"] == "data_table"]
    assert [[cell["text"] for cell in row[:4]] for row in table["rows"][1:]] == [
        ["order-processing", "27", "21", "88%"],
        ["invoice-run", "18", "14", "88%"],
    ]
    assert "🔴 21 errored · 🔵 3 running · 🟢 3 complete" in one.all_text()
    assert "can't be told" in one.all_text()
    assert "*Flakiest steps*" in one.all_text()
    assert "Steps of 20 instances, spread evenly over the 24 that completed" in one.all_text()


async def test_an_export_holds_what_the_engine_lists(shop: Shop) -> None:
    files = []
    for words in ("* status:errored,complete", "* status:errored,complete as json lines"):
        shared = shop.slack.files.follow()
        await shop.ada.command("/workflows", f"export {words}")
        files.append(await shared.next(within=20))

    listed = sorted(map(astuple, await _listed(shop, "errored", "complete")))
    as_csv, as_json = files
    for rows in (_csv_rows(as_csv), [json.loads(line) for line in as_json.content.splitlines()]):
        found = [(row["workflow_name"], row["id"], row["status"], _time(row["created_on"])) for row in rows]
        assert sorted(found) == listed


def _csv_rows(file: UploadedFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))


async def test_the_overview_leads_from_trouble_to_its_causes(shop: Shop) -> None:
    overview = await ask(shop.ada, "")
    why = await click(shop.ada, overview, "failures_show", 0)

    text = overview.all_text()
    assert text.index("`order-processing`") < text.index("`invoice-run`")
    assert "21 errored · 3 running · 3 complete" in text
    assert "14 errored · 2 running · 2 complete" in text
    assert "🔴 order-processing: 21 failed in the last 30d" in why.all_text()
