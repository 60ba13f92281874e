"""What the local engine makes of ids that are taken, or that never existed."""

import re

import pytest

from bot.cloudflare.client import WorkflowsClient
from bot.cloudflare.endpoint import wrangler_endpoint
from bot.cloudflare.errors import InstanceNotFound
from bot.cloudflare.models import InstanceFilter, PageQuery

from .engine import Engine
from .orders import INSTANCES, ids, listed, refusal

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]


async def test_asking_for_a_missing_instance_leaves_a_row_without_status_or_date(
    fresh_engine: Engine,
) -> None:
    await fresh_engine.create("order-processing", {"ord-1": "sleep"})
    answer = await fresh_engine.get(f"{INSTANCES}/ghost")

    message = "Workflow instance 'ghost' not found."
    assert answer.status == 404
    assert answer.body == refusal(10501, message)
    phantom, order = (await listed(fresh_engine))["result"]
    assert phantom.keys() == {"id"}
    assert order["id"] == "ord-1"
    assert re.fullmatch(r"[0-9a-f]{64}", phantom["id"])
    assert ids(await listed(fresh_engine, date_start="2020-01-01T00:00:00.000Z")) == ["ord-1"]


async def test_an_id_taken_already_is_skipped(fresh_engine: Engine) -> None:
    await fresh_engine.create("order-processing", {"ord-1": "sleep"})
    await fresh_engine.create("order-processing", {"ord-1": "fail", "ord-2": "sleep"})

    assert ids(await listed(fresh_engine)) == ["ord-2", "ord-1"]


async def test_a_row_of_an_id_that_never_existed_is_known(fresh_engine: Engine) -> None:
    await fresh_engine.create("order-processing", {"done": "complete"})
    assert (await fresh_engine.get(f"{INSTANCES}/ghost")).status == 404
    client = WorkflowsClient(fresh_engine.session, wrangler_endpoint(fresh_engine.url))
    page = await client.list_instances(PageQuery("order-processing", InstanceFilter(), None, 100))
    phantom, done = page.rows
    assert (phantom.is_phantom, done.id, done.is_phantom) == (True, "done", False)
    with pytest.raises(InstanceNotFound):
        await client.get_instance("order-processing", phantom.id)
    again = await client.list_instances(PageQuery("order-processing", InstanceFilter(), None, 100))
    assert len(again.rows) == 2
