"""Somebody who develops Workflows looks at their own `wrangler dev` in the playground."""

import json
from pathlib import Path

import aiohttp
import pytest

from tests.system.playground.page_client import PageClient, button
from tests.system.playground.playground_process import run_playground_process

from .engine import Engine

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_instances_of_wrangler_dev_can_be_browsed_in_the_playground(
    fresh_engine: Engine, tmp_path: Path
) -> None:
    await fresh_engine.create("order-processing", {f"ord-{number:02}": "complete" for number in range(15)})
    await fresh_engine.settle("order-processing", complete=15)
    arguments = ("--port", "0", "--wrangler", fresh_engine.url)
    async with (
        run_playground_process(tmp_path / "playground", *arguments) as playground,
        aiohttp.ClientSession() as session,
    ):
        page = PageClient(session, playground.address)
        async with page.feed() as feed:
            picture = await feed.next("workspace")
            assert "invoice-run" in json.dumps(picture["messages"])
            await page.type("/workflows list order-processing status:complete")
            first = await feed.message("1–10 of 15")
            await page.act("action", ts=first["ts"], action=button(first, "Older"))
            second = await feed.message("11–15 of 15, the end of the list")
    shown = json.dumps([first["text"], second["text"]])
    assert all(f"ord-{number:02}" in shown for number in range(15))
    assert picture["account"]["kind"] == "wrangler"
