"""What Slack says of a message, and what that means: posted, not posted, or nobody knows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.digests.delivery.model import EVENT_TYPE
from bot.playground.simulators.slack import AnswerLost, ErrorCode, Failed, Fault, LocalSlack, RateLimited
from bot.slack.poster import (
    ChannelGone,
    Outcome,
    OutgoingMessage,
    Posted,
    Poster,
    Rejected,
    RetryLater,
    Unknown,
)
from bot.ui.elements import Message, section

METADATA: dict[str, str | int] = {"digest": 7, "slot": "2026-11-23T08:00Z", "created": 1}
OPS = "C0OPS0001"
MESSAGE = OutgoingMessage(
    OPS,
    (
        Message("News", [section("rich")]),
        Message("News", [section("plain")]),
        Message("News", []),
    ),
    metadata=METADATA,
)


@pytest.fixture
def poster(client: AsyncWebClient) -> Poster:
    return Poster(client, EVENT_TYPE)


def a_while_ago() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=5)


async def test_a_message_is_posted_with_its_metadata_and_without_previews_of_links(
    slack: LocalSlack, poster: Poster
) -> None:
    outcome = await poster.post(MESSAGE)
    (message,) = slack.messages("ops")
    (call,) = slack.calls_of("chat.postMessage")
    assert outcome == Posted(message.ts)
    assert message.metadata == {"event_type": "workflows_digest", "event_payload": METADATA}
    assert [
        str(call.arguments[name]).lower() in {"false", "0"} for name in ("unfurl_links", "unfurl_media")
    ] == [
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (RateLimited(17), RetryLater("ratelimited", timedelta(seconds=17))),
        (Failed(500), Unknown("HTTP 500")),
        (Failed(503, "<html>"), Unknown("HTTP 503")),
        (ErrorCode("internal_error"), Unknown("internal_error")),
        (ErrorCode("fatal_error"), Unknown("fatal_error")),
        (ErrorCode("is_archived"), ChannelGone("is_archived")),
        (ErrorCode("channel_not_found"), ChannelGone("channel_not_found")),
        (ErrorCode("not_in_channel"), ChannelGone("not_in_channel")),
        (ErrorCode("token_revoked"), Rejected("token_revoked")),
        (ErrorCode("invalid_auth"), Rejected("invalid_auth")),
    ],
    ids=repr,
)
async def test_each_answer_means_one_thing_and_nothing_is_sent_again_by_itself(
    slack: LocalSlack, poster: Poster, fault: Fault, outcome: Outcome
) -> None:
    slack.faults.add("chat.postMessage", fault)
    assert await poster.post(MESSAGE) == outcome
    assert len(slack.calls_of("chat.postMessage")) == 1


async def test_an_answer_that_was_lost_leaves_it_open_and_a_look_finds_the_message(
    slack: LocalSlack, poster: Poster
) -> None:
    slack.faults.add("chat.postMessage", AnswerLost())
    outcome = await poster.post(MESSAGE)
    assert isinstance(outcome, Unknown)
    assert await poster.find(MESSAGE, a_while_ago()) == Posted(slack.messages("ops")[0].ts)


async def test_no_connection_means_that_nothing_was_posted(client: AsyncWebClient) -> None:
    client.base_url = "http://127.0.0.1:1/api/"
    assert isinstance(await Poster(client, EVENT_TYPE).post(MESSAGE), RetryLater)


@pytest.mark.parametrize("word", ["invalid_blocks", "msg_blocks_too_long", "msg_too_long"])
async def test_where_slack_does_not_take_the_blocks_a_plainer_message_follows(
    slack: LocalSlack, poster: Poster, word: str
) -> None:
    slack.faults.add("chat.postMessage", ErrorCode(word))
    assert isinstance(await poster.post(MESSAGE), Posted)
    assert [message.all_text() for message in slack.messages("ops")] == ["plain"]

    slack.faults.add("chat.postMessage", ErrorCode(word), times=2)
    await poster.post(MESSAGE)
    assert slack.messages("ops")[-1].all_text() == "News"

    slack.faults.add("chat.postMessage", ErrorCode(word), times=3)
    assert await poster.post(MESSAGE) == Rejected(word)


async def test_only_the_very_same_metadata_is_found(poster: Poster) -> None:
    await poster.post(replace(MESSAGE, metadata=None))
    for other in ({"digest": 8}, {"slot": "2026-11-23T09:00Z"}, {"created": 2}):
        await poster.post(replace(MESSAGE, metadata=METADATA | other))
    assert await poster.find(MESSAGE, a_while_ago()) == RetryLater("not found")


async def test_a_message_is_found_behind_many_others(slack: LocalSlack, poster: Poster) -> None:
    posted = await poster.post(MESSAGE)
    for _ in range(220):
        await poster.post(replace(MESSAGE, metadata=None))
    assert await poster.find(MESSAGE, a_while_ago()) == posted
    assert len(slack.calls_of("conversations.history")) == 2


async def test_a_look_goes_no_further_back_than_it_must(slack: LocalSlack, poster: Poster) -> None:
    for _ in range(220):
        await poster.post(replace(MESSAGE, metadata=None))
    assert await poster.find(MESSAGE, datetime.now(UTC) + timedelta(hours=1)) == RetryLater("not found")
    assert len(slack.calls_of("conversations.history")) == 1


async def test_an_empty_page_is_not_taken_for_the_last(client: AsyncWebClient) -> None:
    async def history(request: web.Request) -> web.Response:
        if (await request.post()).get("cursor") or "cursor" in request.query:
            metadata = {"event_type": "workflows_digest", "event_payload": METADATA}
            return web.json_response({"ok": True, "messages": [{"ts": "1.000100", "metadata": metadata}]})
        more = {"next_cursor": "more"}
        return web.json_response({"ok": True, "messages": [], "response_metadata": more})

    app = web.Application()
    app.router.add_route("*", "/conversations.history", history)
    async with TestServer(app) as server:
        elsewhere = AsyncWebClient(
            token=client.token, base_url=str(server.make_url("/")), session=client.session
        )
        assert await Poster(elsewhere, EVENT_TYPE).find(MESSAGE, a_while_ago()) == Posted("1.000100")


async def test_a_reply_is_found_in_its_thread(poster: Poster) -> None:
    parent = await poster.post(replace(MESSAGE, metadata=None))
    assert isinstance(parent, Posted)
    reply = replace(MESSAGE, thread=parent.ts)
    posted = await poster.post(reply)
    assert await poster.find(reply, a_while_ago()) == posted
    assert await poster.find(MESSAGE, a_while_ago()) == RetryLater("not found")


async def test_a_reply_whose_thread_is_gone_stands_in_the_channel(slack: LocalSlack, poster: Poster) -> None:
    reply = replace(MESSAGE, thread="1700000000.000001")
    slack.faults.add("chat.postMessage", ErrorCode("thread_not_found"))
    posted = await poster.post(reply)
    assert isinstance(posted, Posted)
    assert slack.messages("ops")[-1].thread_ts is None
    assert await poster.find(reply, a_while_ago()) == posted


async def test_a_reply_that_its_thread_did_not_take_is_found_in_the_channel(
    slack: LocalSlack, poster: Poster
) -> None:
    parent = await poster.post(replace(MESSAGE, metadata=None))
    assert isinstance(parent, Posted)
    reply = replace(MESSAGE, thread=parent.ts)
    slack.faults.add("chat.postMessage", ErrorCode("restricted_action_thread_locked"))
    assert await poster.find(reply, a_while_ago()) == RetryLater("not found")
    posted = await poster.post(reply)
    assert slack.messages("ops")[-1].thread_ts is None
    assert await poster.find(reply, a_while_ago()) == posted


def _no_scope(slack: LocalSlack) -> None:
    slack.workspace.scopes -= {"channels:history"}


def _down(slack: LocalSlack) -> None:
    slack.faults.add("conversations.history", Failed(500))


def _busy(slack: LocalSlack) -> None:
    slack.faults.add("conversations.history", RateLimited(1))


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        (_no_scope, Rejected("missing_scope")),
        (_down, Unknown("HTTP 500")),
        (_busy, Unknown("ratelimited")),
    ],
)
async def test_a_look_that_is_not_allowed_is_told_from_one_that_does_not_work_just_now(
    slack: LocalSlack, poster: Poster, trouble: Callable[[LocalSlack], None], outcome: Outcome
) -> None:
    trouble(slack)
    assert await poster.find(MESSAGE, a_while_ago()) == outcome
