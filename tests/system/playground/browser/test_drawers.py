"""On a narrow page the sidebar and the requests cover the channel, and only they can be used then."""

import pytest
from playwright.async_api import Locator, Page, expect

from bot.playground.playground import Playground

from .conftest import Open
from .test_accessibility import violations

pytestmark = pytest.mark.asyncio(loop_scope="package")

DRAWERS = pytest.mark.parametrize(
    ("toggle", "drawer", "width"),
    [
        ("Requests", "#requests", 900),
        ("Requests", "#requests", 420),
        ("Workspace and channels", "#sidebar", 420),
    ],
)


def scrim(page: Page) -> Locator:
    return page.locator(".scrim:visible")


async def note_focus(page: Page, drawer: str) -> None:
    """Note from now on whether what takes the focus is in a drawer."""
    await page.evaluate(
        """(drawer) => {
            window.focusWasInside = [];
            const note = ({ target }) => focusWasInside.push(!!target.closest(drawer));
            document.addEventListener("focusin", note);
        }""",
        drawer,
    )


@DRAWERS
async def test_a_drawer_has_a_scrim_and_keeps_the_focus_until_esc(
    playground: Playground, open_page: Open, toggle: str, drawer: str, width: int
) -> None:
    opened = await open_page(playground, width=width)
    page = opened.page
    button = page.get_by_role("button", name=toggle, exact=True)
    await expect(scrim(page)).to_have_count(0)
    await button.click()
    await expect(scrim(page)).to_have_count(1)
    await expect(page.locator(drawer)).to_be_visible()
    await note_focus(page, drawer)
    for key in ["Tab"] * 15 + ["Shift+Tab"] * 20:
        await page.keyboard.press(key)
    inside = await page.evaluate("focusWasInside")
    assert len(inside) > 20, "now and then the focus is in no element of the page"
    assert all(inside)
    async for scheme in opened.schemes():
        assert await violations(page) == []
        await opened.shot(f"drawer-{drawer[1:]}-{width}-{scheme}")

    await page.keyboard.press("Escape")
    await expect(scrim(page)).to_have_count(0)
    await expect(button).to_be_focused()
    await expect(button).to_have_attribute("aria-expanded", "false")
    await opened.type("/workflows help")
    await expect(opened.last).to_contain_text("/workflows")


@DRAWERS
async def test_a_press_on_the_scrim_closes_the_drawer_and_presses_nothing_below_it(
    playground: Playground, open_page: Open, toggle: str, drawer: str, width: int
) -> None:
    opened = await open_page(playground, width=width)
    await opened.page.get_by_role("button", name=toggle, exact=True).click()
    box = await scrim(opened.page).bounding_box()
    assert box is not None
    at_left = drawer == "#requests"
    await opened.page.mouse.click(5 if at_left else box["width"] - 30, box["height"] - 30)
    await expect(scrim(opened.page)).to_have_count(0)
    await expect(opened.page.get_by_role("button", name=toggle, exact=True)).to_be_focused()
    assert await opened.page.locator("[data-kind=command]").count() == 0


async def test_the_requests_beside_the_channel_cover_nothing(playground: Playground, open_page: Open) -> None:
    opened = await open_page(playground, width=1400)
    await expect(opened.page.locator("#requests")).to_be_visible()
    await expect(scrim(opened.page)).to_have_count(0)
    await opened.page.locator("#requests-close").focus()
    await opened.page.keyboard.press("Escape")
    await expect(opened.page.locator("#requests")).to_be_visible()


async def test_a_page_that_becomes_narrow_is_not_covered_by_what_stood_beside(
    playground: Playground, open_page: Open
) -> None:
    opened = await open_page(playground, width=1400)
    await opened.page.set_viewport_size({"width": 700, "height": 800})
    await expect(opened.page.locator("#requests")).to_be_hidden()
    await expect(scrim(opened.page)).to_have_count(0)
    await opened.page.get_by_role("button", name="Requests", exact=True).click()
    await expect(scrim(opened.page)).to_have_count(1)
    await opened.page.set_viewport_size({"width": 1400, "height": 800})
    await expect(scrim(opened.page)).to_have_count(0)
    await opened.type("/workflows help")
    await expect(opened.last).to_contain_text("/workflows")
