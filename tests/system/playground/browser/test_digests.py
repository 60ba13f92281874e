"""A digest in the browser, from its creation to its last message."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from bot.playground.accounts import SimulatedAccount
from bot.playground.playground import Playground, run_playground

from .conftest import Open, Opened, Scheme
from .test_accessibility import violations

pytestmark = pytest.mark.asyncio(loop_scope="package")

TALL = 1_420
"""A height that fits the whole form, as axe reports no visible label for scrolled controls."""

DELIVERED = 15_000
"""The maximum milliseconds until a digest is posted; the worker polls every two seconds."""


MADE = re.compile(r"Digest (\d+) in #\w+ is made\.")


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def playground_of_module() -> AsyncIterator[Playground]:
    """Run the real bot for all tests of the module, as a worker takes seconds to start."""
    async with run_playground(SimulatedAccount(seed=1, instances=3000)) as playground:
        yield playground


@pytest.fixture
def playground(playground_of_module: Playground) -> Playground:
    """Leave nothing of what the tests before have said and opened."""
    slack = playground_of_module.slack
    slack.views.close_all("U0ADA0001")
    for channel in slack.workspace.conversations:
        for message in slack.messages(channel.id):
            slack.workspace.delete(message, "the next test")
    return playground_of_module


@pytest_asyncio.fixture(loop_scope="package")
async def opened(playground: Playground, open_page: Open) -> Opened:
    return await open_page(playground)


def chip(opened: Opened) -> Locator:
    return opened.page.get_by_role("button", name="A digest")


def posted(opened: Opened, number: int) -> Locator:
    """Return the messages of a digest in the channel; replies are inside the first one."""
    return opened.page.locator("article[data-kind=message]").filter(has_text=f"Digest {number} · ").first


async def create(opened: Opened, words: str) -> int:
    """Create a digest by a command, and return its number."""
    made = opened.messages.filter(has_text="is made.")  # digests may be posted meanwhile
    before = await made.count()
    await opened.type(f"/workflows digest create {words}")
    await expect(made).to_have_count(before + 1)
    found = re.search(r"Digest (\d+)", await made.last.inner_text())
    assert found is not None
    return int(found[1])


async def run(opened: Opened, number: int) -> None:
    await opened.type(f"/workflows digest run {number}")
    await expect(opened.last).to_contain_text(f"Digest {number} is being made.")


async def recorded(opened: Opened, number: int) -> None:
    """Wait until the first run of a digest is recorded, before which no second one is made."""
    async with asyncio.timeout(DELIVERED / 1000):
        while True:
            await opened.type(f"/workflows digest show {number}")
            await expect(opened.last).to_contain_text(f"Digest {number} in")
            if "✅ sent" in await opened.last.inner_text():
                return


async def looks(opened: Opened, name: str, height: int = 800) -> None:
    """Check accessibility and save screenshots: light on a desktop, dark on a phone."""
    looks: tuple[tuple[int, Scheme], ...] = ((1280, "light"), (360, "dark"))
    for width, scheme in looks:
        await opened.page.emulate_media(color_scheme=scheme)
        await opened.page.set_viewport_size({"width": width, "height": height})
        assert await violations(opened.page) == []
        overflow = await opened.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0
        await opened.shot(f"{name}-{width}-{scheme}")
    await opened.page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
async def test_a_form_is_filled_in_previewed_put_right_and_submitted(
    playground: Playground, open_page: Open, scheme: Scheme, width: int
) -> None:
    opened = await open_page(playground, scheme, width, TALL)
    await chip(opened).click()
    dialog, keyboard = opened.page.get_by_role("dialog", name="New digest"), opened.page.keyboard
    words = dialog.get_by_role("textbox", name="Or in words")
    zone = dialog.get_by_role("combobox", name="Time zone")
    await expect(zone).to_have_value("Europe/London")
    assert await violations(opened.page) == []
    await opened.shot(f"digest-form-{width}-{scheme}")

    await words.fill("every 5m")
    await dialog.get_by_role("button", name="Create").click()
    await expect(words).to_be_focused()
    await expect(words).to_have_accessible_description(re.compile("more often than every 15 minutes"))
    await opened.shot(f"digest-mistake-{width}-{scheme}")

    await keyboard.press("ControlOrMeta+a")
    await keyboard.type("every 4h")
    await keyboard.press("Tab")
    await expect(zone).to_be_focused()
    await keyboard.type("tokyo")
    await expect(opened.option("Asia/Tokyo")).to_be_visible()
    await keyboard.press("Enter")
    await dialog.get_by_role("combobox", name="Workflows").click()
    await keyboard.type("ORDER")
    await opened.option("order-processing").click()
    await keyboard.press("Escape")
    quiet = dialog.get_by_role("checkbox", name="Only post when something is new")
    await quiet.press("Space")

    await dialog.get_by_role("button", name="Preview").press("Enter")
    preview = opened.page.get_by_role("dialog", name="Preview")
    await expect(preview).to_contain_text("Digest · order-processing")
    await expect(preview).to_contain_text("every 4h (Asia/Tokyo)")
    await expect(preview.get_by_role("button")).to_have_count(2)  # both lead back
    await expect(preview.get_by_role("group", name="Preview")).to_be_focused()
    await opened.page.set_viewport_size({"width": width, "height": 600})
    assert await violations(opened.page) == []
    await opened.page.set_viewport_size({"width": width, "height": TALL})
    await opened.shot(f"digest-preview-{width}-{scheme}")
    await preview.get_by_role("button", name="Back").click()

    await expect(preview).to_have_count(0)
    await expect(dialog.get_by_role("button", name="Preview")).to_be_focused()
    await expect(words).to_have_value("every 4h")
    await expect(zone).to_have_value("Asia/Tokyo")
    await expect(quiet).to_be_checked()
    await opened.shot(f"digest-filled-in-{width}-{scheme}")
    await dialog.get_by_role("button", name="Create").click()

    await expect(dialog).to_be_hidden()
    await expect(opened.last).to_contain_text(MADE)
    for said in ("every 4h (Asia/Tokyo)", "order-processing", "only when something is new"):
        await expect(opened.last).to_contain_text(said)
    await expect(opened.last).to_have_attribute("data-kind", "ephemeral")


async def test_a_digest_is_posted_for_everybody_and_opens_the_list(opened: Opened) -> None:
    await opened.page.get_by_role("button", name="Close requests").click()
    number = await create(opened, "weekdays 09:00")
    await run(opened, number)
    digest = posted(opened, number)
    await expect(digest).to_contain_text("all workflows", timeout=DELIVERED)
    table = digest.get_by_role("table", name=re.compile("^Instances by status"))
    await expect(table).to_contain_text("order-processing")
    await expect(digest.get_by_role("img", name="Newly errored in the last 24 hours")).to_be_visible()
    await looks(opened, "digest-posted", height=1700)

    await opened.page.get_by_label("Viewing as").select_option("Grace Hopper")
    more = digest.get_by_role("button", name=re.compile("more of order-processing"))
    await expect(more).to_have_text(re.compile(r"And \d+ more"))
    count = re.search(r"\d+", await more.inner_text())
    assert count is not None
    await more.click()
    await expect(opened.last).to_contain_text(f"order-processing · {count[0]} newly errored")
    await expect(opened.last).to_contain_text(f"of {count[0]}")
    await expect(opened.last).to_have_attribute("data-kind", "ephemeral")
    await expect(digest).to_be_visible()


async def test_a_digest_is_paused_resumed_deleted_and_brought_back(opened: Opened) -> None:
    await opened.page.get_by_role("button", name="Close requests").click()
    number = await create(
        opened, "#ops mon,thu 14:30 Asia/Tokyo workflow invoice-run quiet mention:@oncall,@grace"
    )
    other = await create(opened, "daily 9am")
    await opened.page.get_by_role("button", name=f"Pause digest {other}").click()
    await expect(opened.last).to_contain_text(f"Digest {other} in #general is paused.")
    await opened.type("/workflows digest list")
    await expect(opened.last.get_by_role("heading", name="Digests")).to_be_visible()
    await looks(opened, "digest-list")
    row = opened.last.locator(".section").filter(has_text=f"Digest {other} in")
    await row.get_by_role("button", name="More actions").click()
    await opened.page.get_by_role("menuitem", name="Resume").click()
    await expect(opened.last).to_contain_text("is active again.")
    await opened.type(f"/workflows digest show {number}")
    await expect(opened.last).to_contain_text("Next times")
    await opened.shot("digest-shown")

    delete = opened.last.get_by_role("button", name=f"Delete… digest {number}")
    await delete.click()
    dialog = opened.page.get_by_role("dialog", name=f"Delete digest {number}?")
    await expect(dialog).to_contain_text("It can be restored for a while.")
    await opened.shot("digest-delete")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(delete).to_be_focused()
    await delete.press("Enter")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(opened.last).to_contain_text("is deleted.")
    await opened.shot("digest-deleted")
    await opened.last.get_by_role("button", name="Undo").click()
    await expect(opened.last).to_contain_text("is restored.")


async def test_later_digests_are_in_the_thread_and_the_creator_gets_the_reason_of_a_pause(
    playground: Playground, opened: Opened
) -> None:
    playground.slack.workspace.invite("quiet", "workflows")
    number = await create(opened, "every 4h workflow invoice-run thread:daily")
    stranded = await create(opened, "#quiet weekdays 09:00")
    playground.slack.workspace.archive("quiet")
    await run(opened, stranded)
    await run(opened, number)
    first = posted(opened, number)
    await expect(first).to_be_visible(timeout=DELIVERED)
    await recorded(opened, number)
    await run(opened, number)
    direct = opened.page.get_by_role("list", name="Direct messages").get_by_role("button", name="workflows")
    await expect(direct).to_contain_text("new", timeout=DELIVERED)
    await expect(first).to_contain_text("1 reply", timeout=DELIVERED)
    await expect(first.locator(".replies")).to_contain_text(f"Digest {number} · invoice-run")
    ticks = await first.locator("text.tick").all_text_contents()
    assert {"0", "1"} <= set(ticks)
    assert not [tick for tick in ticks if "." in tick], "there are no halves of an instance"
    await opened.page.set_viewport_size({"width": 1280, "height": 1700})
    await opened.shot("digest-thread")
    await direct.click()
    await expect(opened.last).to_contain_text(f"Digest {stranded} has paused itself.")
    await expect(opened.last).to_contain_text("It could not be posted in #quiet")
    await opened.shot("digest-direct")


@pytest.mark.parametrize("width", [420, 1280])
async def test_nothing_is_below_a_digest_s_chart_but_its_last_line(
    playground: Playground, open_page: Open, width: int
) -> None:
    opened = await open_page(playground, width=width)
    number = await create(opened, "weekdays 09:00")
    await run(opened, number)
    digest = posted(opened, number)
    await expect(digest.get_by_role("img", name="Newly errored in the last 24 hours")).to_be_visible(
        timeout=DELIVERED
    )
    below = """() => {
        const feed = document.getElementById("feed");
        const end = feed.lastElementChild.getBoundingClientRect().bottom;
        return [
            feed.getBoundingClientRect().bottom - end,
            feed.scrollHeight - feed.scrollTop - feed.clientHeight,
        ];
    }"""
    await expect(opened.last).to_contain_text("weekdays at 09:00")
    gap, unseen = await opened.page.evaluate(below)
    assert 0 <= gap < 20
    assert unseen < 2
