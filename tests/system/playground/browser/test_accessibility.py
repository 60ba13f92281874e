"""axe finds no violations in any state of the page, in both colour schemes."""

from collections.abc import Awaitable, Callable

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page, expect

from bot.playground.playground import Playground

from .conftest import Open, Opened

pytestmark = pytest.mark.asyncio(loop_scope="package")

_IS_LOADED = """(async () => {
    const moving = () => document.getAnimations().filter(({ playState }) => playState === "running");
    for (let now; (now = moving()).length > 0; )
        await Promise.allSettled(now.map((animation) => animation.finished));
    return "axe" in window;
})()"""
"""Whether the page has axe, once no transition is under way: intermediate colours would fail.

One that another takes the place of is aborted, as when the colour scheme changes.
"""
_PARSE_EACH_COLOUR_ONCE = """(() => {
    const { Color } = axe.commons.color;
    const { parseString } = Color.prototype;
    const parsed = new Map();
    Color.prototype.parseString = function (text) {
        if (!parsed.has(text)) parsed.set(text, parseString.call(new Color(), text));
        const { r, g, b, alpha } = parsed.get(text);
        return Object.assign(this, { r, g, b, alpha });
    };
})()"""
"""Else axe parses the colours of everything below a word for each word anew: a third of its computing."""
_VIOLATIONS = """axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations.flatMap(
    (rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`)))"""


async def violations(page: Page) -> list[str]:
    """Return the violations and their elements."""
    if not await page.evaluate(_IS_LOADED):
        await page.evaluate(f"{AXE_SCRIPT}\n{_PARSE_EACH_COLOUR_ONCE}")
    found: list[str] = await page.evaluate(_VIOLATIONS)
    return found


async def violations_in_each_scheme(opened: Opened) -> list[str]:
    return [
        f"{scheme}: {found}" async for scheme in opened.schemes() for found in await violations(opened.page)
    ]


async def test_the_bots_messages_and_form(playground: Playground, open_page: Open) -> None:
    opened = await open_page(playground)
    assert await violations_in_each_scheme(opened) == []
    for command in ("/workflows", "/workflows help filters", "/workflows list order-processing", "/nothing"):
        await opened.type(command)
    for answer in ("1–10 of", "not a valid command"):
        await expect(opened.messages.filter(has_text=answer)).to_be_visible()
    await opened.page.locator("[data-exchange] summary").first.click()
    assert await violations_in_each_scheme(opened) == []
    await opened.page.get_by_role("button", name="Filter this list").click()
    await expect(opened.page.get_by_role("dialog", name="Filter")).to_be_visible()
    # All of the form is to be in sight: axe finds no labels in what is scrolled out of it.
    await opened.page.set_viewport_size({"width": 1280, "height": 2000})
    assert await violations_in_each_scheme(opened) == []


async def form(opened: Opened) -> None:
    await opened.type("/workflows form")
    dialog = opened.page.get_by_role("dialog", name="A form")
    await dialog.get_by_role("textbox", name="Line of text").fill("bad")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_contain_text("That is bad.")


async def confirm(opened: Opened) -> None:
    await opened.type("/workflows controls")
    await opened.last.get_by_role("button", name="Sure?").click()
    await expect(opened.page.get_by_role("dialog", name="Really?")).to_be_visible()


async def messages(opened: Opened) -> None:
    for count, name in enumerate(("showcase", "controls", "lines", "areas", "broadcast", "refused"), 1):
        await opened.type(f"/workflows {name}")
        await expect(opened.page.locator("[data-kind=command]")).to_have_count(count)
    await expect(opened.last).to_contain_text("told: invalid_blocks")


@pytest.mark.parametrize("show", [messages, form, confirm])
async def test_all_that_slack_has(
    sampler_playground: Playground, open_page: Open, show: Callable[[Opened], Awaitable[None]]
) -> None:
    opened = await open_page(sampler_playground, height=1000)
    await show(opened)
    assert await violations_in_each_scheme(opened) == []
