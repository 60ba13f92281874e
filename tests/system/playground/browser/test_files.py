"""Files in a conversation."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.playground.playground import Playground
from tests.system.playground.test_files_of_the_page import send_file

from .conftest import Open
from .test_accessibility import violations

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_file_shows_its_beginning_and_can_be_saved(
    sampler_playground: Playground, open_page: Open, width: int
) -> None:
    content = "".join(f'"line {number}": "<b>of an output</b> {"x" * 90}",\n' for number in range(200))
    await send_file(sampler_playground, content)
    opened = await open_page(sampler_playground, "dark", width=width)
    file = opened.last.get_by_role("group", name="File output.html")
    await expect(file).to_contain_text("25.1 KB")
    await expect(file).to_contain_text('"line 0": "<b>of an output</b>')
    await expect(file).to_contain_text("The file goes on.")
    assert await opened.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert await violations(opened.page) == []
    await opened.shot(f"file-{width}")
    async with opened.page.expect_download() as saving:
        await file.get_by_role("button", name="Download output.html").press("Enter")
    saved = await saving.value
    assert saved.suggested_filename == "output.html"
    assert await asyncio.to_thread(Path(await saved.path()).read_text) == content
