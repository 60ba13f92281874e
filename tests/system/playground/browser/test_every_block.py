"""All of Block Kit on the page, with a bot that uses all of it."""

import asyncio
import json
import re
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Route, expect

from bot.playground.playground import Playground

from .conftest import Open, Opened
from .samples import LONG_ID

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest_asyncio.fixture(loop_scope="package")
async def opened(sampler_playground: Playground, open_page: Open) -> Opened:
    return await open_page(sampler_playground)


async def answer_json(message: Locator) -> Any:
    """Return the JSON in the sampler's answer."""
    await expect(message).to_contain_text("{")
    text = await message.locator(".message-body").inner_text()
    return json.loads(text[text.index("{") :])


@pytest.mark.parametrize("width", [1280, 360])
async def test_every_block_is_drawn(sampler_playground: Playground, open_page: Open, width: int) -> None:
    opened = await open_page(sampler_playground, width=width)
    await opened.type("/workflows showcase")
    message = opened.last
    await expect(message.get_by_role("heading", name="Showcase")).to_be_visible()
    for tag, text in (("strong", "bold"), ("em", "italic"), ("del, s", "struck"), ("code", "code <b>")):
        await expect(message.locator(tag).filter(has_text=text).first).to_be_visible()
    link = message.get_by_role("link", name="a link")
    await expect(link).to_have_attribute("href", re.compile("^https://example.com/?$"))
    await expect(link).to_have_attribute("rel", re.compile("noopener"))
    for text in ("@ada", "#ops", "@here", "@oncall", "@workflows"):
        await expect(message.locator(".mention").filter(has_text=text)).to_be_visible()
    for text in ("<script>alert(1)</script>", LONG_ID, "small print"):
        await expect(message).to_contain_text(text)
    await expect(message.get_by_role("listitem").filter(has_text="second item")).to_be_visible()
    await expect(message.get_by_role("cell", name="plain table row")).to_be_visible()
    async for scheme in opened.schemes():
        assert await opened.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        await opened.shot(f"showcase-{width}-{scheme}")


async def test_dates_use_the_time_zone_of_the_viewer(opened: Opened) -> None:
    await opened.type("/workflows showcase")
    # 1786001400 is Thursday, 6 August 2026, 07:30 UTC: 08:30 in London, 03:30 in New York.
    await expect(opened.last).to_contain_text(re.compile(r"Aug 6(, 2026)? at 08:30"))
    await opened.page.get_by_label("Viewing as").select_option("Grace Hopper")
    await opened.type("/workflows showcase")
    await expect(opened.last).to_contain_text(re.compile(r"Aug 6(, 2026)? at 03:30"))


async def test_a_data_table_is_sorted_and_paged(opened: Opened) -> None:
    await opened.type("/workflows showcase")
    table = opened.last.get_by_role("table", name="Instances by workflow")

    numbers = table.locator("tbody tr td:last-child")
    await expect(numbers).to_have_text(["3,000", "1,000", "2,000"])
    await table.get_by_role("button", name="Errored").click()
    await expect(numbers).to_have_text(["1,000", "2,000", "3,000"])
    await opened.last.get_by_role("button", name="Next").click()
    await expect(numbers).to_have_text(["4,000", "5,000"])


@pytest.mark.parametrize(("sample", "kinds"), [("lines", ("bar", "line")), ("areas", ("area", "pie"))])
async def test_charts_are_drawn_and_can_be_read_out(
    opened: Opened, sample: str, kinds: tuple[str, ...]
) -> None:
    await opened.type(f"/workflows {sample}")
    async for scheme in opened.schemes():
        for kind in kinds:
            await expect(opened.last.get_by_role("img", name=f"A {kind} chart")).to_be_visible()
            await expect(opened.last.get_by_role("table", name=f"A {kind} chart")).to_contain_text("Tue")
        await opened.shot(f"charts-{sample}-{scheme}")


async def test_a_message_without_blocks_shows_its_text(opened: Opened) -> None:
    await opened.type("/workflows plain")
    await expect(opened.last.locator("strong")).to_have_text("text")


async def test_replies_are_below_their_parent(opened: Opened) -> None:
    await opened.type("/workflows thread")
    parent = opened.messages.filter(has_text="The parent").first
    await expect(parent).to_contain_text("1 reply")
    await expect(parent).to_contain_text("The reply")
    await opened.page.get_by_label("Viewing as").select_option("Grace Hopper")
    await expect(parent).to_be_visible()


async def test_a_reply_for_everybody_stands_in_the_channel_too(opened: Opened) -> None:
    await opened.type("/workflows broadcast")
    await expect(opened.page.locator("article", has_text="The parent")).to_contain_text("2 replies")
    await expect(opened.messages.filter(has_text="To everybody")).to_have_count(3)  # the parent holds one
    await expect(opened.last).to_contain_text("Replied in a thread, and sent to the channel")
    await expect(opened.last).not_to_contain_text("To the thread")
    await opened.shot("thread")


async def test_direct_messages_of_the_bot_are_in_their_own_channel(opened: Opened) -> None:
    await opened.type("/workflows direct")
    direct = opened.page.get_by_role("list", name="Direct messages").get_by_role("button", name="workflows")
    await expect(direct).to_contain_text("new")
    await direct.click()
    await expect(opened.last).to_contain_text("Between us")
    await expect(opened.page.get_by_role("heading", level=1, name="workflows")).to_be_visible()
    await opened.shot("direct")
    await opened.page.get_by_label("Viewing as").select_option("Grace Hopper")
    await expect(opened.messages).to_have_count(0)
    await expect(opened.page.get_by_text("Nothing in workflows yet")).to_be_visible()


