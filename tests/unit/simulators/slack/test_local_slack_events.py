"""Messages of people, and the events by which the bot is told of them."""

from collections.abc import AsyncIterator

import pytest

from bot.playground.simulators.slack import LocalSlack, Message, Workspace
from bot.playground.simulators.slack.directory import MALLORY
from bot.playground.simulators.slack.events import event_of
from bot.playground.simulators.slack.workspace import Draft

BOT = "<@U0BOT0001>"


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack().serve() as slack:
        yield slack


def said(workspace: Workspace, text: str, channel: str = "general", user: str | None = "ada") -> Message:
    author = None if user is None else workspace.user(user).id
    return workspace.post(Draft(workspace.channel(channel).id, text, user=author), "test")


async def test_a_message_of_a_person_is_seen_by_all_and_by_the_web_api(slack: LocalSlack) -> None:
    assert await slack.person("ada").say("Good morning!") is None, "the bot is not told"
    (message,) = slack.person("grace").screen()
    assert (message.user, message.is_ephemeral) == ("U0ADA0001", False)


async def test_names_in_a_message_become_ids_without_the_names_of_people(slack: LocalSlack) -> None:
    slack.workspace.should_escape = False  # a setting of commands alone
    slack.workspace.events = frozenset()
    await slack.person("ada").say("@workflows, look at #ops & @grace <now> @nobody")
    (message,) = slack.messages()
    assert message.text == ("<@U0BOT0001>, look at <#C0OPS0001|ops> &amp; <@U0GRACE01> &lt;now&gt; @nobody")


def test_a_mention_is_told_as_slack_tells_it() -> None:
    workspace = Workspace()
    message = said(workspace, f"{BOT} help")
    body = event_of(message, workspace)
    assert body is not None
    event = body["event"]
    assert (body["type"], event["type"]) == ("event_callback", "app_mention")
    assert (event["user"], event["channel"], event["ts"]) == ("U0ADA0001", "C0GENERAL", message.ts)
    assert (event["text"], event["team"]) == (f"{BOT} help", "T0LOCAL01")
    assert "channel_type" not in event
    assert "bot_id" not in event
    assert (body["team_id"], body["context_team_id"], body["api_app_id"]) == (
        "T0LOCAL01",
        "T0LOCAL01",
        "A0LOCAL01",
    )
    assert body["authorizations"][0]["user_id"] == "U0BOT0001"
    assert body["is_ext_shared_channel"] is False


@pytest.mark.parametrize("text", ["help", f"{BOT} help"])
def test_a_direct_message_is_told_as_one_even_with_a_mention(text: str) -> None:
    workspace = Workspace()
    body = event_of(said(workspace, text, "@ada"), workspace)
    assert body is not None
    event = body["event"]
    assert (event["type"], event["channel_type"], event["channel"]) == ("message", "im", "D0ADA0001")


def test_the_bot_is_told_of_its_own_direct_messages() -> None:
    workspace = Workspace()
    body = event_of(said(workspace, "hi", "@ada", user=None), workspace)
    assert body is not None
    assert (body["event"]["user"], body["event"]["bot_id"]) == ("U0BOT0001", "B0LOCAL01")


def test_of_a_stranger_an_event_names_the_workspace() -> None:
    workspace = Workspace()
    workspace.connect(MALLORY)
    body = event_of(said(workspace, f"{BOT} help", user="mallory"), workspace)
    assert body is not None
    assert body["is_ext_shared_channel"] is True
    assert body["context_team_id"] == "T0LOCAL01"
    assert {body["event"][key] for key in ("team", "user_team", "source_team")} == {"T0OTHER01"}


@pytest.mark.parametrize(
    ("text", "channel"), [("help", "general"), (f"{BOT} help", "quiet"), (f"{BOT} help", "secret")]
)
def test_the_bot_is_not_told_of_other_messages(text: str, channel: str) -> None:
    workspace = Workspace()
    assert event_of(said(workspace, text, channel), workspace) is None


@pytest.mark.parametrize(
    ("channel", "event", "scope"),
    [("general", "app_mention", "app_mentions:read"), ("@ada", "message.im", "im:history")],
)
def test_an_event_needs_its_subscription_and_its_scope(channel: str, event: str, scope: str) -> None:
    workspace = Workspace()
    message = said(workspace, f"{BOT} help", channel)
    assert event_of(message, Workspace(events=workspace.events - {event})) is None
    assert event_of(message, Workspace(scopes=workspace.scopes - {scope})) is None
    assert event_of(message, workspace) is not None


async def test_who_answers_in_a_thread_is_told_by_history() -> None:
    workspace = Workspace()
    parent = said(workspace, "Who knows?")
    workspace.post(Draft("C0GENERAL", "I do", thread_ts=parent.ts), "test")
    async with LocalSlack(workspace=workspace).serve() as slack:
        reply = await slack.person("grace").say("Thanks!", parent)
        assert reply is None
    assert [message.user for message in workspace.replies(parent)] == [None, "U0GRACE01"]
