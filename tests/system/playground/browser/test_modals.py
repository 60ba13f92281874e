"""Modals of the bot, and one with every input."""

import re
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from bot.playground.playground import Playground

from .conftest import Open, Opened
from .test_every_block import answer_json, choose

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_the_filter_of_a_list_is_opened_corrected_and_submitted(
    playground: Playground, open_page: Open
) -> None:
    opened = await open_page(playground)
    await opened.type("/workflows list order-processing")
    listed = opened.last
    await listed.get_by_role("button", name="Filter this list").click()
    dialog = opened.page.get_by_role("dialog", name="Filter")
    await expect(dialog).to_contain_text("order-processing")
    await choose(opened, dialog.get_by_role("combobox", name="Status"), "Errored")
    since = dialog.get_by_role("textbox", name=re.compile("^Since"))
    await since.fill("last tuesdey")
    await dialog.get_by_role("button", name="Show").click()
    await expect(since).to_have_attribute("aria-invalid", "true")
    await expect(since).to_be_focused()
    await expect(dialog).to_contain_text("tuesdey")
    async for scheme in opened.schemes():
        await opened.shot(f"filter-{scheme}")
    await since.fill("48h")
    await dialog.get_by_role("button", name="Show").click()
    await expect(dialog).to_be_hidden()
    await expect(listed).to_contain_text("order-processing · 🔴 errored")
    await expect(listed).to_contain_text("ended since")
    await expect(listed).to_contain_text("since:48h")
    await expect(opened.messages).to_have_count(1)


@pytest_asyncio.fixture(loop_scope="package")
async def opened(sampler_playground: Playground, open_page: Open) -> Opened:
    opened = await open_page(sampler_playground, height=1000)
    await opened.type("/workflows form")
    await expect(form(opened)).to_be_visible()
    return opened


def form(opened: Opened) -> Locator:
    return opened.page.get_by_role("dialog", name="A form")


async def test_every_input_is_filled_in_and_arrives(opened: Opened) -> None:
    dialog = form(opened)
    await expect(dialog.get_by_role("textbox", name="Line of text")).to_have_value("as it was")
    await dialog.get_by_role("textbox", name="Line of text").fill("good")
    await dialog.get_by_role("textbox", name="Paragraph").fill("one\ntwo")
    await dialog.get_by_label("Number").fill("7")
    await dialog.get_by_label("Email").fill("ada@example.com")
    await dialog.get_by_label("Url").fill("https://example.com/x")
    await choose(opened, dialog.get_by_role("combobox", name="Static choice"), "Leek")
    for name in ("Apple", "Cherry"):
        await choose(opened, dialog.get_by_role("combobox", name="Several"), name)
    await dialog.get_by_role("combobox", name="External").fill("inv")
    await opened.option("Inv 3").click()
    await choose(opened, dialog.get_by_role("combobox", name="User"), "Grace Hopper")
    await choose(opened, dialog.get_by_role("combobox", name="Channel"), "ops")
    lookups = dialog.get_by_role("combobox", name="Lookups")
    for typed in ("ab", "cd"):
        await lookups.press_sequentially(typed)
        await opened.option(f"{typed.title()} 1").click()
    await lookups.press("Escape")
    await choose(opened, dialog.get_by_role("combobox", name="People"), "Grace Hopper")
    where = dialog.get_by_role("combobox", name="Where")
    await expect(where).to_have_value("#general")
    await where.click()
    assert await opened.option("").all_inner_texts() == ["#general", "#ops", "#quiet"]
    await opened.option("#ops").click()
    await dialog.get_by_label("Date").fill("2026-12-24")
    await dialog.get_by_label("Moment").fill("2026-12-24T09:30")
    await dialog.get_by_role("checkbox", name="Cherry").check()
    await dialog.get_by_role("radio", name="Apple").check()
    await opened.shot("form")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_be_hidden()

    sent = await answer_json(opened.last)
    values: dict[str, Any] = {block: state["given"] for block, state in sent["values"].items()}
    assert sent["metadata"] == "kept"
    texts = {key: values[key]["value"] for key in ("line", "paragraph", "number", "email", "url")}
    assert texts == {
        "line": "good",
        "paragraph": "one\ntwo",
        "number": "7",
        "email": "ada@example.com",
        "url": "https://example.com/x",
    }
    assert values["static"]["selected_option"]["value"] == "leek"
    assert [option["value"] for option in values["several"]["selected_options"]] == ["apple", "cherry"]
    assert values["external"]["selected_option"]["value"] == "inv 3"
    assert values["user"]["selected_user"] == "U0GRACE01"
    assert values["channel"]["selected_channel"] == "C0OPS0001"
    assert values["conversation"]["selected_conversation"] == "C0OPS0001"
    assert [option["value"] for option in values["lookups"]["selected_options"]] == ["ab 1", "cd 1"]
    assert values["people"]["selected_users"] == ["U0ADA0001", "U0GRACE01"]
    assert values["where"]["selected_conversation"] == "C0OPS0001"
    assert values["date"]["selected_date"] == "2026-12-24"
    assert values["time"]["selected_time"] == "09:00"
    assert values["moment"]["selected_date_time"] == 1_798_104_600  # 09:30 in London, where Ada lives
    assert [option["value"] for option in values["checks"]["selected_options"]] == ["banana", "cherry"]
    assert values["radio"]["selected_option"]["value"] == "apple"


