"""Rows, tables, folded parts and modals about instances, on the page."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from bot.playground.playground import Playground
from bot.playground.simulators.slack.directory import GUS, MALLORY, User

from .conftest import Open, Opened, Scheme
from .instance_samples import ERROR, RUNS
from .test_accessibility import violations

pytestmark = pytest.mark.asyncio(loop_scope="package")

FIRST, SECOND, THIRD = (run.id for run in RUNS)


@pytest_asyncio.fixture(loop_scope="package")
async def opened(sampler_playground: Playground, open_page: Open) -> Opened:
    opened = await open_page(sampler_playground, height=900)
    await show(opened, "instances")
    return opened


async def show(opened: Opened, sample: str) -> None:
    """Have the sampler post its message about instances, and wait for it."""
    await opened.type(f"/workflows {sample}")
    await expect(opened.last).to_contain_text("order-processing · errored")


def section(opened: Opened, instance: str) -> Locator:
    return opened.last.locator(".section-block").filter(has_text=instance)


def table(opened: Opened) -> Locator:
    return opened.last.get_by_role("table", name="3 errored")


def modal(opened: Opened, title: str) -> Locator:
    return opened.page.get_by_role("dialog", name=title, exact=True)


async def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the window."""
    width: int = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return width


async def is_in_sight(control: Locator) -> bool:
    """Return whether a control of the modal is within the modal's visible part."""
    inside: bool = await control.evaluate(
        """(node) => {
            const box = node.getBoundingClientRect();
            const frame = node.closest(".modal-body").getBoundingClientRect();
            return box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
        }"""
    )
    return inside


@pytest.mark.parametrize(("place", "way"), [("section", "mouse"), ("cell", "keyboard")])
async def test_details_of_a_row_open_a_modal_and_the_focus_comes_back(
    opened: Opened, place: str, way: str
) -> None:
    within = section(opened, SECOND) if place == "section" else table(opened).get_by_role("row", name=SECOND)
    details = within.get_by_role("button", name="Details")
    if way == "mouse":
        await details.click()
    else:
        await details.focus()
        await details.press("Enter")
    await expect(modal(opened, SECOND)).to_contain_text("Failed in reserve stock, attempt 5 of 5.")
    await opened.page.keyboard.press("Escape")
    await expect(modal(opened, SECOND)).to_have_count(0)
    await expect(details).to_be_focused()


async def test_buttons_in_cells_are_told_apart_and_move_with_their_rows(opened: Opened) -> None:
    details = table(opened).get_by_role("button", name="Details")
    await expect(details.first).to_have_accessible_description(FIRST)
    ran = table(opened).get_by_role("columnheader", name="Ran")
    await ran.get_by_role("button").click()
    await expect(ran).to_have_attribute("aria-sort", "ascending")
    await expect(details.first).to_have_accessible_description(SECOND)
    await details.first.click()
    await expect(modal(opened, SECOND)).to_contain_text("Steps 1–10")
    await opened.page.keyboard.press("Escape")
    await opened.last.get_by_role("button", name="Next").click()
    await expect(details).to_have_count(1)
    await details.click()
    await expect(modal(opened, THIRD)).to_contain_text("Steps 1–10")


async def test_a_column_of_buttons_is_not_sorted(opened: Opened) -> None:
    more = table(opened).get_by_role("columnheader", name="More")
    await expect(more.get_by_role("button")).to_have_count(0)
    assert await more.get_attribute("aria-sort") is None


async def test_a_container_folds_by_keyboard_and_stays_as_it_was_left(opened: Opened) -> None:
    fold = opened.last.get_by_role("heading", name="Output").get_by_role("button")
    inside = opened.last.get_by_role("group", name="Output").get_by_role("button", name="Whole output")
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await expect(inside).to_be_hidden()
    await fold.focus()
    await fold.press("Space")
    await expect(fold).to_have_attribute("aria-expanded", "true")
    await expect(fold).to_be_focused()
    await expect(inside).to_be_visible()

    await opened.last.get_by_role("button", name="Refresh").click()
    await expect(opened.last).to_contain_text("pressed 1 times")
    await expect(fold).to_have_attribute("aria-expanded", "true")

    await inside.click()
    await expect(modal(opened, FIRST)).to_contain_text("Steps 1–10")
    await opened.page.keyboard.press("Escape")
    await fold.press("Enter")
    await expect(inside).to_be_hidden()


