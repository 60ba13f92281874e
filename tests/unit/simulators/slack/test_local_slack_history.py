"""Threads, and the bot's access to the message history."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.simulators.slack import LocalSlack

from .errors import answer_to, error_of

OPS = "C0OPS0001"
MARK = {"event_type": "workflows_digest", "event_payload": {"digest": 7, "slot": "2026-11-24T09:00"}}


async def post_messages(client: AsyncWebClient, *texts: str, **more: Any) -> list[str]:
    """Post messages one after the other, and return their timestamps."""
    return [str((await client.chat_postMessage(channel=OPS, text=text, **more))["ts"]) for text in texts]


def texts(answer: Any) -> list[str]:
    return [message["text"] for message in answer["messages"]]


async def test_history_gives_the_newest_first_and_replies_the_oldest(client: AsyncWebClient) -> None:
    one, _ = await post_messages(client, "one", "two")
    replies = await post_messages(client, "a", "b", thread_ts=one)
    await post_messages(client, "c", thread_ts=one, reply_broadcast=True)

    history = await client.conversations_history(channel=OPS)
    thread = await client.conversations_replies(channel=OPS, ts=one)
    assert texts(history) == ["c", "two", "one"]
    assert texts(thread) == ["one", "a", "b", "c"]
    assert (history["has_more"], thread["has_more"]) == (False, False)
    broadcast, _, parent = history["messages"]
    assert (broadcast["subtype"], broadcast["thread_ts"]) == ("thread_broadcast", one)
    assert (parent["thread_ts"], parent["reply_count"]) == (one, 3)
    assert texts(await client.conversations_replies(channel=OPS, ts=replies[0])) == ["a"]


async def test_a_message_without_replies_is_a_thread_of_one(client: AsyncWebClient) -> None:
    (alone,) = await post_messages(client, "alone")

    (message,) = (await client.conversations_replies(channel=OPS, ts=alone))["messages"]
    assert message["text"] == "alone"
    assert "thread_ts" not in message
    nothing = client.conversations_replies(channel=OPS, ts="1800000000.000001")
    assert await error_of(nothing) == "thread_not_found"


async def test_a_reply_to_a_reply_goes_into_the_same_thread(client: AsyncWebClient) -> None:
    (one,) = await post_messages(client, "one")
    (reply,) = await post_messages(client, "reply", thread_ts=one)
    await post_messages(client, "answer", thread_ts=reply)

    assert texts(await client.conversations_replies(channel=OPS, ts=one)) == ["one", "reply", "answer"]


async def test_a_reply_needs_an_existing_parent(slack: LocalSlack, client: AsyncWebClient) -> None:
    (one,) = await post_messages(client, "one")
    post_ephemeral = await client.chat_postEphemeral(channel=OPS, user="U0ADA0001", text="psst")

    def reply(ts: str, channel: str = OPS) -> Any:
        return client.chat_postMessage(channel=channel, text="reply", thread_ts=ts)

    assert await error_of(reply("1.000001")) == "thread_not_found"
    assert await error_of(reply(one, "C0GENERAL")) == "thread_not_found"
    assert await error_of(reply(str(post_ephemeral["message_ts"]))) == "cannot_reply_to_message"
    assert [message.text for message in slack.messages("ops")] == ["one", "psst"]


async def test_the_bot_can_not_read_ephemeral_messages(client: AsyncWebClient) -> None:
    (one,) = await post_messages(client, "one")
    await client.chat_postEphemeral(channel=OPS, user="U0ADA0001", text="psst", thread_ts=one)
    await client.chat_postEphemeral(channel=OPS, user="U0ADA0001", text="psst")

    assert texts(await client.conversations_history(channel=OPS)) == ["one"]
    assert texts(await client.conversations_replies(channel=OPS, ts=one)) == ["one"]


async def test_metadata_is_returned_on_request_only(client: AsyncWebClient) -> None:
    (one,) = await post_messages(client, "one", metadata=MARK)
    await post_messages(client, "reply", thread_ts=one, metadata=MARK)

    for answer in (
        await client.conversations_history(channel=OPS),
        await client.conversations_history(channel=OPS, include_all_metadata=False),
    ):
        assert "metadata" not in answer["messages"][0]
    asked = await client.conversations_history(channel=OPS, include_all_metadata=True)
    thread = await client.conversations_replies(channel=OPS, ts=one, include_all_metadata=True)
    assert [m["metadata"] for m in (*asked["messages"], *thread["messages"])] == [MARK] * 3


async def test_an_update_keeps_the_metadata_unless_it_brings_its_own(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    (one,) = await post_messages(client, "one", metadata=MARK)
    await client.chat_update(channel=OPS, ts=one, text="two")
    assert slack.messages("ops")[0].metadata == MARK
    await client.chat_update(channel=OPS, ts=one, text="three", metadata={})
    assert slack.messages("ops")[0].metadata is None


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        (["digest"], "invalid_metadata_format"),
        ({"event_type": "digest"}, "invalid_metadata_schema"),
        ({"event_type": "", "event_payload": {}}, "invalid_metadata_schema"),
    ],
)
async def test_metadata_has_a_type_and_a_payload(client: AsyncWebClient, metadata: Any, error: str) -> None:
    call = client.api_call("chat.postMessage", json={"channel": OPS, "text": "x", "metadata": metadata})
    assert await error_of(call) == error


async def test_history_is_read_between_two_moments(client: AsyncWebClient) -> None:
    one, two, three = await post_messages(client, "one", "two", "three")

    async def read(**given: Any) -> list[str]:
        return texts(await client.conversations_history(channel=OPS, **given))

    assert await read(oldest=one) == ["three", "two"]
    assert await read(latest=three) == ["two", "one"]
    assert await read(oldest=one, latest=three) == ["two"]
    assert await read(oldest=one, latest=three, inclusive=True) == ["three", "two", "one"]
    assert await read(oldest=str(int(float(two)) - 1)) == ["three", "two", "one"]
    assert await read(oldest="9999999999") == []
    wrong = client.conversations_history(channel=OPS, oldest="yesterday")
    assert await error_of(wrong) == "invalid_ts_oldest"


async def test_a_thread_includes_its_parent_outside_of_the_time_range(client: AsyncWebClient) -> None:
    (one,) = await post_messages(client, "one")
    first, _ = await post_messages(client, "a", "b", thread_ts=one)

    assert texts(await client.conversations_replies(channel=OPS, ts=one, oldest=first)) == ["one", "b"]


async def test_new_messages_do_not_shift_pages(client: AsyncWebClient) -> None:
    (one,) = await post_messages(client, "one")
    await post_messages(client, *"abc", thread_ts=one)
    await post_messages(client, "two", "three")

    read, cursor = [], ""
    while True:
        answer = await client.conversations_history(channel=OPS, limit=2, cursor=cursor)
        read += texts(answer)
        await post_messages(client, "newer")
        assert answer["has_more"] is ("response_metadata" in answer)
        if not answer["has_more"]:
            break
        cursor = answer["response_metadata"]["next_cursor"]
    assert read == ["three", "two", "one"]

    thread = await client.conversations_replies(channel=OPS, ts=one, limit=3)
    cursor = thread["response_metadata"]["next_cursor"]
    rest = await client.conversations_replies(channel=OPS, ts=one, limit=3, cursor=cursor)
    assert texts(thread) + texts(rest) == ["one", "a", "b", "c"]
    assert not rest["has_more"]
    for wrong in ("nonsense", "bmV4dF90czox", "é"):
        assert await error_of(client.conversations_history(channel=OPS, cursor=wrong)) == "invalid_cursor"


async def test_each_kind_of_channel_takes_its_own_scope(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.workspace.invite("secret", "workflows")
    await client.chat_postMessage(channel="U0ADA0001", text="for you")
    for channel, scope in (
        ("C0OPS0001", "channels:history"),
        ("G0SECRET1", "groups:history"),
        ("D0ADA0001", "im:history"),
    ):
        slack.workspace.scopes = frozenset({"channels:history", "groups:history", "im:history"} - {scope})
        answer = await answer_to(client.conversations_history(channel=channel))
        assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
        assert answer["provided"] == ",".join(sorted(slack.workspace.scopes))
        slack.workspace.scopes = frozenset({scope, "chat:write"})
        assert (await client.conversations_history(channel=channel))["ok"]


async def test_without_any_of_these_scopes_all_of_them_are_named(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    slack.workspace.scopes = frozenset({"chat:write"})
    answer = await answer_to(client.conversations_replies(channel="C0NOWHERE", ts="1.0"))

    assert (answer["error"], answer["provided"]) == ("missing_scope", "chat:write")
    assert answer["needed"] == "channels:history,groups:history,im:history"


@pytest.mark.parametrize(
    ("channel", "error"),
    [("C0QUIET01", "not_in_channel"), ("G0SECRET1", "channel_not_found"), ("C0NO", "channel_not_found")],
)
async def test_the_bot_reads_only_where_it_is_a_member(
    client: AsyncWebClient, channel: str, error: str
) -> None:
    assert await error_of(client.conversations_history(channel=channel)) == error
    assert await error_of(client.conversations_replies(channel=channel, ts="1.0")) == error


async def test_an_archived_channel_can_still_be_read(slack: LocalSlack, client: AsyncWebClient) -> None:
    await post_messages(client, "before")
    slack.workspace.archive("ops")

    assert texts(await client.conversations_history(channel=OPS)) == ["before"]
