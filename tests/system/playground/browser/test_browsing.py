"""A person tries the bot in a browser."""

import re
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.playground.playground import Playground
from bot.playground.simulators.cloudflare import Simulation
from tests.system.playground.playground_process import run_playground_process

from .conftest import Open, Opened, Pages, Visit

pytestmark = pytest.mark.asyncio(loop_scope="package")

ERRORED = "/workflows list order-processing status:errored"


@pytest_asyncio.fixture(loop_scope="package")
async def opened(playground: Playground, open_page: Open) -> Opened:
    return await open_page(playground)


async def test_one_command_leads_to_a_page_that_answers_and_flips(visit: Visit, tmp_path: Path) -> None:
    async with run_playground_process(tmp_path, "--port", "0") as playground:
        opened = await visit(str(playground.address))
        async for scheme in opened.schemes():
            await expect(opened.last).to_contain_text("5 workflows · ")
            await opened.shot(f"overview-{scheme}")
        await opened.type(ERRORED)
        listed = opened.last
        await expect(listed).to_contain_text("order-processing · 🔴 errored")
        await expect(listed).to_contain_text("1–10 of 100+")
        await listed.get_by_role("button", name="Older rows").click()
        await expect(listed).to_contain_text("11–20 of 100+")
        await expect(listed.get_by_role("button", name="Older rows")).to_be_focused()
        async for scheme in opened.schemes():
            await opened.shot(f"list-{scheme}")
        await listed.get_by_role("button", name="Newer rows").click()
        await expect(listed).to_contain_text("1–10 of 100+")
        await expect(opened.messages).to_have_count(2)
        await opened.page.close()  # else it complains that its server has ended


async def test_the_way_back_costs_nothing_as_the_picture_in_the_readme_shows(
    playground: Playground, open_page: Open
) -> None:
    opened = await open_page(playground, height=860)
    await opened.type("/workflows list order-processing since:24h")
    for name, rows in (("Older rows", "11–20"), ("Newer rows", "1–10")):
        await opened.last.get_by_role("button", name=name).click()
        await expect(opened.last).to_contain_text(rows)
        await expect(opened.page.locator("[data-exchange]").first).to_contain_text("0 calls")
    await opened.composer.focus()
    await opened.page.mouse.move(0, 0)
    await opened.shot("readme")


async def test_every_suggestion_is_a_click_away(opened: Opened) -> None:
    for name, answer in (
        ("What failed?", "order-processing · 🔴 errored"),
        ("The last hour", "image-pipeline"),
        ("A typo", "status"),
    ):
        await opened.page.get_by_role("button", name=name).click()
        await expect(opened.last).to_contain_text(answer)


@pytest.mark.parametrize(
    ("fault", "says", "then"),
    [
        ("Down", "Cloudflare gave no usable answer.", "Again: /workflows list order-processing"),
        ("Rate limited", "Too many requests to Cloudflare just now.", "The answer follows by itself in 20s."),
        (
            "HTML",
            "Cloudflare sent a response this bot can't read.",
            "Again: /workflows list order-processing",
        ),
    ],
)
async def test_an_injected_fault_becomes_a_readable_message(
    opened: Opened, fault: str, says: str, then: str
) -> None:
    switch = opened.page.get_by_label("Cloudflare")
    await switch.select_option(fault)
    await opened.type("/workflows list order-processing")
    await expect(opened.last).to_contain_text(says)
    await expect(opened.last).to_contain_text(then)
    await opened.shot(f"fault-{fault.lower().replace(' ', '-')}")
    if fault != "Rate limited":
        await switch.select_option("Healthy")
        await opened.type("/workflows list order-processing")
        await expect(opened.last).to_contain_text("1–10 of 100+")


async def test_a_slow_answer_is_waited_for_where_it_can_be_seen(opened: Opened) -> None:
    await opened.page.get_by_label("Cloudflare").select_option("Slow")
    await opened.type("/workflows list order-processing")
    await expect(opened.exchange("/workflows list order-processing")).to_contain_text("waiting")
    await expect(opened.last).to_contain_text("1–10 of 100+", timeout=8000)


async def test_the_side_panel_shows_the_calls_of_a_command(opened: Opened) -> None:
    await opened.type(ERRORED)
    exchange = opened.exchange(ERRORED)
    await expect(exchange).to_contain_text("1 call")
    await exchange.locator("summary").first.click()
    await expect(exchange).to_contain_text("/workflows/order-processing/instances")
    await expect(exchange).to_contain_text('"command": "/workflows"')
    await opened.shot("requests")
    await opened.last.get_by_role("button", name="Older rows").click()
    await expect(opened.exchange("Older ▶")).to_contain_text("0 calls")


