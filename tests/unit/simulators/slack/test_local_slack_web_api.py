"""The Web API of the local Slack, called with slack_sdk's client."""

import json

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.models.blocks import DividerBlock, SectionBlock
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.simulators.slack import (
    AnswerLost,
    ErrorCode,
    Failed,
    LocalSlack,
    PayloadValidator,
    RateLimited,
    Slow,
    Workspace,
)

from .errors import error_of

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "three *errored*"}}


async def test_auth_test_returns_the_bot_and_its_scopes(client: AsyncWebClient) -> None:
    answer = await client.auth_test()

    assert (answer["user_id"], answer["team_id"]) == ("U0BOT0001", "T0LOCAL01")
    assert answer.headers["x-oauth-scopes"] == (
        "app_mentions:read,channels:history,chat:write,commands,files:write,groups:history,im:history,"
        "usergroups:read,users:read"
    )


@pytest.mark.parametrize(
    ("token", "error"),
    [("xoxb-another", "invalid_auth"), (None, "not_authed"), ("xapp-local", "not_allowed_token_type")],
)
async def test_any_token_but_the_bots_own_is_turned_away(
    slack: LocalSlack, token: str | None, error: str
) -> None:
    unauthorized = AsyncWebClient(token=token, base_url=slack.api_url)

    assert await error_of(unauthorized.auth_test()) == error


async def test_a_method_that_does_not_exist_is_unknown(client: AsyncWebClient) -> None:
    assert await error_of(client.api_call("chat.shout")) == "unknown_method"


async def test_a_person_comes_with_name_and_time_zone(client: AsyncWebClient) -> None:
    user = (await client.users_info(user="U0GRACE01"))["user"]

    assert (user["name"], user["tz"]) == ("grace", "America/New_York")
    assert user["tz_offset"] in {-4 * 3600, -5 * 3600}


async def test_users_info_needs_the_scope_users_read() -> None:
    workspace = Workspace(scopes=frozenset({"commands", "chat:write"}))
    async with LocalSlack(workspace=workspace).serve() as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        with pytest.raises(SlackApiError) as refused:
            await client.users_info(user="U0ADA0001")

    answer = refused.value.response
    assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read")
    assert answer["provided"] == "chat:write,commands"


@pytest.mark.parametrize("as_form", [False, True], ids=["json", "form"])
async def test_a_posted_message_stands_in_the_channel(
    slack: LocalSlack, client: AsyncWebClient, *, as_form: bool
) -> None:
    if as_form:
        data = {"channel": "C0GENERAL", "text": "fallback", "blocks": json.dumps([SECTION])}
        answer = await client.api_call("chat.postMessage", data=data)
    else:
        answer = await client.chat_postMessage(channel="#general", text="fallback", blocks=[SECTION])

    (message,) = slack.messages("general")
    assert (message.ts, message.text, message.all_text()) == (answer["ts"], "fallback", "three *errored*")
    assert answer["message"]["blocks"][0]["block_id"] == message.blocks[0]["block_id"]


async def test_slack_sdks_own_block_classes_arrive_as_blocks(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    blocks = [SectionBlock(text="from a class"), DividerBlock()]
    await client.chat_postMessage(channel="general", text="fallback", blocks=blocks)

    assert [block["type"] for block in slack.messages()[0].blocks] == ["section", "divider"]


async def test_an_ephemeral_message_is_seen_by_one_person_and_cannot_be_updated(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    answer = await client.chat_postEphemeral(channel="C0GENERAL", user="U0ADA0001", text="just you")

    assert [message.text for message in slack.person("ada").screen()] == ["just you"]
    assert slack.person("grace").screen() == ()
    update = client.chat_update(channel="C0GENERAL", ts=answer["message_ts"], text="no")
    assert await error_of(update) == "message_not_found"


async def test_an_update_with_text_alone_takes_the_blocks_away(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="C0GENERAL", text="fallback", blocks=[SECTION])
    await client.chat_update(channel="C0GENERAL", ts=posted["ts"], text="done")

    (message,) = slack.messages()
    assert (message.ts, message.all_text(), message.blocks) == (posted["ts"], "done", ())
    assert [change.kind for change in slack.changes] == ["posted", "updated"]


@pytest.mark.parametrize(
    ("channel", "error"),
    [("C0NOWHERE", "channel_not_found"), ("quiet", "not_in_channel"), ("secret", "channel_not_found")],
)
async def test_the_bot_posts_only_where_it_is_a_member(
    client: AsyncWebClient, channel: str, error: str
) -> None:
    assert await error_of(client.chat_postMessage(channel=channel, text="hello")) == error


async def test_with_the_public_scope_the_bot_posts_in_public_channels_uninvited() -> None:
    scopes = frozenset({"chat:write", "chat:write.public"})
    async with LocalSlack(workspace=Workspace(scopes=scopes)).serve() as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        await client.chat_postMessage(channel="quiet", text="hello")

        assert await error_of(client.chat_postMessage(channel="secret", text="hello")) == "channel_not_found"
        assert [message.text for message in slack.messages("quiet")] == ["hello"]


async def test_refused_blocks_come_back_with_the_place_of_the_problem(client: AsyncWebClient) -> None:
    too_long = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="general", text="fallback", blocks=[too_long])

    answer = refused.value.response
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    ]


