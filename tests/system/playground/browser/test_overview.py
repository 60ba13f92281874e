"""The overview in a browser: trouble first, and a menu that opens a workflow."""

import pytest
from playwright.async_api import expect

from bot.playground.playground import Playground

from .conftest import Open, Scheme
from .test_accessibility import violations

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
async def test_trouble_comes_first_and_a_menu_opens_a_workflow(
    playground: Playground, open_page: Open, width: int, scheme: Scheme
) -> None:
    opened = await open_page(playground, scheme, width=width)
    await opened.type("/workflows")
    overview = opened.last
    await expect(overview.get_by_role("heading").first).to_contain_text("failed in 24 h")
    await expect(overview.get_by_role("button", name="Why order-processing failed")).to_be_visible()
    assert await violations(opened.page) == []
    await opened.shot(f"triage-{width}-{scheme}")
    await overview.get_by_role("combobox").click()
    await opened.option("nightly-cleanup").click()
    await expect(opened.last).to_contain_text("nightly-cleanup")
    await expect(opened.messages).to_have_count(2)
