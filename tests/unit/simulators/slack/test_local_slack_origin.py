"""The local Slack rejects web pages and clients without a token."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.playground.simulators.slack import LocalSlack


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack().serve() as slack:
        yield slack


PATHS = ["/api/auth.test", "/api/chat.postMessage", "/commands/I00001/secret", "/link/"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
    ],
    ids=str,
)
async def test_a_web_page_is_not_let_in(slack: LocalSlack, path: str, headers: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {slack.bot_token}", **headers}
    async with aiohttp.ClientSession() as session:
        for method in ("GET", "POST"):
            async with session.request(method, slack.base_url + path, headers=headers) as answer:
                assert answer.status == 403
    assert not [*slack.calls, *slack.responses]


@pytest.mark.parametrize("token", [None, "xoxb-guessed"])
async def test_calls_without_a_token_are_refused_and_not_recorded(
    slack: LocalSlack, token: str | None
) -> None:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for method in ("chat.postMessage", "chat.Your account is locked"):
            arguments = {"channel": "C0GENERAL", "text": "x"}
            async with session.post(f"{slack.api_url}{method}", data=arguments) as answer:
                assert (await answer.json())["error"] in {"not_authed", "invalid_auth"}
    assert not [*slack.calls]
    assert not slack.messages()


async def test_an_answer_to_an_act_that_never_was_is_not_written_down(slack: LocalSlack) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.base_url}/commands/I00001/wrong", json={"text": "forged"}) as answer,
    ):
        assert (answer.status, await answer.text()) == (404, "no_service")
    assert not [*slack.responses]


async def test_a_file_where_none_belongs_is_refused(slack: LocalSlack) -> None:
    form = aiohttp.FormData({"channel": "C0GENERAL"})
    form.add_field("text", b"bytes", filename="x.txt")
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{slack.api_url}chat.postMessage", data=form) as answer,
    ):
        assert (await answer.json())["error"] == "invalid_arguments"
