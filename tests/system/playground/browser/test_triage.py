"""Somebody on call: what is broken and why, how it does, where it is, and all of it as a file."""

import asyncio
import csv
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from bot.playground.playground import Playground
from bot.playground.simulators.cloudflare import Simulation, Slow

from .conftest import Open, Opened, Scheme
from .test_accessibility import violations

pytestmark = pytest.mark.asyncio(loop_scope="package")

WIDE_AND_NARROW = pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])


async def check(opened: Opened, name: str) -> None:
    """Check that the last message fits its window and, on a phone, that all can use it; keep a picture."""
    await opened.last.evaluate("(message) => message.scrollIntoView({ block: 'start' })")
    await opened.shot(name)
    for what in ("document.documentElement", "document.querySelector('article[data-ts]:last-of-type')"):
        assert await opened.page.evaluate(f"{what}.scrollWidth - {what}.clientWidth") <= 0
    if await opened.page.evaluate("innerWidth") < 500:
        assert await violations(opened.page) == []


async def press(opened: Opened, button: Locator) -> None:
    """Press a button by the keyboard."""
    await button.focus()
    await opened.page.keyboard.press("Enter")


async def tab_to(opened: Opened, button: Locator) -> None:
    """Go back from the composer to a button of the last message, by the keyboard alone."""
    await expect(button).to_be_visible()
    for _ in range(60):
        await opened.page.keyboard.press("Shift+Tab")
        if await button.evaluate("(button) => button === document.activeElement"):
            return
    raise AssertionError("the keyboard does not lead there")


async def wait_for_last_message(opened: Opened, words: str) -> Locator:
    """Wait until the last message has some words, and return it, also once others follow."""
    await expect(opened.last).to_contain_text(words)
    stamp = await opened.last.get_attribute("data-ts")
    return opened.page.locator(f'article[data-ts="{stamp}"]')


@WIDE_AND_NARROW
async def test_from_trouble_to_its_cause_and_to_its_instances(
    playground: Playground, open_page: Open, simulation: Simulation, width: int, scheme: Scheme
) -> None:
    opened = await open_page(playground, scheme, width)
    await opened.type("/workflows")
    await opened.last.get_by_role("button", name="Why order-processing failed").click()
    failures = await wait_for_last_message(opened, "order-processing: ")
    await expect(failures).to_contain_text(
        "TypeError: Cannot read properties of undefined (reading 'currency')"
    )
    await check(opened, f"failures-{width}")

    details = failures.get_by_role("button", name="Details of ord-").first
    await press(opened, details)
    dialog = opened.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Failed in step 4 of 4, charge card")
    await opened.page.keyboard.press("Escape")
    await expect(details).to_be_focused()

    refresh, calls = failures.get_by_role("button", name="Read the failures again"), simulation.list_calls
    await refresh.evaluate("(button) => button.dataset.old = 'yes'")
    await press(opened, refresh)
    await expect(refresh).not_to_have_attribute("data-old", "yes")  # the message has been replaced
    await expect(refresh).not_to_have_attribute("aria-busy", "true")
    await expect(refresh).to_be_focused()
    assert simulation.list_calls > calls

    await failures.get_by_role("button", name="Share this message").click()
    await wait_for_last_message(opened, "Shared by")
    await failures.get_by_role("button", name="of order-processing with this cause").first.click()
    await wait_for_last_message(opened, "of one cause")
    await check(opened, f"failures-list-{width}")