async def test_a_container_that_does_not_fold_shows_its_blocks(opened: Opened) -> None:
    await expect(opened.last.get_by_role("heading", name="Error", exact=True)).to_be_visible()
    await expect(opened.last.get_by_role("group", name="Error", exact=True)).to_contain_text(ERROR)
    await expect(opened.last.get_by_role("button", name="Error", exact=True)).to_have_count(0)


async def test_the_pages_of_a_modal_keep_the_focus_in_sight_and_are_read_out(opened: Opened) -> None:
    await section(opened, FIRST).get_by_role("button", name="Details").click()
    dialog = modal(opened, FIRST)
    await expect(dialog.get_by_role("heading", name="Steps 1–10 of 24")).to_be_visible()
    await expect(dialog.get_by_role("status")).to_contain_text(f"{FIRST}: Failed in reserve stock")
    later = dialog.get_by_role("button", name="Later steps")
    await later.focus()
    await later.press("Enter")
    await expect(dialog.get_by_role("heading", name="Steps 11–20 of 24")).to_be_attached()
    await expect(later).to_be_focused()
    assert await is_in_sight(later)
    await opened.page.keyboard.press("Enter")
    await expect(dialog.get_by_role("heading", name="Steps 21–24 of 24")).to_be_attached()
    # The last page has no such button: the focus goes to its neighbour.
    earlier = dialog.get_by_role("button", name="Earlier steps")
    await expect(earlier).to_be_focused()
    assert await is_in_sight(earlier)


async def test_a_long_modal_is_read_from_its_start_and_scrolls_by_keyboard(opened: Opened) -> None:
    await section(opened, FIRST).get_by_role("button", name="Details").click()
    body = modal(opened, FIRST).locator(".modal-body")
    await expect(body).to_contain_text("Steps 1–10")
    await expect(body).to_be_focused()
    assert await body.evaluate("(node) => node.scrollTop") == 0
    await opened.page.keyboard.press("End")
    await expect(modal(opened, FIRST).get_by_role("button", name="Later steps")).to_be_in_viewport()


async def test_three_modals_are_stacked_and_closed_one_by_one(opened: Opened) -> None:
    details = section(opened, FIRST).get_by_role("button", name="Details")
    await details.click()
    output = modal(opened, FIRST).get_by_role("button", name="Output").nth(2)
    await output.click()
    # It is longer than the window, and is read from its start, though its button is at its end.
    text = modal(opened, "Output of step 3").locator(".modal-body")
    await expect(text).to_be_focused()
    assert await text.evaluate("(node) => node.scrollTop") == 0
    attempts = modal(opened, "Output of step 3").get_by_role("button", name="Attempts")
    await attempts.click()
    await expect(modal(opened, "Attempts of 3")).to_contain_text("1st of 6")
    for closed, control in (("Attempts of 3", attempts), ("Output of step 3", output), (FIRST, details)):
        await opened.page.keyboard.press("Escape")
        await expect(modal(opened, closed)).to_have_count(0)
        await expect(control).to_be_focused()


async def test_bars_are_never_broken(sampler_playground: Playground, open_page: Open) -> None:
    opened = await open_page(sampler_playground, width=360)
    await show(opened, "instances")
    lines = opened.last.locator("pre.bars")
    box = await lines.evaluate("(node) => [node.clientHeight, parseFloat(getComputedStyle(node).lineHeight)]")
    assert 3 * box[1] <= box[0] < 5 * box[1], "three lines, and room for a scroll bar"
    await expect(lines).to_have_attribute("tabindex", "0")
    bar = opened.last.locator("code.bar")
    assert await bar.evaluate("(node) => node.getClientRects().length") == 1
    font = await bar.evaluate("(node) => getComputedStyle(node).fontFamily")
    assert "monospace" in font


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
async def test_it_all_fits_any_window_without_a_barrier(
    sampler_playground: Playground, open_page: Open, width: int, scheme: Scheme
) -> None:
    opened = await open_page(sampler_playground, scheme, width=width, height=900)
    await show(opened, "shared")
    await opened.last.get_by_role("button", name="Output", exact=True).click()
    assert await overflow(opened.page) <= 0
    assert await violations(opened.page) == []
    await opened.last.get_by_role("heading", name="order-processing").scroll_into_view_if_needed()
    await opened.shot(f"instances-{width}-{scheme}")
    await section(opened, FIRST).get_by_role("button", name="Details").click()
    dialog = modal(opened, FIRST)
    await expect(dialog).to_contain_text("Steps 1–10")
    assert await dialog.locator(".modal-body").evaluate("(node) => node.scrollWidth - node.clientWidth") <= 0
    assert await overflow(opened.page) <= 0
    assert await violations(opened.page) == []
    await opened.shot(f"detail-{width}-{scheme}")