async def test_channels_change_while_they_are_looked_at(
    sampler_playground: Playground, open_page: Open
) -> None:
    opened = await open_page(sampler_playground)
    workspace = sampler_playground.slack.workspace
    channels = opened.page.get_by_role("list", name="Channels").get_by_role("listitem")
    workspace.kick("secret", "ada")
    await expect(channels.filter(has_text="secret")).to_have_count(0)
    await channels.filter(has_text="ops").get_by_role("button").click()
    workspace.archive("ops")
    await expect(channels.filter(has_text="ops")).to_contain_text("archived")
    await expect(opened.page.get_by_text("posting is disabled")).to_be_visible()
    workspace.delete_channel("ops")
    await expect(opened.page.get_by_role("heading", level=1)).to_have_text("general")
    await opened.type("/workflows plain")
    await expect(opened.last).to_contain_text("only text")


async def test_every_element_of_a_message_can_be_used(opened: Opened) -> None:
    await opened.type("/workflows controls")
    message = opened.last
    await expect(message.get_by_role("button", name="Plain")).to_be_visible()
    ts = await message.get_attribute("data-ts")
    message = opened.page.locator(f"article[data-ts='{ts}']")
    await opened.shot("controls")

    async def answer(count: int) -> Any:
        await expect(opened.messages).to_have_count(count)
        return await answer_json(opened.last)

    await message.get_by_role("button", name="Plain").click()
    assert (await answer(2))["value"] == "plain"

    await choose(opened, message.get_by_role("combobox", name="Choose"), "Banana")
    assert (await answer(3))["selected_option"]["value"] == "banana"

    await message.get_by_role("button", name="More actions").click()
    await opened.page.get_by_role("menuitem", name="Cherry").click()
    assert (await answer(4))["selected_option"]["value"] == "cherry"

    await message.get_by_role("checkbox", name="Apple").check()
    assert [option["value"] for option in (await answer(5))["selected_options"]] == ["apple"]

    await message.get_by_role("radio", name="Cherry").check()
    assert (await answer(6))["selected_option"]["value"] == "cherry"

    await message.locator("input[type=date]").fill("2026-12-24")
    assert (await answer(7))["selected_date"] == "2026-12-24"

    await message.locator("input[type=time]").fill("14:30")
    assert (await answer(8))["selected_time"] == "14:30"

    await choose(opened, message.get_by_role("combobox", name="Who"), "Grace Hopper")
    assert (await answer(9))["selected_user"] == "U0GRACE01"

    lookup = message.get_by_role("combobox", name="Look up")
    await lookup.press_sequentially("ord")
    await opened.option("Ord 2").click()
    assert (await answer(10))["selected_option"]["value"] == "ord 2"


async def test_options_for_an_earlier_text_are_not_offered_for_a_later_one(opened: Opened) -> None:
    """Else Enter would choose one of them, as `America/Toronto` where `tokyo` is typed."""
    asked = {text: asyncio.Event() for text in ("ord", "order")}
    answered = {text: asyncio.Event() for text in asked}

    async def answer_late(route: Route) -> None:
        text = json.loads(route.request.post_data or "")["typed"]
        asked[text].set()
        await answered[text].wait()
        await route.continue_()

    await opened.type("/workflows controls")
    lookup = opened.last.get_by_role("combobox", name="Look up")
    await opened.page.route("**/actions", answer_late)
    await lookup.press_sequentially("ord")
    await asked["ord"].wait()
    await lookup.press_sequentially("er")
    async with opened.page.expect_response("**/actions"):
        answered["ord"].set()
    await asked["order"].wait()
    await expect(opened.page.get_by_role("status").filter(has_text="Loading options")).to_be_visible()
    await expect(opened.option("Ord")).to_have_count(0)
    answered["order"].set()
    await expect(opened.option("Order 1")).to_be_visible()


async def choose(opened: Opened, menu: Locator, name: str) -> None:
    """Choose an option of a menu."""
    await menu.click()
    await opened.option(name).click()


async def test_an_element_with_confirm_waits_for_the_confirmation(opened: Opened) -> None:
    await opened.type("/workflows controls")
    sure = opened.last.get_by_role("button", name="Sure?")
    await sure.click()
    dialog = opened.page.get_by_role("dialog", name="Really?")
    await expect(dialog).to_contain_text("It can't be undone.")
    await opened.shot("confirm")
    await dialog.get_by_role("button", name="Leave it").click()
    await expect(dialog).to_be_hidden()
    await expect(sure).to_be_focused()
    await expect(opened.messages).to_have_count(1)
    await sure.click()
    await dialog.get_by_role("button", name="Do it").click()
    await expect(opened.messages).to_have_count(2)
    assert (await answer_json(opened.last))["action_id"] == "sure"


@pytest.mark.parametrize(
    ("sample", "says"),
    [
        ("refused", "Slack refused what the bot sent by chat.postEphemeral: invalid_blocks"),
        ("refused-ack", "the ack's message was refused: invalid_blocks"),
        ("silence", "operation_timeout"),
    ],
)
async def test_a_refused_message_is_shown_with_slacks_error_code(
    opened: Opened, sample: str, says: str
) -> None:
    await opened.type(f"/workflows {sample}")
    notice = opened.messages.filter(has_text=says)
    await expect(notice).to_be_visible()
    if sample == "refused":
        await expect(notice).to_contain_text("no more than 50 items allowed")
        await expect(opened.last).to_contain_text("told: invalid_blocks")
    await opened.shot(f"refusal-{sample}")