async def test_a_workspace_can_lack_a_newer_block() -> None:
    workspace = Workspace(validator=PayloadValidator(unsupported=frozenset({"data_table"})))
    cell = {"type": "raw_text", "text": "a"}
    table = {"type": "data_table", "caption": "runs", "rows": [[cell], [cell]]}
    async with LocalSlack(workspace=workspace).serve() as slack, LocalSlack().serve() as newer:
        old = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        new = AsyncWebClient(token=newer.bot_token, base_url=newer.api_url)

        post = old.chat_postMessage(channel="general", text="t", blocks=[table])
        assert await error_of(post) == "invalid_blocks"
        assert (await new.chat_postMessage(channel="general", text="t", blocks=[table]))["ok"]


async def test_a_workspace_can_lose_a_block_while_the_bot_runs(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    slack.workspace.validator = PayloadValidator(unsupported=frozenset({"section"}))

    post = client.chat_postMessage(channel="general", text="t", blocks=[SECTION])
    assert await error_of(post) == "invalid_blocks"
    slack.workspace.validator = PayloadValidator()
    assert (await client.chat_postMessage(channel="general", text="t", blocks=[SECTION]))["ok"]


async def test_faults_wait_in_line(slack: LocalSlack, client: AsyncWebClient) -> None:
    method = "chat.postMessage"
    slack.faults.add(method, RateLimited(2), times=2)
    slack.faults.add(method, Failed(503))
    slack.faults.add(method, AnswerLost(), times=2)
    for _ in range(3):
        with pytest.raises(SlackApiError):
            await client.chat_postMessage(channel="general", text="hello")
    for _ in range(2):
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel="general", text="hello")
    await client.chat_postMessage(channel="general", text="hello")

    assert [call.status for call in slack.calls_of(method)] == [429, 429, 503, 200, 200, 200]
    assert len(slack.messages()) == 3


async def test_every_call_is_written_down_with_its_outcome(slack: LocalSlack, client: AsyncWebClient) -> None:
    await client.auth_test()
    await error_of(client.chat_postMessage(channel="C0NOWHERE", text="hello"))

    assert [(call.method, call.error) for call in slack.calls] == [
        ("auth.test", None),
        ("chat.postMessage", "channel_not_found"),
    ]
    assert slack.calls_of("chat.postMessage")[0].arguments["text"] == "hello"


async def test_the_sdk_obeys_the_retry_after_of_a_rate_limit(slack: LocalSlack) -> None:
    slack.faults.add("chat.postMessage", RateLimited(retry_after=1))
    client = AsyncWebClient(
        token=slack.bot_token,
        base_url=slack.api_url,
        retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=1)],
    )
    await client.chat_postMessage(channel="general", text="hello")

    assert [(call.status, call.error) for call in slack.calls] == [(429, "ratelimited"), (200, None)]


async def test_without_a_retry_handler_a_rate_limit_is_an_error(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    slack.faults.add("chat.postMessage", RateLimited(retry_after=7))
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="general", text="hello")

    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "7"


async def test_named_errors_and_outages_last_as_long_as_asked(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    slack.faults.add("chat.postMessage", ErrorCode("is_archived"))
    slack.faults.add("chat.postMessage", Failed(503))

    assert await error_of(client.chat_postMessage(channel="general", text="hello")) == "is_archived"
    with pytest.raises(SlackApiError) as down:
        await client.chat_postMessage(channel="general", text="hello")
    assert down.value.response.status_code == 503
    assert (await client.chat_postMessage(channel="general", text="hello"))["ok"]


async def test_a_slow_answer_outlasts_a_short_patience(slack: LocalSlack) -> None:
    slack.faults.add("auth.test", Slow(0.5))
    hasty = aiohttp.ClientTimeout(total=0.1)
    async with aiohttp.ClientSession(timeout=hasty) as session:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)
        with pytest.raises(TimeoutError):
            await client.auth_test()


async def test_the_sdks_default_retry_posts_twice_when_only_the_answer_was_lost(slack: LocalSlack) -> None:
    slack.faults.add("chat.postMessage", AnswerLost())
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    await client.chat_postMessage(channel="general", text="hello")

    assert [message.text for message in slack.messages()] == ["hello", "hello"]