async def test_a_message_can_be_taken_along_as_block_kit_json(opened: Opened) -> None:
    await opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await opened.type("/workflows help")
    await opened.last.hover()
    await opened.last.get_by_role("button", name="Copy as Block Kit JSON").click()
    await expect(opened.page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    copied = await opened.page.evaluate("navigator.clipboard.readText().then(JSON.parse)")
    assert copied["blocks"][0]["type"] == "header"


async def test_commands_are_completed_and_the_history_is_available(opened: Opened) -> None:
    await opened.composer.press_sequentially("/w")
    await expect(opened.page.get_by_role("option", name=re.compile("workflows"))).to_be_visible()
    await opened.composer.press("Tab")
    await expect(opened.composer).to_have_value("/workflows ")
    await expect(opened.page.get_by_text("[list] NAME [status:errored]")).to_be_visible()
    await opened.composer.press_sequentially("help")
    await opened.composer.press("Enter")
    await expect(opened.last).to_contain_text("help")
    await opened.composer.press("ArrowUp")
    await expect(opened.composer).to_have_value("/workflows help")


async def test_words_that_are_no_command_are_a_message_and_a_mention_of_the_bot_is_answered(
    opened: Opened,
) -> None:
    await opened.type("Good morning!")
    await expect(opened.last).to_contain_text("Good morning!")
    await expect(opened.last.locator(".author")).to_have_text("ada")
    await expect(opened.last.locator(".badge")).to_have_count(0)
    await expect(opened.composer).to_have_value("")
    await opened.type("@workflows help")
    await expect(opened.last).to_contain_text("This bot answers the command /workflows")
    await expect(opened.last.locator(".badge")).to_have_text("APP")


async def test_an_unknown_command_is_answered_by_slackbot(opened: Opened) -> None:
    await opened.type("/wrkflows")
    await expect(opened.last).to_contain_text("/wrkflows is not a valid command. There is /workflows.")


async def test_each_person_reads_their_own_messages_in_their_own_zone(opened: Opened) -> None:
    await opened.type("/workflows help")
    await expect(opened.messages).to_have_count(1)
    await opened.page.get_by_label("Viewing as").select_option("Grace Hopper")
    await expect(opened.messages).to_have_count(0)
    await opened.type("/workflows list order-processing since:2026-11-01")
    await expect(opened.last).to_contain_text("order-processing")
    await opened.page.get_by_label("Viewing as").select_option("Ada Lovelace")
    await expect(opened.last).to_contain_text("help")


async def test_a_notice_without_a_person_is_shown_to_everyone(playground: Playground, opened: Opened) -> None:
    playground.exchange_log.notify("C0GENERAL", None, "for all")
    playground.exchange_log.notify("C0GENERAL", "U0GRACE01", "for Grace")
    await expect(opened.messages).to_have_text(re.compile("for all"))
    await opened.page.get_by_label("Viewing as").select_option("Grace Hopper")
    await expect(opened.messages).to_have_text(
        [re.compile("for all"), re.compile("visible to you.*for Grace")]
    )


async def test_the_keyboard_is_enough(opened: Opened) -> None:
    await opened.type("/workflows list order-processing")
    await expect(opened.last).to_contain_text("1–10")
    older = opened.last.get_by_role("button", name="Older rows")
    await older.focus()
    await older.press("Enter")
    await expect(opened.last).to_contain_text("11–20")
    await opened.page.keyboard.press("Enter")
    await expect(opened.last).to_contain_text("21–30")


async def test_after_a_reload_everything_is_still_there(opened: Opened) -> None:
    await opened.type("/workflows help")
    await expect(opened.last).to_contain_text("help")
    await opened.composer.fill("/workflows list half-typ")
    await opened.page.reload()
    await expect(opened.last).to_contain_text("help")
    await expect(opened.composer).to_have_value("/workflows list half-typ")


async def test_an_empty_channel_suggests_a_command(opened: Opened) -> None:
    await opened.page.get_by_role("button", name=re.compile("ops")).click()
    await expect(opened.page.get_by_role("log")).to_contain_text("/workflows")
    await opened.shot("empty-channel")


@pytest.mark.parametrize("width", [360, 700, 1600])
async def test_the_longest_ids_fit_any_window(
    playground: Playground, open_page: Open, simulation: Simulation, width: int
) -> None:
    simulation.add_instance("long-ids", id="0 3 * * *-" + "1" * 261)
    simulation.add_instance("long-ids", id="<img src=x onerror=alert(1)> *bold* <!channel> \u202etxt")
    opened = await open_page(playground, width=width)
    await opened.type("/workflows list long-ids")
    await expect(opened.last).to_contain_text("<img src=x onerror=alert(1)> *bold* <!channel>")
    async for scheme in opened.schemes():
        overflow = await opened.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0
        await opened.shot(f"long-ids-{width}-{scheme}")


async def test_without_the_secret_the_page_explains_which_address_to_open(
    visit: Visit, opened: Opened
) -> None:
    address = opened.page.url.partition("#")[0]
    await expect((await visit(address)).page.get_by_role("alert")).to_contain_text("the terminal shows")
    other = await visit(f"{address}#wrong", complains=True)
    await expect(other.page.get_by_role("alert")).to_contain_text("the terminal shows")


async def test_a_page_finds_nothing_that_one_before_it_has_left(pages: Pages, opened: Opened) -> None:
    address = opened.page.url
    async with pages.open(address) as page:
        await page.goto(address)
        await page.context.grant_permissions(["clipboard-read"])
        await page.evaluate("localStorage.setItem('left', 'here')")
    async with pages.open(address) as page:
        await page.goto(address)
        assert await page.evaluate("localStorage.getItem('left')") is None
        asked = "navigator.permissions.query({ name: 'clipboard-read' }).then(({ state }) => state)"
        assert await page.evaluate(asked) != "granted"


async def test_a_playground_that_ends_is_noticed_and_one_that_comes_back_too(
    visit: Visit, tmp_path: Path
) -> None:
    async with run_playground_process(tmp_path / "first", "--port", "0") as playground:
        opened = await visit(str(playground.address), complains=True)
        await expect(opened.last).to_contain_text("5 workflows · ")
        await opened.composer.fill("/workflows list half-typ")
    await expect(opened.page.get_by_role("alert")).to_contain_text("The playground has stopped")
    await opened.shot("stopped")
    async with run_playground_process(tmp_path / "second", "--port", str(playground.address.port)):
        await expect(opened.page.get_by_role("alert")).to_contain_text("was restarted", timeout=10_000)
