"""Files that the bot sends can be seen and saved on the page, and are never shown as a page themselves."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.playground import Playground

from .page_client import GENERAL, PageClient

HTML = "<!doctype html><script>alert(document.domain)</script>\n"


async def send_file(playground: Playground, content: str, channel: str | None = GENERAL) -> dict[str, Any]:
    """Send a file as the bot does, and return it as Slack answers."""
    slack = playground.slack
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    answer = await client.files_upload_v2(filename="output.html", content=content, channel=channel)
    return dict(answer["files"][0])


async def test_a_file_is_sent_as_text_to_save(page: PageClient, playground: Playground) -> None:
    file = await send_file(playground, HTML)
    async with page.session.get(page.at(f"/files/{file['id']}"), headers=page.headers) as answer:
        assert (answer.status, await answer.text()) == (200, HTML)
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"] == "attachment"


async def test_a_file_that_is_nowhere_to_be_seen_is_not_sent(
    page: PageClient, playground: Playground
) -> None:
    private = await send_file(playground, HTML, channel=None)
    for file_id in (private["id"], "F0000"):
        async with page.session.get(page.at(f"/files/{file_id}"), headers=page.headers) as answer:
            assert answer.status == 404


@pytest.mark.parametrize(
    ("content", "preview", "is_truncated"),
    [
        ("one\ntwo", "one\ntwo", False),
        ("\n".join("abcdefghij"), "a\nb\nc\nd\ne\nf\ng\nh\n", True),
        ("ü" * 601, "ü" * 600, True),
        ("ü" * 600, "ü" * 600, False),
    ],
)
async def test_a_page_gets_the_first_lines_of_a_file(
    page: PageClient, playground: Playground, content: str, preview: str, is_truncated: bool
) -> None:
    await send_file(playground, content)
    ((file,),) = [message["files"] for message in (await page.state())["messages"]]
    assert (file["preview"], file["preview_is_truncated"]) == (preview, is_truncated)
    assert (file["name"], file["size"]) == ("output.html", len(content.encode()))
