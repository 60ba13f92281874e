"""A list over everything in the browser, wide and on a phone."""

import re

import pytest
from playwright.async_api import expect

from bot.playground.playground import Playground
from bot.playground.simulators.cloudflare import HtmlPage, Simulation

from .conftest import Open

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest.mark.parametrize("width", [1280, 360])
async def test_one_list_over_everything(
    playground: Playground, open_page: Open, simulation: Simulation, width: int
) -> None:
    long = "a-workflow-with-a-name-as-long-as-cloudflare-takes-it-64-letters"
    simulation.add_instance(long, id="x" * 100, status="errored")
    simulation.inject(HtmlPage(503), times=None, operation="list_instances", workflow="image-pipeline")
    opened = await open_page(playground, width=width)
    await opened.type("/workflows list * errored or terminated")
    listed = opened.last
    await expect(listed).to_contain_text("All workflows · 🔴 errored, ⚫ terminated")
    await expect(listed).to_contain_text(re.compile(r"x{100} in a-workflow-with-a-name"))
    await expect(listed).to_contain_text("lists could not be read, so instances may be missing here.")
    await expect(listed).to_contain_text(
        "image-pipeline (errored, terminated): Cloudflare gave no usable answer."
    )
    await opened.shot(f"several-{width}")
    overflow = await listed.evaluate("(message) => message.scrollWidth - message.clientWidth")
    assert overflow <= 0, "nothing stands out of the message"
    simulation.clear_faults()
    await listed.get_by_role("button", name="Read this list again with what is missing").click()
    await expect(listed).not_to_contain_text("could not be read")
    await listed.get_by_role("button", name="Older rows").click()
    await expect(listed).to_contain_text("11–20 of")
    await listed.get_by_role("button", name="Newer rows").click()
    await expect(listed).to_contain_text("1–10 of")
    await opened.type("/workflows list * errored since:24h")
    await expect(opened.last).to_contain_text("ended since")
    await expect(opened.last).to_contain_text("newest failure first")
    await opened.shot(f"several-by-end-{width}")
    await opened.type('/workflows list * error:"e" rows:5')
    await expect(opened.last).to_contain_text("Searched")
    await opened.shot(f"several-searched-{width}")
