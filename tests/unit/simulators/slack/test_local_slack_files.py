"""Files of the local Slack: the way that an upload takes, as slack_sdk does it and step by step."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.simulators.slack import LocalSlack, Workspace
from bot.playground.simulators.slack.directory import SCOPES

from .errors import error_of


async def test_slack_sdk_uploads_a_file_into_a_direct_message(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    channel = slack.workspace.channel("@ada").id
    await client.files_upload_v2(
        filename="a.txt", content="hello", channel=channel, initial_comment="Here it is."
    )
    [file] = slack.files
    assert (file.name, file.content, file.channel) == ("a.txt", b"hello", channel)
    [message] = slack.messages("@ada")
    assert (message.text, [each["name"] for each in message.files]) == ("Here it is.", ["a.txt"])


async def test_a_file_without_a_channel_is_private(slack: LocalSlack, client: AsyncWebClient) -> None:
    await client.files_upload_v2(filename="a.txt", content="hello")
    assert [file.channel for file in slack.files] == [""]
    assert not list(slack.changes)


@pytest.mark.parametrize("arguments", [{"filename": "", "length": 1}, {"filename": "a", "length": 0}])
async def test_a_file_has_a_name_and_a_length(client: AsyncWebClient, arguments: dict[str, str]) -> None:
    assert await error_of(client.api_call("files.getUploadURLExternal", params=arguments)) == (
        "invalid_arguments"
    )


async def test_what_is_uploaded_has_the_length_that_was_said(client: AsyncWebClient) -> None:
    where = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    async with aiohttp.ClientSession() as session:
        async with session.post(where["upload_url"], data=b"more than three") as answer:
            assert answer.status == 400
        async with session.post(f"{where['upload_url']}x", data=b"abc") as answer:
            assert answer.status == 404
    completed = client.files_completeUploadExternal(files=[{"id": where["file_id"]}])
    assert await error_of(completed) == "file_not_found"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("U0ADA0001", "channel_not_found"),
        ("C0NOWHERE", "channel_not_found"),
        ("C0QUIET01", "not_in_channel"),
        ("G0SECRET1", "channel_not_found"),
    ],
)
async def test_a_file_goes_where_the_bot_may_post_and_takes_no_persons_id(
    slack: LocalSlack, client: AsyncWebClient, channel: str, error: str
) -> None:
    upload = client.files_upload_v2(filename="a.txt", content="hello", channel=channel)
    assert await error_of(upload) == error
    assert not slack.files


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_files_need_the_scope_files_write(method: str) -> None:
    workspace = Workspace(scopes=SCOPES - {"files:write"})
    async with LocalSlack(workspace=workspace).serve() as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        assert await error_of(client.api_call(method)) == "missing_scope"
