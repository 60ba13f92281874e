"""The local engine makes a row of each id that it is asked for, so it is asked for those that it lists."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.cloudflare import phantoms
from bot.cloudflare.cache import CachedWorkflows
from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import wrangler_endpoint
from bot.cloudflare.errors import InstanceNotFound
from bot.cloudflare.models import Instance, InstanceFilter, PageQuery
from bot.cloudflare.phantoms import ListedInstances
from bot.cloudflare.timed_cache import CacheTimes
from tests.support.clock import Clock

from .responses import read_page

GHOST = "ab" * 32
ROWS = [
    {"id": f"o-{number}", "status": "complete", "created_on": "2026-11-23T12:00:00Z"} for number in range(250)
]


class Engine:
    """An engine as `wrangler dev` has one: it lists by page number, and makes a row of each unknown id."""

    def __init__(self) -> None:
        self.rows = [*ROWS]
        self.asked: list[str] = []

    async def handle(self, request: web.Request) -> web.Response:
        """Answer for a page, or for one instance."""
        self.asked.append(request.path.rpartition("/")[2])
        if request.path.endswith("/instances"):
            page, size = int(request.query.get("page", "1")), int(request.query["per_page"])
            info = {"page": page, "per_page": size, "total_pages": -(-len(self.rows) // size)}
            rows = self.rows[(page - 1) * size : page * size]
            return web.json_response({"success": True, "result": rows, "result_info": info})
        return web.json_response({"success": True, "result": {"status": "complete", "steps": []}})


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
async def client(engine: Engine, session: aiohttp.ClientSession) -> AsyncIterator[WorkflowsClient]:
    app = web.Application()
    app.router.add_get("/{path:.*}", engine.handle)
    async with TestServer(app) as server:
        yield WorkflowsClient(session, wrangler_endpoint(str(server.make_url("/api"))))


def is_phantom(**fields: str | None) -> bool:
    return Instance.model_validate({"id": GHOST, **fields}).is_phantom


def test_a_phantom_is_an_id_of_64_digits_without_anything() -> None:
    assert is_phantom()
    assert is_phantom(status=None, created_on=None)
    assert not is_phantom(status="complete")
    assert not is_phantom(created_on="2026-11-23T12:00:00Z")
    assert not any(is_phantom(id=id_) for id_ in ("o-1", GHOST[1:], GHOST + "0", "g" * 64, GHOST.upper()))


async def test_the_id_of_a_row_is_asked_for_at_once(client: WorkflowsClient, engine: Engine) -> None:
    await client.list_instances(PageQuery("orders", InstanceFilter(), None, 100))
    await client.get_instance("orders", "o-99")
    assert engine.asked == ["instances", "o-99"]


async def test_a_typed_id_is_looked_for_in_the_list_first(client: WorkflowsClient, engine: Engine) -> None:
    await client.get_instance("orders", "o-120", steps=True)
    assert engine.asked == ["instances", "instances", "o-120"]
    await client.get_instance("orders", "o-3")
    assert engine.asked[3:] == ["o-3"]


@pytest.mark.parametrize("ghost", ["o-250", "O-1", GHOST])
async def test_an_id_that_is_not_listed_is_never_asked_for(
    client: WorkflowsClient, engine: Engine, ghost: str
) -> None:
    engine.rows.append({"id": GHOST})
    for _ in range(2):
        with pytest.raises(InstanceNotFound):
            await client.get_instance("orders", ghost)
    assert engine.asked == ["instances"] * 6


async def test_another_workflow_s_row_is_none_of_this_one(client: WorkflowsClient, engine: Engine) -> None:
    await client.list_instances(PageQuery("orders", InstanceFilter(), None, 100))
    engine.rows.clear()
    with pytest.raises(InstanceNotFound):
        await client.get_instance("bills", "o-1")
    assert engine.asked == ["instances", "instances"]


async def test_a_list_without_an_end_is_not_read_to_it(
    client: WorkflowsClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phantoms, "_MOST_PAGES", 2)
    with pytest.raises(InstanceNotFound, match="newest 200"):
        await client.get_instance("orders", "o-249")
    await client.get_instance("orders", "o-199")
    assert engine.asked == ["instances", "instances", "o-199"]


async def test_what_was_listed_a_while_ago_is_looked_for_anew(clock: Clock) -> None:
    listed, asked = ListedInstances(clock.seconds), []

    async def ask(query: PageQuery) -> object:
        asked.append(query.position)
        raise InstanceNotFound("asked")

    page = read_page({"success": True, "result": ROWS[:1], "result_info": {}})
    listed.remember("orders", page)
    clock.advance(59)
    await listed.confirm("orders", "o-0", ask)  # type: ignore[arg-type]  # it never returns
    clock.advance(2)
    with pytest.raises(InstanceNotFound):
        await listed.confirm("orders", "o-0", ask)  # type: ignore[arg-type]
    assert len(asked) == 1


async def test_causes_and_details_of_ids_that_are_not_listed_are_not_asked_for(
    client: WorkflowsClient, engine: Engine, clock: Clock
) -> None:
    workflows = CachedWorkflows(client, CacheTimes(), clock.seconds)
    with pytest.raises(InstanceNotFound):
        await workflows.get_detail("orders", "ghost")
    with pytest.raises(InstanceNotFound):
        await workflows.get_cause("orders", "ghost")
    assert set(engine.asked) == {"instances"}