@WIDE_AND_NARROW
async def test_how_they_do_and_where_one_is(
    playground: Playground, open_page: Open, width: int, scheme: Scheme
) -> None:
    opened = await open_page(playground, scheme, width)
    await opened.type("/workflows stats *")
    stats = await wait_for_last_message(opened, "Runs of each workflow, the worst first")
    table = stats.get_by_role("group", name="Runs of each workflow")
    await expect(table.get_by_role("columnheader")).to_have_count(8)
    await expect(table.get_by_role("rowheader", name="order-processing")).to_be_visible()
    await check(opened, f"stats-{width}")
    await press(opened, stats.get_by_role("button", name="Since 24h"))
    await expect(stats).to_contain_text("/workflows stats * since:24h")
    focused = await opened.page.evaluate("document.activeElement.closest('article')?.dataset.ts")
    assert focused == await stats.get_attribute("data-ts")

    await opened.type("/workflows find ord-58*")
    found = await wait_for_last_message(opened, "instances begin with ord-58")
    await check(opened, f"find-{width}")
    await press(opened, found.get_by_role("button", name="Details of ord-").nth(1))
    await expect(opened.page.get_by_role("dialog")).to_contain_text("order-processing")


@pytest.mark.parametrize("width", [1280, 360])
async def test_one_list_is_paged_by_the_keyboard_alone(
    playground: Playground, open_page: Open, width: int
) -> None:
    opened = await open_page(playground, width=width)
    await opened.composer.focus()
    await opened.page.keyboard.type("/workflows list * errored,terminated")
    await opened.page.keyboard.press("Enter")
    listed = await wait_for_last_message(opened, "1–10 of ")
    first = await listed.inner_text()
    await tab_to(opened, listed.get_by_role("button", name="Older rows"))
    for rows in ("11–20 of ", "21–30 of "):
        await opened.page.keyboard.press("Enter")
        await expect(listed).to_contain_text(rows)
    await tab_to(opened, listed.get_by_role("button", name="Newer rows"))
    for rows in ("11–20 of ", "1–10 of "):
        await opened.page.keyboard.press("Enter")
        await expect(listed).to_contain_text(rows)
    assert await listed.inner_text() == first


async def test_an_export_shows_how_far_it_is_can_be_cancelled_and_is_a_file(
    playground: Playground, open_page: Open, simulation: Simulation
) -> None:
    opened = await open_page(playground, "dark", 360)
    simulation.inject(Slow(30), times=None, operation="list_instances")
    await opened.type("/workflows export order-processing errored")
    await wait_for_last_message(opened, "in your direct messages with this bot")
    await opened.page.get_by_role("button", name="Channels").click()
    await opened.page.get_by_role("button", name="workflows").click()
    await wait_for_last_message(opened, "Exporting")
    await check(opened, "export-progress")
    await press(opened, opened.last.get_by_role("button", name="Cancel"))
    cancelled = await wait_for_last_message(opened, "Export cancelled.")
    await expect(cancelled.get_by_role("button", name="Cancel")).to_have_count(0)
    simulation.clear_faults()

    await cancelled.get_by_role("button", name="Begin again").click()
    file = opened.page.get_by_role("group", name="File order-processing").last
    await check(opened, "export-file")
    async with opened.page.expect_download() as saving:
        await file.get_by_role("button", name="Download order-processing").press("Enter")
    text = await asyncio.to_thread(Path(await (await saving.value).path()).read_text, "utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    listed = simulation.records.find("order-processing").instances
    assert sorted(row["id"] for row in rows) == sorted(
        record.id for record in listed if record.status == "errored"
    )


async def test_a_table_takes_the_room_there_is_and_says_where_columns_are_out_of_sight(
    playground: Playground, open_page: Open
) -> None:
    opened = await open_page(playground, width=1150)
    await opened.type("/workflows list order-processing view:table")
    listed = await wait_for_last_message(opened, "order-processing: 1–")
    frame, more = listed.locator(".table-frame"), listed.get_by_text("More columns")
    await expect(listed.get_by_role("columnheader", name="Version")).to_be_visible()
    assert await frame.evaluate("(frame) => frame.scrollWidth - frame.clientWidth") <= 0
    await expect(more).to_be_hidden()
    await opened.page.set_viewport_size({"width": 360, "height": 800})
    await expect(more).to_be_visible()
    await frame.focus()
    for _ in range(40):
        await opened.page.keyboard.press("ArrowRight")
    await expect(more).to_be_hidden()
    await opened.shot("table-360")
