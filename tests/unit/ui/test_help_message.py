"""Help names what works, and all of what it names works."""

import re

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.browse.command.options import LIST_OPTIONS
from bot.browse.requests import ListInstances, ListWorkflows
from bot.digests.command.options import DIGEST_OPTIONS
from bot.digests.command.requests import CreateDigest, OfDigest
from bot.home.help import TOPICS, help_message
from bot.language.errors import QueryError
from bot.language.times import Clock
from bot.language.times import read as read_time
from tests.support.commands import NOW, read
from tests.support.screens import assert_slack_shows, visible_text


@pytest.mark.parametrize("topic", [None, *TOPICS])
def test_help_on_each_topic(snapshot: SnapshotAssertion, topic: str | None) -> None:
    message = help_message(topic, ["prod"])
    assert_slack_shows(message)
    assert visible_text(message) == snapshot


def test_accounts_are_named() -> None:
    assert "accounts: `prod`, `staging`" in visible_text(help_message(None, ["prod", "staging"]))


def test_many_accounts_are_cut_visibly() -> None:
    message = help_message(None, [f"account-{number:020}" for number in range(500)])
    assert_slack_shows(message)
    assert "…" in visible_text(message)


NAMES = [None, "order-processing", "my flow", "a:b", "list", "_x", '"', "--flag", "`<!channel>`", "ü" * 64]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("topic", [None, *TOPICS])
def test_examples_are_about_a_workflow_of_the_account_and_each_that_only_shows_can_be_pressed(
    topic: str | None, name: str | None
) -> None:
    message = help_message(topic, ["prod"], name)
    assert_slack_shows(message)
    for block in message.blocks:
        text = block["text"]["text"] if block["type"] == "section" else ""
        typed = re.match(r"(?:\*[^*]+\*\n)?`(/workflows[^`]*)`   ", text)
        pressed = block.get("accessory")
        if pressed is None:
            assert not typed or name is None or re.search("create|export|find ID|(show|edit) 7", text)
            continue
        assert typed
        assert pressed["action_id"] == "command_run"
        asked = read(pressed["value"], ["prod"])
        assert not isinstance(asked, CreateDigest | OfDigest)
        if isinstance(asked, ListInstances):
            of_all = pressed["value"].startswith("list * ")
            assert asked.query.query.selection.workflows == (() if of_all else (name,))
        if isinstance(asked, ListWorkflows):
            assert (asked.query.search or "") in (name or "")


@pytest.mark.parametrize("topic", [None, *TOPICS])
def test_every_command_that_help_names_can_be_typed(topic: str | None) -> None:
    commands = re.findall(r"`(/workflows[^`]*)`", visible_text(help_message(topic, ["prod"], "orders")))
    assert commands
    for command in commands:
        read(command.replace("[filters]", "").replace("#ops", "<#C0OPS0001|ops>"), ["prod"])


def test_every_option_and_every_schedule_of_digests_that_help_names_can_be_typed() -> None:
    shown = visible_text(help_message("digest", ["prod"])).partition("*When*")[2]
    for line in shown.splitlines()[1:-1]:  # the last one names the accounts
        for words in re.findall(r"`([^`]+)`", line.partition("   ")[0]):
            option = words.replace("@oncall", "<!subteam^S1|@oncall>").replace(
                "account:staging", "account:prod"
            )
            command = (
                option
                if re.match(r"daily|weekdays|mon|first|every|hourly|cron", words)
                else f"daily 9am {option}"
            )
            asked = read(f"digest create {command}", ["prod"])
            assert isinstance(asked, CreateDigest)


def test_every_filter_has_its_line() -> None:
    text = visible_text(help_message("filters", ["prod"]))
    assert all(f"{key}:" in text for key in LIST_OPTIONS.keys)


def test_every_option_of_a_digest_has_its_line() -> None:
    text = visible_text(help_message("digest", ["prod"]))
    assert all(key in text for key in DIGEST_OPTIONS.keys)


def test_every_time_that_help_names_can_be_read() -> None:
    examples = re.findall(r"`([^`]+)`", visible_text(help_message("times", [])))
    times = [text.strip('"') for text in examples if text[0] != "/" and text != "10/11/2026"]
    assert len(times) > 20
    for time in times:
        assert read_time(time, Clock(NOW)).at
    with pytest.raises(QueryError, match="can be two days"):
        read_time("10/11/2026", Clock(NOW))


@pytest.mark.parametrize(
    ("promise", "topic", "words"),
    [
        ("paging, accounts, cursors", "list", ["Older ▶", "account:", "cursor:", "page:"]),
        ("every filter", "filters", list(LIST_OPTIONS.keys)),
        ("ways to write a time", "times", ["2h", "yesterday", "09:00", "2026-11-23T09:00Z"]),
        ("digests in words, not by the form", "digest", ["digest create", "digest show", "daily 9am"]),
    ],
)
def test_each_topic_holds_what_it_promises(promise: str, topic: str, words: list[str]) -> None:
    assert f"`/workflows help {topic}`   {promise}" in visible_text(help_message(None, ["prod"]))
    text = visible_text(help_message(topic, ["prod"]))
    assert [word for word in words if word not in text] == []
