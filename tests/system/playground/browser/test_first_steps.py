"""A person who opens the page sees what to try first, and no alarm where nothing is wrong."""

import pytest
from playwright.async_api import expect

from bot.playground.playground import Playground
from bot.playground.running import open_overview

from .conftest import Open
from .test_accessibility import violations

pytestmark = pytest.mark.asyncio(loop_scope="package")

GUIDE = "What to try first"


@pytest.mark.parametrize("width", [420, 1280])
async def test_the_page_says_what_to_try_first_until_a_person_has_tried_something(
    playground: Playground, open_page: Open, width: int
) -> None:
    await open_overview(playground)
    opened = await open_page(playground, width=width)
    guide = opened.page.get_by_text(GUIDE)
    await expect(guide).to_be_in_viewport()
    await expect(opened.page.get_by_role("group", name="Try")).to_be_in_viewport()
    async for scheme in opened.schemes():
        assert await violations(opened.page) == []
        await opened.shot(f"first-steps-{width}-{scheme}")
    await opened.page.get_by_role("button", name="What failed?").click()
    await expect(opened.last).to_contain_text("order-processing · 🔴 errored")
    await expect(guide).to_be_hidden()
    await opened.page.reload()
    await expect(opened.last).to_contain_text("order-processing · 🔴 errored")
    await expect(guide).to_be_hidden()


async def test_a_check_of_membership_is_no_alarm(playground: Playground, open_page: Open) -> None:
    opened = await open_page(playground, width=1400)
    await opened.page.locator("[data-channel]").filter(has_text="quiet").click()
    await opened.type("/workflows digest create daily 9am")
    await expect(opened.last).to_contain_text("This bot is not in")
    check = opened.exchange("chat.postEphemeral")
    await expect(check).to_contain_text("not in the channel")
    await expect(opened.page.locator("[data-exchange][data-refused]")).to_have_count(0)
    notices = opened.page.locator("[data-kind=notice], [data-kind=refusal]")
    await expect(notices).to_have_count(0)
    await check.locator("summary").first.click()
    await expect(check).to_contain_text("A check of membership: Slack says not_in_channel")
    await expect(check.locator(".refused")).to_have_count(0)
    await opened.shot("check-of-membership")