async def test_errors_of_the_bot_are_shown_at_their_field_and_no_input_is_lost(opened: Opened) -> None:
    dialog, line = form(opened), form(opened).get_by_role("textbox", name="Line of text")
    await dialog.get_by_role("textbox", name="Paragraph").fill("kept")
    await line.fill("bad")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_contain_text("That is bad. Try good.")
    await expect(line).to_have_accessible_description("That is bad. Try good. Type `bad` to be refused")
    await expect(dialog.get_by_role("textbox", name="Paragraph")).to_have_value("kept")
    await opened.shot("form-refused")


async def test_required_fields_are_checked_before_the_submission(opened: Opened) -> None:
    dialog, line = form(opened), form(opened).get_by_role("textbox", name="Line of text")
    await line.fill("")
    await dialog.get_by_role("button", name="Send").click()
    await expect(line).to_have_attribute("aria-invalid", "true")
    await expect(opened.exchange("A form: submit")).to_have_count(0)


async def test_modals_are_stacked_and_cleared(opened: Opened) -> None:
    await form(opened).get_by_role("textbox", name="Line of text").fill("push")
    await form(opened).get_by_role("button", name="Send").click()
    above = opened.page.get_by_role("dialog", name="On top")
    await expect(above).to_contain_text("This is On top.")
    await above.get_by_role("button", name="Done").click()
    await expect(opened.page.get_by_role("dialog")).to_have_count(0)


async def test_a_modal_changes_while_it_is_open(opened: Opened) -> None:
    await form(opened).get_by_role("button", name="Deeper").click()
    await expect(opened.page.get_by_role("dialog", name="The deep")).to_contain_text("This is The deep.")
    await expect(form(opened)).to_have_count(0)


async def test_a_modal_is_pushed_over_the_form_and_changes_there(opened: Opened) -> None:
    line = form(opened).get_by_role("textbox", name="Line of text")
    await line.fill("kept")
    await form(opened).get_by_role("button", name="Preview").click()
    above = opened.page.get_by_role("dialog", name="What it says")
    await expect(above).to_contain_text("This is What it says.")
    await opened.shot("form-preview")
    await opened.page.keyboard.press("Escape")
    await expect(above).to_have_count(0)
    await expect(line).to_have_value("kept")
    await expect(form(opened).get_by_role("button", name="Preview")).to_be_focused()


@pytest.mark.parametrize("way", ["Escape", "Cancel", "Close"])
async def test_a_modal_is_dismissed_and_the_bot_hears_of_it(opened: Opened, way: str) -> None:
    if way == "Escape":
        await opened.page.keyboard.press("Escape")
    else:
        await form(opened).get_by_role("button", name=way).click()
    await expect(form(opened)).to_be_hidden()
    await expect(opened.last).to_contain_text("form closed")


async def test_an_open_modal_survives_a_reload(opened: Opened) -> None:
    await opened.page.reload()
    await expect(form(opened)).to_be_visible()