async def test_a_shared_list_is_turned_in_place_for_everybody(
    sampler_playground: Playground, open_page: Open
) -> None:
    ada, grace = [await open_page(sampler_playground) for _ in range(2)]
    await grace.page.get_by_label("Viewing as").select_option("Grace Hopper")
    await show(ada, "shared")
    refresh = grace.last.get_by_role("button", name="Refresh")
    await refresh.focus()
    await ada.last.get_by_role("button", name="Refresh").click()
    for opened in (ada, grace):
        await expect(opened.last).to_contain_text("pressed 1 times")
        await expect(opened.messages).to_have_count(1)
    await expect(refresh).to_be_focused()
    await refresh.press("Enter")
    await expect(ada.last).to_contain_text("pressed 2 times")


async def test_an_ephemeral_list_is_turned_for_its_reader_alone(
    opened: Opened, sampler_playground: Playground, open_page: Open
) -> None:
    grace = await open_page(sampler_playground)
    await grace.page.get_by_label("Viewing as").select_option("Grace Hopper")
    await opened.last.get_by_role("button", name="Refresh").click()
    await expect(opened.last).to_contain_text("pressed 1 times")
    await expect(grace.messages).to_have_count(0)


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
async def test_a_message_has_the_shortcuts_of_the_app(
    sampler_playground: Playground, open_page: Open, way: str
) -> None:
    opened = await open_page(sampler_playground)
    await opened.type("What is ord-59620?")
    message = opened.messages.filter(has_text="What is ord-59620?").first
    more = message.get_by_role("button", name="More actions")
    item = opened.page.get_by_role("menuitem", name="Look up in Workflows")
    if way == "mouse":
        await message.hover()
        await more.click()
        await item.click()
    else:
        await more.focus()
        await expect(message.locator(".tools")).to_have_css("opacity", "1")
        await more.press("Enter")
        await expect(item).to_be_focused()
        await item.press("Enter")
    await expect(more).to_be_focused()
    await expect(opened.last).to_contain_text('found: {"text": "What is ord-59620?", "in": "general"}')
    await expect(opened.last).to_contain_text("Only visible to you")
    await expect(opened.last.get_by_role("button", name="More actions")).to_have_count(0)
    await expect(opened.exchange("Look up in Workflows")).to_contain_text("message shortcut")


async def test_a_shortcut_in_a_thread_is_answered_in_the_thread(
    sampler_playground: Playground, open_page: Open
) -> None:
    opened = await open_page(sampler_playground)
    await opened.type("/workflows thread")
    reply = opened.messages.filter(has_text=re.compile("The reply")).last
    await reply.get_by_role("button", name="More actions").focus()
    await opened.page.keyboard.press("Enter")
    await opened.page.keyboard.press("Enter")
    await expect(opened.page.locator(".replies").get_by_text("found: ")).to_contain_text("The reply")


async def test_the_menu_of_people_says_who_is_no_full_member(
    sampler_playground: Playground, open_page: Open
) -> None:
    workspace = sampler_playground.slack.workspace
    nameless = User("U0HAL0001", "hal")
    workspace.people = (*workspace.people, MALLORY, GUS, nameless)
    opened = await open_page(sampler_playground)
    names = await opened.page.get_by_label("Viewing as").locator("option").all_inner_texts()
    assert names == [
        "Ada Lovelace",
        "Grace Hopper",
        "Mallory of another company (other workspace)",
        "Gus, a contractor (guest)",
        "hal",
    ]
