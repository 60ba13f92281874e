"""Lists of `wrangler dev` 4.117 to 4.127, which ignores `date_start` and `date_end`."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.playground.simulators.slack import LocalSlack, Person
from tests.support.messages import ask, row_ids, walk
from tests.support.servers import bot_settings, serve_bot

_WORKFLOWS = "/cdn-cgi/local/explorer/api/workflows"


@dataclass
class OldEngine:
    """An engine that lists by page number, newest first, and ignores bounds.

    Attributes:
        rows: of each workflow, oldest first, as the engine sends them.
    """

    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def create(
        self, name: str, created_on: datetime, workflow: str = "orders", status: str = "complete"
    ) -> None:
        moment = created_on.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        row = {"id": name, "status": status, "created_on": moment}
        self.rows.setdefault(workflow, []).append(row)

    async def list_workflows(self, _: web.Request) -> web.Response:
        """Return the workflows, which it gives no counts of."""
        names = [{"name": name, "class_name": name, "script_name": "engine"} for name in self.rows]
        return web.json_response({"success": True, "result": names, "result_info": {"count": len(names)}})

    async def list(self, request: web.Request) -> web.Response:
        size, number = int(request.query["per_page"]), int(request.query.get("page", 1))
        status = request.query.get("status")
        listed = self.rows.get(request.match_info["workflow"], [])[::-1]
        rows = [row for row in listed if status in (None, row["status"])]
        info = {
            "page": number,
            "per_page": size,
            "total_count": len(rows),
            "total_pages": max(-(-len(rows) // size), 1),
        }
        shown = rows[(number - 1) * size : number * size]
        return web.json_response(
            {"success": True, "errors": [], "messages": [], "result": shown, "result_info": info}
        )


@pytest.fixture
def engine() -> OldEngine:
    return OldEngine()


@pytest.fixture
async def ada(slack: LocalSlack, engine: OldEngine, tmp_path: Path) -> AsyncIterator[Person]:
    app = web.Application()
    app.router.add_get(_WORKFLOWS, engine.list_workflows)
    app.router.add_get(f"{_WORKFLOWS}/{{workflow}}/instances", engine.list)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    no_account = {"cloudflare_account_id": None, "cloudflare_api_token": None}
    settings = bot_settings(slack, "http://127.0.0.1:1", tmp_path, wrangler_dev_url=url, **no_account)
    async with serve_bot(settings, slack):
        yield slack.person("ada")
    await runner.cleanup()


async def test_seven_instances_created_while_browsing_are_not_there_and_repeat_no_row(
    ada: Person, engine: OldEngine
) -> None:
    start = datetime.now(UTC) - timedelta(days=1)
    names = [f"order-{number:03}" for number in range(150)]
    for second, name in enumerate(names):
        engine.create(name, start + timedelta(seconds=second))
    first = await ask(ada, "list orders rows:20")
    for number in range(7):
        engine.create(f"new-{number}", datetime.now(UTC) + timedelta(seconds=number))
    screens = await walk(ada, first, "page_next")
    assert [row for screen in screens for row in row_ids(screen)] == names[::-1]
    back = await walk(ada, screens[-1], "page_previous")
    assert [row_ids(screen) for screen in back] == [row_ids(screen) for screen in reversed(screens)]


async def test_bounds_of_creation_filter_and_end_the_list(ada: Person, engine: OldEngine) -> None:
    start = datetime.now(UTC) - timedelta(hours=10)
    for hour in range(10):
        for number in range(30):
            engine.create(f"order-{hour}-{number:02}", start + timedelta(hours=hour, seconds=number))
    since = (start + timedelta(hours=7)).isoformat(timespec="seconds").replace("+00:00", "Z")
    until = (start + timedelta(hours=8, minutes=30)).isoformat(timespec="seconds").replace("+00:00", "Z")
    first = await ask(ada, f'list orders since:"{since}" until:"{until}" rows:20')
    screens = await walk(ada, first, "page_next")
    found = [row for screen in screens for row in row_ids(screen)]
    assert len(found) == len(set(found)) == 60
    assert {name[:7] for name in found} == {"order-7", "order-8"}
    end = "no more created since then; instances created before may have ended since"
    assert [end in screen.all_text() for screen in screens] == [False, False, True]


async def test_an_export_has_the_rows_within_bounds_and_walks_one_page_after_the_other(
    ada: Person, engine: OldEngine, slack: LocalSlack
) -> None:
    start = datetime.now(UTC) - timedelta(hours=10)
    for number in range(450):
        engine.create(f"order-{number:03}", start + timedelta(minutes=number))
    since = (start + timedelta(minutes=100)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    files = slack.files.follow()
    await ask(ada, f"export orders created:{since}")
    content = (await files.next()).content.decode("utf-8-sig")
    ids = [row["id"] for row in csv.DictReader(io.StringIO(content, newline=""))]
    assert ids == [f"order-{number:03}" for number in range(449, 99, -1)]


async def test_several_workflows_without_counts_are_one_list(ada: Person, engine: OldEngine) -> None:
    start = datetime.now(UTC) - timedelta(days=1)
    made: list[tuple[str, str]] = []
    for second in range(330):
        workflow = ("orders", "emails", "refunds")[second % 3]
        status = "errored" if second % 2 else "complete"
        engine.create(f"{workflow}-{second:03}", start + timedelta(seconds=second), workflow, status)
        made.insert(0, (f"{workflow}-{second:03}", status))
    for words, wanted in (
        ("list * rows:20", [name for name, _ in made]),
        ("list *s errored rows:20", [name for name, status in made if status == "errored"]),
        ("list orders,emails rows:20", [name for name, _ in made if "refunds" not in name]),
    ):
        screens = await walk(ada, await ask(ada, words), "page_next")
        assert [row for screen in screens for row in row_ids(screen)] == wanted
        back = await walk(ada, screens[-1], "page_previous")
        assert [row_ids(screen) for screen in back] == [row_ids(screen) for screen in reversed(screens)]


async def test_what_ended_can_t_be_told_where_no_row_says_when(ada: Person, engine: OldEngine) -> None:
    start = datetime.now(UTC) - timedelta(hours=3)
    for number in range(3):
        engine.create(f"order-{number}", start, status="errored")
    text = (await ask(ada, "list * errored since:1h")).all_text()
    assert "3 that do not say are not shown." in text
